/** What a node says about DMA channels, those that it uses and those that it offers. Follows drivers/dma/of-dma.c. */
import type { DmaClientNode, DmaControllerNode, DmaSpecifier } from '../core/board.ts';
import { cellAt, cellOf, type DeviceTree, propertyOf, stringsOf } from './device-tree.ts';
import type { FdtNode } from './fdt.ts';
import { phandleEntries } from './phandle-list.ts';

/** The channels that a node names; undefined for a node that names none. */
export function dmaClientOf(tree: DeviceTree, node: FdtNode): DmaClientNode | undefined {
  const names = stringsOf(node, 'dma-names');
  const hasNames = names !== undefined && names.length > 0;
  const dmas = propertyOf(node, 'dmas');
  if (dmas === undefined) return hasNames ? { names, entries: [] } : undefined;
  const entries: DmaSpecifier[] = [];
  let withoutCells: number | undefined;
  for (const entry of phandleEntries(tree, dmas, '#dma-cells', true)) {
    if (entry.kind === 'empty') entries.push(null);
    if (entry.kind === 'no-cells') withoutCells = entry.supplier.index;
    if (entry.kind !== 'entry') continue;
    const cells = Array.from({ length: entry.argumentCount }, (_, index) =>
      cellAt(dmas, entry.firstArgument + index),
    );
    entries.push({ controller: entry.supplier.index, cells });
  }
  return { ...(hasNames && { names }), entries, ...(withoutCells !== undefined && { withoutCells }) };
}

/** The channels that a node offers; undefined for a node that is no DMA controller. */
export function dmaControllerOf(tree: DeviceTree, node: FdtNode): DmaControllerNode | undefined {
  const cells = cellOf(node, '#dma-cells');
  if (cells === undefined) return undefined;
  const channels = cellOf(node, 'dma-channels');
  const requests = cellOf(node, 'dma-requests');
  const property = propertyOf(node, 'dma-masters');
  const masters =
    property &&
    phandleEntries(tree, property, undefined, false).flatMap((entry) =>
      entry.kind === 'entry' ? [entry.supplier.index] : [],
    );
  return {
    cells,
    ...(channels !== undefined && { channels }),
    ...(requests !== undefined && { requests }),
    ...(masters && { masters }),
  };
}
