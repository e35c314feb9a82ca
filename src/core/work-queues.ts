/**
 * Work items of a World, as data. Who runs them, and when, is scenarios/scheduler.ts.
 *
 * The kernel has two pools of workers here: pm_wq, device_link_wq and rcu_gp share the per-CPU pool, the deferred-probe work and
 * asynchronous jobs run in the unbound pool. Each pool is first in, first out.
 */
import type { AsyncEntries } from './async-jobs.ts';
import type { PowerDomainId } from './power-domain.ts';
import type { SrcuDomain } from './srcu.ts';
import type { Timer } from './timers.ts';
import { nextOrder, type SharedQueue, type WakeUp } from './wake-up.ts';
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
  /** wq_barrier_func(), for a task that waits for an item; see flush-work.ts. */
  | Barrier
  /** genpd_power_off_work_fn() on pm_wq. */
  | { readonly kind: 'domain-power-off'; readonly domain: PowerDomainId }
  /** device_link_release_fn() on device_link_wq, of the first of the removed links that wait for it. */
  | { readonly kind: 'link-release' }
  /** srcu_drive_gp(). */
  | { readonly kind: 'grace-period'; readonly srcu: SrcuDomain }
  /** deferred_probe_work_func(). */
  | { readonly kind: 'deferred-probe' }
  /** __driver_attach_async_helper(), __device_attach_async_helper(). */
  | { readonly kind: 'driver-attach' | 'device-attach'; readonly device: DeviceId; readonly entry: number }
  /** async_suspend() and its like. */
  | { readonly kind: 'sleep'; readonly job: SleepJob; readonly device: DeviceId; readonly entry: number };

/** An item that was scheduled with async_schedule_dev(); see async-jobs.ts. */
export type AsyncJob = Extract<WorkItem, { entry: number }>;

/** An item that tasks wait for. */
export type FlushedItem = Extract<WorkItem, { kind: 'runtime-pm' | 'domain-power-off' | 'deferred-probe' }>;

export interface Barrier {
  readonly kind: 'flush-barrier';
  readonly of: FlushedItem;
  /** Its number, and that of the barrier of the item from which on they are linked. */
  readonly barrier: number;
  readonly chain: number;
}

/**
 * Items with the same number are one work item of the kernel, or are taken for one because they lie at the same address
 * (find_worker_executing_work), and only one runs at a time. Undefined: it may run beside any.
 */
export function exclusionOf(item: WorkItem): number | undefined {
  switch (item.kind) {
    case 'grace-period':
      return item.srcu === 'links' ? -1 : -2;
    case 'deferred-probe':
      return 0;
    case 'runtime-pm':
      return 2 * item.device + 1;
    case 'domain-power-off':
      return 2 * item.domain + 2;
    case 'driver-attach':
    case 'device-attach':
    case 'sleep':
      return -2 - item.entry;
    default:
      return undefined;
  }
}

/** Two instances of one work item never run at once. */
export function excludes(running: WorkItem, next: WorkItem): boolean {
  const exclusion = exclusionOf(next);
  return exclusion !== undefined && exclusionOf(running) === exclusion;
}

/** WORK_STRUCT_LINKED: the second item goes with the first to the same worker. */
export function isLinked(item: WorkItem, next: WorkItem | undefined): next is Barrier {
  if (next?.kind !== 'flush-barrier') return false;
  return item.kind === 'flush-barrier' ? item.chain === next.chain : excludes(item, next.of);
}

export const POOLS = ['percpu', 'unbound'] as const;
export type Pool = (typeof POOLS)[number];

/** A worker without an item that is to run. */
export interface AwakeWorker {
  readonly pool: Pool;
  /** It has ended an item and goes on with the next; otherwise it was woken. */
  readonly active: boolean;
  /** Its place among all that are to run: who was woken first runs first. */
  readonly order: number;
  /** Items that it has to take before those of its pool. */
  readonly scheduled: readonly WorkItem[];
  /** The item that it has carried out but not yet put down: it lost the processor before (process_one_work). */
  readonly ending?: WorkItem;
}

/** The lists of items. */
export type WorkList = Pool | 'frozenItems';

/**
 * Lists of items that are changed by the functions of this file only. Each has its first items here and the rest, in pieces, in
 * `later`, which is empty unless there are thousands: an array that is taken from at its front must be short to be fast.
 */
