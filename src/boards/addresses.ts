/**
 * Addresses of devices as the CPU sees them, and the device names made of them.
 * Follows drivers/of/address.c:of_translate_address and drivers/of/device.c:of_device_make_bus_id.
 */
import { baseName, cellAt, cellCount, cellOf, type DeviceTree, propertyOf, stringOf } from './device-tree.ts';
import type { FdtNode } from './fdt.ts';

/** drivers/of/address.c:OF_MAX_ADDR_CELLS. */
const OF_MAX_ADDRESS_CELLS = 4;

/** How a bus writes addresses: which cell holds flags, and which flags must agree between an address and a range. */
interface AddressBus {
  readonly kind: 'pci' | 'isa' | 'flags' | 'plain';
  readonly flagCells: 0 | 1;
}

const PCI: AddressBus = { kind: 'pci', flagCells: 1 };
const ISA: AddressBus = { kind: 'isa', flagCells: 1 };
const FLAGS: AddressBus = { kind: 'flags', flagCells: 1 };
const PLAIN: AddressBus = { kind: 'plain', flagCells: 0 };
const PCI_DEVICE_TYPES = new Set(['pci', 'pciex', 'vci', 'ht']);

function addressBus(tree: DeviceTree, bus: FdtNode): AddressBus {
  const type = stringOf(bus, 'device_type');
  if ((type !== undefined && PCI_DEVICE_TYPES.has(type)) || baseName(bus) === 'pcie') return PCI;
  if (baseName(bus) === 'isa') return ISA;
  return tree.busAddressCells(bus) === 3 ? FLAGS : PLAIN;
}

interface CellCounts {
  readonly address: number;
  readonly size: number;
}

function cellCounts(tree: DeviceTree, bus: AddressBus, busNode: FdtNode): CellCounts {
  if (bus.kind === 'pci') return { address: 3, size: 2 };
  if (bus.kind === 'isa') return { address: 2, size: 1 };
  return { address: tree.busAddressCells(busNode), size: tree.busSizeCells(busNode) };
}

function countsAreValid(counts: CellCounts): boolean {
  return counts.address > 0 && counts.address <= OF_MAX_ADDRESS_CELLS && counts.size > 0;
}

/** A 64-bit number from cells; higher cells fall away, as in of_read_number(). */
function readNumber(cells: readonly number[], from: number, count: number): bigint {
  let value = 0n;
  for (let index = from; index < from + count; index++) {
    value = BigInt.asUintN(64, (value << 32n) | BigInt(cells[index] ?? 0));
  }
  return value;
}

function pciSpace(flags: number): 'none' | 'io' | 'memory' {
  const space = (flags >>> 24) & 3;
  return space === 1 ? 'io' : space === 0 ? 'none' : 'memory';
}

function flagsAgree(bus: AddressBus, address: number, range: number): boolean {
  if (bus.kind === 'pci') return pciSpace(address) === pciSpace(range);
  if (bus.kind === 'isa') return ((address ^ range) & 1) === 0;
  return bus.kind === 'plain' || address === range;
}

/** Writes `base + offset` into the address cells behind the flag cell (of_bus_default_translate and its kin). */
function addOffset(address: number[], flagCells: number, offset: bigint): number[] {
  const count = address.length - flagCells;
  const sum = BigInt.asUintN(64, readNumber(address, flagCells, count) + offset);
  const out = address.map((cell, index) => (index < flagCells ? cell : 0));
  if (count > 1) out[address.length - 2] = Number(sum >> 32n);
  if (count > 0) out[address.length - 1] = Number(sum & 0xffffffffn);
  return out;
}

