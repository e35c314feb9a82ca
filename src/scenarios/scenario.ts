/**
 * Files of scenarios, and running one. A file is one scenario, or many, each after a line `=== NAME`; `#` starts a line
 * of comment.
 */
import { InputError } from '../core/diagnostic.ts';
import { dmaCleanUpCommands } from './dma-commands.ts';
import { runCallback, runCommand } from './interpreter.ts';
import { JournalFull } from './journal.ts';
import { CommandError, parseNested } from './parse-command.ts';
import { type RunResult, SCRIPT_TASK, Scheduler } from './scheduler.ts';
import { createSession, type Session } from './session.ts';
import { writeEnd, writeKernelMessages } from './trace-writer.ts';
import { endDueTransfers } from './transfer-commands.ts';
import { isDeath } from './waits.ts';

export interface Scenario {
  /** Empty for a file that is one scenario. */
  readonly name: string;
  /** Commands as written, without comments. */
  readonly commands: readonly string[];
  /** The line of each command in its file, from 1. */
  readonly lines?: readonly number[];
}

/** Callbacks and waits of one command, past which it counts as endless: so many, and some for each device and link. */
export const STEP_LIMIT = 1_000_000;
const STEPS_PER_DEVICE = 100;

/** Most commands of a scenario. */
export const COMMAND_LIMIT = 1_000_000;

/**
 * The scenarios of a text. `input` names it in errors. Throws {@link InputError} with the line of the first command that is not
 * understood; with `lenient` such a command is left to the run, which answers it with "bad", as the recorded kernel did.
 */
export function parseScenarios(text: string, input: string, lenient = false): Scenario[] {
  const scenarios: { name: string; commands: string[]; lines: number[] }[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('===')) {
      scenarios.push({ name: line.slice(3).trim(), commands: [], lines: [] });
      continue;
    }
    if (scenarios.length === 0) scenarios.push({ name: '', commands: [], lines: [] });
    if (!lenient) checkCommand(line, input, index + 1);
    const { commands, lines } = scenarios.at(-1)!;
    if (commands.length >= COMMAND_LIMIT) {
      const what = `more than ${COMMAND_LIMIT} commands in one scenario`;
      throw new InputError('scenario-too-long', { input, line: index + 1 }, what, 'split it');
    }
    commands.push(line);
    lines.push(index + 1);
  }
  return scenarios;
}

function checkCommand(text: string, input: string, line: number): void {
  try {
    parseNested(text);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new InputError('scenario-command', { input, line }, error.message, 'see docs/scenarios.md');
  }
}

export interface ScenarioRun {
  readonly session: Session;
  readonly result: RunResult;
}

/** Picks another schedule than the one of the recorded kernel; see {@link Choose}. */
export type ChooseInSession = (session: Session, count: number) => number;

function schedulerOf(session: Session, choose?: ChooseInSession): Scheduler {
  return new Scheduler(
    session.world,
    (call, context) => runCallback(session, call, context),
    choose === undefined ? undefined : (count) => choose(session, count),
  );
}

function runOn(scheduler: Scheduler, session: Session, commands: Iterable<string>): RunResult {
  return scheduler.run(
    (function* script() {
      for (const command of commands) {
        const { devices, links } = session.world;
        scheduler.stepsLeft = STEP_LIMIT + STEPS_PER_DEVICE * (devices.length + links.length);
        yield* runCommand(session, command);
        yield* endDueTransfers(session);
      }
    })(),
  );
}

/**
 * Carries commands out in a session. A session that ends with nothing in flight is plain data: it can be cloned, and the next
 * commands give the same on either copy.
 */
export function runCommands(
  session: Session,
  commands: readonly string[],
  choose?: ChooseInSession,
): RunResult {
  return runOn(schedulerOf(session, choose), session, commands);
}

export interface ScriptOptions {
  readonly choose?: ChooseInSession;
  /** Milliseconds since the session's start at which the clock stops; default never. */
  readonly until?: number;
}

