/**
 * Who waits for whom in system sleep, and how a device starts asynchronously.
 * Follows drivers/base/power/main.c, ../semantics system-sleep.md section 3.
 */
import { asyncScheduleDev } from '../core/async-jobs.ts';
import { beginWalk, endWalk, walkOn } from '../core/id-lists.ts';
import { isWithoutAsyncJobs } from '../core/probe-wait.ts';
import type { Task } from '../core/task.ts';
import { DEVICE_QUEUE, wakeUpAll } from '../core/wake-up.ts';
import type { SleepJob } from '../core/work-queues.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';

/** dpm_wait(). */
/** Whether anything may have to be waited for: a synchronous device waits for asynchronous ones, of which there may be none. */
export function mayWait(world: World, isAsync: boolean): boolean {
  return isAsync || world.sleep.async;
}

function mustWait(world: World, target: DeviceId, isAsync: boolean): boolean {
  const { asyncSuspend, power } = world.devices[target]!;
  return !power.completed && (isAsync || (world.sleep.async && asyncSuspend));
}

function* completion(device: DeviceId): Task<void> {
  yield { kind: 'wait', for: { kind: 'sleep-completion', device } };
}

/** dpm_wait_for_subordinate(): children, then consumers over links that are not dormant. */
export function* dpmWaitForSubordinate(world: World, id: DeviceId, isAsync: boolean): Task<void> {
  const { children, consumerLinks } = world;
  if (children.head[id]! >= 0) {
    const walk = beginWalk(children, id);
    for (let child = walkOn(children, walk); child >= 0; child = walkOn(children, walk)) {
      if (mustWait(world, child, isAsync)) yield* completion(child);
    }
    endWalk(children, walk);
  }
  if (consumerLinks.head[id]! < 0) return;
  const walk = beginWalk(consumerLinks, id);
  for (let link = walkOn(consumerLinks, walk); link >= 0; link = walkOn(consumerLinks, walk)) {
    const { status, consumer } = linkOf(world, link);
    if (status !== 'dormant' && mustWait(world, consumer, isAsync)) yield* completion(consumer);
  }
  endWalk(consumerLinks, walk);
}

/** dpm_wait_for_superior(): the parent, then the suppliers; false if the device is gone. */
export function* dpmWaitForSuperior(world: World, id: DeviceId, isAsync: boolean): Task<boolean> {
  const { power, parent } = world.devices[id]!;
  const { supplierLinks } = world;
  if (power.list === 'none') return false;
  if (parent >= 0 && mustWait(world, parent, isAsync)) yield* completion(parent);
  if (supplierLinks.head[id]! < 0) return true;
  const walk = beginWalk(supplierLinks, id);
  for (let link = walkOn(supplierLinks, walk); link >= 0; link = walkOn(supplierLinks, walk)) {
    const { status, supplier } = linkOf(world, link);
    if (status !== 'dormant' && mustWait(world, supplier, isAsync)) yield* completion(supplier);
  }
  endWalk(supplierLinks, walk);
  return world.devices[id]!.power.list !== 'none';
}

/** complete_all() of a device's power.completion: its part of the phase is over, and whoever waits for it goes on. */
export function completeAll(world: World, id: DeviceId): void {
  world.devices[id]!.power.completed = true;
  wakeUpAll(world, id, DEVICE_QUEUE.completion);
}

/** dpm_async_fn(): arms the completion; whether the device's function has been queued instead of being left to the caller. */
export function dpmAsyncFn(world: World, id: DeviceId, job: SleepJob): boolean {
  const device = world.devices[id]!;
  device.power.completed = false;
  device.power.asyncInProgress = device.asyncSuspend && world.sleep.async;
  if (device.power.asyncInProgress) asyncScheduleDev(world, { kind: 'sleep', job, device: id });
  return device.power.asyncInProgress;
}

/** async_synchronize_full(). */
export function* asyncSynchronizeFull(world: World): Task<void> {
  if (!isWithoutAsyncJobs(world)) yield { kind: 'wait', for: { kind: 'async' } };
}
