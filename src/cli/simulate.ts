/** devgraph simulate: runs a scenario and says what of it did not come as expected. */
import { InputError } from '../core/diagnostic.ts';
import { simulateText } from '../report/text-simulate.ts';
import type { ScenarioFileRun } from '../scenario-files/index.ts';
import { parseDuration } from '../scenario-files/quantities.ts';
import { type Io, UsageError } from './io.ts';
import { numberOf, optionValue, type ParsedOptions } from './options.ts';
import { formatOrFileEnd } from './output-format.ts';
import { hasWorkload, readScenarioFile, scenarioRuns } from './scenario-input.ts';
import { emit, jsonText, onlyOperand, styleOf } from './session.ts';

function untilOf(options: ParsedOptions): number | undefined {
  const value = optionValue(options, 'until');
  if (value === undefined) return undefined;
  const time = parseDuration(value);
  if (typeof time === 'object') throw new UsageError(`--until: ${time.wrong}; write 10ms or 2s`);
  if (time < 0) throw new UsageError(`--until: '${value}' is negative`);
  return time;
}

/** The sleep cycle that took longest, as a picture. */
async function picture({ events }: ScenarioFileRun, name: string): Promise<string> {
  const { path } = (await import('../analysis/sleep-timing.ts')).sleepTimingOf(events);
  if (path === undefined) {
    const what = 'has no sleep cycle with a callback';
    throw new InputError('timeline-cycle', { input: name }, what, 'suspend in a step');
  }
  return (await import('../report/timeline-svg.ts')).timelineSvg(path, `${name}, cycle ${path.cycle + 1}`);
}

async function render(
  runs: readonly ScenarioFileRun[],
  name: string,
  options: ParsedOptions,
  io: Io,
): Promise<string> {
  const format = formatOrFileEnd(options);
  if (format === 'text') {
    const style = styleOf(options, io);
    const text = { verbose: options.flags.has('verbose'), input: name };
    return runs.map(({ simulation }) => simulateText(simulation, text, style)).join('\n');
  }
  const [first, second] = runs;
  if (second !== undefined)
    throw new UsageError(`${name} has ${runs.length} scenarios; --format ${format} takes one`);
  if (format === 'json') return jsonText(first!.simulation);
  if (format === 'svg') return picture(first!, name);
  const { timelineOf } = await import('../analysis/timeline.ts');
  const { chromeTrace } = await import('../report/perfetto.ts');
  return chromeTrace(timelineOf(first!.events), name);
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const name = onlyOperand(options, 'scenario');
  const read = await readScenarioFile(name, io);
  if (read !== undefined && hasWorkload(read.file))
    return (await import('./simulate-policies.ts')).runPolicies(read, name, options, io);
  for (const option of ['policy', 'sweep'] as const) {
    if (optionValue(options, option) !== undefined)
      throw new UsageError(`--${option}: ${name} has no workload; docs/policies.md says how to write one`);
  }
  const seed = optionValue(options, 'seed');
  const common = {
    input: name,
    until: untilOf(options),
    seed: seed === undefined ? undefined : numberOf(options, 'seed', 0, { least: 0, most: 2 ** 32 - 1 }),
  };
  const runs = await scenarioRuns(name, common, io, read);
  await emit(await render(runs, name, options, io), options, io);
  return runs.every(({ simulation }) => simulation.ok) ? 0 : 1;
}
