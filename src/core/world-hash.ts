/**
 * A hash of what matters in a World: two Worlds with the same hash have the same future, whatever led to them.
 *
 * It leaves out history (events, search counters, why a device stands where it stands, words of a deferral) and takes times
 * relative to the clock. A field that is not named in {@link WORLD_FIELDS} counts with its value, so a new one is covered. The hash has
 * 64 bits and is no protection against somebody who looks for collisions: among n Worlds that differ, any two are
 * taken for one with a chance below n^2 / 2^65.
 */
import type { IdLists } from './id-lists.ts';
import type { OrderList } from './order-list.ts';
import { isEarlier, type Timer } from './timers.ts';
import type { World } from './world.ts';

/** Halves of the hash last computed; a pair of numbers returned from each call would cost more than the hash. */
let high = 0;
let low = 0;

function finish(a: number, b: number): void {
  let x = Math.imul(a ^ (b >>> 15), 0x85ebca6b);
  let y = Math.imul(b ^ (a >>> 13), 0xc2b2ae35);
  x ^= y >>> 16;
  y = Math.imul(y ^ (x >>> 14), 0x27d4eb2f);
  x = Math.imul(x ^ (y >>> 15), 0x9e3779b1);
  high = x ^ (x >>> 13);
  low = y ^ (y >>> 16);
}

function hashNumber(value: number): void {
  if ((value | 0) === value) finish(value ^ 0x2545f491, value + 0x6d2b79f5);
  else
    finish(
      (value % 2 ** 32) ^ 0x1b56c4e9,
      Math.floor(value / 2 ** 32) + Math.imul((value * 1024) % 2 ** 32, 31),
    );
}

/** Hashes of texts that occur again and again: keys, names, words for states. */
const texts = new Map<string, readonly [number, number]>();
const TEXTS_KEPT = 10_000;

function hashText(value: string): void {
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
  finish(a, b);
  if (texts.size < TEXTS_KEPT) texts.set(value, [high, low]);
}

/** Hashes one value into {@link high} and {@link low}. */
type Hasher = (value: unknown, view: View) => void;

/** What a hash is relative to. */
interface View {
  readonly now: number;
  /** Ages beyond this count as equal, milliseconds. */
  readonly ageLimit: number;
  /** Numbers of links among those that exist, by id; undefined: ids count. */
  readonly linkNumbers: readonly number[] | undefined;
}

function hashAny(value: unknown, view: View): void {
  switch (typeof value) {
    case 'number':
      hashNumber(value);
      return;
    case 'string':
      hashText(value);
      return;
    case 'boolean':
      finish(value ? 0x3c6ef372 : 0x0a54ff53, 1);
      return;
    case 'undefined':
      finish(0x510e527f, 2);
      return;
    default:
      if (Array.isArray(value)) hashList(value, view, hashAny);
      else if (ArrayBuffer.isView(value)) hashList(value as Int32Array, view, hashAny);
      else hashRecord(value as object, view);
  }
}

function hashList(values: ArrayLike<unknown>, view: View, each: Hasher): void {
  let a = values.length;
  let b = 0x1f83d9ab;
  for (let index = 0; index < values.length; index++) {
    each(values[index], view);
    a = Math.imul(a ^ high, 0x85ebca6b) ^ (a >>> 17);
    b = Math.imul(b + low, 0xcc9e2d51) ^ (b >>> 15);
  }
  finish(a, b);
}

/** Keys of one kind of object in the order in which they were last seen, with their hashes and what hashes their values. */
interface Fields {
  readonly rules: Readonly<Record<string, Hasher>>;
  readonly keys: string[];
  readonly highs: number[];
  readonly lows: number[];
  readonly hashers: Hasher[];
}

function learn(fields: Fields, index: number, key: string): void {
  hashText(key);
  fields.keys[index] = key;
  fields.highs[index] = high;
  fields.lows[index] = low;
  fields.hashers[index] = Object.hasOwn(fields.rules, key) ? fields.rules[key]! : hashAny;
}

/** The sum over the properties, which does not depend on their order. */
function hashFields(value: object, view: View, fields: Fields): void {
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
    hasher((value as Record<string, unknown>)[key], view);
    finish(high ^ keyHigh, low + keyLow);
    a = (a + high) | 0;
    b = (b + low) | 0;
  }
  finish(a ^ 0x5be0cd19, b);
}

function leftOut(): void {
  finish(0, 0);
}

/** A hasher of objects, with what some of their properties mean. */
function record(rules: Readonly<Record<string, Hasher>>): Hasher {
  const fields: Fields = { rules, keys: [], highs: [], lows: [], hashers: [] };
  return (value, view) => {
    if (value === undefined) hashAny(value, view);
    else hashFields(value as object, view, fields);
  };
}

const anyFields: Fields = { rules: {}, keys: [], highs: [], lows: [], hashers: [] };
function hashRecord(value: object, view: View): void {
  hashFields(value, view, anyFields);
}

function each(hasher: Hasher): Hasher {
  return (values, view) => hashList(values as readonly unknown[], view, hasher);
}

/** A moment: how far it is ahead; 0 stands for never. */
const moment: Hasher = (value, view) => {
  if (value === 0) hashNumber(0x7ffffffe);
  else hashNumber((value as number) - view.now);
};

/** A moment in the past: how long ago it is. */
const age: Hasher = (value, view) => hashNumber(Math.min(view.now - (value as number), view.ageLimit));

const LINK = record({ causes: leftOut });

