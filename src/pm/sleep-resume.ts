/**
 * The noirq, early and resume phases on the way up. Follows drivers/base/power/main.c, ../semantics system-sleep.md section 10.
 */
import { deviceLock, deviceTrylock, deviceUnlock } from '../core/device-lock.ts';
import type { PmList } from '../core/device-power.ts';
import { movePmTail, pmList } from '../core/pm-lists.ts';
import type { Task } from '../core/task.ts';
import type { SleepPhase } from '../core/trace.ts';
import type { SleepJob } from '../core/work-queues.ts';
import { type DeviceId, record, type World } from '../core/world.ts';
import { pmRuntimeEnable, pmRuntimeSetStatus } from './runtime-status.ts';
import {
  devPmSkipResume,
  devPmSkipSuspend,
  dpmRunCallback,
  dpmRunOrSkip,
  pmDevErr,
} from './sleep-callbacks.ts';
import { asyncSynchronizeFull, dpmAsyncFn, dpmWaitForSuperior } from './sleep-waits.ts';

/** The end of each resume function: waiters go on, and an error is recorded. */
function resumeDone(world: World, id: DeviceId, words: string, error: number): void {
  world.devices[id]!.power.completed = true;
  if (error === 0) return;
  world.sleep.asyncError = error;
  pmDevErr(world, id, words, error);
}

function* resumeDeviceNoirq(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (power.syscore || power.directComplete) return 0;
  if (!power.isNoirqSuspended) {
    if (devPmSkipSuspend(world, id)) power.mustResume = false;
    return 0;
  }
  if (!(yield* dpmWaitForSuperior(world, id, isAsync))) return 0;
  const skip = devPmSkipResume(world, id);
  if (skip) yield* pmRuntimeSetStatus(world, id, 'suspended');
  else if (power.smartSuspend) yield* pmRuntimeSetStatus(world, id, 'active');
  const { error } = yield* dpmRunOrSkip(world, id, 'resume_noirq', skip);
  power.isNoirqSuspended = false;
  return error;
}

/** device_resume_noirq(). */
export function* deviceResumeNoirq(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const error = yield* resumeDeviceNoirq(world, id, isAsync);
  resumeDone(world, id, `resume${isAsync ? ' async' : ''} noirq`, error);
  return 0;
}

function* resumeDeviceEarly(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (power.syscore || power.directComplete || !power.isLateSuspended) return 0;
  if (!(yield* dpmWaitForSuperior(world, id, isAsync))) return 0;
  const { error } = yield* dpmRunOrSkip(world, id, 'resume_early', devPmSkipResume(world, id));
  power.isLateSuspended = false;
  return error;
}

/** device_resume_early(): runtime PM is enabled again in any case. */
export function* deviceResumeEarly(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const error = yield* resumeDeviceEarly(world, id, isAsync);
  pmRuntimeEnable(world, id);
  resumeDone(world, id, `resume${isAsync ? ' async' : ''} early`, error);
  return 0;
}

function* resumeDevice(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (power.syscore || !power.isSuspended) return 0;
  power.isSuspended = false;
  if (power.directComplete) {
    pmRuntimeEnable(world, id);
    return 0;
  }
  if (!(yield* dpmWaitForSuperior(world, id, isAsync))) return 0;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  power.isPrepared = false;
  const error = yield* dpmRunCallback(world, id, 'resume');
  deviceUnlock(world, id);
  return error;
}

/** device_resume(). */
export function* deviceResume(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const error = yield* resumeDevice(world, id, isAsync);
  resumeDone(world, id, `resume${isAsync ? ' async' : ''}`, error);
  return 0;
}

/** A resume phase: from the head of one list to the tail of the next. */
interface ResumePhase {
  readonly phase: SleepPhase;
  readonly from: Exclude<PmList, 'none'>;
  readonly to: Exclude<PmList, 'none'>;
  readonly job: SleepJob;
  readonly run: (world: World, id: DeviceId, isAsync: boolean) => Task<number>;
}

/** All asynchronous devices start first; then the list is walked. Errors stop nothing. */
function* walkResumePhase(world: World, { phase, from, to, job, run }: ResumePhase): Task<void> {
  record(world, { kind: 'sleep-phase', phase, edge: 'begin' });
  world.sleep.asyncError = 0;
  const list = pmList(world, from);
  for (let id = list.head; id >= 0; id = list.next[id]!) dpmAsyncFn(world, id, job);
  while (list.head >= 0) {
    const id = list.head;
    movePmTail(world, id, to);
    if (!world.devices[id]!.power.asyncInProgress) yield* run(world, id, false);
  }
  yield* asyncSynchronizeFull(world);
  record(world, { kind: 'sleep-phase', phase, edge: 'end' });
}

/** dpm_resume_noirq(). */
export function* dpmResumeNoirq(world: World): Task<void> {
  yield* walkResumePhase(world, {
    phase: 'resume_noirq',
    from: 'noirq',
    to: 'late-early',
    job: 'device_resume_noirq',
    run: deviceResumeNoirq,
  });
}

/** dpm_resume_early(). */
export function* dpmResumeEarly(world: World): Task<void> {
  yield* walkResumePhase(world, {
    phase: 'resume_early',
    from: 'late-early',
    to: 'suspended',
    job: 'device_resume_early',
    run: deviceResumeEarly,
  });
}

/** dpm_resume(). */
export function* dpmResume(world: World): Task<void> {
  yield* walkResumePhase(world, {
    phase: 'resume',
    from: 'suspended',
    to: 'prepared',
    job: 'device_resume',
    run: deviceResume,
  });
}
