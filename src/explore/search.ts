/** All states of a small world, breadth first: what is found is found by a shortest path. */

import {
  type Breach,
  breachAfter,
  breachIn,
  FAULT,
  HANG,
  hangIn,
  promised,
  takenOrFault,
} from './breaches.ts';
import { deadEnd, Edges } from './edges.ts';
import type { Exploration } from './exploration.ts';
import { INVARIANTS, type Invariant } from './invariants.ts';
import { KeptStates } from './kept-states.ts';
import { ReachedTree } from './path.ts';
import { createState, type ExplorationState } from './state.ts';
import { stateHash } from './state-hash.ts';
import { possibleSteps, type Step } from './steps.ts';
import { Visited } from './visited.ts';

export interface ExploreOptions {
  /** Default {@link INVARIANTS}. */
  readonly invariants?: readonly Invariant[];
  /** Longest paths that are followed, in steps; default any. */
  readonly depth?: number;
  /** States past which the search ends; default 1,000,000. */
  readonly maxStates?: number;
  /** Live states that are kept to go on from; default 20,000 of each kind, or fewer that take some 250 MiB. */
  readonly kept?: number;
}

export const DEFAULT_MAX_STATES = 1_000_000;
const DEFAULT_KEPT = 20_000;

/** Why the search ended. */
export type Coverage =
  /** Every state that can be reached was reached. */
  | 'complete'
  /** A limit of depth or of states was reached: there are more. */
  | 'depth'
  | 'states'
  /** An invariant was broken. */
  | 'breach';

export interface ExploreResult {
  readonly coverage: Coverage;
  /** Distinct states that were reached, and steps that were taken between them. */
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest of the shortest paths that were followed. */
  readonly depth: number;
  /** States in which all actors are done and nothing moves. */
  readonly ends: number;
  /** Names of the invariants that were asked for. */
  readonly invariants: readonly string[];
  readonly breach: (Breach & { readonly steps: readonly Step[] }) | undefined;
  /** Steps taken again to come back to a state, and bytes of the tables that grow with the states. */
  readonly retaken: number;
  readonly bytes: number;
}

/** An invariant of the whole search. */
export const DEAD_END: Breach = {
  invariant: 'can-end',
  sentence: 'From every state there is a way on which all actors come to their end.',
  what: 'from here on, no order of steps lets all actors come to their end',
};

/** Visits all states of an exploration, or as many as the limits allow, until an invariant is broken. */
export function explore(exploration: Exploration, options: ExploreOptions = {}): ExploreResult {
  return new Search(exploration, options).run();
}

class Search {
  readonly #invariants: readonly Invariant[];
  readonly #options: ExploreOptions;
  readonly #tree = new ReachedTree();
  readonly #visited = new Visited();
  readonly #first: ExplorationState;
  readonly #kept: KeptStates;
  readonly #edges: Edges | undefined;
  readonly #hash = new Int32Array(2);
  readonly #ends: number[] = [];
  #transitions = 0;
  #depth = 0;

  constructor(exploration: Exploration, options: ExploreOptions) {
    this.#invariants = promised(options.invariants ?? INVARIANTS, exploration);
    this.#options = options;
    this.#first = createState(exploration);
    this.#kept = new KeptStates(this.#tree, this.#first, options.kept ?? DEFAULT_KEPT);
    // Actors that begin again for ever come to no end.
    const comesToAnEnd = !exploration.actors.some(({ repeats }) => repeats);
    this.#edges = comesToAnEnd ? new Edges() : undefined;
  }

  run(): ExploreResult {
    stateHash(this.#first, this.#hash);
    this.#visited.add(this.#hash[0]!, this.#hash[1]!, 0);
    const breach = breachIn(this.#first, this.#invariants);
    if (breach !== undefined) return this.#result('breach', { ...breach, steps: [] });
    const { depth = Number.POSITIVE_INFINITY, maxStates = DEFAULT_MAX_STATES } = this.#options;
    let layerEnd = 1;
    for (let state = 0; state < this.#tree.size; state++) {
      if (state === layerEnd) {
        layerEnd = this.#tree.size;
        this.#depth++;
      }
      if (this.#depth >= depth)
        return this.#result(this.#isLastLayer(state) ? 'complete' : 'depth', undefined);
      const found = this.#leave(state);
      if (found !== undefined) return this.#result('breach', found);
      if (this.#tree.size > maxStates) return this.#result('states', undefined);
    }
    return this.#result('complete', this.#deadEnd());
  }

  /** Whether no state of a layer leads on. */
  #isLastLayer(from: number): boolean {
    for (let state = from; state < this.#tree.size; state++) {
      if (possibleSteps(this.#kept.live(state)).length > 0) return false;
    }
    return true;
  }

  /** Takes every step out of a state. */
  #leave(number: number): ExploreResult['breach'] {
    const last = this.#kept.live(number);
    const steps = possibleSteps(last);
    const hang = hangIn(last, steps.length === 0);
    if (hang !== undefined) return { ...hang, steps: this.#tree.stepsBetween(0, number) };
    if (steps.length === 0) this.#ends.push(number);
    for (const [index, step] of steps.entries()) {
      const state = index === steps.length - 1 ? last : this.#kept.live(number);
      const breach = this.#reach(number, state, step);
      if (breach !== undefined) return { ...breach, steps: [...this.#tree.stepsBetween(0, number), step] };
    }
    return undefined;
  }

  #reach(from: number, state: ExplorationState, step: Step): Breach | undefined {
    this.#transitions++;
    const taken = takenOrFault(state, step);
    if ('invariant' in taken) return taken;
    const breach = breachAfter(state, taken, this.#invariants);
    if (breach !== undefined) return breach;
    stateHash(state, this.#hash);
    const number = this.#visited.add(this.#hash[0]!, this.#hash[1]!, this.#tree.size);
    this.#edges?.add(from, number);
    if (number < this.#tree.size) return undefined;
    this.#tree.add(from, step);
    const broken = breachIn(state, this.#invariants);
    if (broken === undefined) this.#kept.keep(number, state);
    return broken;
  }

  /** The first state from which no end can be reached. */
  #deadEnd(): ExploreResult['breach'] {
    if (this.#edges === undefined) return undefined;
    const state = deadEnd(this.#edges, this.#ends, this.#tree.size);
    return state === undefined ? undefined : { ...DEAD_END, steps: this.#tree.stepsBetween(0, state) };
  }

  #result(coverage: Coverage, breach: ExploreResult['breach']): ExploreResult {
    return {
      coverage,
      states: this.#tree.size,
      transitions: this.#transitions,
      depth: this.#depth,
      ends: this.#ends.length,
      // Only the whole graph tells whether there is a way to the end.
      invariants: [
        ...this.#invariants.map(({ name }) => name),
        HANG.invariant,
        FAULT.invariant,
        ...(this.#edges !== undefined && coverage === 'complete' ? [DEAD_END.invariant] : []),
      ],
      breach,
      retaken: this.#kept.retaken,
      bytes: this.#tree.bytes + this.#visited.bytes + (this.#edges?.bytes ?? 0),
    };
  }
}
