/**
 * Devices from the tree. Follows drivers/of/platform.c, ../semantics fw-devlink.md section 13.
 */
import type { BoardNode, NodeIndex } from '../core/board.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, PLATFORM_ROOT, type World } from '../core/world.ts';
import { deviceLinksSupplierSyncStatePause, deviceLinksSupplierSyncStateResume } from '../links/index.ts';
import { deviceRegister } from './device-add.ts';

/** of_default_bus_match_table: buses whose children are populated with them. */
export const DEFAULT_BUSES = ['simple-bus', 'simple-mfd', 'isa', 'arm,amba-bus'];
/** reserved_mem_matches: nodes anywhere that become devices before all others. */
const EARLY_COMPATIBLES = [
  'phram',
  'qcom,rmtfs-mem',
  'qcom,cmd-db',
  'qcom,smem',
  'ramoops',
  'nvmem-rmem',
  'google,open-dice',
];
const SKIPPED = ['operating-points-v2'];
const PRIMECELL = ['arm,primecell'];

/** Whether any entry of `compatible` is one of these, without regard to case. */
export function isCompatibleWith(node: BoardNode, wanted: readonly string[]): boolean {
  return node.compatible?.some((entry) => wanted.includes(entry.toLowerCase())) ?? false;
}

/** of_platform_device_create_pdata(), of_amba_device_create(): one device; undefined if none came of it. */
function* createDevice(
  world: World,
  index: NodeIndex,
  bus: 'platform' | 'amba',
  parent: DeviceId,
): Task<DeviceId | undefined> {
  const node = world.board.nodes[index]!;
  const fwnode = world.fwnodes[index]!;
  if (!node.available || fwnode.populated || node.deviceName === undefined) return undefined;
  if (bus === 'amba' && !node.hasResource) return undefined;
  fwnode.populated = true;
  const device = yield* deviceRegister(world, { name: node.deviceName, bus, parent, node: index });
  if (device === undefined) fwnode.populated = false;
  return device;
}

/** How deep a population goes: through the default buses, or one level. */
export interface PopulateDepth {
  readonly recurse: boolean;
}

/**
 * of_platform_bus_create() for a list of nodes, in order: each becomes a device, and a bus among them is gone through before
 * the next one.
 */
function* populateNodes(
  world: World,
  nodes: readonly NodeIndex[],
  parent: DeviceId,
  { recurse }: PopulateDepth,
): Task<void> {
  const stack: { nodes: readonly NodeIndex[]; next: number; parent: DeviceId; bus: NodeIndex }[] = [
    { nodes, next: 0, parent, bus: -1 },
  ];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const index = top.nodes[top.next++];
    if (index === undefined) {
      if (top.bus >= 0) world.fwnodes[top.bus]!.populatedBus = true;
      stack.pop();
      continue;
    }
    const node = world.board.nodes[index]!;
    if (node.compatible === undefined || isCompatibleWith(node, SKIPPED)) continue;
    if (world.fwnodes[index]!.populatedBus) continue;
    if (isCompatibleWith(node, PRIMECELL)) {
      if (world.settings.amba) yield* createDevice(world, index, 'amba', top.parent);
      continue;
    }
    const device = yield* createDevice(world, index, 'platform', top.parent);
    if (device === undefined || !recurse || !isCompatibleWith(node, DEFAULT_BUSES)) continue;
    stack.push({ nodes: node.children, next: 0, parent: device, bus: index });
  }
}

/** of_platform_populate(): the children of a node. */
export function* ofPlatformPopulate(
  world: World,
  root: NodeIndex,
  parent: DeviceId,
  depth: PopulateDepth,
): Task<void> {
  deviceLinksSupplierSyncStatePause(world);
  yield* populateNodes(world, world.board.nodes[root]!.children, parent, depth);
  world.fwnodes[root]!.populatedBus = true;
  yield* deviceLinksSupplierSyncStateResume(world);
}

/** of_platform_sync_state_init(), at late_initcall_sync: the pause of the population ends. */
export function* ofPlatformSyncStateInit(world: World): Task<void> {
  yield* deviceLinksSupplierSyncStateResume(world);
}

/** of_platform_default_populate_init(), at arch_initcall_sync: all that boot makes of the tree. */
export function* ofPlatformDefaultPopulateInit(world: World): Task<void> {
  // Until late_initcall_sync: see ofPlatformSyncStateInit().
  deviceLinksSupplierSyncStatePause(world);
  const { nodes } = world.board;
  for (const [index, node] of nodes.entries()) {
    if (isCompatibleWith(node, EARLY_COMPATIBLES))
      yield* createDevice(world, index, 'platform', PLATFORM_ROOT);
  }
  const childAt = (path: string) => nodes[0]!.children.find((child) => nodes[child]!.path === path);
  const firmware = childAt('/firmware');
  if (firmware !== undefined) yield* ofPlatformPopulate(world, firmware, PLATFORM_ROOT, { recurse: false });
  const chosen = childAt('/chosen') ?? childAt('/chosen@0');
  const framebuffer = nodes[chosen ?? 0]!.children.find((child) =>
    isCompatibleWith(nodes[child]!, ['simple-framebuffer']),
  );
  if (chosen !== undefined && framebuffer !== undefined)
    yield* createDevice(world, framebuffer, 'platform', PLATFORM_ROOT);
  yield* ofPlatformPopulate(world, 0, PLATFORM_ROOT, { recurse: true });
}
