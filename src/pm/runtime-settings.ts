/**
 * Settings of runtime PM: user space control, autosuspend, interrupt-safe and callback-less devices.
 * Follows drivers/base/power/runtime.c, ../semantics runtime-pm.md section 9.
 */
import { spinLockIrq, spinUnlockIrq } from '../core/interrupts.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import { RPM_AUTO } from './runtime-flags.ts';
import { pmRuntimeGetSync } from './runtime-pm.ts';
import { rpmDropUsageCount } from './runtime-requests.ts';
import { rpmIdleAsync } from './runtime-rules.ts';
import { rpmIdle, rpmResume } from './runtime-transitions.ts';

/** pm_runtime_forbid(): power/control is `on`. */
export function* pmRuntimeForbid(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  spinLockIrq(world);
  if (power.runtimeAuto) {
    power.runtimeAuto = false;
    power.usageCount++;
    yield* rpmResume(world, id, 0);
  }
  spinUnlockIrq(world);
}

/** pm_runtime_allow(): power/control is `auto`. */
export function pmRuntimeAllow(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  spinUnlockIrq(world);
  if (power.runtimeAuto) return;
  power.runtimeAuto = true;
  if (rpmDropUsageCount(world, id) === 0) rpmIdleAsync(world, id);
}

/** pm_runtime_irq_safe(): the parent stays resumed from now on. */
export function* pmRuntimeIrqSafe(world: World, id: DeviceId): Task<void> {
  const { power, parent } = world.devices[id]!;
  if (parent >= 0) yield* pmRuntimeGetSync(world, parent);
  power.irqSafe = true;
  spinUnlockIrq(world);
}

/** pm_runtime_no_callbacks(): suspending and resuming the device does not ask its driver. */
export function pmRuntimeNoCallbacks(world: World, id: DeviceId): void {
  world.devices[id]!.power.noCallbacks = true;
  spinUnlockIrq(world);
}

/** update_autosuspend(): a negative delay keeps the device active; every other change looks whether it is idle. */
function* updateAutosuspend(world: World, id: DeviceId, oldDelay: number, oldUse: boolean): Task<void> {
  const { power } = world.devices[id]!;
  const wasPrevented = oldUse && oldDelay < 0;
  if (power.useAutosuspend && power.autosuspendDelay < 0) {
    if (wasPrevented) return;
    power.usageCount++;
    yield* rpmResume(world, id, 0);
    return;
  }
  if (wasPrevented) power.usageCount--;
  yield* rpmIdle(world, id, RPM_AUTO);
}

/** pm_runtime_set_autosuspend_delay(): milliseconds; negative prevents runtime suspend. */
export function* pmRuntimeSetAutosuspendDelay(world: World, id: DeviceId, delay: number): Task<void> {
  const { power } = world.devices[id]!;
  const { autosuspendDelay, useAutosuspend } = power;
  power.autosuspendDelay = delay;
  spinLockIrq(world);
  yield* updateAutosuspend(world, id, autosuspendDelay, useAutosuspend);
  spinUnlockIrq(world);
}

/** pm_runtime_use_autosuspend() and pm_runtime_dont_use_autosuspend(). */
export function* pmRuntimeUseAutosuspend(world: World, id: DeviceId, use: boolean): Task<void> {
  const { power } = world.devices[id]!;
  const { autosuspendDelay, useAutosuspend } = power;
  power.useAutosuspend = use;
  spinLockIrq(world);
  yield* updateAutosuspend(world, id, autosuspendDelay, useAutosuspend);
  spinUnlockIrq(world);
}
