/**
 * The transitions of runtime PM: idle, suspend, resume.
 * Follows drivers/base/power/runtime.c:rpm_idle, rpm_suspend, rpm_resume, rpm_callback; ../semantics runtime-pm.md sections 4
 * to 7. They call each other, so they stand together.
 *
 * Each transition begins with rules that need no callback and never wait (`...Start`). For an asynchronous request that is all;
 * a synchronous one goes on as a task.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { EACCES, EAGAIN, EBUSY, EINPROGRESS, EINVAL, EIO } from '../core/errno.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, type LinkId, linkOf, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { RPM_ASYNC, RPM_AUTO, RPM_NOWAIT } from './runtime-flags.ts';
import {
  isAutosuspendPutOff,
  pmRuntimeAutosuspendExpiration,
  pmRuntimeCancelPending,
  pmRuntimeDeactivateTimer,
  queueRequest,
  rpmCheckSuspendAllowed,
} from './runtime-requests.ts';

/** A result, or what the task has to do next. */
type Start = number | 'wait' | 'parent' | 'callback';

/** The rules at the head of rpm_idle(): undefined if the device may go idle. */
function idleRefusal(world: World, id: DeviceId): number | undefined {
  const { power } = world.devices[id]!;
  const allowed = rpmCheckSuspendAllowed(power);
  if (allowed < 0) return allowed;
  if (power.runtimeStatus !== 'active') return -EAGAIN;
  if (power.requestPending && power.request !== 'none' && power.request !== 'idle') return -EAGAIN;
  return power.idleNotification ? -EINPROGRESS : undefined;
}

/** rpm_idle() with RPM_ASYNC: queues an idle notification, or an autosuspend where there is no idle callback. */
export function rpmIdleAsync(world: World, id: DeviceId): number {
  const refusal = idleRefusal(world, id);
  if (refusal !== undefined) return refusal;
  const { power } = world.devices[id]!;
  power.request = 'none';
  if (power.noCallbacks || callbackLayer(world, id, 'runtime_idle') === undefined)
    return rpmSuspendAsync(world, id, RPM_AUTO);
  queueRequest(world, id, 'idle');
  return 0;
}

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

/** rpm_suspend() up to where a callback or a wait is needed. */
function suspendStart(world: World, id: DeviceId, flags: number): Start {
  const { power } = world.devices[id]!;
  const allowed = rpmCheckSuspendAllowed(power);
  if (allowed < 0) return allowed;
  if (power.runtimeStatus === 'resuming' && !(flags & RPM_ASYNC)) return -EAGAIN;
  if (allowed !== 0) return allowed;
  if (flags & RPM_AUTO && power.runtimeStatus !== 'suspending' && isAutosuspendPutOff(world, id)) return 0;
  pmRuntimeCancelPending(world, id);
  if (power.runtimeStatus === 'suspending') return flags & (RPM_ASYNC | RPM_NOWAIT) ? -EINPROGRESS : 'wait';
  if (power.noCallbacks) {
    becomeSuspended(world, id);
    notifySuperiors(world, id);
    return 0;
  }
  if (flags & RPM_ASYNC) {
    queueRequest(world, id, flags & RPM_AUTO ? 'autosuspend' : 'suspend');
    return 0;
  }
  return 'callback';
}

/** rpm_suspend() with RPM_ASYNC. */
export function rpmSuspendAsync(world: World, id: DeviceId, flags: number): number {
  return suspendStart(world, id, flags | RPM_ASYNC) as number;
}

function becomeSuspended(world: World, id: DeviceId): void {
  const { power, parent } = world.devices[id]!;
  power.runtimeStatus = 'suspended';
  pmRuntimeDeactivateTimer(world, id);
  if (parent >= 0 && world.devices[parent]!.power.childCount > 0) world.devices[parent]!.power.childCount--;
}

/** The end of rpm_suspend(): the parent and the suppliers may now be able to suspend. */
function notifySuperiors(world: World, id: DeviceId): void {
  const { power, parent, linksCount, suppliers } = world.devices[id]!;
  if (power.irqSafe) return;
  if (parent >= 0 && !world.devices[parent]!.power.ignoreChildren) rpmIdleAsync(world, parent);
  if (linksCount > 0) for (const link of suppliers) rpmIdleAsync(world, linkOf(world, link).supplier);
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
    power.runtimeStatus = 'suspending';
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
  power.runtimeStatus = 'active';
  power.deferredResume = false;
  if (error === -EAGAIN || error === -EBUSY) {
    power.runtimeError = 0;
    return (flags & RPM_AUTO) !== 0 && pmRuntimeAutosuspendExpiration(world, power) !== 0;
  }
  pmRuntimeCancelPending(world, id);
  return false;
}

