/**
 * Work items, timers and the clock of a World, as data. Who runs them, and when, is scenarios/scheduler.ts.
 *
 * The kernel has two pools of workers here: pm_wq and device_link_wq share the per-CPU pool, the deferred-probe work and
 * asynchronous jobs run in the unbound pool. Each pool is first in, first out.
 */
import type { PowerDomainId } from './power-domain.ts';
import type { DeviceId, DeviceLink, World } from './world.ts';

/** A phase of system sleep that can run asynchronously, named by the kernel's function. */
export type SleepJob =
  | 'device_suspend'
  | 'device_suspend_late'
  | 'device_suspend_noirq'
  | 'device_resume_noirq'
  | 'device_resume_early'
  | 'device_resume';

export type WorkItem =
  /** pm_runtime_work() on pm_wq. */
  | { readonly kind: 'runtime-pm'; readonly device: DeviceId }
  /** genpd_power_off_work_fn() on pm_wq. */
  | { readonly kind: 'domain-power-off'; readonly domain: PowerDomainId }
  /** deferred_probe_work_func(). */
  | { readonly kind: 'deferred-probe' }
  /** __driver_attach_async_helper(), __device_attach_async_helper(). */
  | { readonly kind: 'driver-attach' | 'device-attach'; readonly device: DeviceId }
  /** async_suspend() and its like. */
  | { readonly kind: 'sleep'; readonly job: SleepJob; readonly device: DeviceId };

export const POOLS = ['percpu', 'unbound'] as const;
export type Pool = (typeof POOLS)[number];

/** A set timer; stale if the device's timerExpires says otherwise. */
export interface Timer {
  readonly at: number;
  readonly device: DeviceId;
}

export interface WorkQueues {
  readonly percpu: WorkItem[];
  readonly unbound: WorkItem[];
  /** Pools with items, in the order in which they were woken. */
  readonly woken: Pool[];
  /** pm_wq is frozen: what is queued on it stays here until the thaw. */
  frozen: boolean;
  readonly frozenItems: WorkItem[];
  /** Links that are off their lists and whose release work is queued (device_link_release_fn). */
  readonly releases: DeviceLink[];
  /** Ascending by time, then by when they were set. */
  readonly timers: Timer[];
  /** Items that are being run and have not returned. */
  readonly running: WorkItem[];
}

export function createWorkQueues(): WorkQueues {
  return {
    percpu: [],
    unbound: [],
    woken: [],
    frozen: false,
    frozenItems: [],
    releases: [],
    timers: [],
    running: [],
  };
}

function wake(work: WorkQueues, pool: Pool): void {
  if (!work.woken.includes(pool)) work.woken.push(pool);
}

/** It is work of pm_wq. */
export function isPmWork({ kind }: WorkItem): boolean {
  return kind === 'runtime-pm' || kind === 'domain-power-off';
}

/** queue_work(): power management work goes to pm_wq, all else to the unbound pool. The caller knows that it is not queued. */
export function queueWork(world: World, item: WorkItem): void {
  const { work } = world;
  if (isPmWork(item)) {
    if (work.frozen) {
      work.frozenItems.push(item);
      return;
    }
    work.percpu.push(item);
    wake(work, 'percpu');
    return;
  }
  work.unbound.push(item);
  wake(work, 'unbound');
}

/** freeze_workqueues_begin(): pm_wq runs nothing until it is thawed. */
export function freezeWorkQueues(world: World): void {
  world.work.frozen = true;
  world.work.frozenItems.push(...world.work.percpu.splice(0));
}

/** thaw_workqueues(). */
export function thawWorkQueues(world: World): void {
  const { work } = world;
  work.frozen = false;
  work.percpu.push(...work.frozenItems.splice(0));
  if (work.percpu.length > 0) wake(work, 'percpu');
}

/** cancel_work() of the runtime PM work of a device: it leaves its place in the queue. */
export function cancelRuntimeWork(world: World, device: DeviceId): void {
  const { work } = world;
  for (const items of [work.percpu, work.frozenItems]) {
    const at = items.findIndex((item) => item.kind === 'runtime-pm' && item.device === device);
    if (at >= 0) items.splice(at, 1);
  }
}

/** cancel_work() of the power_off_work of a domain. */
export function cancelDomainWork(world: World, domain: PowerDomainId): void {
  const { work } = world;
  for (const items of [work.percpu, work.frozenItems]) {
    const at = items.findIndex((item) => item.kind === 'domain-power-off' && item.domain === domain);
    if (at >= 0) items.splice(at, 1);
  }
}

/** hrtimer_start() of a device's suspend timer at timerExpires; a timer set before becomes stale. */
export function startTimer(world: World, device: DeviceId): void {
  const { timers } = world.work;
  const at = world.devices[device]!.power.timerExpires;
  stopTimer(world, device);
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timers[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  timers.splice(low, 0, { at, device });
}

/** hrtimer_try_to_cancel() of a device's suspend timer. */
export function stopTimer(world: World, device: DeviceId): void {
  const { timers } = world.work;
  const at = timers.findIndex((timer) => timer.device === device);
  if (at >= 0) timers.splice(at, 1);
}
