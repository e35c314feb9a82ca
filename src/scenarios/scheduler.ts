/**
 * Runs tasks over a World: one script and the workers of its queues, on a virtual clock.
 *
 * The order is the one in which the recorded kernel ran (a single CPU, the script at real-time priority): the script runs
 * whenever it can; then workers that can go on; then work items, pool after pool in the order in which the pools were
 * woken, each until it is empty; then removals of links; and only when nothing can run does the clock move on, to the
 * next timer or the end of the next delay.
 */
import type { CallbackEffect, Task, Wait } from '../core/task.ts';
import { nextTimerAt, takeDueTimer } from '../core/timers.ts';
import { wakeUpAll } from '../core/wake-up.ts';
import { isPmWork, POOLS, type Pool, takeItem, type WorkItem } from '../core/work-queues.ts';
import { record, type World } from '../core/world.ts';
import { deviceLinkReleaseFn, pmSuspendTimerFn } from '../pm/index.ts';
import { awaitedDevice, type WaitingThread, WaitingThreads } from './waiting-threads.ts';
import { exclusionOf, isReady, workTask } from './waits.ts';

/** Where a callback runs: in the script's own task, or in a worker. */
export type Context = 'cmd' | 'wq';

/** What a callback does: a task, or at once the value that it returns. */
export type CallbackTask = (call: CallbackEffect, context: Context) => Task<number> | number;

/** A callback that runs as a task of its own. */
interface CallInTask {
  /** How many tasks stand below it. */
  readonly depth: number;
  readonly call: CallbackEffect;
}

/** A task that has begun: the script, or a worker with its item. */
interface Thread extends WaitingThread {
  /** Tasks from the outermost to the one that runs: callbacks, and what was entered, stand on the task that asked for them. */
  readonly stack: Task<unknown>[];
  /** Which of them are callbacks. */
  readonly calls: CallInTask[];
  /** 0 for the script, then one more for each worker. */
  readonly age: number;
  /** SCRIPT_TASK, or a worker's number: the lowest that is free when it starts; 0 where nobody records. */
  readonly number: number;
  readonly item: WorkItem | undefined;
  /** A worker's place among all. */
  place: number;
  wait: Wait | undefined;
}

/** How a run ended: the script came to its end, or to a wait that nothing can end (or to the death of the kernel). */
export type RunResult =
  /** `inFlight`: workers that are in the middle of a callback or a wait; they are not part of the World. */
  | { readonly kind: 'end'; readonly inFlight: readonly Blocked[] }
  | { readonly kind: 'hang'; readonly wait: Wait; readonly blocked: readonly Blocked[] };

/** A task of a hang, by what it waits for. */
export interface Blocked {
  /** undefined for the script. */
  readonly item: WorkItem | undefined;
  readonly wait: Wait;
  /** Number of the task; 0 for a worker where nobody records. */
  readonly task: number;
}

/** The number of the script's own task. */
export const SCRIPT_TASK = 1;

/** Ends a run that goes on for ever. */
class Endless extends Error {}

/** Ends a run in which the kernel dies, in whatever task. */
class Crash extends Error {
  readonly wait: Wait;

  constructor(wait: Wait) {
    super('the kernel dies');
    this.wait = wait;
  }
}

/**
 * Decides what runs next where several things can: returns an index below `count`. 0 is the order of this module; any
 * other is a schedule that more processors, or another load, could have had.
 */
export type Choose = (count: number) => number;

/** A scheduler over one world. Threads in flight are the only state outside of the World. */
export class Scheduler {
  readonly world: World;
  readonly #callback: CallbackTask;
  readonly #choose: Choose | undefined;
  /** Callbacks and waits that may still come; the owner of a scheduler sets it anew when it sees progress. */
  stepsLeft = Number.POSITIVE_INFINITY;
  /** Told the time to which the clock is about to move. */
  beforeClockMoves: ((to: number) => void) | undefined;
  #script: Thread | undefined;
  /** Workers that have begun, each at the place of its item among those that are being run. */
  readonly #workers: Thread[] = [];
  #workersBegun = 0;
  readonly #waiting: WaitingThreads<Thread>;
  /** What {@link exclusionOf} says of the items whose workers wait. */
  readonly #exclusions = new Set<number>();
  /** Numbers of workers; none below `free` is free. */
  readonly #numbers = { taken: new Set<number>(), free: SCRIPT_TASK + 1 };

