/**
 * Runs tasks over a World: one script and the workers of its queues, on a virtual clock.
 *
 * The order is the one in which the recorded kernel ran (a single CPU, no preemption, the script at real-time priority): the
 * script runs whenever it can, but not before a worker has ended its item or waits; workers run in the order in which they
 * were woken, each until its pool is empty or it waits, which wakes another worker of the pool. A worker that the script took the
 * processor from stands behind those that were to run by then. Only when nothing can run does the clock move on, to the next timer or the end of the next delay.
 */
import { asyncJobEnded } from '../core/async-jobs.ts';
import { answering } from '../core/at-once.ts';
import { takeLinked } from '../core/flush-work.ts';
import { spinUnlockIrq } from '../core/interrupts.ts';
import type { Task, Wait } from '../core/task.ts';
import { nextTimerAt, sharpenTimers } from '../core/timers.ts';
import { nextOrder } from '../core/wake-up.ts';
import {
  type AwakeWorker,
  addAwake,
  type Barrier,
  firstItems,
  giveToEnding,
  keepWorking,
  kickPool,
  letSleep,
  type Pool,
  poolOf,
  putPrevEntity,
  type WorkItem,
  workerEnterIdle,
  workerLeaveIdle,
} from '../core/work-queues.ts';
import { domainOf, type World } from '../core/world.ts';
import { fireTimers } from '../pm/index.ts';
import { recordEnd } from './call-record.ts';
import { Callbacks } from './callbacks.ts';
import { Exclusions } from './exclusions.ts';
import { Flushes } from './flushes.ts';
import { Sleepers } from './sleepers.ts';
import {
  type CallbackTask,
  type Choose,
  Endless,
  NOT_BEGUN,
  type RunResult,
  SCRIPT_TASK,
  Stopped,
  type Thread,
} from './thread.ts';
import { awaitedQueue, needsWake, WaitingThreads } from './waiting-threads.ts';
import { areForIdleness, flushedItem, isForIdleness, isReady, stopsProcessor, workTask } from './waits.ts';
import { WokenWorkers } from './woken-workers.ts';
import { WorkerNumbers } from './worker-numbers.ts';
import { Workers } from './workers.ts';

export type { Blocked, CallbackTask, Choose, Context, RunResult } from './thread.ts';
export { SCRIPT_TASK } from './thread.ts';

/** A scheduler over one world. Threads in flight are the only state outside of the World. */
export class Scheduler {
  readonly world: World;
  readonly #callbacks: Callbacks;
  readonly #choose: Choose | undefined;
  /** Callbacks and waits that may still come; the owner of a scheduler sets it anew when it sees progress. */
  stepsLeft = Number.POSITIVE_INFINITY;
  /** Told the time to which the clock is about to move. */
  beforeClockMoves: ((to: number) => void) | undefined;
  #script: Thread | undefined;
  readonly #workers: Workers;
  readonly #waiting: WaitingThreads<Thread>;
  readonly #woken = new WokenWorkers();
  /** Workers that wait in an item beside which others may not run. */
  readonly #exclusions = new Exclusions<Thread>();
  /** Tasks that wait for a time. */
  readonly #sleepers = new Sleepers<Thread>();
  /** The worker that has just ended an item. */
  #current: AwakeWorker | undefined;
  /** The order of the worker that runs; nobody's turn comes after the script's. */
  #turn = Number.POSITIVE_INFINITY;
  /** The script was woken, had a look and waits again. */
  #hasScriptLooked = false;
  readonly #flushes: Flushes;
  readonly #numbers = new WorkerNumbers(SCRIPT_TASK + 1);

  constructor(world: World, callback: CallbackTask, choose?: Choose) {
    this.world = world;
    this.#callbacks = new Callbacks(world, callback, () => this.#waiting.hasGroups());
    this.#choose = choose;
    this.#workers = new Workers(world.work);
    this.#flushes = new Flushes(world.work, this.#workers);
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
      woken: undefined,
      barrier: 0,
      scheduled: [],
    };
    this.#script = script;
    try {
      return answering(this.world, this.#callbacks.atOnce, () => this.#loop(script));
    } catch (error) {
      if (error instanceof Endless) return this.#hang({ kind: 'endless' });
      if (error instanceof Stopped) return this.#hang(error.wait);
      throw error;
    }
  }

