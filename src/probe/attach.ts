/**
 * Matching and offering devices to drivers. Follows drivers/base/dd.c, ../semantics probe.md sections 4 to 6.
 */

import { asyncScheduleDev } from '../core/async-jobs.ts';
import { deviceLock, deviceTrylock, deviceUnlock } from '../core/device-lock.ts';
import { EAGAIN, EPROBE_DEFER } from '../core/errno.ts';
import { addOwner, beginWalk, endWalk, walkOn } from '../core/id-lists.ts';
import { keep } from '../core/kept.ts';
import { indexBehind } from '../core/order-list.ts';
import type { Task } from '../core/task.ts';
import { busNamed, type DeviceId, type Driver, type DriverId, type World } from '../core/world.ts';
import { deviceLinksForceBind } from '../links/index.ts';
import { pmRuntimeGetSync, pmRuntimePut, rpmIdleAsync } from '../pm/index.ts';
import { driverBound, driverProbeDevice, driverProbeDeviceInner } from './really-probe.ts';

/** The names that drivers match, looked up often: no state of the model, as those lists never change. */
const matchSets = new WeakMap<readonly string[], ReadonlySet<string>>();

function matchesName(names: readonly string[], name: string): boolean {
  if (names.length < 10) return names.includes(name);
  let set = matchSets.get(names);
  if (set === undefined) {
    set = new Set(names);
    matchSets.set(names, set);
  }
  return set.has(name);
}

/** driver_match_device(): by name where the bus does so, else by compatible, without regard to case. */
export function driverMatchDevice(world: World, driver: Driver, id: DeviceId): boolean {
  const { node, name } = world.devices[id]!;
  if (driver.matches !== undefined) return matchesName(driver.matches, name);
  const compatible = node < 0 ? undefined : world.board.nodes[node]!.compatible;
  if (driver.matchesAll) {
    const isExcepted = (entry: string) => matchesName(driver.matchesAllBut ?? [], entry);
    return (
      compatible !== undefined &&
      !isExcepted(name) &&
      !compatible.some((each) => isExcepted(each.toLowerCase()))
    );
  }
  return compatible?.some((entry) => driver.compatibles.includes(entry.toLowerCase())) ?? false;
}

/** Which drivers a pass over the bus takes: all, or only (a)synchronous ones. */
type Pass = 'all' | 'synchronous' | 'asynchronous';

/** bus_for_each_drv() with __device_attach_driver(): in the order of registration, until one binds or refuses. */
function* offerToDrivers(
  world: World,
  id: DeviceId,
  pass: Pass,
): Task<{ result: number; asyncSeen: boolean }> {
  const { bus: busName } = world.devices[id]!;
  const bus = world.buses[busNamed(world, busName)];
  let asyncSeen = false;
  const drivers = bus?.drivers ?? [];
  let driver: DriverId;
  for (let index = 0; index < drivers.length; index = indexBehind(drivers, index, driver)) {
    driver = drivers[index]!;
    const candidate = world.drivers[driver]!;
    if (!driverMatchDevice(world, candidate, id)) continue;
    keep(driver);
    const isAsync = candidate.asyncProbe === true;
    asyncSeen ||= isAsync;
    if (pass !== 'all' && isAsync !== (pass === 'asynchronous')) continue;
    bus!.walks.push(driver);
    const result = yield* driverProbeDevice(world, id, driver);
    bus!.walks.splice(bus!.walks.indexOf(driver), 1);
    // 0 is bound, a negative result a refusal: both end the walk.
    if (result <= 0) return { result: result === 0 ? 1 : result, asyncSeen };
  }
  return { result: 0, asyncSeen };
}

/**
 * __device_attach(): offers an unbound device to the drivers of its bus. Returns 1 if it is bound, 0 if no driver took it or an
 * asynchronous one will be asked, or a negative errno.
 */
