/**
 * Live states, for going on without walking the whole path again. A state at rest is plain data: it is kept as it is and copied whenever
 * it is needed. A state with threads in flight cannot be copied; it is handed out once, and made again by the steps that
 * lead to it from the nearest state that is kept.
 */
import type { ReachedTree } from './path.ts';
import { cloneState, type ExplorationState } from './state.ts';
import { takeStep } from './steps.ts';

export class KeptStates {
  readonly #tree: ReachedTree;
  /** States at rest, by number, oldest first; the first state of all is never dropped. */
  readonly #atRest = new Map<number, ExplorationState>();
  readonly #inFlight = new Map<number, ExplorationState>();
  readonly #limit: number;
  /** Steps that were taken again. */
  retaken = 0;

  constructor(tree: ReachedTree, first: ExplorationState, limit: number) {
    this.#tree = tree;
    this.#limit = limit;
    this.#atRest.set(0, first);
  }

  /** Keeps a state that has just been reached for the first time. The caller does not use it any more. */
  keep(number: number, state: ExplorationState): void {
    if (state.threads.length === 0) {
      this.#atRest.set(number, state);
      if (this.#atRest.size > this.#limit) this.#dropOldest();
      return;
    }
    if (this.#inFlight.size < this.#limit) this.#inFlight.set(number, state);
  }

  #dropOldest(): void {
    for (const number of this.#atRest.keys()) {
      if (number === 0) continue;
      this.#atRest.delete(number);
      return;
    }
  }

  /** A live copy of a state, to take steps in. */
  live(number: number): ExplorationState {
    const kept = this.#inFlight.get(number);
    if (kept !== undefined) {
      this.#inFlight.delete(number);
      return kept;
    }
    let ancestor = number;
    while (!this.#atRest.has(ancestor)) ancestor = this.#tree.parentOf(ancestor);
    const state = cloneState(this.#atRest.get(ancestor)!);
    if (ancestor === number) return state;
    for (const step of this.#tree.stepsBetween(ancestor, number)) {
      takeStep(state, step);
      this.retaken++;
    }
    return state;
  }
}
