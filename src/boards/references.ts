/**
 * What the properties of a node refer to, in the order in which fw_devlink parses them, and where a list ends before its
 * time. Follows drivers/of/property.c: of_fwnode_add_links, of_link_property and the parse functions of its table.
 */
import type { AssignedClock, BoardReference, ReferenceProblem } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import {
  baseName,
  cellAt,
  cellCount,
  cellOf,
  type DeviceTree,
  hasProperty,
  propertyOf,
} from './device-tree.ts';
import type { FdtNode, FdtProperty } from './fdt.ts';
import { InterruptTree } from './interrupts.ts';
import { type PhandleEntry, phandleEntries } from './phandle-list.ts';
import type { BindingTable, SupplierBinding } from './supplier-bindings.ts';

/** The most references that a tree may hold; the largest board in Linux has some 4,000. */
const REFERENCE_LIMIT = 1_000_000;

/** References and problems of one node. */
export interface NodeReferences {
  readonly references: BoardReference[];
  readonly problems: ReferenceProblem[];
}

const NONE: NodeReferences = { references: [], problems: [] };

/**
 * of_graph_get_port_parent(): the device that an endpoint belongs to: two levels up, or three where the second is
 * `ports`, `in-ports` or `out-ports`.
 */
function portParent(tree: DeviceTree, endpoint: FdtNode): FdtNode | undefined {
  const port = tree.parentOf(endpoint);
  const second = port === undefined ? undefined : tree.parentOf(port);
  if (second === undefined) return undefined;
  const isPorts = ['ports', 'in-ports', 'out-ports'].includes(baseName(second));
  return isPorts ? tree.parentOf(second) : second;
}

/** Reads the references of the nodes of one tree. */
export class ReferenceReader {
  readonly #tree: DeviceTree;
  readonly #table: BindingTable;
  readonly #interrupts: InterruptTree;
  #count = 0;

  constructor(tree: DeviceTree, table: BindingTable) {
    this.#tree = tree;
    this.#table = table;
    this.#interrupts = new InterruptTree(tree);
  }

  /** References and problems of a node. Throws {@link InputError} past a million references in the tree. */
  referencesOf(node: FdtNode): NodeReferences {
    let found: NodeReferences | undefined;
    for (const property of node.properties) {
      const binding = this.#table.bindingOf(property.name);
      if (binding === undefined) continue;
      if (binding.unlessProperty !== undefined && hasProperty(node, binding.unlessProperty)) continue;
      found ??= { references: [], problems: [] };
      this.#read(node, property, binding, found);
    }
    return found ?? NONE;
  }

  /** For a node with `interrupt-controller`, the controller above it, -1 for none; undefined for other nodes. */
  interruptControllerParent(node: FdtNode): number | undefined {
    if (!hasProperty(node, 'interrupt-controller')) return undefined;
    return this.#interrupts.aboveController(node)?.index ?? -1;
  }

  #read(node: FdtNode, property: FdtProperty, binding: SupplierBinding, into: NodeReferences): void {
    const add = (entry: number, supplier: FdtNode, consumer = node): void => {
      if (++this.#count > REFERENCE_LIMIT) {
        const place = { input: this.#tree.input, path: node.path };
        throw new InputError(
          'reference-limit',
          place,
          `more than ${REFERENCE_LIMIT} references to other nodes`,
        );
      }
      into.references.push({
        kind: binding.kind,
        property: property.name,
        entry,
        consumer: consumer.index,
        supplier: supplier.index,
      });
    };
    switch (binding.form) {
      case 'list':
      case 'strict-list':
        this.#readList(property, binding.cells, binding.form === 'strict-list', add, into);
        break;
      case 'map':
        this.#readMap(property, add, into);
        break;
      case 'remote-endpoint':
        this.#readRemoteEndpoint(node, property, add, into);
        break;
      case 'interrupts':
        this.#readInterrupts(node, property, add, into);
        break;
      case 'interrupt-map': {
        let entry = 0;
        for (const parent of this.#interrupts.mapParents(node)) add(entry++, parent);
      }
    }
  }

  #readList(
    property: FdtProperty,
    cells: string | undefined,
    cellsRequired: boolean,
    add: (entry: number, supplier: FdtNode) => void,
    into: NodeReferences,
  ): void {
    let index = 0;
    const entries = phandleEntries(this.#tree, property.value, cells, cellsRequired);
    for (const entry of entries) {
      if (entry.kind !== 'entry') {
        const problem = problemOf(property.name, index, cells, entry, entries);
        if (problem !== undefined) into.problems.push(problem);
        return;
      }
      add(index++, entry.supplier);
    }
  }

  #readMap(
    property: FdtProperty,
    add: (entry: number, supplier: FdtNode) => void,
    into: NodeReferences,
  ): void {
    const count = cellCount(property.value);
    for (let index = 0; index * 4 + 1 < count; index++) {
      const phandle = cellAt(property.value, index * 4 + 1);
      const supplier = this.#tree.byPhandle(phandle);
      if (supplier === undefined) {
        into.problems.push({ kind: 'dangling', property: property.name, entry: index, phandle });
        return;
      }
      add(index, supplier);
    }
  }

