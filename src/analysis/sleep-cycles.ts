/**
 * Events of a run, simulated or recorded, into system sleep cycles: which callback of which device ran from when to
 * when, in which phase, and what failed. One cycle is held at a time.
 *
 * Before and after are told by the order of the events (their sequence numbers within the cycle). Times may tie, and a
 * log may have none.
 */

import {
  type CallbackBegin,
  type CallbackEnd,
  type CycleMark,
  directionOfPhase,
  type LogEvent,
  type PhaseMark,
  type SleepDevice,
  type SleepDirection,
  type SleepFailure,
  type SleepPhase,
  type TraceEvent,
} from '../core/trace.ts';
import { createOtherSpans, type OtherSpan, type OtherSpans } from './other-spans.ts';
import { followsDirectly } from './sleep-phases.ts';

/** One run of a callback. */
export interface CallbackRun {
  readonly device: string;
  readonly driver?: string;
  readonly parent?: string;
  /** Absent where neither the record nor the marks around it tell it. */
  readonly phase?: SleepPhase;
  readonly direction?: SleepDirection;
  /** Microseconds; absent where the record has no time. */
  readonly begin?: number;
  /** Microseconds; absent where the record has no time, or the callback had not returned when the cycle ended. */
  readonly end?: number;
  readonly beginSequence: number;
  /** Absent if the callback had not returned when the cycle (or the log) ended. */
  readonly endSequence?: number;
  /** What it returned: 0 or a negative errno; absent if it had not returned. */
  readonly error?: number;
  /** Microseconds that the record states; may differ from `end - begin`, which includes the printing. */
  readonly duration?: number;
  readonly task?: number;
  readonly callback?: string;
  /** Lines of the log, if they were given. */
  readonly beginLine?: number;
  readonly endLine?: number;
}

/** An event with its place in the cycle and, if it was given, its line in the log. */
export type Sequenced<T> = T & { readonly sequence: number; readonly line?: number };

/** One system sleep cycle: from an entry mark to an exit mark, or what stands between where these are missing. */
export interface SleepCycle {
  /** From 0, in the order of the log. */
  readonly index: number;
  /** Times of the marks, where they are in the log and have one. */
  readonly entry?: number;
  /** The first time it was asleep: a system suspended to idle may wake and sleep again. */
  readonly asleep?: number;
  readonly exit?: number;
  /** `deep`, `s2idle`, ... of the entry mark. */
  readonly state?: string;
  /** In the order in which they began. */
  readonly runs: readonly CallbackRun[];
  readonly failures: readonly Sequenced<SleepFailure>[];
  /** Marks of the cycle and of its phases. */
  readonly marks: readonly Sequenced<CycleMark | PhaseMark>[];
  /**
   * What the kernel knew of each prepared device, in the order of dpm_list; empty for a recorded log, which does not tell.
   */
  readonly prepared: readonly SleepDevice[];
  /** Devices that stayed runtime-suspended through the cycle; empty for a recorded log. */
  readonly directComplete: readonly string[];
  /** What tasks did meanwhile besides these: runtime PM, and callbacks inside of others. At most OTHER_LIMIT are kept. */
  readonly others: readonly OtherSpan[];
  /** How many of the runs had not returned. */
  readonly unfinished: number;
  /** Returns of callbacks whose begin is not in the cycle, as in a log that starts in its middle. */
  readonly endsWithoutBegin: readonly Sequenced<CallbackEnd>[];
  /** Events that were not kept because the cycle has more than the limits allow. */
  readonly dropped: number;
}

export interface CycleAssemblerOptions {
  /** Takes each cycle when it is over. */
  readonly onCycle: (cycle: SleepCycle) => void;
  /** Callback runs kept of a cycle; default RUN_LIMIT. */
  readonly runLimit?: number;
}

export interface CycleAssembler {
  /** Takes the next event, with the line of the log where it begins if there is one. */
  readonly push: (event: TraceEvent, line?: number) => void;
  /** Ends the log, and the cycle that is open. */
  readonly end: () => void;
}

/** Runs kept of a cycle: several times what the largest systems have (8 phases of some 5,000 devices). */
export const RUN_LIMIT = 1 << 18;
/** Runs of one device that may be waiting for their returns; the oldest of more are given up as not returned. */
const RUNNING_LIMIT = 16;
/** What else tasks did, kept of a cycle. */
const OTHER_LIMIT = 1 << 16;
/** Failures, marks and ends without begin kept of a cycle, each. */
export const REMARK_LIMIT = 1 << 14;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenRun = Mutable<CallbackRun>;

type CycleList =
  | 'runs'
  | 'failures'
  | 'marks'
  | 'endsWithoutBegin'
  | 'prepared'
  | 'directComplete'
  | 'others';

