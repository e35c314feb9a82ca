/**
 * What can be done with any plain data: copy it, write it down in one canonical way, compare it. Plain are undefined, booleans,
 * finite numbers, strings, arrays, typed arrays of numbers, and objects without a class, none of them inside itself.
 * Nothing here knows a World, so a field that a World gains is covered without a word.
 */

type PlainObject = Record<string, unknown>;
type NumberArray = readonly number[];

/** A typed array: a sequence of numbers like any other. */
function asNumbers(value: object): NumberArray | undefined {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? (value as unknown as NumberArray)
    : undefined;
}

function isPlainObject(value: object): value is PlainObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * A deep copy of plain data. Objects get their keys in order, so that copies of copies have one hidden class; an object
 * of many keys that is copied often wants {@link copyInto} on one that was made as the first was.
 */
export function clonePlain<T>(value: T): T {
  return typeof value === 'object' && value !== null ? (cloneObject(value) as T) : value;
}

function cloneObject(value: object): object {
  if (Array.isArray(value)) return cloneArray(value);
  if (ArrayBuffer.isView(value)) return (value as Int32Array).slice();
  return copyInto({}, value);
}

/** Copies the properties of an object deeply into another; `parts` copy some of them in a way of their own. */
export function copyInto<T extends object>(
  copy: object,
  value: T,
  parts: { readonly [K in keyof T]?: (part: T[K]) => T[K] } = {},
): T {
  const source = value as PlainObject;
  const target = copy as PlainObject;
  for (const key in source) {
    const part = source[key];
    if (typeof part !== 'object' || part === null) target[key] = part;
    else
      target[key] =
        (parts as unknown as Record<string, (part: object) => object>)[key]?.(part) ?? cloneObject(part);
  }
  return copy as T;
}

function cloneArray(values: readonly unknown[]): unknown[] {
  const copy = values.slice();
  for (let index = 0; index < copy.length; index++) {
    const part = copy[index];
    if (typeof part === 'object' && part !== null) copy[index] = cloneObject(part);
  }
  return copy;
}

/** Where something stands in plain data: keys from the outside in. */
export type DataPath = readonly (string | number)[];

/** Something that is not plain data, with its path; undefined where all is. */
export function notPlain(value: unknown): { readonly path: DataPath; readonly what: string } | undefined {
  const path: (string | number)[] = [];
  const what = firstNotPlain(value, path, new Set());
  return what === undefined ? undefined : { path, what };
}

/** `path` ends where the thing was found. */
function firstNotPlain(part: unknown, path: (string | number)[], open: Set<object>): string | undefined {
  if (part === undefined || typeof part === 'boolean' || typeof part === 'string') return undefined;
  if (typeof part === 'number') return Number.isFinite(part) ? undefined : `the number ${part}`;
  if (typeof part !== 'object') return `a ${typeof part}`;
  if (part === null) return 'null';
  if (open.has(part)) return 'an object inside itself';
  const numbers = Array.isArray(part) ? (part as unknown[]) : asNumbers(part);
  if (numbers === undefined && !isPlainObject(part)) return `a ${part.constructor?.name ?? 'class instance'}`;
  open.add(part);
  for (const [key, inner] of numbers?.entries() ?? Object.entries(part)) {
    path.push(key);
    const what = firstNotPlain(inner, path, open);
    if (what !== undefined) return what;
    path.pop();
  }
  open.delete(part);
  return undefined;
}

/**
 * Plain data as JSON text: keys sorted by code unit, no spaces, `null` for undefined. Two values have the same text exactly if
 * {@link plainDifferences} finds nothing between them. Throws a TypeError on what is not plain.
 */
export function canonicalText(value: unknown): string {
  const pieces: string[] = [];
  write(value, pieces);
  return pieces.join('');
}

function write(value: unknown, pieces: string[]): void {
  if (typeof value === 'object' && value !== null) writeObject(value, pieces);
  else pieces.push(scalarText(value));
}

function scalarText(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  // `+ 0` makes one of the two zeros.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value + 0);
  throw new TypeError(`not plain data: ${String(value)}`);
}

function writeObject(value: object, pieces: string[]): void {
  const numbers = asNumbers(value);
  if (Array.isArray(value) || numbers !== undefined) {
    pieces.push('[');
    for (const [index, part] of (numbers ?? (value as unknown[])).entries()) {
      if (index > 0) pieces.push(',');
      write(part, pieces);
    }
    pieces.push(']');
    return;
  }
  if (!isPlainObject(value)) throw new TypeError(`not plain data: a ${value.constructor.name}`);
  pieces.push('{');
  for (const [index, key] of Object.keys(value).sort().entries()) {
    pieces.push(index > 0 ? ',' : '', JSON.stringify(key), ':');
    write(value[key], pieces);
  }
  pieces.push('}');
}

/** Two values that differ at a path; undefined where one has nothing there. */
export interface PlainDifference {
  readonly path: DataPath;
  readonly first: unknown;
  readonly second: unknown;
}

/** Where two pieces of plain data differ, in the order of {@link canonicalText}; at most `limit` places. */
export function plainDifferences(
  first: unknown,
  second: unknown,
  limit = Number.POSITIVE_INFINITY,
): PlainDifference[] {
  const found: PlainDifference[] = [];
  const path: (string | number)[] = [];
  const compare = (a: unknown, b: unknown): void => {
    if (found.length >= limit || a === b) return;
    if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) {
      found.push({ path: [...path], first: a, second: b });
      return;
    }
    for (const key of keysOf(a, b)) {
      path.push(key);
      const parts = [(a as PlainObject)[key], (b as PlainObject)[key]];
      // An entry that is undefined differs from one that is not there.
      if (key in a === key in b) compare(parts[0], parts[1]);
      else found.push({ path: [...path], first: parts[0], second: parts[1] });
      path.pop();
    }
  };
  compare(first, second);
  return found;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Keys of either of two objects or arrays: indices ascending, or names sorted. */
function keysOf(a: object, b: object): (string | number)[] {
  if (Array.isArray(a) && Array.isArray(b)) {
    return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index);
  }
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}
