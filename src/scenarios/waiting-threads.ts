/**
 * Threads that wait, kept by what they wait for, so that finding the next one that can go on does not ask all of them.
 *
 * Who waits in a queue, a device's or a shared one, is asked only when that is woken (core/wake-up.ts). Threads that wait for the same
 * other thing can go on at the same time, so only one of them is asked. The order is that of asking every thread, oldest first.
 */
import { ALL_PROBES } from '../core/probe-wait.ts';
import type { Wait } from '../core/task.ts';
import { awaitQueue, DEVICE_QUEUE, PLACES_OF_A_WAKE, queueOf, type WaitQueue } from '../core/wake-up.ts';
import type { World } from '../core/world.ts';
import { Heap } from './heap.ts';

/** What a thread has that can wait. */
export interface WaitingThread {
  /** Threads are older with a lower one. */
  readonly age: number;
  wait: Wait | undefined;
  /** What it waits for may be there: its place among all that are to run. 0 where nobody has written that down. */
  wokenAt?: number;
  /** Threads that began to wait later have a higher one. */
  since?: number;
}

/** A thread in a heap; out of date if it waits for something else by now. */
interface Entry<T> {
  readonly thread: T;
  readonly wait: Wait;
}

/** The queue that is woken when the wait may be over, undefined for a wait that something else ends. */
export function awaitedQueue(wait: Wait): WaitQueue | undefined {
  switch (wait.kind) {
    case 'runtime-status':
    case 'runtime-barrier':
      return queueOf(wait.device, DEVICE_QUEUE.status);
    case 'device-lock':
      return queueOf(wait.device, DEVICE_QUEUE.lock);
    case 'sleep-completion':
      return queueOf(wait.device, DEVICE_QUEUE.completion);
    case 'async':
      return 'async_done';
    case 'probes':
      return wait.ticket === ALL_PROBES ? 'probe_waitqueue' : undefined;
    default:
      return undefined;
  }
}

/**
 * Waits for a condition in a queue of which wake_up_all() wakes the last first, and all, whether their condition holds or not; others
 * are woken in the order in which they came.
 */
function isInWaitQueue({ kind }: Wait): boolean {
  return kind === 'runtime-status' || kind === 'runtime-barrier' || kind === 'async' || kind === 'probes';
}

/** Who waits so sleeps on until its queue is woken, even where the condition holds: a status that is forced wakes nobody. */
export function needsWake(wait: Wait): boolean {
  return isInWaitQueue(wait) && awaitedQueue(wait) !== undefined;
}

/** Waits that end in the middle of another task's doings, at a moment that matters. */
function endsByUnlock(wait: Wait): boolean {
  switch (wait.kind) {
    case 'links-lock':
    case 'driver-walk':
    case 'domain-lock':
    case 'domain-list-lock':
    case 'grace-period':
    case 'srcu-readers':
      return true;
    default:
      return false;
  }
}

/** Waits with one key end together; those for the lock of a domain, in the order of their tickets. */
function groupOf(wait: Wait): string {
  switch (wait.kind) {
    case 'domain-lock':
      return `${wait.kind} ${wait.domain}`;
    case 'driver-walk':
      return `${wait.kind} ${wait.driver}`;
    case 'grace-period':
      return `${wait.kind} ${wait.domain} ${wait.ticket}`;
    case 'srcu-readers':
      return `${wait.kind} ${wait.domain} ${wait.side}`;
    default:
      return wait.kind;
  }
}

const NOBODY: never[] = [];

export class WaitingThreads<T extends WaitingThread> {
  readonly #world: World;
  readonly #isReady: (thread: T) => boolean;
  readonly #byQueue = new Map<WaitQueue, T[]>();
  readonly #groups = new Map<string, Heap<Entry<T>>>();
  /** Those of queues that were woken, oldest first. */
  readonly #candidates = new Heap<Entry<T>>(isOlder);
  /** Those that wait for a time, the earliest first. */
  readonly #alarms = new Heap<Entry<T>>((one, other) => untilOf(one) < untilOf(other));
  #waits = 0;

  constructor(world: World, isReady: (thread: T) => boolean) {
    this.#world = world;
    this.#isReady = isReady;
  }

  /** A thread has begun to wait. */
  add(thread: T): void {
    const wait = thread.wait!;
    const queue = awaitedQueue(wait);
    thread.since = ++this.#waits;
    thread.wokenAt = 0;
    if (wait.kind === 'time') this.#alarms.add({ thread, wait });
    else if (queue === undefined) this.#addToGroup(thread, wait);
    else this.#await(queue, thread);
  }

