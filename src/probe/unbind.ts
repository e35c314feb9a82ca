/**
 * Unbinding a driver, consumers first. Follows drivers/base/dd.c:__device_release_driver, drivers/base/core.c:
 * device_links_unbind_consumers; ../semantics probe.md section 9, device-links.md section 8.
 */

import { DL_FLAG } from '../core/device-link.ts';
import { deviceLock, deviceTrylock, deviceUnlock, linksWriteLock } from '../core/device-lock.ts';
import { removeId } from '../core/id-lists.ts';
import { keep } from '../core/kept.ts';
import { isNoProbeRunning, waitForDeviceProbe } from '../core/probe-wait.ts';
import { enter, type Task } from '../core/task.ts';
import {
  busNamed,
  consumerLinksOf,
  type DeviceId,
  type DriverId,
  happened,
  type LinkId,
  linkOf,
  type World,
} from '../core/world.ts';
import { deviceLinksBusy, deviceLinksDriverCleanup, linkTransition } from '../links/index.ts';
import { devicePmCheckCallbacks, pmRuntimeGetSync, pmRuntimePut, pmRuntimePutSync } from '../pm/index.ts';
import { deviceUnbindCleanup } from './really-probe.ts';

/** The first consumer link that keeps a device from unbinding; those before it are marked as unbinding. */
function nextBusyConsumer(world: World, id: DeviceId): LinkId | undefined {
  const { head, next } = world.consumerLinks;
  for (let linkId = head[id]!; linkId >= 0; linkId = next[linkId]!) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED) || link.flags & DL_FLAG.SYNC_STATE_ONLY) continue;
    const outcome = linkTransition(world, link, 'device_links_unbind_consumers');
    if (outcome !== undefined) return linkId;
  }
  return undefined;
}

/**
 * device_links_unbind_consumers(): unbinds every bound consumer and waits for probing ones. A link can be `consumer probing`
 * though nobody probes; the kernel then loops for ever, here that is a livelock that names the link. Returns whether there was
 * anything to do.
 */
function* deviceLinksUnbindConsumers(world: World, id: DeviceId): Task<boolean> {
  for (let progress = false; ; progress = keep(true)) {
    const linkId = nextBusyConsumer(world, id);
    if (linkId === undefined) return progress;
    const { status, consumer } = linkOf(world, linkId);
    if (status === 'consumer probing') {
      if (isNoProbeRunning(world))
        yield { kind: 'wait', for: { kind: 'livelock', device: id, link: linkId } };
      yield* waitForDeviceProbe(world);
    } else {
      yield enter(deviceReleaseDriver(world, consumer));
    }
  }
}

/** A SYNC_STATE_ONLY link to a probing consumer makes its supplier busy, and nobody unbinds it: the kernel asks again for ever. */
function* livelock(world: World, id: DeviceId): Task<void> {
  const isBusy = (link: LinkId) => ['consumer probing', 'active'].includes(linkOf(world, link).status);
  const link = consumerLinksOf(world, id).find(isBusy);
  if (link !== undefined) yield { kind: 'wait', for: { kind: 'livelock', device: id, link } };
}

/** __device_release_driver(): the caller holds the lock of the device. */
function* releaseDriver(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  const driver = keep(device.driver);
  if (driver < 0) return;
  yield* pmRuntimeGetSync(world, id);
  if (world.linksLocked) yield* linksWriteLock(world);
  while (deviceLinksBusy(world, id)) {
    deviceUnlock(world, id);
    if (!(yield* deviceLinksUnbindConsumers(world, id))) yield* livelock(world, id);
    if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
    if (device.driver !== driver) {
      pmRuntimePut(world, id);
      return;
    }
  }
  yield* pmRuntimePutSync(world, id);
  yield { kind: 'call', device: id, callback: 'remove', layer: 'drv' };
  yield* deviceUnbindCleanup(world, id);
  if (world.linksLocked) yield* linksWriteLock(world);
  deviceLinksDriverCleanup(world, id);
  removeId(world.driverDevices, driver, id);
  device.bound = false;
  devicePmCheckCallbacks(world, id);
  happened(world, { kind: 'unbound', device: id, driver });
}

/** device_release_driver_internal(): unbinds the device, if it is bound to `driver` (-1 for any). */
export function* deviceReleaseDriver(world: World, id: DeviceId, driver: DriverId = -1): Task<void> {
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  if (driver < 0 || world.devices[id]!.driver === driver) yield* releaseDriver(world, id);
  deviceUnlock(world, id);
}

/** driver_unregister() and driver_detach(): no walk may stand at the driver; the device bound last goes first. */
export function* driverUnregister(world: World, id: DriverId): Task<void> {
  const driver = world.drivers[id]!;
  const bus = world.buses[busNamed(world, driver.bus)];
  if (bus !== undefined) {
    bus.drivers.splice(bus.drivers.indexOf(id), 1);
    if (bus.walks.includes(id)) yield { kind: 'wait', for: { kind: 'driver-walk', driver: id } };
  }
  if (driver.asyncProbe) yield { kind: 'wait', for: { kind: 'async' } };
  const { tail } = world.driverDevices;
  while (tail[id]! >= 0) yield* deviceReleaseDriver(world, tail[id]!, id);
}
