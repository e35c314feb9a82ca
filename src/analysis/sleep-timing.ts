/**
 * What took how long in recorded suspends: the answer of `devgraph timeline`. All cycles of a log in a row each, and one of
 * them with its critical path.
 */
import type { SleepDirection, SleepPhase, TraceEvent } from '../core/trace.ts';
import {
  type CallbackTiming,
  type CriticalPath,
  criticalPath,
  type PartPath,
  type Saving,
} from './critical-path.ts';
import type { Meanwhile } from './meanwhile.ts';
import { createCycleAssembler, type SleepCycle } from './sleep-cycles.ts';
import type { SuperiorsOf, WaitKind } from './sleep-jobs.ts';
import { waitText } from './wait-text.ts';

/** A callback in a phase. Times are microseconds of the log's clock. */
export interface TimedCallback {
  readonly device: string;
  readonly driver: string | null;
  /** The layer and phase words of ftrace, or the function of a kernel log. */
  readonly callback: string | null;
  readonly asynchronous: boolean;
  /** The task that ran it. */
  readonly task: number | null;
  readonly begin: number;
  readonly end: number;
  /** It had not returned when the record ended. */
  readonly unfinished: boolean;
  /** How long it took by the kernel's own measure. */
  readonly stated: number | null;
  readonly onCriticalPath: boolean;
  /** How much later it could have ended without the phase ending later. */
  readonly slack: number;
  /** Time before it, behind all that it waited for. */
  readonly delay: number;
  /** What else is on record for that time: runtime PM of its task or of its device. */
  readonly meanwhile: readonly Meanwhile[];
  /** The part of that time for which nothing is on record. */
  readonly unexplained: number;
  /** Why it did not begin earlier, in words. */
  readonly why: string;
  readonly waitedFor: {
    readonly kind: WaitKind | 'phase';
    readonly device: string | null;
    readonly link: string | null;
    /** Devices without a callback between the two, each with how it waited for the next one. */
    readonly via: readonly {
      readonly device: string;
      readonly kind: WaitKind;
      readonly link: string | null;
    }[];
  };
  readonly line: number | null;
}

export interface TimedPhase {
  /** null where the log tells the direction only. */
  readonly phase: SleepPhase | null;
  readonly direction: SleepDirection;
  readonly begin: number;
  readonly end: number;
  /** Time behind the last callback. */
  readonly rest: number;
  /** In the order in which they began. */
  readonly callbacks: readonly TimedCallback[];
}

/** A sleep cycle in a row. */
export interface CycleRow {
  /** From 1, in the order of the log. */
  readonly cycle: number;
  readonly state: string | null;
  /** Microseconds on the way down and on the way up. */
  readonly down: number;
  readonly up: number;
  readonly callbacks: number;
  /** The callback that took longest; null without one. */
  readonly longest: {
    readonly device: string;
    readonly phase: SleepPhase | null;
    readonly took: number;
  } | null;
}

/** Times of a log's cycles, without the log's name and format. */
export interface SleepTiming {
  readonly cycles: readonly CycleRow[];
  /** Cycles past CYCLE_LIMIT. */
  readonly cyclesLeftOut: number;
  /** The cycle that the phases are of; null if there is none. */
  readonly cycle: number | null;
  /** Callbacks of that cycle that have no time or no direction. */
  readonly leftOut: number;
  /** Whether the record tells the order of dpm_list, which decides when asynchronous devices start. */
  readonly listKnown: boolean;
  readonly phases: readonly TimedPhase[];
  /** What synchronous devices of the critical path would save if they were asynchronous, the most first. */
  readonly savings: readonly Saving[];
}

/** What `devgraph timeline --json` prints. */
export interface TimelineResult extends SleepTiming {
  readonly version: 1;
  readonly kernel: string;
  readonly input: string;
  readonly format: string;
  /** The board whose links are known, null without one. */
  readonly board: string | null;
  /** What the format does not record, in words. */
  readonly unknown: readonly string[];
}

export interface SleepTimingOptions {
  readonly superiorsOf?: SuperiorsOf;
  /** The cycle to look into, from 1; default the one that took longest. */
  readonly cycle?: number;
}

export interface SleepTimingCollector {
  readonly onCycle: (cycle: SleepCycle) => void;
  /** Undefined `path` if no cycle was chosen. */
  readonly end: () => { readonly timing: SleepTiming; readonly path: CriticalPath | undefined };
}

