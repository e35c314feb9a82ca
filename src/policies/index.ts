/** Runtime PM policies: what they cost on a workload, and what keeps devices on. */
export type { RecordedRequest, Recordings } from './arrivals.ts';
export {
  alwaysOnEnergy,
  type ComparePoliciesOptions,
  chosenPolicies,
  comparePolicies,
  comparisonOf,
  compiledPolicies,
  oracleOf,
} from './compare-policies.ts';
export type * from './comparison.ts';
export { HOLDERS, type Holder } from './held-on.ts';
export { machineOf, type PolicyMachine } from './machine.ts';
export { energyOfRun, policyResult } from './policy-result.ts';
export { type OnRow, type OnSpan, type PolicyTimeline, runForTimeline } from './policy-timeline.ts';
export { AS_WRITTEN, alwaysOn } from './prepare.ts';
export { createRequestCollector, type RequestCollector } from './recorded-requests.ts';
export { FinerThanMilliseconds, replayCommands } from './replay-commands.ts';
export { type PolicyRun, type RunPolicyOptions, runPolicy } from './run-policy.ts';
export type { LoggedAction } from './runner.ts';
export {
  type SweepPoint,
  type SweepResult,
  sweepGrid,
  sweepPoint,
  sweepResult,
} from './sweep.ts';
export { MOST_POINTS, SweepFault, type SweepTarget, sweepTarget } from './sweep-target.ts';
export { WorkloadFault } from './workload-fault.ts';
export { machineFromXstate } from './xstate-machine.ts';