  #readRemoteEndpoint(
    node: FdtNode,
    property: FdtProperty,
    add: (entry: number, supplier: FdtNode, consumer?: FdtNode) => void,
    into: NodeReferences,
  ): void {
    if (cellCount(property.value) === 0) return;
    const phandle = cellAt(property.value, 0);
    const remote = this.#tree.byPhandle(phandle);
    if (remote === undefined) {
      if (phandle !== 0) into.problems.push({ kind: 'dangling', property: property.name, entry: 0, phandle });
      return;
    }
    const supplier = portParent(this.#tree, remote);
    const consumer = portParent(this.#tree, node);
    if (supplier !== undefined && consumer !== undefined) add(0, supplier, consumer);
  }

  #readInterrupts(
    node: FdtNode,
    property: FdtProperty,
    add: (entry: number, supplier: FdtNode) => void,
    into: NodeReferences,
  ): void {
    // Without argument cells every index resolves: the kernel would never come to an end here.
    const most = cellCount(property.value);
    for (let index = 0; ; index++) {
      const controller = this.#interrupts.controllerOf(node, index);
      if (controller === undefined) {
        const parent = property.name === 'interrupts' ? this.#interrupts.parentOf(node) : undefined;
        const size = parent === undefined ? undefined : cellOf(parent, '#interrupt-cells');
        if (size !== undefined && size > 0 && index < Math.floor(most / size)) {
          into.problems.push({ kind: 'unresolved', property: property.name, entry: index });
        }
        return;
      }
      if (index > most) {
        into.problems.push({ kind: 'endless', property: property.name, entry: index });
        return;
      }
      add(index, controller);
    }
  }
}

/** The problem that an entry which is none makes; undefined for an empty entry that hides nothing. */
function problemOf(
  property: string,
  entry: number,
  cells: string | undefined,
  fault: Exclude<PhandleEntry, { kind: 'entry' }>,
  rest: Iterable<PhandleEntry>,
): ReferenceProblem | undefined {
  const base = { property, entry };
  switch (fault.kind) {
    case 'empty': {
      let hidden = 0;
      for (const later of rest) if (later.kind === 'entry') hidden++;
      return hidden === 0 ? undefined : { kind: 'empty', ...base, hidden };
    }
    case 'dangling':
      return { kind: 'dangling', ...base, phandle: fault.phandle };
    case 'no-cells':
      return { kind: 'no-cells', ...base, supplier: fault.supplier.index, ...(cells && { cells }) };
    case 'truncated': {
      const { wanted, found } = fault;
      return {
        kind: 'truncated',
        ...base,
        supplier: fault.supplier.index,
        wanted,
        found,
        ...(cells && { cells }),
      };
    }
  }
}

/**
 * The providers that of_clk_set_defaults() (drivers/clk/clk-conf.c) asks for before a platform device's probe, in its
 * order; undefined if the node has no such property.
 */
export function assignedClocks(tree: DeviceTree, node: FdtNode): AssignedClock[] | undefined {
  const entriesOf = (name: string): PhandleEntry[] => {
    const property = propertyOf(node, name);
    return property === undefined ? [] : [...phandleEntries(tree, property.value, '#clock-cells', true)];
  };
  const parents = entriesOf('assigned-clock-parents');
  const clocks = entriesOf('assigned-clocks');
  const asked: AssignedClock[] = [];
  /** Whether the walk goes on behind this entry. */
  const ask = (entry: PhandleEntry | undefined): boolean => {
    if (entry?.kind === 'entry' && entry.supplier !== node) {
      asked.push({ provider: entry.supplier.index });
      return true;
    }
    asked.push(entry?.kind === 'entry' ? 'end' : 'error');
    return false;
  };
  // A list that cannot be counted (a fault anywhere in it) is not walked at all.
  if (parents.every((entry) => entry.kind === 'entry' || entry.kind === 'empty')) {
    for (const [index, parent] of parents.entries()) {
      if (parent.kind === 'empty') continue;
      if (!ask(parent) || !ask(clocks[index])) break;
    }
  }
  if (asked.at(-1) === 'end') asked.pop();
  if (asked.at(-1) === 'error') return asked;
  for (const [index, rate] of assignedRates(node).entries()) {
    const clock = clocks[index];
    if (!rate || clock?.kind === 'empty') continue;
    if (clock === undefined) continue;
    if (!ask(clock)) break;
  }
  return asked.length === 0 ? undefined : asked;
}

/** Whether each entry of `assigned-clock-rates-u64`, or else of `assigned-clock-rates`, is not zero. */
function assignedRates(node: FdtNode): boolean[] {
  const wide = propertyOf(node, 'assigned-clock-rates-u64');
  const rates = propertyOf(node, 'assigned-clock-rates');
  const [value, width] = wide !== undefined && wide.value.length >= 8 ? [wide.value, 8] : [rates?.value, 4];
  if (value === undefined || value.length % width !== 0) return [];
  return Array.from({ length: value.length / width }, (_, index) =>
    value.subarray(index * width, (index + 1) * width).some((byte) => byte !== 0),
  );
}
