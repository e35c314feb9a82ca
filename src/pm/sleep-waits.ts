/**
 * Who waits for whom in system sleep, and how a device starts asynchronously.
 * Follows drivers/base/power/main.c, ../semantics system-sleep.md section 3.
 */
import type { Task } from '../core/task.ts';
import { queueWork, type SleepJob } from '../core/work-queues.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';

/** dpm_wait(). */
function* dpmWait(world: World, target: DeviceId, isAsync: boolean): Task<void> {
  const device = world.devices[target]!;
  if (device.power.completed) return;
  if (!isAsync && !(world.sleep.async && device.asyncSuspend)) return;
  yield { kind: 'wait', for: { kind: 'sleep-completion', device: target } };
}

/** dpm_wait_for_subordinate(): children, then consumers over links that are not dormant. */
export function* dpmWaitForSubordinate(world: World, id: DeviceId, isAsync: boolean): Task<void> {
  const { children, consumers } = world.devices[id]!;
  for (const child of [...children]) yield* dpmWait(world, child, isAsync);
  for (const link of [...consumers]) {
    const { status, consumer } = linkOf(world, link);
    if (status !== 'dormant') yield* dpmWait(world, consumer, isAsync);
  }
}

/** dpm_wait_for_superior(): the parent, then the suppliers; false if the device is gone. */
export function* dpmWaitForSuperior(world: World, id: DeviceId, isAsync: boolean): Task<boolean> {
  const { power, parent, suppliers } = world.devices[id]!;
  if (power.list === 'none') return false;
  if (parent >= 0) yield* dpmWait(world, parent, isAsync);
  for (const link of [...suppliers]) {
    const { status, supplier } = linkOf(world, link);
    if (status !== 'dormant') yield* dpmWait(world, supplier, isAsync);
  }
  return world.devices[id]!.power.list !== 'none';
}

/** dpm_async_fn(): arms the completion; whether the device's function has been queued instead of being left to the caller. */
export function dpmAsyncFn(world: World, id: DeviceId, job: SleepJob): boolean {
  const device = world.devices[id]!;
  device.power.completed = false;
  device.power.asyncInProgress = device.asyncSuspend && world.sleep.async;
  if (device.power.asyncInProgress) queueWork(world, { kind: 'sleep', job, device: id });
  return device.power.asyncInProgress;
}

/** async_synchronize_full(). */
export function* asyncSynchronizeFull(world: World): Task<void> {
  if (world.work.unbound.length > 0 || world.work.running.length > 0)
    yield { kind: 'wait', for: { kind: 'async' } };
}
