/**
 * The order in which a kernel's built-in drivers register: its initcalls, level by level, each read for the addresses that it
 * passes on. Entries are 32-bit distances (CONFIG_HAVE_ARCH_PREL32_RELOCATIONS); code is arm64's.
 */
import type { KernelSymbol } from './kallsyms.ts';
import type { Pointers } from './pointers.ts';

/** Levels in the kernel's order, include/linux/init.h; `rootfs` runs between fs and device. */
export const INITCALL_LEVELS = [
  'early',
  'pure',
  'core',
  'postcore',
  'arch',
  'subsys',
  'fs',
  'rootfs',
  'device',
  'late',
] as const;
export type InitcallLevel = (typeof INITCALL_LEVELS)[number];

const BOUNDARIES: readonly string[] = [
  '__initcall_start',
  '__initcall0_start',
  '__initcall1_start',
  '__initcall2_start',
  '__initcall3_start',
  '__initcall4_start',
  '__initcall5_start',
  '__initcallrootfs_start',
  '__initcall6_start',
  '__initcall7_start',
  '__initcall_end',
];

/** One initcall: its function, bytes from the start of the image. */
export interface Initcall {
  readonly level: InitcallLevel;
  readonly function: number;
}

/** The initcalls of an image in the order in which they run; empty without the symbols that bound them. */
export function readInitcalls(bytes: Uint8Array, symbols: readonly KernelSymbol[]): Initcall[] {
  const places = new Map(symbols.map(({ name, offset }) => [name, offset]));
  const bounds = BOUNDARIES.map((name) => places.get(name));
  if (bounds.some((bound, index) => bound === undefined && BOUNDARIES[index] !== '__initcallrootfs_start'))
    return [];
  const starts = bounds.map((bound, index) => bound ?? bounds[index + 1]!);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return INITCALL_LEVELS.flatMap((level, index) => {
    const calls: Initcall[] = [];
    const end = Math.min(starts[index + 1]!, bytes.length - 3);
    for (let at = starts[index]!; at < end; at += 4) {
      calls.push({ level, function: at + view.getInt32(at, true) });
    }
    return calls;
  });
}

/** No init function is longer, bytes. */
const FUNCTION_LIMIT = 4096;
const PAGE = 4096;

/** Addresses that arm64 code makes with ADRP and ADD, in the order of the code. */
function addressesIn(view: DataView, from: number, to: number): number[] {
  const pages = new Map<number, number>();
  const addresses: number[] = [];
  for (let at = from; at + 4 <= to; at += 4) {
    const word = view.getUint32(at, true);
    if ((word & 0x9f000000) >>> 0 === 0x90000000) {
      const immediate = (((((word >>> 5) & 0x7ffff) << 2) | ((word >>> 29) & 3)) << 11) >> 11;
      pages.set(word & 31, at - (at % PAGE) + immediate * PAGE);
    } else if ((word & 0xffc00000) >>> 0 === 0x91000000) {
      const page = pages.get((word >>> 5) & 31);
      if (page !== undefined) addresses.push(page + ((word >>> 10) & 0xfff));
    }
  }
  return addresses;
}

/** What a driver of a bus begins with before its struct device_driver; no bus of the kernel has more, bytes. */
const BEFORE_DRIVER = 96;

/** Finds the drivers that an address leads to: one, or an array of pointers to several. */
export class DriverPlaces {
  readonly #sorted: readonly number[];
  readonly #pointers: Pointers;

  /** `drivers`: where the struct device_driver of each begins. */
  constructor(drivers: Iterable<number>, pointers: Pointers) {
    this.#sorted = [...drivers].sort((a, b) => a - b);
    this.#pointers = pointers;
  }

  /** The driver whose structure begins here or shortly before its struct device_driver. */
  #driverAt(address: number): number | undefined {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! < address) low = middle + 1;
      else high = middle;
    }
    const found = this.#sorted[low];
    return found !== undefined && found - address <= BEFORE_DRIVER ? found : undefined;
  }

  driversFrom(address: number): number[] {
    const direct = this.#driverAt(address);
    if (direct !== undefined) return [direct];
    const several: number[] = [];
    for (let place = address; ; place += 8) {
      const target = this.#pointers.at(place);
      const driver = target === undefined ? undefined : this.#driverAt(target);
      if (driver === undefined) return several;
      several.push(driver);
    }
  }
}

/** A driver and the initcall that registers it. */
export interface RegisteredDriver {
  readonly driver: number;
  readonly level: InitcallLevel;
}

/**
 * Drivers in the order in which initcalls register them, each once. A function that passes an address on to a helper of its
 * own is read for that address only, not followed.
 */
export function registrationOrder(
  bytes: Uint8Array,
  symbols: readonly KernelSymbol[],
  places: DriverPlaces,
): RegisteredDriver[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = [...new Set(symbols.map(({ offset }) => offset))];
  const next = new Map(starts.map((offset, index) => [offset, starts[index + 1] ?? offset]));
  const order = new Map<number, InitcallLevel>();
  for (const { level, function: from } of readInitcalls(bytes, symbols)) {
    const to = Math.min(next.get(from) ?? from + FUNCTION_LIMIT, from + FUNCTION_LIMIT, bytes.length);
    if (from < 0) continue;
    for (const address of addressesIn(view, from, to)) {
      for (const driver of places.driversFrom(address)) if (!order.has(driver)) order.set(driver, level);
    }
  }
  return [...order].map(([driver, level]) => ({ driver, level }));
}
