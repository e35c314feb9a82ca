/** Boots the kernel of build.ts on a board, and reads what it made of it, as ../shared/data records it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FwDevlinkMode } from '../../src/core/index.ts';
import type { RecordedBoard, RecordedDrivers } from '../support/recorded-board.ts';
import { hideProperties } from './board-blob.ts';
import { ensureKernel } from './build.ts';

export interface BoardRunOptions {
  readonly mode?: FwDevlinkMode;
  readonly drivers?: RecordedDrivers;
  /** Another kernel than the plain one of build.ts. */
  readonly kernel?: string;
}

/** Seconds of wall time for one board. */
const TIMEOUT = 120;

function bootWords(folder: string, options: BoardRunOptions): string[] {
  return [
    'mem=256M',
    'time-travel=inf-cpu',
    'con=null',
    'con0=null',
    'stderr=0',
    'loglevel=1',
    `uml_dir=${folder}/`,
    'umid=uml',
    `dtb=${folder}/board.dtb`,
    `fw_devlink=${options.mode ?? 'rpm'}`,
    `orc.board=${options.drivers ?? 'none'}`,
    `orc.trace=${folder}/trace`,
  ];
}

async function boot(kernel: string, folder: string, options: BoardRunOptions): Promise<string> {
  writeFileSync(`${folder}/trace`, '');
  const child = spawn(kernel, bootWords(folder, options), {
    stdio: 'ignore',
    env: { ...process.env, TMPDIR: folder },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT * 1_000);
  await new Promise<void>((resolve, reject) => {
    child.on('exit', () => resolve());
    child.on('error', reject);
  });
  clearTimeout(timer);
  return readFileSync(`${folder}/trace`, 'utf8');
}

/** The record in a trace: events, then a state before the timeout, and one behind it. */
function recordOf(dtb: string, trace: string, withEvents: boolean): RecordedBoard {
  const lines = trace.split('\n').filter((line) => line.startsWith('{'));
  const values = lines.map((line): Record<string, unknown> => JSON.parse(line));
  const [before, after] = values.filter((value) => 'platform' in value);
  if (!trace.endsWith('=done\n') || before === undefined || after === undefined)
    return { dtb, error: 'the kernel did not survive' } as RecordedBoard;
  const until = values.indexOf(before);
  const events = withEvents ? { events: values.slice(0, until) } : {};
  return { dtb, ...before, ...events, after_timeout: after } as unknown as RecordedBoard;
}

/**
 * What the kernel makes of a device tree: with `error` if it does not survive. `dtb` names the board in the record. Without
 * drivers of the environment, memory nodes are hidden from the kernel, and with drivers what assigns clocks too, as in the records.
 */
export async function runBoard(
  dtb: string,
  blob: Uint8Array,
  options: BoardRunOptions = {},
): Promise<RecordedBoard> {
  const { drivers = 'none' } = options;
  const kernel = options.kernel ?? (await ensureKernel({ variant: 'plain' }));
  const folder = mkdtempSync(join(tmpdir(), 'devgraph-board-'));
  try {
    writeFileSync(join(folder, 'board.dtb'), hideProperties(blob, drivers !== 'none'));
    return recordOf(dtb, await boot(kernel, folder, options), drivers !== 'none');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
