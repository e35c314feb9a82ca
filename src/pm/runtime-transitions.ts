/**
 * The transitions of runtime PM as tasks: idle, suspend, resume, with their callbacks.
 * Follows drivers/base/power/runtime.c:rpm_idle, rpm_suspend, rpm_resume, rpm_callback; ../semantics runtime-pm.md sections 4
 * to 7. They call each other, so they stand together; each begins with its rules in runtime-rules.ts.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { EACCES, EAGAIN, EBUSY, EIO } from '../core/errno.ts';
import { beginWalk, endWalk, type Walk, walkOn } from '../core/id-lists.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { runCallbackOf } from './power-domain-callbacks.ts';
import { RPM_AUTO } from './runtime-flags.ts';
import {
  pmRuntimeAutosuspendExpiration,
  pmRuntimeCancelPending,
  pmRuntimePutNoidle,
  updateRuntimeStatus,
} from './runtime-requests.ts';
import {
  becomeSuspended,
  idleRefusal,
  notifySuperiors,
  pmRuntimePut,
  resumeStart,
  rpmIdleAsync,
  rpmPutSuppliers,
  rpmReleaseSuppliers,
  suspendStart,
} from './runtime-rules.ts';

/** rpm_idle() without RPM_ASYNC. */
export function* rpmIdle(world: World, id: DeviceId, flags: number): Task<number> {
  const refusal = idleRefusal(world, id);
  if (refusal !== undefined) return refusal;
  const { power } = world.devices[id]!;
  power.request = 'none';
  const layer = callbackLayer(world, id, 'runtime_idle');
  if (layer !== undefined && !power.noCallbacks) {
    power.idleNotification = true;
    const result = yield { kind: 'call', device: id, callback: 'runtime_idle', layer };
    power.idleNotification = false;
    if (result !== 0) return result;
  }
  return yield* rpmSuspend(world, id, flags | RPM_AUTO);
}

/** rpm_suspend(). Returns 0, 1 if the device is suspended already, or a negative errno. */
export function* rpmSuspend(world: World, id: DeviceId, flags: number): Task<number> {
  const { power } = world.devices[id]!;
  for (;;) {
    const start = suspendStart(world, id, flags);
    if (start === 'wait') {
      yield { kind: 'wait', for: { kind: 'runtime-status', device: id, resuming: false } };
      continue;
    }
    if (start !== 'callback') return start as number;
    updateRuntimeStatus(world, id, 'suspending');
    const error = yield* rpmCallback(world, id, 'runtime_suspend');
    if (error !== 0) {
      if (suspendFailed(world, id, flags, error)) continue;
      return error;
    }
    becomeSuspended(world, id);
    if (power.deferredResume) {
      power.deferredResume = false;
      yield* rpmResume(world, id, 0);
      return -EAGAIN;
    }
    notifySuperiors(world, id);
    return 0;
  }
}

/** The `fail` part of rpm_suspend(): whether it starts again, which sets the timer of the next autosuspend. */
function suspendFailed(world: World, id: DeviceId, flags: number, error: number): boolean {
  const { power } = world.devices[id]!;
  updateRuntimeStatus(world, id, 'active');
  power.deferredResume = false;
  if (error === -EAGAIN || error === -EBUSY) {
    power.runtimeError = 0;
    return (flags & RPM_AUTO) !== 0 && pmRuntimeAutosuspendExpiration(world, power) !== 0;
  }
  pmRuntimeCancelPending(world, id);
  return false;
}

