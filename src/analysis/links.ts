/**
 * What depends on what, and which property says so: the answer of `devgraph links`.
 */
import { type DeviceLinkFlag, type DeviceLinkStatus, deviceLinkFlagNames } from '../core/device-link.ts';
import { listValues } from '../core/order-list.ts';
import {
  type DeviceId,
  deviceId,
  linkOf,
  PLATFORM_ROOT,
  supplierLinksOf,
  type World,
} from '../core/world.ts';
import { blockingSuppliers } from '../links/index.ts';
import { type DmaRequests, dmaRequestsOf } from './dma-requests.ts';
import type { SystemLinks } from './system-links.ts';

/** A device made from the tree. */
export interface DeviceRow {
  /** `bus:name`, as in /sys/class/devlink. */
  readonly id: string;
  readonly name: string;
  readonly bus: string;
  /** Path of its firmware node. */
  readonly node: string;
  /** Id of the parent, null directly under the root of the platform bus. */
  readonly parent: string | null;
  /** Driver that is bound, null for none. */
  readonly driver: string | null;
}

/** One reference of the board behind a link. */
export interface LinkCause {
  readonly property: string;
  readonly consumerNode: string;
  readonly supplierNode: string;
}

export interface LinkRow {
  readonly supplier: string;
  readonly consumer: string;
  readonly status: DeviceLinkStatus;
  readonly flags: readonly DeviceLinkFlag[];
  readonly causes: readonly LinkCause[];
}

/** A device that may not probe before these nodes have devices; newest reference first, as the kernel asks. */
export interface WaitingRow {
  readonly device: string;
  readonly nodes: readonly string[];
}

export interface LinksResult {
  readonly version: 1;
  readonly kernel: string;
  readonly devices: readonly DeviceRow[];
  readonly links: readonly LinkRow[];
  readonly waiting: readonly WaitingRow[];
  /** Each a path of nodes, every one depending on the next, the last on the first. */
  readonly cycles: readonly (readonly string[])[];
  /** Requests for DMA channels, where drivers make some. */
  readonly dma?: DmaRequests;
  /** The links of the running system, if the board comes from a snapshot of one. */
  readonly system?: SystemLinks;
}

/** Devices that the tree made, in registration order. */
export function treeDevices(world: World): DeviceId[] {
  return [...world.devices.keys()].filter((id) => world.devices[id]!.node >= 0);
}

export function deviceRow(world: World, id: DeviceId): DeviceRow {
  const device = world.devices[id]!;
  return {
    id: deviceId(device),
    name: device.name,
    bus: device.bus,
    node: world.board.nodes[device.node]!.path,
    parent: device.parent === PLATFORM_ROOT ? null : deviceId(world.devices[device.parent]!),
    driver: device.bound ? world.drivers[device.driver]!.name : null,
  };
}

/** Link ids by consumer in dpm_list order, then as they stand in its supplier list. */
export function linksInOrder(world: World): number[] {
  return listValues(world.dpmList).flatMap((consumer) => supplierLinksOf(world, consumer));
}

export function linkRow(world: World, id: number): LinkRow {
  const link = linkOf(world, id);
  const { nodes } = world.board;
  const causes: LinkCause[] = [];
  for (const { property, consumer, supplier } of link.causes ?? []) {
    const cause = { property, consumerNode: nodes[consumer]!.path, supplierNode: nodes[supplier]!.path };
    const known = causes.some(
      (other) =>
        other.property === property &&
        other.consumerNode === cause.consumerNode &&
        other.supplierNode === cause.supplierNode,
    );
    if (!known) causes.push(cause);
  }
  return {
    supplier: deviceId(world.devices[link.supplier]!),
    consumer: deviceId(world.devices[link.consumer]!),
    status: link.status,
    flags: deviceLinkFlagNames(link.flags),
    causes,
  };
}

/** Devices, links, waiting devices and cycles of a world, in the orders that the kernel gives them. */
export function linksOf(world: World): LinksResult {
  const { board, drivers } = world;
  const { nodes } = board;
  const devices = treeDevices(world);
  const waiting: WaitingRow[] = [];
  for (const id of devices) {
    const blocking = blockingSuppliers(world, world.devices[id]!.node);
    if (blocking.length === 0) continue;
    waiting.push({ device: deviceId(world.devices[id]!), nodes: blocking.map((node) => nodes[node]!.path) });
  }
  return {
    version: 1,
    kernel: world.settings.kernel,
    devices: devices.map((id) => deviceRow(world, id)),
    links: linksInOrder(world).map((id) => linkRow(world, id)),
    waiting,
    cycles: world.cycles.map((cycle) => cycle.map((node) => nodes[node]!.path)),
    ...(drivers.some(({ probe }) => probe.kind === 'typical' && probe.calls) && {
      dma: dmaRequestsOf(world),
    }),
  };
}
