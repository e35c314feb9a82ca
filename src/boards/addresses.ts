/**
 * Addresses of devices as the CPU sees them, and the device names made of them.
 * Follows drivers/of/address.c:of_translate_address and drivers/of/device.c:of_device_make_bus_id.
 */
import { baseName, cellAt, cellCount, cellOf, type DeviceTree, propertyOf, stringOf } from './device-tree.ts';
import type { FdtNode, FdtProperty } from './fdt.ts';

/** drivers/of/address.c:OF_MAX_ADDR_CELLS. */
const OF_MAX_ADDRESS_CELLS = 4;
/** What the kernel returns for an address that cannot be translated; no device has it. */
const OF_BAD_ADDRESS = 0xffff_ffff_ffff_ffffn;
/** include/linux/ioport.h:IORESOURCE_MEM, which a bus with a flag cell writes into it as it is. */
const IORESOURCE_MEM = 0x200;
const LOW_32_BITS = 0xffff_ffffn;

type BusKind = 'pci' | 'isa' | 'flags' | 'plain';

/** How a bus writes the addresses of its children. */
interface Bus {
  readonly kind: BusKind;
  /** Leading cells of an address that hold flags. */
  readonly flagCells: 0 | 1;
  readonly addressCells: number;
  readonly sizeCells: number;
}

/** An address on a bus. */
interface BusAddress {
  /** The first cell, which holds the flags where the bus has some. */
  readonly first: number;
  /** The last two cells as a number; cells above them fall away, as in of_read_number(). */
  readonly value: bigint;
}

/** One entry of `ranges`: the addresses from `base` to before `end` are those of the parent bus from `target` on. */
interface Range {
  readonly first: number;
  readonly base: bigint;
  readonly end: bigint;
  readonly targetFirst: number;
  readonly target: bigint;
}

const PCI_DEVICE_TYPES = new Set(['pci', 'pciex', 'vci', 'ht']);

/** of_match_bus(). */
function busKind(tree: DeviceTree, node: FdtNode): BusKind {
  const type = stringOf(node, 'device_type');
  if ((type !== undefined && PCI_DEVICE_TYPES.has(type)) || baseName(node) === 'pcie') return 'pci';
  if (baseName(node) === 'isa') return 'isa';
  return tree.busAddressCells(node) === 3 ? 'flags' : 'plain';
}

function readBus(tree: DeviceTree, node: FdtNode): Bus {
  const kind = busKind(tree, node);
  if (kind === 'pci') return { kind, flagCells: 1, addressCells: 3, sizeCells: 2 };
  if (kind === 'isa') return { kind, flagCells: 1, addressCells: 2, sizeCells: 1 };
  const flagCells = kind === 'flags' ? 1 : 0;
  return {
    kind,
    flagCells,
    addressCells: tree.busAddressCells(node),
    // An int in the kernel, so that 2^31 and more count as less than nothing.
    sizeCells: tree.busSizeCells(node) | 0,
  };
}

function hasAddresses({ addressCells }: Bus): boolean {
  return addressCells > 0 && addressCells <= OF_MAX_ADDRESS_CELLS;
}

/** Without sizes there is no translation: such numbers are no addresses of the CPU. */
function isTranslatable(bus: Bus): boolean {
  return hasAddresses(bus) && bus.sizeCells > 0;
}

/** of_read_number(): cells as a number of 64 bits. */
function readNumber(property: FdtProperty, from: number, count: number): bigint {
  if (count <= 0) return 0n;
  const last = from + count - 1;
  const low = BigInt(cellAt(property, last));
  const high = count > 1 ? cellAt(property, last - 1) : 0;
  return high === 0 ? low : (BigInt(high) << 32n) | low;
}

function pciSpace(flags: number): 'none' | 'io' | 'memory' {
  const space = (flags >>> 24) & 3;
  return space === 1 ? 'io' : space === 0 ? 'none' : 'memory';
}

function flagsAgree(kind: BusKind, address: number, range: number): boolean {
  if (kind === 'pci') return pciSpace(address) === pciSpace(range);
  if (kind === 'isa') return ((address ^ range) & 1) === 0;
  return kind === 'plain' || address === range;
}

/** Whether an address with these flags lies in memory space (of_bus's get_flags); I/O ports are none of early boot's. */
function isMemory(kind: BusKind, flags: number): boolean {
  if (kind === 'pci') return pciSpace(flags) === 'memory';
  if (kind === 'isa') return (flags & 1) === 0;
  return kind === 'plain' || (flags & IORESOURCE_MEM) !== 0;
}

/** The address `base + offset` in the cells of a bus, flags kept (of_bus_default_translate and its kin). */
function addressAt(bus: Bus, flags: number, base: bigint, offset: bigint): BusAddress {
  const sum = BigInt.asUintN(64, base + offset);
  if (bus.addressCells - bus.flagCells > 1) {
    const first = bus.flagCells > 0 ? flags : bus.addressCells > 2 ? 0 : Number(sum >> 32n);
    return { first, value: sum };
  }
  const low = sum & LOW_32_BITS;
  return bus.flagCells > 0
    ? { first: flags, value: (BigInt(flags) << 32n) | low }
    : { first: Number(low), value: low };
}

/** Addresses and device names of one tree; what it finds out about a bus it finds out once. */
export class AddressTree {
  readonly #tree: DeviceTree;
  readonly #buses: (Bus | undefined)[] = [];
  readonly #ranges: (readonly Range[] | undefined)[] = [];
  readonly #names: (string | undefined)[] = [];

