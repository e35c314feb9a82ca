/**
 * Locks that kernel code holds across callbacks: a device's own, and the one of all links and of dpm_list. They are hardly ever
 * held by another task, so callers look first and make a task only to wait.
 */
import { keep } from './kept.ts';
import type { Task } from './task.ts';
import { DEVICE_QUEUE, wakeUpAll } from './wake-up.ts';
import type { DeviceId, World } from './world.ts';

/** device_trylock(): takes the lock unless another task holds it. */
export function deviceTrylock(world: World, id: DeviceId): boolean {
  const device = world.devices[id]!;
  if (device.locked) return false;
  device.locked = true;
  return true;
}

/**
 * Tasks that wait for the lock of a device, a mutex (kernel/locking/mutex.c): an unlock wakes the first, but whoever comes meanwhile
 * may take the lock before it. That happens to a task once: the next unlock hands the lock over to it.
 */
export interface LockWaiters {
  readonly device: DeviceId;
  /** Tickets of the tasks, first to last, and how many have been given out. */
  readonly queue: number[];
  tickets: number;
  /** Who was woken by an unlock and has not run since, 0 for none. */
  woken: number;
  /** The next unlock hands over, to the first. */
  handoff: boolean;
  /** Who has the lock and does not know yet, 0 for none. */
  handedTo: number;
}

/** undefined where nobody waits. */
export function lockWaiters(world: World, id: DeviceId): LockWaiters | undefined {
  return world.lockWaiters.length === 0
    ? undefined
    : world.lockWaiters.find((waiters) => waiters.device === id);
}

function queueUp(world: World, id: DeviceId): number {
  let waiters = lockWaiters(world, id);
  if (waiters === undefined) {
    waiters = { device: id, queue: [], tickets: 0, woken: 0, handoff: false, handedTo: 0 };
    world.lockWaiters.push(waiters);
  }
  waiters.queue.push(++waiters.tickets);
  return waiters.tickets;
}

/** What a task does that was woken: whether it has the lock now. */
function takeWhenWoken(world: World, id: DeviceId, ticket: number): boolean {
  const device = world.devices[id]!;
  const waiters = lockWaiters(world, id)!;
  waiters.woken = 0;
  if (waiters.handedTo !== ticket && device.locked) {
    if (waiters.queue[0] === ticket) waiters.handoff = true;
    return false;
  }
  device.locked = true;
  waiters.handoff = false;
  waiters.handedTo = 0;
  waiters.queue.splice(waiters.queue.indexOf(ticket), 1);
  if (waiters.queue.length === 0) world.lockWaiters.splice(world.lockWaiters.indexOf(waiters), 1);
  return true;
}

/** device_lock(), around probe, unbind, sleep callbacks and sync_state: waits while another task holds it. */
export function* deviceLock(world: World, id: DeviceId): Task<void> {
  if (deviceTrylock(world, id)) return;
  const ticket = keep(queueUp(world, id));
  do {
    yield { kind: 'wait', for: { kind: 'device-lock', device: id, ticket } };
  } while (!takeWhenWoken(world, id, ticket));
}

/** device_unlock(). */
export function deviceUnlock(world: World, id: DeviceId): void {
  const waiters = lockWaiters(world, id);
  const first = waiters?.queue[0] ?? 0;
  world.devices[id]!.locked = waiters?.handoff ?? false;
  if (waiters === undefined) return;
  if (waiters.handoff) waiters.handedTo = first;
  waiters.handoff = false;
  waiters.woken = first;
  wakeUpAll(world, id, DEVICE_QUEUE.lock);
}

/** device_links_write_lock() and device_pm_lock(): waits while device_link_add() resumes a supplier under them. */
export function* linksWriteLock(world: World): Task<void> {
  while (world.linksLocked) yield { kind: 'wait', for: { kind: 'links-lock' } };
}
