/** Worlds to measure on, and how processor time is taken. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type DeviceId, DL_FLAG, runToEnd, type World } from '../src/core/index.ts';
import { deviceLinkAdd } from '../src/links/index.ts';
import { pmSuspend } from '../src/pm/index.ts';
import { deviceRegister } from '../src/probe/index.ts';
import { createScenarioWorld, SCENARIO_BUS, Scheduler } from '../src/scenarios/index.ts';

/** Milliseconds: by the clock, and of the processor in all threads, so that what the garbage collector does beside counts. */
export interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

export function costOf(run: () => void): Cost {
  const before = process.cpuUsage();
  const start = performance.now();
  run();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1000 };
}

/** The least of both times: what else the machine does only ever adds. */
export function leastCost(one: Cost, other: Cost): Cost {
  return { wall: Math.min(one.wall, other.wall), cpu: Math.min(one.cpu, other.cpu) };
}

/** Bytes of the heap that are in use behind a full garbage collection. */
export function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

export function answerNothing(): number {
  return 0;
}

/** A device on the bus of scenarios, registered. */
export function register(world: World, name: string, parent: DeviceId): DeviceId {
  return runToEnd(deviceRegister(world, { name, bus: SCENARIO_BUS, parent, node: -1 }))!;
}

/** How far the suppliers of a device in a large world were registered before it. */
export const SUPPLIER_STEPS = [7, 101, 1009];

/** A world of `count` devices in a tree of 10 children each, with links to devices of before: three for nearly all. */
export function largeWorld(count: number, steps = SUPPLIER_STEPS): World {
  const world = createScenarioWorld();
  for (let at = 0; at < count; at++) {
    const id = register(world, `d${at}`, at === 0 ? -1 : Math.floor((at - 1) / 10));
    for (const step of steps) {
      const supplier = id - step;
      if (supplier > 0) runToEnd(deviceLinkAdd(world, id, supplier, DL_FLAG.PM_RUNTIME));
    }
  }
  return world;
}

/** One system suspend and resume of all devices. */
export function sleepCycle(world: World): void {
  new Scheduler(world, answerNothing).run(
    (function* script() {
      yield* pmSuspend(world, 'platform');
    })(),
  );
}
