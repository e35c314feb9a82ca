/**
 * Flattened device trees, decoded without meaning: nodes, properties, bytes. What the properties say is the business
 * of device-tree.ts and what comes after it.
 *
 * Format: Devicetree Specification v0.4 chapter 5. Limits follow Linux's unflattening (drivers/of/fdt.c): of a chain of
 * nodes, the root included, the first 63 are kept and what lies deeper is left out.
 */
import { InputError } from '../core/diagnostic.ts';

const FDT_MAGIC = 0xd00dfeed;
const FDT_BEGIN_NODE = 1;
const FDT_END_NODE = 2;
const FDT_PROP = 3;
const FDT_NOP = 4;
const FDT_END = 9;
/** drivers/of/fdt.c:FDT_MAX_DEPTH. */
const FDT_MAX_DEPTH = 64;

/** The largest blob that is read: several hundred times the largest that Linux ships. */
export const FDT_MAX_BYTES = 64 * 1024 * 1024;
/** The most nodes that are read: the largest tree in Linux has some 3,500. */
export const FDT_MAX_NODES = 1_000_000;

/** One property: its name and the bytes of its value, a view into the blob. */
export interface FdtProperty {
  readonly name: string;
  readonly value: Uint8Array;
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

const decoder = new TextDecoder('utf-8');

function text(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > 40) return decoder.decode(bytes.subarray(from, to));
  let out = '';
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 128) return decoder.decode(bytes.subarray(from, to));
    out += String.fromCharCode(byte);
  }
  return out;
}

interface Header {
  readonly structOffset: number;
  readonly structEnd: number;
  readonly stringsOffset: number;
  readonly stringsEnd: number;
}

function readHeader(view: DataView, input: string): Header {
  const fail = (offset: number, what: string, hint?: string): never => {
    throw new InputError('fdt-header', { input, offset }, what, hint);
  };
  if (view.byteLength < 40) {
    fail(0, `${view.byteLength} bytes are too few for a device-tree blob`, 'give a complete .dtb file');
  }
  const magic = view.getUint32(0);
  if (magic !== FDT_MAGIC) {
    fail(
      0,
      `not a device-tree blob (magic is 0x${magic.toString(16)}, not 0xd00dfeed)`,
      'compile a .dts with dtc first',
    );
  }
  const totalSize = view.getUint32(4);
  if (totalSize > view.byteLength) {
    fail(
      4,
      `truncated: the header says ${totalSize} bytes, the input has ${view.byteLength}`,
      'copy the file again',
    );
  }
  const version = view.getUint32(20);
  const lastCompatible = view.getUint32(24);
  if (version < 16 || lastCompatible > 17) {
    fail(
      20,
      `version ${version} (compatible back to ${lastCompatible}) is not supported`,
      'convert it with dtc -V 17',
    );
  }
  const structOffset = view.getUint32(8);
  const stringsOffset = view.getUint32(12);
  const stringsSize = view.getUint32(32);
  const structSize = version >= 17 ? view.getUint32(36) : totalSize - structOffset;
  if (structOffset % 4 !== 0) fail(8, `structure block at unaligned offset ${structOffset}`);
  if (structOffset < 40 || structOffset + structSize > totalSize) {
    fail(
      8,
      `structure block (${structSize} bytes at ${structOffset}) lies outside the blob of ${totalSize} bytes`,
    );
  }
  if (stringsOffset + stringsSize > totalSize) {
    fail(
      12,
      `strings block (${stringsSize} bytes at ${stringsOffset}) lies outside the blob of ${totalSize} bytes`,
    );
  }
  return {
    structOffset,
    structEnd: structOffset + structSize,
    stringsOffset,
    stringsEnd: stringsOffset + stringsSize,
  };
}

/** Property names by their offset in the strings block, each decoded once. */
class Strings {
  readonly #names = new Map<number, string>();
  readonly #bytes: Uint8Array;
  readonly #header: Header;
  readonly #input: string;

  constructor(bytes: Uint8Array, header: Header, input: string) {
    this.#bytes = bytes;
    this.#header = header;
    this.#input = input;
  }

