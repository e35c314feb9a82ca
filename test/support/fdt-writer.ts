/**
 * Writes device-tree blobs for tests, from a plain description; and, on request, broken ones.
 * Format: Devicetree Specification v0.4 chapter 5. It shares no code with the reader.
 */

/** `true` is an empty value, a number one cell, an array of numbers cells, strings are NUL-terminated. */
export type PropertyValue = true | number | readonly number[] | string | readonly string[] | Uint8Array;

/** Properties in order; pairs where a name could not be a key or stands twice. */
export type Properties =
  | Readonly<Record<string, PropertyValue>>
  | readonly (readonly [string, PropertyValue])[];

export interface NodeDescription {
  readonly name: string;
  readonly properties: readonly (readonly [string, PropertyValue])[];
  readonly children: readonly NodeDescription[];
}

/** A node: its name with any unit address, its properties and its children. */
export function node(
  name: string,
  properties: Properties = {},
  children: readonly NodeDescription[] = [],
): NodeDescription {
  const pairs = Array.isArray(properties) ? properties : Object.entries(properties);
  return { name, properties: pairs, children };
}

const encoder = new TextEncoder();

export function valueBytes(value: PropertyValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'number') return valueBytes([value]);
  if (typeof value === 'string') return encoder.encode(`${value}\0`);
  if (value.every((part) => typeof part === 'string'))
    return encoder.encode(value.map((part) => `${part}\0`).join(''));
  const bytes = new Uint8Array(value.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, cell] of value.entries()) view.setUint32(index * 4, Number(cell));
  return bytes;
}

/** Bytes that grow. */
class Bytes {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  cell(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value);
    this.length += 4;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  align(to: number): void {
    this.append(new Uint8Array((to - (this.length % to)) % to));
  }

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}

/** The structure and strings blocks of a blob, token by token; nothing checks that the tokens make sense. */
export class BlobWriter {
  readonly #structure = new Bytes();
  readonly #strings = new Bytes();
  readonly #offsets = new Map<string, number>();

  beginNode(name: string): this {
    return this.token(1).text(name);
  }

  endNode(): this {
    return this.token(2);
  }

  property(name: string, value: PropertyValue): this {
    const bytes = valueBytes(value);
    this.token(3).token(bytes.length).token(this.#offsetOf(name)).raw(bytes);
    return this;
  }

  end(): this {
    return this.token(9);
  }

  /** Any 32-bit number in the structure block. */
  token(token: number): this {
    this.#structure.cell(token);
    return this;
  }

  /** A NUL-terminated text in the structure block, padded. */
  text(text: string): this {
    return this.raw(encoder.encode(`${text}\0`));
  }

  raw(bytes: Uint8Array): this {
    this.#structure.append(bytes);
    this.#structure.align(4);
    return this;
  }

  node(description: NodeDescription): this {
    this.beginNode(description.name);
    for (const [name, value] of description.properties) this.property(name, value);
    for (const child of description.children) this.node(child);
    return this.endNode();
  }

  #offsetOf(name: string): number {
    let offset = this.#offsets.get(name);
    if (offset === undefined) {
      offset = this.#strings.length;
      this.#offsets.set(name, offset);
      this.#strings.append(encoder.encode(`${name}\0`));
    }
    return offset;
  }

  /** The blob; `header` replaces fields of its header, and `strings` the strings block. */
  blob({ version = 17, header = {}, strings = this.#strings.bytes }: BlobOptions = {}): Uint8Array {
    const structure = this.#structure.bytes;
    const structOffset = version >= 17 ? 56 : 52;
    const fields: Record<HeaderField, number> = {
      magic: 0xd00dfeed,
      totalSize: structOffset + structure.length + strings.length,
      structOffset,
      stringsOffset: structOffset + structure.length,
      reservedOffset: structOffset - 16,
      version,
      lastCompatible: 16,
      bootCpu: 0,
      stringsSize: strings.length,
      structSize: structure.length,
      ...header,
    };
    const out = new Bytes();
    for (const field of HEADER_FIELDS) if (version >= 17 || field !== 'structSize') out.cell(fields[field]);
    out.append(new Uint8Array(16));
    out.append(structure);
    out.append(strings);
    return out.bytes;
  }
}

const HEADER_FIELDS = [
  'magic',
  'totalSize',
  'structOffset',
  'stringsOffset',
  'reservedOffset',
  'version',
  'lastCompatible',
  'bootCpu',
  'stringsSize',
  'structSize',
] as const;
type HeaderField = (typeof HEADER_FIELDS)[number];

export interface BlobOptions {
  readonly version?: number;
  readonly header?: Partial<Record<HeaderField, number>>;
  readonly strings?: Uint8Array;
}

/** A well-formed blob of a tree; the root's name is empty. */
export function writeFdt(root: NodeDescription, options: BlobOptions = {}): Uint8Array {
  return new BlobWriter().node(root).end().blob(options);
}

/** A tree with these properties and children at its root. */
export function tree(properties: Properties, children: readonly NodeDescription[] = []): Uint8Array {
  return writeFdt(node('', properties, children));
}
