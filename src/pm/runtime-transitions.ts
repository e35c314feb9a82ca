/**
 * The transitions of runtime PM as tasks: idle, suspend, resume, with their callbacks.
 * Follows drivers/base/power/runtime.c:rpm_idle, rpm_suspend, rpm_resume, rpm_callback; ../semantics runtime-pm.md sections 4
 * to 7. They call each other, so they stand together; each begins with its rules in runtime-rules.ts.
 *
 * rpm_idle(), rpm_suspend() and rpm_resume() run under dev->power.lock, with interrupts off. Around a callback the lock is given back and
 * taken again, each time in the way that `irq_safe` asks for at that moment. So interrupts stay on behind the callback of a device that has
 * become interrupt-safe meanwhile, or has let something sleep, and are on in the next callback of the same flow.
 */

import { answeredAtOnce } from '../core/at-once.ts';
import { CALLBACK_BIT, type CallbackLayer } from '../core/callbacks.ts';
import { DL_FLAG } from '../core/device-link.ts';
import { EACCES, EAGAIN, EBUSY, EIO } from '../core/errno.ts';
import { beginWalk, endWalk, walkOn } from '../core/id-lists.ts';
import { spinLockIrq, spinLockIrqsave, spinUnlockIrq, spinUnlockIrqrestore } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import { srcuReadLock, srcuReadUnlock } from '../core/srcu.ts';
import { ended, enter, resultOf, type Task } from '../core/task.ts';
import { DEVICE_QUEUE, wakeUpAll } from '../core/wake-up.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { isGenpdCallback, runCallbackOf } from './power-domain-callbacks.ts';
import { RPM_AUTO } from './runtime-flags.ts';
import { pmRuntimePutNoidle } from './runtime-requests.ts';
import {
  idleStart,
  needsNoParent,
  type Outcome,
  pmRuntimePut,
  resumeEnd,
  resumeStart,
  rpmPutSuppliers,
  rpmReleaseSuppliers,
  suspendEnd,
  suspendStart,
} from './runtime-rules.ts';

/** The end of another task's suspend, or resume, in rpm_suspend() and rpm_resume(). */
function* awaitStatus(world: World, device: DeviceId, resuming: boolean): Task<void> {
  const spins = world.devices[device]!.power.irqSafe;
  yield { kind: 'wait', for: { kind: 'runtime-status', device, resuming, spins } };
  spinLockIrq(world);
}

/** The lock is given back for a callback of the device. */
function unlockForCallback(world: World, id: DeviceId): void {
  if (!world.devices[id]!.power.irqSafe) spinUnlockIrq(world);
}

/** It is taken again. */
function lockBehindCallback(world: World, id: DeviceId): void {
  if (!world.devices[id]!.power.irqSafe) spinLockIrq(world);
}

/** The end of what ran under dev->power.lock: interrupts are as before. */
function unlocked(world: World, before: boolean, result: number): number {
  spinUnlockIrqrestore(world, before);
  return result;
}

/** What runs under dev->power.lock. */
function* unlockedBehind(world: World, before: boolean, task: Task<number>): Task<number> {
  return unlocked(world, before, yield* task);
}

/** __pm_runtime_idle(). */
export function pmRuntimeIdle(world: World, id: DeviceId, flags: number): Task<number> {
  const before = spinLockIrqsave(world);
  const begun = idleAtOnce(world, id, flags);
  if (typeof begun === 'number') return ended(unlocked(world, before, begun));
  return unlockedBehind(world, before, idle(world, id, flags, begun));
}

/** __pm_runtime_suspend(). */
export function pmRuntimeSuspend(world: World, id: DeviceId, flags: number): Task<number> {
  const before = spinLockIrqsave(world);
  const begun = suspendAtOnce(world, id, flags);
  if (typeof begun === 'number') return ended(unlocked(world, before, begun));
  return unlockedBehind(world, before, suspend(world, id, flags, begun));
}

/** __pm_runtime_resume(). */
export function pmRuntimeResume(world: World, id: DeviceId): Task<number> {
  const before = spinLockIrqsave(world);
  const begun = resumeAtOnce(world, id, 0);
  if (typeof begun === 'number') return ended(unlocked(world, before, begun));
  return unlockedBehind(world, before, resume(world, id, 0, begun));
}

/** The result of a callback that takes no time, 0 without one; undefined where a task has to call it. */
function calledAtOnce(
  world: World,
  id: DeviceId,
  callback: 'runtime_idle' | 'runtime_suspend' | 'runtime_resume',
  layer: CallbackLayer | undefined,
): number | undefined {
  if (layer === undefined) return 0;
  if (isGenpdCallback(world, id, layer)) return undefined;
  return answeredAtOnce(world, { kind: 'call', device: id, callback, layer });
}

/** rpm_idle() without RPM_ASYNC. */
export function rpmIdle(world: World, id: DeviceId, flags: number): Task<number> {
  const begun = idleAtOnce(world, id, flags);
  return typeof begun === 'number' ? ended(begun) : idle(world, id, flags, begun);
}

