/**
 * Which interrupt controller an interrupt ends at, through interrupt parents and interrupt-map nexuses.
 * Follows drivers/of/irq.c: of_irq_find_parent, of_irq_parse_one, of_irq_parse_raw, of_irq_parse_imap_parent.
 */
import { InputError } from '../core/diagnostic.ts';
import {
  cellAt,
  cellCount,
  cellOf,
  cellsOf,
  type DeviceTree,
  hasProperty,
  isAvailable,
  isCompatible,
  propertyOf,
} from './device-tree.ts';
import type { FdtNode } from './fdt.ts';
import { phandleEntries } from './phandle-list.ts';

/** include/linux/of.h:MAX_PHANDLE_ARGS. */
const MAX_PHANDLE_ARGS = 16;

/** Controllers that read their interrupt-map themselves (of_irq_imap_abusers). */
const READS_OWN_MAP = [
  'CBEA,platform-spider-pic',
  'sti,platform-spider-pic',
  'realtek,rtl-intc',
  'fsl,ls1021a-extirq',
  'fsl,ls1043a-extirq',
  'fsl,ls1088a-extirq',
  'renesas,rza1-irqc',
  'pasemi,rootbus',
];

/** Steps of all interrupt walks of one tree; real boards need some thousands, a hostile tree could ask for 10^12. */
const STEP_LIMIT = 20_000_000;

interface Specifier {
  readonly controller: FdtNode;
  readonly args: readonly number[];
}

interface MapEntry {
  readonly parent: FdtNode;
  /** The parent's unit interrupt specifier: its address cells, then its interrupt cells. */
  readonly address: readonly number[];
  readonly args: readonly number[];
  /** Where the next entry begins. */
  readonly next: number;
}

/** Interrupt walks over one tree. It counts its steps, so one of these serves the whole tree. */
export class InterruptTree {
  readonly #tree: DeviceTree;
  readonly #imapCells = new Map<FdtNode, Uint32Array>();
  #steps = 0;

  constructor(tree: DeviceTree) {
    this.#tree = tree;
  }

  /**
   * Whether this interrupt exists for a device (`interrupts-extended` entry or that many-th specifier of `interrupts`) and
   * which controller it ends at; undefined if any step on the way fails.
   */
  controllerOf(device: FdtNode, index: number): FdtNode | undefined {
    const specifier = this.#specifierOf(device, index);
    if (specifier === undefined) return undefined;
    const reg = (cellsOf(device, 'reg') ?? []).slice(0, 3);
    return this.#parseRaw(reg, specifier);
  }

  /** The interrupt parent that a node's `interrupts` are read with (of_irq_find_parent). */
  parentOf(node: FdtNode): FdtNode | undefined {
    let at: FdtNode | undefined = node;
    do {
      this.#step(1, node);
      const phandle = cellOf(at, 'interrupt-parent');
      at = phandle === undefined ? this.#tree.parentOf(at) : this.#tree.byPhandle(phandle);
    } while (at !== undefined && !hasProperty(at, '#interrupt-cells'));
    return at;
  }

  /**
   * The controller above an interrupt controller as of_irq_init() sees it: the first of `interrupts-extended`, else the
   * interrupt parent; undefined for none or itself.
   */
  aboveController(controller: FdtNode): FdtNode | undefined {
    const extended = propertyOf(controller, 'interrupts-extended');
    const first = extended === undefined || extended.value.length < 4 ? 0 : cellAt(extended.value, 0);
    const above = this.#tree.byPhandle(first) ?? this.parentOf(controller);
    return above === controller ? undefined : above;
  }

  /** The parents that the entries of an `interrupt-map` name, up to the first that cannot be read. */
  *mapParents(nexus: FdtNode): Generator<FdtNode> {
    const interruptCells = cellOf(nexus, '#interrupt-cells');
    const map = this.#map(nexus);
    if (interruptCells === undefined || map === undefined) return;
    const key = this.#tree.busAddressCells(nexus) + interruptCells;
    let at = 0;
    while (at + key + 1 < map.length) {
      this.#step(1, nexus);
      const entry = this.#mapEntry(map, at + key);
      if (entry === undefined) return;
      yield entry.parent;
      at = entry.next;
    }
  }

  #step(count: number, node: FdtNode): void {
    this.#steps += count;
    if (this.#steps > STEP_LIMIT) {
      throw new InputError(
        'interrupt-walk',
        { input: this.#tree.input, path: node.path },
        `resolving interrupts took more than ${STEP_LIMIT} steps`,
        'look for a loop of interrupt-parent properties or an oversized interrupt-map',
      );
    }
  }

