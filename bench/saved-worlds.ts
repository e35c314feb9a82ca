/** A World of many devices as a thing: `npx tsx bench/saved-worlds.ts [devices]`, 10^5 without. Each figure is the least of three. */
import { cloneWorld, compareWorlds, hashWorld, restoreWorld, saveWorld } from '../src/core/index.ts';
import { type Cost, costOf, heapInUse, largeWorld, leastCost } from './worlds.ts';

const count = Number(process.argv[2] ?? 100_000);
const world = largeWorld(count);
let text = saveWorld(world);
let copy = cloneWorld(world);
copy.devices[count - 1]!.power.usageCount++;

const TASKS: Readonly<Record<string, () => void>> = {
  save: () => {
    text = saveWorld(world);
  },
  restore: () => restoreWorld(text),
  clone: () => {
    copy = cloneWorld(world);
  },
  'compare, one field differs': () => {
    copy.devices[count - 1]!.power.usageCount = 1;
    if (compareWorlds(world, copy).length !== 1) throw new Error('one difference was to be found');
  },
  hash: () => hashWorld(world),
};

const megabytes = (text.length / 2 ** 20).toFixed(0);
process.stdout.write(`${count} devices, ${world.links.length} links; saved text ${megabytes} MiB\n`);
for (const [name, run] of Object.entries(TASKS)) {
  let least: Cost | undefined;
  for (let round = 0; round < 3; round++) {
    heapInUse();
    const cost = costOf(run);
    least = least === undefined ? cost : leastCost(least, cost);
  }
  const { wall, cpu } = least!;
  process.stdout.write(
    `${name.padEnd(30)}${cpu.toFixed(0).padStart(7)} ms (${wall.toFixed(0)} by the clock)\n`,
  );
}
process.stdout.write(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB\n`);
