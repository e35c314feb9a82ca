/**
 * Flattened device trees, decoded without meaning: nodes, properties, bytes. What the properties say is the business
 * of device-tree.ts and what comes after it.
 *
 * Format: Devicetree Specification v0.4 chapter 5. What is kept follows Linux's unflattening (drivers/of/fdt.c): of a
 * chain of nodes, the root included, the first 63, and of a node the properties that stand before its first child.
 */
import { InputError } from '../core/diagnostic.ts';
import { type FdtHeader, readFdtHeader } from './fdt-header.ts';

const FDT_BEGIN_NODE = 1;
const FDT_END_NODE = 2;
const FDT_PROP = 3;
const FDT_NOP = 4;
const FDT_END = 9;

/** How many nodes of a chain, the root included, are kept: one less than drivers/of/fdt.c:FDT_MAX_DEPTH. */
export const FDT_MAX_LEVELS = 63;
/** The largest blob that is read: a hundred times the largest that Linux ships; arm64 boots none above 2 MiB. */
export const FDT_MAX_BYTES = 16 * 1024 * 1024;
/** The most nodes that are read: the largest tree in Linux has some 3,500. */
export const FDT_MAX_NODES = 100_000;
/**
 * The most characters that the paths of all nodes may have together, and the names of all properties: both can be many
 * times longer than the blob, since children repeat their parent's path and names may overlap in the strings block.
 */
export const FDT_MAX_TEXT = 16 * 1024 * 1024;

/** One property: its name, and where in which blob its value lies. */
export interface FdtProperty {
  readonly name: string;
  readonly blob: Uint8Array;
  /** Offset of the value in the blob, bytes. */
  readonly offset: number;
  /** Length of the value, bytes. */
  readonly length: number;
}

/** One node. `index` is its place in the tree's depth-first order, which is Linux's order of all nodes. */
export interface FdtNode {
  readonly index: number;
  /** Last path component with any unit address; empty for the root. */
  readonly name: string;
  /** Full path; `/` for the root. */
  readonly path: string;
  /** Index of the parent, -1 for the root. */
  readonly parent: number;
  readonly children: FdtNode[];
  readonly properties: FdtProperty[];
}

/** A decoded blob. */
export interface Fdt {
  readonly input: string;
  /** All nodes, parents before children, in blob order; 0 is the root. */
  readonly nodes: FdtNode[];
  /** How many nodes were left out because they lie too deep. */
  readonly nodesTooDeep: number;
}

const REPEATED = 'no real board has nearly as much: look for what repeated it';
const DAMAGED = 'the blob is damaged: copy or compile it again';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes of a value, as a view. */
export function bytesOf({ blob, offset, length }: FdtProperty): Uint8Array {
  return blob.subarray(offset, offset + length);
}

/** A value as text, NUL characters included. */
export function textOf(property: FdtProperty): string {
  return decoder.decode(bytesOf(property));
}

/** Path of a child of a node. */
export function childPath(parent: FdtNode, name: string): string {
  return parent.parent < 0 ? `/${name}` : `${parent.path}/${name}`;
}

/** Property names by their offset in the strings block, each decoded once. */
class Strings {
  readonly #names = new Map<number, string>();
  readonly #blob: Uint8Array;
  readonly #header: FdtHeader;
  readonly #input: string;
  #characters = 0;

  constructor(blob: Uint8Array, header: FdtHeader, input: string) {
    this.#blob = blob;
    this.#header = header;
    this.#input = input;
  }