  at(offset: number, usedAt: number): string {
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    const from = this.#header.stringsOffset + offset;
    const to = from >= this.#header.stringsEnd ? -1 : this.#bytes.indexOf(0, from);
    if (to < 0 || to >= this.#header.stringsEnd) {
      const what =
        from >= this.#header.stringsEnd
          ? `property name at ${offset} lies outside the strings block`
          : `property name at ${offset} of the strings block has no end`;
      throw new InputError('fdt-strings', { input: this.#input, offset: usedAt }, what);
    }
    const name = text(this.#bytes, from, to);
    this.#names.set(offset, name);
    return name;
  }
}

/**
 * Decodes a device-tree blob.
 *
 * `bytes` is the whole blob; `input` names it in errors. Returns every node with its properties in blob order; property
 * values are views, not copies. Throws {@link InputError} with the byte offset if the blob is cut off, has an offset or
 * size out of range, an unterminated string, an unbalanced or unknown token, or more than {@link FDT_MAX_NODES} nodes.
 */
export function readFdt(bytes: Uint8Array, input = 'device tree'): Fdt {
  if (bytes.byteLength > FDT_MAX_BYTES) {
    throw new InputError(
      'fdt-size',
      { input },
      `${bytes.byteLength} bytes; a blob may have ${FDT_MAX_BYTES} at most`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view, input);
  const strings = new Strings(bytes, header, input);
  const { structEnd } = header;
  const nodes: FdtNode[] = [];
  let nodesTooDeep = 0;
  let depth = 0;
  let current: FdtNode | undefined;
  let at = header.structOffset;
  const fail = (offset: number, what: string): never => {
    throw new InputError(
      'fdt-structure',
      current === undefined ? { input, offset } : { input, offset, path: current.path },
      what,
    );
  };
  for (;;) {
    if (at + 4 > structEnd) fail(at, 'the structure block ends without an end token');
    const token = view.getUint32(at);
    const start = at;
    at += 4;
    if (token === FDT_PROP) {
      if (at + 8 > structEnd) fail(start, 'a property header runs past the structure block');
      const length = view.getUint32(at);
      const nameOffset = view.getUint32(at + 4);
      at += 8;
      if (length > structEnd - at) fail(start, `a property of ${length} bytes runs past the structure block`);
      if (depth === 0) fail(start, 'a property stands outside any node');
      if (depth < FDT_MAX_DEPTH) {
        const name = strings.at(nameOffset, start);
        current!.properties.push({ name, value: bytes.subarray(at, at + length) });
      }
      at = (at + length + 3) & ~3;
    } else if (token === FDT_BEGIN_NODE) {
      const nameEnd = bytes.indexOf(0, at);
      if (nameEnd < 0 || nameEnd >= structEnd) fail(start, 'a node name has no end');
      if (depth === 0 && nodes.length > 0) fail(start, 'a second root node');
      depth++;
      if (depth >= FDT_MAX_DEPTH) {
        nodesTooDeep++;
      } else {
        if (nodes.length >= FDT_MAX_NODES) fail(start, `more than ${FDT_MAX_NODES} nodes`);
        const name = current === undefined ? '' : text(bytes, at, nameEnd);
        const node: FdtNode = {
          index: nodes.length,
          name,
          path: current === undefined ? '/' : current.parent < 0 ? `/${name}` : `${current.path}/${name}`,
          parent: current === undefined ? -1 : current.index,
          children: [],
          properties: [],
        };
        nodes.push(node);
        current?.children.push(node);
        current = node;
      }
      at = (nameEnd + 4) & ~3;
    } else if (token === FDT_END_NODE) {
      if (depth === 0) fail(start, 'a node ends that never began');
      if (depth < FDT_MAX_DEPTH && current!.parent >= 0) current = nodes[current!.parent];
      depth--;
    } else if (token === FDT_END) {
      if (depth > 0) fail(start, `the tree ends inside ${depth} open node${depth === 1 ? '' : 's'}`);
      break;
    } else if (token !== FDT_NOP) {
      fail(start, `unknown token 0x${token.toString(16)}`);
    }
  }
  if (nodes.length === 0)
    throw new InputError('fdt-structure', { input, offset: at }, 'the tree has no nodes');
  return { input, nodes, nodesTooDeep };
}
