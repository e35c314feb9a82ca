/**
 * Device links made from firmware nodes.
 * Follows drivers/base/core.c, ../semantics fw-devlink.md sections 4 to 6, 10 and 11.
 */
import type { NodeIndex } from '../core/board.ts';
import { DL_FLAG } from '../core/device-link.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, deviceOfNode, type FwnodeLink, happened, type World } from '../core/world.ts';
import { fwDevlinkRelaxCycles, fwDevlinkRelaxLink } from './cycles.ts';
import { deviceLinkAdd } from './device-link-add.ts';
import {
  fwDevlinkParseFwtree,
  fwnodeIsAncestorOf,
  fwnodeLinkDel,
  fwnodeLinkOf,
  fwnodeLinksMoveConsumers,
  fwnodeLinksPurgeSuppliers,
  fwnodeNextParentDevice,
  newestFirst,
} from './fwnode-links.ts';

/** FW_DEVLINK_FLAGS_* of core.c by mode. */
const MODE_FLAGS = {
  off: 0,
  permissive: DL_FLAG.INFERRED | DL_FLAG.SYNC_STATE_ONLY,
  on: DL_FLAG.INFERRED | DL_FLAG.AUTOPROBE_CONSUMER,
  rpm: DL_FLAG.INFERRED | DL_FLAG.AUTOPROBE_CONSUMER | DL_FLAG.PM_RUNTIME,
} as const;

/** What became of a conversion: the fwnode link has served (`done`), is given up (`forgotten`) or must wait. */
type Conversion = 'done' | 'forgotten' | 'wait';

/** fwnode_init_without_drv(): set up early by code that will never bind a driver to it. */
function fwnodeInitWithoutDriver(world: World, node: NodeIndex): boolean {
  const { initialized, device } = world.fwnodes[node]!;
  return initialized && (device < 0 || world.devices[device]!.linksStatus === 'no driver');
}

function ancestorInitWithoutDriver(world: World, node: NodeIndex): boolean {
  for (let at = world.board.nodes[node]!.parent; at >= 0; at = world.board.nodes[at]!.parent) {
    if (fwnodeInitWithoutDriver(world, at)) return true;
  }
  return false;
}

/** fw_devlink_create_devlink(): turns one fwnode link into a device link of `consumer`, which may be a proxy. */
function* fwDevlinkCreateDevlink(
  world: World,
  consumer: DeviceId,
  supplierNode: NodeIndex,
  link: FwnodeLink,
): Task<Conversion> {
  if (link.ignore) return 'done';
  if (fwDevlinkRelaxCycles(world, link.consumer, supplierNode)) link.cycle = true;
  const isOwn = world.devices[consumer]!.node === link.consumer;
  const cycleFlags = MODE_FLAGS.permissive | DL_FLAG.CYCLE;
  const flags = !isOwn
    ? MODE_FLAGS.permissive
    : link.cycle
      ? cycleFlags
      : MODE_FLAGS[world.settings.fwDevlink];
  const fwnode = world.fwnodes[supplierNode]!;
  const supplier = fwnode.notDevice ? fwnodeNextParentDevice(world, supplierNode) : fwnode.device;
  if (supplier < 0) {
    const early =
      fwnodeInitWithoutDriver(world, supplierNode) || ancestorInitWithoutDriver(world, supplierNode);
    return early ? 'forgotten' : 'wait';
  }
  if (world.devices[supplier]!.linksStatus === 'no driver' && fwnode.initialized) return 'forgotten';
  if (consumer === supplier) return 'done';
  const added = yield* deviceLinkAdd(world, consumer, supplier, flags, link.causes);
  if (added.kind !== 'refused') return 'done';
  happened(world, { kind: 'link-refused', consumer, supplier, reason: added.reason });
  return 'forgotten';
}

