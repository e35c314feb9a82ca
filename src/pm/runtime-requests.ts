/**
 * What runtime PM asks of the work queue and of timers, and the usage count.
 * Follows drivers/base/power/runtime.c, ../semantics runtime-pm.md sections 5 and 8.
 */
import type { DevicePower, RuntimeRequest, RuntimeStatus } from '../core/device-power.ts';
import { EINVAL } from '../core/errno.ts';
import { startTimer, stopTimer } from '../core/timers.ts';
import { queueWork } from '../core/work-queues.ts';
import { type DeviceId, deviceMessage, inTicks, record, type World } from '../core/world.ts';

/** __update_runtime_status(). */
export function updateRuntimeStatus(world: World, id: DeviceId, status: RuntimeStatus): void {
  world.devices[id]!.power.runtimeStatus = status;
  if (world.recording) record(world, { kind: 'runtime-status', device: id, status });
}

/** rpm_drop_usage_count(): the new count, or -EINVAL with a message where it would fall below 0. */
export function rpmDropUsageCount(world: World, id: DeviceId): number {
  const { power } = world.devices[id]!;
  const count = --power.usageCount;
  if (count >= 0) return count;
  power.usageCount++;
  deviceMessage(world, id, 'Runtime PM usage count underflow!');
  return -EINVAL;
}

/** pm_runtime_put_noidle(). */
export function pmRuntimePutNoidle(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (power.usageCount !== 0) power.usageCount--;
}

/** pm_runtime_deactivate_timer(). */
export function pmRuntimeDeactivateTimer(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (power.timerExpires === 0) return;
  power.timerExpires = 0;
  stopTimer(world, id);
}

/** pm_runtime_cancel_pending(): the work keeps its place in the queue and finds nothing to do. */
export function pmRuntimeCancelPending(world: World, id: DeviceId): void {
  pmRuntimeDeactivateTimer(world, id);
  world.devices[id]!.power.request = 'none';
}

/** pm_runtime_autosuspend_expiration(): when the delay is over, 0 if it is or there is none. */
export function pmRuntimeAutosuspendExpiration(world: World, power: DevicePower): number {
  if (!power.useAutosuspend || power.autosuspendDelay < 0) return 0;
  const expires = power.lastBusy + inTicks(world, power.autosuspendDelay);
  return expires > world.now ? expires : 0;
}

/** The part of rpm_suspend() that puts an autosuspend off until the delay is over. */
export function setAutosuspendTimer(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  const expires = pmRuntimeAutosuspendExpiration(world, power);
  power.request = 'none';
  // A timer that fires earlier is left alone: it looks at last_busy again.
  if (power.timerExpires === 0 || power.timerExpires > expires) {
    power.timerExpires = expires;
    startTimer(world, id);
    world.work.blunt.push(id);
  }
  power.timerAutosuspends = true;
}

/** Sets a request and queues the work unless it is queued. */
export function queueRequest(world: World, id: DeviceId, request: RuntimeRequest): void {
  const { power } = world.devices[id]!;
  power.request = request;
  if (power.requestPending) return;
  power.requestPending = true;
  queueWork(world, { kind: 'runtime-pm', device: id });
}
