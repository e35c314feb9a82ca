/** A path that breaks an invariant, without the steps that it does not need. */
import { type Breach, breachOf, takenOrFault } from './breaches.ts';
import type { Exploration } from './exploration.ts';
import type { Invariant } from './invariants.ts';
import { stepText } from './narrate.ts';
import { createState } from './state.ts';
import { possibleSteps, type Step, type Taken } from './steps.ts';

interface BrokenPath extends Breach {
  readonly steps: readonly Step[];
}

interface Followed {
  readonly path: BrokenPath;
  /** The words of the steps that were taken. */
  readonly words: readonly string[];
}

/** Goes along steps by their words, leaving out what is not possible, to where the invariant is broken; undefined if it never is. */
function follow(
  exploration: Exploration,
  words: readonly string[],
  invariant: string,
  invariants: readonly Invariant[],
): Followed | undefined {
  const state = createState(exploration);
  const steps: Step[] = [];
  const taken: string[] = [];
  const found = (breach: Breach | undefined) =>
    breach?.invariant === invariant ? { path: { ...breach, steps }, words: taken } : undefined;
  let last: Taken | undefined;
  for (const word of words) {
    const breach = breachOf(state, last, invariants);
    if (breach !== undefined) return found(breach);
    const step = possibleSteps(state).find((one) => stepText(state, one) === word);
    if (step === undefined) continue;
    steps.push(step);
    taken.push(word);
    const next = takenOrFault(state, step);
    if ('invariant' in next) return found(next);
    last = next;
  }
  return found(breachOf(state, last, invariants));
}

/** Tries that shortening may take. */
const TRIES = 20_000;

/** A path on which the same invariant is broken, and of which no single step can be left out. */
export function shortened(
  exploration: Exploration,
  path: readonly Step[],
  breach: Breach,
  invariants: readonly Invariant[],
): BrokenPath {
  const state = createState(exploration);
  let words: readonly string[] = path.map((step) => {
    const text = stepText(state, step);
    takenOrFault(state, step);
    return text;
  });
  let best: BrokenPath = { ...breach, steps: path };
  let tries = 0;
  // Without all that one of them does, then without single steps.
  const actors = [...new Set(words.map((word) => word.split(': ')[0]))];
  const without = [
    ...actors.map((who) => (word: string) => word.split(': ')[0] !== who),
    ...words.map(
      (_, back) => (_word: string, at: number, all: readonly string[]) => at !== all.length - 1 - back,
    ),
  ];
  for (let again = true; again; ) {
    again = false;
    for (const keeps of without) {
      if (++tries > TRIES) return best;
      const fewer = words.filter(keeps);
      const found =
        fewer.length < words.length ? follow(exploration, fewer, breach.invariant, invariants) : undefined;
      if (found === undefined) continue;
      best = found.path;
      words = found.words;
      again = true;
    }
  }
  return best;
}
