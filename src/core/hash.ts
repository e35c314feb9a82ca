/**
 * Hashes of plain data, 64 bits in two halves: fast, the same everywhere, and no protection against somebody who looks for
 * collisions. Among n values that differ, any two are taken for one with a chance below n^2 / 2^65. The order of an object's keys does
 * not count.
 */

/** Halves of the hash last computed; a pair of numbers returned from each call would cost more than the hash. */
export let high = 0;
export let low = 0;

/** Mixes two numbers of 32 bits into the next hash. */
export function hashPair(a: number, b: number): void {
  let x = Math.imul(a ^ (b >>> 15), 0x85ebca6b);
  let y = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
  x ^= y >>> 16;
  y = Math.imul(y ^ (x >>> 14), 0x27d4eb2f);
  x = Math.imul(x ^ (y >>> 15), 0x9e3779b1);
  high = x ^ (x >>> 13);
  low = y ^ (y >>> 16);
}

export function hashNumber(value: number): void {
  if ((value | 0) === value) hashPair(value ^ 0x2545f491, value + 0x6d2b79f5);
  else
    hashPair(
      (value % 2 ** 32) ^ 0x1b56c4e9,
      Math.floor(value / 2 ** 32) + Math.imul((value * 1024) % 2 ** 32, 31),
    );
}

/** Hashes of texts that occur again and again: keys, names, words for states. */
const texts = new Map<string, readonly [number, number]>();
const TEXTS_KEPT = 10_000;

export function hashText(value: string): void {
  const known = texts.get(value);
  if (known !== undefined) {
    high = known[0];
    low = known[1];
    return;
  }
  let a = 0x811c9dc5 ^ value.length;
  let b = 0x01000193;
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b + code, 0x5bd1e995) ^ (b >>> 15);
  }
  hashPair(a, b);
  if (texts.size < TEXTS_KEPT) texts.set(value, [high, low]);
}

/** Hashes one value into {@link high} and {@link low}. */
export type Hasher<View> = (value: unknown, view: View) => void;

/** Any plain data. */
export function hashAny(value: unknown): void {
  switch (typeof value) {
    case 'number':
      hashNumber(value);
      return;
    case 'string':
      hashText(value);
      return;
    case 'boolean':
      hashPair(value ? 0x3c6ef372 : 0x0a54ff53, 1);
      return;
    case 'undefined':
      hashPair(0x510e527f, 2);
      return;
    default:
      if (Array.isArray(value)) hashList(value, undefined, hashAny);
      else if (ArrayBuffer.isView(value)) hashList(value as Int32Array, undefined, hashAny);
      else hashFields(value as object, undefined, anyFields);
  }
}

/** A sequence, each entry hashed by `entry`. */
export function hashList<View>(values: ArrayLike<unknown>, view: View, entry: Hasher<View>): void {
  let a = values.length;
  let b = 0x1f83d9ab;
  for (let index = 0; index < values.length; index++) {
    entry(values[index], view);
    a = Math.imul(a ^ high, 0x85ebca6b) ^ (a >>> 17);
    b = Math.imul(b + low, 0xcc9e2d51) ^ (b >>> 15);
  }
  hashPair(a, b);
}

/** Keys of one kind of object in the order in which they were last seen, with their hashes and what hashes their values. */
interface Fields<View> {
  readonly rules: Readonly<Record<string, Hasher<View>>>;
  readonly keys: string[];
  readonly highs: number[];
  readonly lows: number[];
  readonly hashers: Hasher<View>[];
}

function learn<View>(fields: Fields<View>, index: number, key: string): void {
  hashText(key);
  fields.keys[index] = key;
  fields.highs[index] = high;
  fields.lows[index] = low;
  fields.hashers[index] = Object.hasOwn(fields.rules, key) ? fields.rules[key]! : hashAny;
}

/** The sum over the properties, which does not depend on their order. */
function hashFields<View>(value: object, view: View, fields: Fields<View>): void {
  let a = 0;
  let b = 0;
  let index = 0;
  for (const key in value) {
    if (fields.keys[index] !== key) learn(fields, index, key);
    const hasher = fields.hashers[index]!;
    const keyHigh = fields.highs[index]!;
    const keyLow = fields.lows[index]!;
    index++;
    if (hasher === leftOut) continue;
    const part = (value as Record<string, unknown>)[key];
    // Most are small numbers, switches and words: they are mixed with their keys at once.
    if (hasher !== hashAny) {
      hasher(part, view);
      hashPair(high ^ keyHigh, low + keyLow);
    } else if (typeof part === 'number' && (part | 0) === part) {
      hashPair(part ^ keyHigh, part + keyLow);
    } else if (typeof part === 'boolean') {
      hashPair(part ? ~keyHigh : keyHigh, keyLow ^ 0x3c6ef372);
    } else {
      hashAny(part);
      hashPair(high ^ keyHigh, low + keyLow);
    }
    a = (a + high) | 0;
    b = (b + low) | 0;
  }
  hashPair(a ^ 0x5be0cd19, b);
}

/** What does not count. */
export function leftOut(): void {
  hashPair(0, 0);
}

function fieldsOf<View>(rules: Readonly<Record<string, Hasher<View>>>): Fields<View> {
  return { rules, keys: [], highs: [], lows: [], hashers: [] };
}

const anyFields = fieldsOf<undefined>({});

/** A hasher of objects, or of undefined, with what some of their properties mean; the others count with their values. */
export function record<View>(rules: Readonly<Record<string, Hasher<View>>>): Hasher<View> {
  const fields = fieldsOf(rules);
  return (value, view) => {
    if (value === undefined) hashAny(value);
    else hashFields(value as object, view, fields);
  };
}

/** A hasher of sequences. */
export function each<View>(entry: Hasher<View>): Hasher<View> {
  return (values, view) => hashList(values as readonly unknown[], view, entry);
}

/** A hasher of sequences whose order means nothing. */
export function bag<View>(entry: Hasher<View>): Hasher<View> {
  return (values, view) => {
    let a = 0x243f6a88;
    let b = 0x13198a2e;
    for (const value of values as readonly unknown[]) {
      entry(value, view);
      a = (a + high) | 0;
      b = (b + low) | 0;
    }
    hashPair(a, b);
  };
}

/** A hasher of objects that never change: each is hashed once. */
export function once(hasher: (value: object) => void): (value: unknown) => void {
  const known = new WeakMap<object, readonly [number, number]>();
  return (value) => {
    let hash = known.get(value as object);
    if (hash === undefined) {
      hasher(value as object);
      hash = [high, low];
      known.set(value as object, hash);
    }
    high = hash[0];
    low = hash[1];
  };
}
