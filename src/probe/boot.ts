/**
 * A boot, from a board to the world that its drivers would find.
 */
import type { Board, NodeIndex } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import { type Answer, NeverEnds, runToEnd, type Task } from '../core/task.ts';
import { addBus, createWorld, type FwDevlinkMode, happened, type World } from '../core/world.ts';
import { driverRegister } from './attach.ts';
import { CLIENT_BUSES, SCMI_BUS, scmiDeviceNames } from './client-devices.ts';
import { deferredProbeInitcall, deferredProbeTimeout, flushDeferredProbeWork } from './deferred.ts';
import { deviceRegister } from './device-add.ts';
import type { NewDriver } from './driver-sets.ts';
import { ENVIRONMENT, type Environment, type EnvironmentName } from './environments.ts';
import { ofPlatformDefaultPopulateInit, ofPlatformSyncStateInit } from './of-platform.ts';

export interface BootOptions {
  /** `fw_devlink=`; default rpm, as in the kernel. */
  readonly fwDevlink?: FwDevlinkMode;
  /** `fw_devlink.strict=1`; default false. */
  readonly strict?: boolean;
  /** Which early boot and which built-in drivers; default arm64. */
  readonly environment?: EnvironmentName;
  /** The state after the deferred-probe timeout instead of the one before; default false. */
  readonly afterTimeout?: boolean;
  /**
   * Built-in drivers in place of those of the environment: before the devices of the tree exist (initcalls up to arch), and after.
   */
  readonly builtin?: {
    readonly beforeDevices: readonly NewDriver[];
    readonly afterDevices: readonly NewDriver[];
  };
  /** Drivers that register after boot, one after another; the deferred devices are retried behind the last. Default none. */
  readonly drivers?: readonly NewDriver[];
  /** Drivers that register after the deferred-probe timeout; only with `afterTimeout`. */
  readonly lateDrivers?: readonly NewDriver[];
  /** Answers the callbacks of drivers that have some; default 0 for each. */
  readonly answer?: (world: World) => Answer;
  /** Ticks of the World's clock in a millisecond; default 1. */
  readonly ticksPerMillisecond?: number;
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

/** of_clk_init(), and the early initcalls of power domains. */
function ofClkInit(world: World, { clocks, clockDrivers, domains }: Environment): void {
  for (const node of nodesMatching(world, clocks)) {
    world.fwnodes[node]!.initialized = true;
    world.fwnodes[node]!.populated = true;
  }
  for (const node of [...nodesMatching(world, clockDrivers), ...nodesMatching(world, domains)])
    world.fwnodes[node]!.initialized = true;
}

/** Drivers by the moment at which they register. */
type Schedule = Required<Pick<BootOptions, 'builtin' | 'drivers' | 'lateDrivers' | 'afterTimeout'>>;

/** Drivers of SCMI protocols match by a number of the protocol that no tree and no alias tells: one stands for all. */
function scmiDriver(matches: readonly string[]): NewDriver {
  return {
    name: 'scmi',
    bus: SCMI_BUS,
    compatibles: [],
    matches,
    syncState: true,
    probe: { kind: 'typical' },
  };
}

function* registerAll(world: World, drivers: readonly NewDriver[]): Task<void> {
  for (const driver of drivers) yield* driverRegister(world, driver);
}

/** From the first device to the state asked for. Drivers of the caller come as modules do, one behind the other. */
function* boot(world: World, { builtin, drivers, lateDrivers, afterTimeout }: Schedule): Task<void> {
  yield* deviceRegister(world, { name: 'platform', bus: '', parent: -1, node: -1 });
  const protocols = scmiDeviceNames(world.board);
  if (protocols.length > 0) yield* driverRegister(world, scmiDriver(protocols));
  yield* registerAll(world, builtin.beforeDevices);
  yield* ofPlatformDefaultPopulateInit(world);
  yield* registerAll(world, builtin.afterDevices);
  yield* deferredProbeInitcall(world);
  yield* ofPlatformSyncStateInit(world);
  happened(world, { kind: 'booted' });
  yield* registerAll(world, drivers);
  yield* flushDeferredProbeWork(world);
  if (!afterTimeout) return;
  yield* deferredProbeTimeout(world);
  yield* registerAll(world, lateDrivers);
  yield* flushDeferredProbeWork(world);
}

/** Where a kernel would hang: a driver with a sync_state makes devices that name its own as their supplier. */
function endlessBoot({ board, devices }: World, { wait }: NeverEnds): InputError {
  const device = 'device' in wait ? devices[wait.device] : undefined;
  const path = board.nodes[device?.node ?? -1]?.path;
  return new InputError(
    'endless-boot',
    { input: board.input, ...(path !== undefined && { path }) },
    `the boot never ends: ${device?.name ?? 'a probe'} waits for its own ${wait.kind.replace('-', ' ')} while its driver probes`,
    'a kernel with such a driver hangs here; choose other drivers',
  );
}

/**
 * Boots a board: early boot, devices from the tree, the built-in drivers, the retries at late_initcall, drivers of the caller
 * and, if asked for, the deferred-probe timeout. The same board and options give the same world.
 */
export function bootBoard(board: Board, options: BootOptions = {}): World {
  const {
    fwDevlink = 'rpm',
    strict = false,
    environment = 'arm64',
    afterTimeout = false,
    drivers = [],
    lateDrivers = [],
    ticksPerMillisecond = 1,
  } = options;
  const env = ENVIRONMENT[environment];
  const { builtin = { beforeDevices: [], afterDevices: env.drivers } } = options;
  const world = createWorld(board, {
    kernel: board.kernel,
    fwDevlink,
    fwDevlinkStrict: strict,
    amba: env.amba,
    modules: true,
    deferredProbeTimeout: 10,
    ticksPerMillisecond,
    history: true,
  });
  if (env.clientBuses) {
    for (const name of [...CLIENT_BUSES, SCMI_BUS]) addBus(world, name);
  }
  ofIrqInit(world, env.irqchips);
  ofClkInit(world, env);
  try {
    runToEnd(boot(world, { builtin, drivers, lateDrivers, afterTimeout }), options.answer?.(world));
  } catch (error) {
    throw error instanceof NeverEnds ? endlessBoot(world, error) : error;
  }
  return world;
}
