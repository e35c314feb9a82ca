/**
 * Locks that kernel code holds across callbacks: a device's own, and the one of all links and of dpm_list. They are hardly ever
 * held by another task, so callers look first and make a task only to wait.
 */
import type { Task } from './task.ts';
import { wakeUpAll } from './wake-up.ts';
import type { DeviceId, World } from './world.ts';

/** device_trylock(): takes the lock unless another task holds it. */
export function deviceTrylock(world: World, id: DeviceId): boolean {
  const device = world.devices[id]!;
  if (device.locked) return false;
  device.locked = true;
  return true;
}

/** device_lock(), around probe, unbind, sleep callbacks and sync_state: waits while another task holds it. */
export function* deviceLock(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  while (device.locked) yield { kind: 'wait', for: { kind: 'device-lock', device: id } };
  device.locked = true;
}

/** device_unlock(). */
export function deviceUnlock(world: World, id: DeviceId): void {
  world.devices[id]!.locked = false;
  wakeUpAll(world, id);
}

/** device_links_write_lock() and device_pm_lock(): waits while device_link_add() resumes a supplier under them. */
export function* linksWriteLock(world: World): Task<void> {
  while (world.linksLocked) yield { kind: 'wait', for: { kind: 'links-lock' } };
}
