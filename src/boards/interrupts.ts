/**
 * Which interrupt controller an interrupt ends at, through interrupt parents and interrupt-map nexuses.
 * Follows drivers/of/irq.c: of_irq_find_parent, of_irq_parse_one, of_irq_parse_raw.
 */
import {
  cellAt,
  cellCount,
  cellOf,
  type DeviceTree,
  hasProperty,
  isCompatible,
  propertyOf,
} from './device-tree.ts';
import type { FdtNode, FdtProperty } from './fdt.ts';
import { MAX_PHANDLE_ARGS, matchingEntry } from './interrupt-map.ts';
import { type PhandleEntry, phandleEntries } from './phandle-list.ts';

/** The address cells of a device that take part in matching an interrupt-map. */
const DEVICE_ADDRESS_CELLS = 3;
/** Real interrupts pass through two or three nexuses; one that has passed through so many goes in a circle. */
const NEXUS_LIMIT = 100;

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

/** The kernel would never come to an end here: interrupt parents or maps form a loop. */
const ENDLESS = 'endless';

/** What the interrupts of a device resolve to. */
export interface DeviceInterrupts {
  /** In the order in which fw_devlink asks for them, up to the first that ends nowhere. */
  readonly controllers: readonly FdtNode[];
  /** The kernel would never stop asking. */
  readonly endless: boolean;
  /** What `interrupts-extended` holds, and how many specifiers `interrupts` does. */
  readonly entries: readonly PhandleEntry[];
  readonly specifiers: number;
}

/** An interrupt as a device or a map states it: for which controller, and where its argument cells stand. */
interface Specifier {
  readonly controller: FdtNode;
  readonly property: FdtProperty;
  readonly firstCell: number;
  readonly cells: number;
}

/** The `interrupts` of a device: `count` specifiers of `cells` cells each, for one controller. */
interface SpecifierList {
  readonly controller: FdtNode;
  readonly property: FdtProperty;
  readonly cells: number;
  readonly count: number;
}

/** What an interrupt walk does at a node with `#interrupt-cells`. */
type Stop =
  /** An interrupt controller: it ends here. */
  | { readonly kind: 'controller' }
  /** It goes on through this map. */
  | { readonly kind: 'nexus'; readonly node: FdtNode; readonly map: FdtProperty }
  /** It ends nowhere. */
  | { readonly kind: 'nowhere' }
  | { readonly kind: typeof ENDLESS };

/** Interrupt walks over one tree; what it finds out about a node it finds out once. */
export class InterruptTree {
  readonly #tree: DeviceTree;
  readonly #parents = new Map<FdtNode, FdtNode | typeof ENDLESS | undefined>();
  readonly #stops = new Map<FdtNode, Stop>();
  readonly #startAddressCells = new Map<FdtNode, number>();

  constructor(tree: DeviceTree) {
    this.#tree = tree;
  }

  /**
   * of_irq_parse_one() for one index after the other. Both properties of a device give the same answer: entry i of
   * `interrupts-extended` if it can be read, else specifier i of `interrupts`.
   */
  interruptsOf(device: FdtNode): DeviceInterrupts {
    const extended = propertyOf(device, 'interrupts-extended');
    const entries = extended ? phandleEntries(this.#tree, extended, '#interrupt-cells', true) : [];
    const list = this.#specifierList(device);
    const specifiers = list === undefined || list === ENDLESS ? 0 : list.count;
    const controllers: FdtNode[] = [];
    for (let index = 0; ; index++) {
      const specifier = specifierOfEntry(extended, entries[index]) ?? specifierAt(list, index);
      const controller =
        specifier === undefined || specifier === ENDLESS ? specifier : this.#parseRaw(device, specifier);
      if (controller === undefined || controller === ENDLESS) {
        return { controllers, endless: controller === ENDLESS, entries, specifiers };
      }
      controllers.push(controller);
    }
  }

  /** How the `interrupts` of a device are to be read; undefined if they cannot be. */
  #specifierList(device: FdtNode): SpecifierList | typeof ENDLESS | undefined {
    const controller = this.parentOf(device);
    if (controller === undefined || controller === ENDLESS) return controller;
    const cells = cellOf(controller, '#interrupt-cells');
    // Without argument cells every index can be read.
    if (cells === undefined || cells === 0) return cells === 0 ? ENDLESS : undefined;
    const property = propertyOf(device, 'interrupts');
    if (property === undefined) return undefined;
    return { controller, property, cells, count: Math.floor(cellCount(property) / cells) };
  }

  /** The interrupt parent that a node's `interrupts` are read with (of_irq_find_parent). */
  parentOf(node: FdtNode): FdtNode | typeof ENDLESS | undefined {
    const walked: FdtNode[] = [];
    let at = node;
    let found: FdtNode | typeof ENDLESS | undefined;
    for (;;) {
      if (this.#parents.has(at)) {
        found = this.#parents.get(at);
        break;
      }
      walked.push(at);
      // A walk that comes back to where it was finds this mark.
      this.#parents.set(at, ENDLESS);
      const phandle = cellOf(at, 'interrupt-parent');
      found = phandle === undefined ? this.#tree.parentOf(at) : this.#tree.byPhandle(phandle);
      if (found === undefined || hasProperty(found, '#interrupt-cells')) break;
      at = found;
    }
    for (const passed of walked) this.#parents.set(passed, found);
    return found;
  }

