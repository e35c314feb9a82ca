/** Speed of exploring: `npx tsx bench/explore.ts [FILE]`. All states of a small world, by processor time, the least of three rounds. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ExploreResult, explore, readExploration } from '../src/explore/index.ts';
import { type Cost, costOf, leastCost } from './worlds.ts';

const DEFAULT_WORLD = fileURLToPath(new URL('../examples/explore/supplier-and-sysfs.scn', import.meta.url));
const ROUNDS = 3;

const [file = DEFAULT_WORLD] = process.argv.slice(2);
const exploration = readExploration(readFileSync(file, 'utf8'), file);
let least: Cost | undefined;
let result: ExploreResult | undefined;
for (let round = 0; round < ROUNDS; round++) {
  const cost = costOf(() => {
    result = explore(exploration);
  });
  least = least === undefined ? cost : leastCost(least, cost);
}
const { states, transitions, retaken } = result!;
const { cpu, wall } = least!;
const aSecond = (count: number) => Math.round((1000 * count) / cpu);
process.stdout.write(
  [
    `${states} states, ${transitions} steps, ${retaken} taken again`,
    `${cpu.toFixed(0)} ms of processor time (${wall.toFixed(0)} by the clock)`,
    `${aSecond(states)} states, ${aSecond(transitions)} steps, with those taken again ${aSecond(transitions + retaken)} a second`,
    '',
  ].join('\n'),
);