  #map(node: FdtNode): Uint32Array | undefined {
    const known = this.#imapCells.get(node);
    if (known !== undefined) return known;
    const property = propertyOf(node, 'interrupt-map');
    if (property === undefined) return undefined;
    const cells = new Uint32Array(cellCount(property.value));
    for (let index = 0; index < cells.length; index++) cells[index] = cellAt(property.value, index);
    this.#imapCells.set(node, cells);
    return cells;
  }

  #specifierOf(device: FdtNode, index: number): Specifier | undefined {
    const extended = propertyOf(device, 'interrupts-extended');
    if (extended !== undefined) {
      let entryIndex = 0;
      for (const entry of phandleEntries(this.#tree, extended.value, '#interrupt-cells', true)) {
        this.#step(1, device);
        if (entry.kind !== 'entry' && entry.kind !== 'empty') break;
        if (entryIndex++ < index) continue;
        if (entry.kind === 'entry')
          return { controller: entry.supplier, args: entry.args.slice(0, MAX_PHANDLE_ARGS) };
        break;
      }
    }
    const parent = this.parentOf(device);
    const size = parent === undefined ? undefined : cellOf(parent, '#interrupt-cells');
    const interrupts = propertyOf(device, 'interrupts');
    if (parent === undefined || size === undefined || interrupts === undefined || size > MAX_PHANDLE_ARGS) {
      return undefined;
    }
    if ((index + 1) * size > cellCount(interrupts.value)) return undefined;
    const args = Array.from({ length: size }, (_, at) => cellAt(interrupts.value, index * size + at));
    return { controller: parent, args };
  }

  /** of_irq_parse_imap_parent(): the parent part of a map entry that begins at cell `at`. */
  #mapEntry(map: Uint32Array, at: number): MapEntry | undefined {
    const parent = this.#tree.byPhandle(map[at] ?? 0);
    if (parent === undefined) return undefined;
    const interruptCells = cellOf(parent, '#interrupt-cells');
    if (interruptCells === undefined) return undefined;
    const addressCells = cellOf(parent, '#address-cells') ?? 0;
    const size = addressCells + interruptCells;
    if (size > MAX_PHANDLE_ARGS || map.length - at - 1 < size) return undefined;
    const from = at + 1;
    return {
      parent,
      address: Array.from(map.subarray(from, from + addressCells)),
      args: Array.from(map.subarray(from + addressCells, from + size)),
      next: from + size,
    };
  }

  /** `#address-cells` that the walk starts with: the nearest one at or above the controller, 2 when there is none. */
  #startAddressCells(controller: FdtNode): number {
    for (let at: FdtNode | undefined = controller; at !== undefined; at = this.#tree.parentOf(at)) {
      const property = propertyOf(at, '#address-cells');
      if (property !== undefined) return property.value.length < 4 ? 0 : cellAt(property.value, 0);
    }
    return 2;
  }

  #parseRaw(reg: readonly number[], specifier: Specifier): FdtNode | undefined {
    let controller: FdtNode | undefined = specifier.controller;
    let size: number | undefined = 1;
    while (controller !== undefined) {
      size = cellOf(controller, '#interrupt-cells');
      if (size !== undefined) break;
      controller = this.parentOf(controller);
    }
    if (controller === undefined || specifier.args.length !== size) return undefined;
    const addressCells = this.#startAddressCells(controller);
    if (addressCells + size > MAX_PHANDLE_ARGS) return undefined;
    let match: number[] = [
      ...Array.from({ length: addressCells }, (_, index) => reg[index] ?? 0),
      ...specifier.args,
    ];
    while (controller !== undefined) {
      this.#step(1, controller);
      const map = this.#map(controller);
      const isController = hasProperty(controller, 'interrupt-controller');
      if (
        isController &&
        (map === undefined || READS_OWN_MAP.some((name) => isCompatible(controller!, name)))
      ) {
        return controller;
      }
      if (map === undefined) {
        controller = this.parentOf(controller);
        continue;
      }
      const entry = this.#matchingEntry(controller, map, match);
      if (entry === undefined) return undefined;
      if (entry.parent === controller) return controller;
      match = [...entry.address, ...entry.args];
      controller = entry.parent;
    }
    return undefined;
  }

  /** The first map entry whose masked key equals the specifier and whose parent is available. */
  #matchingEntry(nexus: FdtNode, map: Uint32Array, match: readonly number[]): MapEntry | undefined {
    const mask = cellsOf(nexus, 'interrupt-map-mask');
    let at = 0;
    while (map.length - at > match.length + 1) {
      this.#step(1 + match.length, nexus);
      let equal = true;
      for (let index = 0; index < match.length; index++) {
        const bits = mask === undefined ? 0xffffffff : (mask[index] ?? 0);
        if (((match[index]! ^ map[at + index]!) & bits) !== 0) equal = false;
      }
      const entry = this.#mapEntry(map, at + match.length);
      if (entry === undefined) return undefined;
      if (equal && isAvailable(entry.parent)) return entry;
      at = entry.next;
    }
    return undefined;
  }
}
