/**
 * Kernel code in execution: the command of an actor, or a worker with its item. A thread runs until it calls a driver, has to wait, or
 * ends; that is one step, and other threads may step between any two.
 */
import { hashAny, hashNumber, hashPair, hashText, high, low } from '../core/hash.ts';
import { listening } from '../core/kept.ts';
import type { CallbackEffect, Task, Wait } from '../core/task.ts';
import type { WorkItem } from '../core/work-queues.ts';

/** A callback that a task asks for. */
export type Call = CallbackEffect;

/** What stands on the stack of a thread: kernel code, or a callback that it has called. */
export type Frame =
  | { readonly kind: 'kernel'; readonly task: Task<unknown> }
  /** `body` is what the callback does before it returns; undefined when that is done, or nothing. */
  | { readonly kind: 'callback'; readonly call: Call; body: Task<unknown> | undefined };

export interface Thread {
  /** Index of the actor, -1 for a worker. */
  readonly actor: number;
  /** The item of a worker. */
  readonly item: WorkItem | undefined;
  readonly frames: Frame[];
  /** What the innermost task waits for; undefined in a callback. */
  wait: Wait | undefined;
  /** Whether it has interrupts off (core/interrupts.ts), while others step. */
  interruptsOff: boolean;
  /** A hash of the calls that the thread has made since it began, the answers to them, and what its tasks keep. */
  memoryHigh: number;
  memoryLow: number;
}

/** A thread that has not run yet. `task` is called as its first step: kernel code may keep something before its first task. */
export function createThread(actor: number, item: WorkItem | undefined, task: () => Task<unknown>): Thread {
  const thread: Thread = {
    actor,
    item,
    frames: [],
    wait: undefined,
    interruptsOff: false,
    memoryHigh: 0,
    memoryLow: 0,
  };
  thread.frames.push({ kind: 'kernel', task: told(thread, task) });
  return thread;
}

/** The callback that the thread is in, if it is in one and not in kernel code that the callback called. */
export function callbackOf({ frames }: Thread): (Frame & { kind: 'callback' }) | undefined {
  const frame = frames[frames.length - 1];
  return frame?.kind === 'callback' ? frame : undefined;
}

/** What a thread needs of those who run it, in a state of theirs. */
export interface Surroundings<State> {
  readonly isReady: (state: State, wait: Wait, thread: Thread) => boolean;
  /** What a callback does before it returns. */
  readonly bodyOf: (state: State, call: Call) => Task<unknown> | undefined;
}

/** How a step of a thread ended. */
export type Advance =
  | { readonly kind: 'called'; readonly call: Call }
  /** A callback has done what it does and is about to return. */
  | { readonly kind: 'done' }
  | { readonly kind: 'waits' }
  | { readonly kind: 'ended'; readonly value: unknown };

const DONE: Advance = { kind: 'done' };
const WAITS: Advance = { kind: 'waits' };

/** Adds the hash that was computed last to what a thread remembers. */
function remember(thread: Thread): void {
  hashPair(Math.imul(thread.memoryHigh, 0x85ebca6b) ^ high, Math.imul(thread.memoryLow, 0xcc9e2d51) + low);
  thread.memoryHigh = high;
  thread.memoryLow = low;
}

/** That time has passed, for a thread that measures it. */
export function rememberTime(thread: Thread, milliseconds: number): void {
  hashPair(milliseconds, 5);
  remember(thread);
}

function rememberCall(thread: Thread, call: Call): void {
  hashText(call.callback);
  hashPair(high ^ (call.kind === 'call' ? call.device : ~call.domain), low);
  remember(thread);
}

/** Lets a thread run to its next call or wait, or its end. `answer` is what a callback has returned to it. */
export function advance<State>(
  thread: Thread,
  answer: number,
  state: State,
  around: Surroundings<State>,
): Advance {
  return told(thread, () => run(thread, answer, state, around));
}

/** Runs kernel code of a thread, which remembers what is kept. */
function told<T>(thread: Thread, code: () => T): T {
  return listening((value) => {
    hashAny(value);
    remember(thread);
  }, code);
}

function run<State>(thread: Thread, answer: number, state: State, around: Surroundings<State>): Advance {
  const { frames } = thread;
  thread.wait = undefined;
  let given = answer;
  for (;;) {
    const frame = frames[frames.length - 1]!;
    const step = (frame.kind === 'kernel' ? frame.task : frame.body!).next(given);
    if (step.done) {
      if (frame.kind === 'callback') {
        hashPair(1, 1);
        remember(thread);
        frame.body = undefined;
        return DONE;
      }
      frames.pop();
      if (frames.length === 0) return { kind: 'ended', value: step.value };
      given = typeof step.value === 'number' ? step.value : 0;
      continue;
    }
    const effect = step.value;
    if (effect.kind === 'enter') {
      frames.push({ kind: 'kernel', task: effect.task });
      given = 0;
      continue;
    }
    if (effect.kind !== 'wait') {
      frames.push({ kind: 'callback', call: effect, body: around.bodyOf(state, effect) });
      rememberCall(thread, effect);
      return { kind: 'called', call: effect };
    }
    if (!around.isReady(state, effect.for, thread)) {
      thread.wait = effect.for;
      return WAITS;
    }
    given = 0;
  }
}

/** Lets the callback that a thread is in return a value, and the thread go on. */
export function returnFromCallback<State>(
  thread: Thread,
  value: number,
  state: State,
  around: Surroundings<State>,
): Advance {
  thread.frames.pop();
  hashNumber(value);
  remember(thread);
  return advance(thread, value, state, around);
}