export interface WorkQueues {
  readonly percpu: readonly WorkItem[];
  readonly unbound: readonly WorkItem[];
  /** Workers that are to run, in their order. */
  readonly woken: AwakeWorker[];
  /**
   * Idle workers of each pool, the last to become so at the end: the order of one that was woken and has not run yet, 0 for one that sleeps.
   * Below the first of those that were woken all sleep.
   */
  readonly idle: { readonly [pool in Pool]: number[] };
  /** Places given out to those that were woken ({@link nextOrder}). */
  wakes: number;
  /** The pool whose worker runs. */
  executing: Pool | 'none';
  /** pm_wq is frozen: what is queued on it stays here until the thaw. */
  frozen: boolean;
  readonly frozenItems: readonly WorkItem[];
  readonly later: { readonly [list in WorkList]: (readonly WorkItem[])[] };
  /** Links that are off their lists and whose release work is queued (device_link_release_fn). */
  readonly releases: DeviceLink[];
  /** Those whose release work runs: it waits for readers, who may still change what the link holds. */
  readonly releasing: DeviceLink[];
  /** Set timers as timers.ts keeps them, and how many have been set. */
  readonly timers: readonly Timer[];
  timersSet: number;
  /** Devices whose timer was set for autosuspend since sharpenTimers() of timers.ts. */
  readonly blunt: DeviceId[];
  readonly asyncEntries: AsyncEntries;
  /** Items that are being run and have not returned. */
  readonly running: WorkItem[];
  /** Shared queues in which somebody waits. */
  readonly awaited: SharedQueue[];
  /** Queues that were woken ({@link wakeUpAll}). */
  readonly wakeUps: WakeUp[];
}

export function createWorkQueues(): WorkQueues {
  return {
    percpu: [],
    unbound: [],
    woken: [],
    idle: { percpu: [], unbound: [] },
    wakes: 0,
    executing: 'none',
    frozen: false,
    frozenItems: [],
    later: { percpu: [], unbound: [], frozenItems: [] },
    releases: [],
    releasing: [],
    timers: [],
    timersSet: 0,
    blunt: [],
    asyncEntries: { free: [], made: 0, jobs: 0 },
    running: [],
    awaited: [],
    wakeUps: [],
  };
}

/** Puts a worker among those that are to run, by its order. */
export function addAwake({ woken }: WorkQueues, worker: AwakeWorker): void {
  let at = woken.length;
  while (at > 0 && woken[at - 1]!.order > worker.order) at--;
  if (at === woken.length) woken.push(worker);
  else woken.splice(at, 0, worker);
}

/**
 * put_prev_entity() of a worker that is awake and loses the processor: it stands behind those that are to run, and before who is woken
 * from now on. All have the same deadline, since a clock that stands still charges nobody.
 */
export function putPrevEntity(work: WorkQueues, worker: AwakeWorker): void {
  const at = work.woken.indexOf(worker);
  if (at >= 0) addAwake(work, { ...work.woken.splice(at, 1)[0]!, order: nextOrder(work) });
}

/**
 * need_more_worker(), keep_working(): whether a worker takes the next item of its pool. Beside another one of the per-CPU pool that has
 * lost the processor (it counts as running) it goes to sleep and leaves the items to that one.
 */
export function keepWorking({ woken }: WorkQueues, pool: Pool): boolean {
  return pool === 'unbound' || !woken.some((other) => other.pool === pool && other.active);
}

/** Gives items to the worker that has not put down one beside which the first may not run; false if there is none. */
export function giveToEnding({ woken }: WorkQueues, items: readonly WorkItem[]): boolean {
  const at = woken.findIndex(({ ending }) => ending !== undefined && excludes(ending, items[0]!));
  if (at >= 0) woken[at] = { ...woken[at]!, scheduled: [...woken[at]!.scheduled, ...items] };
  return at >= 0;
}

/**
 * kick_pool(): wakes the worker of a pool that went idle last, unless that is awake already. A worker of the per-CPU pool that is at work takes
 * the items itself when it has ended its own; in the unbound pool that does not count.
 */
export function kickPool(work: WorkQueues, pool: Pool): void {
  if (pool === 'percpu' && (work.executing === 'percpu' || !keepWorking(work, pool))) return;
  const idle = work.idle[pool];
  if ((idle.at(-1) ?? ASLEEP) !== ASLEEP) return;
  const order = nextOrder(work);
  idle[Math.max(0, idle.length - 1)] = order;
  addAwake(work, { pool, active: false, order, scheduled: [] });
}

/** A worker that is idle and sleeps, among those whose order is noted. */
const ASLEEP = 0;

/** worker_leave_idle() of a worker that was woken. */
export function workerLeaveIdle(work: WorkQueues, pool: Pool, order: number): void {
  const idle = work.idle[pool];
  idle.splice(idle.indexOf(order), 1);
  while (idle[0] === ASLEEP) idle.shift();
}

/** worker_enter_idle(): the next to be woken. */
export function workerEnterIdle(work: WorkQueues, pool: Pool): void {
  const idle = work.idle[pool];
  if (idle.length > 0) idle.push(ASLEEP);
}

/** It is work of pm_wq. */
export function isPmWork({ kind }: WorkItem): boolean {
  return kind === 'runtime-pm' || kind === 'flush-barrier' || kind === 'domain-power-off';
}

