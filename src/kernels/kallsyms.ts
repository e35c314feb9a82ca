/**
 * The symbol table that a kernel image carries for its own messages (CONFIG_KALLSYMS), found without any other file.
 * Layout: scripts/kallsyms.c. Names are sequences of tokens; 256 tokens with their index stand behind the names, and a
 * marker for every 256th symbol before them.
 */
import type { Pointers } from './pointers.ts';

/** A symbol and where it stands in the image. */
export interface KernelSymbol {
  readonly name: string;
  /** Bytes from the start of the image. */
  readonly offset: number;
}

interface TokenTable {
  readonly tokens: readonly string[];
  /** Where the table begins and where its index ends, bytes. */
  readonly start: number;
  readonly end: number;
}

const DIGITS = Uint8Array.from([...'0123456789'].flatMap((digit) => [digit.charCodeAt(0), 0]));
const MARKER_INTERVAL = 256;
/** A million symbols. */
const MOST_MARKERS = 4096;
/** No name of a symbol is longer (KSYM_NAME_LEN). */
const NAME_LIMIT = 512;

function matchesAt(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false;
  return true;
}

/** Digits are tokens of themselves, so that the table holds them in a row. */
function* digitRuns(bytes: Uint8Array): Generator<number> {
  for (let at = bytes.indexOf(0x30); at >= 0; at = bytes.indexOf(0x30, at + 1)) {
    if (matchesAt(bytes, at, DIGITS)) yield at;
  }
}

function asciiAt(bytes: Uint8Array, start: number): string {
  let text = '';
  for (let at = start; bytes[at] !== 0 && at < bytes.length && text.length < NAME_LIMIT; at++) {
    text += String.fromCharCode(bytes[at]!);
  }
  return text;
}

/** The index names the start of each of the 256 tokens; it stands right behind them. */
function tokenTableAround(bytes: Uint8Array, view: DataView, digits: number): TokenTable | undefined {
  for (let at = (digits + 20 + 3) & ~3; at < digits + 4096 && at + 512 <= bytes.length; at += 4) {
    if (view.getUint16(at, true) !== 0) continue;
    const start = digits - view.getUint16(at + 2 * 0x30, true);
    if (start < 0) continue;
    const starts = Array.from({ length: 256 }, (_, token) => start + view.getUint16(at + 2 * token, true));
    if (
      !starts.every((place, token) => token === 0 || (place > starts[token - 1]! && bytes[place - 1] === 0))
    )
      continue;
    return { tokens: starts.map((place) => asciiAt(bytes, place)), start, end: at + 512 };
  }
  return undefined;
}

/** Places in the names, one for every 256th symbol. */
interface Markers {
  readonly start: number;
  readonly values: readonly number[];
}

/** The markers right before the token table: they begin with 0 and rise. */
function markersBefore(view: DataView, end: number): Markers | undefined {
  const values: number[] = [];
  let at = (end & ~3) - 4;
  while (at >= 0 && view.getUint32(at, true) === 0) at -= 4;
  for (let above = Number.POSITIVE_INFINITY; at >= 0; at -= 4) {
    const value = view.getUint32(at, true);
    if (value >= above) return undefined;
    values.unshift(value);
    above = value;
    if (value === 0) return { start: at, values };
  }
  return undefined;
}

/**
 * The markers before the token table where the order of the symbols by name, three bytes for each, stands in between: 6.2, and stable
 * releases of 6.1. How far they are from the table tells how many there are.
 */
function markersBeforeOrder(view: DataView, end: number): Markers | undefined {
  const each = 4 + 3 * MARKER_INTERVAL;
  for (let start = (end & ~3) - 4; start >= 0 && end - start <= MOST_MARKERS * each; start -= 4) {
    if (view.getUint32(start, true) !== 0 || view.getUint32(start + 4, true) === 0) continue;
    const length = Math.ceil((end - start - 8) / each);
    const values = Array.from({ length }, (_, index) => view.getUint32(start + 4 * index, true));
    if (length > 4 && values.every((value, index) => index === 0 || value > values[index - 1]!))
      return { start, values };
  }
  return undefined;
}

