/** All states of a small world: actors, workers, timers and outcomes of callbacks in every order. */
export { type Breach, breachOf } from './breaches.ts';
export { type DescribedBreach, type Explored, exploreAll, exploreByWalks } from './describe.ts';
export type { Actor, ActorCommand, Exploration, Outcome } from './exploration.ts';
export { INVARIANTS, type Invariant, invariantNamed, NAIVE_INVARIANTS } from './invariants.ts';
export type { NarratedStep } from './narrate.ts';
export { readExploration } from './read-exploration.ts';
export {
  type Coverage,
  DEFAULT_MAX_STATES,
  type ExploreOptions,
  type ExploreResult,
  explore,
} from './search.ts';
export { cloneState, createState, type ExplorationState } from './state.ts';
export { stateHash } from './state-hash.ts';
export { possibleSteps, type Step, type Taken, takeStep } from './steps.ts';
export { WALK_DEPTH, type WalkOptions, type WalkResult, walk } from './walk.ts';
