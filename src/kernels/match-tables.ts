/**
 * of_device_id tables of the drivers that are built into a kernel image, found by their shape alone: `name` and `type` of 32
 * bytes each (empty in practice), `compatible` of 128 bytes, and a pointer (include/linux/mod_devicetable.h).
 */

/** Entries of one table, in its order. */
export interface MatchTable {
  /** Where its first entry begins, bytes from the start of the image. */
  readonly offset: number;
  readonly compatibles: readonly string[];
}

const NAME_AND_TYPE = 64;
const COMPATIBLE = 128;
const COMPATIBLE_TEXT = /^[A-Za-z0-9][A-Za-z0-9,._+\-#/@]{2,126}$/;

/** The text of a compatible field that is filled up with zeros; undefined if this is none. */
function compatibleAt(bytes: Uint8Array, at: number): string | undefined {
  const end = bytes.indexOf(0, at);
  if (end < 0 || end >= at + COMPATIBLE || end - at < 3) return undefined;
  for (let place = end; place < at + COMPATIBLE; place++) if (bytes[place] !== 0) return undefined;
  const text = String.fromCharCode(...bytes.subarray(at, end));
  return COMPATIBLE_TEXT.test(text) ? text : undefined;
}

/**
 * All match tables of an image, in order of address.
 *
 * `bytes` is the uncompressed image, `pointerSize` 4 or 8. Tables that follow each other without a terminating entry (the
 * kernel's sections of early declarations) come out as one. What merely looks like an entry comes out too; it does no harm, as no
 * board names it.
 */
export function findMatchTables(bytes: Uint8Array, pointerSize: 4 | 8): MatchTable[] {
  const entrySize = NAME_AND_TYPE + COMPATIBLE + pointerSize;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  const tables: { offset: number; compatibles: string[]; end: number }[] = [];
  let zeros = 0;
  for (let index = 0; index < words.length; index++) {
    if (words[index] === 0) {
      zeros++;
      continue;
    }
    const at = 4 * index;
    if (zeros >= NAME_AND_TYPE / 4 && at % pointerSize === 0) {
      const compatible = compatibleAt(bytes, at);
      const offset = at - NAME_AND_TYPE;
      const last = tables.at(-1);
      if (compatible !== undefined && last?.end === offset) {
        last.compatibles.push(compatible);
        last.end += entrySize;
      } else if (compatible !== undefined) {
        tables.push({ offset, compatibles: [compatible], end: offset + entrySize });
      }
    }
    zeros = 0;
  }
  return tables.map(({ offset, compatibles }) => ({ offset, compatibles }));
}