/** A cycle that is being filled. */
interface OpenCycle {
  readonly cycle: Mutable<Omit<SleepCycle, CycleList>> & {
    readonly runs: OpenRun[];
    readonly failures: Sequenced<SleepFailure>[];
    readonly marks: Sequenced<CycleMark | PhaseMark>[];
    readonly endsWithoutBegin: Sequenced<CallbackEnd>[];
    readonly prepared: SleepDevice[];
    readonly directComplete: string[];
    readonly others: readonly OtherSpan[];
  };
  /** Begun by an entry mark: then only an exit or the next entry ends it. */
  readonly marked: boolean;
  /** Runs that have not returned, by device. */
  readonly running: Map<string, OpenRun[]>;
  readonly others: OtherSpans;
  sequence: number;
  /** A callback of the resume direction has been seen. */
  resuming: boolean;
  /** The phase whose end was marked last, and how many runs stood before that mark. */
  closedPhase: SleepPhase | undefined;
  closedRuns: number;
}

function openCycle(index: number, marked: boolean): OpenCycle {
  const others = createOtherSpans(OTHER_LIMIT);
  return {
    cycle: {
      index,
      runs: [],
      failures: [],
      marks: [],
      unfinished: 0,
      endsWithoutBegin: [],
      prepared: [],
      directComplete: [],
      others: others.spans,
      dropped: 0,
    },
    others,
    marked,
    running: new Map(),
    sequence: 0,
    resuming: false,
    closedPhase: undefined,
    closedRuns: 0,
  };
}

function sequenced<T extends LogEvent>(event: T, open: OpenCycle, line: number | undefined): Sequenced<T> {
  const { sequence } = open;
  return line === undefined ? { ...event, sequence } : { ...event, sequence, line };
}

/** Adds to a list that has a limit, or counts what does not fit. */
function keep<T>(list: T[], item: T, limit: number, open: OpenCycle): void {
  if (list.length < limit) list.push(item);
  else open.cycle.dropped++;
}

function runOf(event: CallbackBegin, open: OpenCycle, line: number | undefined): OpenRun {
  const run: OpenRun = { device: event.device, beginSequence: open.sequence };
  if (event.driver !== undefined) run.driver = event.driver;
  if (event.parent !== undefined) run.parent = event.parent;
  if (event.phase !== undefined) run.phase = event.phase;
  if (event.direction !== undefined) run.direction = event.direction;
  if (event.task !== undefined) run.task = event.task;
  if (event.callback !== undefined) run.callback = event.callback;
  if (!Number.isNaN(event.time)) run.begin = event.time;
  if (line !== undefined) run.beginLine = line;
  return run;
}

/**
 * Whether the return can be that of the run: one task runs a callback from begin to end, and dmesg names the function
 * on both lines. The driver may differ, since a callback can bind or unbind one.
 */
function canEnd(run: CallbackRun, event: CallbackEnd): boolean {
  if (event.task !== undefined && run.task !== undefined && event.task !== run.task) return false;
  return event.callback === undefined || event.callback === run.callback;
}

/** Takes the run that the event ends out of the running ones: of the same driver if possible, then the latest. */
function takeRunning({ running }: OpenCycle, event: CallbackEnd): OpenRun | undefined {
  const runs = running.get(event.device);
  if (runs === undefined) return undefined;
  let at = runs.findLastIndex((run) => run.driver === event.driver && canEnd(run, event));
  if (at < 0) at = runs.findLastIndex((run) => canEnd(run, event));
  if (at < 0) return undefined;
  // The list stays, even empty, for the device's next phase.
  return at === runs.length - 1 ? runs.pop() : runs.splice(at, 1)[0];
}

function end(open: OpenCycle, event: CallbackEnd, line: number | undefined): void {
  const run = takeRunning(open, event);
  if (run === undefined) {
    keep(open.cycle.endsWithoutBegin, sequenced(event, open, line), REMARK_LIMIT, open);
    return;
  }
  run.endSequence = open.sequence;
  run.error = event.error;
  if (!Number.isNaN(event.time)) run.end = event.time;
  if (event.duration !== undefined) run.duration = event.duration;
  if (line !== undefined) run.endLine = line;
  open.cycle.unfinished--;
}

function begin(open: OpenCycle, event: CallbackBegin, line: number | undefined, limit: number): void {
  if (directionOf(event) === 'resume') open.resuming = true;
  if (open.cycle.runs.length >= limit) {
    open.cycle.dropped++;
    return;
  }
  const run = runOf(event, open, line);
  open.cycle.runs.push(run);
  open.cycle.unfinished++;
  const runs = open.running.get(run.device);
  if (runs === undefined) open.running.set(run.device, [run]);
  else if (runs.push(run) > RUNNING_LIMIT) runs.shift();
}

