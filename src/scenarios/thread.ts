/** What a scheduler runs and how a run ends, as types: tasks that have begun, callbacks, hangs. */
import { type CallbackEffect, ended, type Task, type Wait } from '../core/task.ts';
import type { WorkItem } from '../core/work-queues.ts';
import type { WaitingThread } from './waiting-threads.ts';

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
export interface Thread extends WaitingThread {
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
  /**
   * A worker whose wait is over, and that has not run since: its place among all that are to run, and what it waited for;
   * undefined where it need not look whether that is there.
   */
  woken: { readonly order: number; readonly wait: Wait | undefined } | undefined;
  /** The barrier that it waits for (flushes.ts), 0 for none. */
  barrier: number;
  /** Items that the worker takes behind its own: ones that no other may run meanwhile, and barriers. */
  readonly scheduled: WorkItem[];
}

/** A worker in the queue of those to run; out of date if it has run since. */
export interface Woken {
  readonly thread: Thread;
  readonly order: number;
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

/** Stands for the task of a worker that has not run. */
export const NOT_BEGUN = ended(undefined);

/** The number of the script's own task. */
export const SCRIPT_TASK = 1;

/** Ends a run that goes on for ever. */
export class Endless extends Error {}

/** Ends a run in which the only processor does nothing else any more, in whatever task: the kernel goes round for ever, or dies. */
export class Stopped extends Error {
  readonly wait: Wait;

  constructor(wait: Wait) {
    super('the processor is lost');
    this.wait = wait;
  }
}

/**
 * Decides what runs next where several things can: returns an index below `count`. 0 is the order of this module; any
 * other is a schedule that more processors, or another load, could have had.
 */
export type Choose = (count: number) => number;
