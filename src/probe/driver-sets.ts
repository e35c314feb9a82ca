/**
 * Which drivers a board finds, by the ways in which a user can say so.
 */
import type { Board } from '../core/board.ts';
import type { Driver } from '../core/world.ts';
import { CLIENT_BUSES } from './client-devices.ts';
import { ENVIRONMENT, type Environment, type EnvironmentName } from './environments.ts';

/** A driver before it is registered. */
export type NewDriver = Driver;

/** Buses on which an environment makes devices of a tree. */
function busesOf({ amba, clientBuses }: Environment): string[] {
  return ['platform', ...(amba ? ['amba'] : []), ...(clientBuses ? CLIENT_BUSES : [])];
}

/**
 * One driver for every device that has a compatible; probes succeed, and there is a sync_state callback.
 * In the environment `uml` it does nothing else, as the one that kernel was recorded with.
 */
export function allDrivers(environment: EnvironmentName): NewDriver[] {
  const env = ENVIRONMENT[environment];
  return busesOf(env).map((bus) => ({
    name: bus === 'platform' ? 'all' : `all-${bus}`,
    bus,
    compatibles: [],
    matchesAll: true,
    syncState: true,
    probe: env.clientBuses ? { kind: 'typical' } : { kind: 'return', value: 0 },
  }));
}

function byBytes(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(text));
  for (let index = 0; index < Math.min(left!.length, right!.length); index++) {
    if (left![index] !== right![index]) return left![index]! - right![index]!;
  }
  return left!.length - right!.length;
}

/**
 * A driver for each first compatible of the tree, in strcmp() order; each makes devices of the child nodes: in the environment
 * `uml` platform devices, as in that kernel's recordings.
 */
export function perCompatibleDrivers(board: Board, environment: EnvironmentName): NewDriver[] {
  const env = ENVIRONMENT[environment];
  const compatibles = new Set(board.nodes.flatMap(({ compatible }) => compatible?.slice(0, 1) ?? []));
  return [...compatibles].sort(byBytes).flatMap((compatible) =>
    busesOf(env).map((bus) => ({
      name: compatible,
      bus,
      compatibles: [compatible.toLowerCase()],
      syncState: true,
      probe: env.clientBuses ? ({ kind: 'typical' } as const) : ({ kind: 'populate' } as const),
    })),
  );
}

/** The drivers of these compatibles, in the order given, on every bus of the environment. */
export function driversOfCompatibles(
  environment: EnvironmentName,
  drivers: readonly {
    readonly name: string;
    readonly compatibles: readonly string[];
    readonly asyncProbe?: boolean;
  }[],
): NewDriver[] {
  const env = ENVIRONMENT[environment];
  return drivers.flatMap(({ name, compatibles, asyncProbe }) =>
    busesOf(env).map((bus) => ({
      name,
      bus,
      compatibles: compatibles.map((compatible) => compatible.toLowerCase()),
      syncState: true,
      ...(asyncProbe === true && { asyncProbe }),
      probe: name === 'simple-pm-bus' ? ({ kind: 'simple-pm-bus' } as const) : ({ kind: 'typical' } as const),
    })),
  );
}

/** A driver of an installed kernel, as kernels/ reads it. */
export interface KernelDriver {
  readonly name: string;
  readonly compatibles: readonly string[];
  /** Name of the initcall level; undefined counts as `device`. */
  readonly level?: string | undefined;
  readonly asynchronous?: boolean;
}

/** The drivers of a kernel by the moment at which they come to a board. */
export interface KernelDriverSet {
  readonly builtin: {
    readonly beforeDevices: readonly NewDriver[];
    readonly afterDevices: readonly NewDriver[];
  };
  /** Modules in the order in which devices of the tree call for them. */
  readonly modules: readonly NewDriver[];
  /** Modules by the compatible, lower case, for which they are loaded. */
  readonly moduleOf: ReadonlyMap<string, string>;
}

/** Initcall levels that are over when the devices of the tree are made (of_platform_default_populate_init, arch_initcall_sync). */
const BEFORE_DEVICES = ['early', 'pure', 'core', 'postcore', 'arch'];

/** Names that every board's kernel has, whatever the image tells: without them nothing below a simple-bus would bind. */
function withSimplePmBus(
  drivers: readonly KernelDriver[],
  { drivers: own }: Environment,
): readonly KernelDriver[] {
  if (drivers.some(({ name }) => name === 'simple-pm-bus')) return drivers;
  return [...own.map(({ name, compatibles }) => ({ name, compatibles })), ...drivers];
}

/**
 * The drivers of an installed kernel that a board has a use for. `builtin` is in the order of registration; `modules` in any
 * order, each with the compatibles of its aliases.
 */
export function driversOfKernel(
  board: Board,
  environment: EnvironmentName,
  kernel: { readonly builtin: readonly KernelDriver[]; readonly modules: readonly KernelDriver[] },
): KernelDriverSet {
  const wanted = board.nodes
    .flatMap(({ compatible }) => compatible ?? [])
    .map((entry) => entry.toLowerCase());
  const known = new Set(wanted);
  const serves = ({ compatibles }: KernelDriver) =>
    compatibles.some((entry) => known.has(entry.toLowerCase()));
  const builtin = withSimplePmBus(kernel.builtin.filter(serves), ENVIRONMENT[environment]);
  const isEarly = ({ level }: KernelDriver) => level !== undefined && BEFORE_DEVICES.includes(level);
  const driversOf = (drivers: readonly KernelDriver[]) =>
    driversOfCompatibles(
      environment,
      drivers.map(({ name, compatibles, asynchronous = false }) => ({
        name,
        compatibles,
        asyncProbe: asynchronous,
      })),
    );
  const moduleOf = new Map<string, string>();
  const byName = new Map<string, KernelDriver>();
  const served = new Map<string, KernelDriver[]>();
  for (const module of kernel.modules.filter(serves)) {
    for (const compatible of module.compatibles) {
      const entry = compatible.toLowerCase();
      served.set(entry, [...(served.get(entry) ?? []), module]);
    }
  }
  for (const compatible of wanted) {
    for (const module of served.get(compatible) ?? []) {
      byName.set(module.name, module);
      if (!moduleOf.has(compatible)) moduleOf.set(compatible, module.name);
    }
  }
  return {
    builtin: {
      beforeDevices: driversOf(builtin.filter(isEarly)),
      afterDevices: driversOf(builtin.filter((driver) => !isEarly(driver))),
    },
    modules: driversOf([...byName.values()]),
    moduleOf,
  };
}
