/**
 * wake_up_all() and complete_all(): whoever waits for something of a device looks again. Here a device is only written down, and
 * only where somebody waits; who that is is known to whoever runs the tasks (scenarios/waiting-threads.ts).
 */
import type { DeviceId, World } from './world.ts';

/** The device's runtime status, lock, work, or part of a phase of sleep is another one now. */
export function wakeUpAll(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  if (!device.awaited) return;
  device.awaited = false;
  world.work.wakeUps.push(id);
}
