/**
 * devgraph as a library: the Linux device model as a graph that runs. No Node API: the same in a browser.
 *
 *     const board = readDeviceTree(bytes, { input: 'board.dtb' });
 *     const world = bootBoard(board, { drivers: allDrivers('arm64') });
 *     linksOf(world); orderOf(world); checkBoard(world); toGraph(world);
 */
export {
  type BoardDiff,
  type DiffSides,
  diffBoards,
} from './analysis/board-diff.ts';
export { checkBoard } from './analysis/check-board.ts';
export { createLogChecker, type LogChecker } from './analysis/check-log.ts';
export {
  type CheckedBoard,
  type CheckedLog,
  type CheckResult,
  checkResult,
} from './analysis/check-result.ts';
export { createRuntimeChecker, type RuntimeChecker } from './analysis/check-runtime.ts';
export { compareLogs } from './analysis/compare-logs.ts';
export {
  type CallbackTiming,
  type CriticalPath,
  type CriticalPathOptions,
  criticalPath,
  type PartPath,
  type Saving,
  type WaitedFor,
} from './analysis/critical-path.ts';
export { type Cycle, type CycleEdge, cyclesOf } from './analysis/cycles.ts';
export {
  type Hop,
  orderingPath,
  type UnlinkedDependency,
  unlinkedDependencies,
} from './analysis/dependencies.ts';
export { compareFindings, type Finding, type Severity } from './analysis/finding.ts';
export { focusLinks } from './analysis/focus.ts';
export { contradictions, type GraphOrder, graphOrder, orderedPairs } from './analysis/graph-order.ts';
export {
  type DeviceRow,
  type LinkCause,
  type LinkRow,
  type LinksResult,
  linksOf,
  type WaitingRow,
} from './analysis/links.ts';
export { LogBoard } from './analysis/log-board.ts';
export { type LuckyPair, type OrderResult, type OrderStep, orderOf } from './analysis/order.ts';
export { orderDifferences } from './analysis/order-differences.ts';
export { arePhasesKnown, type PhasePair, phasePairs } from './analysis/phase-order.ts';
export { type ChainStep, criticalChain } from './analysis/probe-chain.ts';
export {
  type KnownDrivers,
  type ProbeDeferral,
  type ProbeResult,
  type ProbeRoot,
  probeOutcome,
} from './analysis/probe-outcome.ts';
export { type Shuffling, shuffleDrivers } from './analysis/probe-shuffle.ts';
export { RULES, type RuleName } from './analysis/rules.ts';
export { type CallbackRun, createCycleAssembler, type SleepCycle } from './analysis/sleep-cycles.ts';
export {
  createSleepTiming,
  type SleepTiming,
  type TimedCallback,
  type TimedPhase,
  type TimelineResult,
} from './analysis/sleep-timing.ts';
export { type SyncStateRow, syncStateWaits } from './analysis/sync-state-waits.ts';
export {
  createTimelineCollector,
  type Span,
  type StatusInterval,
  type Timeline,
  type TimelineCycle,
  timelineOf,
} from './analysis/timeline.ts';
export { toGraph } from './analysis/to-graph.ts';
export { type BootWith, type Unblocking, unblock } from './analysis/unblock.ts';
export { findDevices, type WhyResult, whyOrdered } from './analysis/why.ts';
export { traceOf } from './analysis/world-trace.ts';
export { type KernelVersion, type ReadDeviceTreeOptions, readDeviceTree } from './boards/index.ts';
export * from './core/index.ts';
export {
  bootBoardWithDma,
  DMA_LINK_POLICIES,
  type DmaLinkPolicy,
  readDmaLinkPolicy,
} from './dma/index.ts';
export { deviceLinkAdd, type LinkAddResult, type LinkRefusal } from './links/index.ts';
export { createLogReader, type LogReader, type LogSummary, readLog } from './logs/index.ts';
export { type Deadlock, enableAsyncSuspend, sleepDeadlocks } from './pm/index.ts';
export {
  allDrivers,
  type BootOptions,
  bootBoard,
  driversOfCompatibles,
  type EnvironmentName,
  type NewDriver,
  perCompatibleDrivers,
} from './probe/index.ts';
export {
  type Expectation,
  type PlaceOf,
  type RunEvent,
  runScenarioFile,
  type ScenarioFile,
  type ScenarioFileRun,
  type SimulateOptions,
  type Simulation,
  simulate,
} from './scenario-files/index.ts';
