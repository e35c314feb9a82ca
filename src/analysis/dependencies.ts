/**
 * Dependencies between devices: those that order dpm_list (parents and links), and those that hardware has but no link
 * expresses.
 */
import type { BoardReference, NodeIndex } from '../core/board.ts';
import { isSyncStateOnly } from '../core/device-link.ts';
import { type DeviceId, type LinkId, linkOf, supplierLinksOf, type World } from '../core/world.ts';
import { fwDevlinkIsStrict } from '../links/index.ts';

/** One step of an ordering path: `from` is suspended before `to`, because of its parent or of a link. */
export interface Hop {
  readonly from: DeviceId;
  readonly to: DeviceId;
  /** The link, or undefined where `to` is the parent. */
  readonly link: LinkId | undefined;
}

/** What a device is ordered behind directly: its parent, then its suppliers over links that order. */
export function superiorsOf(world: World, id: DeviceId): Hop[] {
  const device = world.devices[id]!;
  const hops: Hop[] = device.parent >= 0 ? [{ from: id, to: device.parent, link: undefined }] : [];
  for (const linkId of supplierLinksOf(world, id)) {
    const link = linkOf(world, linkId);
    if (!isSyncStateOnly(link.flags)) hops.push({ from: id, to: link.supplier, link: linkId });
  }
  return hops;
}

/**
 * A shortest path of parents and links by which `first` is suspended before `second`; undefined if there is none. Among
 * paths of equal length the one that takes the parent, then the older link, wins.
 */
export function orderingPath(world: World, first: DeviceId, second: DeviceId): Hop[] | undefined {
  if (first === second) return undefined;
  const reachedBy = new Map<DeviceId, Hop>();
  const queue = [first];
  for (let at = 0; at < queue.length; at++) {
    for (const hop of superiorsOf(world, queue[at]!)) {
      if (hop.to === first || reachedBy.has(hop.to)) continue;
      reachedBy.set(hop.to, hop);
      if (hop.to === second) return pathTo(reachedBy, first, second);
      queue.push(hop.to);
    }
  }
  return undefined;
}

function pathTo(reachedBy: ReadonlyMap<DeviceId, Hop>, first: DeviceId, second: DeviceId): Hop[] {
  const path: Hop[] = [];
  for (let at = second; at !== first; at = path.at(-1)!.from) path.push(reachedBy.get(at)!);
  return path.reverse();
}

/** The device of a node, or of the nearest node above it that has one; -1 for none. */
export function nearestDevice(world: World, node: NodeIndex): DeviceId {
  for (let at = node; at >= 0; at = world.board.nodes[at]!.parent) {
    const { device } = world.fwnodes[at]!;
    if (device >= 0) return device;
  }
  return -1;
}

/**
 * The device that a node is or is a part of; -1 where it will be a device of its own that a driver has yet to add, such as a
 * chip on an I2C bus.
 */
export function deviceOfPart(world: World, node: NodeIndex): DeviceId {
  for (let at = node; at >= 0; at = world.board.nodes[at]!.parent) {
    const { device } = world.fwnodes[at]!;
    if (device >= 0) return device;
    if (world.board.nodes[at]!.compatible !== undefined) return -1;
  }
  return -1;
}

/** Why a reference makes no link that orders. */
export type UnlinkedBecause =
  /** fw_devlink follows the property only with fw_devlink.strict=1. */
  | 'optional'
  /** This kernel's table does not have the property. */
  | 'not followed'
  /** The link lost its force in a dependency cycle. */
  | 'cycle'
  /** fw_devlink is off or permissive. */
  | 'mode';

/** A dependency in hardware between two devices that no ordering link expresses. */
export interface UnlinkedDependency {
  readonly consumer: DeviceId;
  readonly supplier: DeviceId;
  readonly reference: BoardReference;
  readonly because: UnlinkedBecause;
}

function reasonOf(
  world: World,
  reference: BoardReference,
  relaxed: ReadonlySet<string>,
): UnlinkedBecause | undefined {
  switch (reference.kind) {
    case 'unlinked':
      return 'not followed';
    case 'ignored':
      return undefined;
    case 'optional':
      if (!fwDevlinkIsStrict(world)) return 'optional';
  }
  // Both ends of a graph name each other; neither direction is a dependency that power management has to keep.
  if (reference.property === 'remote-endpoint') return undefined;
  const { fwDevlink } = world.settings;
  if (fwDevlink === 'off' || fwDevlink === 'permissive') return 'mode';
  return relaxed.has(`${reference.consumer} ${reference.supplier}`) ? 'cycle' : undefined;
}

/** Pairs of nodes whose dependency the kernel relaxed because it lies on a cycle. */
function relaxedPairs(world: World): Set<string> {
  const pairs = new Set<string>();
  for (const cycle of world.cycles) {
    for (const [index, node] of cycle.entries()) pairs.add(`${node} ${cycle[(index + 1) % cycle.length]}`);
  }
  return pairs;
}

/** Whether a driver has made an ordering link for a reference: to the supplier, or to a part of it as a DMA channel is. */
function isLinked(world: World, consumer: DeviceId, reference: BoardReference): boolean {
  return supplierLinksOf(world, consumer).some((id) => {
    const { causes, flags } = linkOf(world, id);
    return (
      !isSyncStateOnly(flags) &&
      causes?.some(({ property, entry }) => property === reference.property && entry === reference.entry)
    );
  });
}

/**
 * Dependencies that the board has and no ordering link expresses, one for each pair of devices and property, in
 * registration order of the consumer. References from and to disabled nodes are left out, and those inside one device.
 */
export function unlinkedDependencies(world: World): UnlinkedDependency[] {
  const { nodes } = world.board;
  const relaxed = relaxedPairs(world);
  const found = new Map<string, UnlinkedDependency>();
  for (const [index, node] of nodes.entries()) {
    if (node.references.length === 0) continue;
    for (const reference of node.references) {
      const because = reasonOf(world, reference, relaxed);
      if (because === undefined || !isAvailableUpwards(world, index)) continue;
      const consumer = deviceOfPart(world, reference.consumer);
      const supplier = deviceOfPart(world, reference.supplier);
      if (consumer < 0 || supplier < 0 || consumer === supplier) continue;
      if (!isAvailableUpwards(world, reference.supplier)) continue;
      if (isLinked(world, consumer, reference)) continue;
      const key = `${consumer} ${supplier} ${reference.property}`;
      if (!found.has(key)) found.set(key, { consumer, supplier, reference, because });
    }
  }
  return [...found.values()].sort((a, b) => a.consumer - b.consumer || a.supplier - b.supplier);
}

/** Whether a node and all above it are available. */
export function isAvailableUpwards(world: World, node: NodeIndex): boolean {
  for (let at = node; at >= 0; at = world.board.nodes[at]!.parent) {
    if (!world.board.nodes[at]!.available) return false;
  }
  return true;
}
