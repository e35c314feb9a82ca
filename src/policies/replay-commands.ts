/**
 * A policy run as commands of the command language: the same gets and puts at the same times, for a kernel (docs/kernel.md) or for
 * `devgraph simulate FILE.scn`. Its clock has whole milliseconds, so the run must have them too.
 */
import type { CompiledPolicies } from '../scenario-files/index.ts';
import { replaceSelf } from '../scenarios/index.ts';
import type { LoggedAction } from './runner.ts';

/** A time of the run is no whole number of milliseconds. */
export class FinerThanMilliseconds extends Error {}

function milliseconds(microseconds: number, what: string): number {
  if (microseconds % 1000 === 0) return microseconds / 1000;
  throw new FinerThanMilliseconds(
    `${what}, ${microseconds} us, is no whole number of milliseconds, which commands have`,
  );
}

/** What transitions take, as delays of callbacks. The exit of a deeper idle state cannot be told: the first has to hold. */
function delayCommands({ devices, domains }: CompiledPolicies): string[] {
  const delay = (name: string, callback: string, latency: number) =>
    latency === 0
      ? []
      : [`delay ${name} ${callback} ${milliseconds(latency, `the latency of ${callback} of ${name}`)}`];
  return [
    ...devices.flatMap(({ name, suspend, rest }) => [
      ...delay(name, 'runtime_suspend', suspend.latency),
      ...delay(name, 'runtime_resume', rest[0]!.exit.latency),
    ]),
    ...domains.flatMap(({ name, powerOn, powerOff }) => [
      ...delay(name, 'power_on', powerOn.latency),
      ...delay(name, 'power_off', powerOff.latency),
    ]),
  ];
}

/** What callbacks of a driver do, said of each of its devices: the recorder knows no other. */
function withoutDriverScripts(setup: readonly string[]): string[] {
  const matches = new Map(
    setup.flatMap((command) => {
      const [, driver, names] = /^drv (\S+) match=(\S+)/.exec(command) ?? [];
      return driver === undefined ? [] : [[driver, names!.split(',')] as const];
    }),
  );
  return setup.flatMap((command) => {
    const [, word, driver, rest] = /^(on|ret|delay|off) driver:(\S+) (.*)$/.exec(command) ?? [];
    if (driver === undefined) return [command];
    return (matches.get(driver) ?? []).map((name) => `${word} ${name} ${replaceSelf(rest!, name)}`);
  });
}

/**
 * The commands of a run: its setup, what its callbacks take, and what its script did. Throws {@link FinerThanMilliseconds} where a
 * time is finer.
 */
export function replayCommands(
  compiled: CompiledPolicies,
  setup: readonly string[],
  log: readonly LoggedAction[],
): string[] {
  const commands = [...withoutDriverScripts(setup), ...delayCommands(compiled)];
  let now = 0;
  for (const { time, command } of log) {
    if (time > now) commands.push(`sleep_raw ${milliseconds(time - now, `the time before '${command}'`)}`);
    now = Math.max(now, time);
    commands.push(command);
  }
  const rest = compiled.workload.length - now;
  return [...commands, `sleep ${milliseconds(rest, 'the time behind the last request')}`];
}