/** rpm_idle() as far as it comes without a task: to its result, or to what the task begins with. */
function idleAtOnce(world: World, id: DeviceId, flags: number): Outcome {
  const start = idleStart(world, id, flags);
  if (typeof start === 'number') return start;
  if (start !== 'call runtime_idle') return suspendAtOnce(world, id, autosuspending(flags));
  const { power } = world.devices[id]!;
  power.idleNotification = true;
  unlockForCallback(world, id);
  const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_idle);
  const result = calledAtOnce(world, id, 'runtime_idle', layer);
  return result === undefined ? start : idleEnd(world, id, flags, result);
}

/** rpm_idle() behind its callback. */
function idleEnd(world: World, id: DeviceId, flags: number, result: number): Outcome {
  lockBehindCallback(world, id);
  world.devices[id]!.power.idleNotification = false;
  wakeUpAll(world, id, DEVICE_QUEUE.status);
  if (result !== 0) return result;
  return suspendAtOnce(world, id, autosuspending(flags));
}

function autosuspending(flags: number): number {
  return flags | RPM_AUTO;
}

/** rpm_idle() where it is no more than begun. */
function* idle(world: World, id: DeviceId, flags: number, begun: Outcome): Task<number> {
  let next = begun;
  if (next === 'call runtime_idle') {
    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_idle)!;
    const result = yield { kind: 'call', device: id, callback: 'runtime_idle', layer };
    next = idleEnd(world, id, flags, result);
  }
  return typeof next === 'number' ? next : yield* suspend(world, id, autosuspending(flags), next);
}

/** rpm_suspend(). Returns 0, 1 if the device is suspended already, or a negative errno. */
export function rpmSuspend(world: World, id: DeviceId, flags: number): Task<number> {
  const begun = suspendAtOnce(world, id, flags);
  return typeof begun === 'number' ? ended(begun) : suspend(world, id, flags, begun);
}

/** rpm_suspend() as far as it comes without a task: to its result, or to what the task goes on with. */
function suspendAtOnce(world: World, id: DeviceId, flags: number): Outcome {
  for (;;) {
    const start = suspendStart(world, id, flags);
    if (start !== 'call runtime_suspend') return start;
    const hasLinks = world.devices[id]!.linksCount > 0;
    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_suspend);
    unlockForCallback(world, id);
    const error = calledAtOnce(world, id, 'runtime_suspend', layer);
    if (error === undefined) return start;
    const end = suspendBehindCallback(world, id, flags, hasLinks, error);
    if (end !== 'start again') return end;
  }
}

/** rpm_suspend() behind its callback. */
function suspendBehindCallback(
  world: World,
  id: DeviceId,
  flags: number,
  hasLinks: boolean,
  error: number,
): Outcome {
  const result = callbackEnd(world, id, hasLinks && error === 0 && isNow(world, id, 'suspending'), error);
  const end = suspendEnd(world, id, flags, result);
  return end === 'return the error' ? result : end;
}

/** rpm_suspend() where it is no more than begun. */
function* suspend(world: World, id: DeviceId, flags: number, begun: Outcome): Task<number> {
  let next = begun;
  while (typeof next !== 'number') {
    if (next === 'call runtime_suspend') {
      const hasLinks = keep(world.devices[id]!.linksCount > 0);
      const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_suspend)!;
      const error = isGenpdCallback(world, id, layer)
        ? yield* runCallbackOf(world, id, 'runtime_suspend', layer)
        : yield { kind: 'call', device: id, callback: 'runtime_suspend', layer };
      next = suspendBehindCallback(world, id, flags, hasLinks, error);
    } else if (next === 'resume and return -EAGAIN') {
      yield* rpmResume(world, id, 0);
      next = -EAGAIN;
    } else {
      if (next === 'wait') yield* awaitStatus(world, id, false);
      next = suspendAtOnce(world, id, flags);
    }
  }
  return next;
}

/** rpm_resume(). Returns 0, 1 if the device is active already, or a negative errno. */
export function rpmResume(world: World, id: DeviceId, flags: number): Task<number> {
  const begun = resumeAtOnce(world, id, flags);
  return typeof begun === 'number' ? ended(begun) : resume(world, id, flags, begun);
}

/**
 * rpm_resume() as far as it comes without a task: to its result, or to what the task begins with. A parent or suppliers that have to be
 * resumed take one.
 */
function resumeAtOnce(world: World, id: DeviceId, flags: number): Outcome {
  const { parent, linksCount } = world.devices[id]!;
  let next = resumeStart(world, id, flags);
  let held = -1;
  if (next === 'hold and resume the parent' && needsNoParent(world, parent)) {
    held = parent;
    const isAsked = holdParent(world, parent);
    if (isAsked) resumeStart(world, parent, 0);
    next = resumeStartBelow(world, id, flags, parent, isAsked);
  }
  if (next === 'call runtime_resume' && linksCount === 0) {
    held = parent;
    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_resume);
    unlockForCallback(world, id);
    const error = calledAtOnce(world, id, 'runtime_resume', layer);
    if (error === undefined) return next;
    next = resumeBehindCallback(world, id, parent, false, error);
  }
  return typeof next === 'number' ? letGoOfParent(world, id, held, next) : next;
}

