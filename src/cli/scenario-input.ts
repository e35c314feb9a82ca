/** Scenarios as input: files in YAML, JSON or the command language, with the board that they name, run. */
import { readDeviceTree } from '../boards/index.ts';
import type { Board } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import {
  runScenario,
  runScenarioFile,
  type ScenarioFile,
  type ScenarioFileRun,
  type SimulateOptions,
} from '../scenario-files/index.ts';
import type { ScenarioText } from '../scenario-files/scenario-schema.ts';
import { parseScenarios } from '../scenarios/index.ts';
import { looksPacked } from '../snapshots/packed.ts';
import type { Io } from './io.ts';
import { readScenarioBytes } from './scenario-bytes.ts';

/** A path in a scenario file starts where the file lies. */
export function beside(file: string, path: string): string {
  if (/^([/\\]|[a-z]:)/i.test(path) || file === '-') return path;
  const folder = file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return `${folder}${path}`;
}

/** The blob that a scenario names: a file, or the device tree of a packed snapshot. */
async function treeBytes(input: string, io: Io): Promise<Uint8Array> {
  const bytes = await io.readNamedFile(input);
  if (!looksPacked(bytes)) return bytes;
  const { noTree, openSnapshot, snapshotTree } = await import('./snapshot-input.ts');
  const { files, system } = await openSnapshot(input, bytes, io);
  const tree = snapshotTree(files, input);
  if (tree === undefined) throw noTree(system);
  return tree;
}

async function readBoardOf(name: string, path: string, io: Io, place: InputError['place']): Promise<Board> {
  const input = beside(name, path);
  try {
    return readDeviceTree(await treeBytes(input, io), { input });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      'scenario-board',
      place,
      error.message,
      'board: names a .dtb or a packed snapshot, relative to the scenario',
    );
  }
}

/** A scenario in YAML or JSON, with the board that it names. */
export interface ReadScenario extends ScenarioText {
  readonly board: Board | undefined;
}

/** Reads a scenario; undefined for a file in the command language. */
export async function readScenarioFile(name: string, io: Io): Promise<ReadScenario | undefined> {
  if (name.endsWith('.scn')) return undefined;
  const { readScenario } = await import('../scenario-files/scenario-schema.ts');
  const read = readScenario(await readScenarioBytes(name, 'a scenario', io), name);
  const { file, placeOf } = read;
  const board =
    file.board === undefined ? undefined : await readBoardOf(name, file.board, io, placeOf(['board']));
  return { ...read, board };
}

/** It says what devices have to do, so policies are compared on it. */
export function hasWorkload({ workload, policies }: ScenarioFile): boolean {
  return workload !== undefined || policies !== undefined;
}

/** Runs the scenarios of a file: one, or as many as a file of commands has. `known`: what it was read as. */
export async function scenarioRuns(
  name: string,
  common: SimulateOptions,
  io: Io,
  known?: ReadScenario,
): Promise<ScenarioFileRun[]> {
  if (name.endsWith('.scn')) {
    const bytes = await readScenarioBytes(name, 'a scenario', io);
    const text = new TextDecoder().decode(bytes);
    const runs = parseScenarios(text, name).map((scenario) => runScenario(scenario, common));
    if (runs.length === 0) throw new InputError('scenario-empty', { input: name }, 'has no command');
    return runs;
  }
  const { file, placeOf, board } = known ?? (await readScenarioFile(name, io))!;
  return [runScenarioFile(file, { ...common, board, placeOf })];
}
