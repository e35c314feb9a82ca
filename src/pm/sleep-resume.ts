/**
 * The noirq, early and resume phases on the way up. Follows drivers/base/power/main.c, ../semantics system-sleep.md section 10.
 */

import { CALLBACK_BIT } from '../core/callbacks.ts';
import { deviceLock, deviceTrylock, deviceUnlock } from '../core/device-lock.ts';
import type { PmList } from '../core/device-power.ts';
import { keep } from '../core/kept.ts';
import { movePmTail, pmList } from '../core/pm-lists.ts';
import type { Task } from '../core/task.ts';
import type { SleepPhase } from '../core/trace.ts';
import { type DeviceId, record, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { pmRuntimeEnable, pmRuntimeSetStatus } from './runtime-status.ts';
import {
  devPmSkipResume,
  devPmSkipSuspend,
  dpmRunCallback,
  layerUnlessSkipped,
  pmDevErr,
} from './sleep-callbacks.ts';
import { asyncSynchronizeFull, completeAll, dpmAsyncFn, dpmWaitForSuperior, mayWait } from './sleep-waits.ts';

/** device_resume_noirq() up to its end. */
export function* deviceResumeNoirq(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (power.syscore || power.directComplete) return 0;
  if (!power.isNoirqSuspended) {
    if (devPmSkipSuspend(world, id)) power.mustResume = false;
    return 0;
  }
  if (power.list === 'none') return 0;
  if (mayWait(world, isAsync) && !(yield* dpmWaitForSuperior(world, id, isAsync))) return 0;
  const skip = keep(devPmSkipResume(world, id));
  if (skip) yield* pmRuntimeSetStatus(world, id, 'suspended');
  else if (power.smartSuspend) yield* pmRuntimeSetStatus(world, id, 'active');
  const layer = layerUnlessSkipped(world, id, 'resume_noirq', skip);
  const isCalled = layer !== undefined && layer !== 'skipped';
  const error = isCalled ? yield* dpmRunCallback(world, id, 'resume_noirq', layer) : 0;
  power.isNoirqSuspended = false;
  return error;
}

/** device_resume_early() up to its end, where runtime PM is enabled again in any case. */
export function* deviceResumeEarly(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (power.syscore || power.directComplete || !power.isLateSuspended || power.list === 'none') return 0;
  if (mayWait(world, isAsync) && !(yield* dpmWaitForSuperior(world, id, isAsync))) return 0;
  const layer = layerUnlessSkipped(world, id, 'resume_early', devPmSkipResume(world, id));
  const isCalled = layer !== undefined && layer !== 'skipped';
  const error = isCalled ? yield* dpmRunCallback(world, id, 'resume_early', layer) : 0;
  power.isLateSuspended = false;
  return error;
}

/** device_resume() up to its end. */
export function* deviceResume(world: World, id: DeviceId, isAsync: boolean): Task<number> {
  const { power } = world.devices[id]!;
  if (power.syscore || !power.isSuspended) return 0;
  power.isSuspended = false;
  if (power.directComplete) {
    pmRuntimeEnable(world, id);
    return 0;
  }
  if (power.list === 'none') return 0;
  if (mayWait(world, isAsync) && !(yield* dpmWaitForSuperior(world, id, isAsync))) return 0;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  power.isPrepared = false;
  const layer = callbackLayer(world, id, CALLBACK_BIT.resume);
  const error = layer === undefined ? 0 : yield* dpmRunCallback(world, id, 'resume', layer);
  deviceUnlock(world, id);
  return error;
}

/** The functions of the way up, with the words of their messages. */
export const RESUMES = {
  device_resume_noirq: { run: deviceResumeNoirq, words: ' noirq' },
  device_resume_early: { run: deviceResumeEarly, words: ' early' },
  device_resume: { run: deviceResume, words: '' },
} as const;
type ResumeJob = keyof typeof RESUMES;

/** The end of each of them: waiters go on, and an error is recorded. */
export function resumeDone(
  world: World,
  id: DeviceId,
  job: ResumeJob,
  isAsync: boolean,
  error: number,
): void {
  if (job === 'device_resume_early') pmRuntimeEnable(world, id);
  completeAll(world, id);
  if (error === 0) return;
  world.sleep.asyncError = error;
  pmDevErr(world, id, `resume${isAsync ? ' async' : ''}${RESUMES[job].words}`, error);
}

/** A resume phase: from the head of one list to the tail of the next. */
interface ResumePhase {
  readonly phase: SleepPhase;
  readonly from: Exclude<PmList, 'none'>;
  readonly to: Exclude<PmList, 'none'>;
  readonly job: ResumeJob;
}

/** All asynchronous devices start first; then the list is walked. Errors stop nothing. */
function* walkResumePhase(world: World, { phase, from, to, job }: ResumePhase): Task<void> {
  record(world, { kind: 'sleep-phase', phase, edge: 'begin' });
  world.sleep.asyncError = 0;
  const list = pmList(world, from);
  for (let id = list.head; id >= 0; id = list.next[id]!) dpmAsyncFn(world, id, job);
  while (list.head >= 0) {
    const id = list.head;
    movePmTail(world, id, to);
    if (!world.devices[id]!.power.asyncInProgress) {
      resumeDone(world, id, job, false, yield* RESUMES[job].run(world, id, false));
    }
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
  });
}

/** dpm_resume_early(). */
export function* dpmResumeEarly(world: World): Task<void> {
  yield* walkResumePhase(world, {
    phase: 'resume_early',
    from: 'late-early',
    to: 'suspended',
    job: 'device_resume_early',
  });
}

/** dpm_resume(). */
export function* dpmResume(world: World): Task<void> {
  yield* walkResumePhase(world, {
    phase: 'resume',
    from: 'suspended',
    to: 'prepared',
    job: 'device_resume',
  });
}