  /** The name at an offset that the property at `usedAt`, in that node, gives. */
  at(offset: number, usedAt: number, node: FdtNode): string {
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    const fail = (what: string, hint = DAMAGED): never => {
      throw new InputError(
        'fdt-strings',
        { input: this.#input, offset: usedAt, path: node.path },
        what,
        hint,
      );
    };
    const { stringsOffset, stringsEnd } = this.#header;
    const from = stringsOffset + offset;
    if (from >= stringsEnd) fail(`property name at ${offset} lies outside the strings block`);
    const to = this.#blob.indexOf(0, from);
    if (to < 0 || to >= stringsEnd) fail(`property name at ${offset} of the strings block has no end`);
    this.#characters += to - from;
    if (this.#characters > FDT_MAX_TEXT) {
      fail(`the property names have more than ${FDT_MAX_TEXT} characters together`, REPEATED);
    }
    const name = decoder.decode(this.#blob.subarray(from, to));
    this.#names.set(offset, name);
    return name;
  }
}

/** The structure block, read token by token into nodes. */
class StructureReader {
  readonly nodes: FdtNode[] = [];
  nodesTooDeep = 0;
  readonly #blob: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #strings: Strings;
  readonly #input: string;
  /** Offset of the token being read and of what comes next. */
  #token: number;
  #at: number;
  /** Open nodes, those that lie too deep included. */
  #depth = 0;
  /** The innermost open node that is kept. */
  #current: FdtNode | undefined;
  /** Whether a property here belongs to the innermost node: not once it has had a child. */
  #beforeChildren = false;
  #pathCharacters = 0;

  constructor(blob: Uint8Array, view: DataView, header: FdtHeader, input: string) {
    this.#blob = blob;
    this.#view = view;
    this.#end = header.structEnd;
    this.#strings = new Strings(blob, header, input);
    this.#input = input;
    this.#token = header.structOffset;
    this.#at = header.structOffset;
  }

  /** Reads up to the end token. */
  read(): void {
    for (;;) {
      this.#token = this.#at;
      if (this.#at + 4 > this.#end) this.#fail('the structure block ends without an end token');
      const token = this.#view.getUint32(this.#at);
      this.#at += 4;
      if (token === FDT_PROP) this.#readProperty();
      else if (token === FDT_BEGIN_NODE) this.#beginNode();
      else if (token === FDT_END_NODE) this.#endNode();
      else if (token === FDT_END) break;
      else if (token !== FDT_NOP) this.#fail(`unknown token 0x${token.toString(16)}`);
    }
    const open = this.#depth;
    if (open > 0) this.#fail(`the tree ends inside ${open} open node${open === 1 ? '' : 's'}`);
    if (this.nodes.length === 0) this.#fail('the tree has no nodes');
  }

  #readProperty(): void {
    const header = this.#at;
    if (header + 8 > this.#end) this.#fail('a property header runs past the structure block');
    const length = this.#view.getUint32(header);
    const offset = header + 8;
    if (length > this.#end - offset) {
      this.#fail(`a property of ${length} bytes runs past the structure block`);
    }
    if (this.#depth === 0) this.#fail('a property stands outside any node');
    this.#at = (offset + length + 3) & ~3;
    const node = this.#current!;
    if (this.#depth > FDT_MAX_LEVELS || !this.#beforeChildren) return;
    const name = this.#strings.at(this.#view.getUint32(header + 4), this.#token, node);
    node.properties.push({ name, blob: this.#blob, offset, length });
  }

  #beginNode(): void {
    const from = this.#at;
    const to = this.#blob.indexOf(0, from);
    if (to < 0 || to >= this.#end) this.#fail('a node name has no end');
    if (this.#depth === 0 && this.nodes.length > 0) this.#fail('a second root node');
    this.#at = (to + 4) & ~3;
    this.#beforeChildren = true;
    if (++this.#depth > FDT_MAX_LEVELS) {
      this.nodesTooDeep++;
      return;
    }
    if (this.nodes.length >= FDT_MAX_NODES) this.#fail(`more than ${FDT_MAX_NODES} nodes`, REPEATED);
    const parent = this.#current;
    const name = parent === undefined ? '' : decoder.decode(this.#blob.subarray(from, to));
    const path = parent === undefined ? '/' : childPath(parent, name);
    this.#pathCharacters += path.length;
    if (this.#pathCharacters > FDT_MAX_TEXT) {
      this.#fail(`the paths of the nodes have more than ${FDT_MAX_TEXT} characters together`, REPEATED);
    }
    const index = this.nodes.length;
    const node: FdtNode = { index, name, path, parent: parent?.index ?? -1, children: [], properties: [] };
    this.nodes.push(node);
    parent?.children.push(node);
    this.#current = node;
  }

  #endNode(): void {
    if (this.#depth === 0) this.#fail('a node ends that never began');
    const parent = this.#current!.parent;
    if (this.#depth <= FDT_MAX_LEVELS && parent >= 0) this.#current = this.nodes[parent]!;
    this.#depth--;
    this.#beforeChildren = false;
  }

  #fail(what: string, hint = DAMAGED): never {
    const place = { input: this.#input, offset: this.#token };
    const inNode = this.#current === undefined ? place : { ...place, path: this.#current.path };
    throw new InputError('fdt-structure', inNode, what, hint);
  }
}

/**
 * Decodes a device-tree blob.
 *
 * `bytes` is the whole blob; `input` names it in errors. Returns every node with its properties in blob order; property
 * values stay in the blob and are not copied. Throws {@link InputError} with the byte offset if the blob is cut off, has
 * an offset or size out of range, an unterminated string, an unbalanced or unknown token, or is larger than
 * {@link FDT_MAX_BYTES}, {@link FDT_MAX_NODES} or {@link FDT_MAX_TEXT} allow.
 */
export function readFdt(bytes: Uint8Array, input = 'device tree'): Fdt {
  if (bytes.byteLength > FDT_MAX_BYTES) {
    throw new InputError(
      'fdt-size',
      { input },
      `${bytes.byteLength} bytes; a blob may have ${FDT_MAX_BYTES} at most`,
    );
  }
  // A plain array: Node's Buffer makes views several times slower.
  const blob = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = new StructureReader(blob, view, readFdtHeader(view, input), input);
  reader.read();
  return { input, nodes: reader.nodes, nodesTooDeep: reader.nodesTooDeep };
}
