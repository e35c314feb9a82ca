/**
 * What determined how long a phase of system sleep took: the chain of callbacks in which each had to wait for the one before,
 * from the begin of the phase to its end; how much time the others had to spare; and what a device would save if it
 * were asynchronous. Holds for simulated runs and for recorded logs, as far as these tell who waits for whom.
 */
import type { SleepDirection, SleepPhase } from '../core/trace.ts';
import {
  circularWaits,
  contradictedWaits,
  type Demands,
  decisiveWait,
  delaysOf,
  earliestSchedule,
  lastEnd,
  recordedSchedule,
  type Schedule,
  slackOf,
  type WaitSet,
  waitOrder,
  withoutWaits,
} from './job-schedule.ts';
import { createMeanwhile, type Meanwhile } from './meanwhile.ts';
import type { SleepCycle } from './sleep-cycles.ts';
import {
  type JobWait,
  type SleepDevices,
  type SleepJob,
  type SuperiorsOf,
  sleepDevices,
  sleepJobs,
  type WaitKind,
} from './sleep-jobs.ts';
import { type SleepPart, sleepParts, type TimedRun } from './sleep-parts.ts';

/** Why a callback did not begin earlier. */
export interface WaitedFor {
  /** The device whose callback had to end before; absent where it began with the phase. */
  readonly device?: string;
  /** `phase`: nothing had to end before. */
  readonly kind: WaitKind | 'phase';
  /** What made the link, for a consumer or supplier. */
  readonly link?: string;
  /**
   * Devices without a callback in this phase that stand between the two: each waited for the next one or, the last one, for
   * `device`. Synchronous devices that only passed the turn on are left out.
   */
  readonly via: readonly { readonly device: string; readonly kind: WaitKind; readonly link?: string }[];
}

/** A callback with its time and place. Times are microseconds. */
export interface CallbackTiming {
  readonly device: string;
  readonly driver?: string;
  /** The layer and phase words of ftrace, the function of a kernel log. */
  readonly callback?: string;
  readonly asynchronous: boolean;
  readonly task?: number;
  readonly begin: number;
  readonly end: number;
  /** It had not returned when the record ended. */
  readonly unfinished: boolean;
  /** How long it took by the kernel's own measure, where the log states it; the log's stamps include the printing. */
  readonly stated?: number;
  /** Time between the end of what it waited for and its begin. */
  readonly delay: number;
  /** What else is on record for that time, by begin; some may be inside of others. */
  readonly meanwhile: readonly Meanwhile[];
  /** The part of that time for which nothing is on record. */
  readonly unexplained: number;
  readonly waitedFor: WaitedFor;
  /** How much later it could have ended without the phase ending later. */
  readonly slack: number;
  /** Line of the log. */
  readonly line?: number;
}

/** One phase, or one direction where the log does not tell phases. */
export interface PartPath {
  readonly phase?: SleepPhase;
  readonly direction: SleepDirection;
  readonly begin: number;
  readonly end: number;
  /** The order of dpm_list is known: it was recorded. */
  readonly listKnown: boolean;
  /** All callbacks, in the order in which they began. */
  readonly callbacks: readonly CallbackTiming[];
  /** Indices into `callbacks`: the critical path, first to last. */
  readonly path: readonly number[];
  /** Between the end of the last callback and that of the phase. */
  readonly rest: number;
}

/** What would be saved if one device were asynchronous. */
export interface Saving {
  readonly device: string;
  /** Microseconds of all phases together. */
  readonly saved: number;
}

export interface CriticalPath {
  /** Index of the cycle. */
  readonly cycle: number;
  /** The task that walks the lists of devices; absent where no task is recorded. */
  readonly mainTask?: number;
  /** In the order in which they ran. */
  readonly parts: readonly PartPath[];
  /** Synchronous devices of the path that would save time, the most first. */
  readonly savings: readonly Saving[];
  /** Callbacks that are in no part, since the log does not tell their time or direction. */
  readonly leftOut: number;
}

export interface CriticalPathOptions {
  /** Links that the board knows; a simulated run knows its own. */
  readonly superiorsOf?: SuperiorsOf;
  /** Devices for which is tried what they would save; default SAVING_CANDIDATES. */
  readonly candidates?: number;
}

/** Each one costs a schedule of the whole cycle. */
export const SAVING_CANDIDATES = 20;