/** Length of a name in tokens, and where they begin: one byte, or two where the first has its top bit set. */
function nameAt(bytes: Uint8Array, at: number): { readonly from: number; readonly to: number } {
  const first = bytes[at]!;
  const from = first & 0x80 ? at + 2 : at + 1;
  const length = first & 0x80 ? (first & 0x7f) | (bytes[at + 1]! << 7) : first;
  return { from, to: from + length };
}

/** Whether names that begin here agree with the first markers. */
function agrees(bytes: Uint8Array, start: number, markers: readonly number[]): boolean {
  let at = start;
  for (const marker of markers.slice(1, 4)) {
    for (let count = 0; count < MARKER_INTERVAL && at < bytes.length; count++) at = nameAt(bytes, at).to;
    if (at !== start + marker) return false;
  }
  return true;
}

interface Names {
  readonly count: number;
  /** Where the number of symbols stands, and where the names begin. */
  readonly countAt: number;
  readonly start: number;
}

function namesBefore(
  bytes: Uint8Array,
  view: DataView,
  markers: readonly number[],
  end: number,
): Names | undefined {
  const most = markers.length * MARKER_INTERVAL;
  const last = end - markers.at(-1)!;
  for (let at = last & ~3; at >= 0 && at > last - MARKER_INTERVAL * 128; at -= 4) {
    const count = view.getUint32(at, true);
    if (count > most || count <= most - MARKER_INTERVAL) continue;
    for (const start of [at + 4, at + 8]) {
      if (agrees(bytes, start, markers)) return { count, countAt: at, start };
    }
  }
  return undefined;
}

/** Where the offsets of the symbols stand, and what they are relative to (bytes from the start of the image). */
interface Addresses {
  readonly offsets: number;
  readonly base: number;
}

/** Symbols are sorted by address. */
function areSorted(view: DataView, offsets: number, count: number): boolean {
  for (let index = 1; index < count; index++) {
    if (view.getUint32(offsets + 4 * index, true) < view.getUint32(offsets + 4 * index - 4, true))
      return false;
  }
  return true;
}

/** Behind the token index since 6.4, before the number of symbols in older kernels; the base follows the offsets. */
function addressesAround(
  view: DataView,
  { count, countAt }: Names,
  table: TokenTable,
  pointers: Pointers,
): Addresses | undefined {
  const size = 4 * count;
  const before = countAt - 8 - ((countAt - 8 - size) % 8 === 0 ? 0 : 4) - size;
  for (const offsets of [table.end, before]) {
    const baseAt = (offsets + size + 7) & ~7;
    if (offsets < 0 || offsets % 4 !== 0 || baseAt + 8 > view.byteLength) continue;
    const base = pointers.at(baseAt);
    if (base !== undefined && areSorted(view, offsets, count)) return { offsets, base };
  }
  return undefined;
}

/**
 * Symbols of a 64-bit kernel image in order of address, or undefined where it has none that can be read.
 *
 * `bytes` is the image as it lies in memory, `pointers` those in it. Follows the layout of scripts/kallsyms.c from 4.20 to 6.18.
 */
export function readKallsyms(bytes: Uint8Array, pointers: Pointers): readonly KernelSymbol[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const digits of digitRuns(bytes)) {
    const table = tokenTableAround(bytes, view, digits);
    if (table === undefined) continue;
    for (const find of [markersBefore, markersBeforeOrder]) {
      const markers = find(view, table.start);
      const names = markers && namesBefore(bytes, view, markers.values, markers.start);
      const addresses = names && addressesAround(view, names, table, pointers);
      if (addresses !== undefined) return symbolsOf(bytes, view, names!, table.tokens, addresses);
    }
  }
  return undefined;
}

function symbolsOf(
  bytes: Uint8Array,
  view: DataView,
  { count, start }: Names,
  tokens: readonly string[],
  { offsets, base }: Addresses,
): KernelSymbol[] {
  const symbols: KernelSymbol[] = [];
  let at = start;
  for (let index = 0; index < count && at < bytes.length; index++) {
    const { from, to } = nameAt(bytes, at);
    let name = '';
    for (let place = from; place < to && name.length < NAME_LIMIT; place++)
      name += tokens[bytes[place]!] ?? '';
    // The first letter is the symbol's type.
    symbols.push({ name: name.slice(1), offset: base + view.getUint32(offsets + 4 * index, true) });
    at = to;
  }
  return symbols;
}