/** One level up through `ranges` (of_translate_one); undefined where no range covers the address. */
function translateOne(
  node: FdtNode,
  bus: AddressBus,
  parentBus: AddressBus,
  address: number[],
  counts: CellCounts,
  parentCounts: CellCounts,
): number[] | undefined {
  const ranges = propertyOf(node, 'ranges');
  if (ranges === undefined) return undefined;
  const { address: na, size: ns } = counts;
  const pna = parentCounts.address;
  if (ranges.value.length === 0) {
    const passed = Array.from({ length: pna }, (_, index) =>
      index < parentBus.flagCells ? (address[index] ?? 0) : 0,
    );
    return addOffset(passed, parentBus.flagCells, readNumber(address, 0, na));
  }
  const entry = na + pna + ns;
  const wanted = readNumber(address, bus.flagCells, na - bus.flagCells);
  const cells = cellCount(ranges.value);
  for (let at = 0; at + entry <= cells; at += entry) {
    if (!flagsAgree(bus, address[0]!, cellAt(ranges.value, at))) continue;
    const range = Array.from({ length: entry }, (_, index) => cellAt(ranges.value, at + index));
    const base = readNumber(range, bus.flagCells, na - bus.flagCells);
    const size = readNumber(range, na + pna, ns);
    if (wanted < base || wanted >= BigInt.asUintN(64, base + size)) continue;
    return addOffset(range.slice(na, na + pna), parentBus.flagCells, wanted - base);
  }
  return undefined;
}

/**
 * of_translate_address(): the CPU address of the first `reg` entry of a node, or undefined if it has none or a bus on the
 * way up does not translate it.
 */
export function translateAddress(tree: DeviceTree, node: FdtNode): bigint | undefined {
  const reg = propertyOf(node, 'reg');
  let busNode = tree.parentOf(node);
  if (reg === undefined || busNode === undefined) return undefined;
  let bus = addressBus(tree, busNode);
  let counts = cellCounts(tree, bus, busNode);
  // The kernel copies the cells without checking the length of `reg`; a short one is taken as not translatable.
  if (!countsAreValid(counts) || cellCount(reg.value) < counts.address) return undefined;
  let address = Array.from({ length: counts.address }, (_, index) => cellAt(reg.value, index));
  for (;;) {
    const above = tree.parentOf(busNode);
    if (above === undefined) return readNumber(address, 0, counts.address);
    const parentBus = addressBus(tree, above);
    const parentCounts = cellCounts(tree, parentBus, above);
    if (!countsAreValid(parentCounts)) return undefined;
    const translated = translateOne(busNode, bus, parentBus, address, counts, parentCounts);
    if (translated === undefined) return undefined;
    address = translated;
    busNode = above;
    bus = parentBus;
    counts = parentCounts;
  }
}

/** ffs(mask) - 1 in hexadecimal, as the kernel prints it: ffffffff for an empty mask. */
function lowestBit(mask: number): string {
  return mask === 0 ? 'ffffffff' : (31 - Math.clz32(mask & -mask)).toString(16);
}

/** of_device_make_bus_id(): the name of the device that a node becomes. */
export function deviceName(tree: DeviceTree, node: FdtNode): string {
  let built: string | undefined;
  let at: FdtNode | undefined = node;
  while (at !== undefined && at.parent >= 0) {
    const address = translateAddress(tree, at);
    const suffix = built === undefined ? '' : `:${built}`;
    if (address !== undefined) {
      const mask = cellOf(at, 'mask');
      const middle = mask === undefined ? '' : `${lowestBit(mask)}.`;
      return `${address.toString(16)}.${middle}${baseName(at)}${suffix}`;
    }
    built = `${at.name}${suffix}`;
    at = tree.parentOf(at);
  }
  return built ?? '';
}

/** Whether the first `reg` entry is a usable resource (of_address_to_resource), which an AMBA device needs. */
export function hasAddressResource(tree: DeviceTree, node: FdtNode): boolean {
  const reg = propertyOf(node, 'reg');
  const busNode = tree.parentOf(node);
  if (reg === undefined || busNode === undefined) return false;
  const counts = cellCounts(tree, addressBus(tree, busNode), busNode);
  return cellCount(reg.value) >= counts.address + counts.size && translateAddress(tree, node) !== undefined;
}
