/**
 * When jobs that wait for each other begin and end: as they were recorded, as they would with other durations or waits, and
 * how much later each could have ended without anything else ending later.
 */
import { Components } from './components.ts';
import type { JobWait, SleepJob } from './sleep-jobs.ts';
import type { SleepPart } from './sleep-parts.ts';

/** Microseconds, by job. */
export interface Schedule {
  readonly begin: Float64Array;
  readonly end: Float64Array;
}

/** Jobs in an order in which each comes behind those it waits for; those on a circle of waits, and behind one, are missing. */
export function waitOrder(jobs: readonly SleepJob[]): Int32Array {
  const open = Int32Array.from(jobs, ({ waits }) => waits.length);
  const followers = followersOf(jobs);
  const order = new Int32Array(jobs.length);
  let size = 0;
  for (const [job, count] of open.entries()) if (count === 0) order[size++] = job;
  for (let at = 0; at < size; at++) {
    const job = order[at]!;
    for (let next = followers.from[job]!; next < followers.from[job + 1]!; next++) {
      const follower = followers.jobs[next]!;
      if (--open[follower]! === 0) order[size++] = follower;
    }
  }
  return order.subarray(0, size);
}

/** The jobs that wait for each job: `jobs[from[j]]` to `jobs[from[j + 1] - 1]`. */
function followersOf(jobs: readonly SleepJob[]): { readonly from: Int32Array; readonly jobs: Int32Array } {
  const from = new Int32Array(jobs.length + 1);
  for (const { waits } of jobs) for (const { on } of waits) from[on + 1]!++;
  for (let job = 0; job < jobs.length; job++) from[job + 1]! += from[job]!;
  const followers = new Int32Array(from[jobs.length]!);
  const next = from.slice();
  for (const [job, { waits }] of jobs.entries()) for (const { on } of waits) followers[next[on]!++] = job;
  return { from, jobs: followers };
}

/**
 * The recorded schedule. A job without a callback takes no time and ends when all that it waited for has ended; a wait that the
 * record contradicts, since the walk had gone on before it could have ended, does not count.
 */
export function recordedSchedule(part: SleepPart, jobs: readonly SleepJob[], order: Int32Array): Schedule {
  const begin = new Float64Array(jobs.length).fill(part.begin);
  const end = new Float64Array(jobs.length).fill(part.begin);
  const latest = latestEnds(part, jobs);
  for (const [job, { timed }] of jobs.entries()) {
    if (timed === undefined) continue;
    begin[job] = timed.begin;
    end[job] = timed.end;
  }
  for (const job of order) {
    const { timed, waits } = jobs[job]!;
    if (timed !== undefined) continue;
    let at = part.begin;
    for (const { on } of waits) if (end[on]! <= latest[job]!) at = Math.max(at, end[on]!);
    begin[job] = at;
    end[job] = at;
  }
  return { begin, end };
}

/** The moment at which each job must have ended, since the walk had come to a later synchronous device. */
function latestEnds(part: SleepPart, jobs: readonly SleepJob[]): Float64Array {
  const latest = new Float64Array(jobs.length).fill(part.end);
  let moment = part.end;
  for (let job = jobs.length - 1; job >= 0; job--) {
    const { asynchronous, timed } = jobs[job]!;
    if (asynchronous) continue;
    latest[job] = moment;
    if (timed !== undefined) moment = Math.min(moment, timed.begin);
  }
  return latest;
}

/**
 * Which wait tells most where several jobs end at the same moment: a dependency on a callback, then the walk; what a device without
 * a callback waited for, the walk mostly tells too.
 */
function rankOf(jobs: readonly SleepJob[], { on, kind }: JobWait): number {
  if (kind === 'walk' || kind === 'list order') return 2;
  if (jobs[on]!.timed === undefined) return 3;
  return kind === 'parent' || kind === 'child' ? 0 : 1;
}

/** What a job waited for last: the wait whose end came last before it began; undefined if nothing had to end before. */
export function decisiveWait(
  jobs: readonly SleepJob[],
  { begin, end }: Schedule,
  job: number,
): JobWait | undefined {
  let best: JobWait | undefined;
  for (const wait of jobs[job]!.waits) {
    if (end[wait.on]! > begin[job]!) continue;
    const later = best === undefined ? 1 : end[wait.on]! - end[best.on]!;
    if (later > 0 || (later === 0 && rankOf(jobs, wait) < rankOf(jobs, best!))) best = wait;
  }
  return best;
}

