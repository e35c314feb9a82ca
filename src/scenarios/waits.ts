/**
 * When a wait is over, and which work items may run at once: what every way of scheduling tasks has in common.
 */
import { lockWaiters } from '../core/device-lock.ts';
import type { PowerDomainId } from '../core/power-domain.ts';
import { ALL_PROBES, isDeferredWorkFlushed, isWithoutAsyncJobs } from '../core/probe-wait.ts';
import { srcuDriveGp } from '../core/srcu.ts';
import { ended, type Task, type Wait } from '../core/task.ts';
import {
  type FlushedItem,
  isBeingRun,
  itemsOf,
  type WorkItem,
  type WorkQueues,
} from '../core/work-queues.ts';
import { busNamed, domainOf, type World } from '../core/world.ts';
import { asyncSleepJob, deviceLinkReleaseFn, genpdPowerOffWorkFn, pmRuntimeWork } from '../pm/index.ts';
import { deferredProbeWorkFunc, deviceAttachAsyncHelper, driverAttachAsyncHelper } from '../probe/index.ts';

/** The task that a work item stands for; it has begun, and is to be run at once. */
export function workTask(world: World, item: WorkItem): Task<unknown> {
  switch (item.kind) {
    case 'runtime-pm':
      return pmRuntimeWork(world, item.device) ?? ended(undefined);
    case 'flush-barrier':
      return ended(undefined);
    case 'domain-power-off':
      return genpdPowerOffWorkFn(world, item.domain);
    case 'link-release':
      return deviceLinkReleaseFn(world);
    case 'grace-period':
      world.srcu[item.srcu].queued = false;
      return srcuDriveGp(world, item.srcu);
    case 'deferred-probe':
      return deferredProbeWorkFunc(world);
    case 'driver-attach':
      return driverAttachAsyncHelper(world, item.device);
    case 'device-attach':
      return deviceAttachAsyncHelper(world, item.device);
    case 'sleep':
      return asyncSleepJob(world, item.job, item.device);
  }
}

/** The item that a task waits for with flush_work() or cancel_work_sync(). */
export function flushedItem(wait: Wait): FlushedItem | undefined {
  switch (wait.kind) {
    case 'runtime-work':
      return { kind: 'runtime-pm', device: wait.device };
    case 'domain-work':
      return { kind: 'domain-power-off', domain: wait.domain };
    case 'probes':
      return wait.ticket === ALL_PROBES ? undefined : { kind: 'deferred-probe' };
    default:
      return undefined;
  }
}

/** Who runs besides a task that waits. */
export interface Runners {
  /** No work item could start and no worker go on. */
  readonly isIdle: () => boolean;
  /** No worker has begun an item that it has not ended. */
  readonly isWithoutWorkers: () => boolean;
}

/** Whether every other task sleeps when the wait is over. */
export function isForIdleness({ kind }: Wait): boolean {
  return kind === 'idle' || kind === 'settled';
}

/** Whether a task and the script both wait for that: the script goes on first. */
export function areForIdleness(wait: Wait, scriptWait: Wait | undefined): boolean {
  return scriptWait !== undefined && isForIdleness(wait) && isForIdleness(scriptWait);
}

/** Whether a wait is the death of the kernel. */
export function isDeath(wait: Wait): boolean {
  return wait.kind === 'crash' || (wait.kind === 'circle' && wait.dies);
}

/** Whether a task that has to wait keeps the processor, and nothing else runs ever after: loops, and the death of the kernel. */
export function stopsProcessor(wait: Wait): boolean {
  switch (wait.kind) {
    case 'livelock':
    case 'endless':
    case 'circle':
    case 'crash':
      return true;
    default:
      return wait.kind === 'runtime-status' && wait.spins;
  }
}

/** Whether the runtime PM work of a device is neither queued nor running in another worker. */
function isWithoutRuntimeWork(
  work: WorkQueues,
  { device }: Wait & { readonly kind: 'runtime-work' },
  own: WorkItem | undefined,
): boolean {
  const isAwaited = (item: WorkItem) => item.kind === 'runtime-pm' && item.device === device && item !== own;
  const lists = [itemsOf(work, 'percpu'), itemsOf(work, 'frozenItems')];
  return !isBeingRun(work, isAwaited) && !lists.some((items) => items.some(isAwaited));
}

/** Whether another worker runs power_off_work of a domain. */
function isPowerOffBeingRun(work: WorkQueues, domain: PowerDomainId, own: WorkItem | undefined): boolean {
  return isBeingRun(
    work,
    (item) => item.kind === 'domain-power-off' && item.domain === domain && item !== own,
  );
}

/**
 * Whether a wait is over. `own` is the item of the worker that waits, `others` who else runs. Of a wait for a {@link flushedItem} this says whether
 * there is nothing to wait for; the scheduler has barriers, which say when.
 */
export function isReady(world: World, wait: Wait, own: WorkItem | undefined, others: Runners): boolean {
  const { work, deferred } = world;
  switch (wait.kind) {
    case 'time':
      return world.now >= wait.until;
    case 'runtime-status': {
      const { runtimeStatus } = world.devices[wait.device]!.power;
      return runtimeStatus !== 'suspending' && !(wait.resuming && runtimeStatus === 'resuming');
    }
    case 'runtime-barrier': {
      const { runtimeStatus, idleNotification } = world.devices[wait.device]!.power;
      return runtimeStatus !== 'suspending' && runtimeStatus !== 'resuming' && !idleNotification;
    }
    case 'runtime-work':
      return isWithoutRuntimeWork(work, wait, own);
    case 'device-lock':
      return lockWaiters(world, wait.device)?.woken === wait.ticket;
    case 'links-lock':
      return !world.linksLocked;
    case 'domain-lock': {
      const { locked, lockQueue } = domainOf(world, wait.domain);
      return !locked && lockQueue[0] === wait.ticket;
    }
    case 'dma-mutex': {
      const { held, queue } = world.dma.mutexes[wait.mutex];
      return !held && queue[0] === wait.ticket;
    }
    case 'domain-list-lock':
      return !world.powerDomains.listLocked;
    case 'domain-work':
      return !isPowerOffBeingRun(work, wait.domain, own);
    case 'grace-period':
      return world.srcu[wait.domain].done >= wait.ticket;
    case 'srcu-readers':
      return world.srcu[wait.domain].readers[wait.side] === 0;
    case 'driver-walk':
      return !world.buses[busNamed(world, world.drivers[wait.driver]!.bus)]!.walks.includes(wait.driver);
    case 'probes':
      return wait.ticket === ALL_PROBES ? deferred.probing === 0 : isDeferredWorkFlushed(world, wait.ticket);
    case 'sleep-completion':
      return world.devices[wait.device]!.power.completed;
    case 'async':
      return isWithoutAsyncJobs(world);
    case 'idle':
      return others.isIdle();
    case 'settled':
      return others.isIdle() && others.isWithoutWorkers();
    case 'livelock':
    case 'endless':
    case 'circle':
    case 'crash':
      return false;
  }
}
