/**
 * The suspend, late and noirq phases. Follows drivers/base/power/main.c, ../semantics system-sleep.md sections 6 to 8.
 */

import { CALLBACK_BIT } from '../core/callbacks.ts';
import { deviceLock, deviceTrylock, deviceUnlock } from '../core/device-lock.ts';
import { DPM_FLAG, type PmList } from '../core/device-power.ts';
import { EBUSY } from '../core/errno.ts';
import { keep } from '../core/kept.ts';
import { movePmHead, pmList } from '../core/pm-lists.ts';
import type { Task } from '../core/task.ts';
import type { SleepPhase } from '../core/trace.ts';
import type { SleepJob } from '../core/work-queues.ts';
import { type DeviceId, linkOf, record, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import {
  pmRuntimeBarrier,
  pmRuntimeBarrierAtOnce,
  pmRuntimeDisable,
  pmRuntimeDisableAtOnce,
  pmRuntimeEnable,
  pmRuntimeNeedNotResume,
} from './runtime-status.ts';
import { devPmSkipSuspend, dpmRunCallback, layerUnlessSkipped, pmDevErr } from './sleep-callbacks.ts';
import {
  asyncSynchronizeFull,
  completeAll,
  dpmAsyncFn,
  dpmWaitForSubordinate,
  mayWait,
} from './sleep-waits.ts';

/** dpm_propagate_wakeup_to_parent(). */
function dpmPropagateWakeupToParent(world: World, id: DeviceId): void {
  const { power, parent } = world.devices[id]!;
  if (parent < 0 || !power.wakeupPath) return;
  const above = world.devices[parent]!.power;
  if (!above.ignoreChildren) above.wakeupPath = true;
}

/** dpm_clear_superiors_direct_complete(): over all links, whatever their flags and state. */
function dpmClearSuperiorsDirectComplete(world: World, id: DeviceId): void {
  const { parent } = world.devices[id]!;
  const { head, next } = world.supplierLinks;
  if (parent >= 0) world.devices[parent]!.power.directComplete = false;
  for (let link = head[id]!; link >= 0; link = next[link]!)
    world.devices[linkOf(world, link).supplier]!.power.directComplete = false;
}

/** The direct-complete part of device_suspend(): whether the device stays as it is until complete(). */
function* staysSuspended(world: World, id: DeviceId): Task<boolean> {
  const { power } = world.devices[id]!;
  if (power.runtimeStatus === 'suspended') {
    yield* pmRuntimeDisable(world, id, true);
    // A request that was pending may just have resumed it.
    if ((power as { runtimeStatus: string }).runtimeStatus === 'suspended') {
      power.isSuspended = true;
      record(world, { kind: 'direct-complete', device: id });
      return true;
    }
    pmRuntimeEnable(world, id);
  }
  power.directComplete = false;
  return false;
}

/** device_suspend() up to its end, where the completion is signalled. */
export function* deviceSuspend(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (mayWait(world, isAsync)) yield* dpmWaitForSubordinate(world, id, isAsync);
  if (world.sleep.asyncError !== 0) {
    power.directComplete = false;
    return 0;
  }
  // A usage count of -1 is 0 behind a barrier: pm_runtime_put_noidle() finds 0 and leaves it.
  const isAsBefore = world.devices[id]!.power.usageCount >= 0;
  if (!isAsBefore || !pmRuntimeBarrierAtOnce(world, id)) yield* pmRuntimeBarrier(world, id);
  if (world.sleep.wakeupPending) {
    power.directComplete = false;
    world.sleep.asyncError = -EBUSY;
    return 0;
  }
  if (power.syscore) return 0;
  if (power.wakeupSource >= 0 || power.wakeupPath) power.directComplete = false;
  if (power.directComplete && (yield* staysSuspended(world, id))) return 0;
  power.maySkipResume = true;
  power.mustResume = (power.driverFlags & DPM_FLAG.MAY_SKIP_RESUME) === 0;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  const layer = callbackLayer(world, id, CALLBACK_BIT.suspend);
  const error = layer === undefined ? 0 : yield* dpmRunCallback(world, id, 'suspend', layer);
  if (error === 0) {
    power.isSuspended = true;
    if (power.wakeupSource >= 0) power.wakeupPath = true;
    dpmPropagateWakeupToParent(world, id);
    dpmClearSuperiorsDirectComplete(world, id);
  }
  deviceUnlock(world, id);
  if (error !== 0) {
    world.sleep.asyncError = error;
    pmDevErr(world, id, `suspend${isAsync ? ' async' : ''}`, error);
  }
  return error;
}

/** device_suspend_late() up to its end: runtime PM is disabled before anything is waited for. */
export function* deviceSuspendLate(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (!pmRuntimeDisableAtOnce(world, id)) yield* pmRuntimeDisable(world, id, false);
  if (mayWait(world, isAsync)) yield* dpmWaitForSubordinate(world, id, isAsync);
  if (world.sleep.asyncError !== 0) return 0;
  if (world.sleep.wakeupPending) {
    world.sleep.asyncError = -EBUSY;
    return 0;
  }
  if (power.syscore || power.directComplete) return 0;
  const layer = layerUnlessSkipped(world, id, 'suspend_late', devPmSkipSuspend(world, id));
  const isCalled = layer !== undefined && layer !== 'skipped';
  const error = isCalled ? yield* dpmRunCallback(world, id, 'suspend_late', layer) : 0;
  if (error !== 0) {
    world.sleep.asyncError = error;
    pmDevErr(world, id, `suspend${isAsync ? ' async' : ''} late`, error);
    return error;
  }
  if (layer !== 'skipped') dpmPropagateWakeupToParent(world, id);
  power.isLateSuspended = true;
  return 0;
}

/** dpm_superior_set_must_resume(). */
function dpmSuperiorSetMustResume(world: World, id: DeviceId): void {
  const { parent } = world.devices[id]!;
  const { head, next } = world.supplierLinks;
  if (parent >= 0) world.devices[parent]!.power.mustResume = true;
  for (let link = head[id]!; link >= 0; link = next[link]!)
    world.devices[linkOf(world, link).supplier]!.power.mustResume = true;
}

/** device_suspend_noirq() up to its end. */
export function* deviceSuspendNoirq(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (mayWait(world, isAsync)) yield* dpmWaitForSubordinate(world, id, isAsync);
  if (world.sleep.asyncError !== 0 || power.syscore || power.directComplete) return 0;
  const layer = layerUnlessSkipped(world, id, 'suspend_noirq', devPmSkipSuspend(world, id));
  const isCalled = layer !== undefined && layer !== 'skipped';
  const error = isCalled ? yield* dpmRunCallback(world, id, 'suspend_noirq', layer) : 0;
  if (error !== 0) {
    world.sleep.asyncError = error;
    pmDevErr(world, id, `suspend${isAsync ? ' async' : ''} noirq`, error);
    return error;
  }
  power.isNoirqSuspended = true;
  const maySkip = (power.driverFlags & DPM_FLAG.MAY_SKIP_RESUME) !== 0 && power.maySkipResume;
  if (!maySkip || !pmRuntimeNeedNotResume(world, id)) power.mustResume = true;
  if (power.mustResume) dpmSuperiorSetMustResume(world, id);
  return 0;
}

/** A suspend phase: from the tail of one list to the head of the next. */
interface SuspendPhase {
  readonly phase: SleepPhase;
  readonly from: Exclude<PmList, 'none'>;
  readonly to: Exclude<PmList, 'none'>;
  readonly job: SleepJob;
  readonly run: (world: World, id: DeviceId, isAsync: boolean) => Task<number>;
}

/** What dpm_suspend(), dpm_suspend_late() and dpm_noirq_suspend_devices() have in common: the first error ends the walk. */
function* walkSuspendPhase(world: World, { phase, from, to, job, run }: SuspendPhase): Task<number> {
  record(world, { kind: 'sleep-phase', phase, edge: 'begin' });
  world.sleep.asyncError = 0;
  const list = pmList(world, from);
  let error = 0;
  while (list.tail >= 0) {
    const id = list.tail;
    movePmHead(world, id, to);
    if (dpmAsyncFn(world, id, job)) continue;
    error = keep(yield* run(world, id, false));
    completeAll(world, id);
    if (error !== 0 || world.sleep.asyncError !== 0) break;
  }
  // Devices of the kernel's own stand before all others, and look for a wakeup event too, but not in the noirq phase.
  const isLookedFor = phase !== 'suspend_noirq' && error === 0 && world.sleep.asyncError === 0;
  if (isLookedFor && world.sleep.wakeupPending) world.sleep.asyncError = -EBUSY;
  yield* asyncSynchronizeFull(world);
  record(world, { kind: 'sleep-phase', phase, edge: 'end' });
  return keep(error !== 0 ? error : world.sleep.asyncError);
}

/** dpm_suspend(). */
export function* dpmSuspend(world: World): Task<number> {
  return yield* walkSuspendPhase(world, {
    phase: 'suspend',
    from: 'prepared',
    to: 'suspended',
    job: 'device_suspend',
    run: deviceSuspend,
  });
}

/** The walk of dpm_suspend_late(); its caller undoes it on an error. */
export function* dpmSuspendLateDevices(world: World): Task<number> {
  return yield* walkSuspendPhase(world, {
    phase: 'suspend_late',
    from: 'suspended',
    to: 'late-early',
    job: 'device_suspend_late',
    run: deviceSuspendLate,
  });
}

/** dpm_noirq_suspend_devices(). */
export function* dpmNoirqSuspendDevices(world: World): Task<number> {
  return yield* walkSuspendPhase(world, {
    phase: 'suspend_noirq',
    from: 'late-early',
    to: 'noirq',
    job: 'device_suspend_noirq',
    run: deviceSuspendNoirq,
  });
}
