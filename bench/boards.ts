/**
 * How fast boards are answered, side by side with what else reads them. Machines are noisy: all sides of a comparison are
 * interleaved in one run, and medians are given.
 *
 *     npm run bench
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { checkBoard } from '../src/analysis/check-board.ts';
import { linksOf } from '../src/analysis/links.ts';
import { orderOf } from '../src/analysis/order.ts';
import { readDeviceTree } from '../src/boards/index.ts';
import { bootBoard } from '../src/probe/index.ts';
import { median } from './median.ts';
import { allBoards, BUNDLED, CLI, HAS_SHARED_BOARDS, LARGEST } from './recorded-boards.ts';

const ROUNDS = 31;

function timed(body: () => unknown): number {
  const started = performance.now();
  body();
  return performance.now() - started;
}

/** Runs every side once a round, so that a busy moment hits all of them; medians in milliseconds. */
function sideBySide(sides: Record<string, () => unknown>, rounds: number): Record<string, number> {
  const times = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, body] of Object.entries(sides)) times.get(name)!.push(timed(body));
  }
  return Object.fromEntries([...times].map(([name, list]) => [name, median(list)]));
}

function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined;
}

function run(...command: [string, ...string[]]): () => void {
  const [program, ...args] = command;
  return () => {
    const { error } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });
    if (error !== undefined) throw error;
  };
}

function print(title: string, rows: Record<string, number>, base?: string): void {
  console.log(`\n${title}`);
  for (const [name, value] of Object.entries(rows)) {
    const ratio = base === undefined || name === base ? '' : `  ${(value / rows[base]!).toFixed(2)} x`;
    console.log(`  ${name.padEnd(52)} ${value.toFixed(1).padStart(8)} ms${ratio}`);
  }
}

console.log(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]!.toFixed(1)}`,
);
console.log(`board: ${LARGEST.split('/').at(-1)}, ${readFileSync(LARGEST).length} bytes`);

const bytes = readFileSync(LARGEST);
const boot = () => bootBoard(readDeviceTree(bytes));
const inProcess = {
  'links, from bytes': () => linksOf(boot()),
  'order, from bytes': () => orderOf(boot()),
  'check, from bytes': () => checkBoard(boot()),
  'links, order and check, from bytes': () => {
    const world = boot();
    return [linksOf(world), orderOf(world), checkBoard(world)];
  },
};
sideBySide(inProcess, 100);
const dtc = { 'dtc -I dtb -O dts, a process': run('dtc', '-q', '-I', 'dtb', '-O', 'dts', LARGEST) };
print(
  'in-process, warm',
  sideBySide({ ...(hasProgram('dtc') ? dtc : {}), ...inProcess }, ROUNDS),
  hasProgram('dtc') ? Object.keys(dtc)[0] : undefined,
);

if (existsSync(CLI)) {
  print(
    'cold start, a process',
    sideBySide(
      {
        'node -e 0': run('node', '-e', '0'),
        'devgraph links imx8mp-evk.dtb': run('node', CLI, 'links', `${BUNDLED}/imx8mp-evk.dtb`),
        'devgraph links, largest board': run('node', CLI, 'links', LARGEST),
      },
      ROUNDS,
    ),
    'node -e 0',
  );
} else {
  console.log('\ncold start: dist/cli.js is not built, run npm run build');
}

if (HAS_SHARED_BOARDS && existsSync(CLI)) {
  const boards = allBoards();
  const args = [CLI, 'check', ...boards, '--quiet'];
  const times = [1, 2, 3].map(() =>
    timed(() => {
      const { stdout } = spawnSync('node', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
      if (!stdout.includes(`${boards.length} boards`))
        throw new Error(`check did not look at all boards: ${stdout}`);
    }),
  );
  print(`devgraph check, ${boards.length} boards in one run`, { 'one process': median(times) });
} else {
  console.log('\nall boards: ../shared/data or dist/cli.js is not here');
}
