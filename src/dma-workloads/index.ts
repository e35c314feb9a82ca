/** Workloads of DMA under the designs that have been proposed for engines, clients and their links. */
export type { Seen } from './bench.ts';
export {
  compareDesigns,
  type DesignComparison,
  type DesignRow,
  type Missed,
} from './compare-designs.ts';
export { compareOnScenario } from './compare-scenario.ts';
export type { OnTime } from './measure.ts';
export { runWorkload, type WorkloadRun } from './run-workload.ts';
export {
  type ExpectedRow,
  FINDING_KINDS,
  type FindingKind,
  ORDERED,
  type Ordered,
  type Workload,
} from './workload.ts';