  #loop(script: Thread): RunResult {
    for (;;) {
      if (this.#choose !== undefined && this.#runChosen(script, this.#choose)) continue;
      if (this.#mayScriptRun(script)) {
        if (script.wait === undefined || !isForIdleness(script.wait)) this.#preempt();
        else this.#letWorkersSleep();
        if (this.#advance(script)) return this.#end();
        continue;
      }
      if (this.#hasScriptLooked) this.#preempt();
      if (!this.#runWorker() && !this.#moveClock()) return this.#hang(script.wait!);
    }
  }

  /** The script is asked first whatever it waits for, but not for what only a wake-up can end. */
  #isScriptReady(script: Thread): boolean {
    const { wait } = script;
    return wait === undefined || (awaitedQueue(wait) === undefined && this.#isReady(wait, script));
  }

  /** Notes which workers are woken, and says whether the script's wait is over. */
  #mayScriptRun(script: Thread): boolean {
    if (this.#isScriptReady(script)) return true;
    for (let woken = this.#waiting.firstWoken(); woken !== undefined; woken = this.#waiting.firstWoken()) {
      if (woken !== script) this.#noteWoken(woken);
      else if (this.#canGoOn(script)) return true;
      else {
        this.#waiting.waitAgain(script, script.wait!);
        this.#hasScriptLooked = true;
      }
    }
    return false;
  }

  /** A worker that is woken is to run behind all that were woken before. */
  #noteWoken(thread: Thread): void {
    const wait = thread.wait!;
    const order = thread.wokenAt || this.#unlockedAt(wait) || nextOrder(this.world.work);
    this.#waiting.remove(thread);
    thread.woken = { order, wait };
    this.#woken.add(thread, order);
  }

  /** When an unlock woke whoever waits so, among all that was woken; 0 where that is not written down. */
  #unlockedAt(wait: Wait): number {
    return wait.kind === 'domain-lock' ? domainOf(this.world, wait.domain).unlockedAt : 0;
  }

  /** The order in which workers are woken by what a task does, between what else it wakes. */
  #noteUnlocked(): void {
    for (let next = this.#waiting.firstUnlocked(); next !== undefined; next = this.#waiting.firstUnlocked())
      this.#noteWoken(next);
  }

  #end(): RunResult {
    this.#waiting.takeWakeUps();
    return { kind: 'end', inFlight: this.#workers.blocked() };
  }

  #hang(wait: Wait): RunResult {
    return {
      kind: 'hang',
      wait,
      blocked: [{ item: undefined, wait, task: SCRIPT_TASK }, ...this.#workers.blocked()],
    };
  }

  /** Lets a thread run until it waits (false) or ends (true). */
  #advance(thread: Thread): boolean {
    const { stack } = thread;
    if (thread.wait !== undefined) this.#waiting.remove(thread);
    this.world.currentTask = thread.number;
    // schedule() comes back so, whatever was before.
    spinUnlockIrq(this.world);
    this.#callbacks.context = thread.item === undefined ? 'cmd' : 'wq';
    if (stack[0] === NOT_BEGUN) stack[0] = workTask(this.world, thread.item!);
    let answer = 0;
    for (;;) {
      if (--this.stepsLeft < 0) throw new Endless();
      const step = stack[stack.length - 1]!.next(answer);
      answer = 0;
      if (this.#waiting.hasGroups()) this.#noteUnlocked();
      if (step.done) {
        stack.pop();
        if (stack.length === 0) return true;
        answer = typeof step.value === 'number' ? step.value : 0;
        if (thread.calls.at(-1)?.depth === stack.length)
          recordEnd(this.world, thread.calls.pop()!.call, answer);
      } else if (step.value.kind === 'enter') {
        stack.push(step.value.task);
      } else if (step.value.kind !== 'wait') {
        const answered = this.#callbacks.begin(step.value);
        if (typeof answered === 'number') answer = answered;
        else {
          thread.calls.push({ depth: stack.length, call: step.value });
          stack.push(answered);
        }
      } else if (
        this.#hasToWait(step.value.for, thread) ||
        (thread !== this.#script && areForIdleness(step.value.for, this.#script!.wait))
      ) {
        if (stopsProcessor(step.value.for)) throw new Stopped(step.value.for);
        thread.wait = step.value.for;
        if (thread.wait.kind === 'time') this.#sleepers.add(thread, thread.wait, this.#turn);
        if ((thread !== this.#script && thread.barrier === 0) || awaitedQueue(thread.wait) !== undefined)
          this.#waiting.add(thread);
        return false;
      } else if (isForIdleness(step.value.for)) {
        this.#letWorkersSleep();
        spinUnlockIrq(this.world);
      }
    }
  }

  /** Lets the chooser pick among all that can run; false where there is nothing to choose. */
  #runChosen(script: Thread, choose: Choose): boolean {
    const { work } = this.world;
    const isScriptReady = this.#mayScriptRun(script);
    const workers = this.#workers.byAge().filter((thread) => this.#canGoOn(thread));
    const threads = isScriptReady ? [script, ...workers] : workers;
    const items = this.#exclusions.startable(work);
    // The one place where all threads are asked: nobody may have been forgotten who was not woken.
    const isForgotten = ({ wait, item }: Thread) => wait !== undefined && item !== undefined;
    if (!isScriptReady && threads.some(isForgotten)) throw new Error('a task can go on and was not woken');
    const count = threads.length + items.length;
    if (count < 2) return false;
    const chosen = choose(count);
    if (chosen === 0) return false;
    const thread = threads[chosen];
    if (thread === script) this.#advance(script);
    else if (thread !== undefined) this.#resume(thread);
    else {
      const { pool, index } = items[chosen - threads.length]!;
      this.#start(pool, takeLinked(work, pool, index), nextOrder(work));
    }
    return true;
  }

  /** Whether a thread can go on now: in a wait queue, only one that was woken. */
  #canGoOn(thread: Thread): boolean {
    if (thread.wait !== undefined && thread !== this.#script && needsWake(thread.wait)) return false;
    const wait = thread.wait ?? thread.woken?.wait;
    return wait === undefined || this.#isReady(wait, thread);
  }

  /** Lets the worker run whose turn it is; false if there is none. */
  #runWorker(): boolean {
    const waited = this.#woken.first();
    const awake = this.world.work.woken[0];
    if (waited !== undefined && (awake === undefined || waited.order < awake.order))
      this.#resume(waited.thread);
    else if (awake !== undefined) this.#runAwake(awake);
    else return false;
    return true;
  }

  /** A worker goes on behind its wait, or waits again if that has begun anew. */
  #resume(thread: Thread): void {
    const { order, wait } = thread.woken ?? { order: nextOrder(this.world.work), wait: thread.wait };
    if (thread.wait !== undefined) this.#waiting.remove(thread);
    thread.woken = undefined;
    if (wait === undefined || this.#isReady(wait, thread)) {
      this.#step(thread, order);
      return;
    }
    this.#waiting.waitAgain(thread, wait);
  }

  /** A worker that was woken, or has ended an item, takes the next; without one it sleeps. */
  #runAwake(worker: AwakeWorker): void {
    const { pool, active, order, scheduled, ending } = worker;
    const { work } = this.world;
    work.woken.shift();
    if (!active) workerLeaveIdle(work, pool, order);
    if (ending !== undefined) this.#stay({ pool, active: true, order, scheduled });
    else if (scheduled.length > 0) this.#start(pool, scheduled, order);
    else if (!keepWorking(work, pool) || !this.#startNext(pool, order)) workerEnterIdle(work, pool);
  }

  /** A worker begins with the next item of a pool, if there is one. One that may not run beside another goes to the worker that runs that. */
  #startNext(pool: Pool, order: number): boolean {
    const { work } = this.world;
    while (firstItems(work, pool).length > 0) {
      const items = takeLinked(work, pool, 0);
      if (giveToEnding(work, items)) continue;
      const other = this.#exclusions.runnerOf(items[0]!);
      if (other === undefined) {
        this.#start(pool, items, order);
        return true;
      }
      other.scheduled.push(...items);
    }
    return false;
  }

  /** Lets a worker begin with the first of some items. */
  #start(pool: Pool, items: readonly WorkItem[], order: number): void {
    const { work } = this.world;
    const item = items[0]!;
    if (item.kind === 'deferred-probe') this.world.deferred.workQueued = false;
    const number = this.world.recording ? this.#numbers.take() : 0;
    const scheduled = items.length === 1 ? [] : items.slice(1);
    const thread = this.#workers.begin(item, number, scheduled);
    // A worker of the unbound pool wakes the next one before it begins.
    if (pool === 'unbound' && work.unbound.length > 0) kickPool(work, pool);
    this.#step(thread, order);
    if (thread.wait !== undefined) this.#exclusions.begin(item, thread);
  }

