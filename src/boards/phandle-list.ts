/**
 * Lists of phandles with arguments, entry by entry.
 * Follows drivers/of/base.c: of_phandle_iterator_next and __of_parse_phandle_with_args.
 */
import { cellAt, cellCount, cellOf, type DeviceTree } from './device-tree.ts';
import type { FdtNode, FdtProperty } from './fdt.ts';

/** One entry of a list, or the fault that ends it. */
export type PhandleEntry =
  | {
      readonly kind: 'entry';
      readonly supplier: FdtNode;
      /** Which cell of the property is the first argument, and how many there are. */
      readonly firstArgument: number;
      readonly argumentCount: number;
    }
  /** A phandle of 0: an entry left out on purpose. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'dangling'; readonly phandle: number }
  | { readonly kind: 'no-cells'; readonly supplier: FdtNode }
  | {
      readonly kind: 'truncated';
      readonly supplier: FdtNode;
      readonly wanted: number;
      readonly found: number;
    };

/** A fault ends the list. */
export type PhandleFault = Exclude<PhandleEntry, { kind: 'entry' | 'empty' }>;

const EMPTY: PhandleEntry = { kind: 'empty' };

/**
 * Reads a list of phandles. `cells` names the provider's property that counts the arguments (undefined: none); with
 * `cellsRequired` a provider without it is a fault, otherwise it counts 0. Only the last entry can be a fault; an empty
 * entry is none here, the caller decides.
 */
export function phandleEntries(
  tree: DeviceTree,
  property: FdtProperty,
  cells: string | undefined,
  cellsRequired: boolean,
): PhandleEntry[] {
  const entries: PhandleEntry[] = [];
  const count = cellCount(property);
  let at = 0;
  while (at < count) {
    const phandle = cellAt(property, at++);
    if (phandle === 0) {
      entries.push(EMPTY);
      continue;
    }
    const supplier = tree.byPhandle(phandle);
    if (supplier === undefined) {
      entries.push({ kind: 'dangling', phandle });
      break;
    }
    const counted = cells === undefined ? 0 : cellOf(supplier, cells);
    if (counted === undefined && cellsRequired) {
      entries.push({ kind: 'no-cells', supplier });
      break;
    }
    const argumentCount = counted ?? 0;
    if (argumentCount > count - at) {
      entries.push({ kind: 'truncated', supplier, wanted: argumentCount, found: count - at });
      break;
    }
    entries.push({ kind: 'entry', supplier, firstArgument: at, argumentCount });
    at += argumentCount;
  }
  return entries;
}
