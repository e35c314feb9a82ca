/** Scenarios as input: files in YAML, JSON or the command language, with the board that they name, run. */
import { readDeviceTree } from '../boards/index.ts';
import type { Board } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import {
  runScenario,
  runScenarioFile,
  type ScenarioFileRun,
  type SimulateOptions,
} from '../scenario-files/index.ts';
import { parseScenarios } from '../scenarios/index.ts';
import type { Io } from './io.ts';

/** A path in a scenario file starts where the file lies. */
function beside(file: string, path: string): string {
  if (/^([/\\]|[a-z]:)/i.test(path) || file === '-') return path;
  const folder = file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return `${folder}${path}`;
}

async function readBoardOf(name: string, path: string, io: Io, place: InputError['place']): Promise<Board> {
  const input = beside(name, path);
  try {
    return readDeviceTree(await io.readNamedFile(input), { input });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      'scenario-board',
      place,
      error.message,
      'board: names a .dtb, relative to the scenario',
    );
  }
}

/** Runs the scenarios of a file: one, or as many as a file of commands has. */
export async function scenarioRuns(
  name: string,
  common: SimulateOptions,
  io: Io,
): Promise<ScenarioFileRun[]> {
  const bytes = await io.readBytes(name);
  if (name.endsWith('.scn')) {
    const text = new TextDecoder().decode(bytes);
    const runs = parseScenarios(text, name).map((scenario) => runScenario(scenario, common));
    if (runs.length === 0) throw new InputError('scenario-empty', { input: name }, 'has no command');
    return runs;
  }
  const { readScenario } = await import('../scenario-files/scenario-schema.ts');
  const { file, placeOf } = readScenario(bytes, name);
  const board =
    file.board === undefined ? undefined : await readBoardOf(name, file.board, io, placeOf(['board']));
  return [runScenarioFile(file, { ...common, board, placeOf })];
}
