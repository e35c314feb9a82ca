/**
 * Tasks that wait for a time, each by a timer of its own, which stands among those of devices: of all that are due at one moment, who
 * was set first fires first. A task looks up whenever a timer of a device or the delay of a callback ends, and sets its timer anew.
 */
import type { Wait } from '../core/task.ts';

type TimeWait = Wait & { readonly kind: 'time' };

/** A timer that has fired: whose, how many timers of devices had been set before it, and whether that was what the task waited for. */
export interface Fired<T> {
  readonly thread: T;
  readonly timersSet: number;
  readonly due: boolean;
}

interface Sleeper<T> {
  readonly thread: T;
  readonly wait: TimeWait;
  /** When it looks up, and how many timers of devices were set before its own; undefined until the clock is to move. */
  armed: { readonly wake: number; readonly timersSet: number } | undefined;
  /** Its turn among all that were woken when it looked up (nextOrder of wake-up.ts); 0 once the clock is to move. */
  turn: number;
}

export class Sleepers<T extends { wait: Wait | undefined }> {
  /** In the order in which their timers were set. */
  #sleepers: Sleeper<T>[] = [];

  /** A task that begins to wait in its turn: it sets its timer before those that look up in a later one. */
  add(thread: T, wait: TimeWait, turn: number): void {
    let at = this.#sleepers.length;
    while (at > 0 && this.#sleepers[at - 1]!.turn > turn) at--;
    this.#sleepers.splice(at, 0, { thread, wait, armed: undefined, turn: 0 });
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
    for (const sleeper of this.#sleepers) {
      sleeper.armed ??= { wake: Math.min(sleeper.wait.until, delay, timer), timersSet };
      sleeper.turn = 0;
    }
    return next;
  }

  #setAnew(sleepers: readonly Sleeper<T>[]): void {
    for (const sleeper of sleepers) sleeper.armed = undefined;
    if (sleepers.length > 0)
      this.#sleepers = [...this.#sleepers.filter((one) => !sleepers.includes(one)), ...sleepers];
  }

  /** Those whose timers fire now, in that order; who waits for no more is no longer here. `turnOf` is told of each, and gives its turn. */
  fire(now: number, turnOf: (fired: Fired<T>) => number): void {
    const fired = this.#sleepers.filter(({ armed }) => armed!.wake <= now);
    const isDue = ({ wait }: Sleeper<T>) => wait.until <= now;
    this.#sleepers = this.#sleepers.filter((sleeper) => !fired.includes(sleeper) || !isDue(sleeper));
    for (const sleeper of fired) {
      const { thread, armed } = sleeper;
      sleeper.turn = turnOf({ thread, timersSet: armed!.timersSet, due: isDue(sleeper) });
    }
    this.#setAnew(fired.filter((sleeper) => !isDue(sleeper)));
  }
}
