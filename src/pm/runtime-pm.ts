/**
 * What drivers call: get, put and their kin. Follows drivers/base/power/runtime.c and include/linux/pm_runtime.h,
 * ../semantics runtime-pm.md section 8. Results are those of the kernel: 0, 1 or a negative errno.
 */

import type { RuntimeRequest } from '../core/device-power.ts';
import { EINVAL } from '../core/errno.ts';
import { spinLockIrq } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import { ended, type Task } from '../core/task.ts';
import { startTimer, takeDueTimer } from '../core/timers.ts';
import { type DeviceId, inTicks, type World } from '../core/world.ts';
import { RPM_ASYNC, RPM_AUTO, RPM_NOWAIT } from './runtime-flags.ts';
import { pmRuntimePutNoidle, rpmDropUsageCount } from './runtime-requests.ts';
import { rpmResumeAsync, rpmSuspendAsync, scheduleStart } from './runtime-rules.ts';
import {
  pmRuntimeIdle,
  pmRuntimeResume,
  pmRuntimeSuspend,
  rpmIdle,
  rpmResume,
  rpmSuspend,
} from './runtime-transitions.ts';

/** pm_runtime_get_noresume(). */
export function pmRuntimeGetNoresume(world: World, id: DeviceId): void {
  world.devices[id]!.power.usageCount++;
}

/** pm_runtime_get_sync(): the count stays even on an error. */
export function pmRuntimeGetSync(world: World, id: DeviceId): Task<number> {
  world.devices[id]!.power.usageCount++;
  return pmRuntimeResume(world, id);
}

/** pm_runtime_resume_and_get(). */
export function* pmRuntimeResumeAndGet(world: World, id: DeviceId): Task<number> {
  const result = yield* pmRuntimeGetSync(world, id);
  if (result >= 0) return 0;
  pmRuntimePutNoidle(world, id);
  return result;
}

/** pm_runtime_get(). */
export function pmRuntimeGet(world: World, id: DeviceId): number {
  world.devices[id]!.power.usageCount++;
  return rpmResumeAsync(world, id);
}

/** __pm_runtime_put_autosuspend(): last_busy stays as it is. */
export function pmRuntimePutAutosuspend(world: World, id: DeviceId): number {
  const count = rpmDropUsageCount(world, id);
  if (count !== 0) return Math.min(count, 0);
  return rpmSuspendAsync(world, id, RPM_AUTO);
}

/** pm_runtime_put_sync(). */
export function pmRuntimePutSync(world: World, id: DeviceId): Task<number> {
  const count = rpmDropUsageCount(world, id);
  return count === 0 ? pmRuntimeIdle(world, id, 0) : ended(Math.min(count, 0));
}

/** pm_runtime_put_sync_suspend(), and with RPM_AUTO pm_runtime_put_sync_autosuspend(). */
export function* pmRuntimePutSyncSuspend(world: World, id: DeviceId, flags = 0): Task<number> {
  const count = rpmDropUsageCount(world, id);
  if (count !== 0) return Math.min(count, 0);
  return yield* pmRuntimeSuspend(world, id, flags);
}

/** pm_runtime_get_conditional(): pm_runtime_get_if_active(), or pm_runtime_get_if_in_use(). */
export function pmRuntimeGetConditional(world: World, id: DeviceId, ignoreUsageCount: boolean): number {
  const { power } = world.devices[id]!;
  if (power.disableDepth > 0) return -EINVAL;
  if (power.runtimeStatus !== 'active') return 0;
  const hasChildren = !power.ignoreChildren && power.childCount > 0;
  if (!ignoreUsageCount && !hasChildren && power.usageCount === 0) return 0;
  power.usageCount++;
  return 1;
}

/** pm_schedule_suspend(): `delay` in milliseconds. */
export function pmScheduleSuspend(world: World, id: DeviceId, delay: number): number {
  if (delay === 0) return rpmSuspendAsync(world, id, 0);
  const outcome = scheduleStart(world, id);
  if (outcome !== 'set timer') return outcome as number;
  const { power } = world.devices[id]!;
  power.timerExpires = world.now + inTicks(world, delay);
  power.timerAutosuspends = false;
  startTimer(world, id);
  return 0;
}

/** pm_suspend_timer_fn(): the device's timer has fired. */
export function pmSuspendTimerFn(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (power.timerExpires === 0 || power.timerExpires > world.now) return;
  power.timerExpires = 0;
  rpmSuspendAsync(world, id, power.timerAutosuspends ? RPM_ASYNC | RPM_AUTO : RPM_ASYNC);
}

/** The timers that are due fire, of those that were set before a moment: at most so many had been set then. */
export function fireTimers(world: World, setBefore = Number.POSITIVE_INFINITY): void {
  const { work } = world;
  while (work.timers.length > 0 && work.timers[0]!.order < setBefore) {
    const device = takeDueTimer(world);
    if (device < 0) return;
    pmSuspendTimerFn(world, device);
  }
}

/** pm_runtime_work(): begins the request that is pending when the worker comes to the device; undefined if none is. */
export function pmRuntimeWork(world: World, id: DeviceId): Task<number> | undefined {
  const { power } = world.devices[id]!;
  if (!power.requestPending) return undefined;
  const request = keep(power.request);
  power.request = 'none';
  power.requestPending = false;
  return request === 'none' ? undefined : carryOut(world, id, request);
}

/** Its end is that of the work item: interrupts are on for whatever the worker takes next. */
function carryOut(world: World, id: DeviceId, request: Exclude<RuntimeRequest, 'none'>): Task<number> {
  spinLockIrq(world);
  switch (request) {
    case 'idle':
      return rpmIdle(world, id, RPM_NOWAIT);
    case 'suspend':
      return rpmSuspend(world, id, RPM_NOWAIT);
    case 'autosuspend':
      return rpmSuspend(world, id, RPM_NOWAIT | RPM_AUTO);
    case 'resume':
      return rpmResume(world, id, RPM_NOWAIT);
  }
}
