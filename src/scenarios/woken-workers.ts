/** Workers that were woken in the middle of their items, by their place among all that are to run. */
import { Heap } from './heap.ts';
import type { Thread, Woken } from './thread.ts';

export class WokenWorkers {
  /** Some are out of date: they have run since. */
  readonly #woken = new Heap<Woken>((one, other) => one.order < other.order);

  add(thread: Thread, order: number): void {
    this.#woken.add({ thread, order });
  }

  /** The one whose turn is next. */
  first(): Woken | undefined {
    for (;;) {
      const first = this.#woken.first();
      if (first === undefined || first.thread.woken?.order === first.order) return first;
      this.#woken.takeFirst();
    }
  }
}