export function* deviceAttachInner(world: World, id: DeviceId, allowAsync: boolean): Task<number> {
  const device = world.devices[id]!;
  let result = 0;
  let schedule = false;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  if (!device.dead && !device.registered) yield { kind: 'wait', for: { kind: 'crash', device: id } };
  if (device.dead) {
    result = 0;
  } else if (device.driver >= 0) {
    if (!device.bound) yield* deviceBindDriver(world, id);
    result = 1;
  } else {
    if (device.parent >= 0) yield* pmRuntimeGetSync(world, device.parent);
    const offered = yield* offerToDrivers(world, id, allowAsync ? 'synchronous' : 'all');
    result = offered.result;
    schedule = result === 0 && allowAsync && offered.asyncSeen;
    if (!schedule) rpmIdleAsync(world, id);
    if (device.parent >= 0) pmRuntimePut(world, device.parent);
  }
  deviceUnlock(world, id);
  if (schedule) asyncScheduleDev(world, { kind: 'device-attach', device: id });
  return result;
}

/** device_bind_driver(): binds the driver that stands in the device, without a probe. */
function* deviceBindDriver(world: World, id: DeviceId): Task<void> {
  deviceLinksForceBind(world, id);
  yield* driverBound(world, id, world.devices[id]!.driver);
}

/** device_attach(): asynchronous drivers are asked at once too. */
export function* deviceAttach(world: World, id: DeviceId): Task<number> {
  return yield* deviceAttachInner(world, id, false);
}

/** bus_probe_device() and device_initial_probe(). */
export function* busProbeDevice(world: World, id: DeviceId): Task<void> {
  if (busNamed(world, world.devices[id]!.bus) >= 0) yield* deviceAttachInner(world, id, true);
}

/** __device_attach_async_helper(): the second pass, over the asynchronous drivers. */
export function* deviceAttachAsyncHelper(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  if (!device.dead && device.driver < 0) {
    if (device.parent >= 0) yield* pmRuntimeGetSync(world, device.parent);
    yield* offerToDrivers(world, id, 'asynchronous');
    rpmIdleAsync(world, id);
    if (device.parent >= 0) pmRuntimePut(world, device.parent);
  }
  deviceUnlock(world, id);
}

/** __driver_attach_async_helper(). */
export function* driverAttachAsyncHelper(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  const driver = keep(device.asyncDriver);
  device.asyncDriver = -1;
  yield* driverProbeDevice(world, id, driver);
  deviceUnlock(world, id);
}

/** device_driver_attach(), sysfs' bind: a negative errno; a deferral is -EAGAIN and puts the device on no list. */
export function* deviceDriverAttach(world: World, id: DeviceId, driver: DriverId): Task<number> {
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  const result = yield* driverProbeDeviceInner(world, id, driver);
  deviceUnlock(world, id);
  const error = result > 0 ? -result : result;
  return error === -EPROBE_DEFER ? -EAGAIN : error;
}

/** __driver_attach(): offers one device of the bus to a new driver. */
function* driverAttachDevice(world: World, id: DeviceId, driver: DriverId): Task<void> {
  const candidate = world.drivers[driver]!;
  const device = world.devices[id]!;
  if (!driverMatchDevice(world, candidate, id)) return;
  if (candidate.asyncProbe) {
    if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
    const schedule = device.driver < 0 && device.asyncDriver < 0;
    if (schedule) device.asyncDriver = driver;
    deviceUnlock(world, id);
    if (schedule) asyncScheduleDev(world, { kind: 'driver-attach', device: id });
    return;
  }
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  yield* driverProbeDevice(world, id, driver);
  deviceUnlock(world, id);
}

/** driver_register() and driver_attach(): offers every device of the bus to a new driver, in the order they were added. */
export function* driverRegister(world: World, driver: Driver): Task<DriverId> {
  const id = keep(world.drivers.push(driver) - 1);
  addOwner(world.driverDevices);
  const bus = busNamed(world, driver.bus);
  if (bus < 0) return id;
  world.buses[bus]!.drivers.push(id);
  const { busDevices } = world;
  // Devices that a probe adds meanwhile are visited too.
  const walk = beginWalk(busDevices, bus);
  for (let device = walkOn(busDevices, walk); device >= 0; device = walkOn(busDevices, walk)) {
    yield* driverAttachDevice(world, device, id);
  }
  endWalk(busDevices, walk);
  return id;
}
