/**
 * From a device-tree blob to a {@link Board}: the reader that the library exports.
 */
import type { Board, BoardNode } from '../core/board.ts';
import { AddressTree } from './addresses.ts';
import { assignedClocks } from './assigned-clocks.ts';
import { cellOf, DeviceTree, isAvailable, stringOf, stringsOf } from './device-tree.ts';
import { dmaClientOf, dmaControllerOf } from './dma-channels.ts';
import { type FdtNode, readFdt } from './fdt.ts';
import { applyOverlay } from './overlay.ts';
import { ReferenceReader } from './references.ts';
import { type KernelVersion, supplierBindings } from './supplier-bindings.ts';

/** An overlay blob and the name that errors give it. */
export interface OverlaySource {
  readonly input: string;
  readonly bytes: Uint8Array;
}

export interface ReadDeviceTreeOptions {
  /** Names the blob in errors and reports; default `device tree`. */
  readonly input?: string;
  /** The kernel whose supplier tables are used; default 6.12. */
  readonly kernel?: KernelVersion;
  /** Overlays, applied in this order before the tree is read, as a boot loader does. */
  readonly overlays?: readonly OverlaySource[];
}

/** Nodes whose properties name other nodes by path, so that what looks like a reference is none. */
const BOOKKEEPING = new Set(['aliases', '__symbols__', '__fixups__', '__local_fixups__']);

/** What is known of a tree while its nodes are read. */
interface Reading {
  /** First names in /aliases, by node index. */
  readonly aliases: ReadonlyMap<number, string>;
  readonly tree: DeviceTree;
  readonly references: ReferenceReader;
  readonly addresses: AddressTree;
}

/** Whether one of the strings of `compatible` is this one (lower case), as of_device_is_compatible() compares. */
function includesCompatible(compatible: readonly string[], wanted: string): boolean {
  return compatible.some((entry) => entry.length === wanted.length && entry.toLowerCase() === wanted);
}

function boardNode({ tree, references, addresses, aliases }: Reading, node: FdtNode): BoardNode {
  const compatible = stringsOf(node, 'compatible');
  const isDevice = compatible !== undefined && node.parent >= 0;
  const isBookkeeping = node.parent === 0 && BOOKKEEPING.has(node.name);
  const { references: refs, problems } = isBookkeeping
    ? { references: [], problems: [] }
    : references.referencesOf(node);
  const clocks = isDevice ? assignedClocks(tree, node) : undefined;
  const dmaClient = isBookkeeping ? undefined : dmaClientOf(tree, node);
  const dmaController = dmaControllerOf(tree, node);
  const controllerParent = isDevice ? references.interruptControllerParent(node) : undefined;
  return {
    path: node.path,
    parent: node.parent,
    children: node.children.map((child) => child.index),
    available: isAvailable(node),
    compatible,
    deviceName: isDevice ? addresses.deviceName(node) : undefined,
    hasResource: isDevice && includesCompatible(compatible, 'arm,primecell') && addresses.hasResource(node),
    references: refs,
    problems,
    ...(clocks && { assignedClocks: clocks }),
    ...(controllerParent !== undefined && { interruptControllerParent: controllerParent }),
    ...(isDevice && aliases.has(node.index) && { alias: aliases.get(node.index)! }),
    ...(dmaClient && { dmaClient }),
    ...(dmaController && { dmaController }),
    ...(isDevice &&
      cellOf(node, 'clock-div') !== undefined &&
      cellOf(node, 'clock-mult') !== undefined && { hasClockFactor: true }),
  };
}

function firstAliases(tree: DeviceTree): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const aliases = tree.childOf(tree.root, 'aliases');
  for (const { name } of aliases?.properties ?? []) {
    const path = stringOf(aliases!, name);
    const node = path?.startsWith('/') ? tree.byPathOrAlias(path) : undefined;
    if (node !== undefined && !names.has(node.index)) names.set(node.index, name);
  }
  return names;
}

/**
 * Reads a device-tree blob (a .dtb file, or /sys/firmware/fdt) into a board.
 *
 * `bytes` is the whole blob. Returns all nodes in tree order with their availability, the names of the devices that they
 * become, and their references to suppliers in the order in which Linux's fw_devlink parses them (drivers/of/property.c).
 * Throws InputError, with the byte offset or node path, for a damaged blob or an overlay that does not apply.
 */
export function readDeviceTree(bytes: Uint8Array, options: ReadDeviceTreeOptions = {}): Board {
  const { input = 'device tree', kernel = '6.12', overlays = [] } = options;
  let fdt = readFdt(bytes, input);
  for (const overlay of overlays) fdt = applyOverlay(fdt, readFdt(overlay.bytes, overlay.input));
  const tree = new DeviceTree(fdt);
  const reading: Reading = {
    aliases: firstAliases(tree),
    tree,
    references: new ReferenceReader(tree, supplierBindings(kernel)),
    addresses: new AddressTree(tree),
  };
  const chosen = tree.childOf(tree.root, 'chosen') ?? tree.childOf(tree.root, 'chosen@0');
  const stdoutName =
    chosen === undefined
      ? undefined
      : (stringOf(chosen, 'stdout-path') ?? stringOf(chosen, 'linux,stdout-path'));
  return {
    input,
    model: stringOf(tree.root, 'model'),
    compatible: stringsOf(tree.root, 'compatible') ?? [],
    kernel,
    nodes: tree.nodes.map((node) => boardNode(reading, node)),
    stdout: stdoutName === undefined ? undefined : tree.byPathOrAlias(stdoutName)?.index,
    nodesTooDeep: tree.nodesTooDeep,
  };
}
