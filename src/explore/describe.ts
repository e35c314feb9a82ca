/** What came of an exploration, as data for reports and other programs. */
import type { Breach } from './breaches.ts';
import type { Exploration } from './exploration.ts';
import { INVARIANTS, type Invariant } from './invariants.ts';
import { type NarratedStep, narrate } from './narrate.ts';
import { replayScript } from './replay-script.ts';
import { type ExploreOptions, explore } from './search.ts';
import type { Step } from './steps.ts';
import { type WalkOptions, walk } from './walk.ts';

/** A shortest path to what is wrong; of walks one that needs all of its steps. */
export interface DescribedBreach {
  readonly invariant: string;
  readonly sentence: string;
  readonly what: string;
  readonly steps: readonly NarratedStep[];
  /** The path as a scenario in the command language, if a run of it goes the same way; null if it needs another schedule. */
  readonly script: readonly string[] | null;
}

export interface Explored {
  readonly version: 1;
  readonly kernel: '6.12';
  readonly name: string;
  /**
   * complete: every state that can be reached; depth, states: a limit was reached and there are more; walks: only what random
   * walks came through; breach: it ended at what is wrong.
   */
  readonly coverage: 'complete' | 'depth' | 'states' | 'walks' | 'breach';
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest path that was followed. */
  readonly depth: number;
  readonly ends: number;
  readonly walks: number | null;
  readonly actors: readonly string[];
  /** Names of the invariants that were asked, and of those that a command of the scenario takes the ground from. */
  readonly invariants: readonly string[];
  readonly withheld: readonly string[];
  readonly breach: DescribedBreach | null;
}

interface Outcome {
  readonly coverage: Explored['coverage'];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly ends: number;
  readonly invariants: readonly string[];
  readonly breach: (Breach & { readonly steps: readonly Step[] }) | undefined;
}

function described(exploration: Exploration, breach: Outcome['breach']): DescribedBreach | null {
  if (breach === undefined) return null;
  const { invariant, sentence, what, steps } = breach;
  const script = replayScript(exploration, steps);
  return {
    invariant,
    sentence,
    what,
    steps: narrate(exploration, steps).steps,
    script: script.isExact ? script.commands : null,
  };
}

function explored(
  exploration: Exploration,
  outcome: Outcome,
  asked: readonly Invariant[],
  walks: number | null,
): Explored {
  const { coverage, states, transitions, depth, ends, invariants } = outcome;
  return {
    version: 1,
    kernel: '6.12',
    name: exploration.name,
    coverage,
    states,
    transitions,
    depth,
    ends,
    walks,
    actors: exploration.actors.map(({ name }) => name),
    invariants,
    withheld: asked.map(({ name }) => name).filter((name) => !invariants.includes(name)),
    breach: described(exploration, outcome.breach),
  };
}

/** Visits all states, as {@link explore}. */
export function exploreAll(exploration: Exploration, options: ExploreOptions = {}): Explored {
  return explored(exploration, explore(exploration, options), options.invariants ?? INVARIANTS, null);
}

/** Walks at random, as {@link walk}. */
export function exploreByWalks(exploration: Exploration, options: WalkOptions): Explored {
  const result = walk(exploration, options);
  const coverage = result.breach === undefined ? 'walks' : 'breach';
  return explored(exploration, { ...result, coverage }, options.invariants ?? INVARIANTS, result.walks);
}
