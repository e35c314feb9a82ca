/** The recordings of a running kernel that are bundled with the tests, each with the question whether the model replays it. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RecordedBoard } from '../support/recorded-board.ts';
import { recordedScenarios } from '../support/recorded-scenarios.ts';
import { exampleBoard } from '../support/shared-data.ts';
import { repositoryFile, type SwitchedModel } from './switched-model.ts';

export interface Recording {
  readonly name: string;
  /** What is asked first if one of many is enough: short scenarios, then boards. */
  readonly cost: number;
  /** Whether the model does what was recorded; false also if it breaks. */
  isReplayed(model: SwitchedModel): boolean;
}

const FOLDER = 'test/fixtures/kernel-6.12';
const BOARD_COST = 1_000;

function scenarios(file: string): Recording[] {
  const read = (extension: string) => repositoryFile(`${FOLDER}/scenarios/${file}.${extension}`);
  return recordedScenarios(read('scn'), read('txt')).map(({ scenario, trace }) => ({
    name: scenario.name,
    cost: scenario.commands.length,
    isReplayed(model) {
      const now = model.runScenario(scenario).session.trace;
      return now.length === trace.length && now.every((line, index) => line === trace[index]);
    },
  }));
}

function board(file: string): Recording[] {
  const [name, mode] = file.replace(/\.json$/, '').split('.') as [string, 'rpm' | 'permissive'];
  const record = JSON.parse(repositoryFile(`${FOLDER}/${file}`)) as RecordedBoard;
  const bytes = exampleBoard(`${name}.dtb`);
  return [
    {
      name: `${name} (fw_devlink=${mode})`,
      cost: BOARD_COST,
      isReplayed: (model) => model.differencesFromRecord(record, bytes, mode).length === 0,
    },
  ];
}

/** All of them, those that cost least first. */
export function bundledRecordings(): Recording[] {
  const files = (folder: string, ending: string) =>
    readdirSync(fileURLToPath(new URL(`../../${folder}`, import.meta.url)))
      .filter((file) => file.endsWith(ending))
      .sort();
  const all = [
    ...files(`${FOLDER}/scenarios`, '.scn').flatMap((file) => scenarios(file.replace('.scn', ''))),
    ...files(FOLDER, '.json').flatMap(board),
  ];
  return all.sort((a, b) => a.cost - b.cost);
}

/** Whether a recording is replayed; a model that breaks does not. */
export function isReplayed(recording: Recording, model: SwitchedModel): boolean {
  try {
    return recording.isReplayed(model);
  } catch {
    return false;
  }
}