/** Items of a piece of a list. */
const PIECE = 1024;

/** The first items of a list. A property is slow to find by a name that changes. */
export function firstItems(work: WorkQueues, list: WorkList): readonly WorkItem[] {
  return list === 'percpu' ? work.percpu : list === 'unbound' ? work.unbound : work.frozenItems;
}

function laterItems({ later }: WorkQueues, list: WorkList): (readonly WorkItem[])[] {
  return list === 'percpu' ? later.percpu : list === 'unbound' ? later.unbound : later.frozenItems;
}

function appendItem(work: WorkQueues, list: WorkList, item: WorkItem): void {
  const later = laterItems(work, list);
  let piece = (later.length === 0 ? firstItems(work, list) : later.at(-1)) as WorkItem[];
  if (piece.length >= PIECE) {
    piece = [];
    later.push(piece);
  }
  piece.push(item);
}

/** Takes the item at an index of the first items of a list. */
export function takeItem(work: WorkQueues, list: WorkList, index: number): WorkItem {
  const first = firstItems(work, list) as WorkItem[];
  const later = laterItems(work, list);
  const item = first[index]!;
  if (index === 0) first.shift();
  else first.splice(index, 1);
  if (first.length === 0 && later.length > 0) first.push(...later.shift()!);
  return item;
}

/** All items of a list, first to last. */
export function itemsOf(work: WorkQueues, list: WorkList): readonly WorkItem[] {
  return work.later[list].length === 0 ? work[list] : [...work[list], ...work.later[list].flat()];
}

/** Those that were to run find nothing to do, and all are idle. */
export function letSleep({ woken, idle }: WorkQueues): void {
  // An array that is cut to nothing loses its memory, and takes some anew for the next worker.
  while (woken.length > 0) woken.pop();
  while (idle.percpu.length > 0) idle.percpu.pop();
  while (idle.unbound.length > 0) idle.unbound.pop();
}

/** The pool whose workers run an item. */
export function poolOf(item: WorkItem): Pool {
  switch (item.kind) {
    case 'flush-barrier':
      return poolOf(item.of);
    case 'deferred-probe':
    case 'driver-attach':
    case 'device-attach':
    case 'sleep':
      return 'unbound';
    default:
      return 'percpu';
  }
}

/** An item that a worker has begun and not put down is such a one. */
export function isBeingRun({ running, woken }: WorkQueues, isWanted: (item: WorkItem) => boolean): boolean {
  return running.some(isWanted) || woken.some(({ ending }) => ending !== undefined && isWanted(ending));
}

export function isAsyncJob(item: WorkItem): item is AsyncJob {
  return 'entry' in item;
}

/** queue_work(): probes and asynchronous jobs go to the unbound pool, all else to the per-CPU pool. The caller knows that it is not queued. */
export function queueWork(world: World, item: WorkItem): void {
  const { work } = world;
  if (work.frozen && isPmWork(item)) {
    appendItem(work, 'frozenItems', item);
    return;
  }
  const pool = poolOf(item);
  appendItem(work, pool, item);
  kickPool(work, pool);
}

function moveItems(work: WorkQueues, from: WorkList, to: WorkList): void {
  while (work[from].length > 0) appendItem(work, to, takeItem(work, from, 0));
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
  if (work.percpu.length > 0) kickPool(work, 'percpu');
}

/**
 * try_to_grab_pending(): takes an item of pm_wq out of whatever list it stands in, looked for from both ends. Barriers behind it stay; of a
 * frozen one they run all the same.
 */
function cancelItem(work: WorkQueues, item: FlushedItem): void {
  for (const list of ['percpu', 'frozenItems'] as const) {
    const at = work[list].findIndex((other) => excludes(other, item));
    if (at >= 0) {
      while (list === 'frozenItems' && isLinked(item, work[list][at + 1]))
        appendItem(work, 'percpu', (work[list] as WorkItem[]).splice(at + 1, 1)[0]!);
      takeItem(work, list, at);
      return;
    }
    const later = work.later[list];
    for (let piece = later.length - 1; piece >= 0; piece--) {
      const items = later[piece] as WorkItem[];
      const place = items.findLastIndex((other) => excludes(other, item));
      if (place < 0) continue;
      items.splice(place, 1);
      if (items.length === 0) later.splice(piece, 1);
      return;
    }
  }
}

/** cancel_work() of the runtime PM work of a device. */
export function cancelRuntimeWork({ work }: World, device: DeviceId): void {
  cancelItem(work, { kind: 'runtime-pm', device });
}

/** cancel_work() of the power_off_work of a domain. */
export function cancelDomainWork(world: World, domain: PowerDomainId): void {
  cancelItem(world.work, { kind: 'domain-power-off', domain });
}