/** Links by id, or only those that exist. */
const linkTable: Hasher = (value, view) => {
  const links = value as readonly unknown[];
  hashList(view.linkNumbers === undefined ? links : links.filter((link) => link !== undefined), view, LINK);
};

const TIMER = record({ at: moment, order: leftOut });

/** Timers in the order in which they fire. */
const timers: Hasher = (value, view) => {
  const set = value as readonly Timer[];
  const order = set.length < 2 ? set : [...set].sort((one, other) => (isEarlier(one, other) ? -1 : 1));
  hashList(order, view, TIMER);
};

const DEVICE = record({
  power: record({ timerExpires: moment, timerPlace: leftOut, lastBusy: age }),
  movedWith: leftOut,
  movedForLink: leftOut,
  deferredReason: leftOut,
  deferredBy: leftOut,
  deferrals: leftOut,
});

/** A list of ids, however it is stored: those of an order list, or of all owners of {@link IdLists}, each behind its owner. */
function hashOrders(heads: readonly number[], next: readonly number[], numbers?: readonly number[]): void {
  let a = 0;
  let b = 0x1f83d9ab;
  for (let owner = 0; owner < heads.length; owner++) {
    for (let id = heads[owner]!; id >= 0; id = next[id]!) {
      const number = numbers === undefined ? id : numbers[id]!;
      a = Math.imul(a ^ number, 0x85ebca6b) ^ (a >>> 17);
      b = Math.imul(b + number, 0xcc9e2d51) ^ (b >>> 15);
    }
    a = Math.imul(a ^ 0x7fffffff, 0x27d4eb2f);
    b = Math.imul(b + 0x165667b1, 0x9e3779b1);
  }
  finish(a, b);
}

const order: Hasher = (value) => {
  const { head, next } = value as OrderList;
  hashOrders([head], next);
};

/** Walks belong to tasks: there are none in a World at rest. */
function withWalks({ walks }: IdLists, view: View): void {
  if (walks.length === 0) return;
  const a = high;
  const b = low;
  hashAny(walks, view);
  finish(a ^ high, b + low);
}

const idLists: Hasher = (value, view) => {
  const lists = value as IdLists;
  hashOrders(lists.head, lists.next);
  withWalks(lists, view);
};

const linkLists: Hasher = (value, view) => {
  const lists = value as IdLists;
  hashOrders(lists.head, lists.next, view.linkNumbers);
  withWalks(lists, view);
};

/** What never changes is hashed once. */
const constants = new WeakMap<object, readonly [number, number]>();
const constant: Hasher = (value, view) => {
  let known = constants.get(value as object);
  if (known === undefined) {
    hashAny(value, view);
    known = [high, low];
    constants.set(value as object, known);
  }
  high = known[0];
  low = known[1];
};

const TRIGGERS = { moved: leftOut };

/** History is left out, as are `names`, which follows from the devices, and whether and for whom events are recorded. */
const WORLD_FIELDS: Readonly<Record<string, Hasher>> = {
  settings: constant,
  board: constant,
  devices: each(DEVICE),
  links: linkTable,
  children: idLists,
  supplierLinks: linkLists,
  consumerLinks: linkLists,
  driverDevices: idLists,
  busDevices: idLists,
  names: leftOut,
  dpmList: order,
  devicesKset: order,
  sleep: record({ prepared: order, suspended: order, lateEarly: order, noirq: order, completed: order }),
  now: leftOut,
  work: record({ timers, timersSet: leftOut, releases: each(LINK) }),
  fwnodeLinks: each(record({ causes: leftOut })),
  powerDomains: record({ all: each(record({ usage: leftOut, rejected: leftOut })) }),
  searchSteps: leftOut,
  cycles: leftOut,
  events: leftOut,
  recording: leftOut,
  currentTask: leftOut,
};

/** A World in which something is in flight: a task may remember a link by its id, or how often probes had been triggered. */
const IN_FLIGHT = record({ ...WORLD_FIELDS, deferred: record(TRIGGERS) });
/** A World at rest: links count by their order. */
const AT_REST = record({ ...WORLD_FIELDS, deferred: record({ ...TRIGGERS, triggers: leftOut }) });

/** No autosuspend delay is longer, milliseconds. */
const LONGEST_DELAY = 2 ** 31 - 1;

export interface WorldHashOptions {
  /**
   * A task is in the middle of something (its place is not part of the World): ids and counters that it may remember count
   * with their values.
   */
  readonly inFlight?: boolean;
  /** The longest autosuspend delay that will ever be asked for, milliseconds: devices idle for longer are alike. */
  readonly ageLimit?: number;
}

/** Hashes a World into two numbers of 32 bits at `out[at]` and `out[at + 1]`. */
export function hashWorldInto(
  out: Int32Array,
  at: number,
  world: World,
  { inFlight = false, ageLimit = LONGEST_DELAY }: WorldHashOptions = {},
): void {
  let linkNumbers: number[] | undefined;
  if (!inFlight) {
    let number = 0;
    linkNumbers = world.links.map((link) => (link === undefined ? -1 : number++));
  }
  (inFlight ? IN_FLIGHT : AT_REST)(world, { now: world.now, ageLimit, linkNumbers });
  out[at] = high;
  out[at + 1] = low;
}

/** The hash of a World as 16 hexadecimal digits. */
export function hashWorld(world: World, options?: WorldHashOptions): string {
  const out = new Int32Array(2);
  hashWorldInto(out, 0, world, options);
  return [...new Uint32Array(out.buffer)].map((half) => half.toString(16).padStart(8, '0')).join('');
}
