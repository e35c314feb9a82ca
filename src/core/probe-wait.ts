/** Waiting for probes. Follows drivers/base/dd.c:wait_for_device_probe. */
import { spinUnlockIrq } from './interrupts.ts';
import { keep } from './kept.ts';
import type { Task } from './task.ts';
import { isBeingRun } from './work-queues.ts';
import type { World } from './world.ts';

function isDeferredWorkRunning({ work }: World): boolean {
  return isBeingRun(work, ({ kind }) => kind === 'deferred-probe');
}

/** Whether the run of deferred_probe_work_func() is over that flush_work() has this ticket for. */
export function isDeferredWorkFlushed(world: World, ticket: number): boolean {
  return world.deferred.begun - (isDeferredWorkRunning(world) ? 1 : 0) >= ticket;
}

/** async_synchronize_full() has nothing to wait for. */
export function isWithoutAsyncJobs({ work }: World): boolean {
  return work.asyncEntries.jobs === 0;
}

/** What stands for a ticket where all probes are waited for. */
export const ALL_PROBES = -1;

/** Whether wait_for_device_probe() returns at once. */
export function isNoProbeRunning(world: World): boolean {
  const { deferred } = world;
  const isDeferredWorkIdle = !deferred.workQueued && !isDeferredWorkRunning(world);
  return isDeferredWorkIdle && deferred.probing === 0 && isWithoutAsyncJobs(world);
}

/**
 * wait_for_device_probe(): flush_work() of the deferred work, which waits for the run that is queued, or else for the one that goes on, but not
 * for what that queues; then for all probes; then for asynchronous jobs.
 */
export function* waitForDeviceProbe(world: World): Task<void> {
  const { deferred } = world;
  spinUnlockIrq(world);
  if (deferred.workQueued || isDeferredWorkRunning(world)) {
    const ticket = keep(deferred.begun + (deferred.workQueued ? 1 : 0));
    deferred.flushing++;
    yield { kind: 'wait', for: { kind: 'probes', ticket } };
    deferred.flushing--;
  }
  if (deferred.probing > 0) yield { kind: 'wait', for: { kind: 'probes', ticket: ALL_PROBES } };
  if (!isWithoutAsyncJobs(world)) yield { kind: 'wait', for: { kind: 'async' } };
}
