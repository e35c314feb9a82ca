/**
 * From a device-tree blob to a {@link Board}: the reader that the library exports.
 */
import type { Board, BoardNode } from '../core/board.ts';
import { deviceName, hasAddressResource } from './addresses.ts';
import { cellOf, DeviceTree, isAvailable, isCompatible, stringOf, stringsOf } from './device-tree.ts';
import { type FdtNode, readFdt } from './fdt.ts';
import { applyOverlay } from './overlay.ts';
import { assignedClocks, ReferenceReader } from './references.ts';
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

function boardNode(tree: DeviceTree, node: FdtNode, references: ReferenceReader): BoardNode {
  const compatible = stringsOf(node, 'compatible');
  const available = isAvailable(node);
  const isDevice = compatible !== undefined && node.parent >= 0;
  const { references: refs, problems } = references.referencesOf(node);
  const clocks = isDevice ? assignedClocks(tree, node) : undefined;
  const controllerParent = isDevice ? references.interruptControllerParent(node) : undefined;
  return {
    path: node.path,
    parent: node.parent,
    children: node.children.map((child) => child.index),
    available,
    compatible,
    deviceName: isDevice ? deviceName(tree, node) : undefined,
    hasResource: isDevice && isCompatible(node, 'arm,primecell') && hasAddressResource(tree, node),
    references: refs,
    problems,
    ...(clocks && { assignedClocks: clocks }),
    ...(controllerParent !== undefined && { interruptControllerParent: controllerParent }),
    ...(cellOf(node, 'clock-div') !== undefined &&
      cellOf(node, 'clock-mult') !== undefined && { hasClockFactor: true }),
  };
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
  const references = new ReferenceReader(tree, supplierBindings(kernel));
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
    nodes: tree.nodes.map((node) => boardNode(tree, node, references)),
    stdout: stdoutName === undefined ? undefined : tree.byPathOrAlias(stdoutName)?.index,
    nodesTooDeep: tree.nodesTooDeep,
  };
}
