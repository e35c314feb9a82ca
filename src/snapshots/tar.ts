/**
 * Regular files of a tar archive: ustar as the snapshot script writes it, and what GNU tar, busybox and pax make of a folder that was
 * unpacked and packed again. Nothing is ever written: names are keys of a map.
 */
import { InputError } from '../core/diagnostic.ts';

const BLOCK = 512;
/** A snapshot has two dozen files. */
const ENTRY_LIMIT = 10_000;
/** No file of a snapshot has a longer name. */
const NAME_LIMIT = 4096;

function textOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** A number field: octal digits, or base-256 with the top bit set. NaN for anything else. */
function numberOf(field: Uint8Array): number {
  if ((field[0]! & 0x80) !== 0) {
    let value = field[0]! & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return value;
  }
  const digits = textOf(field).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function isChecksumRight(header: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at]!;
  return sum === numberOf(header.subarray(148, 156));
}

/** Records of a pax header: `LENGTH KEY=VALUE\n` each, the length in bytes and counting itself. */
function paxRecords(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length; ) {
    const blank = data.indexOf(0x20, at);
    const length = Number(textOf(data.subarray(at, Math.max(at, blank))));
    if (blank < 0 || !Number.isInteger(length) || length < blank - at + 3) break;
    const record = new TextDecoder().decode(data.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Regular files by name, without a leading `./`. Links, devices and folders are passed over; of two files of one name the last counts.
 * Throws InputError, with the byte offset in the archive, for what is no tar archive, is damaged or cut off.
 */
export function readTar(bytes: Uint8Array, input: string, limit = ENTRY_LIMIT): Map<string, Uint8Array> {
  const fault = (offset: number, what: string) =>
    new InputError('snapshot-archive', { input, offset }, what, 'make the snapshot again, or copy it again');
  const files = new Map<string, Uint8Array>();
  let [longName, entries] = ['', 0];
  let pax = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.length < BLOCK) throw fault(at, 'the archive is cut off within a header');
    if (isZero(header)) break;
    if (!isChecksumRight(header)) throw fault(at, at === 0 ? 'no tar archive' : 'a header is damaged');
    if (++entries > limit) throw fault(at, `more than ${limit} entries: no snapshot`);
    const declared = pax.has('size') ? Number(pax.get('size')) : numberOf(header.subarray(124, 136));
    const type = String.fromCharCode(header[156]!);
    if (!Number.isSafeInteger(declared) || declared < 0) throw fault(at, 'a size that is no number');
    const hasData = !'123456'.includes(type);
    const size = hasData ? declared : 0;
    const start = at + BLOCK;
    if (start + size > bytes.length)
      throw fault(at, `the archive is cut off: an entry of ${size} bytes, ${bytes.length - start} are left`);
    const data = bytes.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (type === 'L') {
      longName = textOf(data.subarray(0, NAME_LIMIT));
      continue;
    }
    if (type === 'x') {
      pax = paxRecords(data);
      continue;
    }
    if (type === '0' || type === '\0' || type === '7') {
      const isUstar = textOf(header.subarray(257, 262)) === 'ustar' && header[262] === 0;
      const prefix = isUstar ? textOf(header.subarray(345, 500)) : '';
      const short = `${prefix === '' ? '' : `${prefix}/`}${textOf(header.subarray(0, 100))}`;
      const name = pax.get('path') ?? (longName === '' ? short : longName);
      if (name.length <= NAME_LIMIT) files.set(name.replace(/^(\.\/+)+/, ''), data);
    }
    longName = '';
    pax = new Map();
  }
  return files;
}
