/** Random walks through an exploration, for worlds that are too large to visit all of. */
import { seededChoice } from '../scenario-files/seeded-choice.ts';
import { type Breach, breachOf, FAULT, HANG, promised, takenOrFault } from './breaches.ts';
import type { Exploration } from './exploration.ts';
import { INVARIANTS, type Invariant } from './invariants.ts';
import { shortened } from './shorten.ts';
import { cloneState, createState } from './state.ts';
import { stateHash } from './state-hash.ts';
import { possibleSteps, type Step, type Taken } from './steps.ts';
import { Visited } from './visited.ts';

export interface WalkOptions {
  /** How many walks. */
  readonly walks: number;
  /** The same seed walks the same way. */
  readonly seed: number;
  /** Steps of a walk at most; default 1,000. */
  readonly depth?: number;
  /** Default {@link INVARIANTS}. */
  readonly invariants?: readonly Invariant[];
}

export interface WalkResult {
  readonly walks: number;
  /** Distinct states that were come through. */
  readonly states: number;
  readonly transitions: number;
  /** Walks that came to an end, all actors done and nothing moving. */
  readonly ends: number;
  readonly depth: number;
  readonly invariants: readonly string[];
  /** The path is shortened: no single step of it can be left out. */
  readonly breach: (Breach & { readonly steps: readonly Step[] }) | undefined;
}

export const WALK_DEPTH = 1_000;

/** Walks until an invariant is broken, or so many times. */
export function walk(exploration: Exploration, options: WalkOptions): WalkResult {
  const invariants = promised(options.invariants ?? INVARIANTS, exploration);
  const { walks, depth = WALK_DEPTH } = options;
  const choose = seededChoice(options.seed);
  const first = createState(exploration);
  const visited = new Visited();
  const hash = new Int32Array(2);
  const count = { transitions: 0, ends: 0, depth: 0 };
  const result = (done: number, breach: WalkResult['breach']): WalkResult => ({
    walks: done,
    states: visited.size,
    ...count,
    invariants: [...invariants.map(({ name }) => name), HANG.invariant, FAULT.invariant],
    breach,
  });
  for (let done = 0; done < walks; done++) {
    const state = cloneState(first);
    const path: Step[] = [];
    let taken: Taken | undefined;
    for (;;) {
      stateHash(state, hash);
      visited.add(hash[0]!, hash[1]!, 0);
      const breach = breachOf(state, taken, invariants);
      if (breach !== undefined) return result(done + 1, shortened(exploration, path, breach, invariants));
      const steps = possibleSteps(state);
      if (steps.length === 0) count.ends++;
      if (steps.length === 0 || path.length === depth) break;
      const step = steps[choose(undefined, steps.length)]!;
      path.push(step);
      count.transitions++;
      count.depth = Math.max(count.depth, path.length);
      const next = takenOrFault(state, step);
      if ('invariant' in next) return result(done + 1, shortened(exploration, path, next, invariants));
      taken = next;
    }
  }
  return result(walks, undefined);
}