/** A part with its jobs and their times. */
interface Scheduled {
  readonly part: SleepPart;
  readonly jobs: readonly SleepJob[];
  readonly order: Int32Array;
  readonly schedule: Schedule;
  readonly demands: Demands;
  /** Waits that make a circle or that the record contradicts; they are not among those of the jobs. */
  readonly dropped: WaitSet;
}

function scheduled(part: SleepPart, devices: SleepDevices): Scheduled {
  const all = sleepJobs(part, devices);
  const circular = circularWaits(all);
  const ordered = withoutWaits(all, circular);
  const schedule = recordedSchedule(part, ordered, waitOrder(ordered));
  const contradicted = contradictedWaits(ordered, schedule);
  const jobs = withoutWaits(ordered, contradicted);
  const demands = {
    durations: schedule.end.map((end, job) => end - schedule.begin[job]!),
    delays: delaysOf(part, jobs, schedule),
  };
  const dropped = new Set([...circular, ...contradicted]);
  return { part, jobs, order: waitOrder(jobs), schedule, demands, dropped };
}

/** The chain of waits from a job back to the next callback. */
function waitedFor(
  { jobs, schedule }: Scheduled,
  job: number,
): { readonly on: number; readonly words: WaitedFor } {
  const first = decisiveWait(jobs, schedule, job);
  const via: { device: string; kind: WaitKind; link?: string }[] = [];
  let wait = first;
  while (wait !== undefined && jobs[wait.on]!.timed === undefined) {
    const { device } = jobs[wait.on]!;
    const next: JobWait | undefined = decisiveWait(jobs, schedule, wait.on);
    const isTurnPassedOn =
      next?.kind === 'list order' && (wait.kind === 'list order' || wait.kind === 'walk');
    if (next !== undefined && !isTurnPassedOn) via.push({ device, ...kindOf(next) });
    wait = next;
  }
  if (wait === undefined) return { on: -1, words: { kind: 'phase', via } };
  return { on: wait.on, words: { device: jobs[wait.on]!.device, ...kindOf(first!), via } };
}

function kindOf({ kind, link }: JobWait): { readonly kind: WaitKind; readonly link?: string } {
  return link === undefined ? { kind } : { kind, link };
}

function timingOf(
  { asynchronous }: SleepJob,
  { run, begin, end }: TimedRun,
  rest: Pick<CallbackTiming, 'delay' | 'meanwhile' | 'unexplained' | 'waitedFor' | 'slack'>,
): CallbackTiming {
  const { device, driver, callback, task, duration, beginLine } = run;
  return {
    device,
    ...(driver === undefined ? {} : { driver }),
    ...(callback === undefined ? {} : { callback }),
    asynchronous,
    ...(task === undefined ? {} : { task }),
    begin,
    end,
    unfinished: run.endSequence === undefined,
    ...(duration === undefined ? {} : { stated: duration }),
    ...rest,
    ...(beginLine === undefined ? {} : { line: beginLine }),
  };
}

/** The job that ended last; of several, the last one of the walk. */
function lastJob(jobs: readonly SleepJob[], { end }: Schedule): number {
  let last = -1;
  for (const [job, { timed }] of jobs.entries()) {
    if (timed !== undefined && (last < 0 || end[job]! >= end[last]!)) last = job;
  }
  return last;
}

function partPath(
  one: Scheduled,
  listKnown: boolean,
  meanwhile: ReturnType<typeof createMeanwhile>,
): PartPath {
  const { part, jobs, order, schedule, demands } = one;
  const slack = slackOf(jobs, order, schedule, demands);
  const timed = [...jobs.keys()]
    .filter((job) => jobs[job]!.timed !== undefined)
    .sort((a, b) => jobs[a]!.timed!.run.beginSequence - jobs[b]!.timed!.run.beginSequence);
  const place = new Map(timed.map((job, index) => [job, index]));
  const waits = new Map(timed.map((job) => [job, waitedFor(one, job)]));
  const callbacks = timed.map((job) => {
    const { on, words } = waits.get(job)!;
    const from = on < 0 ? part.begin : schedule.end[on]!;
    const { run, begin } = jobs[job]!.timed!;
    return timingOf(jobs[job]!, jobs[job]!.timed!, {
      delay: begin - from,
      ...meanwhile(run.device, run.task, from, begin),
      waitedFor: words,
      slack: slack[job]!,
    });
  });
  const path: number[] = [];
  for (let job = lastJob(jobs, schedule); job >= 0; job = waits.get(job)!.on) path.push(place.get(job)!);
  const { phase, direction, begin, end } = part;
  return {
    ...(phase === undefined ? {} : { phase }),
    direction,
    begin,
    end,
    listKnown,
    callbacks,
    path: path.reverse(),
    rest: end - lastEnd(begin, schedule),
  };
}

