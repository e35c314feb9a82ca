/** Random boards with some drivers on the kernel of build.ts, held against the model. */
import type { Driver } from '../../src/core/index.ts';
import { differencesFromRecord } from '../support/recorded-board.ts';
import { runBoard } from './board-run.ts';
import { blobOf, type RandomBoard, randomBoard, smallerBoards, wordsOf } from './generate-board.ts';

const EINVAL = 22;

/** What module/board-drivers.c does for a word. */
function driverOf(word: string): Driver {
  const compatible = word.slice(2);
  return {
    name: word,
    bus: 'platform',
    compatibles: [compatible],
    syncState: word.startsWith('s'),
    probe: word.startsWith('p')
      ? { kind: 'populate' }
      : { kind: 'return', value: word.startsWith('f') ? -EINVAL : 0 },
  };
}

/** Where the model differs from the kernel; empty where it does not. */
async function differencesOf(board: RandomBoard, kernel: string | undefined): Promise<string[]> {
  const blob = blobOf(board);
  // One in four is permissive.
  const mode = /[37]$/.test(board.name) ? 'permissive' : 'rpm';
  const record = await runBoard(board.name, blob, {
    drivers: 'listed',
    mode,
    ...(kernel !== undefined && { kernel }),
  });
  if (record.error !== undefined) return [`${board.name}: ${record.error}`];
  return differencesFromRecord(record, blob, mode, 'listed', {
    drivers: wordsOf(board, false).map(driverOf),
    lateDrivers: wordsOf(board, true).map(driverOf),
  });
}

/** The smallest board found that still differs: each step takes one thing away. */
async function shrunk(board: RandomBoard, kernel: string | undefined): Promise<RandomBoard> {
  for (const smaller of smallerBoards(board)) {
    if ((await differencesOf(smaller, kernel)).length > 0) return shrunk(smaller, kernel);
  }
  return board;
}

export interface RandomBoardsCheck {
  readonly boards: number;
  /** For each that differs, its first difference, and the board made small. */
  readonly wrong: readonly { readonly difference: string; readonly board: RandomBoard }[];
}

export interface RandomBoardsOptions {
  /** Kernels that run at once; 2 by default. */
  readonly jobs?: number;
  /** How many boards that differ are made small; 3 by default. */
  readonly shrink?: number;
  /** Another kernel than the plain one of build.ts. */
  readonly kernel?: string;
  readonly progress?: (done: number) => void;
}

/** Boots random boards of a seed on the kernel and in the model. `shrink` of those that differ are made small. */
export async function checkRandomBoards(
  seed: string,
  count: number,
  { jobs = 2, shrink = 3, kernel, progress }: RandomBoardsOptions = {},
): Promise<RandomBoardsCheck> {
  const wrong: { difference: string; board: RandomBoard }[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < count) {
      const board = randomBoard(seed, next++);
      const [difference] = await differencesOf(board, kernel);
      if (difference !== undefined) wrong.push({ difference, board });
      progress?.(++done);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  for (const entry of wrong.slice(0, shrink)) entry.board = await shrunk(entry.board, kernel);
  return { boards: count, wrong };
}
