/**
 * One probe. Follows drivers/base/dd.c:driver_probe_device, really_probe, driver_bound; ../semantics probe.md sections 7 and 8.
 *
 * A result is 0 (bound), negative (an infrastructure refusal, which ends the walk over drivers) or positive (an error of
 * the probe callback, after which the next driver may try).
 */
import {
  driverDeferredProbeAdd,
  driverDeferredProbeDelete,
  driverDeferredProbeTrigger,
} from '../core/deferred-list.ts';
import { linksWriteLock } from '../core/device-lock.ts';
import { EBUSY, ENODEV, ENOENT, ENXIO, EPROBE_DEFER } from '../core/errno.ts';
import { appendId } from '../core/id-lists.ts';
import type { Task } from '../core/task.ts';
import { wakeUpShared } from '../core/wake-up.ts';
import {
  type DeviceId,
  type DriverId,
  deviceMessage,
  driverString,
  happened,
  type World,
} from '../core/world.ts';
import { deviceLinksCheckSuppliers, deviceLinksDriverBound, deviceLinksNoDriver } from '../links/index.ts';
import {
  devicePmCheckCallbacks,
  pmRuntimeBarrier,
  pmRuntimeGetSuppliers,
  pmRuntimeGetSync,
  pmRuntimePut,
  pmRuntimePutSuppliers,
  pmRuntimeReinit,
  rpmIdleAsync,
} from '../pm/index.ts';
import { probeOf } from './behaviour.ts';

/** driver_bound(): links, sync_state, then the retries of deferred devices. */
export function* driverBound(world: World, id: DeviceId, driver: DriverId): Task<void> {
  const device = world.devices[id]!;
  appendId(world.driverDevices, driver, id);
  device.bound = true;
  if (world.linksLocked) yield* linksWriteLock(world);
  yield* deviceLinksDriverBound(world, id);
  devicePmCheckCallbacks(world, id);
  driverDeferredProbeDelete(world, id);
  driverDeferredProbeTrigger(world);
  happened(world, { kind: 'bound', device: id });
}

/** device_unbind_cleanup(): the device has no driver any more. */
export function* deviceUnbindCleanup(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  device.driver = -1;
  yield* pmRuntimeReinit(world, id);
  device.power.driverFlags = 0;
}

/** dev_err_probe() of a deferral: what devices_deferred will say. */
function setDeferredProbeReason(world: World, id: DeviceId, words: string): void {
  world.devices[id]!.deferredReason = words;
  world.devices[id]!.deferredBy = driverString(world, id);
}

/** call_driver_probe(). */
function* callDriverProbe(world: World, id: DeviceId, driver: DriverId): Task<number> {
  const { name } = world.drivers[driver]!;
  const error = yield* probeOf(world, id, world.drivers[driver]!);
  const isQuiet = error === 0 || error === -EPROBE_DEFER || error === -ENODEV || error === -ENXIO;
  if (!isQuiet) deviceMessage(world, id, `probe with driver ${name} failed with error ${error}`);
  return error;
}

/** driver_sysfs_add() of a device whose folder is gone: a refusal, no error of the driver. */
function* driverSysfsAddFailed(world: World, id: DeviceId): Task<number> {
  deviceMessage(world, id, 'really_probe: driver_sysfs_add failed');
  yield* linksWriteLock(world);
  deviceLinksNoDriver(world, id);
  yield* deviceUnbindCleanup(world, id);
  return -ENOENT;
}

/** really_probe(). */
function* reallyProbe(world: World, id: DeviceId, driver: DriverId): Task<number> {
  const device = world.devices[id]!;
  if (world.deferred.blocked) return -EPROBE_DEFER;
  if (world.linksLocked) yield* linksWriteLock(world);
  const check = deviceLinksCheckSuppliers(world, id);
  if (!check.ready) {
    setDeferredProbeReason(world, id, check.reason);
    return -EPROBE_DEFER;
  }
  device.driver = driver;
  if (device.sysfsGone) return yield* driverSysfsAddFailed(world, id);
  happened(world, { kind: 'probe', device: id, driver });
  const returned = yield* callDriverProbe(world, id, driver);
  if (returned === 0) {
    yield* driverBound(world, id, driver);
    return 0;
  }
  if (world.linksLocked) yield* linksWriteLock(world);
  const error = check.bestEffort ? -EPROBE_DEFER : returned;
  happened(world, { kind: 'probe-error', device: id, driver, error });
  deviceLinksNoDriver(world, id);
  yield* deviceUnbindCleanup(world, id);
  return -error;
}

/** __driver_probe_device(): suppliers and the parent are held active meanwhile, also for a probe that is deferred. */
export function* driverProbeDeviceInner(world: World, id: DeviceId, driver: DriverId): Task<number> {
  const device = world.devices[id]!;
  if (!device.dead && !device.registered) yield { kind: 'wait', for: { kind: 'crash', device: id } };
  if (device.dead) return -ENODEV;
  if (device.driver >= 0) return -EBUSY;
  if (!device.readyToProbe) {
    setDeferredProbeReason(world, id, 'Device not ready to probe');
    return -EPROBE_DEFER;
  }
  device.canMatch = true;
  yield* pmRuntimeGetSuppliers(world, id);
  if (device.parent >= 0) yield* pmRuntimeGetSync(world, device.parent);
  yield* pmRuntimeBarrier(world, id);
  const result = yield* reallyProbe(world, id, driver);
  rpmIdleAsync(world, id);
  if (device.parent >= 0) pmRuntimePut(world, device.parent);
  pmRuntimePutSuppliers(world, id);
  return result;
}

/** driver_probe_device(): a deferral puts the device on the pending list, which is retried at once if it was triggered. */
export function* driverProbeDevice(world: World, id: DeviceId, driver: DriverId): Task<number> {
  const { deferred } = world;
  const device = world.devices[id]!;
  device.triggersBefore = deferred.triggers;
  deferred.probing++;
  const result = yield* driverProbeDeviceInner(world, id, driver);
  if (Math.abs(result) === EPROBE_DEFER) {
    driverDeferredProbeAdd(world, id);
    happened(world, { kind: 'defer', device: id, reason: device.deferredReason });
    if (device.triggersBefore !== deferred.triggers && !deferred.blocked) driverDeferredProbeTrigger(world);
  }
  device.triggersBefore = -1;
  deferred.probing--;
  wakeUpShared(world, 'probe_waitqueue');
  return result;
}
