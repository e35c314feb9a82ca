/**
 * How fast recorded logs are read, and in how much memory: `npx tsx bench/logs.ts [--megabytes 200] [--rounds 3]`.
 *
 * Each case runs in a process of its own, on a log that another process makes from a seed as it is read, so that it is
 * never in memory as a whole and its making is not measured; only the reading is timed. The rounds of all cases are interleaved, since machines are noisy; minimum, median and
 * maximum are printed. With SLEEPGRAPH=/path/to/sleepgraph.py pm-graph's reader is timed on one smaller log beside ours.
 */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createCycleAssembler } from '../src/analysis/sleep-cycles.ts';
import { createLogReader } from '../src/logs/index.ts';
import {
  createDevices,
  createRandom,
  dmesgForeign,
  dmesgOurs,
  ftraceForeign,
  ftraceOurs,
  ftraceRuntimePm,
  type Log,
} from './made-logs.ts';
import { median } from './median.ts';

const SEED = 20_241_120;
const CHUNK = 1 << 16;

const CASES: Readonly<Record<string, { readonly log: Log; readonly assemble: boolean }>> = {
  'dmesg, our lines': { log: dmesgOurs, assemble: false },
  'dmesg, foreign lines': { log: dmesgForeign, assemble: false },
  'ftrace, our lines': { log: ftraceOurs, assemble: false },
  'ftrace, foreign lines': { log: ftraceForeign, assemble: false },
  'ftrace, runtime PM': { log: ftraceRuntimePm, assemble: false },
  'dmesg, into cycles': { log: dmesgOurs, assemble: true },
  'ftrace, into cycles': { log: ftraceOurs, assemble: true },
};

/** Writes a log of about a size to the standard output. */
async function generate(name: string, megabytes: number): Promise<void> {
  const random = createRandom(SEED);
  let text = '';
  let made = 0;
  for (const piece of CASES[name]!.log(createDevices(1500, random), random)) {
    text += piece;
    if (text.length < CHUNK) continue;
    made += text.length;
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    if (made >= megabytes * 1e6) return;
    text = '';
  }
}

interface Measurement {
  readonly megabytes: number;
  readonly seconds: number;
  readonly events: number;
  readonly cycles: number;
  readonly peakMegabytes: number;
}

/** Lines of a chunk, counted apart from the reader. */
function newlinesIn(chunk: Uint8Array): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  return count;
}

/** Reads the log on the standard input. */
async function measure(name: string): Promise<Measurement> {
  const { assemble } = CASES[name]!;
  let events = 0;
  let cycles = 0;
  let runs = 0;
  const assembler = createCycleAssembler({
    onCycle: (cycle) => {
      cycles++;
      runs += cycle.runs.length;
    },
  });
  const reader = createLogReader({
    name,
    onEvent: (event, line) => {
      events++;
      if (assemble) assembler.push(event, line);
    },
  });
  let milliseconds = 0;
  let lines = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    lines += newlinesIn(chunk);
    const before = performance.now();
    reader.push(chunk);
    milliseconds += performance.now() - before;
  }
  const summary = reader.end();
  assembler.end();
  // A fast reader that loses lines is no use.
  if (summary.lines !== lines || summary.skipped > 0 || events === 0)
    throw new Error(JSON.stringify(summary));
  if (assemble && runs !== summary.byKind['callback-begin']) throw new Error(`${runs} runs`);
  return {
    megabytes: summary.bytes / 1e6,
    seconds: milliseconds / 1e3,
    events,
    cycles,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
}

/** Runs this program again, once to make the log of a case and once to read it: each has a heap and a compiler of its own. */
async function measureApart(name: string, megabytes: number): Promise<Measurement> {
  const again = (...more: string[]): string[] => [
    ...process.execArgv,
    process.argv[1]!,
    '--case',
    name,
    ...more,
  ];
  const maker = spawn(process.execPath, again('--make', '--megabytes', `${megabytes}`), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const reader = spawn(process.execPath, again(), { stdio: [maker.stdout, 'pipe', 'inherit'] });
  let output = '';
  reader.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [status] = (await once(reader, 'close')) as [number];
  if (status !== 0) throw new Error(`${name}: exit ${status}`);
  return JSON.parse(output) as Measurement;
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
    );
    console.log(cells.join('  '));
  }
}

