/**
 * What a device needs before it can bind: every device that has to be bound before, by links, by the nodes it waits for and by the
 * devices that make it. The answer to "which modules must be in the initramfs".
 */
import type { NodeIndex } from '../core/board.ts';
import { DL_FLAG } from '../core/device-link.ts';
import {
  type DeviceId,
  deviceId,
  linkOf,
  PLATFORM_ROOT,
  supplierLinksOf,
  type World,
} from '../core/world.ts';

/** A device that another one needs. */
export interface NeededDevice {
  readonly device: string;
  /** Name of its driver, null if none is bound. */
  readonly driver: string | null;
  /** Who needs it first hand: the device asked for, or another of this list. */
  readonly neededBy: string;
}

/** The nearest device above that made this one: bound, or without a node as an I2C adapter is; -1 where boot itself made it. */
function makerOf(world: World, id: DeviceId): DeviceId {
  const { parent } = world.devices[id]!;
  if (parent <= PLATFORM_ROOT) return -1;
  return world.devices[parent]!.bound || world.devices[parent]!.node < 0 ? parent : -1;
}

/** The device that stands for a node: its own, or that of the nearest node above. */
function deviceFor(world: World, node: NodeIndex): DeviceId {
  let at = node;
  while (at >= 0 && world.fwnodes[at]!.device < 0) at = world.board.nodes[at]!.parent;
  return at < 0 ? -1 : world.fwnodes[at]!.device;
}

/**
 * Devices that have to be bound before one can be, first hand. What the tree refers to counts beside the links: the driver core lets
 * go of a link in a cycle, and the driver asks for its phy or clock all the same; and an IOMMU makes no link, but the bus waits for it.
 */
function needsOf(world: World, id: DeviceId): DeviceId[] {
  const { node } = world.devices[id]!;
  const suppliers = supplierLinksOf(world, id)
    .map((link) => linkOf(world, link))
    .filter(({ flags }) => (flags & DL_FLAG.MANAGED) !== 0 && (flags & DL_FLAG.SYNC_STATE_ONLY) === 0)
    .map(({ supplier }) => supplier);
  const references = node < 0 ? [] : world.board.nodes[node]!.references;
  const named = references
    .filter(
      ({ kind, property, consumer }) =>
        (kind === 'supplier' || property === 'iommus') && property !== 'remote-endpoint' && consumer === node,
    )
    .map(({ supplier }) => deviceFor(world, supplier));
  return [makerOf(world, id), ...suppliers, ...named].filter(
    (other) => other > PLATFORM_ROOT && other !== id,
  );
}

/**
 * Everything that a device needs, in an order in which it can bind: a device stands behind all that it needs itself. The device is
 * the last. Devices without a node (an I2C adapter) are passed through.
 */
export function devicesNeeded(world: World, id: DeviceId): NeededDevice[] {
  const neededBy = new Map<DeviceId, DeviceId>([[id, id]]);
  const done: DeviceId[] = [];
  const walk = [{ id, rest: needsOf(world, id) }];
  while (walk.length > 0) {
    const top = walk.at(-1)!;
    const next = top.rest.shift();
    if (next === undefined) {
      walk.pop();
      done.push(top.id);
    } else if (!neededBy.has(next)) {
      neededBy.set(next, top.id);
      walk.push({ id: next, rest: needsOf(world, next) });
    }
  }
  return done
    .filter((other) => world.devices[other]!.node >= 0)
    .map((other) => {
      const { bound, driver } = world.devices[other]!;
      return {
        device: deviceId(world.devices[other]!),
        driver: bound ? world.drivers[driver]!.name : null,
        neededBy: deviceId(world.devices[neededBy.get(other)!]!),
      };
    });
}

/** What is known of a module: the names of those that it needs, nearest first, and of those that it wants before it. */
export interface ModuleNeeds {
  readonly name: string;
  readonly depends: readonly string[];
  readonly wants: readonly string[];
}

/** Modules in an order in which they can be loaded: the dependencies of each before it. `wanted` is the order of first need. */
export function loadOrder(wanted: readonly string[], modules: ReadonlyMap<string, ModuleNeeds>): string[] {
  const order = new Set<string>();
  for (const name of wanted) {
    const module = modules.get(name);
    if (module === undefined || order.has(name)) continue;
    for (const wish of module.wants) {
      for (const dependency of [...(modules.get(wish)?.depends ?? [])].reverse()) order.add(dependency);
      if (modules.has(wish)) order.add(wish);
    }
    // modules.dep names the nearest first; the last one needs none of the others.
    for (const dependency of [...module.depends].reverse()) order.add(dependency);
    order.add(name);
  }
  return [...order];
}