/**
 * What it demands if a device is asynchronous: the time before its callback that nothing explains is taken to be the walk's, and
 * stays with it.
 */
function demandsAsIf({ jobs, demands }: Scheduled, device: string): Demands {
  const delays = demands.delays.slice();
  let carried = 0;
  for (const [job, { asynchronous, device: name }] of jobs.entries()) {
    if (asynchronous) continue;
    if (name === device) {
      carried += delays[job]!;
      delays[job] = 0;
    } else {
      delays[job]! += carried;
      carried = 0;
    }
  }
  return { durations: demands.durations, delays };
}

/** How long the part would take if a device were asynchronous; undefined if devices would wait for each other for ever. */
function lengthAsIf(one: Scheduled, devices: SleepDevices, device: string): number | undefined {
  const { part, dropped } = one;
  const jobs = withoutWaits(sleepJobs(part, devices, device), dropped);
  const order = waitOrder(jobs);
  if (order.length < jobs.length) return undefined;
  const schedule = earliestSchedule(part.begin, jobs, order, demandsAsIf(one, device));
  return lastEnd(part.begin, schedule) - part.begin;
}

/** Synchronous devices of the paths, those that took and waited longest first. */
function candidatesOf(parts: readonly PartPath[], most: number): string[] {
  const held = new Map<string, number>();
  const add = (device: string, time: number) => held.set(device, (held.get(device) ?? 0) + time);
  for (const { phase, path, callbacks } of parts) {
    if (phase === 'prepare' || phase === 'complete') continue;
    let before = 0;
    for (const index of path) {
      const { device, asynchronous, begin, end, waitedFor } = callbacks[index]!;
      const isDependent = waitedFor.kind !== 'list order' && waitedFor.kind !== 'walk';
      if (!asynchronous) add(device, end - begin + (isDependent ? before : 0));
      // A device without a callback held up the walk.
      if (!isDependent) for (const hop of waitedFor.via) add(hop.device, before);
      before = end - begin;
    }
  }
  return [...held]
    .sort((one, two) => two[1] - one[1] || (one[0] < two[0] ? -1 : 1))
    .slice(0, most)
    .map(([device]) => device);
}

function savingOf(parts: readonly Scheduled[], devices: SleepDevices, device: string): Saving | undefined {
  let saved = 0;
  for (const one of parts) {
    const length = lengthAsIf(one, devices, device);
    if (length === undefined) return undefined;
    saved += lastEnd(one.part.begin, one.schedule) - one.part.begin - length;
  }
  return saved > 0 ? { device, saved } : undefined;
}

/**
 * The critical path of each phase of a cycle. The callbacks of a path, the delay before each and the rest together are exactly the
 * length of the phase; in a simulated run without runtime PM inside of it the callbacks alone are.
 *
 * A saving is what the kernel's rules give if the device waits over the parents and links that are known and all callbacks
 * take as long as they did; whether nothing else has to keep it in order, the record cannot say.
 */
export function criticalPath(
  cycle: SleepCycle,
  { superiorsOf, candidates = SAVING_CANDIDATES }: CriticalPathOptions = {},
): CriticalPath {
  const { parts, leftOut } = sleepParts(cycle);
  const devices = sleepDevices(cycle, superiorsOf);
  const all = parts.map((part) => scheduled(part, devices));
  const meanwhile = createMeanwhile(cycle.others);
  const paths = all.map((one) => partPath(one, devices.list.length > 0, meanwhile));
  const savings = candidatesOf(paths, candidates)
    .map((device) => savingOf(all, devices, device))
    .filter((saving) => saving !== undefined)
    .sort((one, two) => two.saved - one.saved || (one.device < two.device ? -1 : 1));
  const { mainTask } = devices;
  return {
    cycle: cycle.index,
    ...(mainTask === undefined ? {} : { mainTask }),
    parts: paths,
    savings,
    leftOut,
  };
}
