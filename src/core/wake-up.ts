/**
 * wake_up_all() and complete_all(): whoever waits for something of a device looks again. Here a device is only written down, and
 * only where somebody waits; who that is is known to whoever runs the tasks (scenarios/waiting-threads.ts).
 */
import type { WorkQueues } from './work-queues.ts';
import type { DeviceId, World } from './world.ts';

/** A device that was awaited, and when it was woken among all that was: who was woken first runs first. */
export interface WakeUp {
  readonly device: DeviceId;
  readonly order: number;
}

/** Places from one wake to the next, for several that are woken at once. */
export const PLACES_OF_A_WAKE = 1024;

/** The next place among all that are to run. */
export function nextOrder(work: WorkQueues): number {
  work.wakes += PLACES_OF_A_WAKE;
  return work.wakes;
}

/** The device's runtime status, lock, work, or part of a phase of sleep is another one now. */
export function wakeUpAll(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  if (!device.awaited) return;
  device.awaited = false;
  world.work.wakeUps.push({ device: id, order: nextOrder(world.work) });
}
