/** The scenarios in examples/scenarios, and running them as the command line does. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readDeviceTree } from '../../src/boards/index.ts';
import {
  runScenarioFile,
  type ScenarioFileRun,
  type SimulateOptions,
} from '../../src/scenario-files/index.ts';
import { readScenario } from '../../src/scenario-files/scenario-schema.ts';
import { exampleBoard } from './shared-data.ts';

const FOLDER = new URL('../../examples/scenarios/', import.meta.url);

export const EXAMPLE_SCENARIOS = readdirSync(fileURLToPath(FOLDER))
  .filter((name) => name.endsWith('.yaml'))
  .sort();

export function exampleScenario(name: string): string {
  return readFileSync(fileURLToPath(new URL(name, FOLDER)), 'utf8');
}

export function runExample(name: string, options: SimulateOptions = {}): ScenarioFileRun {
  const { file, placeOf } = readScenario(exampleScenario(name), name);
  const board = file.board?.replace(/^.*\//, '');
  return runScenarioFile(file, {
    ...options,
    placeOf,
    board: board === undefined ? undefined : readDeviceTree(exampleBoard(board), { input: board }),
  });
}
