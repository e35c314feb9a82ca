/**
 * What happened on a system, as typed events: the common language of simulated runs (probe/, pm/) and of recorded
 * kernel logs (logs/). Every analysis of a run works on these and does not care where they came from.
 *
 * Times are microseconds: virtual ones in a simulated run, the kernel's own clock in a recorded one (dmesg and ftrace
 * of one boot differ by a constant), and NaN in a recorded event whose line has no stamp of that clock (a dmesg printed
 * without stamps). The order of the events is the truth for before and after. What a source does not record is absent,
 * never guessed.
 */

import type { Callback } from './callbacks.ts';
import type { DmaCallback } from './dma-engine.ts';
import type { DomainCallback, DomainDeviceCallback } from './power-domain.ts';

/** The phases of a system sleep cycle in the order in which they run (drivers/base/power/main.c). */
export const SLEEP_PHASES = [
  'prepare',
  'suspend',
  'suspend_late',
  'suspend_noirq',
  'resume_noirq',
  'resume_early',
  'resume',
  'complete',
] as const;

/** A phase of system sleep, named after its dev_pm_ops callback for a suspend to RAM or idle. */
export type SleepPhase = (typeof SLEEP_PHASES)[number];

/** Which half of a sleep cycle: going down (suspend, freeze, poweroff) or coming up (resume, thaw, restore). */
export type SleepDirection = 'suspend' | 'resume';

/** The half of the cycle that a phase belongs to. */
export function directionOfPhase(phase: SleepPhase): SleepDirection {
  return phase === 'complete' || phase.startsWith('resume') ? 'resume' : 'suspend';
}

/** A PM callback of a device starts. */
export interface CallbackBegin {
  readonly kind: 'callback-begin';
  readonly time: number;
  /** dev_name() of the device. */
  readonly device: string;
  /** dev_driver_string(): the driver's name, else the bus or class; absent where the kernel printed nothing. */
  readonly driver?: string;
  /** dev_name() of the parent; absent when the record says `none`. */
  readonly parent?: string;
  /** Absent when the record does not tell the phase (dmesg). */
  readonly phase?: SleepPhase;
  /** From the recorded verb (ftrace) or from the name of the callback function (dmesg); absent if neither tells. */
  readonly direction?: SleepDirection;
  /** The layer and phase words of ftrace ("late driver", "noirq power domain") or the function of dmesg. */
  readonly callback?: string;
  /** PID of the task that ran it: an asynchronous device runs in a kworker of its own. */
  readonly task?: number;
  /** The verb as recorded by ftrace: suspend, resume, freeze, quiesce, hibernate, thaw, restore, recover. */
  readonly verb?: string;
}

/** A PM callback of a device has returned. */
export interface CallbackEnd {
  readonly kind: 'callback-end';
  readonly time: number;
  readonly device: string;
  readonly driver?: string;
  readonly task?: number;
  /** 0 or a negative errno. */
  readonly error: number;
  /** Microseconds, where the record states them apart from its time stamps (dmesg: `after N usecs`). */
  readonly duration?: number;
  /** dmesg repeats the function name. */
  readonly callback?: string;
}

/** A phase of the whole system begins or ends (ftrace suspend_resume, or pm_debug_messages lines for the end). */
export interface PhaseMark {
  readonly kind: 'phase-begin' | 'phase-end';
  readonly time: number;
  readonly phase: SleepPhase;
}

/** The cycle's outer marks: entry into suspend, the turning point (asleep), and exit. */
export interface CycleMark {
  readonly kind: 'cycle';
  readonly time: number;
  readonly mark: 'entry' | 'asleep' | 'exit';
  /** The sleep state of `PM: suspend entry (deep)`, where printed. */
  readonly state?: string;
}

/** The kernel reported that a device or the whole phase failed. */
export interface SleepFailure {
  readonly kind: 'sleep-failure';
  readonly time: number;
  /** Absent for a message about the system ("Some devices failed to suspend, or early wake event detected"). */
  readonly device?: string;
  readonly driver?: string;
  /** Negative errno; absent where the message has none. */
  readonly error?: number;
  /** The phase words of the message: "suspend", "suspend late", "suspend async", ... */
  readonly what: string;
}

/** A runtime PM tracepoint (include/trace/events/rpm.h). */
export interface RuntimePmEvent {
  readonly kind: 'rpm';
  readonly time: number;
  readonly device: string;
  readonly event: 'suspend' | 'resume' | 'idle' | 'usage' | 'return' | 'status';
  readonly task?: number;
  /** The task's name (comm), where the record has it. */
  readonly taskName?: string;
  /** usage count, disable depth, child count and flag words as recorded (suspend, resume, idle, usage). */
  readonly flags?: number;
  readonly usage?: number;
  readonly disableDepth?: number;
  readonly runtimeAuto?: number;
  readonly requestPending?: number;
  readonly irqSafe?: number;
  readonly childCount?: number;
  /** `rpm_return_int`: where it was called, and what it returned. */
  readonly caller?: string;
  readonly result?: number;
  /** `rpm_status`: RPM_ACTIVE, RPM_RESUMING, RPM_SUSPENDED, RPM_SUSPENDING or the text recorded. */
  readonly status?: string;
}

/** What a recorded log can contain. */
export type LogEvent = CallbackBegin | CallbackEnd | PhaseMark | CycleMark | SleepFailure | RuntimePmEvent;

/**
 * A callback begins or has returned that is no device's turn in a phase of system sleep: runtime PM, probe, remove, sync_state, and
 * what a power domain calls on a device's turn.
 */
export interface DriverCallback {
  readonly kind: 'driver-callback-begin' | 'driver-callback-end';
  readonly time: number;
  readonly device: string;
  readonly driver?: string;
  readonly callback: Callback | DomainDeviceCallback | DmaCallback;
  readonly task: number;
  /** What it returned; absent while it begins. */
  readonly value?: number;
}

/** power_on or power_off of a power domain begins or has returned. */
export interface DomainCallbackMark {
  readonly kind: 'domain-callback-begin' | 'domain-callback-end';
  readonly time: number;
  readonly domain: string;
  readonly callback: DomainCallback;
  readonly task: number;
  readonly value?: number;
}

/** A power domain is on or off from here. */
export interface DomainStatusMark {
  readonly kind: 'domain-status';
  readonly time: number;
  readonly domain: string;
  readonly status: 'on' | 'off';
}

/** A device was prepared for sleep: what the kernel knows of it that decides who waits for whom. */
export interface SleepDevice {
  readonly kind: 'sleep-device';
  readonly time: number;
  readonly device: string;
  readonly parent?: string;
  /** power.async_suspend, with pm_async on. */
  readonly asynchronous: boolean;
  /** power.syscore: no callbacks; it waits on the way down and not on the way up. */
  readonly syscore: boolean;
  /** Suppliers over links that the sleep code waits on, with what made the link. */
  readonly suppliers: readonly { readonly device: string; readonly link: string }[];
}

/** A device stays runtime-suspended through the cycle (direct_complete): no callbacks until complete. */
export interface DirectComplete {
  readonly kind: 'direct-complete';
  readonly time: number;
  readonly device: string;
}

/** What a simulated run tells: all that a log can, and what no log records. */
export type TraceEvent =
  | LogEvent
  | DriverCallback
  | DomainCallbackMark
  | DomainStatusMark
  | SleepDevice
  | DirectComplete;
