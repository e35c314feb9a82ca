/** Power management: runtime PM and system sleep. */
export { type Deadlock, enableAsyncSuspend, mayOvertake, sleepDeadlocks, type Wait } from './async-waits.ts';
export { callbackLayer, devicePmCheckCallbacks, driverHasCallback } from './callback-choice.ts';
export { devPmQosConstraintsDestroy, devPmQosResumeLatency } from './device-qos.ts';
export { genpdPowerOffWorkFn } from './power-domain.ts';
export {
  devPmGenpdRpmAlwaysOn,
  pmGenpdAddDevice,
  pmGenpdAddSubdomain,
  pmGenpdInit,
  pmGenpdRemove,
  pmGenpdRemoveDevice,
  pmGenpdRemoveSubdomain,
} from './power-domain-members.ts';
export { RPM_AUTO } from './runtime-flags.ts';
export {
  fireTimers,
  pmRuntimeGet,
  pmRuntimeGetConditional,
  pmRuntimeGetNoresume,
  pmRuntimeGetSync,
  pmRuntimePutAutosuspend,
  pmRuntimePutSync,
  pmRuntimePutSyncSuspend,
  pmRuntimeResumeAndGet,
  pmRuntimeWork,
  pmScheduleSuspend,
  pmSuspendTimerFn,
} from './runtime-pm.ts';
export { pmRuntimePutNoidle } from './runtime-requests.ts';
export { pmRuntimePut, rpmIdleAsync, rpmResumeAsync, rpmSuspendAsync } from './runtime-rules.ts';
export {
  pmRuntimeAllow,
  pmRuntimeForbid,
  pmRuntimeIrqSafe,
  pmRuntimeNoCallbacks,
  pmRuntimeSetAutosuspendDelay,
  pmRuntimeUseAutosuspend,
} from './runtime-settings.ts';
export {
  pmRuntimeBarrier,
  pmRuntimeDisable,
  pmRuntimeEnable,
  pmRuntimeForceResume,
  pmRuntimeForceSuspend,
  pmRuntimeReinit,
  pmRuntimeRemove,
  pmRuntimeSetStatus,
} from './runtime-status.ts';
export {
  deviceLinkReleaseFn,
  pmRuntimeDropLink,
  pmRuntimeGetSuppliers,
  pmRuntimeNewLink,
  pmRuntimePutSuppliers,
} from './runtime-suppliers.ts';
export { pmRuntimeIdle, pmRuntimeResume, pmRuntimeSuspend } from './runtime-transitions.ts';
export { completeAll } from './sleep-waits.ts';
export { asyncSleepJob, pmSuspend, pmSystemWakeup, SLEEP_LEVELS, type SleepLevel } from './system-sleep.ts';
export { deviceWakeupDisable, deviceWakeupEnable, pmWakeupSourceSysfsAdd } from './wakeup.ts';