  /** Nothing is left to do for the workers that are awake: the idle loop is reached. */
  #letWorkersSleep(): void {
    this.#current = undefined;
    letSleep(this.world.work);
    sharpenTimers(this.world);
    // Who else waits for that goes on behind the script, which may be at work again by then.
    for (const thread of this.#waiting.idlers()) {
      this.#waiting.remove(thread);
      const order = nextOrder(this.world.work);
      thread.woken = { order, wait: undefined };
      this.#woken.add(thread, order);
    }
  }

  /** The script takes the processor from the worker that has just ended an item. */
  #preempt(): void {
    if (this.#current !== undefined) putPrevEntity(this.world.work, this.#current);
    this.#current = undefined;
    this.#hasScriptLooked = false;
  }

  /** Lets a worker run to the end of its item, behind which it looks for the next, or to a wait, for which another takes its place. */
  #step(thread: Thread, order: number): void {
    const { work } = this.world;
    const item = thread.item!;
    const pool = poolOf(item);
    work.executing = pool;
    this.#turn = order;
    const hasEnded = this.#advance(thread);
    this.#turn = Number.POSITIVE_INFINITY;
    work.executing = 'none';
    if (hasEnded) {
      this.#exclusions.end(item);
      this.#numbers.release(thread.number);
      this.#workers.end(thread);
      asyncJobEnded(this.world, item);
      if (item.kind === 'flush-barrier') this.#complete(item);
      const isPreempted = this.#mayScriptRun(this.#script!) || this.#hasScriptLooked;
      const { scheduled } = thread;
      if (isPreempted) this.#stay({ pool, active: true, order, scheduled, ending: item });
      else this.#stay({ pool, active: true, order, scheduled });
    } else if (pool === 'percpu' && work.percpu.length > 0) kickPool(work, pool);
  }

  /** A worker that has ended an item is to go on. */
  #stay(worker: AwakeWorker): void {
    this.#current = worker;
    addAwake(this.world.work, worker);
  }

  /** Moves the clock to the next thing that happens at a time; false if nothing will. */
  #moveClock(): boolean {
    const { world } = this;
    sharpenTimers(world);
    const timer = nextTimerAt(world) ?? Number.POSITIVE_INFINITY;
    const next = this.#sleepers.moveTo(timer, world.work.timersSet);
    if (next === Number.POSITIVE_INFINITY) return false;
    this.beforeClockMoves?.(next);
    world.now = Math.max(world.now, next);
    // Workers whose time has come are woken by that, before all that the script may do now.
    this.#sleepers.fire(world.now, ({ thread, timersSet, due }) => {
      fireTimers(world, timersSet);
      if (due && thread !== this.#script) this.#noteWoken(thread);
      return due ? 0 : nextOrder(world.work);
    });
    fireTimers(world);
    return true;
  }

  /** What a wait of the script for idleness comes to where all others are idle: true, and workers sleep. False where it has to wait. */
  isIdleAtOnce(): boolean {
    if (this.#choose !== undefined || !this.isIdle()) return false;
    this.#letWorkersSleep();
    return true;
  }

  /** What a wait of the script until a time comes to where nothing else happens before: the clock stands there. False where it has to wait. */
  passTo(until: number): boolean {
    const { world } = this;
    sharpenTimers(world);
    if ((nextTimerAt(world) ?? Number.POSITIVE_INFINITY) <= until || this.#waiting.nextTime() <= until)
      return false;
    if (!this.isIdleAtOnce()) return false;
    this.beforeClockMoves?.(until);
    world.now = Math.max(world.now, until);
    return true;
  }

  /** No worker has begun an item that it has not ended. */
  isWithoutWorkers(): boolean {
    return this.#workers.threads.length === 0;
  }

  /** No work item could start and no worker go on. */
  isIdle(): boolean {
    const { work } = this.world;
    if (work.percpu.length > 0 || work.unbound.length > 0 || this.#woken.first() !== undefined) return false;
    if (work.woken.some(({ scheduled, ending }) => scheduled.length > 0 || ending !== undefined))
      return false;
    // Workers that wait for this very thing do not keep each other from it.
    return !this.#waiting.hasWoken();
  }

  #isReady(wait: Wait, thread: Thread): boolean {
    return flushedItem(wait) === undefined
      ? isReady(this.world, wait, thread.item, this)
      : thread.barrier === 0;
  }

  /** Whether a task has to wait that is about to. */
  #hasToWait(wait: Wait, thread: Thread): boolean {
    const item = flushedItem(wait);
    if (item === undefined) return !this.#isReady(wait, thread);
    const hasCancelled = wait.kind === 'domain-work' || (wait.kind === 'runtime-work' && wait.flush !== true);
    return this.#flushes.start(thread, item, hasCancelled);
  }

  /** Whoever waited for a barrier is woken. */
  #complete({ barrier }: Barrier): void {
    const thread = this.#flushes.complete(barrier);
    if (thread !== undefined && thread !== this.#script) this.#noteWoken(thread);
  }
}
