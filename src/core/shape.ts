/**
 * Shapes of plain data that came from outside: each takes an unknown value and returns it as what it is, built anew from the
 * keys that are known, or throws a {@link ShapeFault}. Like zod's schemas, in the few words that core needs.
 */

/** What is wrong with a value, and where in it: keys from the outside in. */
export class ShapeFault extends Error {
  readonly path: (string | number)[] = [];
}

function fault(what: string): never {
  throw new ShapeFault(what);
}

/** Names a value without repeating all of it. */
function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return value === null ? 'nothing' : 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
}

export type Shape<T> = (value: unknown) => T;

/** A property that may be absent. */
interface OptionalShape<T> {
  readonly optional: Shape<T>;
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { optional: shape };
}

export const flag: Shape<boolean> = (value) =>
  typeof value === 'boolean' ? value : fault(`${nameOf(value)} is not true or false`);

export const text: Shape<string> = (value) =>
  typeof value === 'string' ? value : fault(`${nameOf(value)} is not a text`);

/** A whole number in a range. */
export function whole(least: number, most: number): Shape<number> {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : fault(`${nameOf(value)} is not a whole number from ${least} to ${most}`);
}

export function oneOf<T extends string>(...words: readonly T[]): Shape<T> {
  return (value) =>
    words.find((word) => word === value) ?? fault(`${nameOf(value)} is not one of ${words.join(', ')}`);
}

/** Undefined, which stands as null. */
export function maybe<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === null || value === undefined ? undefined : shape(value));
}

function within<T>(key: string | number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ShapeFault) error.path.unshift(key);
    throw error;
  }
}

export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return fault(`${nameOf(value)} is not a list`);
    return value.map((part: unknown, index) => within(index, () => shape(part)));
  };
}

/** A list that is empty, as what would be in it belongs to a task and not to what is saved. */
export function none<T>(what: string): Shape<T[]> {
  return (value) =>
    Array.isArray(value) && value.length === 0 ? [] : fault(`${what} is not part of a World at rest`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Shapes of all properties of a T: a property that is added to T is missing here until it is described. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalShape<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};

/**
 * An object with exactly these properties. `blank` makes one to fill that has them all: an object of many properties is fast, and
 * small, only if they were there from the start.
 */
export function object<T>(fields: Fields<T>, blank: () => object = () => ({})): Shape<T> {
  const known = Object.entries(fields) as [string, Shape<unknown> | OptionalShape<unknown>][];
  return (value) => {
    if (!isRecord(value)) return fault(`${nameOf(value)} is not an object`);
    const result = blank() as Record<string, unknown>;
    for (const [key, shape] of known) {
      const isThere = Object.hasOwn(value, key);
      if (typeof shape === 'function') {
        if (!isThere) fault(`${key} is missing`);
        result[key] = within(key, () => shape(value[key]));
      } else if (isThere) {
        result[key] = within(key, () => shape.optional(value[key]));
      }
    }
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
    if (unknown !== undefined) fault(`the key ${nameOf(unknown)} is not expected`);
    return result as T;
  };
}

/** One of several objects, told apart by a property. */
export function tagged<T, K extends keyof T & string>(
  tag: K,
  shapes: Readonly<Record<T[K] & string, Shape<T>>>,
): Shape<T> {
  return (value) => {
    if (!isRecord(value)) return fault(`${nameOf(value)} is not an object`);
    const word = Object.hasOwn(value, tag) ? value[tag] : undefined;
    const shape =
      typeof word === 'string' && Object.hasOwn(shapes, word) ? shapes[word as T[K] & string] : undefined;
    return shape === undefined
      ? fault(`${tag} ${nameOf(word)} is not one of ${Object.keys(shapes).join(', ')}`)
      : shape(value);
  };
}

/** Most things of one kind; every loop over a count is bounded by it. */
export const MOST = 10_000_000;
const INT = 2 ** 31 - 1;

/** An index into an array of the World; whether there is something is asked later. */
export const id = whole(0, MOST);
/** The same, or -1 for none. */
export const idOrNone = whole(-1, MOST);
export const count = whole(0, MOST);
/** A C int. */
export const int = whole(-INT - 1, INT);
/** Ticks of the clock, 0 for never; with as many ahead as lie behind, since a clock that cannot count on never comes to its timers. */
export const time = whole(0, 2 ** 52);
export const ids = list(id);

/** An object that has a kind and nothing else. */
export function bare<K extends string>(kind: K): Shape<{ readonly kind: K }> {
  return object<{ readonly kind: K }>({ kind: oneOf(kind) } as never);
}
