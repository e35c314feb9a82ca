/** What is wrong with `dmas` and `dma-names` of a node, and what dma_request_chan() of Linux 6.12 makes of it. */
import type { Board, BoardNode, DmaClientNode } from '../core/board.ts';
import { type SpecifierFault, specifierFault } from '../dma/index.ts';
import type { RuleName } from './rules.ts';

/** A fault of one client node. */
export interface DmaEntryProblem {
  readonly rule: Extract<RuleName, 'dma-names-mismatch' | 'dma-entry-refused' | 'phandle-cells-missing'>;
  readonly property: 'dmas' | 'dma-names';
  /** Which entry, -1 for the property as such. */
  readonly entry: number;
  readonly message: string;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Entries that have no name, and names that have no entry. */
function namesProblem(node: BoardNode, client: DmaClientNode): DmaEntryProblem | undefined {
  const { names = [], entries, withoutCells } = client;
  const mismatch = (property: DmaEntryProblem['property'], message: string): DmaEntryProblem => ({
    rule: 'dma-names-mismatch',
    property,
    entry: -1,
    message,
  });
  if (client.names === undefined)
    return mismatch(
      'dmas',
      'dmas without dma-names: nobody can ask for these channels by name, and dma_request_chan() ends in -ENODEV',
    );
  const isCut = withoutCells !== undefined || node.problems.some(({ property }) => property === 'dmas');
  if (names.length > entries.length && !isCut) {
    const idle = quoted(names.slice(entries.length));
    const what = entries.length === 0 ? 'there is no dmas' : `dmas has ${entries.length}`;
    return mismatch(
      'dma-names',
      `dma-names has ${counted(names.length, 'name')} and ${what}: dma_request_chan() of ${idle} ends in -ENODEV`,
    );
  }
  if (names.length >= entries.length) return undefined;
  return mismatch(
    'dmas',
    `dmas has ${entries.length === 1 ? '1 entry' : `${entries.length} entries`} and dma-names ${names.length}: nobody can ask for ${entries.length - names.length === 1 ? 'the last one' : `the last ${entries.length - names.length}`} by name`,
  );
}

function faultText(fault: SpecifierFault, given: number): string {
  if (fault.kind === 'cells') {
    const { fewest, most } = fault;
    const wanted = fewest === most ? `${fewest}` : given < fewest ? `at least ${fewest}` : `${most} at most`;
    return `has ${counted(given, 'argument')}, and ${fault.driver} takes ${wanted}`;
  }
  const { what, value, count, property, driver } = fault;
  const has = property === undefined ? `${driver} has` : `${property} says`;
  return `asks for ${what} ${value}, of which ${has} ${count}`;
}

/** All that is wrong with the channels that a node names, in the order of its entries. */
export function dmaEntryProblems(board: Board, node: BoardNode): DmaEntryProblem[] {
  const { dmaClient } = node;
  if (dmaClient === undefined) return [];
  const { entries, withoutCells, names = [] } = dmaClient;
  const problems: DmaEntryProblem[] = [];
  const mismatch = namesProblem(node, dmaClient);
  if (mismatch !== undefined) problems.push(mismatch);
  for (const [entry, specifier] of entries.entries()) {
    const fault = specifier === null ? undefined : specifierFault(board, specifier);
    if (specifier === null || fault === undefined) continue;
    const controller = board.nodes[specifier.controller]!.path;
    const name = names[entry] === undefined ? '' : ` (${quoted([names[entry]])})`;
    problems.push({
      rule: 'dma-entry-refused',
      property: 'dmas',
      entry,
      message: `entry ${entry} of dmas${name} names ${controller} and ${faultText(fault, specifier.cells.length)}; dma_request_chan() ends in -ENODEV`,
    });
  }
  if (withoutCells !== undefined) {
    problems.push({
      rule: 'phandle-cells-missing',
      property: 'dmas',
      entry: entries.length,
      message: `entry ${entries.length} of dmas names ${board.nodes[withoutCells]!.path}, which has no #dma-cells; dma_request_chan() of this and of later entries ends in -ENODEV`,
    });
  }
  return problems;
}
