/**
 * Links between firmware nodes: dependencies known before the devices exist.
 * Follows drivers/base/core.c, ../semantics fw-devlink.md sections 1, 2 and 7.
 *
 * The kernel's lists are newest first. Here the arrays grow at the end, so every walk goes backwards.
 */
import type { BoardReference, NodeIndex } from '../core/board.ts';
import type { FwnodeLink, FwnodeLinkId, World } from '../core/world.ts';

/** A fwnode link that is known to exist. */
export function fwnodeLinkOf(world: World, link: FwnodeLinkId): FwnodeLink {
  return world.fwnodeLinks[link]!;
}

/** Ids of a list in the kernel's order, newest first; safe while links are deleted. */
export function newestFirst(links: readonly FwnodeLinkId[]): FwnodeLinkId[] {
  return links.toReversed();
}

/** __fwnode_link_add(): one link per pair; a second one only adds its flags (and its causes). */
export function fwnodeLinkAdd(
  world: World,
  consumer: NodeIndex,
  supplier: NodeIndex,
  flags: { readonly cycle: boolean; readonly ignore: boolean },
  causes: readonly BoardReference[],
): void {
  const { suppliers } = world.fwnodes[consumer]!;
  const { consumers } = world.fwnodes[supplier]!;
  // The pair stands in both lists; the shorter one is searched.
  for (const id of suppliers.length <= consumers.length ? suppliers : consumers) {
    const link = fwnodeLinkOf(world, id);
    if (link.supplier !== supplier || link.consumer !== consumer) continue;
    link.cycle ||= flags.cycle;
    link.ignore ||= flags.ignore;
    link.causes.push(...causes);
    return;
  }
  const id = world.fwnodeLinks.length;
  world.fwnodeLinks.push({ consumer, supplier, ...flags, causes: [...causes] });
  suppliers.push(id);
  consumers.push(id);
}

/** __fwnode_link_del(). */
export function fwnodeLinkDel(world: World, id: FwnodeLinkId): void {
  const link = fwnodeLinkOf(world, id);
  const { suppliers } = world.fwnodes[link.consumer]!;
  const { consumers } = world.fwnodes[link.supplier]!;
  suppliers.splice(suppliers.lastIndexOf(id), 1);
  consumers.splice(consumers.lastIndexOf(id), 1);
  world.fwnodeLinks[id] = undefined;
}

/** fwnode_links_purge_suppliers(): the node waits for nobody any more. */
export function fwnodeLinksPurgeSuppliers(world: World, node: NodeIndex): void {
  for (const id of newestFirst(world.fwnodes[node]!.suppliers)) fwnodeLinkDel(world, id);
}

/** __fwnode_links_move_consumers(): each is added anew, so their order is reversed. */
export function fwnodeLinksMoveConsumers(world: World, from: NodeIndex, to: NodeIndex): void {
  for (const id of newestFirst(world.fwnodes[from]!.consumers)) {
    const { consumer, cycle, ignore, causes } = fwnodeLinkOf(world, id);
    fwnodeLinkAdd(world, consumer, to, { cycle, ignore }, causes);
    fwnodeLinkDel(world, id);
  }
}

/**
 * fwnode_links_check_suppliers() past its test for permissive mode: the suppliers that the probe of a node's device
 * waits for, newest first. The first of them is the one that the kernel names.
 */
export function blockingSuppliers(world: World, node: NodeIndex): NodeIndex[] {
  if (node < 0) return [];
  return newestFirst(world.fwnodes[node]!.suppliers)
    .map((id) => fwnodeLinkOf(world, id))
    .filter((link) => !link.cycle && !link.ignore)
    .map((link) => link.supplier);
}

/**
 * of_link_to_phandle(): a link to a supplier node, unless the supplier or a node above it is disabled. The walk upwards
 * ends well at the first node that a device has claimed.
 */
function ofLinkToPhandle(world: World, reference: BoardReference): void {
  const { nodes } = world.board;
  for (let node = reference.supplier; node >= 0; node = nodes[node]!.parent) {
    if (world.fwnodes[node]!.device >= 0) break;
    if (!nodes[node]!.available) return;
  }
  const flags = { cycle: false, ignore: reference.kind === 'ignored' };
  fwnodeLinkAdd(world, reference.consumer, reference.supplier, flags, [reference]);
}

/** fw_devlink_parse_fwnode() and of_fwnode_add_links(): each node's properties are parsed once ever. */
function fwDevlinkParseFwnode(world: World, node: NodeIndex, strict: boolean): void {
  const fwnode = world.fwnodes[node]!;
  if (fwnode.linksAdded) return;
  fwnode.linksAdded = true;
  for (const reference of world.board.nodes[node]!.references) {
    if (reference.kind === 'unlinked' || (reference.kind === 'optional' && !strict)) continue;
    ofLinkToPhandle(world, reference);
  }
}

/** fw_devlink_is_strict(): no effect in permissive mode. */
export function fwDevlinkIsStrict(world: World): boolean {
  return world.settings.fwDevlinkStrict && world.settings.fwDevlink !== 'permissive';
}

/** fw_devlink_parse_fwtree(): the node, then its available descendants depth-first. */
export function fwDevlinkParseFwtree(world: World, node: NodeIndex): void {
  const strict = fwDevlinkIsStrict(world);
  const stack = [node];
  while (stack.length > 0) {
    const at = stack.pop()!;
    fwDevlinkParseFwnode(world, at, strict);
    const { children } = world.board.nodes[at]!;
    for (let index = children.length - 1; index >= 0; index--) {
      if (world.board.nodes[children[index]!]!.available) stack.push(children[index]!);
    }
  }
}

/** fwnode_get_next_parent_dev(): the device of the nearest node above this one that has a device; -1 for none. */
export function fwnodeNextParentDevice(world: World, node: NodeIndex): number {
  let at = world.board.nodes[node]!.parent;
  while (at >= 0 && world.fwnodes[at]!.device < 0) at = world.board.nodes[at]!.parent;
  return at < 0 ? -1 : world.fwnodes[at]!.device;
}

/** fwnode_is_ancestor_of(): also true for a node and itself. */
export function fwnodeIsAncestorOf(world: World, ancestor: NodeIndex, node: NodeIndex): boolean {
  if (ancestor < 0) return false;
  for (let at = node; at >= 0; at = world.board.nodes[at]!.parent) if (at === ancestor) return true;
  return false;
}
