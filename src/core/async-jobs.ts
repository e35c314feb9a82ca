/**
 * Asynchronous jobs. Follows kernel/async.c: each has an entry of its own, whose memory is given back when the job has ended, before its worker has
 * put it down. The next entry gets the memory that was given back last (mm/slub.c), and with it the address by which a worker
 * is known to carry a work item out: see exclusionOf() of work-queues.ts.
 */
import { wakeUpShared } from './wake-up.ts';
import { type AsyncJob, isAsyncJob, queueWork, type WorkItem } from './work-queues.ts';
import type { World } from './world.ts';

/** Places for entries, and for what else is of their size: those that were given back, the last at the end, and how many there are. */
export interface AsyncEntries {
  readonly free: number[];
  made: number;
  /** Jobs that have not ended. */
  jobs: number;
}

/** kmalloc() of what is as large as an entry. */
export function takePlace({ work }: World): number {
  return work.asyncEntries.free.pop() ?? ++work.asyncEntries.made;
}

/** kfree(). */
export function givePlaceBack({ work }: World, place: number): void {
  work.asyncEntries.free.push(place);
}

/** A job without its entry. */
type Unscheduled = AsyncJob extends infer Job ? (Job extends AsyncJob ? Omit<Job, 'entry'> : never) : never;

/** async_schedule_dev(). */
export function asyncScheduleDev(world: World, job: Unscheduled): void {
  const entry = takePlace(world);
  world.work.asyncEntries.jobs++;
  queueWork(world, { ...job, entry } as AsyncJob);
}

/** The end of async_run_entry_fn(), if the item is an asynchronous job. */
export function asyncJobEnded(world: World, item: WorkItem): void {
  if (!isAsyncJob(item)) return;
  givePlaceBack(world, item.entry);
  world.work.asyncEntries.jobs--;
  wakeUpShared(world, 'async_done');
}