  #addToGroup(thread: T, wait: Wait): void {
    const key = groupOf(wait);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new Heap<Entry<T>>(wait.kind === 'domain-lock' ? hasEarlierTicket : isOlder);
      this.#groups.set(key, group);
    }
    group.add({ thread, wait });
  }

  #await(queue: WaitQueue, thread: T): void {
    awaitQueue(this.#world, queue);
    const threads = this.#byQueue.get(queue);
    if (threads === undefined) this.#byQueue.set(queue, [thread]);
    else threads.push(thread);
  }

  /** A thread that was added goes on. What stands of it in heaps is out of date now. */
  remove(thread: T): void {
    const queue = awaitedQueue(thread.wait!);
    thread.wait = undefined;
    const threads = queue === undefined ? undefined : this.#byQueue.get(queue);
    const at = threads?.indexOf(thread) ?? -1;
    if (at >= 0) threads!.splice(at, 1);
  }

  /** Whether threads wait for anything but queues and the clock. */
  hasGroups(): boolean {
    return this.#groups.size > 0;
  }

  /** Threads that wait until nothing can run before the clock moves on, who began first comes first. */
  idlers(): T[] {
    const group = this.#groups.get('idle');
    if (group === undefined) return NOBODY;
    const idlers: T[] = [];
    for (let first = firstUpToDate(group); first !== undefined; first = firstUpToDate(group)) {
      group.takeFirst();
      idlers.push(first.thread);
    }
    return idlers.sort((one, other) => one.since! - other.since!);
  }

  /** A thread that a lock, or the like, lets go on just now. */
  firstUnlocked(): T | undefined {
    for (const group of this.#groups.values()) {
      const first = firstUpToDate(group);
      if (first !== undefined && endsByUnlock(first.wait) && this.#isReady(first.thread)) return first.thread;
    }
    return undefined;
  }

  /** The oldest thread that can go on, or that was woken in a wait queue and has to look whether it can. */
  firstWoken(): T | undefined {
    const candidate = this.#firstCandidate();
    return this.#groups.size === 0 ? candidate : this.#oldestInGroups(candidate, true);
  }

  /** A thread that was woken waits again for what it waited for. What stands of it in heaps stays out of date. */
  waitAgain(thread: T, wait: Wait): void {
    if (thread.wait !== undefined) this.remove(thread);
    thread.wait = { ...wait };
    this.add(thread);
  }

  /** Whether a thread can go on, or was woken, that does not itself wait for nothing to do so. */
  hasWoken(): boolean {
    if (this.#firstCandidate() !== undefined) return true;
    return this.#groups.size > 0 && this.#oldestInGroups(undefined, false) !== undefined;
  }

  /** The next time that a thread waits for. */
  nextTime(): number {
    const first = firstUpToDate(this.#alarms);
    return first === undefined ? Number.POSITIVE_INFINITY : untilOf(first);
  }

  /** Threads of queues that have been woken become candidates. */
  takeWakeUps(): void {
    const { wakeUps } = this.#world.work;
    for (const { queue, order } of wakeUps) {
      const threads = this.#byQueue.get(queue);
      if (threads === undefined) continue;
      this.#byQueue.delete(queue);
      threads.sort((one, other) => one.since! - other.since!);
      for (const [place, thread] of threads.entries()) {
        const wait = thread.wait!;
        const rank = isInWaitQueue(wait) ? threads.length - 1 - place : place;
        thread.wokenAt = order + Math.min(rank, PLACES_OF_A_WAKE - 1);
        this.#candidates.add({ thread, wait });
      }
    }
    wakeUps.length = 0;
  }

  #firstCandidate(): T | undefined {
    if (this.#world.work.wakeUps.length > 0) this.takeWakeUps();
    while (this.nextTime() <= this.#world.now) this.#candidates.add(this.#alarms.takeFirst()!);
    for (;;) {
      const first = firstUpToDate(this.#candidates);
      if (first === undefined || isInWaitQueue(first.wait) || this.#isReady(first.thread))
        return first?.thread;
      // Another one was faster; the queue will be woken again.
      this.#candidates.takeFirst();
      this.#await(awaitedQueue(first.wait)!, first.thread);
    }
  }

  /** The oldest of a thread that is known to be able to go on, and those of all groups that can, but for those that wait for idleness. */
  #oldestInGroups(known: T | undefined, idle: boolean): T | undefined {
    let oldest = known;
    for (const [key, group] of this.#groups) {
      const first = firstUpToDate(group);
      if (first === undefined) this.#groups.delete(key);
      if (first === undefined || (oldest !== undefined && first.thread.age > oldest.age)) continue;
      const { kind } = first.wait;
      if (!idle && (kind === 'idle' || kind === 'settled')) continue;
      if (this.#isReady(first.thread)) oldest = first.thread;
    }
    return oldest;
  }
}

function isOlder(one: Entry<WaitingThread>, other: Entry<WaitingThread>): boolean {
  return one.thread.age < other.thread.age;
}

function hasEarlierTicket(one: Entry<unknown>, other: Entry<unknown>): boolean {
  return (one.wait as DomainLockWait).ticket < (other.wait as DomainLockWait).ticket;
}
type DomainLockWait = Wait & { kind: 'domain-lock' };

/** The first entry of a heap that is not out of date. */
function firstUpToDate<T extends WaitingThread>(heap: Heap<Entry<T>>): Entry<T> | undefined {
  for (;;) {
    const first = heap.first();
    if (first === undefined || first.thread.wait === first.wait) return first;
    heap.takeFirst();
  }
}

function untilOf({ wait }: Entry<unknown>): number {
  return (wait as Wait & { kind: 'time' }).until;
}