/** Holds the parent of a device that resumes. Returns whether it is asked to resume. */
function holdParent(world: World, parent: DeviceId): boolean {
  const above = world.devices[parent]!.power;
  above.usageCount++;
  return above.disableDepth === 0 && !above.ignoreChildren;
}

/** rpm_resume() from where the parent is held, and has resumed if it was asked to. */
function resumeStartBelow(
  world: World,
  id: DeviceId,
  flags: number,
  parent: DeviceId,
  isAsked: boolean,
): Outcome {
  if (isAsked && world.devices[parent]!.power.runtimeStatus !== 'active') return -EBUSY;
  return resumeStart(world, id, flags, parent);
}

/** rpm_resume() behind its callback. `parent`: that of before it, -1 for none. */
function resumeBehindCallback(
  world: World,
  id: DeviceId,
  parent: DeviceId,
  hasLinks: boolean,
  error: number,
): number {
  const result = callbackEnd(world, id, hasLinks && error !== 0 && isNow(world, id, 'resuming'), error);
  const end = resumeEnd(world, id, parent, result);
  return typeof end === 'number' ? end : result;
}

/**
 * The end of rpm_resume(): the parent, -1 for none, was held until here. An interrupt-safe device holds it for good, and gives it back
 * only if it no longer is one.
 */
function letGoOfParent(world: World, id: DeviceId, parent: DeviceId, result: number): number {
  if (parent >= 0 && !world.devices[id]!.power.irqSafe) pmRuntimePut(world, parent);
  return result;
}

/** rpm_resume() where it is no more than begun. */
function* resume(world: World, id: DeviceId, flags: number, begun: Outcome): Task<number> {
  const { power } = world.devices[id]!;
  let parent = -1;
  let next = begun;
  while (typeof next !== 'number') {
    if (next === 'wait') {
      yield* awaitStatus(world, id, true);
      next = resumeStart(world, id, flags, parent);
    } else if (next === 'call runtime_resume') {
      if (parent < 0) parent = keep(world.devices[id]!.parent);
      const hasLinks = keep(world.devices[id]!.linksCount > 0);
      const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_resume);
      unlockForCallback(world, id);
      let error = 0;
      if (hasLinks && !power.irqSafe) {
        error = yield* rpmGetSuppliers(world, id);
        if (error !== 0) rpmPutSuppliers(world, id);
      }
      const isCalled = error === 0;
      if (isCalled) {
        error =
          calledAtOnce(world, id, 'runtime_resume', layer) ??
          (isGenpdCallback(world, id, layer!)
            ? yield* runCallbackOf(world, id, 'runtime_resume', layer!)
            : yield { kind: 'call', device: id, callback: 'runtime_resume', layer: layer! });
      }
      next = resumeBehindCallback(world, id, parent, hasLinks && isCalled, error);
    } else {
      parent = keep(world.devices[id]!.parent);
      const isAsked = holdParent(world, parent);
      if (isAsked) {
        const above = rpmResume(world, parent, 0);
        if (resultOf(above) === undefined) yield enter(above);
      }
      next = resumeStartBelow(world, id, flags, parent, isAsked);
    }
  }
  return letGoOfParent(world, id, parent, next);
}

/** Not always so behind a callback: a device that was given `no_callbacks` meanwhile may have suspended while its resume ran. */
function isNow(world: World, id: DeviceId, status: 'suspending' | 'resuming'): boolean {
  return world.devices[id]!.power.runtimeStatus === status;
}

/** rpm_callback() behind the callback, or where it was not called: suppliers are released behind a suspend, or a resume that failed. */
function callbackEnd(world: World, id: DeviceId, releases: boolean, error: number): number {
  const { power } = world.devices[id]!;
  if (releases && !power.irqSafe) rpmReleaseSuppliers(world, id);
  lockBehindCallback(world, id);
  power.runtimeError = error;
  return error === -EACCES ? -EIO : error;
}

/** rpm_get_suppliers(): resumes and holds every PM_RUNTIME supplier, in the order of the links. */
export function* rpmGetSuppliers(world: World, consumer: DeviceId): Task<number> {
  const links = world.supplierLinks;
  const walk = beginWalk(links, consumer);
  let result = 0;
  const side = keep(srcuReadLock(world.srcu.links));
  for (let id = walkOn(links, walk); id >= 0; id = walkOn(links, walk)) {
    const link = linkOf(world, id);
    if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;
    world.devices[link.supplier]!.power.usageCount++;
    const task = pmRuntimeResume(world, link.supplier);
    result = resultOf(task) ?? (yield enter(task));
    if (result < 0 && result !== -EACCES) {
      pmRuntimePutNoidle(world, link.supplier);
      break;
    }
    link.rpmActive++;
    result = 0;
  }
  srcuReadUnlock(world.srcu.links, side);
  endWalk(links, walk);
  return result;
}