/** rpm_resume() up to where a callback, the parent or a wait is needed. `parentHeld`: a pass after that one. */
function resumeStart(world: World, id: DeviceId, flags: number, parentHeld: boolean): Start {
  const { power, parent } = world.devices[id]!;
  if (power.runtimeError !== 0) return -EINVAL;
  if (power.disableDepth > 0)
    return power.runtimeStatus === 'active' && power.lastStatus === 'active' ? 1 : -EACCES;
  power.request = 'none';
  if (!power.timerAutosuspends) pmRuntimeDeactivateTimer(world, id);
  if (power.runtimeStatus === 'active') return 1;
  if (power.runtimeStatus === 'resuming' || power.runtimeStatus === 'suspending') {
    if (!(flags & (RPM_ASYNC | RPM_NOWAIT))) return 'wait';
    if (power.runtimeStatus === 'resuming') return -EINPROGRESS;
    power.deferredResume = true;
    return flags & RPM_NOWAIT ? -EINPROGRESS : 0;
  }
  if (power.noCallbacks && !parentHeld && parent >= 0 && needsNoParent(world, parent)) {
    world.devices[parent]!.power.childCount++;
    power.runtimeStatus = 'active';
    power.lastBusy = world.now;
    rpmIdleAsync(world, id);
    return 1;
  }
  if (flags & RPM_ASYNC) {
    queueRequest(world, id, 'resume');
    return 0;
  }
  return parent >= 0 && !parentHeld ? 'parent' : 'callback';
}

function needsNoParent(world: World, parent: DeviceId): boolean {
  const { power } = world.devices[parent]!;
  return power.disableDepth > 0 || power.ignoreChildren || power.runtimeStatus === 'active';
}

/** rpm_resume() with RPM_ASYNC. */
export function rpmResumeAsync(world: World, id: DeviceId): number {
  return resumeStart(world, id, RPM_ASYNC, false) as number;
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
  if (parentHeld && !power.irqSafe) pmRuntimePutAsync(world, parent);
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
    power.runtimeStatus = 'resuming';
    error = yield* rpmCallback(world, id, 'runtime_resume');
  }
  if (error !== 0) {
    power.runtimeStatus = 'suspended';
    pmRuntimeCancelPending(world, id);
  } else {
    power.runtimeStatus = 'active';
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
    if (layer !== undefined) error = yield { kind: 'call', device: id, callback, layer };
    const released = power.runtimeStatus === 'suspending' ? error === 0 : error !== 0;
    if (useLinks && !power.irqSafe && released) {
      for (const link of device.suppliers) pmRuntimeReleaseSupplier(world, link);
    }
  }
  power.runtimeError = error;
  return error === -EACCES ? -EIO : error;
}

/** rpm_get_suppliers(): resumes and holds every PM_RUNTIME supplier, in the order of the links. */
export function* rpmGetSuppliers(world: World, id: DeviceId): Task<number> {
  const links = world.devices[id]!.suppliers;
  for (let index = 0; index < links.length; index++) {
    const link = linkOf(world, links[index]!);
    if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;
    const { power } = world.devices[link.supplier]!;
    power.usageCount++;
    const result = yield* rpmResume(world, link.supplier, 0);
    if (result < 0 && result !== -EACCES) {
      if (power.usageCount > 0) power.usageCount--;
      return result;
    }
    link.rpmActive++;
  }
  return 0;
}

/** pm_runtime_release_supplier(): gives back all references that the link holds, without looking whether it can suspend. */
export function pmRuntimeReleaseSupplier(world: World, id: LinkId): void {
  const link = linkOf(world, id);
  const { power } = world.devices[link.supplier]!;
  while (link.rpmActive > 1) {
    link.rpmActive--;
    if (power.usageCount <= 0) return;
    power.usageCount--;
  }
}

/** rpm_put_suppliers(): gives all references back; the suppliers may then suspend. */
export function rpmPutSuppliers(world: World, id: DeviceId): void {
  for (const link of world.devices[id]!.suppliers) {
    pmRuntimeReleaseSupplier(world, link);
    rpmIdleAsync(world, linkOf(world, link).supplier);
  }
}

/** pm_runtime_put() where the count is known to be above 0. */
function pmRuntimePutAsync(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (--power.usageCount === 0) rpmIdleAsync(world, id);
}