/**
 * A kernel log tells no phases, but with pm_debug_messages it says when each phase ends. The runs since the end of
 * the phase before are then proved to be of this one; if another phase may have ended unseen in between, they are not.
 */
function closePhase(open: OpenCycle, phase: SleepPhase): void {
  const { runs } = open.cycle;
  const direction = directionOfPhase(phase);
  const proved = followsDirectly(open.closedPhase, phase, open.cycle.index === 0 && !open.marked);
  for (let at = proved ? open.closedRuns : runs.length; at < runs.length; at++) {
    const run = runs[at]!;
    if (run.phase !== undefined || (run.direction ?? direction) !== direction) continue;
    run.phase = phase;
    run.direction = direction;
  }
  open.closedPhase = phase;
  open.closedRuns = runs.length;
}

function markCycle({ cycle }: OpenCycle, event: CycleMark): void {
  if (event.state !== undefined) cycle.state ??= event.state;
  if (!Number.isNaN(event.time)) cycle[event.mark] ??= event.time;
}

function directionOf(event: CallbackBegin | PhaseMark): SleepDirection | undefined {
  if (event.kind === 'callback-begin' && event.direction !== undefined) return event.direction;
  return event.phase === undefined ? undefined : directionOfPhase(event.phase);
}

/** Whether the event shows that a cycle without an entry mark is over: the system goes down after it came up. */
function turnsBack(open: OpenCycle, event: TraceEvent): boolean {
  if (open.marked || !open.resuming) return false;
  return (
    (event.kind === 'callback-begin' || event.kind === 'phase-begin') && directionOf(event) === 'suspend'
  );
}

const NOT_OF_SLEEP: ReadonlySet<TraceEvent['kind']> = new Set<TraceEvent['kind']>([
  'rpm',
  'driver-callback-begin',
  'driver-callback-end',
  'domain-callback-begin',
  'domain-callback-end',
  'domain-status',
]);

/**
 * Assembles cycles from events in the order of the log. A cycle begins with an entry mark and ends with an exit mark
 * or the next entry. Where the log has no entry mark, it begins with the first event of a cycle, and a new one where a
 * callback of the suspend direction follows one of the resume direction. Runtime PM and callbacks of drivers outside of sleep begin no cycle and end none.
 *
 * Memory is that of one cycle and limited (`runLimit`, REMARK_LIMIT): what is beyond is counted in `dropped`.
 */
export function createCycleAssembler({
  onCycle,
  runLimit = RUN_LIMIT,
}: CycleAssemblerOptions): CycleAssembler {
  let open: OpenCycle | undefined;
  let index = 0;

  function close(): void {
    if (open !== undefined) onCycle(open.cycle);
    open = undefined;
  }

  /** The cycle that an event belongs to. */
  function cycleFor(event: TraceEvent, line: number | undefined): OpenCycle | undefined {
    if (NOT_OF_SLEEP.has(event.kind)) {
      open?.others.push(event, line);
      return undefined;
    }
    const entry = event.kind === 'cycle' && event.mark === 'entry';
    if (entry || (open !== undefined && turnsBack(open, event))) close();
    if (open === undefined && event.kind === 'cycle' && event.mark === 'exit') return undefined;
    open ??= openCycle(index++, entry);
    return open;
  }

  function push(event: TraceEvent, line?: number): void {
    const cycle = cycleFor(event, line);
    if (cycle === undefined) return;
    switch (event.kind) {
      case 'callback-begin':
        begin(cycle, event, line, runLimit);
        break;
      case 'callback-end':
        end(cycle, event, line);
        break;
      case 'sleep-failure':
        keep(cycle.cycle.failures, sequenced(event, cycle, line), REMARK_LIMIT, cycle);
        break;
      case 'sleep-device':
        keep(cycle.cycle.prepared, event, runLimit, cycle);
        break;
      case 'direct-complete':
        keep(cycle.cycle.directComplete, event.device, runLimit, cycle);
        break;
      case 'cycle':
        markCycle(cycle, event);
        keep(cycle.cycle.marks, sequenced(event, cycle, line), REMARK_LIMIT, cycle);
        break;
      case 'phase-begin':
      case 'phase-end':
        if (event.kind === 'phase-end') closePhase(cycle, event.phase);
        keep(cycle.cycle.marks, sequenced(event, cycle, line), REMARK_LIMIT, cycle);
        break;
    }
    cycle.sequence++;
    if (event.kind === 'cycle' && event.mark === 'exit') close();
  }

  return { push, end: close };
}
