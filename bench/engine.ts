/**
 * Speed of the engine: `npx tsx bench/engine.ts`. Runtime PM operations on a device with parent and supplier, and devices with
 * links: registered, then put to sleep and woken. How that grows with their number is growth.ts.
 */
import { callbackSet, DL_FLAG, runToEnd, type World } from '../src/core/index.ts';
import { deviceLinkAdd } from '../src/links/index.ts';
import { pmRuntimeEnable, pmRuntimeGetSync, pmRuntimePutSync } from '../src/pm/index.ts';
import { driverRegister } from '../src/probe/index.ts';
import { createScenarioWorld, SCENARIO_BUS, Scheduler } from '../src/scenarios/index.ts';
import { answerNothing, type Cost, costOf, largeWorld, leastCost, register, sleepCycle } from './worlds.ts';

const ALL = callbackSet(['suspend', 'resume', 'runtime_suspend', 'runtime_resume', 'runtime_idle']);

/** What `count` operations cost, half of them get_sync and half put_sync, each of which parent and supplier follow. */
function runtimeOperations(count: number): Cost {
  const world = createScenarioWorld();
  const parent = register(world, 'parent', -1);
  const supplier = register(world, 'supplier', -1);
  const device = register(world, 'device', parent);
  const names = ['parent', 'supplier', 'device'];
  const driver = { name: 'driver', bus: SCENARIO_BUS, compatibles: [], matches: names, ops: ALL };
  runToEnd(driverRegister(world, { ...driver, probe: { kind: 'return', value: 0 } }));
  runToEnd(deviceLinkAdd(world, device, supplier, DL_FLAG.PM_RUNTIME));
  for (const id of [parent, supplier, device]) pmRuntimeEnable(world, id);
  const scheduler = new Scheduler(world, answerNothing);
  return costOf(() => {
    scheduler.run(
      (function* script() {
        for (let done = 0; done < count; done += 2) {
          yield* pmRuntimeGetSync(world, device);
          yield* pmRuntimePutSync(world, device);
          yield { kind: 'wait', for: { kind: 'settled' } };
        }
      })(),
    );
  });
}

const ROUNDS = 3;

/** The least of several rounds. */
function leastOf(measure: () => Cost): Cost {
  let least = measure();
  for (let round = 1; round < ROUNDS; round++) least = leastCost(least, measure());
  return least;
}

function row(what: string, { cpu, wall }: Cost): void {
  process.stdout.write(
    `${what.padEnd(72)}${cpu.toFixed(0).padStart(6)} ms (${wall.toFixed(0)} by the clock)\n`,
  );
}

const OPERATIONS = 1_000_000;
const DEVICES = 100_000;
row(
  `${OPERATIONS} runtime PM operations (parent and supplier follow)`,
  leastOf(() => runtimeOperations(OPERATIONS)),
);
let world: World | undefined;
row(
  `${DEVICES} devices with three links each registered`,
  leastOf(() =>
    costOf(() => {
      world = largeWorld(DEVICES);
    }),
  ),
);
row(
  'the same through one sleep cycle',
  leastOf(() => costOf(() => sleepCycle(world!))),
);
