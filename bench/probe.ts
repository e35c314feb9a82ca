/**
 * What `devgraph probe` costs: a board in-process, cold and warm, and all boards in one run. Processor time.
 *
 *     npm run -s build && npx tsx bench/probe.ts [KERNEL]
 *
 * KERNEL is an unpacked kernel package: with it, all boards are probed with its drivers too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { probeOutcome } from '../src/analysis/probe-outcome.ts';
import { readDeviceTree } from '../src/boards/index.ts';
import { allDrivers, bootBoard } from '../src/probe/index.ts';
import { median } from './median.ts';
import { allBoards, CLI, HAS_SHARED_BOARDS, LARGEST } from './recorded-boards.ts';
import { costOf } from './worlds.ts';

const boards = allBoards();

/** Milliseconds of the processor for a board, from its bytes to the causes. */
function probeCost(file: string): number {
  const bytes = readFileSync(file);
  return costOf(() => {
    const world = bootBoard(readDeviceTree(bytes), {
      drivers: allDrivers('arm64'),
      environment: 'arm64',
      afterTimeout: true,
    });
    if (probeOutcome(world).bound.length === 0) throw new Error(`nothing binds on ${file}`);
  }).cpu;
}

/** All boards in one process of the program, from its start. */
function runAll(what: string, ...options: string[]): void {
  const started = performance.now();
  const { status, stderr } = spawnSync('node', [CLI, 'probe', ...boards, '--quiet', ...options], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`devgraph probe ended with ${status}: ${stderr}`);
  const seconds = (performance.now() - started) / 1000;
  console.log(`${what}: ${seconds.toFixed(1)} s by the clock`);
}

console.log(`${boards.length} boards${HAS_SHARED_BOARDS ? '' : ', bundled ones only'}`);
console.log(`first board of a process, ${basename(LARGEST)}: ${probeCost(LARGEST).toFixed(0)} ms`);
for (const board of boards) probeCost(board);
const costs = boards.map((board) => ({ board, cost: Math.min(probeCost(board), probeCost(board)) }));
costs.sort((a, b) => b.cost - a.cost);
console.log(
  `a board, warm: median ${median(costs.map(({ cost }) => cost)).toFixed(1)} ms, ` +
    `most ${costs[0]!.cost.toFixed(1)} ms (${basename(costs[0]!.board)})`,
);
if (existsSync(CLI)) {
  runAll('all boards in one run');
  const kernel = process.argv[2];
  if (kernel !== undefined) runAll('the same with --kernel', '--kernel', kernel);
} else {
  console.log('all boards in one run: dist/cli.js is not built, run npm run build');
}
