/**
 * Entries of an interrupt-map: a key to match an interrupt with, and the parent and specifier that stand for it.
 * Follows drivers/of/irq.c:of_irq_parse_imap_parent, the matching in of_irq_parse_raw, and property.c:parse_interrupt_map.
 */
import { cellAt, cellCount, cellOf, type DeviceTree, isAvailable, propertyOf } from './device-tree.ts';
import type { FdtNode, FdtProperty } from './fdt.ts';

/** include/linux/of.h:MAX_PHANDLE_ARGS. */
export const MAX_PHANDLE_ARGS = 16;

/** The part of a map entry behind its key. */
export interface MapEntry {
  readonly parent: FdtNode;
  /** Where the parent's unit interrupt specifier begins, its address cells and then its interrupt cells, and its size. */
  readonly firstCell: number;
  readonly cells: number;
  /** Where the next entry begins. */
  readonly next: number;
}

/** of_irq_parse_imap_parent(): the parent part that begins at cell `at`; undefined if it cannot be read. */
function mapEntry(tree: DeviceTree, map: FdtProperty, at: number): MapEntry | undefined {
  const parent = tree.byPhandle(cellAt(map, at));
  if (parent === undefined) return undefined;
  const interruptCells = cellOf(parent, '#interrupt-cells');
  if (interruptCells === undefined) return undefined;
  const cells = (cellOf(parent, '#address-cells') ?? 0) + interruptCells;
  if (cells > MAX_PHANDLE_ARGS || cellCount(map) - at - 1 < cells) return undefined;
  return { parent, firstCell: at + 1, cells, next: at + 1 + cells };
}

/** parse_interrupt_map(): the parents that the entries of a node's map name, up to the first that cannot be read. */
export function mapParents(tree: DeviceTree, nexus: FdtNode): FdtNode[] {
  const parents: FdtNode[] = [];
  const interruptCells = cellOf(nexus, '#interrupt-cells');
  const map = propertyOf(nexus, 'interrupt-map');
  if (interruptCells === undefined || map === undefined) return parents;
  const key = tree.busAddressCells(nexus) + interruptCells;
  let at = 0;
  while (at + key + 1 < cellCount(map)) {
    const entry = mapEntry(tree, map, at + key);
    if (entry === undefined) break;
    parents.push(entry.parent);
    at = entry.next;
  }
  return parents;
}

/** The first entry whose masked key equals the specifier and whose parent is available. */
export function matchingEntry(
  tree: DeviceTree,
  nexus: FdtNode,
  map: FdtProperty,
  match: readonly number[],
): MapEntry | undefined {
  const mask = propertyOf(nexus, 'interrupt-map-mask');
  const count = cellCount(map);
  let at = 0;
  while (count - at > match.length + 1) {
    tree.countSteps(1 + match.length, nexus, 'looking up interrupts in interrupt-maps');
    const entry = mapEntry(tree, map, at + match.length);
    if (entry === undefined) return undefined;
    if (keyMatches(map, at, match, mask) && isAvailable(entry.parent)) return entry;
    at = entry.next;
  }
  return undefined;
}

/** Whether the key at cell `at` equals the specifier in the bits of the mask; no mask is all bits. */
function keyMatches(
  map: FdtProperty,
  at: number,
  match: readonly number[],
  mask: FdtProperty | undefined,
): boolean {
  const maskCells = mask === undefined ? 0 : cellCount(mask);
  return match.every((wanted, index) => {
    const bits = mask === undefined ? 0xffffffff : index < maskCells ? cellAt(mask, index) : 0;
    return ((wanted ^ cellAt(map, at + index)) & bits) === 0;
  });
}
