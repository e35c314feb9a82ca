/**
 * The transitions of runtime PM as tasks: idle, suspend, resume, with their callbacks.
 * Follows drivers/base/power/runtime.c:rpm_idle, rpm_suspend, rpm_resume, rpm_callback; ../semantics runtime-pm.md sections 4
 * to 7. They call each other, so they stand together; each begins with its rules in runtime-rules.ts.
 *
 * rpm_idle(), rpm_suspend() and rpm_resume() run under dev->power.lock, with interrupts off. Around a callback the lock is given back and
 * taken again, each time in the way that `irq_safe` asks for at that moment. So interrupts stay on behind the callback of a device that has
 * become interrupt-safe meanwhile, or has let something sleep, and are on in the next callback of the same flow.
 */

import { CALLBACK_BIT } from '../core/callbacks.ts';
import { DL_FLAG } from '../core/device-link.ts';
import { EACCES, EAGAIN, EBUSY, EIO } from '../core/errno.ts';
import { beginWalk, endWalk, walkOn } from '../core/id-lists.ts';
import { spinLockIrq, spinLockIrqsave, spinUnlockIrq, spinUnlockIrqrestore } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import { srcuReadLock, srcuReadUnlock } from '../core/srcu.ts';
import { ended, enter, type Task } from '../core/task.ts';
import { DEVICE_QUEUE, wakeUpAll } from '../core/wake-up.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { isGenpdCallback, runCallbackOf } from './power-domain-callbacks.ts';
import { RPM_AUTO } from './runtime-flags.ts';
import { pmRuntimePutNoidle } from './runtime-requests.ts';
import {
  idleStart,
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

/** Around what runs under dev->power.lock: interrupts are behind it as before. */
function* withPowerLock(world: World, task: Task<number>): Task<number> {
  const before = spinLockIrqsave(world);
  const result = yield* task;
  spinUnlockIrqrestore(world, before);
  return result;
}

/** __pm_runtime_idle(). */
export function pmRuntimeIdle(world: World, id: DeviceId, flags: number): Task<number> {
  return withPowerLock(world, rpmIdle(world, id, flags));
}

/** __pm_runtime_suspend(). */
export function pmRuntimeSuspend(world: World, id: DeviceId, flags: number): Task<number> {
  return withPowerLock(world, rpmSuspend(world, id, flags));
}

/** __pm_runtime_resume(), which takes a task only where its beginning is not already its end. */
export function pmRuntimeResume(world: World, id: DeviceId, start = resumeStart(world, id, 0)): Task<number> {
  if (typeof start === 'number') return ended(start);
  return withPowerLock(world, rpmResume(world, id, 0, start));
}

/** rpm_idle() without RPM_ASYNC. */
export function* rpmIdle(world: World, id: DeviceId, flags: number): Task<number> {
  const start = idleStart(world, id, flags);
  if (typeof start === 'number') return start;
  if (start === 'call runtime_idle') {
    const { power } = world.devices[id]!;
    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_idle)!;
    power.idleNotification = true;
    unlockForCallback(world, id);
    const result = yield { kind: 'call', device: id, callback: 'runtime_idle', layer };
    lockBehindCallback(world, id);
    power.idleNotification = false;
    wakeUpAll(world, id, DEVICE_QUEUE.status);
    if (result !== 0) return result;
  }
  return yield* rpmSuspend(world, id, flags | RPM_AUTO);
}

/** rpm_suspend(). Returns 0, 1 if the device is suspended already, or a negative errno. */
export function* rpmSuspend(world: World, id: DeviceId, flags: number): Task<number> {
  for (;;) {
    const start = suspendStart(world, id, flags);
    if (typeof start === 'number') return start;
    if (start === 'wait') {
      yield* awaitStatus(world, id, false);
      continue;
    }
    const hasLinks = keep(world.devices[id]!.linksCount > 0);
    const layer = callbackLayer(world, id, CALLBACK_BIT.runtime_suspend);
    unlockForCallback(world, id);
    let error = 0;
    if (layer !== undefined) {
      error = isGenpdCallback(world, id, layer)
        ? yield* runCallbackOf(world, id, 'runtime_suspend', layer)
        : yield { kind: 'call', device: id, callback: 'runtime_suspend', layer };
    }
    error = callbackEnd(world, id, hasLinks && error === 0, error);
    const end = suspendEnd(world, id, flags, error);
    if (typeof end === 'number') return end;
    if (end === 'return the error') return error;
    if (end === 'start again') continue;
    yield* rpmResume(world, id, 0);
    return -EAGAIN;
  }
}

/**
 * rpm_resume(). Returns 0, 1 if the device is active already, or a negative errno. `start` is its beginning, for a caller that
 * makes no task where that is already the end.
 */
export function* rpmResume(
  world: World,
  id: DeviceId,
  flags: number,
  start = resumeStart(world, id, flags),
): Task<number> {
  const { power } = world.devices[id]!;
  let parent = -1;
  let next = start;
  let result: number | undefined;
  while (result === undefined) {
    if (typeof next === 'number') {
      result = next;
    } else if (next === 'call runtime_resume') {
      // An interrupt-safe device holds its parent for good, and gives it back only if it no longer is one.
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
      if (isCalled && layer !== undefined) {
        error = isGenpdCallback(world, id, layer)
          ? yield* runCallbackOf(world, id, 'runtime_resume', layer)
          : yield { kind: 'call', device: id, callback: 'runtime_resume', layer };
      }
      error = callbackEnd(world, id, hasLinks && isCalled && error !== 0, error);
      const end = resumeEnd(world, id, parent, error);
      result = typeof end === 'number' ? end : error;
    } else if (next === 'wait') {
      yield* awaitStatus(world, id, true);
      next = resumeStart(world, id, flags, parent);
    } else {
      parent = keep(world.devices[id]!.parent);
      const above = world.devices[parent]!.power;
      above.usageCount++;
      if (above.disableDepth === 0 && !above.ignoreChildren) {
        // Without a task for a parent that is active already: it is the common case.
        if (above.runtimeStatus === 'active') resumeStart(world, parent, 0);
        else yield enter(rpmResume(world, parent, 0));
        if (above.runtimeStatus !== 'active') result = -EBUSY;
      }
      if (result === undefined) next = resumeStart(world, id, flags, parent);
    }
  }
  if (parent >= 0 && !power.irqSafe) pmRuntimePut(world, parent);
  return result;
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
    const start = resumeStart(world, link.supplier, 0);
    result = typeof start === 'number' ? start : yield enter(pmRuntimeResume(world, link.supplier, start));
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
