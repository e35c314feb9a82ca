/** All boards of ../shared/data on the kernel of build.ts, held against the model. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FwDevlinkMode } from '../../src/core/index.ts';
import {
  differencesFromRecord,
  type RecordedBoard,
  type RecordedDrivers,
} from '../support/recorded-board.ts';
import { runBoard } from './board-run.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/kernel-6.12/boards', import.meta.url));

export interface BoardsOptions {
  readonly mode?: FwDevlinkMode;
  readonly drivers?: RecordedDrivers;
  /** Kernels that run at once; 2 by default. */
  readonly jobs?: number;
  /** Another kernel than the plain one of build.ts. */
  readonly kernel?: string;
  /** Called with the number of boards done. */
  readonly progress?: (done: number) => void;
}

export interface BoardsCheck {
  readonly boards: number;
  /** Boards on which the kernel and the model are the same. */
  readonly equal: number;
  /** Where others differ first; boards that the kernel does not survive among them. */
  readonly wrong: readonly string[];
}

/** Names of the boards that are there, as the records have them. */
export function boardNames(): string[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.dtb'))
    .sort();
}

function differences(record: RecordedBoard, blob: Uint8Array, options: BoardsOptions): string[] {
  if (record.error !== undefined) return [`${record.dtb}: ${record.error}`];
  return differencesFromRecord(record, blob, options.mode ?? 'rpm', options.drivers).slice(0, 1);
}

/** Boots each board and compares devices, links, orders and what is left over, before and after the timeout. */
export async function checkBoards(
  names: readonly string[],
  options: BoardsOptions = {},
): Promise<BoardsCheck> {
  const { jobs = 2, progress } = options;
  const wrong: string[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let name = names[next++]; name !== undefined; name = names[next++]) {
      const blob = readFileSync(join(FOLDER, name));
      wrong.push(...differences(await runBoard(name, blob, options), blob, options));
      progress?.(++done);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return { boards: names.length, equal: names.length - wrong.length, wrong: wrong.sort() };
}
