/**
 * Scenario files: devices, drivers, steps and what is expected of them. The schema and the reader of YAML are apart
 * (scenario-schema.ts): they alone need zod and yaml.
 */
export type { KeyPath, PlaceOf } from './complaints.ts';
export type { DeviceState, LinkState } from './device-state.ts';
export type { RunEvent } from './run-trace.ts';
export type * from './scenario-file.ts';
export {
  runScenario,
  runScenarioFile,
  type ScenarioFileRun,
  type SimulateOptions,
  simulate,
} from './simulate.ts';
export type {
  Expectation,
  SimulatedDevice,
  SimulatedDomain,
  SimulatedStep,
  Simulation,
  SimulationHang,
} from './simulation.ts';