  constructor(world: World, callback: CallbackTask, choose?: Choose) {
    this.world = world;
    this.#callback = callback;
    this.#choose = choose;
    this.#waiting = new WaitingThreads(world, (thread) => this.#isReady(thread.wait!, thread));
  }

  /** Runs a script to its end, with all the work that gets its turn meanwhile. */
  run(task: Task<void>): RunResult {
    const script: Thread = {
      stack: [task],
      calls: [],
      age: 0,
      number: SCRIPT_TASK,
      item: undefined,
      place: -1,
      wait: undefined,
    };
    this.#script = script;
    try {
      return this.#loop(script);
    } catch (error) {
      if (error instanceof Endless) return this.#hang({ kind: 'endless' });
      if (error instanceof Crash) return this.#hang(error.wait);
      throw error;
    }
  }

  #loop(script: Thread): RunResult {
    for (;;) {
      if (script.wait?.kind === 'livelock' || script.wait?.kind === 'endless') return this.#hang(script.wait);
      if (this.#choose !== undefined && this.#runChosen(script, this.#choose)) continue;
      const ready = this.#isScriptReady(script) ? script : this.#waiting.firstReady();
      if (ready === script) {
        if (script.wait?.kind === 'idle' || script.wait?.kind === 'settled') this.#dropEmptyPools();
        if (this.#advance(script)) return this.#end();
      } else if (!this.#runWorker(ready) && !this.#moveClock()) {
        return this.#hang(script.wait!);
      }
    }
  }

  /** The script is asked first whatever it waits for, but not for what only a wake-up can end. */
  #isScriptReady(script: Thread): boolean {
    const { wait } = script;
    return wait === undefined || (awaitedDevice(wait) < 0 && this.#isReady(wait, script));
  }

  #end(): RunResult {
    this.#waiting.takeWakeUps();
    return { kind: 'end', inFlight: this.#blocked() };
  }

  #hang(wait: Wait): RunResult {
    return {
      kind: 'hang',
      wait,
      blocked: [{ item: undefined, wait, task: SCRIPT_TASK }, ...this.#blocked()],
    };
  }

  #blocked(): Blocked[] {
    return this.#workersByAge().flatMap(({ item, wait, number }) =>
      wait === undefined ? [] : [{ item, wait, task: number }],
    );
  }

  #workersByAge(): Thread[] {
    return [...this.#workers].sort((one, other) => one.age - other.age);
  }

  /** Lets a thread run until it waits (false) or ends (true). */
  #advance(thread: Thread): boolean {
    const { stack } = thread;
    if (thread.wait !== undefined) this.#waiting.remove(thread);
    this.world.currentTask = thread.number;
    let answer = 0;
    for (;;) {
      if (--this.stepsLeft < 0) throw new Endless();
      const step = stack[stack.length - 1]!.next(answer);
      answer = 0;
      if (step.done) {
        stack.pop();
        if (stack.length === 0) return true;
        answer = typeof step.value === 'number' ? step.value : 0;
        if (thread.calls.at(-1)?.depth === stack.length) this.#recordEnd(thread.calls.pop()!.call, answer);
      } else if (step.value.kind === 'enter') {
        stack.push(step.value.task);
      } else if (step.value.kind !== 'wait') {
        this.#recordBegin(step.value);
        const answered = this.#callback(step.value, thread.item === undefined ? 'cmd' : 'wq');
        if (typeof answered === 'number') {
          answer = answered;
          this.#recordEnd(step.value, answer);
        } else {
          thread.calls.push({ depth: stack.length, call: step.value });
          stack.push(answered);
        }
      } else if (step.value.for.kind === 'crash') {
        throw new Crash(step.value.for);
      } else if (!this.#isReady(step.value.for, thread)) {
        thread.wait = step.value.for;
        if (thread !== this.#script || awaitedDevice(thread.wait) >= 0) this.#waiting.add(thread);
        return false;
      }
    }
  }

  #recordBegin(call: CallbackEffect): void {
    if (!this.world.recording) return;
    if (call.kind === 'call-domain') {
      const { domain, callback } = call;
      record(this.world, { kind: 'domain-callback-begin', domain, callback });
    } else {
      const { device, callback, layer } = call;
      const { driver } = this.world.devices[device]!;
      record(this.world, { kind: 'callback-begin', device, callback, layer, driver });
    }
  }

  #recordEnd(call: CallbackEffect, value: number): void {
    if (!this.world.recording) return;
    if (call.kind === 'call-domain') {
      const { domain, callback } = call;
      record(this.world, { kind: 'domain-callback-end', domain, callback, value });
    } else {
      const { device, callback } = call;
      record(this.world, { kind: 'callback-end', device, callback, value });
    }
  }

  /** Lets the chooser pick among all that can run; false where there is nothing to choose. */
  #runChosen(script: Thread, choose: Choose): boolean {
    const { work } = this.world;
    const threads = [script, ...this.#workersByAge()].filter(
      (thread) => thread.wait === undefined || this.#isReady(thread.wait, thread),
    );
    const items = POOLS.flatMap((pool) => {
      const startable = work[pool].flatMap((item, index) => (this.#mayStart(item) ? [{ pool, index }] : []));
      // Runtime PM work is one queue; jobs of the unbound pool have a worker each.
      return pool === 'percpu' ? startable.slice(0, 1) : startable;
    });
    // The one place where all threads are asked: nobody may have been forgotten who was not woken.
    const ready = this.#isScriptReady(script) ? script : this.#waiting.firstReady();
    if (ready !== threads[0]) throw new Error('a task can go on and was not woken');
    const count = threads.length + items.length;
    if (count < 2) return false;
    const chosen = choose(count);
    if (chosen === 0) return false;
    const thread = threads[chosen];
    if (thread !== undefined) this.#step(thread);
    else {
      const { pool, index } = items[chosen - threads.length]!;
      this.#start(pool, index);
    }
    return true;
  }

  /** One thing that a worker can do now, which is to go on with what it waited in if one can; false if there is none. */
  #runWorker(ready: Thread | undefined): boolean {
    this.#dropEmptyPools();
    if (ready === undefined) return this.#startNext() || this.#release();
    this.#step(ready);
    return true;
  }

  /** Lets a worker begin with the next item that may start; false if there is none. */
  #startNext(): boolean {
    const { work } = this.world;
    for (const pool of work.woken) {
      const items = work[pool];
      for (let index = 0; index < items.length; index++) {
        if (!this.#mayStart(items[index]!)) continue;
        this.#start(pool, index);
        return true;
      }
    }
    return false;
  }

  #mayStart(item: WorkItem): boolean {
    if (this.#exclusions.size === 0) return true;
    const exclusion = exclusionOf(item);
    return exclusion === undefined || !this.#exclusions.has(exclusion);
  }

  /** Takes an item off its queue and lets a worker begin with it. */
  #start(pool: Pool, index: number): void {
    const { work } = this.world;
    const item = takeItem(work, pool, index);
    if (item.kind === 'deferred-probe') this.world.deferred.workQueued = false;
    const thread: Thread = {
      stack: [workTask(this.world, item)],
      calls: [],
      age: ++this.#workersBegun,
      number: this.world.recording ? this.#takeNumber() : 0,
      item,
      place: work.running.push(item) - 1,
      wait: undefined,
    };
    this.#workers.push(thread);
    this.#step(thread);
    if (thread.wait !== undefined) this.#exclude(item);
    if (thread.wait !== undefined && isPmWork(item)) this.#wakeAnotherWorker();
  }

  /** From here on until the item is done, others may have to wait for that. */
  #exclude(item: WorkItem): void {
    const exclusion = exclusionOf(item);
    if (exclusion !== undefined) this.#exclusions.add(exclusion);
  }

  /** The lowest number that no worker has. */
  #takeNumber(): number {
    const { taken } = this.#numbers;
    let number = this.#numbers.free;
    while (taken.has(number)) number++;
    taken.add(number);
    this.#numbers.free = number + 1;
    return number;
  }

  #releaseNumber(number: number): void {
    if (number === 0) return;
    this.#numbers.taken.delete(number);
    this.#numbers.free = Math.min(this.#numbers.free, number);
  }

  /** A worker of the per-CPU pool sleeps in its item: the pool goes on with another worker, behind those woken before. */
  #wakeAnotherWorker(): void {
    const { woken } = this.world.work;
    const at = woken.indexOf('percpu');
    if (at >= 0) woken.push(...woken.splice(at, 1));
  }

  /**
   * Workers of a pool without items sleep; the pool stands last when it is woken again. They come to that only when the script
   * waits: a script that waited for an item goes on as soon as it is done, and the pool is still awake.
   */
  #dropEmptyPools(): void {
    const { work } = this.world;
    for (let index = work.woken.length - 1; index >= 0; index--) {
      if (work[work.woken[index]!].length === 0) work.woken.splice(index, 1);
    }
  }

  #step(thread: Thread): void {
    if (!this.#advance(thread)) return;
    const item = thread.item!;
    if (this.#exclusions.size > 0) this.#exclusions.delete(exclusionOf(item) ?? -1);
    this.#releaseNumber(thread.number);
    this.#leave(thread);
    if (item.kind === 'runtime-pm') wakeUpAll(this.world, item.device);
  }

  /** A worker is done: the last one takes its place. */
  #leave({ place }: Thread): void {
    const { running } = this.world.work;
    const item = running.pop()!;
    const thread = this.#workers.pop()!;
    if (place === running.length) return;
    running[place] = item;
    this.#workers[place] = thread;
    thread.place = place;
  }

  /** The release work of removed links, when their readers are gone: behind all other work. */
  #release(): boolean {
    const { releases } = this.world.work;
    if (releases.length === 0 || this.world.linksReaders > 0) return false;
    for (const release of releases.splice(0)) deviceLinkReleaseFn(this.world, release);
    return true;
  }

  /** Moves the clock to the next thing that happens at a time; false if nothing will. */
  #moveClock(): boolean {
    const { wait } = this.#script!;
    const next = Math.min(
      nextTimerAt(this.world) ?? Number.POSITIVE_INFINITY,
      this.#waiting.nextTime(),
      wait?.kind === 'time' ? wait.until : Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) return false;
    this.beforeClockMoves?.(next);
    this.world.now = Math.max(this.world.now, next);
    for (let device = takeDueTimer(this.world); device >= 0; device = takeDueTimer(this.world)) {
      pmSuspendTimerFn(this.world, device);
    }
    return true;
  }

  /** No worker has begun an item that it has not ended. */
  isWithoutWorkers(): boolean {
    return this.#workers.length === 0;
  }

  /** No work item could start and no worker go on. */
  isIdle(): boolean {
    const { work } = this.world;
    const mayRelease = work.releases.length > 0 && this.world.linksReaders === 0;
    if (mayRelease || work.percpu.length > 0 || work.unbound.length > 0) return false;
    // Workers that wait for this very thing do not keep each other from it.
    return !this.#waiting.hasReady();
  }

  #isReady(wait: Wait, thread: Thread): boolean {
    return isReady(this.world, wait, thread.item, this);
  }
}
