/** The callback runs that two cycles have in common, each with its place in both. */

import { SLEEP_PHASES, type SleepDirection, type SleepPhase } from '../core/trace.ts';
import type { CallbackRun, SleepCycle } from './sleep-cycles.ts';

/** A callback of a device as it ran in two cycles. */
export interface ComparedRun {
  readonly device: string;
  /** Of the first cycle. */
  readonly driver?: string;
  readonly first: CallbackRun;
  readonly second: CallbackRun;
  /** From 0, in the order of beginning among the runs that both cycles have. */
  readonly firstPosition: number;
  readonly secondPosition: number;
}

export interface RunsInCommon {
  /** In the order of the first cycle. */
  readonly common: readonly ComparedRun[];
  readonly onlyFirst: readonly CallbackRun[];
  readonly onlySecond: readonly CallbackRun[];
}

/** What runs of two cycles are matched by, the closest description first: a device name is unique on its bus only. */
const DESCRIPTIONS: readonly ((run: CallbackRun) => string)[] = [
  (run) => [run.device, run.driver, run.callback, run.phase].join('\n'),
  (run) => [run.device, run.driver].join('\n'),
  (run) => run.device,
];

/**
 * The runs of a direction, of one phase if it is given. Without a phase, `prepare` and `complete` are left out, since
 * a kernel log does not have them.
 */
function runsOf(cycle: SleepCycle, direction: SleepDirection, phase: SleepPhase | undefined): CallbackRun[] {
  return cycle.runs.filter((run) => {
    if (run.direction !== direction) return false;
    return phase === undefined ? run.phase !== 'prepare' && run.phase !== 'complete' : run.phase === phase;
  });
}

function byDescription(
  runs: readonly CallbackRun[],
  taken: readonly boolean[],
  describe: (run: CallbackRun) => string,
): Map<string, number[]> {
  const indices = new Map<string, number[]>();
  for (const [index, run] of runs.entries()) {
    if (taken[index]) continue;
    const key = describe(run);
    const list = indices.get(key);
    if (list === undefined) indices.set(key, [index]);
    else list.push(index);
  }
  return indices;
}

/** For each run of the first cycle, the index of the same one in the second, or -1: the nth of equal ones to the nth. */
function match(first: readonly CallbackRun[], second: readonly CallbackRun[]): Int32Array {
  const partner = new Int32Array(first.length).fill(-1);
  const taken = new Array<boolean>(second.length).fill(false);
  for (const describe of DESCRIPTIONS) {
    const candidates = byDescription(second, taken, describe);
    const used = new Map<string, number>();
    for (const [index, run] of first.entries()) {
      if (partner[index]! >= 0) continue;
      const key = describe(run);
      const at = used.get(key) ?? 0;
      const found = candidates.get(key)?.[at];
      if (found === undefined) continue;
      used.set(key, at + 1);
      partner[index] = found;
      taken[found] = true;
    }
  }
  return partner;
}

/** One direction of a cycle, or one phase of it. */
export interface ComparedPart {
  readonly direction: SleepDirection;
  readonly phase?: SleepPhase;
}

/**
 * What two cycles can be compared in: each phase that both have, if both tell the phase of every run of the
 * direction; else the direction as a whole. prepare and complete are never asynchronous, so they are left out.
 */
export function comparableParts(first: SleepCycle, second: SleepCycle): readonly ComparedPart[] {
  return (['suspend', 'resume'] as const).flatMap((direction): ComparedPart[] => {
    const phases = [first, second].map((cycle) => {
      const runs = runsOf(cycle, direction, undefined);
      return new Set(runs.map((run) => run.phase));
    });
    if (phases.some((found) => found.size === 0)) return [];
    if (phases.some((found) => found.has(undefined))) return [{ direction }];
    const shared = SLEEP_PHASES.filter((phase) => phases.every((found) => found.has(phase)));
    return shared.map((phase) => ({ direction, phase }));
  });
}

/** Matches the runs of two cycles. Both keep their order of beginning. */
export function runsInCommon(
  firstCycle: SleepCycle,
  secondCycle: SleepCycle,
  direction: SleepDirection,
  phase: SleepPhase | undefined,
): RunsInCommon {
  const first = runsOf(firstCycle, direction, phase);
  const second = runsOf(secondCycle, direction, phase);
  const partner = match(first, second);
  const matched = [...partner].filter((index) => index >= 0).sort((one, two) => one - two);
  const secondPositions = new Map(matched.map((index, position) => [index, position]));
  const common: ComparedRun[] = [];
  for (const [index, run] of first.entries()) {
    if (partner[index]! < 0) continue;
    common.push({
      device: run.device,
      ...(run.driver === undefined ? {} : { driver: run.driver }),
      first: run,
      second: second[partner[index]!]!,
      firstPosition: common.length,
      secondPosition: secondPositions.get(partner[index]!)!,
    });
  }
  return {
    common,
    onlyFirst: first.filter((_, index) => partner[index]! < 0),
    onlySecond: second.filter((_, index) => !secondPositions.has(index)),
  };
}
