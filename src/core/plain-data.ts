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

/** A deep copy of plain data. Objects get their keys in order, so that copies of copies have one hidden class. */
export function clonePlain<T>(value: T): T {
  return typeof value === 'object' && value !== null ? (cloneObject(value) as T) : value;
}

function cloneObject(value: object): object {
  if (Array.isArray(value)) return cloneArray(value);
  if (ArrayBuffer.isView(value)) return (value as Int32Array).slice();
  const source = value as PlainObject;
  const copy: PlainObject = {};
  for (const key in source) {
    const part = clonePlain(source[key]);
    if (key === '__proto__') Object.defineProperty(copy, key, { ...ORDINARY, value: part });
    else copy[key] = part;
  }
  return copy;
}

/** A property like any other, for a name that an assignment takes for something else. */
const ORDINARY = { configurable: true, enumerable: true, writable: true };

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
  return textOf(value, new Map());
}

/** Keys of objects of one kind in the order in which such objects have them, and sorted, each with the text in front of its value. */
interface Form {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  readonly heads: readonly string[];
}

/** The form of an object that has these keys. Of forms with as many keys the last one is known: nearly always it is the one. */
function formOf(keys: readonly string[], forms: Map<number, Form>): Form {
  const known = forms.get(keys.length);
  if (known?.keys.every((key, index) => key === keys[index])) return known;
  const sorted = [...keys].sort();
  const heads = sorted.map((key, index) => `${index > 0 ? ',' : '{'}${JSON.stringify(key)}:`);
  const form = { keys, sorted, heads };
  forms.set(keys.length, form);
  return form;
}

function textOf(value: unknown, forms: Map<number, Form>): string {
  return typeof value === 'object' && value !== null ? objectText(value, forms) : scalarText(value);
}

/** A text that JSON has between quotes as it is. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

function scalarText(value: unknown): string {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return PLAIN_TEXT.test(value) ? `"${value}"` : JSON.stringify(value);
  if (typeof value === 'boolean') return String(value);
  // `+ 0` makes one of the two zeros.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value + 0);
  throw new TypeError(`not plain data: ${String(value)}`);
}

function objectText(value: object, forms: Map<number, Form>): string {
  const list = asNumbers(value) ?? (Array.isArray(value) ? (value as unknown[]) : undefined);
  if (list !== undefined) return `[${Array.from(list, (part) => textOf(part, forms)).join(',')}]`;
  if (!isPlainObject(value)) throw new TypeError(`not plain data: a ${value.constructor.name}`);
  const keys = Object.keys(value);
  if (keys.length === 0) return '{}';
  const { sorted, heads } = formOf(keys, forms);
  // Joined here, so that a text of gigabytes never consists of pieces of a few characters.
  const pieces: string[] = [];
  for (let index = 0; index < sorted.length; index++)
    pieces.push(heads[index]!, textOf(value[sorted[index]!], forms));
  pieces.push('}');
  return pieces.join('');
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
