/** Scenarios: commands on a World of devices, with scripted drivers, and their traces. */
export type { Command, ScriptedCallback } from './command.ts';
export { carryOut, runCallback, scriptOfCall } from './interpreter.ts';
export { type DriverCoreEvent, JOURNAL_LIMIT, type JournalEntry, journalLines } from './journal.ts';
export { checkTraceIsLegal, type Legality } from './legal-trace.ts';
export { COMMAND_NAMES, CommandError, parseCommand, parseNested } from './parse-command.ts';
export {
  COMMAND_LIMIT,
  parseScenarios,
  runCommands,
  runScenario,
  runScript,
  type Scenario,
  type ScenarioRun,
  type ScriptOptions,
  type ScriptResult,
  STEP_LIMIT,
} from './scenario.ts';
export { type Blocked, type RunResult, SCRIPT_TASK, Scheduler } from './scheduler.ts';
export {
  createScenarioWorld,
  createSession,
  deviceNamed,
  nextReturnValue,
  type Result,
  replaceSelf,
  SCENARIO_BUS,
  type Session,
  type SessionOptions,
} from './session.ts';
export type { Layer, TraceEvent } from './trace-event.ts';
export { isReady, type Runners, workTask } from './waits.ts';
