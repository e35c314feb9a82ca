/** The operations of the command `rpm`: each is one function of the kernel. */
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import {
  pmRuntimeAllow,
  pmRuntimeBarrier,
  pmRuntimeDisable,
  pmRuntimeEnable,
  pmRuntimeForbid,
  pmRuntimeForceResume,
  pmRuntimeForceSuspend,
  pmRuntimeGet,
  pmRuntimeGetConditional,
  pmRuntimeGetNoresume,
  pmRuntimeGetSync,
  pmRuntimeIdle,
  pmRuntimeIrqSafe,
  pmRuntimeNoCallbacks,
  pmRuntimePut,
  pmRuntimePutAutosuspend,
  pmRuntimePutNoidle,
  pmRuntimePutSync,
  pmRuntimePutSyncSuspend,
  pmRuntimeResume,
  pmRuntimeResumeAndGet,
  pmRuntimeSetAutosuspendDelay,
  pmRuntimeSetStatus,
  pmRuntimeSuspend,
  pmRuntimeUseAutosuspend,
  pmScheduleSuspend,
  RPM_AUTO,
  rpmIdleAsync,
  rpmResumeAsync,
  rpmSuspendAsync,
} from '../pm/index.ts';
import type { RuntimeOperation } from './command.ts';

/** Operations that call no driver: done when the function returns. */
type Immediate = (world: World, id: DeviceId, value: number) => unknown;
/** Operations that may call a driver or wait. */
type Synchronous = (world: World, id: DeviceId, value: number) => Task<unknown>;

const IMMEDIATE: Partial<Record<RuntimeOperation, Immediate>> = {
  enable: pmRuntimeEnable,
  get: pmRuntimeGet,
  get_noresume: pmRuntimeGetNoresume,
  get_if_active: (world, id) => pmRuntimeGetConditional(world, id, true),
  get_if_in_use: (world, id) => pmRuntimeGetConditional(world, id, false),
  put: pmRuntimePut,
  put_autosuspend: pmRuntimePutAutosuspend,
  put_noidle: pmRuntimePutNoidle,
  request_idle: rpmIdleAsync,
  request_resume: rpmResumeAsync,
  request_autosuspend: (world, id) => rpmSuspendAsync(world, id, RPM_AUTO),
  // The kernel's parameter is unsigned.
  schedule_suspend: (world, id, value) => pmScheduleSuspend(world, id, value >>> 0),
  allow: pmRuntimeAllow,
  no_callbacks: pmRuntimeNoCallbacks,
  ignore_children: (world, id, value) => {
    world.devices[id]!.power.ignoreChildren = value !== 0;
  },
  mark_last_busy: (world, id) => {
    world.devices[id]!.power.lastBusy = world.now;
  },
  suspended: (world, id) => {
    const { runtimeStatus, disableDepth } = world.devices[id]!.power;
    return runtimeStatus === 'suspended' && disableDepth === 0 ? 1 : 0;
  },
  active: (world, id) => {
    const { runtimeStatus, disableDepth } = world.devices[id]!.power;
    return runtimeStatus === 'active' || disableDepth > 0 ? 1 : 0;
  },
};

const SYNCHRONOUS: Partial<Record<RuntimeOperation, Synchronous>> = {
  disable: (world, id) => pmRuntimeDisable(world, id, true),
  get_sync: pmRuntimeGetSync,
  resume_and_get: pmRuntimeResumeAndGet,
  put_sync: pmRuntimePutSync,
  put_sync_suspend: (world, id) => pmRuntimePutSyncSuspend(world, id),
  put_sync_autosuspend: (world, id) => pmRuntimePutSyncSuspend(world, id, RPM_AUTO),
  idle: (world, id) => pmRuntimeIdle(world, id, 0),
  suspend: (world, id) => pmRuntimeSuspend(world, id, 0),
  autosuspend: (world, id) => pmRuntimeSuspend(world, id, RPM_AUTO),
  resume: (world, id) => pmRuntimeResume(world, id),
  set_active: (world, id) => pmRuntimeSetStatus(world, id, 'active'),
  set_suspended: (world, id) => pmRuntimeSetStatus(world, id, 'suspended'),
  forbid: pmRuntimeForbid,
  irq_safe: pmRuntimeIrqSafe,
  use_autosuspend: (world, id) => pmRuntimeUseAutosuspend(world, id, true),
  dont_use_autosuspend: (world, id) => pmRuntimeUseAutosuspend(world, id, false),
  set_delay: pmRuntimeSetAutosuspendDelay,
  barrier: pmRuntimeBarrier,
  force_suspend: pmRuntimeForceSuspend,
  force_resume: pmRuntimeForceResume,
};

/** Carries an operation out. Returns what the kernel's function returns, 0 for one that returns nothing. */
export function* runRuntimeOperation(
  world: World,
  id: DeviceId,
  operation: RuntimeOperation,
  value: number,
): Task<number> {
  const immediate = IMMEDIATE[operation];
  const result =
    immediate === undefined ? yield* SYNCHRONOUS[operation]!(world, id, value) : immediate(world, id, value);
  return typeof result === 'number' ? result : 0;
}
