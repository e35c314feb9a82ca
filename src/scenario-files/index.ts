/**
 * Scenario files: devices, drivers, steps and what is expected of them. The schema and the reader of YAML are apart
 * (scenario-schema.ts): they alone need zod and yaml.
 */
export { type CompiledScenario, compileScenario } from './compile-scenario.ts';
export * from './compiled-policies.ts';
export { type KeyPath, type PlaceOf, placesByPath } from './complaints.ts';
export type { DeviceState, LinkState } from './device-state.ts';
export type * from './policy-file.ts';
export * from './policy-machine.ts';
export type { Range } from './power-quantities.ts';
export type { RunEvent } from './run-trace.ts';
export type * from './scenario-file.ts';
export {
  BUS,
  runScenario,
  runScenarioFile,
  type ScenarioFileRun,
  type SimulateOptions,
  simulate,
  worldOf,
} from './simulate.ts';
export type {
  Expectation,
  SimulatedDevice,
  SimulatedDomain,
  SimulatedStep,
  Simulation,
  SimulationHang,
} from './simulation.ts';
