/**
 * The .modinfo section of a kernel module: strings `key=value`, each ended by a zero. ELF, 32 or 64 bits, of either byte order.
 */
import { InputError } from '../core/diagnostic.ts';

/** No section of a real module has more. */
const MODINFO_LIMIT = 1 << 22;

interface Section {
  readonly name: number;
  readonly offset: number;
  readonly size: number;
}

function sectionsOf(view: DataView, is64: boolean, little: boolean): { sections: Section[]; names: number } {
  const word = (at: number): number => view.getUint32(at, little);
  const long = (at: number): number => (is64 ? Number(view.getBigUint64(at, little)) : word(at));
  const table = long(is64 ? 0x28 : 0x20);
  const entrySize = view.getUint16(is64 ? 0x3a : 0x2e, little);
  const count = view.getUint16(is64 ? 0x3c : 0x30, little);
  const sections = Array.from({ length: count }, (_, index) => {
    const at = table + index * entrySize;
    return {
      name: word(at),
      offset: long(at + (is64 ? 0x18 : 0x10)),
      size: long(at + (is64 ? 0x20 : 0x14)),
    };
  });
  return { sections, names: view.getUint16(is64 ? 0x3e : 0x32, little) };
}

function textUpToZero(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at);
  return new TextDecoder('latin1').decode(bytes.subarray(at, end < 0 ? bytes.length : end));
}

/**
 * The `key=value` strings of a module (uncompressed), empty if it has none. Throws InputError for bytes that are no whole ELF file;
 * `input` names them.
 */
export function readModinfo(bytes: Uint8Array, input: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 0x40 || view.getUint32(0) !== 0x7f454c46)
    throw new InputError('module', { input }, 'no kernel module (an ELF file begins with 7f 45 4c 46)');
  try {
    const { sections, names } = sectionsOf(view, bytes[4] === 2, bytes[5] !== 2);
    const strings = sections[names];
    const found = sections.find(
      ({ name }) => strings !== undefined && textUpToZero(bytes, strings.offset + name) === '.modinfo',
    );
    if (found === undefined) return [];
    const section = bytes.subarray(found.offset, found.offset + Math.min(found.size, MODINFO_LIMIT));
    return new TextDecoder('latin1')
      .decode(section)
      .split('\0')
      .filter((entry) => entry.includes('='));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError('module', { input }, 'a kernel module that is cut off or damaged');
  }
}
