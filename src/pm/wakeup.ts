/** Whether a device may wake the system up. Follows drivers/base/power/wakeup.c. */
import { ENOENT } from '../core/errno.ts';
import { synchronizeSrcu } from '../core/srcu.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, kernelMessage, type World } from '../core/world.ts';

/**
 * device_wakeup_enable(): makes a wakeup source. The source made for a device that has one goes again, as in
 * {@link deviceWakeupDisable}. Nothing comes of it where the device's folder in sysfs is gone.
 */
export function* deviceWakeupEnable(world: World, id: DeviceId): Task<void> {
  const { power, sysfsGone, registered, name } = world.devices[id]!;
  if (registered && sysfsGone) {
    kernelMessage(
      world,
      `kobject: kobject_add_internal failed for wakeup (error: ${-ENOENT} parent: ${name})`,
    );
    return;
  }
  if (power.mayWakeup) yield* synchronizeSrcu(world, 'wakeup');
  power.mayWakeup = true;
}

/** device_wakeup_disable(): waits until nobody reads the list of wakeup sources, and other work gets its turn meanwhile. */
export function* deviceWakeupDisable(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  if (!power.mayWakeup) return;
  power.mayWakeup = false;
  yield* synchronizeSrcu(world, 'wakeup');
}
