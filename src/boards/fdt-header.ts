/**
 * The header of a device-tree blob: which bytes are structure and which are strings.
 * Format: Devicetree Specification v0.4 section 5.2; versions 16 (without a structure size) and 17.
 */
import { InputError } from '../core/diagnostic.ts';

const FDT_MAGIC = 0xd00dfeed;
const HEADER_BYTES = 40;
/** Version 16 ends before the size of the structure block. */
const HEADER_BYTES_16 = 36;

/** Offsets in the blob, bytes. Both blocks lie inside it, and the structure block begins at a multiple of 4. */
export interface FdtHeader {
  readonly structOffset: number;
  readonly structEnd: number;
  readonly stringsOffset: number;
  readonly stringsEnd: number;
}

/** Whether bytes begin as a device-tree blob does. */
export function isBlob(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, byteLength } = bytes;
  return byteLength >= 4 && new DataView(buffer, byteOffset, byteLength).getUint32(0) === FDT_MAGIC;
}

/** Reads and checks the header. Throws {@link InputError} with the offset of the field that is wrong. */
export function readFdtHeader(view: DataView, input: string): FdtHeader {
  const fail = (offset: number, what: string, hint?: string): never => {
    throw new InputError('fdt-header', { input, offset }, what, hint);
  };
  const bytes = view.byteLength;
  if (bytes < HEADER_BYTES_16) {
    fail(0, `${bytes} bytes are too few for a device-tree blob`, 'give a complete .dtb file');
  }
  const magic = view.getUint32(0);
  if (magic !== FDT_MAGIC) {
    const what = `not a device-tree blob (magic is 0x${magic.toString(16)}, not 0xd00dfeed)`;
    fail(0, what, 'compile a .dts with dtc first');
  }
  const totalSize = view.getUint32(4);
  if (totalSize > bytes) {
    fail(4, `truncated: the header says ${totalSize} bytes, the input has ${bytes}`, 'copy the file again');
  }
  const version = view.getUint32(20);
  const lastCompatible = view.getUint32(24);
  if (version < 16 || lastCompatible > 17) {
    const what = `version ${version} (compatible back to ${lastCompatible}) is not supported`;
    fail(20, what, 'convert it with dtc -V 17');
  }
  const headerBytes = version === 16 ? HEADER_BYTES_16 : HEADER_BYTES;
  const structOffset = view.getUint32(8);
  if (totalSize < headerBytes || structOffset < headerBytes || structOffset > totalSize) {
    fail(8, `structure block at ${structOffset} lies outside the blob of ${totalSize} bytes`);
  }
  const structSize = version === 16 ? totalSize - structOffset : view.getUint32(36);
  if (structOffset + structSize > totalSize) {
    const what = `structure block (${structSize} bytes at ${structOffset})`;
    fail(8, `${what} lies outside the blob of ${totalSize} bytes`);
  }
  if (structOffset % 4 !== 0) fail(8, `structure block at unaligned offset ${structOffset}`);
  const stringsOffset = view.getUint32(12);
  const stringsSize = view.getUint32(32);
  if (stringsOffset + stringsSize > totalSize) {
    const what = `strings block (${stringsSize} bytes at ${stringsOffset})`;
    fail(12, `${what} lies outside the blob of ${totalSize} bytes`);
  }
  return {
    structOffset,
    structEnd: structOffset + structSize,
    stringsOffset,
    stringsEnd: stringsOffset + stringsSize,
  };
}
