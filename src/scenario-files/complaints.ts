/** What is wrong with a scenario, gathered so that all of it is said at once. */
import { escaped, InputError, type Place } from '../core/diagnostic.ts';

/** Keys and indices from the top of a scenario to a value in it. */
export type KeyPath = readonly (string | number)[];

/** Where a value stands: line and column in a text, the key path in an object. `key`: where its key stands. */
export type PlaceOf = (path: KeyPath, key?: boolean) => Place;

/** Complaints past this one are left out. */
export const MOST_COMPLAINTS = 20;

/** Places of an object that no text was read for: key paths. */
export function placesByPath(input: string): PlaceOf {
  return (path) => (path.length === 0 ? { input } : { input, path: path.join('.') });
}

/** By line, then column; what has no line stays where it is. */
function byPlace(a: InputError, b: InputError): number {
  return (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0);
}

/** Gathers complaints, to throw them together. */
export class Complaints {
  readonly placeOf: PlaceOf;
  readonly #errors: InputError[] = [];

  constructor(placeOf: PlaceOf) {
    this.placeOf = placeOf;
  }

  /** What is added now would be left out. */
  get isFull(): boolean {
    return this.#errors.length >= MOST_COMPLAINTS;
  }

  /** How many there are: whether one has come since. */
  get count(): number {
    return this.#errors.length;
  }

  /** `hint` may be one to think of when it is needed; `key`: the complaint is about the key that leads to the value. */
  add(path: KeyPath, what: string, hint?: string | (() => string), key = false): void {
    if (this.isFull) return;
    const text = typeof hint === 'function' ? hint() : hint;
    this.#errors.push(
      new InputError('scenario', this.placeOf(path, key), escaped(what), text && escaped(text)),
    );
  }

  /** Throws all that were gathered, the first one carrying the others. */
  throwIfAny(): void {
    const [first, ...others] = this.#errors.sort(byPlace);
    if (first !== undefined) throw InputError.withOthers(first, others);
  }
}