/** rpm_resume(). Returns 0, 1 if the device is active already, or a negative errno. */
export function* rpmResume(world: World, id: DeviceId, flags: number): Task<number> {
  const { power, parent } = world.devices[id]!;
  let parentHeld = false;
  let result: number;
  for (;;) {
    const start = resumeStart(world, id, flags, parentHeld);
    if (start === 'wait') {
      yield { kind: 'wait', for: { kind: 'runtime-status', device: id, resuming: true } };
    } else if (start === 'parent') {
      parentHeld = true;
      // An interrupt-safe device holds its parent for good.
      if (power.irqSafe) {
        result = yield* resumeDevice(world, id);
        break;
      }
      if (!(yield* resumeParent(world, parent))) {
        result = -EBUSY;
        break;
      }
    } else {
      result = start === 'callback' ? yield* resumeDevice(world, id) : (start as number);
      break;
    }
  }
  if (parentHeld && !power.irqSafe) pmRuntimePut(world, parent);
  return result;
}

/** Takes a reference on the parent and resumes it; whether the child may go on. */
function* resumeParent(world: World, parent: DeviceId): Task<boolean> {
  const { power } = world.devices[parent]!;
  power.usageCount++;
  if (power.disableDepth > 0 || power.ignoreChildren) return true;
  if (power.runtimeStatus !== 'active' || power.runtimeError !== 0) yield* rpmResume(world, parent, 0);
  else resumeStart(world, parent, 0, false);
  return power.runtimeStatus === 'active';
}

/** rpm_resume() behind its conditions: the callback and the new status. */
function* resumeDevice(world: World, id: DeviceId): Task<number> {
  const { power, parent } = world.devices[id]!;
  let error = 0;
  if (!power.noCallbacks) {
    updateRuntimeStatus(world, id, 'resuming');
    error = yield* rpmCallback(world, id, 'runtime_resume');
  }
  if (error !== 0) {
    updateRuntimeStatus(world, id, 'suspended');
    pmRuntimeCancelPending(world, id);
  } else {
    updateRuntimeStatus(world, id, 'active');
    power.lastBusy = world.now;
    if (parent >= 0) world.devices[parent]!.power.childCount++;
  }
  if (error >= 0) rpmIdleAsync(world, id);
  return error;
}

/** rpm_callback() and __rpm_callback(): suppliers first on a resume, released behind a suspend or a resume that failed. */
function* rpmCallback(
  world: World,
  id: DeviceId,
  callback: 'runtime_suspend' | 'runtime_resume',
): Task<number> {
  const device = world.devices[id]!;
  const { power } = device;
  const useLinks = device.linksCount > 0;
  const layer = callbackLayer(world, id, callback);
  let error = 0;
  if (useLinks && !power.irqSafe && power.runtimeStatus === 'resuming') {
    error = yield* rpmGetSuppliers(world, id);
    if (error !== 0) rpmPutSuppliers(world, id);
  }
  if (error === 0) {
    if (layer !== undefined) error = yield* runCallbackOf(world, id, callback, layer);
    const released = power.runtimeStatus === 'suspending' ? error === 0 : error !== 0;
    if (useLinks && !power.irqSafe && released) {
      rpmReleaseSuppliers(world, id);
    }
  }
  power.runtimeError = error;
  return error === -EACCES ? -EIO : error;
}

/** rpm_get_suppliers(): resumes and holds every PM_RUNTIME supplier, in the order of the links. */
export function* rpmGetSuppliers(world: World, consumer: DeviceId): Task<number> {
  const links = world.supplierLinks;
  const walk = beginWalk(links, consumer);
  world.linksReaders++;
  const error = yield* getSuppliers(world, walk);
  world.linksReaders--;
  endWalk(links, walk);
  return error;
}

function* getSuppliers(world: World, walk: Walk): Task<number> {
  const links = world.supplierLinks;
  for (let id = walkOn(links, walk); id >= 0; id = walkOn(links, walk)) {
    const link = linkOf(world, id);
    if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;
    const { power } = world.devices[link.supplier]!;
    power.usageCount++;
    const result = yield* rpmResume(world, link.supplier, 0);
    if (result < 0 && result !== -EACCES) {
      pmRuntimePutNoidle(world, link.supplier);
      return result;
    }
    link.rpmActive++;
  }
  return 0;
}
