/**
 * How the cost of devices grows with their number: `npx tsx bench/growth.ts [largest] [rounds]`, 10^6 and 3 without.
 *
 * Every figure comes from a process of its own that has been warmed up on another world, and is the least of several rounds
 * in which the sizes take turns, so that all of them see the same load of the machine. Small worlds are made many at a time and
 * kept: else the garbage collector would never get to them, and only large ones would pay for it.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { World } from '../src/core/index.ts';
import { type Cost, costOf, heapInUse, largeWorld, leastCost, sleepCycle } from './worlds.ts';

interface Sample {
  /** Milliseconds of one world. */
  readonly register: Cost;
  readonly cycle: Cost;
  readonly links: number;
  /** Bytes of the heap that a device takes without links, and a link. */
  readonly deviceBytes: number;
  readonly linkBytes: number;
}

/** Devices in all worlds that are made at a time, at least. */
const BATCH = 100_000;

/** Bytes and links of one world. */
function bytesOf(count: number, batch: number, steps?: number[]): { bytes: number; links: number } {
  const before = heapInUse();
  const worlds = Array.from({ length: batch }, () => largeWorld(count, steps));
  const bytes = (heapInUse() - before) / batch;
  return { bytes, links: worlds[0]!.links.length };
}

/** What a process of its own measures. */
function sampleOf(count: number): Sample {
  for (let warm = 0; warm < 2; warm++) sleepCycle(largeWorld(20_000));
  heapInUse();
  const batch = Math.max(1, BATCH / count);
  const worlds: World[] = [];
  const ofOne = ({ wall, cpu }: Cost) => ({ wall: wall / batch, cpu: cpu / batch });
  const register = costOf(() => {
    while (worlds.length < batch) worlds.push(largeWorld(count));
  });
  const cycle = costOf(() => worlds.forEach(sleepCycle));
  worlds.length = 0;
  const alone = bytesOf(count, batch, []);
  const linked = bytesOf(count, batch);
  return {
    register: ofOne(register),
    cycle: ofOne(cycle),
    links: linked.links,
    deviceBytes: alone.bytes / count,
    linkBytes: (linked.bytes - alone.bytes) / linked.links,
  };
}

function sampleInProcess(count: number): Sample {
  const script = fileURLToPath(import.meta.url);
  const args = [...process.execArgv, script, 'sample', String(count)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Sample;
}

function better(one: Sample | undefined, other: Sample): Sample {
  if (one === undefined) return other;
  const register = leastCost(one.register, other.register);
  return { ...other, register, cycle: leastCost(one.cycle, other.cycle) };
}

function print(samples: ReadonlyMap<number, Sample>): void {
  const cpuOf = ({ register, cycle }: Sample) => register.cpu + cycle.cpu;
  const [[smallest, first] = [1, undefined]] = samples;
  const rows = [...samples].map(([count, sample]) => {
    const { register, cycle, links, deviceBytes, linkBytes } = sample;
    const nLogN = (count * Math.log(count)) / (smallest * Math.log(smallest));
    return [
      String(count),
      String(links),
      `${register.cpu.toFixed(1)} (${register.wall.toFixed(1)})`,
      `${cycle.cpu.toFixed(1)} (${cycle.wall.toFixed(1)})`,
      ((1000 * cpuOf(sample)) / count).toFixed(1),
      (cpuOf(sample) / cpuOf(first!) / nLogN).toFixed(2),
      deviceBytes.toFixed(0),
      linkBytes.toFixed(0),
    ];
  });
  const head = [
    'devices',
    'links',
    'register, ms of processor (of clock)',
    'sleep cycle, ms',
    'µs a device',
    'of n log n',
    'bytes a device',
    'bytes a link',
  ];
  for (const row of [head, head.map(() => '---'), ...rows]) process.stdout.write(`| ${row.join(' | ')} |\n`);
}

const [what = '1000000', number = '3'] = process.argv.slice(2);
if (what === 'sample') process.stdout.write(JSON.stringify(sampleOf(Number(number))));
else {
  const samples = new Map<number, Sample>();
  for (let round = 0; round < Number(number); round++) {
    for (let count = 1000; count <= Number(what); count *= 10)
      samples.set(count, better(samples.get(count), sampleInProcess(count)));
  }
  print(samples);
}