/** __fw_devlink_link_to_consumers(): whoever waits for this device's node is linked to the device. */
function* fwDevlinkLinkToConsumers(world: World, device: DeviceId): Task<void> {
  const { node } = world.devices[device]!;
  for (const id of newestFirst(world.fwnodes[node]!.consumers)) {
    const link = fwnodeLinkOf(world, id);
    let consumer = deviceOfNode(world, link.consumer);
    const isOwn = consumer >= 0;
    if (!isOwn) {
      consumer = fwnodeNextParentDevice(world, link.consumer);
      // A parent of both cannot depend on its own child.
      if (consumer < 0 || fwnodeIsAncestorOf(world, world.devices[consumer]!.node, node)) continue;
    }
    const conversion = yield* fwDevlinkCreateDevlink(world, consumer, node, link);
    if (isOwn && conversion !== 'wait') fwnodeLinkDel(world, id);
  }
}

/** __fw_devlink_link_to_suppliers(): own links of a node, then, by proxy, those of its available descendants. */
function* fwDevlinkLinkToSuppliers(world: World, device: DeviceId): Task<void> {
  const own = world.devices[device]!.node;
  const stack = [own];
  while (stack.length > 0) {
    const node = stack.pop()!;
    for (const id of newestFirst(world.fwnodes[node]!.suppliers)) {
      const link = fwnodeLinkOf(world, id);
      const conversion = yield* fwDevlinkCreateDevlink(world, device, link.supplier, link);
      if (node === own && conversion !== 'wait') fwnodeLinkDel(world, id);
    }
    const { children } = world.board.nodes[node]!;
    for (let index = children.length - 1; index >= 0; index--) {
      if (world.board.nodes[children[index]!]!.available) stack.push(children[index]!);
    }
  }
}

/** fw_devlink_link_device(): parses the node and what is below it, then links the device both ways. */
export function* fwDevlinkLinkDevice(world: World, device: DeviceId): Task<void> {
  if (world.settings.fwDevlink === 'off') return;
  fwDevlinkParseFwtree(world, world.devices[device]!.node);
  yield* fwDevlinkLinkToConsumers(world, device);
  yield* fwDevlinkLinkToSuppliers(world, device);
}

/**
 * The fwnode part of device_links_driver_bound(): a bound device waits for nobody, and child nodes that are no bus device
 * by now never will be: whoever waits for them is linked to this device instead
 * (__fw_devlink_pickup_dangling_consumers).
 */
export function* fwDevlinkDriverBound(world: World, device: DeviceId): Task<void> {
  const { node } = world.devices[device]!;
  if (deviceOfNode(world, node) !== device) return;
  fwnodeLinksPurgeSuppliers(world, node);
  const availableChildren = (of: NodeIndex) =>
    world.board.nodes[of]!.children.filter((child) => world.board.nodes[child]!.available).reverse();
  const stack = availableChildren(node);
  while (stack.length > 0) {
    const child = stack.pop()!;
    const claimed = deviceOfNode(world, child);
    if (claimed >= 0 && world.devices[claimed]!.bus !== '') continue;
    world.fwnodes[child]!.notDevice = true;
    fwnodeLinksMoveConsumers(world, child, node);
    stack.push(...availableChildren(child));
  }
  yield* fwDevlinkLinkToConsumers(world, device);
}

/**
 * fw_devlink_drivers_done(): no more drivers will come, so links to suppliers that no driver matched stop blocking. The
 * kernel goes through the devlink class in the order of registration.
 */
export function fwDevlinkDriversDone(world: World): void {
  world.driverRegistrationDone = true;
  for (const [id, link] of world.links.entries()) {
    if (link !== undefined && !world.devices[link.supplier]!.canMatch)
      fwDevlinkRelaxLink(world, id, 'no driver');
  }
}

/** fw_devlink_unblock_consumers(): the same for one supplier that was added after that. */
export function fwDevlinkUnblockConsumers(world: World, device: DeviceId): void {
  const { fwDevlink } = world.settings;
  if (fwDevlink === 'off' || fwDevlink === 'permissive') return;
  const { head, next } = world.consumerLinks;
  for (let id = head[device]!; id >= 0; id = next[id]!) fwDevlinkRelaxLink(world, id, 'no driver');
}
