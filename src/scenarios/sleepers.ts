/**
 * Tasks that wait for a time, each by a timer of its own, which stands among those of devices: of all that are due at one moment, who
 * was set first fires first. A task looks up whenever a timer of a device or the delay of a callback ends, and sets its timer anew.
 */
import type { Wait } from '../core/task.ts';

type TimeWait = Wait & { readonly kind: 'time' };

/** A timer that has fired: whose, and how many timers of devices had been set before it. */
export interface Fired<T> {
  readonly thread: T;
  readonly timersSet: number;
}

interface Sleeper<T> {
  readonly thread: T;
  readonly wait: TimeWait;
  /** When it looks up, and how many timers of devices were set before its own; undefined until the clock is to move. */
  armed: { readonly wake: number; readonly timersSet: number } | undefined;
}

export class Sleepers<T extends { wait: Wait | undefined }> {
  /** In the order in which their timers were set. */
  #sleepers: Sleeper<T>[] = [];

  add(thread: T, wait: TimeWait): void {
    this.#sleepers.push({ thread, wait, armed: undefined });
  }

  /**
   * The next time at which one of them, or a timer of a device (`timer`), ends a wait, Infinity if none will. `timersSet` is the
   * number of those timers set so far.
   */
  moveTo(timer: number, timersSet: number): number {
    this.#sleepers = this.#sleepers.filter(({ thread, wait }) => thread.wait === wait);
    const until = ({ wait }: Sleeper<T>) => wait.until;
    const next = Math.min(timer, ...this.#sleepers.map(until));
    const delay = Math.min(...this.#sleepers.filter(({ wait }) => wait.delay === true).map(until));
    // Who looks up before for a timer that has been taken away since sets its own anew.
    const early = this.#sleepers.filter(({ armed }) => armed !== undefined && armed.wake < next);
    early.sort((one, other) => one.armed!.wake - other.armed!.wake);
    this.#setAnew(early);
    for (const sleeper of this.#sleepers)
      sleeper.armed ??= { wake: Math.min(sleeper.wait.until, delay, timer), timersSet };
    return next;
  }

  #setAnew(sleepers: readonly Sleeper<T>[]): void {
    for (const sleeper of sleepers) sleeper.armed = undefined;
    if (sleepers.length > 0)
      this.#sleepers = [...this.#sleepers.filter(({ armed }) => armed !== undefined), ...sleepers];
  }

  /** Those whose time has come, in the order in which their timers fire; they are no longer here. */
  takeDue(now: number): Fired<T>[] {
    const fired = this.#sleepers.filter(({ armed }) => armed!.wake <= now);
    const due = fired.filter(({ wait }) => wait.until <= now);
    const fires = due.map(({ thread, armed }) => ({ thread, timersSet: armed!.timersSet }));
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    this.#setAnew(fired.filter((sleeper) => !due.includes(sleeper)));
    return fires;
  }
}
