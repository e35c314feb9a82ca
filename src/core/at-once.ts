/**
 * Callbacks that are answered where they stand. A task that yields for a callback is a generator, and is resumed through all tasks that stand
 * around it; most callbacks take no time, and their result is there at once. So whoever runs tasks may say here that it answers, and a
 * task asks before it yields: then it need not be a generator at all. Where nobody answers, as while an exploration
 * (explore/) runs tasks, each callback is yielded.
 */
import type { CallbackEffect } from './task.ts';
import type { World } from './world.ts';

type AtOnce = (call: CallbackEffect) => number | undefined;

let answered: World | undefined;
let answer: AtOnce | undefined;

/** The result of a callback. Undefined where it is to be yielded, and as the next thing: it may have begun. */
export function answeredAtOnce(world: World, call: CallbackEffect): number | undefined {
  return answer === undefined || world !== answered ? undefined : answer(call);
}

/** Runs tasks of a World whose callbacks are answered so. */
export function answering<T>(world: World, by: AtOnce, run: () => T): T {
  const before = [answered, answer] as const;
  answered = world;
  answer = by;
  try {
    return run();
  } finally {
    [answered, answer] = before;
  }
}
