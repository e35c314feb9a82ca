/**
 * Power management state of a device (struct dev_pm_info), for runtime PM and for system sleep.
 * ../semantics runtime-pm.md section 1, system-sleep.md section 1.
 */
import { NO_LATENCY_CONSTRAINT } from './power-domain.ts';

/** power.runtime_status, in the words of /sys/devices/.../power/runtime_status. */
export type RuntimeStatus = 'active' | 'resuming' | 'suspended' | 'suspending';

/** power.last_status: the status when runtime PM was disabled. */
export type LastStatus = RuntimeStatus | 'invalid' | 'blocked';

/** power.request in ascending strength (enum rpm_request). */
export const RUNTIME_REQUESTS = ['none', 'idle', 'suspend', 'autosuspend', 'resume'] as const;
export type RuntimeRequest = (typeof RUNTIME_REQUESTS)[number];

/** The list of drivers/base/power/main.c that a device is on; `none` while it is not registered. */
export type PmList = 'none' | 'dpm' | 'prepared' | 'suspended' | 'late-early' | 'noirq' | 'completed';

/** DPM_FLAG_* bits of power.driver_flags. */
export const DPM_FLAG = {
  NO_DIRECT_COMPLETE: 1,
  SMART_PREPARE: 2,
  SMART_SUSPEND: 4,
  MAY_SKIP_RESUME: 8,
} as const;

/** Times are milliseconds of the World's clock, 0 for never. */
export interface DevicePower {
  runtimeStatus: RuntimeStatus;
  lastStatus: LastStatus;
  /** 0: runtime PM is enabled. */
  disableDepth: number;
  usageCount: number;
  childCount: number;
  /** The error that stays until the status is set by force, 0 for none. */
  runtimeError: number;
  request: RuntimeRequest;
  /** The work item is queued. */
  requestPending: boolean;
  deferredResume: boolean;
  idleNotification: boolean;
  timerExpires: number;
  /** Where its timer stands among those that are set, -1 if it is not. */
  timerPlace: number;
  timerAutosuspends: boolean;
  useAutosuspend: boolean;
  autosuspendDelay: number;
  lastBusy: number;
  ignoreChildren: boolean;
  noCallbacks: boolean;
  irqSafe: boolean;
  /** False after pm_runtime_forbid(). */
  runtimeAuto: boolean;
  needsForceResume: boolean;
  list: PmList;
  isPrepared: boolean;
  isSuspended: boolean;
  isLateSuspended: boolean;
  isNoirqSuspended: boolean;
  directComplete: boolean;
  smartSuspend: boolean;
  mustResume: boolean;
  maySkipResume: boolean;
  /** Its wakeup source in {@link World}; -1 for none: device_may_wakeup(). */
  wakeupSource: number;
  wakeupPath: boolean;
  syscore: boolean;
  noPmCallbacks: boolean;
  asyncInProgress: boolean;
  /** power.completion is done: nobody waits for the device. */
  completed: boolean;
  /** PM QoS resume latency, microseconds, and whether a request is there. */
  resumeLatency: number;
  latencyRequested: boolean;
  /** power.qos: constraints are allocated by the first request or by the notifier of a power domain; once gone, none can be made. */
  qos: 'none' | 'allocated' | 'gone';
  /** DPM_FLAG bits; cleared when the driver goes. */
  driverFlags: number;
}

/** pm_runtime_init() and device_pm_init_common(). */
export function createDevicePower(): DevicePower {
  return {
    runtimeStatus: 'suspended',
    lastStatus: 'invalid',
    disableDepth: 1,
    usageCount: 0,
    childCount: 0,
    runtimeError: 0,
    request: 'none',
    requestPending: false,
    deferredResume: false,
    idleNotification: false,
    timerExpires: 0,
    timerPlace: -1,
    timerAutosuspends: false,
    useAutosuspend: false,
    autosuspendDelay: 0,
    lastBusy: 0,
    ignoreChildren: false,
    noCallbacks: false,
    irqSafe: false,
    runtimeAuto: true,
    needsForceResume: false,
    list: 'none',
    isPrepared: false,
    isSuspended: false,
    isLateSuspended: false,
    isNoirqSuspended: false,
    directComplete: false,
    smartSuspend: false,
    mustResume: false,
    maySkipResume: false,
    wakeupSource: -1,
    wakeupPath: false,
    syscore: false,
    noPmCallbacks: false,
    asyncInProgress: false,
    completed: true,
    resumeLatency: NO_LATENCY_CONSTRAINT,
    latencyRequested: false,
    qos: 'none',
    driverFlags: 0,
  };
}
