/** Callbacks of a run, with their entries in the events of a World that records. */
import type { CallbackEffect, Task } from '../core/task.ts';
import type { World } from '../core/world.ts';
import { recordBegin, recordEnd } from './call-record.ts';
import type { CallbackTask, Context } from './thread.ts';

export class Callbacks {
  readonly #world: World;
  readonly #callback: CallbackTask;
  readonly #hasToYield: () => boolean;
  /** Where the task that runs calls back. */
  context: Context = 'cmd';
  /** The task of a callback that has begun and is about to be yielded. */
  #begun: Task<number> | undefined;

  /** `hasToYield`: tasks do so for every callback, as somebody looks at what they have done until then. */
  constructor(world: World, callback: CallbackTask, hasToYield: () => boolean) {
    this.#world = world;
    this.#callback = callback;
    this.#hasToYield = hasToYield;
  }

  /** Begins a callback: its result, or the task that it is, behind which {@link recordEnd} is to come. */
  begin(call: CallbackEffect): number | Task<number> {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun !== undefined) return begun;
    recordBegin(this.#world, call);
    const answer = this.#callback(call, this.context);
    if (typeof answer === 'number') recordEnd(this.#world, call, answer);
    return answer;
  }

  /** The same for a task that asks before it yields (core/at-once.ts); undefined where it has to. */
  readonly atOnce = (call: CallbackEffect): number | undefined => {
    if (this.#begun !== undefined || this.#hasToYield()) return undefined;
    const answer = this.begin(call);
    if (typeof answer === 'number') return answer;
    this.#begun = answer;
    return undefined;
  };
}