/** Waits by the two jobs. */
export type WaitSet = ReadonlySet<number>;

function waitKey(jobs: readonly SleepJob[], job: number, { on }: JobWait): number {
  return job * jobs.length + on;
}

/** The waits that the record contradicts: what would have been waited for was still running. */
export function contradictedWaits(jobs: readonly SleepJob[], { begin, end }: Schedule): WaitSet {
  const found = new Set<number>();
  for (const [job, { waits }] of jobs.entries()) {
    for (const wait of waits) if (end[wait.on]! > begin[job]!) found.add(waitKey(jobs, job, wait));
  }
  return found;
}

/** The waits of jobs that wait for each other in a circle: no record tells which of them were not waited for. */
export function circularWaits(jobs: readonly SleepJob[]): WaitSet {
  const found = new Set<number>();
  const ordered = waitOrder(jobs);
  if (ordered.length === jobs.length) return found;
  const unordered = new Set(jobs.keys());
  for (const job of ordered) unordered.delete(job);
  const next = (job: number) => jobs[job]!.waits.map(({ on }) => on).filter((on) => unordered.has(on));
  for (const circle of new Components([...unordered], next).list) {
    const members = new Set(circle);
    for (const job of circle) {
      for (const wait of jobs[job]!.waits) if (members.has(wait.on)) found.add(waitKey(jobs, job, wait));
    }
  }
  return found;
}

/** The jobs without some waits. */
export function withoutWaits(jobs: readonly SleepJob[], dropped: WaitSet): readonly SleepJob[] {
  if (dropped.size === 0) return jobs;
  return jobs.map((job, index) => ({
    ...job,
    waits: job.waits.filter((wait) => !dropped.has(waitKey(jobs, index, wait))),
  }));
}

/** How long after the last of its waits each job began. */
export function delaysOf(part: SleepPart, jobs: readonly SleepJob[], schedule: Schedule): Float64Array {
  return Float64Array.from(jobs.keys(), (index) => {
    const wait = decisiveWait(jobs, schedule, index);
    return schedule.begin[index]! - (wait === undefined ? part.begin : schedule.end[wait.on]!);
  });
}

/** What a schedule is made of. */
export interface Demands {
  /** Microseconds that each job takes. */
  readonly durations: Float64Array;
  /** Microseconds that each begins late, after all that it waits for. */
  readonly delays: Float64Array;
}

/** The schedule in which each job begins as soon as all that it waits for has ended, and its delay is over. */
export function earliestSchedule(
  begin: number,
  jobs: readonly SleepJob[],
  order: Int32Array,
  { durations, delays }: Demands,
): Schedule {
  const schedule = { begin: new Float64Array(jobs.length), end: new Float64Array(jobs.length) };
  for (const job of order) {
    let at = begin;
    for (const { on } of jobs[job]!.waits) at = Math.max(at, schedule.end[on]!);
    schedule.begin[job] = at + delays[job]!;
    schedule.end[job] = schedule.begin[job]! + durations[job]!;
  }
  return schedule;
}

/** The end of the last job; the part's begin if there is none. */
export function lastEnd(begin: number, { end }: Schedule): number {
  return end.reduce((last, each) => Math.max(last, each), begin);
}

/** How much later each job could have ended without the last one ending later. */
export function slackOf(
  jobs: readonly SleepJob[],
  order: Int32Array,
  schedule: Schedule,
  { durations, delays }: Demands,
): Float64Array {
  const latest = new Float64Array(jobs.length).fill(lastEnd(Number.NEGATIVE_INFINITY, schedule));
  for (let at = order.length - 1; at >= 0; at--) {
    const job = order[at]!;
    const start = latest[job]! - durations[job]! - delays[job]!;
    for (const { on } of jobs[job]!.waits) latest[on] = Math.min(latest[on]!, start);
  }
  return latest.map((moment, job) => Math.max(0, moment - schedule.end[job]!));
}
