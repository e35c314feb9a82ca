/** A binary heap: the first of its values by an order is found at once, and any value is added or the first taken in log n steps. */
export class Heap<T> {
  readonly #values: T[] = [];
  readonly #isBefore: (one: T, other: T) => boolean;

  constructor(isBefore: (one: T, other: T) => boolean) {
    this.#isBefore = isBefore;
  }

  first(): T | undefined {
    return this.#values[0];
  }

  add(value: T): void {
    const values = this.#values;
    let at = values.push(value) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(value, values[above]!)) break;
      values[at] = values[above]!;
      at = above;
    }
    values[at] = value;
  }

  takeFirst(): T | undefined {
    const values = this.#values;
    const first = values[0];
    const last = values.pop();
    if (values.length > 0) this.#sink(last!);
    return first;
  }

  /** Puts a value in the place of the first one and lets it sink. */
  #sink(value: T): void {
    const values = this.#values;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= values.length) break;
      if (below + 1 < values.length && this.#isBefore(values[below + 1]!, values[below]!)) below++;
      if (!this.#isBefore(values[below]!, value)) break;
      values[at] = values[below]!;
      at = below;
    }
    values[at] = value;
  }
}
