/**
 * A boot, from a board to the world that its drivers would find.
 */
import type { Board, NodeIndex } from '../core/board.ts';
import { createWorld, type FwDevlinkMode, type World } from '../core/world.ts';
import { driverRegister } from './attach.ts';
import { deferredProbeInitcall, deferredProbeTimeout } from './deferred.ts';
import { deviceAdd } from './device-add.ts';
import { ENVIRONMENT, type Environment, type EnvironmentName } from './environments.ts';
import { ofPlatformDefaultPopulateInit } from './of-platform.ts';

export interface BootOptions {
  /** `fw_devlink=`; default rpm, as in the kernel. */
  readonly fwDevlink?: FwDevlinkMode;
  /** `fw_devlink.strict=1`; default false. */
  readonly strict?: boolean;
  /** Which early boot and which built-in drivers; default arm64. */
  readonly environment?: EnvironmentName;
  /** The state after the deferred-probe timeout instead of the one before; default false. */
  readonly afterTimeout?: boolean;
}

/** Available nodes with one of these compatibles. */
function nodesMatching(world: World, wanted: ReadonlySet<string>): NodeIndex[] {
  if (wanted.size === 0) return [];
  const found: NodeIndex[] = [];
  for (const [index, { available, compatible }] of world.board.nodes.entries()) {
    if (available && compatible?.some((entry) => wanted.has(entry.toLowerCase()))) found.push(index);
  }
  return found;
}

/** of_irq_init(): root controllers first, then those whose controller above is set up; others are left alone. */
function ofIrqInit(world: World, irqchips: ReadonlySet<string>): void {
  const { nodes } = world.board;
  let waiting = nodesMatching(world, irqchips).filter(
    (node) => nodes[node]!.interruptControllerParent !== undefined,
  );
  const ready = new Set([-1]);
  for (;;) {
    const now = waiting.filter((node) => ready.has(nodes[node]!.interruptControllerParent!));
    if (now.length === 0) return;
    for (const node of now) {
      ready.add(node);
      world.fwnodes[node]!.initialized = true;
      world.fwnodes[node]!.populated = true;
    }
    waiting = waiting.filter((node) => !ready.has(node));
  }
}

/** of_clk_init(). */
function ofClkInit(world: World, { clocks, clockDrivers }: Environment): void {
  for (const node of nodesMatching(world, clocks)) {
    world.fwnodes[node]!.initialized = true;
    world.fwnodes[node]!.populated = true;
  }
  for (const node of nodesMatching(world, clockDrivers)) world.fwnodes[node]!.initialized = true;
}

/**
 * Boots a board without drivers of its own: early boot, devices from the tree, the built-in drivers, the retries at
 * late_initcall and, if asked for, the deferred-probe timeout. The same board and options give the same world.
 */
export function bootBoard(board: Board, options: BootOptions = {}): World {
  const { fwDevlink = 'rpm', strict = false, environment = 'arm64', afterTimeout = false } = options;
  const env = ENVIRONMENT[environment];
  const world = createWorld(board, {
    kernel: board.kernel,
    fwDevlink,
    fwDevlinkStrict: strict,
    amba: env.amba,
    modules: true,
    deferredProbeTimeout: 10,
  });
  ofIrqInit(world, env.irqchips);
  ofClkInit(world, env);
  deviceAdd(world, { name: 'platform', bus: '', parent: -1, node: -1 });
  ofPlatformDefaultPopulateInit(world);
  for (const driver of env.drivers) driverRegister(world, driver);
  deferredProbeInitcall(world);
  if (afterTimeout) deferredProbeTimeout(world);
  return world;
}
