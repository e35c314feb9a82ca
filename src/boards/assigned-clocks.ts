/**
 * The clocks that the platform bus sets up before a probe. Follows drivers/clk/clk-conf.c: of_clk_set_defaults,
 * __set_clk_parents, __set_clk_rates.
 */
import type { AssignedClock } from '../core/board.ts';
import { type DeviceTree, propertyOf } from './device-tree.ts';
import { bytesOf, type FdtNode, type FdtProperty } from './fdt.ts';
import { type PhandleEntry, phandleEntries } from './phandle-list.ts';

/** Whether the walk goes on behind an entry. */
type Asked = 'next' | 'end' | 'error';

/**
 * The providers that of_clk_set_defaults() asks for, in its order; undefined if it asks for none. What ends its walk early
 * stands last: the node itself or an unreadable entry.
 */
export function assignedClocks(tree: DeviceTree, node: FdtNode): AssignedClock[] | undefined {
  const clocks = propertyOf(node, 'assigned-clocks');
  const parents = propertyOf(node, 'assigned-clock-parents');
  if (clocks === undefined && parents === undefined) return undefined;
  const asked: AssignedClock[] = [];
  const clockEntries = entriesOf(tree, clocks);
  if (askForParents(node, entriesOf(tree, parents), clockEntries, asked) !== 'error') {
    askForRates(node, clockEntries, asked);
  }
  return asked.length === 0 ? undefined : asked;
}

function entriesOf(tree: DeviceTree, property: FdtProperty | undefined): PhandleEntry[] {
  return property === undefined ? [] : phandleEntries(tree, property, '#clock-cells', true);
}

/** Asks for the provider of one entry; a missing one is an error, as an empty one is. */
function ask(node: FdtNode, entry: PhandleEntry | undefined, asked: AssignedClock[]): Asked {
  if (entry?.kind !== 'entry') {
    asked.push('error');
    return 'error';
  }
  if (entry.supplier === node) return 'end';
  asked.push({ provider: entry.supplier.index });
  return 'next';
}

/** __set_clk_parents(): a parent, then the clock that gets it. */
function askForParents(
  node: FdtNode,
  parents: readonly PhandleEntry[],
  clocks: readonly PhandleEntry[],
  asked: AssignedClock[],
): Asked {
  // A list that cannot be counted (a fault anywhere in it) is not walked at all.
  if (hasFault(parents)) return 'end';
  for (const [index, parent] of parents.entries()) {
    if (parent.kind === 'empty') continue;
    for (const entry of [parent, clocks[index]]) {
      const result = ask(node, entry, asked);
      if (result !== 'next') return result;
    }
  }
  return 'end';
}

/** __set_clk_rates(): the clocks that have a rate. */
function askForRates(node: FdtNode, clocks: readonly PhandleEntry[], asked: AssignedClock[]): void {
  const rates = assignedRates(node);
  if (rates === undefined) return;
  const { bytes, width } = rates;
  const fault = hasFault(clocks) ? clocks.at(-1) : undefined;
  for (let index = 0; (index + 1) * width <= bytes.length; index++) {
    if (index >= clocks.length && fault === undefined) return;
    if (bytes.subarray(index * width, (index + 1) * width).every((byte) => byte === 0)) continue;
    const clock = clocks[index] ?? fault;
    if (clock?.kind === 'empty') continue;
    const result = ask(node, clock, asked);
    if (result === 'end') asked.push('end');
    if (result !== 'next') return;
  }
}

function hasFault(entries: readonly PhandleEntry[]): boolean {
  const last = entries.at(-1)?.kind;
  return last !== undefined && last !== 'entry' && last !== 'empty';
}

/** The rates of `assigned-clock-rates-u64`, or else of `assigned-clock-rates`; undefined for none that can be counted. */
function assignedRates(node: FdtNode): { bytes: Uint8Array; width: number } | undefined {
  for (const [name, width] of [
    ['assigned-clock-rates-u64', 8],
    ['assigned-clock-rates', 4],
  ] as const) {
    const property = propertyOf(node, name);
    if (property === undefined || property.length === 0 || property.length % width !== 0) continue;
    return { bytes: bytesOf(property), width };
  }
  return undefined;
}