/** Rows kept of a log. */
export const CYCLE_LIMIT = 10_000;

function timedCallback(callback: CallbackTiming, part: PartPath, onCriticalPath: boolean): TimedCallback {
  const {
    device,
    driver,
    asynchronous,
    task,
    begin,
    end,
    unfinished,
    stated,
    slack,
    delay,
    meanwhile,
    unexplained,
    line,
  } = callback;
  const { kind, device: other, link, via } = callback.waitedFor;
  return {
    device,
    driver: driver ?? null,
    callback: callback.callback ?? null,
    asynchronous,
    task: task ?? null,
    begin,
    end,
    unfinished,
    stated: stated ?? null,
    onCriticalPath,
    slack,
    delay,
    meanwhile,
    unexplained,
    why: waitText(callback, part),
    waitedFor: {
      kind,
      device: other ?? null,
      link: link ?? null,
      via: via.map((hop) => ({ device: hop.device, kind: hop.kind, link: hop.link ?? null })),
    },
    line: line ?? null,
  };
}

function timedPhase(part: PartPath): TimedPhase {
  const { phase, direction, begin, end, rest, callbacks } = part;
  const onPath = new Set(part.path);
  return {
    phase: phase ?? null,
    direction,
    begin,
    end,
    rest,
    callbacks: callbacks.map((callback, index) => timedCallback(callback, part, onPath.has(index))),
  };
}

/** From the first begin to the last end of the phases of a direction. */
function lengthOf(parts: readonly PartPath[], direction: SleepDirection): number {
  const own = parts.filter((part) => part.direction === direction);
  if (own.length === 0) return 0;
  return Math.max(...own.map(({ end }) => end)) - Math.min(...own.map(({ begin }) => begin));
}

function rowOf(cycle: SleepCycle, { parts }: CriticalPath): CycleRow {
  let longest: CycleRow['longest'] = null;
  for (const { phase, callbacks } of parts) {
    for (const { device, begin, end } of callbacks) {
      if (longest === null || end - begin > longest.took)
        longest = { device, phase: phase ?? null, took: end - begin };
    }
  }
  return {
    cycle: cycle.index + 1,
    state: cycle.state ?? null,
    down: lengthOf(parts, 'suspend'),
    up: lengthOf(parts, 'resume'),
    callbacks: cycle.runs.length,
    longest,
  };
}

/** Collects the times of cycles as they come; memory is that of two cycles and the rows. */
export function createSleepTiming({
  superiorsOf,
  cycle: wanted,
}: SleepTimingOptions = {}): SleepTimingCollector {
  const known = superiorsOf === undefined ? {} : { superiorsOf };
  const cycles: CycleRow[] = [];
  let cyclesLeftOut = 0;
  let chosen: { readonly cycle: SleepCycle; readonly length: number } | undefined;
  const onCycle = (cycle: SleepCycle) => {
    if (cycle.runs.length === 0) return;
    const row = rowOf(cycle, criticalPath(cycle, { ...known, candidates: 0 }));
    if (cycles.length < CYCLE_LIMIT) cycles.push(row);
    else cyclesLeftOut++;
    const length = row.down + row.up;
    const isChosen = wanted === undefined ? length > (chosen?.length ?? -1) : row.cycle === wanted;
    if (isChosen) chosen = { cycle, length };
  };
  const end = () => {
    const path = chosen === undefined ? undefined : criticalPath(chosen.cycle, known);
    return {
      path,
      timing: {
        cycles,
        cyclesLeftOut,
        cycle: path === undefined ? null : path.cycle + 1,
        leftOut: path?.leftOut ?? 0,
        listKnown: path?.parts.some(({ listKnown }) => listKnown) ?? false,
        phases: path?.parts.map(timedPhase) ?? [],
        savings: path?.savings ?? [],
      },
    };
  };
  return { onCycle, end };
}

/** The times of a run that is in memory as a whole. */
export function sleepTimingOf(
  events: Iterable<TraceEvent>,
  options: SleepTimingOptions = {},
): ReturnType<SleepTimingCollector['end']> {
  const timing = createSleepTiming(options);
  const assembler = createCycleAssembler({ onCycle: timing.onCycle });
  for (const event of events) assembler.push(event);
  assembler.end();
  return timing.end();
}
