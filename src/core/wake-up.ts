/**
 * wake_up_all() and complete_all(): whoever waits in a queue looks again. Here the queue is only written down, and
 * only where somebody waits; who that is is known to whoever runs the tasks (scenarios/waiting-threads.ts).
 */
import type { WorkQueues } from './work-queues.ts';
import type { DeviceId, World } from './world.ts';

/** Queues that all devices share, by the kernel's names for them. */
export const SHARED_QUEUES = ['async_done', 'probe_waitqueue'] as const;
export type SharedQueue = (typeof SHARED_QUEUES)[number];

/** Where tasks wait for something of a device: power.wait_queue, its lock, power.completion. */
export const DEVICE_QUEUE = { status: 0, lock: 1, completion: 2 } as const;
export type DeviceQueue = (typeof DEVICE_QUEUE)[keyof typeof DEVICE_QUEUE];

const QUEUES_OF_A_DEVICE = Object.keys(DEVICE_QUEUE).length;

/** A queue of a device, as {@link queueOf} numbers it, or one that all share. */
export type WaitQueue = number | SharedQueue;

export function queueOf(device: DeviceId, queue: DeviceQueue): WaitQueue {
  return device * QUEUES_OF_A_DEVICE + queue;
}

/** A queue in which somebody waited, and when it was woken among all that was: who was woken first runs first. */
export interface WakeUp {
  readonly queue: WaitQueue;
  readonly order: number;
}

/** Places from one wake to the next, for several that are woken at once. */
export const PLACES_OF_A_WAKE = 1024;

/** The next place among all that are to run. */
export function nextOrder(work: WorkQueues): number {
  work.wakes += PLACES_OF_A_WAKE;
  return work.wakes;
}

/** Whoever waits in a queue of a device looks again. */
export function wakeUpAll(world: World, id: DeviceId, queue: DeviceQueue): void {
  const device = world.devices[id]!;
  if (!(device.awaited & (1 << queue))) return;
  device.awaited &= ~(1 << queue);
  world.work.wakeUps.push({ queue: queueOf(id, queue), order: nextOrder(world.work) });
}

/** Whoever waits in a queue that all devices share looks again, whatever it waits for there. */
export function wakeUpShared({ work }: World, queue: SharedQueue): void {
  const at = work.awaited.indexOf(queue);
  if (at < 0) return;
  work.awaited.splice(at, 1);
  work.wakeUps.push({ queue, order: nextOrder(work) });
}

/** Somebody waits in a queue from now on. */
export function awaitQueue(world: World, queue: WaitQueue): void {
  if (typeof queue === 'number') {
    const device = world.devices[Math.floor(queue / QUEUES_OF_A_DEVICE)]!;
    device.awaited |= 1 << (queue % QUEUES_OF_A_DEVICE);
  } else if (!world.work.awaited.includes(queue)) world.work.awaited.push(queue);
}
