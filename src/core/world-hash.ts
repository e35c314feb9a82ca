/**
 * A hash of what matters in a World: two Worlds with the same hash have the same future, whatever led to them.
 *
 * It leaves out history (events, search counters, why a device stands where it stands, words of a deferral) and takes times
 * relative to the clock. A field that is not named in {@link WORLD_FIELDS} counts with its value, so a new one is covered.
 */
import {
  bag,
  each,
  type Hasher,
  hashAny,
  hashList,
  hashNumber,
  hashPair,
  high,
  leftOut,
  low,
  once,
  record,
} from './hash.ts';
import type { IdLists } from './id-lists.ts';
import type { OrderList } from './order-list.ts';
import { isEarlier, type Timer } from './timers.ts';
import { type AsyncJob, isAsyncJob, type WorkItem } from './work-queues.ts';
import { inTicks, type World } from './world.ts';

/** What a hash is relative to. */
interface View {
  readonly now: number;
  /** Ages beyond this count as equal, milliseconds. */
  readonly ageLimit: number;
  /** Numbers of links among those that exist, by id; -1 for others. */
  readonly linkNumbers: readonly number[];
  /** deferred.triggers. */
  readonly triggers: number;
}

/** A moment: how far it is ahead; 0 stands for never. */
const moment: Hasher<View> = (value, view) => {
  if (value === 0) hashNumber(0x7ffffffe);
  else hashNumber((value as number) - view.now);
};

/** A moment in the past: how long ago it is. */
const age: Hasher<View> = (value, view) => hashNumber(Math.min(view.now - (value as number), view.ageLimit));

const LINK = record({ causes: leftOut });

/** Only those that exist: ids of links that are gone say nothing. */
const linkTable: Hasher<View> = (value, view) => {
  const links = value as readonly unknown[];
  hashList(
    links.filter((link) => link !== undefined),
    view,
    LINK,
  );
};

/** Whether probes have been triggered since this moment; how often says nothing. */
const triggersBefore: Hasher<View> = (value, view) => {
  const before = value as number;
  hashNumber(before < 0 ? -1 : Number(before !== view.triggers));
};

const TIMER = record({ at: moment, order: leftOut });

/** Timers in the order in which they fire. */
const timers: Hasher<View> = (value, view) => {
  const set = value as readonly Timer[];
  const order = set.length < 2 ? set : [...set].sort((one, other) => (isEarlier(one, other) ? -1 : 1));
  hashList(order, view, TIMER);
};

const DEVICE = record({
  power: record({ timerExpires: moment, timerPlace: leftOut, lastBusy: age }),
  triggersBefore,
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
  hashPair(a, b);
}

const order: Hasher<View> = (value) => {
  const { head, next } = value as OrderList;
  hashOrders([head], next);
};

/** Walks belong to tasks: there are none in a World at rest. Whose they are is known to those. */
function withWalks({ walks }: IdLists, numbers?: readonly number[]): void {
  if (walks.length === 0) return;
  let a = high;
  let b = low;
  for (const { owner, at } of walks) {
    hashPair(owner, at < 0 || numbers === undefined ? at : numbers[at]!);
    a = (a + high) | 0;
    b = (b + low) | 0;
  }
  hashPair(a, b);
}

const idLists: Hasher<View> = (value) => {
  const lists = value as IdLists;
  hashOrders(lists.head, lists.next);
  withWalks(lists);
};

const linkLists: Hasher<View> = (value, view) => {
  const lists = value as IdLists;
  hashOrders(lists.head, lists.next, view.linkNumbers);
  withWalks(lists, view.linkNumbers);
};

const CONSTANT = once(hashAny);

/** Objects of one kind, all of which counts: a hasher of their own knows their keys already. */
const kind = () => record<View>({});

/** History is left out, as is whether and for whom events are recorded. */
const WORLD_FIELDS: Readonly<Record<string, Hasher<View>>> = {
  settings: CONSTANT,
  board: CONSTANT,
  drivers: each(CONSTANT),
  buses: each(record({ walks: bag(hashAny) })),
  dma: record({ mutexes: record({ dma_list_mutex: kind(), of_dma_lock: kind() }) }),
  wakeupSources: record({ all: each(record({ folder: leftOut })) }),
  srcu: record({ links: kind(), wakeup: kind() }),
  devices: each(DEVICE),
  links: linkTable,
  children: idLists,
  supplierLinks: linkLists,
  consumerLinks: linkLists,
  driverDevices: idLists,
  busDevices: idLists,
  dpmList: order,
  devicesKset: order,
  sleep: record({ prepared: order, suspended: order, lateEarly: order, noirq: order, completed: order }),
  now: leftOut,
  deferred: record({ moved: leftOut, triggers: leftOut }),
  fwnodeLinks: each(record({ causes: leftOut })),
  powerDomains: record({ all: each(record({ usage: leftOut, rejected: leftOut, unlockedAt: leftOut })) }),
  searchSteps: leftOut,
  cycles: leftOut,
  events: leftOut,
  recording: leftOut,
  currentTask: leftOut,
  // On for whoever goes on next.
  interruptsOff: leftOut,
};

/** Where the entry of an asynchronous job lies matters only to the order of the recorded kernel. */
const item: Hasher<View> = (value) =>
  hashAny(isAsyncJob(value as WorkItem) ? { ...(value as AsyncJob), entry: 0 } : value);

const WORK = {
  unbound: each(item),
  asyncEntries: leftOut,
  timers,
  later: kind(),
  timersSet: leftOut,
  blunt: leftOut,
  woken: each(record({ order: leftOut })),
  idle: leftOut,
  wakes: leftOut,
  releases: each(LINK),
  releasing: each(LINK),
  running: bag(item),
};
/** Where any item may be the next, the order of the queues and of the pools says nothing. */
const WORK_IN_ANY_ORDER = {
  ...WORK,
  percpu: bag(hashAny),
  unbound: bag(item),
  frozenItems: bag(hashAny),
  woken: leftOut,
};

const HASHERS = {
  queued: record({ ...WORLD_FIELDS, work: record(WORK) }),
  anyOrder: record({ ...WORLD_FIELDS, work: record(WORK_IN_ANY_ORDER) }),
};

/** No autosuspend delay is longer, milliseconds. */
const LONGEST_DELAY = 2 ** 31 - 1;

export interface WorldHashOptions {
  /** Work items start in any order, not in that of their queues. */
  readonly anyOrder?: boolean;
  /** The longest autosuspend delay that will ever be asked for, milliseconds: devices idle for longer are alike. */
  readonly ageLimit?: number;
}

/** Hashes a World into two numbers of 32 bits at `out[at]` and `out[at + 1]`. */
export function hashWorldInto(
  out: Int32Array,
  at: number,
  world: World,
  { anyOrder = false, ageLimit = LONGEST_DELAY }: WorldHashOptions = {},
): void {
  let number = 0;
  const linkNumbers = world.links.map((link) => (link === undefined ? -1 : number++));
  const view = {
    now: world.now,
    ageLimit: inTicks(world, ageLimit),
    linkNumbers,
    triggers: world.deferred.triggers,
  };
  (anyOrder ? HASHERS.anyOrder : HASHERS.queued)(world, view);
  out[at] = high;
  out[at + 1] = low;
}

/** The hash of a World as 16 hexadecimal digits. */
export function hashWorld(world: World, options?: WorldHashOptions): string {
  const out = new Int32Array(2);
  hashWorldInto(out, 0, world, options);
  return [...new Uint32Array(out.buffer)].map((half) => half.toString(16).padStart(8, '0')).join('');
}
