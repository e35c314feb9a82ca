/**
 * Lists of phandles with arguments, entry by entry.
 * Follows drivers/of/base.c: of_phandle_iterator_next and __of_parse_phandle_with_args.
 */
import { cellAt, cellCount, cellOf, type DeviceTree } from './device-tree.ts';
import type { FdtNode } from './fdt.ts';

/** One entry of a list, or the fault that ends it. */
export type PhandleEntry =
  | { readonly kind: 'entry'; readonly supplier: FdtNode; readonly args: readonly number[] }
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

/**
 * Reads a list of phandles. `cells` names the provider's property that counts the arguments (undefined: none); with
 * `cellsRequired` a provider without it is a fault, otherwise it counts 0. Ends after the first fault; an empty entry is
 * no fault here, the caller decides.
 */
export function* phandleEntries(
  tree: DeviceTree,
  value: Uint8Array,
  cells: string | undefined,
  cellsRequired: boolean,
): Generator<PhandleEntry> {
  const count = cellCount(value);
  let at = 0;
  while (at < count) {
    const phandle = cellAt(value, at++);
    if (phandle === 0) {
      yield { kind: 'empty' };
      continue;
    }
    const supplier = tree.byPhandle(phandle);
    if (supplier === undefined) {
      yield { kind: 'dangling', phandle };
      return;
    }
    const wanted = cells === undefined ? 0 : cellOf(supplier, cells);
    if (wanted === undefined && cellsRequired) {
      yield { kind: 'no-cells', supplier };
      return;
    }
    const size = wanted ?? 0;
    if (size > count - at) {
      yield { kind: 'truncated', supplier, wanted: size, found: count - at };
      return;
    }
    const from = at;
    yield {
      kind: 'entry',
      supplier,
      get args() {
        return Array.from({ length: size }, (_, index) => cellAt(value, from + index));
      },
    };
    at += size;
  }
}