  constructor(tree: DeviceTree) {
    this.#tree = tree;
  }

  /** of_device_make_bus_id(): the name of the device that a node becomes; empty for the root. */
  deviceName(node: FdtNode): string {
    const parent = this.#tree.parentOf(node);
    if (parent === undefined) return '';
    let name = this.#names[node.index];
    if (name === undefined) {
      const address = this.cpuAddress(node);
      const above = address === undefined ? this.deviceName(parent) : '';
      if (address !== undefined) name = addressName(node, address);
      else name = above === '' ? node.name : `${above}:${node.name}`;
      this.#names[node.index] = name;
    }
    return name;
  }

  /** The CPU address of the first `reg` entry of a node; undefined without one or where a bus does not translate it. */
  cpuAddress(node: FdtNode): bigint | undefined {
    const reg = propertyOf(node, 'reg');
    return reg === undefined ? undefined : this.#translate(node, reg);
  }

  /** Whether the first address of a node is a usable resource (of_address_to_resource), which an AMBA device needs. */
  hasResource(node: FdtNode): boolean {
    const parent = this.#tree.parentOf(node);
    if (parent === undefined) return false;
    const bus = this.#bus(parent);
    const property = propertyOf(node, bus.kind === 'pci' ? 'assigned-addresses' : 'reg');
    if (property === undefined || !hasAddresses(bus)) return false;
    const cells = bus.addressCells + bus.sizeCells;
    if (bus.sizeCells < 0 || cellCount(property) < cells) return false;
    if (!isMemory(bus.kind, cellAt(property, 0))) return false;
    const start = this.#translate(node, property);
    const size = readNumber(property, bus.addressCells, bus.sizeCells);
    return start !== undefined && (size === 0n || start + size - 1n <= OF_BAD_ADDRESS);
  }

  /** of_translate_address() for the first address in a property. */
  #translate(node: FdtNode, property: FdtProperty): bigint | undefined {
    let busNode = this.#tree.parentOf(node);
    if (busNode === undefined) return undefined;
    let bus = this.#bus(busNode);
    // The kernel copies the cells without checking that they are there; a short property counts as not translatable.
    if (!isTranslatable(bus) || cellCount(property) < bus.addressCells) return undefined;
    let address: BusAddress | undefined = {
      first: cellAt(property, 0),
      value: readNumber(property, 0, bus.addressCells),
    };
    for (;;) {
      const above = this.#tree.parentOf(busNode);
      if (above === undefined) return address.value === OF_BAD_ADDRESS ? undefined : address.value;
      const parentBus = this.#bus(above);
      if (!isTranslatable(parentBus)) return undefined;
      address = this.#translateOne(busNode, bus, parentBus, address);
      if (address === undefined) return undefined;
      busNode = above;
      bus = parentBus;
    }
  }

  /** One level up through `ranges` (of_translate_one); undefined where no range covers the address. */
  #translateOne(node: FdtNode, bus: Bus, parentBus: Bus, address: BusAddress): BusAddress | undefined {
    const property = propertyOf(node, 'ranges');
    if (property === undefined) return undefined;
    if (property.length === 0) return addressAt(parentBus, address.first, 0n, address.value);
    const ranges = this.#rangesOf(node, property, bus, parentBus);
    this.#tree.countSteps(ranges.length, node, 'translating addresses through ranges');
    const wanted = bus.addressCells - bus.flagCells > 1 ? address.value : address.value & LOW_32_BITS;
    for (const range of ranges) {
      if (!flagsAgree(bus.kind, address.first, range.first)) continue;
      if (wanted < range.base || wanted >= range.end) continue;
      return addressAt(parentBus, range.targetFirst, range.target, wanted - range.base);
    }
    return undefined;
  }

  #bus(node: FdtNode): Bus {
    this.#buses[node.index] ??= readBus(this.#tree, node);
    return this.#buses[node.index]!;
  }

  #rangesOf(node: FdtNode, property: FdtProperty, bus: Bus, parentBus: Bus): readonly Range[] {
    const known = this.#ranges[node.index];
    if (known !== undefined) return known;
    const { addressCells, sizeCells, flagCells } = bus;
    const entry = addressCells + parentBus.addressCells + sizeCells;
    const ranges: Range[] = [];
    for (let at = 0; at + entry <= cellCount(property); at += entry) {
      const base = readNumber(property, at + flagCells, addressCells - flagCells);
      const size = readNumber(property, at + addressCells + parentBus.addressCells, sizeCells);
      const target = at + addressCells + parentBus.flagCells;
      ranges.push({
        first: cellAt(property, at),
        base,
        end: BigInt.asUintN(64, base + size),
        targetFirst: cellAt(property, at + addressCells),
        target: readNumber(property, target, parentBus.addressCells - parentBus.flagCells),
      });
    }
    this.#ranges[node.index] = ranges;
    return ranges;
  }
}

/** ffs(mask) - 1 in hexadecimal, as the kernel prints it: ffffffff for an empty mask. */
function lowestBit(mask: number): string {
  return mask === 0 ? 'ffffffff' : (31 - Math.clz32(mask & -mask)).toString(16);
}

function addressName(node: FdtNode, address: bigint): string {
  const mask = cellOf(node, 'mask');
  const middle = mask === undefined ? '' : `${lowestBit(mask)}.`;
  return `${address.toString(16)}.${middle}${baseName(node)}`;
}
