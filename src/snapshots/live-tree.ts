/**
 * The device tree of a running system as its folders in /sys/firmware/devicetree/base show it, made into a blob again: what a user without
 * root can read, where /sys/firmware/fdt is root's alone.
 */

const FDT_MAGIC = 0xd00dfeed;
const HEADER_BYTES = 40;
const RESERVATION_BYTES = 16;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const END = 9;

interface TreeNode {
  readonly name: string;
  readonly properties: { readonly name: string; readonly data: Uint8Array; readonly number: number }[];
  readonly children: TreeNode[];
  readonly byName: Map<string, TreeNode>;
  readonly number: number;
}

function newNode(name: string, number: number): TreeNode {
  return { name, properties: [], children: [], byName: new Map(), number };
}

/** Bytes that grow, in words of 4. */
class Words {
  #bytes = new Uint8Array(1 << 16);
  length = 0;

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }

  word(value: number): void {
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setUint32(this.length, value);
    this.length += 4;
  }

  data(bytes: Uint8Array): void {
    const padded = Math.ceil(bytes.length / 4) * 4;
    this.#reserve(padded);
    this.#bytes.set(bytes, this.length);
    this.length += padded;
  }

  end(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** Nodes and properties by their paths below the root, each with the number of its file in sysfs (0 where it is not known). */
function treeOf(files: ReadonlyMap<string, Uint8Array>, numberOf: (path: string) => number): TreeNode {
  const root = newNode('', 0);
  for (const [path, data] of files) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    const property = parts.pop();
    if (property === undefined) continue;
    let node = root;
    let at = '';
    for (const part of parts) {
      at += `/${part}`;
      let child = node.byName.get(part);
      if (child === undefined) {
        child = newNode(part, numberOf(at));
        node.byName.set(part, child);
        node.children.push(child);
      }
      node = child;
    }
    // The kernel adds it itself, so that a node without properties has one too; it is not in a blob.
    if (property === 'name') continue;
    node.properties.push({ name: property, data, number: numberOf(`${at}/${property}`) });
  }
  return root;
}

function writeStructure(root: TreeNode, nameOffset: (name: string) => number): Uint8Array {
  const out = new Words();
  const encoder = new TextEncoder();
  const open = ({ name, properties }: TreeNode): void => {
    out.word(BEGIN_NODE);
    out.data(encoder.encode(`${name}\0`));
    for (const { name: property, data } of properties.sort((a, b) => a.number - b.number)) {
      out.word(PROP);
      out.word(data.length);
      out.word(nameOffset(property));
      out.data(data);
    }
  };
  const stack = [{ node: root, next: 0 }];
  open(root);
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    if (top.next === 0) top.node.children.sort((a, b) => a.number - b.number);
    const child = top.node.children[top.next++];
    if (child === undefined) {
      out.word(END_NODE);
      stack.pop();
    } else {
      open(child);
      stack.push({ node: child, next: 0 });
    }
  }
  out.word(END);
  return out.end();
}

/**
 * A device-tree blob (version 17) of properties by their paths below the root of the tree. Order matters to the kernel: nodes and
 * properties stand in the order of their numbers, which sysfs gives in the order of the blob it was made from.
 */
export function flattenTree(
  files: ReadonlyMap<string, Uint8Array>,
  numberOf: (path: string) => number,
): Uint8Array {
  const strings = new Words();
  const offsets = new Map<string, number>();
  const structure = writeStructure(treeOf(files, numberOf), (name) => {
    const known = offsets.get(name);
    if (known !== undefined) return known;
    const offset = strings.length;
    offsets.set(name, offset);
    strings.data(new TextEncoder().encode(`${name}\0`));
    return offset;
  });
  const names = strings.end();
  const structureAt = HEADER_BYTES + RESERVATION_BYTES;
  const namesAt = structureAt + structure.length;
  const blob = new Uint8Array(namesAt + names.length);
  const view = new DataView(blob.buffer);
  const header = [
    FDT_MAGIC,
    blob.length,
    structureAt,
    namesAt,
    HEADER_BYTES,
    17,
    16,
    0,
    names.length,
    structure.length,
  ];
  for (const [index, value] of header.entries()) view.setUint32(4 * index, value);
  blob.set(structure, structureAt);
  blob.set(names, namesAt);
  return blob;
}