/** pm-graph's sleepgraph and devgraph on the same logs: a dense one of one cycle, and one that is mostly foreign. */
async function comparePeer(sleepgraph: string | undefined, rounds: number): Promise<void> {
  if (sleepgraph === undefined || !existsSync(sleepgraph)) {
    console.log('\nsleepgraph: absent (set SLEEPGRAPH to the path of sleepgraph.py to compare)');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'devgraph-bench-'));
  try {
    const logs: readonly (readonly [string, Log, (size: number, piece: string) => boolean])[] = [
      ['one cycle of 1500 devices', ftraceOurs, (_, piece) => piece.includes('thaw_processes[0] end')],
      ['foreign lines', ftraceForeign, (size) => size > 20e6],
    ];
    for (const [name, log, isEnough] of logs) {
      const file = join(folder, 'peer_ftrace.txt');
      const size = await writeLog(file, log, isEnough);
      const peer: number[] = [];
      const ours: number[] = [];
      for (let round = 0; round < rounds; round++) {
        peer.push(timePeer(sleepgraph, file));
        ours.push(timeOurs(file));
      }
      const row = (who: string, seconds: readonly number[]): string[] => [
        who,
        Math.min(...seconds).toFixed(3),
        median(seconds).toFixed(3),
        `${(size / 1e6 / median(seconds)).toFixed(1)} MB/s`,
      ];
      console.log(`\nftrace, ${name}, ${(size / 1e6).toFixed(1)} MB (seconds: minimum, median)`);
      print([
        row('sleepgraph.py -cgdump: a process that reads, no timeline', peer),
        row('devgraph: file into cycles, not warm', ours),
      ]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeLog(
  file: string,
  log: Log,
  isEnough: (size: number, piece: string) => boolean,
): Promise<number> {
  const random = createRandom(SEED);
  const stream = createWriteStream(file);
  let size = 0;
  const write = async (text: string): Promise<void> => {
    size += text.length;
    if (!stream.write(text)) await once(stream, 'drain');
  };
  // Without its own stamp sleepgraph reads nothing.
  await write('# suspend-112024-200601 host mem 6.12.0\n');
  for (const piece of log(createDevices(1500, random), random)) {
    await write(piece);
    if (isEnough(size, piece)) break;
  }
  await new Promise((resolve) => stream.end(resolve));
  return size;
}

function timePeer(sleepgraph: string, file: string): number {
  const before = performance.now();
  const child = spawnSync('python3', [sleepgraph, '-ftrace', file, '-cgdump'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const seconds = (performance.now() - before) / 1e3;
  if (child.status !== 0) throw new Error(`sleepgraph: exit ${child.status}`);
  return seconds;
}

function timeOurs(file: string): number {
  const before = performance.now();
  const bytes = readFileSync(file);
  const assembler = createCycleAssembler({ onCycle: () => undefined });
  const reader = createLogReader({ name: file, onEvent: assembler.push });
  reader.push(bytes);
  reader.end();
  assembler.end();
  return (performance.now() - before) / 1e3;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      megabytes: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '3' },
      case: { type: 'string' },
      make: { type: 'boolean', default: false },
    },
  });
  const megabytes = Number(values.megabytes);
  const rounds = Number(values.rounds);
  if (!(megabytes > 0 && rounds > 0)) throw new Error('--megabytes and --rounds must be positive numbers');
  if (values.case !== undefined) {
    if (values.make) await generate(values.case, megabytes);
    else console.log(JSON.stringify(await measure(values.case)));
    return;
  }
  const results = new Map<string, Measurement[]>(Object.keys(CASES).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, list] of results) list.push(await measureApart(name, megabytes));
  }
  const rows = [...results].map(([name, list]) => {
    const speeds = list.map((one) => one.megabytes / one.seconds);
    const [first] = list;
    return [
      name,
      first!.megabytes.toFixed(0),
      first!.events.toString(),
      first!.cycles.toString(),
      ...[Math.min(...speeds), median(speeds), Math.max(...speeds)].map((speed) => speed.toFixed(0)),
      Math.max(...list.map((one) => one.peakMegabytes)).toFixed(0),
    ];
  });
  print([['case', 'MB', 'events', 'cycles', 'min MB/s', 'median', 'max', 'peak RSS MB'], ...rows]);
  await comparePeer(process.env.SLEEPGRAPH, rounds);
}

await main();
