/**
 * Enabling and disabling runtime PM, waiting for it, and setting its status by force.
 * Follows drivers/base/power/runtime.c, ../semantics runtime-pm.md section 9.
 */

import { CALLBACK_BIT } from '../core/callbacks.ts';
import type { DevicePower } from '../core/device-power.ts';
import { EAGAIN, EBUSY } from '../core/errno.ts';
import { spinLockIrq, spinUnlockIrq } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import { cancelRuntimeWork, isBeingRun } from '../core/work-queues.ts';
import { type DeviceId, deviceMessage, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { runCallbackOf } from './power-domain-callbacks.ts';
import { pmRuntimeDeactivateTimer, pmRuntimePutNoidle } from './runtime-requests.ts';
import { forceStatus, pmRuntimePut, rpmIdleAsync, rpmPutSuppliers } from './runtime-rules.ts';
import { rpmGetSuppliers, rpmResume } from './runtime-transitions.ts';

/** pm_runtime_enable(). */
export function pmRuntimeEnable(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (power.disableDepth === 0) {
    deviceMessage(world, id, 'Unbalanced pm_runtime_enable!');
    return;
  }
  if (--power.disableDepth > 0) return;
  if (power.lastStatus === 'blocked')
    deviceMessage(world, id, 'Attempt to enable runtime PM when it is blocked');
  power.lastStatus = 'invalid';
  if (power.runtimeStatus === 'suspended' && !power.ignoreChildren && power.childCount > 0)
    deviceMessage(world, id, 'Enabling runtime PM for inactive device with active children');
}

/** __pm_runtime_barrier() has nothing to cancel but a timer, and nothing to wait for. */
function isQuiet({ requestPending, idleNotification, runtimeStatus }: DevicePower): boolean {
  return (
    !requestPending && !idleNotification && runtimeStatus !== 'suspending' && runtimeStatus !== 'resuming'
  );
}

/** __pm_runtime_barrier(), and the unlock behind it: no timer, no request, and nothing of it running. */
function* barrier(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  pmRuntimeDeactivateTimer(world, id);
  if (power.requestPending) {
    power.request = 'none';
    cancelRuntimeWork(world, id);
    if (isBeingRun(world.work, () => true)) yield { kind: 'wait', for: { kind: 'runtime-work', device: id } };
    power.requestPending = false;
  }
  if (power.runtimeStatus === 'suspending' || power.runtimeStatus === 'resuming' || power.idleNotification) {
    yield { kind: 'wait', for: { kind: 'runtime-barrier', device: id } };
  }
  spinUnlockIrq(world);
}

/** pm_runtime_barrier() of a device at which nothing is pending or running; false where it takes {@link pmRuntimeBarrier}. */
export function pmRuntimeBarrierAtOnce(world: World, id: DeviceId): boolean {
  if (!isQuiet(world.devices[id]!.power)) return false;
  pmRuntimeDeactivateTimer(world, id);
  spinUnlockIrq(world);
  return true;
}

/** pm_runtime_barrier(): a pending resume is carried out at once, all else is cancelled. Returns 1 for a resume. */
export function* pmRuntimeBarrier(world: World, id: DeviceId): Task<number> {
  const { power } = world.devices[id]!;
  let resumed = 0;
  power.usageCount++;
  spinLockIrq(world);
  if (power.requestPending && power.request === 'resume') {
    yield* rpmResume(world, id, 0);
    resumed = 1;
  }
  yield* barrier(world, id);
  pmRuntimePutNoidle(world, id);
  return resumed;
}

/** The count of disables is a field of three bits: the eighth enables the device. Returns what it was. */
function countDisable(power: DevicePower): number {
  const before = power.disableDepth;
  power.disableDepth = (before + 1) % 8;
  return before;
}

/** __pm_runtime_disable() where nothing has to be called or waited for; false where it takes {@link pmRuntimeDisable}. */
export function pmRuntimeDisableAtOnce(world: World, id: DeviceId): boolean {
  const { power } = world.devices[id]!;
  if (power.disableDepth === 0) {
    if (!pmRuntimeBarrierAtOnce(world, id)) return false;
    power.lastStatus = power.runtimeStatus;
  }
  countDisable(power);
  spinUnlockIrq(world);
  return true;
}

/** __pm_runtime_disable(). `checkResume`: a pending resume is carried out first. */
export function* pmRuntimeDisable(world: World, id: DeviceId, checkResume: boolean): Task<void> {
  if (pmRuntimeDisableAtOnce(world, id)) return;
  const { power } = world.devices[id]!;
  spinLockIrq(world);
  if (checkResume && power.requestPending && power.request === 'resume') {
    power.usageCount++;
    yield* rpmResume(world, id, 0);
    pmRuntimePutNoidle(world, id);
  }
  if (countDisable(power) === 0) {
    yield* barrier(world, id);
    power.lastStatus = power.runtimeStatus;
  }
  spinUnlockIrq(world);
}

/** pm_runtime_block_if_disabled(): system sleep keeps drivers from enabling what was never enabled. */
export function pmRuntimeBlockIfDisabled(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (power.disableDepth > 0 && power.lastStatus === 'invalid') power.lastStatus = 'blocked';
}

/** pm_runtime_unblock(). */
export function pmRuntimeUnblock(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (power.lastStatus === 'blocked') power.lastStatus = 'invalid';
}

/** The part of __pm_runtime_set_status() that a parent decides: 0, or -EBUSY for a child of a suspended parent. */
function countInParent(world: World, id: DeviceId, parent: DeviceId, status: 'active' | 'suspended'): number {
  const { power } = world.devices[id]!;
  const above = world.devices[parent]!;
  if (status === 'suspended') {
    if (above.power.childCount > 0) above.power.childCount--;
    return 0;
  }
  const { disableDepth, ignoreChildren, runtimeStatus } = above.power;
  if (disableDepth === 0 && !ignoreChildren && runtimeStatus !== 'active') {
    const { name } = world.devices[id]!;
    const words = `runtime PM trying to activate child device ${name} but parent (${above.name}) is not active`;
    deviceMessage(world, id, words);
    return -EBUSY;
  }
  if (power.runtimeStatus === 'suspended') above.power.childCount++;
  return 0;
}

/** __pm_runtime_set_status(): pm_runtime_set_active() and pm_runtime_set_suspended(). */
export function* pmRuntimeSetStatus(
  world: World,
  id: DeviceId,
  wanted: 'active' | 'suspended',
): Task<number> {
  const { power } = world.devices[id]!;
  const parent = keep(world.devices[id]!.parent);
  if (power.runtimeError === 0 && power.disableDepth === 0) return -EAGAIN;
  countDisable(power);
  let status = wanted;
  let error = 0;
  if (status === 'active') {
    error = yield* rpmGetSuppliers(world, id);
    if (error !== 0) status = 'suspended';
  }
  let notifyParent = false;
  let parentRefused = false;
  if (power.runtimeStatus !== status && parent >= 0) {
    const refusal = countInParent(world, id, parent, status);
    parentRefused = refusal !== 0;
    if (parentRefused) {
      error = refusal;
      status = 'suspended';
    } else notifyParent = status === 'suspended' && !world.devices[parent]!.power.ignoreChildren;
  }
  if (!parentRefused) {
    forceStatus(world, id, status === 'active' ? 'set_active' : 'set_suspended');
    if (error === 0) power.runtimeError = 0;
  }
  if (notifyParent) rpmIdleAsync(world, parent);
  if (status === 'suspended') rpmPutSuppliers(world, id);
  pmRuntimeEnable(world, id);
  return error;
}

/** pm_runtime_reinit(), when the driver is gone: nothing happens if the driver left runtime PM enabled. */
export function* pmRuntimeReinit(world: World, id: DeviceId): Task<void> {
  const { power, parent } = world.devices[id]!;
  if (power.disableDepth === 0) return;
  if (power.runtimeStatus === 'active') yield* pmRuntimeSetStatus(world, id, 'suspended');
  if (power.irqSafe) {
    power.irqSafe = false;
    spinUnlockIrq(world);
    if (parent >= 0) pmRuntimePut(world, parent);
  }
  power.needsForceResume = false;
}

/** pm_runtime_remove(), when the device goes: waits for its work, which may hang in a callback. */
export function* pmRuntimeRemove(world: World, id: DeviceId): Task<void> {
  yield* pmRuntimeDisable(world, id, false);
  if (isBeingRun(world.work, (item) => item.kind === 'runtime-pm' && item.device === id))
    yield { kind: 'wait', for: { kind: 'runtime-work', device: id, flush: true } };
  yield* pmRuntimeReinit(world, id);
}

/** pm_runtime_need_not_resume(): nothing but system sleep holds the device. */
export function pmRuntimeNeedNotResume(world: World, id: DeviceId): boolean {
  const { power } = world.devices[id]!;
  return power.usageCount <= 1 && (power.childCount === 0 || power.ignoreChildren);
}

/** pm_runtime_force_suspend(). */
export function* pmRuntimeForceSuspend(world: World, id: DeviceId): Task<number> {
  const { power } = world.devices[id]!;
  yield* pmRuntimeDisable(world, id, true);
  if (power.runtimeStatus === 'suspended') return 0;
  const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_suspend);
  if (layer !== undefined) {
    const error = yield* runCallbackOf(world, id, 'runtime_suspend', layer);
    if (error !== 0) {
      pmRuntimeEnable(world, id);
      return error;
    }
  }
  if (pmRuntimeNeedNotResume(world, id)) {
    yield* pmRuntimeSetStatus(world, id, 'suspended');
  } else {
    forceStatus(world, id, 'force_suspend');
    power.needsForceResume = true;
  }
  return 0;
}

/** pm_runtime_force_resume(). */
export function* pmRuntimeForceResume(world: World, id: DeviceId): Task<number> {
  const { power } = world.devices[id]!;
  let error = 0;
  if (power.runtimeStatus === 'suspended' && power.needsForceResume) {
    forceStatus(world, id, 'force_resume');
    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_resume);
    if (layer !== undefined) error = yield* runCallbackOf(world, id, 'runtime_resume', layer);
    if (error !== 0) yield* pmRuntimeSetStatus(world, id, 'suspended');
    else power.lastBusy = world.now;
  }
  power.needsForceResume = false;
  pmRuntimeEnable(world, id);
  return error;
}
