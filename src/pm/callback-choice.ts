/**
 * Which layer's callback runs. Follows drivers/base/power/runtime.c:__rpm_get_callback and the same ladder in
 * drivers/base/power/main.c, ../semantics runtime-pm.md section 2, system-sleep.md section 4.
 */
import { type CallbackLayer, type CallbackSet, SLEEP_CALLBACKS } from '../core/callbacks.ts';
import type { DeviceId, World } from '../core/world.ts';

/** The PM domain's or else the device type's callback: the layers that stand before the driver. `bit`: of the callback. */
export function subsystemLayer(world: World, id: DeviceId, bit: CallbackSet): 'dom' | 'type' | undefined {
  const { domainOps, typeOps } = world.devices[id]!;
  if (domainOps !== undefined) return domainOps & bit ? 'dom' : undefined;
  return typeOps !== undefined && typeOps & bit ? 'type' : undefined;
}

/** The driver's dev_pm_ops have the callback. */
export function driverHasCallback(world: World, id: DeviceId, bit: CallbackSet): boolean {
  const { driver } = world.devices[id]!;
  return driver >= 0 && ((world.drivers[driver]!.ops ?? 0) & bit) !== 0;
}

/** The layer whose callback runs: PM domain, else type, else driver; undefined if none has it. */
export function callbackLayer(world: World, id: DeviceId, bit: CallbackSet): CallbackLayer | undefined {
  return subsystemLayer(world, id, bit) ?? (driverHasCallback(world, id, bit) ? 'drv' : undefined);
}

/** device_pm_check_callbacks(): recomputes no_pm_callbacks. The platform bus has callbacks of its own. */
export function devicePmCheckCallbacks(world: World, id: DeviceId): void {
  const { bus, typeOps, domainOps, driver, power } = world.devices[id]!;
  const ops = (typeOps ?? 0) | (domainOps ?? 0) | (driver < 0 ? 0 : (world.drivers[driver]!.ops ?? 0));
  power.noPmCallbacks = bus !== 'platform' && bus !== 'amba' && (ops & SLEEP_CALLBACKS) === 0;
}