  /**
   * The controller above an interrupt controller as of_irq_init() sees it: the first of `interrupts-extended`, else the
   * interrupt parent; undefined for none or itself.
   */
  aboveController(controller: FdtNode): FdtNode | undefined {
    const first = cellOf(controller, 'interrupts-extended');
    const extended = first === undefined ? undefined : this.#tree.byPhandle(first);
    const above = extended ?? this.parentOf(controller);
    return above === controller || above === ENDLESS ? undefined : above;
  }

  /** of_irq_parse_raw(): the controller that an interrupt of a device ends at; undefined if a step on the way fails. */
  #parseRaw(device: FdtNode, specifier: Specifier): FdtNode | typeof ENDLESS | undefined {
    // Past 16 arguments the kernel cuts them off, and finds that their number is wrong.
    if (specifier.cells > MAX_PHANDLE_ARGS) return undefined;
    const addressCells = this.#addressCellsFor(specifier.controller);
    if (addressCells + specifier.cells > MAX_PHANDLE_ARGS) return undefined;
    // The answer is the node that the device or the last map names, even where that one has no controller of its own and
    // the walk goes on from it through interrupt parents.
    let named = specifier.controller;
    let match: readonly number[] | undefined;
    for (let nexuses = 0; nexuses < NEXUS_LIMIT; nexuses++) {
      const stop = this.#stopOf(named);
      if (stop.kind === 'controller') return named;
      if (stop.kind === 'nowhere') return undefined;
      if (stop.kind === ENDLESS) return ENDLESS;
      match ??= matchCells(device, specifier, addressCells);
      const entry = matchingEntry(this.#tree, stop.node, stop.map, match);
      if (entry === undefined) return undefined;
      if (entry.parent === stop.node) return stop.node;
      match = cellsFrom(stop.map, entry.firstCell, entry.cells);
      named = entry.parent;
    }
    return ENDLESS;
  }

  /** `#address-cells` that a walk starts with: the nearest one at or above the controller, 2 when there is none. */
  #addressCellsFor(controller: FdtNode): number {
    let cells = this.#startAddressCells.get(controller);
    if (cells === undefined) {
      let at: FdtNode | undefined = controller;
      let property = propertyOf(at, '#address-cells');
      while (property === undefined && at !== undefined) {
        at = this.#tree.parentOf(at);
        property = at === undefined ? undefined : propertyOf(at, '#address-cells');
      }
      cells = property === undefined ? 2 : property.length < 4 ? 0 : cellAt(property, 0);
      this.#startAddressCells.set(controller, cells);
    }
    return cells;
  }

  /** Where a walk that has come to a node stops next: there, or at an interrupt parent that it passes on to. */
  #stopOf(node: FdtNode): Stop {
    const walked: FdtNode[] = [];
    let at: FdtNode | typeof ENDLESS | undefined = node;
    let stop: Stop | undefined;
    while (at !== undefined && at !== ENDLESS) {
      stop = this.#stops.get(at) ?? ownStop(at);
      if (stop !== undefined) break;
      walked.push(at);
      // A walk that comes back to where it was finds this mark.
      this.#stops.set(at, { kind: ENDLESS });
      at = this.parentOf(at);
    }
    const result: Stop = stop ?? { kind: at === ENDLESS ? ENDLESS : 'nowhere' };
    for (const passed of walked) this.#stops.set(passed, result);
    return result;
  }
}

function specifierOfEntry(
  property: FdtProperty | undefined,
  entry: PhandleEntry | undefined,
): Specifier | undefined {
  if (property === undefined || entry?.kind !== 'entry') return undefined;
  const { supplier, firstArgument, argumentCount } = entry;
  return { controller: supplier, property, firstCell: firstArgument, cells: argumentCount };
}

function specifierAt(
  list: SpecifierList | typeof ENDLESS | undefined,
  index: number,
): Specifier | typeof ENDLESS | undefined {
  if (list === undefined || list === ENDLESS) return list;
  const { controller, property, cells, count } = list;
  return index < count ? { controller, property, firstCell: index * cells, cells } : undefined;
}

/** What a walk does at a node itself; undefined if the node passes it on to its interrupt parent. */
function ownStop(node: FdtNode): Stop | undefined {
  const map = propertyOf(node, 'interrupt-map');
  if (
    hasProperty(node, 'interrupt-controller') &&
    (map === undefined || READS_OWN_MAP.some((name) => isCompatible(node, name)))
  ) {
    return { kind: 'controller' };
  }
  return map === undefined ? undefined : { kind: 'nexus', node, map };
}

function cellsFrom(property: FdtProperty, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => cellAt(property, from + index));
}

/** What is looked up in the first map: the beginning of the device's `reg`, then the specifier. */
function matchCells(device: FdtNode, specifier: Specifier, addressCells: number): number[] {
  const reg = propertyOf(device, 'reg');
  const known = reg === undefined ? 0 : Math.min(cellCount(reg), DEVICE_ADDRESS_CELLS);
  const address = Array.from({ length: addressCells }, (_, index) =>
    index < known ? cellAt(reg!, index) : 0,
  );
  return [...address, ...cellsFrom(specifier.property, specifier.firstCell, specifier.cells)];
}
