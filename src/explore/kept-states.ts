/**
 * Live states, for going on without walking the whole path again. A state at rest is plain data: it is kept as it is and copied whenever
 * it is needed. A state with threads in flight cannot be copied; it is handed out once, and made again by the steps that
 * lead to it from the nearest state that is kept.
 */
import type { ReachedTree } from './path.ts';
import { cloneState, type ExplorationState } from './state.ts';
import { takeStep } from './steps.ts';

/** Bytes that live states of one kind may take, as {@link bytesOf} reckons them. */
const MOST_BYTES = 2 ** 28;

/** About what a live state takes in memory. */
function bytesOf({ session: { world }, threads }: ExplorationState): number {
  return 10_000 + 1_000 * world.devices.length + 300 * world.links.length + 1_000 * threads.length;
}

export class KeptStates {
  readonly #tree: ReachedTree;
  /** States at rest, by number, oldest first; the first state of all is never dropped. */
  readonly #atRest = new Map<number, ExplorationState>();
  readonly #inFlight = new Map<number, ExplorationState>();
  readonly #limit: number;
  readonly #bytes = { atRest: 0, inFlight: 0 };
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
      this.#bytes.atRest += bytesOf(state);
      while (this.#atRest.size > this.#limit || this.#bytes.atRest > MOST_BYTES) {
        if (!this.#dropOldest()) return;
      }
      return;
    }
    const bytes = this.#bytes.inFlight + bytesOf(state);
    if (this.#inFlight.size >= this.#limit || bytes > MOST_BYTES) return;
    this.#inFlight.set(number, state);
    this.#bytes.inFlight = bytes;
  }

  /** False where only the first of all is left. */
  #dropOldest(): boolean {
    for (const [number, state] of this.#atRest) {
      if (number === 0) continue;
      this.#atRest.delete(number);
      this.#bytes.atRest -= bytesOf(state);
      return true;
    }
    return false;
  }

  /** A live copy of a state, to take steps in. */
  live(number: number): ExplorationState {
    const kept = this.#inFlight.get(number);
    if (kept !== undefined) {
      this.#inFlight.delete(number);
      this.#bytes.inFlight -= bytesOf(kept);
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
