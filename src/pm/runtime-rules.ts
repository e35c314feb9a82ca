/**
 * The rules of runtime PM that need no callback and never wait: the heads of rpm_idle(), rpm_suspend() and rpm_resume(), which
 * are all there is to an asynchronous request, and what follows from a new status.
 * Follows drivers/base/power/runtime.c, ../semantics runtime-pm.md sections 4 to 7. The tasks that go on from here are in
 * runtime-transitions.ts.
 */
import { EACCES, EAGAIN, EINPROGRESS, EINVAL } from '../core/errno.ts';
import { type DeviceId, type DeviceLink, type LinkId, linkOf, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { RPM_ASYNC, RPM_AUTO, RPM_NOWAIT } from './runtime-flags.ts';
import {
  isAutosuspendPutOff,
  pmRuntimeCancelPending,
  pmRuntimeDeactivateTimer,
  queueRequest,
  rpmCheckSuspendAllowed,
  rpmDropUsageCount,
  updateRuntimeStatus,
} from './runtime-requests.ts';

/** A result, or what the task has to do next. */
export type Start = number | 'wait' | 'parent' | 'callback';

/** The rules at the head of rpm_idle(): undefined if the device may go idle. */
export function idleRefusal(world: World, id: DeviceId): number | undefined {
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

/** rpm_suspend() up to where a callback or a wait is needed. */
export function suspendStart(world: World, id: DeviceId, flags: number): Start {
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

export function becomeSuspended(world: World, id: DeviceId): void {
  const { parent } = world.devices[id]!;
  updateRuntimeStatus(world, id, 'suspended');
  pmRuntimeDeactivateTimer(world, id);
  if (parent >= 0 && world.devices[parent]!.power.childCount > 0) world.devices[parent]!.power.childCount--;
}

/** The end of rpm_suspend(): the parent and the suppliers may now be able to suspend. */
export function notifySuperiors(world: World, id: DeviceId): void {
  const { power, parent, linksCount } = world.devices[id]!;
  if (power.irqSafe) return;
  if (parent >= 0 && !world.devices[parent]!.power.ignoreChildren) rpmIdleAsync(world, parent);
  if (linksCount === 0) return;
  const { head, next } = world.supplierLinks;
  for (let link = head[id]!; link >= 0; link = next[link]!) rpmIdleAsync(world, linkOf(world, link).supplier);
}

/** rpm_resume() up to where a callback, the parent or a wait is needed. `parentHeld`: a pass after that one. */
export function resumeStart(world: World, id: DeviceId, flags: number, parentHeld: boolean): Start {
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
    updateRuntimeStatus(world, id, 'active');
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

/** pm_runtime_release_supplier(): gives back all references that the link holds, without looking whether it can suspend. */
export function pmRuntimeReleaseSupplier(world: World, id: LinkId): void {
  releaseSupplier(world, linkOf(world, id));
}

/** The same for a link that may be off its lists. */
export function releaseSupplier(world: World, link: DeviceLink): void {
  const { power } = world.devices[link.supplier]!;
  while (link.rpmActive > 1) {
    link.rpmActive--;
    if (power.usageCount <= 0) return;
    power.usageCount--;
  }
}

/** __rpm_put_suppliers() without a look whether they can suspend. */
export function rpmReleaseSuppliers(world: World, id: DeviceId): void {
  const { head, next } = world.supplierLinks;
  for (let link = head[id]!; link >= 0; link = next[link]!) pmRuntimeReleaseSupplier(world, link);
}

/** rpm_put_suppliers(): gives all references back; the suppliers may then suspend. */
export function rpmPutSuppliers(world: World, id: DeviceId): void {
  const { head, next } = world.supplierLinks;
  for (let link = head[id]!; link >= 0; link = next[link]!) {
    pmRuntimeReleaseSupplier(world, link);
    rpmIdleAsync(world, linkOf(world, link).supplier);
  }
}

/** pm_runtime_put(). */
export function pmRuntimePut(world: World, id: DeviceId): number {
  const count = rpmDropUsageCount(world, id);
  if (count !== 0) return Math.min(count, 0);
  return rpmIdleAsync(world, id);
}
