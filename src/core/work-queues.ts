/**
 * Work items of a World, as data. Who runs them, and when, is scenarios/scheduler.ts.
 *
 * The kernel has two pools of workers here: pm_wq, device_link_wq and rcu_gp share the per-CPU pool, the deferred-probe work and
 * asynchronous jobs run in the unbound pool. Each pool is first in, first out.
 */
import type { PowerDomainId } from './power-domain.ts';
import type { Timer } from './timers.ts';
import { wakeUpAll } from './wake-up.ts';
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
  /** srcu_drive_gp() of the wakeup sources: when its turn has come, a synchronize_srcu() is over. */
  | { readonly kind: 'grace-period'; readonly period: number }
  /** deferred_probe_work_func(). */
  | { readonly kind: 'deferred-probe' }
  /** __driver_attach_async_helper(), __device_attach_async_helper(). */
  | { readonly kind: 'driver-attach' | 'device-attach'; readonly device: DeviceId }
  /** async_suspend() and its like. */
  | { readonly kind: 'sleep'; readonly job: SleepJob; readonly device: DeviceId };

export const POOLS = ['percpu', 'unbound'] as const;
export type Pool = (typeof POOLS)[number];

/** The lists of items. */
export type WorkList = Pool | 'frozenItems';

/**
 * Lists of items that are changed by the functions of this file only. Each has its first items here and the rest, in pieces, in
 * `later`, which is empty unless there are thousands: an array that is taken from at its front must be short to be fast.
 */
export interface WorkQueues {
  readonly percpu: readonly WorkItem[];
  readonly unbound: readonly WorkItem[];
  /** Pools with items, in the order in which they were woken. */
  readonly woken: Pool[];
  /** pm_wq is frozen: what is queued on it stays here until the thaw. */
  frozen: boolean;
  readonly frozenItems: readonly WorkItem[];
  readonly later: { readonly [list in WorkList]: (readonly WorkItem[])[] };
  /** Links that are off their lists and whose release work is queued (device_link_release_fn). */
  readonly releases: DeviceLink[];
  /** Set timers as timers.ts keeps them, and how many have been set since there was none. */
  readonly timers: readonly Timer[];
  timersSet: number;
  /** Items that are being run and have not returned. */
  readonly running: WorkItem[];
  /** Awaited devices of which something is another by now ({@link wakeUpAll}). */
  readonly wakeUps: DeviceId[];
  /** Grace periods begun so far. */
  gracePeriods: number;
}

export function createWorkQueues(): WorkQueues {
  return {
    percpu: [],
    unbound: [],
    woken: [],
    frozen: false,
    frozenItems: [],
    later: { percpu: [], unbound: [], frozenItems: [] },
    releases: [],
    timers: [],
    timersSet: 0,
    running: [],
    wakeUps: [],
    gracePeriods: 0,
  };
}

function wake(work: WorkQueues, pool: Pool): void {
  if (!work.woken.includes(pool)) work.woken.push(pool);
}

/** It is work of pm_wq. */
export function isPmWork({ kind }: WorkItem): boolean {
  return kind === 'runtime-pm' || kind === 'domain-power-off';
}

/** Items of a piece of a list. */
const PIECE = 1024;

function appendItem(work: WorkQueues, list: WorkList, item: WorkItem): void {
  const later = work.later[list];
  let piece = (later.at(-1) ?? work[list]) as WorkItem[];
  if (piece.length >= PIECE) {
    piece = [];
    later.push(piece);
  }
  piece.push(item);
}

/** Takes the item at an index of the first items of a list. */
export function takeItem(work: WorkQueues, list: WorkList, index: number): WorkItem {
  const first = work[list] as WorkItem[];
  const item = first[index]!;
  if (index === 0) first.shift();
  else first.splice(index, 1);
  if (first.length === 0 && work.later[list].length > 0) first.push(...work.later[list].shift()!);
  return item;
}

/** All items of a list, first to last. */
export function itemsOf(work: WorkQueues, list: WorkList): readonly WorkItem[] {
  return work.later[list].length === 0 ? work[list] : [...work[list], ...work.later[list].flat()];
}

/** queue_work(): power management work goes to pm_wq, all else to the unbound pool. The caller knows that it is not queued. */
export function queueWork(world: World, item: WorkItem): void {
  const { work } = world;
  if (isPmWork(item) && work.frozen) {
    appendItem(work, 'frozenItems', item);
    return;
  }
  const pool = isPmWork(item) ? 'percpu' : 'unbound';
  appendItem(work, pool, item);
  wake(work, pool);
}

function moveItems(work: WorkQueues, from: WorkList, to: WorkList): void {
  while (work[from].length > 0) appendItem(work, to, takeItem(work, from, 0));
}

/** Begins a grace period of SRCU behind all work of the per-CPU pool; returns its number. */
export function queueGracePeriod(world: World): number {
  const { work } = world;
  work.gracePeriods++;
  appendItem(work, 'percpu', { kind: 'grace-period', period: work.gracePeriods });
  wake(work, 'percpu');
  return work.gracePeriods;
}

/** freeze_workqueues_begin(): pm_wq runs nothing until it is thawed. */
export function freezeWorkQueues(world: World): void {
  const { work } = world;
  work.frozen = true;
  // What is not of pm_wq goes behind the others and stays.
  for (let left = itemsOf(work, 'percpu').length; left > 0; left--) {
    const item = takeItem(work, 'percpu', 0);
    appendItem(work, isPmWork(item) ? 'frozenItems' : 'percpu', item);
  }
}

/** thaw_workqueues(). */
export function thawWorkQueues(world: World): void {
  const { work } = world;
  work.frozen = false;
  moveItems(work, 'frozenItems', 'percpu');
  if (work.percpu.length > 0) wake(work, 'percpu');
}

/** Takes an item of pm_wq out of whatever list it stands in, looked for from both ends. */
function cancelItem(work: WorkQueues, isWanted: (item: WorkItem) => boolean): void {
  for (const list of ['percpu', 'frozenItems'] as const) {
    const at = work[list].findIndex(isWanted);
    if (at >= 0) {
      takeItem(work, list, at);
      return;
    }
    const later = work.later[list];
    for (let piece = later.length - 1; piece >= 0; piece--) {
      const items = later[piece] as WorkItem[];
      const place = items.findLastIndex(isWanted);
      if (place < 0) continue;
      items.splice(place, 1);
      if (items.length === 0) later.splice(piece, 1);
      return;
    }
  }
}

/** cancel_work() of the runtime PM work of a device: it leaves its place in the queue. */
export function cancelRuntimeWork(world: World, device: DeviceId): void {
  cancelItem(world.work, (item) => item.kind === 'runtime-pm' && item.device === device);
  wakeUpAll(world, device);
}

/** cancel_work() of the power_off_work of a domain. */
export function cancelDomainWork(world: World, domain: PowerDomainId): void {
  cancelItem(world.work, (item) => item.kind === 'domain-power-off' && item.domain === domain);
}