/** How a script ended, or what stopped it: the time it was given, or a journal of {@link JOURNAL_LIMIT} entries. */
export type ScriptResult = RunResult | { readonly kind: 'stopped'; readonly by: 'time' | 'journal' };

class OutOfTime extends Error {}

const ENDLESS: RunResult = {
  kind: 'hang',
  wait: { kind: 'endless' },
  blocked: [{ item: undefined, wait: { kind: 'endless' }, task: SCRIPT_TASK }],
};

/** A journal is full, and half of it is about one command at one moment. `from`: where that of the command begins. */
function standsStill({ journal = [], world, start }: Session, from: number): boolean {
  const half = Math.floor(journal.length / 2);
  return from <= half && journal[half]?.time === (world.now - start) / world.settings.ticksPerMillisecond;
}

/**
 * Carries out commands in a session, to the end or to a stop. What the iterable does between two commands happens between them.
 */
export function runScript(
  session: Session,
  commands: Iterable<string>,
  options: ScriptOptions = {},
): ScriptResult {
  const scheduler = schedulerOf(session, options.choose);
  const last = session.start + (options.until ?? Number.POSITIVE_INFINITY);
  let from = 0;
  function* noted(): Iterable<string> {
    for (const command of commands) {
      from = session.journal?.length ?? 0;
      yield command;
    }
  }
  scheduler.beforeClockMoves = (to) => {
    writeKernelMessages(session);
    if (to <= last) return;
    session.world.now = Math.max(session.world.now, last);
    throw new OutOfTime();
  };
  try {
    const result = runOn(scheduler, session, noted());
    writeKernelMessages(session);
    return result;
  } catch (error) {
    if (error instanceof OutOfTime) return { kind: 'stopped', by: 'time' };
    if (error instanceof JournalFull)
      return standsStill(session, from) ? ENDLESS : { kind: 'stopped', by: 'journal' };
    throw error;
  }
}

/** Removes power domains, those without subdomains first; what is left are circles. */
function removeDomains(scheduler: Scheduler, session: Session): RunResult {
  for (;;) {
    const before = session.domains.size;
    const commands = [...session.domains.keys()].reverse().map((name) => `rmgenpd ${name}`);
    const result = runOn(scheduler, session, commands);
    if (result.kind === 'hang' || session.domains.size === before) return result;
  }
}

/** Removes all devices, last first, all drivers and all power domains, without a trace, as the recorder did behind each scenario. */
export function cleanUp(scheduler: Scheduler, session: Session): RunResult {
  session.silent = true;
  session.world.recording = false;
  const held = runOn(scheduler, session, dmaCleanUpCommands(session));
  if (held.kind === 'hang') return held;
  const devices = [...session.devices.keys()].reverse().map((name) => `del ${name}`);
  const result = runOn(scheduler, session, [
    ...devices,
    ...[...session.drivers.keys()].map((name) => `undrv ${name}`),
  ]);
  return result.kind === 'hang' ? result : removeDomains(scheduler, session);
}

/**
 * Runs a scenario on a world of its own, to its end or to where the kernel hangs, and then removes its devices and
 * drivers, which can hang too. Its trace is in the session; with `recording`, the World's events tell its course too.
 */
export function runScenario(scenario: Scenario, choose?: ChooseInSession, recording = false): ScenarioRun {
  const session = createSession({ recording });
  const chosen: ChooseInSession | undefined =
    choose === undefined ? undefined : (running, count) => (running.silent ? 0 : choose(running, count));
  const scheduler = schedulerOf(session, chosen);
  const result = runOn(scheduler, session, scenario.commands);
  if (result.kind === 'hang') {
    writeEnd(session, 'script', isDeath(result.wait));
    return { session, result };
  }
  writeKernelMessages(session);
  const cleaned = cleanUp(scheduler, session);
  if (cleaned.kind === 'hang') writeEnd(session, 'cleanup', isDeath(cleaned.wait));
  else writeEnd(session, undefined);
  return { session, result: cleaned };
}
