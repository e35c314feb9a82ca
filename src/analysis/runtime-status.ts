/**
 * The runtime PM status of a device, as a trace lets one know it: from rpm_status where the kernel has that event (6.9 and
 * later), else from what rpm_resume() and rpm_suspend() returned (drivers/base/power/runtime.c).
 */
import type { RuntimePmEvent } from '../core/trace.ts';
import type { RuntimeCall } from './runtime-calls.ts';

export type RuntimeStatus = 'active' | 'suspending' | 'suspended' | 'resuming';

/** A moment of a log. */
export interface LogMoment {
  /** Microseconds; NaN where the line has no stamp. */
  readonly time: number;
  readonly line: number;
}

/** A device has been suspended and was resumed: four moments of one way down and up. */
export interface Rest {
  readonly down: LogMoment;
  readonly asleep: LogMoment;
  readonly up: LogMoment;
  readonly awake: LogMoment;
}

/** What an event says of the status. */
export interface StatusNews {
  /** The status from here on; absent if this event does not change it. */
  readonly status?: RuntimeStatus;
  /** What is known by this event of the time before it: the device was suspended up to here. */
  readonly wasSuspended?: boolean;
  /** A rest that has ended with this event. */
  readonly rest?: Rest;
}

const STATUS: Readonly<Record<string, RuntimeStatus>> = {
  RPM_ACTIVE: 'active',
  RPM_SUSPENDING: 'suspending',
  RPM_SUSPENDED: 'suspended',
  RPM_RESUMING: 'resuming',
};

const NOTHING: StatusNews = {};

/** Bits of the flags of runtime PM calls (include/linux/pm_runtime.h). */
const RPM_ASYNC = 1;
const RPM_AUTO = 8;

/** Follows one device. */
export class StatusFollower {
  /** The last status that is certain; undefined where none is. */
  status: RuntimeStatus | undefined;
  #hasStatusEvents = false;
  #down: LogMoment | undefined;
  #asleep: LogMoment | undefined;
  #up: LogMoment | undefined;

  /** Nothing of what was before counts any more: system sleep changes the status without events. */
  forget(): void {
    this.status = undefined;
    this.#down = undefined;
    this.#asleep = undefined;
    this.#up = undefined;
  }

  /** Takes the next event of the device; `call` is the call of it that a `return` ends. */
  push(event: RuntimePmEvent, moment: LogMoment, call: RuntimeCall | undefined): StatusNews {
    if (event.event === 'status') {
      const status = STATUS[event.status ?? ''];
      if (status === undefined) return NOTHING;
      this.#hasStatusEvents = true;
      return this.#enter(status, moment);
    }
    if (this.#hasStatusEvents || event.event !== 'return' || call === undefined) return NOTHING;
    return call.event === 'resume'
      ? this.#resumed(event.result, call, moment)
      : call.event === 'suspend'
        ? this.#suspended(event.result, call, moment)
        : NOTHING;
  }

  #enter(status: RuntimeStatus, moment: LogMoment): StatusNews {
    const before = this.status;
    this.status = status;
    if (status === 'suspending') {
      this.#down = moment;
      this.#asleep = undefined;
    } else if (status === 'suspended') {
      // A resume that failed is still the same rest.
      if (before !== 'resuming') this.#asleep = moment;
      if (before !== 'suspending' && before !== 'resuming') this.#down = moment;
      this.#up = undefined;
    } else if (status === 'resuming') {
      this.#up = moment;
      return { status, wasSuspended: before !== 'active' };
    } else {
      // A device without callbacks goes from suspended to active at once.
      const up = this.#up ?? (before === 'suspended' ? moment : undefined);
      const news: StatusNews =
        before === undefined || before === 'suspending'
          ? { status }
          : { status, wasSuspended: true, ...this.#restUntil(up, moment) };
      this.#down = undefined;
      this.#asleep = undefined;
      this.#up = undefined;
      return news;
    }
    return { status };
  }

  #restUntil(up: LogMoment | undefined, awake: LogMoment): Pick<StatusNews, 'rest'> {
    if (this.#down === undefined || this.#asleep === undefined || up === undefined) return {};
    return { rest: { down: this.#down, asleep: this.#asleep, up, awake } };
  }

  /** rpm_resume() gave 1 if the device was active; 0 from a call that does not only queue work means that it has been resumed. */
  #resumed(result: number | undefined, call: RuntimeCall, moment: LogMoment): StatusNews {
    if (result === 1) {
      this.#asleep = undefined;
      this.status = 'active';
      return { status: 'active' };
    }
    if (result !== 0 || (call.flags & RPM_ASYNC) !== 0) return NOTHING;
    this.status = 'active';
    const rest = this.#restUntil(call, moment);
    this.#asleep = undefined;
    return { status: 'active', wasSuspended: true, ...rest };
  }

  /**
   * rpm_suspend() gave 1 if the device was suspended, 0 if it is now or, with RPM_AUTO, if a timer runs: which of the two is told by
   * the resume that follows.
   */
  #suspended(result: number | undefined, call: RuntimeCall, moment: LogMoment): StatusNews {
    if ((result !== 0 && result !== 1) || (call.flags & RPM_ASYNC) !== 0) return NOTHING;
    if (result === 0) {
      this.#down = call;
      this.#asleep = moment;
    }
    const status = result === 1 || (call.flags & RPM_AUTO) === 0 || call.notified ? 'suspended' : undefined;
    this.status = status;
    return status === undefined ? NOTHING : { status };
  }
}
