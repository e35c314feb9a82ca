/** device_lock(): held around probe, unbind, sleep callbacks and sync_state of a device. */
import type { Task } from './task.ts';
import type { DeviceId, World } from './world.ts';

/** device_lock(): waits while another task holds it. */
export function* deviceLock(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  while (device.locked) yield { kind: 'wait', for: { kind: 'device-lock', device: id } };
  device.locked = true;
}

/** device_unlock(). */
export function deviceUnlock(world: World, id: DeviceId): void {
  world.devices[id]!.locked = false;
}
