/** Scenarios: commands on a World of devices, with scripted drivers, and their traces. */
export type { Command } from './command.ts';
export { checkTraceIsLegal, type Legality } from './legal-trace.ts';
export { CommandError, parseCommand } from './parse-command.ts';
export {
  parseScenarios,
  runCommands,
  runScenario,
  type Scenario,
  type ScenarioRun,
  STEP_LIMIT,
} from './scenario.ts';
export { type Blocked, type RunResult, Scheduler } from './scheduler.ts';
export { createScenarioWorld, createSession, SCENARIO_BUS, type Session } from './session.ts';
