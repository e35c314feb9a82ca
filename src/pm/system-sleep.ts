/**
 * A whole sleep cycle. Follows kernel/power/suspend.c and drivers/base/power/main.c, ../semantics system-sleep.md sections 4
 * and 11.
 */
import { EBUSY } from '../core/errno.ts';
import type { Task } from '../core/task.ts';
import { freezeWorkQueues, type SleepJob, thawWorkQueues } from '../core/work-queues.ts';
import { type DeviceId, inTicks, kernelMessage, record, type World } from '../core/world.ts';
import { dpmComplete, dpmPrepare } from './sleep-prepare.ts';
import { dpmResume, dpmResumeEarly, dpmResumeNoirq, RESUMES, resumeDone } from './sleep-resume.ts';
import {
  deviceSuspend,
  deviceSuspendLate,
  deviceSuspendNoirq,
  dpmNoirqSuspendDevices,
  dpmSuspend,
  dpmSuspendLateDevices,
} from './sleep-suspend.ts';
import { completeAll } from './sleep-waits.ts';

/** How far a cycle goes down: /sys/power/pm_test. */
export const SLEEP_LEVELS = ['freezer', 'devices', 'platform'] as const;
export type SleepLevel = (typeof SLEEP_LEVELS)[number];

/** dpm_suspend_start(). */
function* dpmSuspendStart(world: World): Task<number> {
  const error = yield* dpmPrepare(world);
  return error !== 0 ? error : yield* dpmSuspend(world);
}

/** dpm_suspend_late(), which undoes itself on an error. */
function* dpmSuspendLate(world: World): Task<number> {
  const error = yield* dpmSuspendLateDevices(world);
  if (error !== 0) yield* dpmResumeEarly(world);
  return error;
}

/** dpm_suspend_noirq(), which undoes itself on an error. */
function* dpmSuspendNoirq(world: World): Task<number> {
  const error = yield* dpmNoirqSuspendDevices(world);
  if (error !== 0) yield* dpmResumeNoirq(world);
  return error;
}

/** suspend_enter() of a suspend to idle that ends at once. */
function* suspendEnter(world: World): Task<number> {
  let error = yield* dpmSuspendLate(world);
  if (error !== 0) {
    kernelMessage(world, 'PM: late suspend of devices failed');
    return error;
  }
  error = yield* dpmSuspendNoirq(world);
  if (error !== 0) kernelMessage(world, 'PM: noirq suspend of devices failed');
  else {
    record(world, { kind: 'sleep-cycle', mark: 'asleep' });
    yield* dpmResumeNoirq(world);
  }
  yield* dpmResumeEarly(world);
  return error;
}

/** suspend_devices_and_enter(). */
function* suspendDevicesAndEnter(world: World, level: SleepLevel): Task<number> {
  let error = yield* dpmSuspendStart(world);
  if (error !== 0) {
    kernelMessage(world, 'PM: Some devices failed to suspend, or early wake event detected');
    record(world, { kind: 'sleep-failure', device: -1, what: 'suspend', error });
  } else if (level === 'platform') {
    error = yield* suspendEnter(world);
  }
  yield* dpmResume(world);
  yield* dpmComplete(world);
  return error;
}

/**
 * pm_suspend(): freezes, goes down as far as `level` says, and comes up again. Returns 0 or the negative errno that stopped
 * the way down, -EBUSY inside another cycle. Freezing takes `freezeTime` milliseconds.
 */
export function* pmSuspend(world: World, level: SleepLevel, freezeTime = 0): Task<number> {
  if (world.sleep.running) return -EBUSY;
  world.sleep.running = true;
  record(world, { kind: 'sleep-cycle', mark: 'entry' });
  // freeze_processes() forgets wakeup events of before.
  world.sleep.wakeupPending = false;
  freezeWorkQueues(world);
  if (freezeTime > 0)
    yield { kind: 'wait', for: { kind: 'time', until: world.now + inTicks(world, freezeTime) } };
  const error = level === 'freezer' ? 0 : yield* suspendDevicesAndEnter(world, level);
  thawWorkQueues(world);
  world.sleep.running = false;
  record(world, { kind: 'sleep-cycle', mark: 'exit' });
  return error;
}

/** pm_system_wakeup(): a sleep cycle that is going down stops at the next device. */
export function pmSystemWakeup(world: World): void {
  world.sleep.wakeupPending = true;
}

const SUSPENDS = {
  device_suspend: deviceSuspend,
  device_suspend_late: deviceSuspendLate,
  device_suspend_noirq: deviceSuspendNoirq,
} as const;

/** async_suspend() and its like: a device's part of a phase, in a worker. */
export function* asyncSleepJob(world: World, job: SleepJob, id: DeviceId): Task<void> {
  switch (job) {
    case 'device_suspend':
    case 'device_suspend_late':
    case 'device_suspend_noirq':
      yield* SUSPENDS[job](world, id, true);
      completeAll(world, id);
      return;
    default:
      resumeDone(world, id, job, true, yield* RESUMES[job].run(world, id, true));
  }
}
