/** Whether a device may wake the system up. Follows drivers/base/power/wakeup.c. */
import { synchronizeSrcu } from '../core/srcu.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';

/** device_wakeup_enable(). */
export function deviceWakeupEnable(world: World, id: DeviceId): void {
  world.devices[id]!.power.mayWakeup = true;
}

/** device_wakeup_disable(): waits until nobody reads the list of wakeup sources, and other work gets its turn meanwhile. */
export function* deviceWakeupDisable(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  if (!power.mayWakeup) return;
  power.mayWakeup = false;
  yield* synchronizeSrcu(world, 'wakeup');
}
