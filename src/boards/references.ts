/**
 * What the properties of a node refer to, in the order in which fw_devlink parses them, and where a list ends before its
 * time. Follows drivers/of/property.c: of_fwnode_add_links, of_link_property and the parse functions of its table.
 */
import type { BoardReference, ReferenceProblem } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import { baseName, cellAt, cellCount, type DeviceTree, hasProperty } from './device-tree.ts';
import type { FdtNode, FdtProperty } from './fdt.ts';
import { mapParents } from './interrupt-map.ts';
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

/** A property that names suppliers, and where what it says goes. */
interface SupplierProperty {
  readonly node: FdtNode;
  readonly property: FdtProperty;
  readonly binding: SupplierBinding;
  readonly into: NodeReferences;
}

const NONE: NodeReferences = { references: [], problems: [] };

const PORTS = new Set(['ports', 'in-ports', 'out-ports']);

/**
 * of_graph_get_port_parent(): the device that an endpoint belongs to: two levels up, or three where the second is
 * `ports`, `in-ports` or `out-ports`.
 */
function portParent(tree: DeviceTree, endpoint: FdtNode): FdtNode | undefined {
  const port = tree.parentOf(endpoint);
  const second = port === undefined ? undefined : tree.parentOf(port);
  if (second === undefined) return undefined;
  return PORTS.has(baseName(second)) ? tree.parentOf(second) : second;
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
      this.#read({ node, property, binding, into: found });
    }
    return found ?? NONE;
  }

  /** For a node with `interrupt-controller`, the controller above it, -1 for none; undefined for other nodes. */
  interruptControllerParent(node: FdtNode): number | undefined {
    if (!hasProperty(node, 'interrupt-controller')) return undefined;
    return this.#interrupts.aboveController(node)?.index ?? -1;
  }

  #read(from: SupplierProperty): void {
    const { node, binding } = from;
    switch (binding.form) {
      case 'list':
        this.#readList(from, binding.cells, false);
        break;
      case 'strict-list':
        this.#readList(from, binding.cells, true);
        break;
      case 'map':
        this.#readMap(from);
        break;
      case 'remote-endpoint':
        this.#readRemoteEndpoint(from);
        break;
      case 'interrupts':
        this.#readInterrupts(from);
        break;
      case 'interrupt-map':
        for (const [entry, parent] of mapParents(this.#tree, node).entries()) {
          this.#add(from, entry, parent);
        }
    }
  }

  #add(
    { node, property, binding, into }: SupplierProperty,
    entry: number,
    supplier: FdtNode,
    consumer = node,
  ) {
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
  }

  #readList(from: SupplierProperty, cells: string | undefined, cellsRequired: boolean): void {
    const { property, into } = from;
    const entries = phandleEntries(this.#tree, property, cells, cellsRequired);
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]!;
      if (entry.kind !== 'entry') {
        const problem = problemOf(property.name, index, cells, entries);
        if (problem !== undefined) into.problems.push(problem);
        return;
      }
      this.#add(from, index, entry.supplier);
    }
  }

  #readMap(from: SupplierProperty): void {
    const { property, into } = from;
    const count = cellCount(property);
    for (let index = 0; index * 4 + 1 < count; index++) {
      const phandle = cellAt(property, index * 4 + 1);
      const supplier = this.#tree.byPhandle(phandle);
      if (supplier === undefined) {
        into.problems.push({ kind: 'dangling', property: property.name, entry: index, phandle });
        return;
      }
      this.#add(from, index, supplier);
    }
  }

  #readRemoteEndpoint(from: SupplierProperty): void {
    const { node, property, into } = from;
    if (cellCount(property) === 0) return;
    const phandle = cellAt(property, 0);
    const remote = this.#tree.byPhandle(phandle);
    if (remote === undefined) {
      if (phandle !== 0) into.problems.push({ kind: 'dangling', property: property.name, entry: 0, phandle });
      return;
    }
    const supplier = portParent(this.#tree, remote);
    const consumer = portParent(this.#tree, node);
    if (supplier !== undefined && consumer !== undefined) this.#add(from, 0, supplier, consumer);
  }

  #readInterrupts(from: SupplierProperty): void {
    const { node, property, into } = from;
    const { controllers, endless, entries, specifiers } = this.#interrupts.interruptsOf(node);
    for (let index = 0; index < controllers.length; index++) this.#add(from, index, controllers[index]!);
    const entry = controllers.length;
    if (endless) {
      into.problems.push({ kind: 'endless', property: property.name, entry });
    } else if (property.name === 'interrupts') {
      if (entry < specifiers) into.problems.push({ kind: 'unresolved', property: property.name, entry });
    } else if (entry < entries.length) {
      const problem =
        entries[entry]!.kind === 'entry'
          ? ({ kind: 'unresolved', property: property.name, entry } as const)
          : problemOf(property.name, entry, '#interrupt-cells', entries);
      if (problem !== undefined) into.problems.push(problem);
    }
  }
}

/** The problem that entry `index`, which is none, makes; undefined for an empty entry that hides nothing. */
function problemOf(
  property: string,
  index: number,
  cells: string | undefined,
  entries: readonly PhandleEntry[],
): ReferenceProblem | undefined {
  const fault = entries[index]!;
  const base = { property, entry: index };
  switch (fault.kind) {
    case 'entry':
      return undefined;
    case 'empty': {
      const hidden = entries.slice(index).filter((later) => later.kind === 'entry').length;
      return hidden === 0 ? undefined : { kind: 'empty', ...base, hidden };
    }
    case 'dangling':
      return { kind: 'dangling', ...base, phandle: fault.phandle };
    case 'no-cells':
      return { kind: 'no-cells', ...base, supplier: fault.supplier.index, ...(cells && { cells }) };
    case 'truncated': {
      const { supplier, wanted, found } = fault;
      return {
        kind: 'truncated',
        ...base,
        supplier: supplier.index,
        wanted,
        found,
        ...(cells && { cells }),
      };
    }
  }
}
