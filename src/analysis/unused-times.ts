/** Times in which a device was active while nothing used it, and what kept it so (drivers/base/power/runtime.c). */
import type { RuntimePmEvent } from '../core/trace.ts';
import { errorText } from './errno-names.ts';
import type { RuntimeCall } from './runtime-calls.ts';
import { momentText, type RuntimeDraft } from './runtime-draft.ts';
import type { LogMoment, RuntimeStatus } from './runtime-status.ts';
import { milliseconds } from './wait-text.ts';

/** An unused time is worth telling from this many microseconds on. */
const LONG = 1_000_000;

/** RPM_AUTO (include/linux/pm_runtime.h). */
const RPM_AUTO = 8;

const [EPERM, EAGAIN, EACCES, EBUSY, EINVAL, EINPROGRESS] = [-1, -11, -13, -16, -22, -115];
/** Results of runtime PM calls that say nothing of the device's own callbacks. */
const REFUSALS: readonly number[] = [EPERM, EAGAIN, EACCES, EBUSY, EINVAL, EINPROGRESS];

/** What an attempt to suspend came to. */
interface Attempt extends LogMoment {
  readonly event: RuntimeCall['event'];
  /** 0 here means that a timer runs. */
  readonly result: number;
  readonly disableDepth: number;
}

/** Follows one device. */
export class UnusedTimes {
  /** When it was seen unused last, active or not; undefined while it is used. */
  unusedSince: LogMoment | undefined;
  #isActive = false;
  /** Of the present unused time as an active device. */
  #since: LogMoment | undefined;
  #attempt: Attempt | undefined;
  /** The first callback that failed: nothing suspends or resumes the device after it. */
  #failed: Attempt | undefined;
  #disableDepth = 0;
  /** The longest time, in microseconds, after which it was suspended: its autosuspend delay, as far as the log tells. */
  #longestWait = 0;
  #longest: { since: LogMoment; took: number; attempt: Attempt | undefined } | undefined;
  #times = 0;
  #total = 0;

  /** Nothing of what was before counts any more. */
  forget(): void {
    this.#isActive = false;
    this.#since = undefined;
    this.unusedSince = undefined;
  }

  /** Takes the next event of the device, with the status that holds from it on if that is new. */
  push(
    event: RuntimePmEvent,
    moment: LogMoment,
    status: RuntimeStatus | undefined,
    returned: RuntimeCall | undefined,
  ): void {
    if (event.usage !== undefined) {
      this.#disableDepth = event.disableDepth ?? 0;
      if (event.usage !== 0 || (event.childCount ?? 0) !== 0) this.#used(event, moment);
      else this.#unused(moment);
    }
    if (event.event === 'return' && returned !== undefined)
      this.#returned(event.result ?? 0, moment, returned);
    if (status !== undefined) this.#enter(status, moment);
  }

  #used(event: RuntimePmEvent, moment: LogMoment): void {
    // Only a get ends a time that was unused until now; another count was taken at a moment that is not known.
    if (event.event === 'resume' && event.usage === 1 && (event.childCount ?? 0) === 0) this.#close(moment);
    this.#since = undefined;
    this.unusedSince = undefined;
  }

  #unused(moment: LogMoment): void {
    if (this.unusedSince !== undefined) return;
    this.unusedSince = moment;
    this.#attempt = undefined;
    if (this.#isActive) this.#since = moment;
  }

  #enter(status: RuntimeStatus, moment: LogMoment): void {
    if (status !== 'active' && this.#since !== undefined) {
      this.#longestWait = Math.max(this.#longestWait, moment.time - this.#since.time || 0);
      this.#since = undefined;
    }
    this.#isActive = status === 'active';
    if (this.#isActive && this.unusedSince !== undefined) this.#since ??= moment;
  }

  #returned(result: number, moment: LogMoment, { event, flags }: RuntimeCall): void {
    const attempt = { ...moment, event, result, disableDepth: this.#disableDepth };
    if (result < 0 && event !== 'idle' && !REFUSALS.includes(result)) this.#failed ??= attempt;
    if (this.#since === undefined || event === 'resume') return;
    const isTimer = result === 0 && event === 'suspend' && (flags & RPM_AUTO) !== 0;
    if (isTimer || (result < 0 && result !== EINPROGRESS)) this.#attempt = attempt;
  }

  #close({ time }: LogMoment): void {
    const since = this.#since;
    this.#since = undefined;
    if (since === undefined) return;
    const took = time - since.time;
    const isTimer = this.#attempt?.result === 0;
    if (isTimer || !(took >= LONG && took > 2 * this.#longestWait)) return;
    this.#times++;
    this.#total += took;
    if (this.#longest === undefined || took > this.#longest.took)
      this.#longest = { since, took, attempt: this.#attempt };
  }

  #why(attempt: Attempt | undefined): string {
    if (attempt === undefined)
      return 'nothing asked it to suspend: its count was dropped without an idle request (pm_runtime_put_noidle()), or it was resumed without a count';
    const returned = `${momentText(attempt)}: rpm_${attempt.event} returned ${errorText(attempt.result)}`;
    switch (attempt.result) {
      case EPERM:
        return `${returned}: its PM QoS resume latency is 0, by a driver's request or in power/pm_qos_resume_latency_us`;
      case EACCES:
        return `${returned}: runtime PM is disabled (depth ${attempt.disableDepth})`;
      case EINVAL:
        return this.#failed === undefined
          ? `${returned}: an earlier error stopped its runtime PM, or its callback returned this`
          : `${returned}: it is stopped since rpm_${this.#failed.event} returned ${errorText(this.#failed.result)} at ${momentText(this.#failed)}`;
      default:
        return `${returned}: its runtime_${attempt.event === 'idle' ? 'idle' : 'suspend'} callback refused`;
    }
  }

  /** What is wrong with the device when the log ends. */
  finding(device: string, end: LogMoment): RuntimeDraft | undefined {
    const last = this.#since;
    this.#close(end);
    const longest = this.#longest;
    if (longest === undefined) return undefined;
    const until = longest.since === last ? ' until the end of the log' : '';
    const often =
      this.#times === 1 ? '' : `; ${this.#times} such times, ${milliseconds(this.#total)} together`;
    return {
      rule: 'active-without-use',
      devices: [device],
      message: `active for ${milliseconds(longest.took)}${until} with usage count 0 and no active child${often}`,
      at: longest.since,
      evidence: [this.#why(longest.attempt)],
    };
  }
}
