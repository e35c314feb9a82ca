/**
 * A device tree that can be added to, as libfdt's read-write functions do it (scripts/dtc/libfdt: fdt_ro.c, fdt_rw.c):
 * a new property becomes the first of its node and a new node the first child of its parent. The order matters,
 * since the kernel makes devices and links in the order of the tree.
 */
import { type Fdt, type FdtProperty, textOf } from './fdt.ts';

/** Up to so many properties a search from the front finds one sooner than an index would. */
const FEW_PROPERTIES = 16;

/** A node with its lookups. Lists are kept last to first, so that adding to their front is cheap. */
export class GrowingNode {
  readonly name: string;
  readonly parent: GrowingNode | undefined;
  readonly #properties: FdtProperty[];
  readonly #children: GrowingNode[] = [];
  /** Place in the list of the first property of each name; made for a long list when first asked for. */
  #propertyPlaces: Map<string, number> | undefined;
  /** The first child of each name, and of each name without unit address; made when first asked for. */
  #childrenByName: Map<string, GrowingNode> | undefined;

  constructor(name: string, parent: GrowingNode | undefined, properties: readonly FdtProperty[]) {
    this.name = name;
    this.parent = parent;
    this.#properties = properties.toReversed();
  }

  /** The whole of a decoded tree; returns its root. */
  static fromFdt(fdt: Fdt): GrowingNode {
    const grown: GrowingNode[] = [];
    for (const { name, parent, properties } of fdt.nodes) {
      grown.push(new GrowingNode(name, grown[parent], properties));
    }
    // Backwards, since lists are.
    for (const node of grown.toReversed()) {
      if (node.parent !== undefined) node.parent.#children.push(node);
    }
    return grown[0]!;
  }

  get path(): string {
    if (this.parent === undefined) return '/';
    const names: string[] = [];
    for (let node: GrowingNode = this; node.parent !== undefined; node = node.parent) names.push(node.name);
    return `/${names.reverse().join('/')}`;
  }

  /** In tree order. */
  get properties(): readonly FdtProperty[] {
    return this.#properties.toReversed();
  }

  /** In tree order. */
  get children(): readonly GrowingNode[] {
    return this.#children.toReversed();
  }

  /** The first property of that name. */
  property(name: string): FdtProperty | undefined {
    return this.#properties[this.#placeOf(name)];
  }

  /** fdt_setprop(): replaces the property of that name where it stands, or puts a new one before all others. */
  setProperty(property: FdtProperty): void {
    const place = this.#placeOf(property.name);
    if (place >= 0) {
      this.#properties[place] = property;
      return;
    }
    this.#propertyPlaces?.set(property.name, this.#properties.length);
    this.#properties.push(property);
  }

  /** fdt_subnode_offset(): the first child of that name; a name without `@` also stands for one with any unit address. */
  child(name: string): GrowingNode | undefined {
    return this.#byName().get(name);
  }

  /** fdt_add_subnode(): the child of that name, a new one before all others if there is none. */
  childOrNew(name: string): GrowingNode {
    const known = this.child(name);
    if (known !== undefined) return known;
    const child = new GrowingNode(name, this, []);
    this.#children.push(child);
    this.#nameChild(child);
    return child;
  }

  /** Where in the list the first property of that name is, -1 for nowhere. */
  #placeOf(name: string): number {
    const properties = this.#properties;
    if (properties.length <= FEW_PROPERTIES) return properties.findLastIndex((known) => known.name === name);
    if (this.#propertyPlaces === undefined) {
      this.#propertyPlaces = new Map();
      // From last to first in tree order, so that of two properties of one name the first stays.
      for (let place = 0; place < properties.length; place++) {
        this.#propertyPlaces.set(properties[place]!.name, place);
      }
    }
    return this.#propertyPlaces.get(name) ?? -1;
  }

  #byName(): Map<string, GrowingNode> {
    if (this.#childrenByName === undefined) {
      this.#childrenByName = new Map();
      for (const child of this.#children) this.#nameChild(child);
    }
    return this.#childrenByName;
  }

  /** Notes a child that stands before all noted so far. */
  #nameChild(child: GrowingNode): void {
    const names = this.#byName();
    const unitAddress = child.name.indexOf('@');
    names.set(child.name, child);
    if (unitAddress >= 0) names.set(child.name.slice(0, unitAddress), child);
  }
}

/** A value as a C string: up to its first NUL. */
export function cString(property: FdtProperty): string {
  const text = textOf(property);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** fdt_path_offset(): the node at a path, which may begin with an alias; undefined if there is none. */
export function nodeAtPath(root: GrowingNode, path: string): GrowingNode | undefined {
  let start: GrowingNode | undefined = root;
  let rest = path;
  if (!path.startsWith('/')) {
    const alias = path.split('/', 1)[0]!;
    const value = root.child('aliases')?.property(alias);
    const target = value === undefined ? '' : cString(value);
    start = target.startsWith('/') ? nodeAtPath(root, target) : undefined;
    rest = path.slice(alias.length);
  }
  let node = start;
  for (const part of rest.split('/')) if (part !== '') node = node?.child(part);
  return node;
}

/** fdt_get_phandle(): the phandle of a node, 0 for none. */
export function phandleOfNode(node: GrowingNode): number {
  for (const name of ['phandle', 'linux,phandle']) {
    const property = node.property(name);
    if (property?.length === 4) return readCell(property, 0);
  }
  return 0;
}

/** The nodes at and below a node, parents first, in tree order. */
export function* nodesBelow(node: GrowingNode): Generator<GrowingNode> {
  yield node;
  for (const child of node.children) yield* nodesBelow(child);
}

/** The 32-bit number at a byte offset of a value, aligned or not. The caller has checked the length. */
export function readCell({ blob, offset }: FdtProperty, at: number): number {
  return new DataView(blob.buffer, blob.byteOffset + offset + at, 4).getUint32(0);
}

/** Writes such a number into a value that is the writer's own. */
export function writeCell({ blob, offset }: FdtProperty, at: number, value: number): void {
  new DataView(blob.buffer, blob.byteOffset + offset + at, 4).setUint32(0, value);
}
