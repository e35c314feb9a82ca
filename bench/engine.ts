/**
 * Speed of the engine: `npx tsx bench/engine.ts [devices]`. Three measures, in one process each time it is run: runtime PM
 * operations on devices with parent and supplier; registering devices with links; one sleep cycle over them.
 */
import { callbackSet, type DeviceId, DL_FLAG, runToEnd, type World } from '../src/core/index.ts';
import { deviceLinkAdd } from '../src/links/index.ts';
import { pmRuntimeEnable, pmRuntimeGetSync, pmRuntimePutSync, pmSuspend } from '../src/pm/index.ts';
import { deviceRegister, driverRegister } from '../src/probe/index.ts';
import { createScenarioWorld, SCENARIO_BUS, Scheduler } from '../src/scenarios/index.ts';

const ALL = callbackSet(['suspend', 'resume', 'runtime_suspend', 'runtime_resume', 'runtime_idle']);

function milliseconds(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function answerNothing(): number {
  return 0;
}

function register(world: World, name: string, parent: DeviceId): DeviceId {
  return runToEnd(deviceRegister(world, { name, bus: SCENARIO_BUS, parent, node: -1 }))!;
}

/** Milliseconds for `count` operations, half of them get_sync and half put_sync, each on a device with parent and supplier. */
function runtimeOperations(count: number): number {
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
  return milliseconds(() => {
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

/** A world of `count` devices in a tree of 10 children each, and three links for each, to devices of before. */
function largeWorld(count: number): World {
  const world = createScenarioWorld();
  for (let at = 0; at < count; at++) {
    const id = register(world, `d${at}`, at === 0 ? -1 : Math.floor((at - 1) / 10));
    for (const step of [7, 101, 1009]) {
      const supplier = id - step;
      if (supplier > 0) runToEnd(deviceLinkAdd(world, id, supplier, DL_FLAG.PM_RUNTIME));
    }
  }
  return world;
}

function row(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(64)}${value.padStart(14)}\n`);
}

const OPERATIONS = 1_000_000;
const largest = Number(process.argv[2] ?? 100_000);
row(
  `${OPERATIONS} runtime PM operations (parent and supplier follow)`,
  `${runtimeOperations(OPERATIONS).toFixed(0)} ms`,
);
for (let count = 1_000; count <= largest; count *= 10) {
  const before = process.memoryUsage().heapUsed;
  let world: World | undefined;
  const registered = milliseconds(() => {
    world = largeWorld(count);
  });
  const bytes = process.memoryUsage().heapUsed - before;
  const cycle = milliseconds(() => {
    new Scheduler(world!, answerNothing).run(
      (function* script() {
        yield* pmSuspend(world!, 'platform');
      })(),
    );
  });
  const links = world!.links.length;
  row(`${count} devices with ${links} links registered`, `${registered.toFixed(0)} ms`);
  row(`${count} devices through one sleep cycle`, `${cycle.toFixed(0)} ms`);
  row('heap per device, with its three links', `${Math.round(bytes / count)} bytes`);
}
