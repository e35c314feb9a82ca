/** Invariants held against states and steps. */
import { waitText } from '../scenario-files/hang-text.ts';
import type { Exploration } from './exploration.ts';
import { INVARIANTS, type Invariant } from './invariants.ts';
import type { ExplorationState } from './state.ts';
import { possibleSteps, type Step, type Taken, takeStep } from './steps.ts';

/** An invariant that does not hold. */
export interface Breach {
  readonly invariant: string;
  readonly sentence: string;
  /** What is wrong, in words. */
  readonly what: string;
}

/** The invariants that are promised for an exploration: without those that one of its commands takes the ground from. */
export function promised(invariants: readonly Invariant[], exploration: Exploration): Invariant[] {
  const words = [
    ...exploration.setup,
    ...exploration.actors.flatMap(({ commands }) => commands.map(({ text }) => text)),
  ]
    .join(' ')
    .split(/\s+/);
  const used = new Set(words);
  return invariants.filter(({ notWith = [] }) => !notWith.some((word) => used.has(word)));
}

/** The first invariant that a state breaks. */
export function breachIn(state: ExplorationState, invariants: readonly Invariant[]): Breach | undefined {
  for (const { name, sentence, breach } of invariants) {
    const what = breach?.(state);
    if (what !== undefined) return { invariant: name, sentence, what };
  }
  return undefined;
}

/** The first invariant that a step breaks by the callback that it begins. */
export function breachAfter(
  state: ExplorationState,
  { advance }: Taken,
  invariants: readonly Invariant[],
): Breach | undefined {
  if (advance?.kind !== 'called') return undefined;
  for (const { name, sentence, breachAtCall } of invariants) {
    const what = breachAtCall?.(state, advance.call);
    if (what !== undefined) return { invariant: name, sentence, what };
  }
  return undefined;
}

/** Something waits for ever. The kernel has no promise about that; it is what a model is for. */
export const HANG: Omit<Breach, 'what'> = {
  invariant: 'no-hang',
  sentence: 'Nothing waits for ever: while something is in flight, a step is possible that lets it go on.',
};

/** Threads that nothing can let go on: all, where no step is left, else those in a loop that sees no change. */
export function hangIn(state: ExplorationState, isStuck: boolean): Breach | undefined {
  const { world } = state.session;
  const waits = state.threads.flatMap(({ wait }) =>
    wait !== undefined && (isStuck || wait.kind === 'livelock') ? [waitText(world, wait)] : [],
  );
  return waits.length === 0 ? undefined : { ...HANG, what: waits.join('; ') };
}

/** The kernel code of the model fails: a caller has done what nobody may do, as deleting a device twice, or the model is wrong. */
export const FAULT: Omit<Breach, 'what'> = {
  invariant: 'no-fault',
  sentence: 'Nobody does what the kernel has no answer to, as deleting a device that is being deleted.',
};

/** Takes a step; the breach that it is where the kernel code fails. */
export function takenOrFault(state: ExplorationState, step: Step): Taken | Breach {
  try {
    return takeStep(state, step);
  } catch (error) {
    return {
      ...FAULT,
      what: `the kernel code fails: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

/** The first thing that is wrong with a state, or with the step that led to it. */
export function breachOf(
  state: ExplorationState,
  taken: Taken | undefined,
  invariants: readonly Invariant[] = INVARIANTS,
): Breach | undefined {
  return (
    (taken === undefined ? undefined : breachAfter(state, taken, invariants)) ??
    breachIn(state, invariants) ??
    hangIn(state, possibleSteps(state).length === 0)
  );
}
