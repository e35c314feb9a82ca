/**
 * What a power domain does where it stands in for a device's callbacks: the driver's own is called from here, and the domain
 * follows. Follows drivers/pmdomain/core.c and drivers/base/power/generic_ops.c of Linux 6.12.
 */

import type { Callback, CallbackLayer } from '../core/callbacks.ts';
import { CALLBACK_BIT } from '../core/callbacks.ts';
import { EBUSY } from '../core/errno.ts';
import { keep } from '../core/kept.ts';
import type { DomainDeviceCallback, DomainTiming, PowerDomain, PowerDomainId } from '../core/power-domain.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, domainOf, record, type World } from '../core/world.ts';
import { driverHasCallback } from './callback-choice.ts';
import {
  genpdLock,
  genpdPowerOff,
  genpdPowerOn,
  genpdQueuePowerOffWork,
  genpdSyncPowerOff,
  genpdSyncPowerOn,
  genpdUnlock,
  irqSafeDevInSleepDomain,
} from './power-domain.ts';
import { defaultSuspendOk, noteDeviceLatency } from './power-domain-governor.ts';

/** The callback of that layer is genpd's own code; the caller makes no task for any other. */
export function isGenpdCallback(world: World, id: DeviceId, layer: CallbackLayer): boolean {
  return layer === 'dom' && world.devices[id]!.membership !== undefined;
}

/**
 * Runs the callback of a device that a layer has. That of a power domain is the kernel's own code, all others are a driver
 * author's. Returns what it returns.
 */
export function* runCallbackOf(
  world: World,
  id: DeviceId,
  callback: Callback,
  layer: CallbackLayer,
): Task<number> {
  if (!isGenpdCallback(world, id, layer)) return yield { kind: 'call', device: id, callback, layer };
  const { driver, membership } = world.devices[id]!;
  record(world, { kind: 'callback-begin', device: id, callback, layer, driver });
  const value = yield* genpdCallback(world, id, callback, keep(membership!.domain));
  record(world, { kind: 'callback-end', device: id, callback, value });
  return value;
}

/** The callbacks of genpd's own struct dev_pm_domain. */
function* genpdCallback(world: World, id: DeviceId, callback: Callback, domain: PowerDomainId): Task<number> {
  switch (callback) {
    case 'prepare':
      return yield* genpdPrepare(world, id, domain);
    case 'suspend_noirq':
      return yield* genpdSuspendNoirq(world, id, domain);
    case 'resume_noirq':
      return yield* genpdResumeNoirq(world, id, domain);
    case 'complete':
      return yield* genpdComplete(world, id, domain);
    case 'runtime_suspend':
      return yield* genpdRuntimeSuspend(world, id, domain);
    case 'runtime_resume':
      return yield* genpdRuntimeResume(world, id, domain);
    default:
      return 0;
  }
}

/** The name of a callback's function in a message: the domain's are in the kernel, all others in the module of the devices. */
export function callbackSymbol(
  callback: string,
  layer: CallbackLayer | undefined,
  isGenpd: boolean,
  bus: string,
): string {
  return isGenpd ? `genpd_${callback}` : `${layer}_${callback} [${bus}]`;
}

/** genpd_stop_dev() and genpd_start_dev(). */
function* devOps(domain: PowerDomain, id: DeviceId, callback: DomainDeviceCallback): Task<number> {
  return domain.devOps ? yield { kind: 'call', device: id, callback, layer: 'genpd' } : 0;
}

/** __genpd_runtime_suspend() and __genpd_runtime_resume(): the device type's callback, else the driver's. */
function* deviceRuntimeCallback(
  world: World,
  id: DeviceId,
  callback: 'runtime_suspend' | 'runtime_resume',
): Task<number> {
  const { typeOps } = world.devices[id]!;
  if (typeOps !== undefined && typeOps & CALLBACK_BIT[callback])
    return yield { kind: 'call', device: id, callback, layer: 'type' };
  return yield* pmGeneric(world, id, callback);
}

/** pm_generic_prepare() and its like: the driver's callback, 0 without one. */
function* pmGeneric(world: World, id: DeviceId, callback: Callback): Task<number> {
  if (!driverHasCallback(world, id, CALLBACK_BIT[callback])) return 0;
  return yield { kind: 'call', device: id, callback, layer: 'drv' };
}

/** genpd_power_off() for a device that is on its way to suspended. */
function* powerOffFor(world: World, domain: PowerDomainId): Task<void> {
  yield* genpdLock(world, domain);
  yield* genpdPowerOff(world, domain, true);
  genpdUnlock(world, domain);
}

/** What the governor measures, if there is one and runtime PM is enabled: drivers also call these functions while it is not. */
function timingOf(world: World, id: DeviceId): DomainTiming | undefined {
  const { membership, power } = world.devices[id]!;
  return power.disableDepth > 0 ? undefined : membership?.timing;
}

