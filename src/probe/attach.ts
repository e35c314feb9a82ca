/**
 * Matching, probing and binding. Follows drivers/base/dd.c, ../semantics probe.md sections 4 to 8, for drivers that probe
 * synchronously.
 *
 * A result is 0 (bound), negative (an infrastructure refusal, which ends the walk over drivers) or positive (an error of
 * the probe callback, after which the next driver may try).
 */
import type { DeviceId, Driver, DriverId, World } from '../core/world.ts';
import { deviceLinksCheckSuppliers, deviceLinksDriverBound, deviceLinksNoDriver } from '../links/index.ts';
import { probeOf } from './behaviour.ts';
import { driverDeferredProbeAdd, driverDeferredProbeDelete, driverDeferredProbeTrigger } from './deferred.ts';
import { EBUSY, EPROBE_DEFER } from './errno.ts';

/** driver_match_device() for platform devices: by compatible, without regard to case. */
export function driverMatchDevice(world: World, driver: Driver, id: DeviceId): boolean {
  const { node } = world.devices[id]!;
  const compatible = node < 0 ? undefined : world.board.nodes[node]!.compatible;
  return compatible?.some((entry) => driver.compatibles.includes(entry.toLowerCase())) ?? false;
}

/** driver_bound(). */
function driverBound(world: World, id: DeviceId, driver: DriverId): void {
  const device = world.devices[id]!;
  world.drivers[driver]!.devices.push(id);
  device.bound = true;
  deviceLinksDriverBound(world, id, (consumer) => driverDeferredProbeAdd(world, consumer));
  driverDeferredProbeDelete(world, id);
  driverDeferredProbeTrigger(world);
  world.events.push({ kind: 'bound', device: id });
}

/** really_probe(). */
function reallyProbe(world: World, id: DeviceId, driver: DriverId): number {
  const device = world.devices[id]!;
  const check = deviceLinksCheckSuppliers(world, id);
  if (!check.ready) {
    device.deferredReason = check.reason;
    return -EPROBE_DEFER;
  }
  device.driver = driver;
  world.events.push({ kind: 'probe', device: id, driver });
  const returned = probeOf(world, id, world.drivers[driver]!);
  if (returned === 0) {
    driverBound(world, id, driver);
    return 0;
  }
  const error = check.bestEffort ? -EPROBE_DEFER : returned;
  world.events.push({ kind: 'probe-error', device: id, driver, error });
  deviceLinksNoDriver(world, id);
  device.driver = -1;
  return -error;
}

/** driver_probe_device() and __driver_probe_device(). */
export function driverProbeDevice(world: World, id: DeviceId, driver: DriverId): number {
  const device = world.devices[id]!;
  if (device.driver >= 0) return -EBUSY;
  const triggersBefore = world.deferred.triggers;
  device.canMatch = true;
  const result = reallyProbe(world, id, driver);
  if (Math.abs(result) === EPROBE_DEFER) {
    driverDeferredProbeAdd(world, id);
    world.events.push({ kind: 'defer', device: id, reason: device.deferredReason });
    if (triggersBefore !== world.deferred.triggers) driverDeferredProbeTrigger(world);
  }
  return result;
}

/** bus_probe_device() and __device_attach(): offers an unbound device to the drivers of its bus, in registration order. */
export function busProbeDevice(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  if (device.driver >= 0) return;
  const bus = world.buses.find(({ name }) => name === device.bus);
  for (const driver of bus?.drivers ?? []) {
    if (!driverMatchDevice(world, world.drivers[driver]!, id)) continue;
    // 0 is bound, a negative result a refusal: both end the walk.
    if (driverProbeDevice(world, id, driver) <= 0) return;
  }
}

/** driver_register() and driver_attach(): offers every device of the bus to a new driver, in the order they were added. */
export function driverRegister(world: World, driver: Omit<Driver, 'devices'>): DriverId {
  const id = world.drivers.length;
  world.drivers.push({ ...driver, devices: [] });
  const bus = world.buses.find(({ name }) => name === driver.bus);
  if (bus === undefined) return id;
  bus.drivers.push(id);
  // Devices that a probe adds meanwhile are visited too.
  for (let index = 0; index < bus.devices.length; index++) {
    const device = bus.devices[index]!;
    if (world.devices[device]!.driver < 0 && driverMatchDevice(world, world.drivers[id]!, device)) {
      driverProbeDevice(world, device, id);
    }
  }
  return id;
}
