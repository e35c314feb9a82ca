/**
 * Who holds usage counts of devices, by the counts that runtime PM events show (include/trace/events/rpm.h). An event shows the count as it
 * is after the get or put that it belongs to; calls that leave no event (pm_runtime_get_noresume(), pm_runtime_put_noidle(), the
 * release of a supplier) show in the next event of the device.
 */
import type { RuntimePmEvent } from '../core/trace.ts';
import type { NestedEvent } from './runtime-calls.ts';
import type { LogMoment } from './runtime-status.ts';

/** One or more counts that were taken together. */
export interface UsageHold extends LogMoment {
  readonly count: number;
  /** `pm_runtime_get()` and its kin; `unseen`: a call that leaves no event. */
  readonly by: 'get' | 'unseen';
  readonly task?: number;
  readonly taskName?: string;
  /** The device in whose resume it was taken: the core holds a parent or a supplier for it. */
  readonly forDevice?: string;
  /** What the resume of a get returned, where it failed: the count is kept nevertheless. */
  readonly error?: number;
}

type OpenHold = { -readonly [K in keyof UsageHold]: UsageHold[K] };

/** Bits of the flags of runtime PM calls (include/linux/pm_runtime.h). */
const RPM_GET_PUT = 4;

/** Holds of a device that are told apart; of more, the first ones are one. */
const HOLD_LIMIT = 64;

/** The counts of one device. */
export class UsageHolds {
  /** The count that was there when the log began, as far as it has not been given back; undefined before the first event. */
  base: number | undefined;
  /** Taken since, the oldest first. */
  readonly open: OpenHold[] = [];
  /** The longest time, in microseconds, for which a hold that has ended lasted; NaN while none has. */
  longest = Number.NaN;
  /** The last event that showed a count. */
  last: LogMoment | undefined;
  #level = 0;

  /** The count of the last event, without the one that a user's `on` in power/control takes. */
  get level(): number {
    return (this.base ?? 0) + this.#level;
  }

  /** Takes the next event of the device. */
  push(event: RuntimePmEvent, moment: LogMoment, nested: NestedEvent): void {
    if (event.event === 'return') this.#returned(event.result, nested);
    if (event.usage === undefined) return;
    // pm_runtime_forbid() holds a count, for as long as power/control is `on`.
    const usage = event.usage - (event.runtimeAuto === 0 ? 1 : 0);
    const counts = ((event.flags ?? 0) & RPM_GET_PUT) !== 0;
    this.last = moment;
    if (event.event === 'resume' && counts) {
      this.#settle(usage - 1, event, moment, nested);
      this.#take(1, 'get', event, moment, nested);
    } else if (event.event === 'usage' && counts) {
      this.#settle(usage + 1, event, moment, nested);
      this.#release(1, moment, event.task);
    } else if (event.event === 'usage' && this.base !== undefined && usage === this.level + 1) {
      // pm_runtime_get_if_active() and pm_runtime_get_if_in_use().
      this.#take(1, 'get', event, moment, nested);
    } else {
      // rpm_idle() goes on as rpm_suspend() with the same flags, so a put may show twice.
      this.#settle(usage, event, moment, nested, counts ? event.task : undefined);
    }
  }

  /** Brings the count to what it must have been. */
  #settle(usage: number, event: RuntimePmEvent, moment: LogMoment, nested: NestedEvent, task?: number): void {
    if (this.base === undefined) {
      this.base = usage;
      // The put of this event gave back what was there before the log.
      return;
    }
    const missing = usage - this.level;
    if (missing > 0) this.#take(missing, 'unseen', event, moment, nested);
    else if (missing < 0) this.#release(-missing, moment, task);
  }

  #take(
    count: number,
    by: UsageHold['by'],
    event: RuntimePmEvent,
    moment: LogMoment,
    { inside }: NestedEvent,
  ): void {
    const hold: OpenHold = { ...moment, count, by };
    // What left no event was not taken by the task that shows it, unless it resumes a device of which this is a superior.
    if (by === 'get' && event.task !== undefined) hold.task = event.task;
    if (by === 'get' && event.taskName !== undefined) hold.taskName = event.taskName;
    if (inside?.event === 'resume' && event.event === 'resume') hold.forDevice = inside.device;
    this.#level += count;
    if (this.open.length < HOLD_LIMIT) this.open.push(hold);
    else this.open.at(-1)!.count += count;
  }

  #release(count: number, { time }: LogMoment, task: number | undefined): void {
    let left = count;
    while (left > 0 && this.open.length > 0) {
      const at = this.#likeliest(task);
      const hold = this.open[at]!;
      const given = Math.min(left, hold.count);
      hold.count -= given;
      this.#level -= given;
      left -= given;
      if (hold.count > 0) continue;
      this.open.splice(at, 1);
      const held = time - hold.time;
      if (held >= 0) this.longest = Number.isNaN(this.longest) ? held : Math.max(this.longest, held);
    }
    if (left > 0 && this.base !== undefined) this.base -= left;
  }

  /**
   * Which hold a put gives back: the newest of its task, else the newest get; for a put that left no event, the newest that the core or
   * an unseen call took.
   */
  #likeliest(task: number | undefined): number {
    const newest = (isIt: (hold: UsageHold) => boolean) => this.open.findLastIndex(isIt);
    const own =
      task === undefined ? -1 : newest((hold) => hold.task === task && hold.forDevice === undefined);
    if (own >= 0) return own;
    const other = newest((hold) =>
      task === undefined ? hold.by === 'unseen' || hold.forDevice !== undefined : hold.by === 'get',
    );
    return other >= 0 ? other : this.open.length - 1;
  }

  /** The get that failed keeps its count. */
  #returned(result: number | undefined, { returned }: NestedEvent): void {
    if (result === undefined || result >= 0 || returned?.event !== 'resume') return;
    if ((returned.flags & RPM_GET_PUT) === 0) return;
    const hold = this.open.findLast(({ line, by }) => by === 'get' && line === returned.line);
    if (hold !== undefined) hold.error = result;
  }
}