/** genpd_runtime_suspend(): the device's callback, stop, and power off. That the domain stays on is no error. */
function* genpdRuntimeSuspend(world: World, id: DeviceId, domainId: PowerDomainId): Task<number> {
  const domain = domainOf(world, domainId);
  const timing = timingOf(world, id);
  keep(timing !== undefined);
  if (timing !== undefined && !defaultSuspendOk(world, id, timing)) return -EBUSY;
  const start = world.now;
  let error = yield* deviceRuntimeCallback(world, id, 'runtime_suspend');
  if (error !== 0) return error;
  error = yield* devOps(domain, id, 'stop');
  if (error !== 0) {
    yield* deviceRuntimeCallback(world, id, 'runtime_resume');
    return error;
  }
  if (timing !== undefined) noteDeviceLatency(world, domain, timing, 'suspendLatency', start);
  if (!irqSafeDevInSleepDomain(world, id, domain)) yield* powerOffFor(world, domainId);
  return 0;
}

/** genpd_runtime_resume(): power on, start, and the device's callback. */
function* genpdRuntimeResume(world: World, id: DeviceId, domainId: PowerDomainId): Task<number> {
  const domain = domainOf(world, domainId);
  const timing = timingOf(world, id);
  keep(timing !== undefined);
  if (!irqSafeDevInSleepDomain(world, id, domain)) {
    yield* genpdLock(world, domainId);
    const refused = yield* genpdPowerOn(world, domainId);
    genpdUnlock(world, domainId);
    if (refused !== 0) return refused;
  }
  const start = world.now;
  let error = yield* devOps(domain, id, 'start');
  if (error === 0) {
    error = yield* deviceRuntimeCallback(world, id, 'runtime_resume');
    if (error === 0) {
      if (timing !== undefined) noteDeviceLatency(world, domain, timing, 'resumeLatency', start);
      return 0;
    }
    yield* devOps(domain, id, 'stop');
  }
  if (!world.devices[id]!.power.irqSafe || domain.irqSafe) yield* powerOffFor(world, domainId);
  return error;
}

/** genpd_prepare(): the domain is not powered off by runtime PM from here to complete(). Never positive: no direct-complete. */
function* genpdPrepare(world: World, id: DeviceId, domainId: PowerDomainId): Task<number> {
  const domain = domainOf(world, domainId);
  yield* genpdLock(world, domainId);
  domain.preparedCount = (domain.preparedCount + 1) >>> 0;
  genpdUnlock(world, domainId);
  const result = yield* pmGeneric(world, id, 'prepare');
  if (result >= 0) return 0;
  yield* genpdLock(world, domainId);
  domain.preparedCount = (domain.preparedCount - 1) >>> 0;
  genpdUnlock(world, domainId);
  return result;
}

/** The device is kept running, and its domain on, to wake the system. */
function staysActive(world: World, id: DeviceId, domain: PowerDomain): boolean {
  return world.devices[id]!.power.wakeupPath && domain.activeWakeup;
}

/** start and stop in system sleep are for devices that runtime PM has left running. */
function* devOpsUnlessSuspended(
  world: World,
  id: DeviceId,
  domain: PowerDomain,
  callback: DomainDeviceCallback,
): Task<number> {
  if (world.devices[id]!.power.runtimeStatus === 'suspended') return 0;
  return yield* devOps(domain, id, callback);
}

/** genpd_suspend_noirq() with genpd_finish_suspend(). */
function* genpdSuspendNoirq(world: World, id: DeviceId, domainId: PowerDomainId): Task<number> {
  const domain = domainOf(world, domainId);
  let error = yield* pmGeneric(world, id, 'suspend_noirq');
  if (error !== 0) return error;
  if (staysActive(world, id, domain)) return 0;
  error = yield* devOpsUnlessSuspended(world, id, domain, 'stop');
  if (error !== 0) {
    yield* pmGeneric(world, id, 'resume_noirq');
    return error;
  }
  yield* genpdLock(world, domainId);
  domain.suspendedCount = (domain.suspendedCount + 1) >>> 0;
  yield* genpdSyncPowerOff(world, domainId);
  genpdUnlock(world, domainId);
  return 0;
}

/** genpd_resume_noirq() with genpd_finish_resume(). */
function* genpdResumeNoirq(world: World, id: DeviceId, domainId: PowerDomainId): Task<number> {
  const domain = domainOf(world, domainId);
  if (staysActive(world, id, domain)) return yield* pmGeneric(world, id, 'resume_noirq');
  yield* genpdLock(world, domainId);
  yield* genpdSyncPowerOn(world, domainId);
  domain.suspendedCount = (domain.suspendedCount - 1) >>> 0;
  genpdUnlock(world, domainId);
  const error = yield* devOpsUnlessSuspended(world, id, domain, 'start');
  if (error !== 0) return error;
  return yield* pmGeneric(world, id, 'resume_noirq');
}

/** genpd_complete(): behind the last device, the domain is powered off if nothing is in use. */
function* genpdComplete(world: World, id: DeviceId, domainId: PowerDomainId): Task<number> {
  const domain = domainOf(world, domainId);
  yield* pmGeneric(world, id, 'complete');
  yield* genpdLock(world, domainId);
  domain.preparedCount = (domain.preparedCount - 1) >>> 0;
  if (domain.preparedCount === 0) genpdQueuePowerOffWork(world, domainId);
  genpdUnlock(world, domainId);
  return 0;
}
