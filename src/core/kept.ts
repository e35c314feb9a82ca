/**
 * What a task keeps in its own variables. Where a task stands and what it keeps is no part of the World; an exploration
 * (explore/state-hash.ts) knows it from the calls that the task has made, the answers to them, and what the task says here. So whatever a
 * task reads from the World, or is told by another task, and still needs behind a later call or wait goes through
 * {@link keep}. test/explore/kept.test.ts finds what does not.
 */
type Listener = (value: Kept) => void;

/** Ids, numbers, words, switches: things of the World are kept by their ids. */
export type Kept = number | string | boolean | undefined;

let listener: Listener | undefined;

/** Returns the value. */
export function keep<T extends Kept>(value: T): T {
  if (listener !== undefined) listener(value);
  return value;
}

/** The same for several: a list that a task goes through. */
export function keepAll<T extends Kept>(values: readonly T[]): readonly T[] {
  if (listener !== undefined) {
    listener(values.length);
    for (const value of values) listener(value);
  }
  return values;
}

/** Runs a task on while `told` is told what it keeps. */
export function listening<T>(told: Listener, run: () => T): T {
  const before = listener;
  listener = told;
  try {
    return run();
  } finally {
    listener = before;
  }
}
