/** Writes small arm64 kernel images: match tables, driver structures, init functions and a symbol table, as a linker lays them out. */

const BASE = 0xffff800080000000n;

export interface WrittenDriver {
  readonly name: string;
  readonly compatibles: readonly string[];
  /** Initcall level of the function that registers it, 0 to 7; without it nothing does. */
  readonly level?: number;
  readonly asynchronous?: boolean;
}

export interface WrittenKernel {
  readonly drivers: readonly WrittenDriver[];
  /** Entries of one section of early declarations. */
  readonly early?: readonly string[];
  /** Pointers are filled in by relocations instead of standing in place. */
  readonly relocated?: boolean;
  readonly withoutSymbols?: boolean;
  /** '6.4' by default. */
  readonly layout?: SymbolLayout;
}

class Writer {
  readonly bytes = new Uint8Array(1 << 20);
  readonly view = new DataView(this.bytes.buffer);
  at = 0x1000;

  align(size: number): number {
    this.at = Math.ceil(this.at / size) * size;
    return this.at;
  }

  text(text: string, size: number): number {
    const start = this.at;
    this.bytes.set(new TextEncoder().encode(text), start);
    this.at += size;
    return start;
  }
}

function matchTable(writer: Writer, compatibles: readonly string[]): number {
  const start = writer.align(8);
  for (const compatible of compatibles) {
    writer.at += 64;
    writer.text(compatible, 128);
    writer.at += 8;
  }
  writer.at += 200;
  // Whatever follows begins with something.
  writer.view.setUint32(writer.at, 0xdeadbeef, true);
  writer.at += 8;
  return start;
}

/** adrp x0, TARGET; add x0, x0, #low; ret */
function initFunction(writer: Writer, target: number): number {
  const start = writer.align(16);
  const pages = Math.floor(target / 4096) - Math.floor(start / 4096);
  const immediate = pages & 0x1fffff;
  writer.view.setUint32(start, (0x90000000 | ((immediate & 3) << 29) | ((immediate >> 2) << 5)) >>> 0, true);
  writer.view.setUint32(start + 4, (0x91000000 | ((target & 0xfff) << 10)) >>> 0, true);
  writer.view.setUint32(start + 8, 0xd65f03c0, true);
  writer.at += 16;
  return start;
}

/**
 * Where scripts/kallsyms.c puts the addresses: behind the tokens (since 6.4), or before the names, as far from the first symbol, and with the
 * order of symbols by name between markers and tokens (6.2, stable releases of 6.1).
 */
export type SymbolLayout = '6.4' | '6.2';

/** A symbol table with each character as a token of itself. `point` makes a pointer. */
function symbolTable(
  writer: Writer,
  symbols: readonly (readonly [string, number])[],
  layout: SymbolLayout,
  point: (place: number, target: number) => void,
): void {
  const sorted = [...symbols].sort((a, b) => a[1] - b[1]);
  const first = layout === '6.2' ? sorted[0]![1] : 0;
  const addresses = () => {
    writer.align(8);
    for (const [, offset] of sorted) {
      writer.view.setUint32(writer.at, offset - first, true);
      writer.at += 4;
    }
    point(writer.align(8), first);
    writer.at += 8;
  };
  if (layout === '6.2') addresses();
  writer.view.setUint32(writer.align(8), sorted.length, true);
  writer.at += 4;
  writer.align(8);
  const names = writer.at;
  const markers: number[] = [];
  for (const [index, [name]] of sorted.entries()) {
    if (index % 256 === 0) markers.push(writer.at - names);
    const text = `t${name}`;
    writer.bytes[writer.at++] = text.length;
    writer.text(text, text.length);
  }
  writer.align(8);
  for (const marker of markers) {
    writer.view.setUint32(writer.at, marker, true);
    writer.at += 4;
  }
  if (layout === '6.2') {
    writer.align(8);
    const byName = [...sorted.keys()].sort((a, b) => (sorted[a]![0] < sorted[b]![0] ? -1 : 1));
    for (const index of byName) {
      writer.bytes.set([index >> 16, (index >> 8) & 0xff, index & 0xff], writer.at);
      writer.at += 3;
    }
  }
  const tokens = writer.align(8);
  const index: number[] = [];
  for (let code = 0; code < 256; code++) {
    index.push(writer.at - tokens);
    // A token that stands for a character that no name has.
    writer.bytes[writer.at++] = code > 32 && code < 127 ? code : 0xff;
    writer.at++;
  }
  writer.align(8);
  for (const place of index) {
    writer.view.setUint16(writer.at, place, true);
    writer.at += 2;
  }
  if (layout === '6.4') addresses();
}

/** An Image with these drivers. */
export function writeKernel({
  drivers,
  early = [],
  relocated = false,
  withoutSymbols = false,
  layout = '6.4',
}: WrittenKernel): Uint8Array {
  const writer = new Writer();
  writer.text('', 0);
  writer.bytes.set(new TextEncoder().encode('ARM\x64'), 0x38);
  // A symbol table is recognized by its markers, of which there is one for 256 symbols.
  const symbols: [string, number][] = Array.from({ length: 1600 }, (_, index) => [`filler_${index}`, 0x800]);
  const relocations: [number, number][] = [];
  const point = (place: number, target: number): void => {
    if (relocated) relocations.push([place, target]);
    else writer.view.setBigUint64(place, BASE + BigInt(target), true);
  };
  const structures = drivers.map(({ name, compatibles, asynchronous }) => {
    const table = matchTable(writer, compatibles);
    const text = writer.text(name, name.length + 1);
    const driver = writer.align(8) + 40;
    writer.at = driver + 120;
    point(driver, text);
    writer.view.setUint32(driver + 36, asynchronous ? 1 : 0, true);
    point(driver + 40, table);
    return driver;
  });
  if (early.length > 0) {
    const start = matchTable(writer, early);
    symbols.push(
      ...early.map((name, index): [string, number] => [`__of_table_${name}`, start + 200 * index]),
    );
  }
  const functions = drivers.map(({ level }, index) =>
    level === undefined ? undefined : initFunction(writer, structures[index]! - 40),
  );
  symbols.push(
    ...functions.flatMap((place, index): [string, number][] =>
      place === undefined ? [] : [[`init_${index}`, place]],
    ),
  );
  writer.align(8);
  symbols.push(['__initcall_start', writer.at]);
  for (let level = 0; level <= 7; level++) {
    symbols.push([`__initcall${level}_start`, writer.at]);
    for (const [index, driver] of drivers.entries()) {
      if (driver.level !== level) continue;
      writer.view.setInt32(writer.at, functions[index]! - writer.at, true);
      writer.at += 4;
    }
  }
  symbols.push(['__initcall_end', writer.at]);
  // Kernels are full of pointers; these tell where it is linked.
  writer.align(8);
  for (let count = 0; count < 2000; count++, writer.at += 8)
    writer.view.setBigUint64(writer.at, BASE + 0x800n, true);
  const pointers = writer.at - 8;
  if (!withoutSymbols) symbolTable(writer, symbols, layout, point);
  writer.align(8);
  for (let count = 0; relocated && count < 100; count++) relocations.push([pointers, 0x800]);
  for (const [place, target] of relocations) {
    writer.view.setBigUint64(writer.at, BASE + BigInt(place), true);
    writer.view.setBigUint64(writer.at + 8, 0x403n, true);
    writer.view.setBigUint64(writer.at + 16, BASE + BigInt(target), true);
    writer.at += 24;
  }
  return writer.bytes.slice(0, writer.align(4096));
}
