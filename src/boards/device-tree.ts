/**
 * A device tree as Linux's drivers/of reads it: properties by name, cells, phandles, availability, parents. It knows how
 * to read a value and nothing about what a supplier is; that is references.ts.
 */
import { InputError } from '../core/diagnostic.ts';
import { type Fdt, type FdtNode, type FdtProperty, textOf } from './fdt.ts';

/** Steps of all walks over one tree; real boards need some ten thousand, a hostile tree could ask for 10^12. */
const STEP_LIMIT = 20_000_000;

/** A flattened tree with the lookups that the interpretation of properties needs. */
export class DeviceTree {
  readonly nodes: readonly FdtNode[];
  readonly input: string;
  readonly nodesTooDeep: number;
  readonly #byPhandle = new Map<number, FdtNode>();
  #steps = 0;

  constructor(fdt: Fdt) {
    this.nodes = fdt.nodes;
    this.input = fdt.input;
    this.nodesTooDeep = fdt.nodesTooDeep;
    for (const node of fdt.nodes) {
      const phandle = phandleOf(node);
      // The first node in tree order wins, as in of_find_node_by_phandle().
      if (phandle !== 0 && !this.#byPhandle.has(phandle)) this.#byPhandle.set(phandle, node);
    }
  }

  get root(): FdtNode {
    return this.nodes[0]!;
  }

  /** of_find_node_by_phandle(): the node with this phandle; undefined for 0 or an unknown one. */
  byPhandle(phandle: number): FdtNode | undefined {
    return this.#byPhandle.get(phandle);
  }

  parentOf(node: FdtNode): FdtNode | undefined {
    return node.parent < 0 ? undefined : this.nodes[node.parent];
  }

  childOf(node: FdtNode, name: string): FdtNode | undefined {
    return node.children.find((child) => child.name === name);
  }

  /** of_find_node_by_path(): the node at an absolute path, unit addresses included; undefined if there is none. */
  byPath(path: string): FdtNode | undefined {
    if (path === '/') return this.root;
    if (!path.startsWith('/')) return undefined;
    let node: FdtNode | undefined = this.root;
    for (const part of path.slice(1).split('/')) {
      node = node === undefined || part === '' ? undefined : this.childOf(node, part);
    }
    return node;
  }

  /**
   * of_find_node_opts_by_path(): the node named by an absolute path or by an alias, with anything behind a `:` ignored.
   */
  byPathOrAlias(text: string): FdtNode | undefined {
    const path = text.split(':', 1)[0]!;
    if (path.startsWith('/')) return this.byPath(path);
    const [alias, ...rest] = path.split('/');
    const aliases = this.childOf(this.root, 'aliases');
    const target = aliases === undefined ? undefined : stringOf(aliases, alias!);
    return target === undefined ? undefined : this.byPath([target.split(':', 1)[0]!, ...rest].join('/'));
  }

  /** of_bus_n_addr_cells(): `#address-cells` of a bus node, inherited upwards, 1 when never found. */
  busAddressCells(bus: FdtNode): number {
    return this.#inheritedCell(bus, '#address-cells');
  }

  /** of_bus_n_size_cells(): the same for `#size-cells`. */
  busSizeCells(bus: FdtNode): number {
    return this.#inheritedCell(bus, '#size-cells');
  }

  #inheritedCell(bus: FdtNode, name: string): number {
    for (let node: FdtNode | undefined = bus; node !== undefined; node = this.parentOf(node)) {
      const cells = cellOf(node, name);
      if (cells !== undefined) return cells;
    }
    return 1;
  }

  /** Counts work whose amount the tree decides. Throws {@link InputError} when all of it becomes too much. */
  countSteps(steps: number, node: FdtNode, work: string): void {
    this.#steps += steps;
    if (this.#steps > STEP_LIMIT) {
      throw new InputError(
        'tree-steps',
        { input: this.input, path: node.path },
        `${work} takes more than ${STEP_LIMIT} steps`,
        'no real board needs a thousandth of that: look for tables that were repeated or grown by mistake',
      );
    }
  }
}

/** The phandle that the kernel takes for a node, 0 for none (drivers/of/fdt.c:populate_properties). */
function phandleOf(node: FdtNode): number {
  let phandle = 0;
  for (const property of node.properties) {
    if (property.length < 4) continue;
    if (property.name === 'phandle' || property.name === 'linux,phandle') {
      if (phandle === 0) phandle = cellAt(property, 0);
    } else if (property.name === 'ibm,phandle') {
      phandle = cellAt(property, 0);
    }
  }
  return phandle;
}

/** The big-endian 32-bit cell `index` of a value. The caller has checked the length. */
export function cellAt(property: FdtProperty, index: number): number {
  const { blob } = property;
  const at = property.offset + index * 4;
  return ((blob[at]! << 24) | (blob[at + 1]! << 16) | (blob[at + 2]! << 8) | blob[at + 3]!) >>> 0;
}

/** How many whole cells a value has. */
export function cellCount(property: FdtProperty): number {
  return property.length >>> 2;
}

/** The first property of that name, as of_find_property(). */
export function propertyOf(node: FdtNode, name: string): FdtProperty | undefined {
  const { properties } = node;
  for (let index = 0; index < properties.length; index++) {
    if (properties[index]!.name === name) return properties[index];
  }
  return undefined;
}

export function hasProperty(node: FdtNode, name: string): boolean {
  return propertyOf(node, name) !== undefined;
}

/** of_property_read_u32(): the first cell; undefined if the property is missing or shorter than a cell. */
export function cellOf(node: FdtNode, name: string): number | undefined {
  const property = propertyOf(node, name);
  return property === undefined || property.length < 4 ? undefined : cellAt(property, 0);
}

/** The NUL-terminated strings of a property; bytes behind the last NUL are kept as a string of their own. */
export function stringsOf(node: FdtNode, name: string): string[] | undefined {
  const property = propertyOf(node, name);
  if (property === undefined) return undefined;
  if (property.length === 0) return [];
  const text = textOf(property);
  const first = text.indexOf('\0');
  // Most hold one string.
  if (first === text.length - 1) return [text.slice(0, first)];
  const all = text.split('\0');
  if (all.at(-1) === '') all.pop();
  return all;
}

/** of_property_read_string(): the first string. */
export function stringOf(node: FdtNode, name: string): string | undefined {
  return stringsOf(node, name)?.[0];
}

/** The name without its unit address, as %pOFn prints it and of_node_name_eq() compares it. */
export function baseName(node: FdtNode): string {
  const at = node.name.indexOf('@');
  return at < 0 ? node.name : node.name.slice(0, at);
}

/** of_device_is_available(): no `status`, or one that is "okay" or "ok". An empty one is not available. */
export function isAvailable(node: FdtNode): boolean {
  const property = propertyOf(node, 'status');
  if (property === undefined) return true;
  const status = stringOf(node, 'status');
  return status === 'okay' || status === 'ok';
}

/** of_device_is_compatible(): letter case is ignored. */
export function isCompatible(node: FdtNode, compatible: string): boolean {
  const wanted = compatible.toLowerCase();
  return (stringsOf(node, 'compatible') ?? []).some((entry) => entry.toLowerCase() === wanted);
}
