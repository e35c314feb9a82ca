/**
 * Suppliers whose sync_state has not been called: whom each waits for, and whether that is a fault.
 * Follows drivers/base/core.c:__device_links_queue_sync_state: all managed links to consumers have to be active.
 */
import type { NodeIndex } from '../core/board.ts';
import { DL_FLAG } from '../core/device-link.ts';
import { ENODEV, ENXIO } from '../core/errno.ts';
import type { RunningSystem } from '../core/system.ts';
import { consumerLinksOf, type DeviceId, deviceId, linkOf, type World } from '../core/world.ts';
import { type DevicePairs, pairDevices } from './system-devices.ts';

/**
 * - `real`: the consumer has a driver and will bind, or should;
 * - `by design`: no driver of the kernel matches the consumer, or its driver leaves it alone (a simple-bus), so that it never binds;
 * - `wrong domain`: the same, and it refers to one of several power domains that the supplier stands for: the others wait for it too.
 */
export type SyncStateVerdict = 'real' | 'by design' | 'wrong domain';

export interface SyncStateWait {
  readonly consumer: string;
  readonly verdict: SyncStateVerdict;
  /** Properties that make the link, and the nodes that they refer to. */
  readonly because: readonly { readonly property: string; readonly node: string }[];
  /** For a proxy link: the node below the consumer that will really use the supplier. */
  readonly onBehalfOf: string | null;
}

export interface SyncStateRow {
  readonly supplier: string;
  readonly waits: readonly SyncStateWait[];
  /**
   * Of a snapshot: whether the system's state_synced says that it waits, and the consumers whose links are not active there.
   */
  readonly system?: {
    readonly waits: boolean;
    readonly consumers: readonly { readonly consumer: string; readonly status: string }[];
  };
}

/** Child nodes of a supplier that are providers of their own and no devices: the domains that it stands for. */
function domainsOf(world: World, supplier: DeviceId): ReadonlySet<NodeIndex> {
  const { node } = world.devices[supplier]!;
  const found = new Set<NodeIndex>();
  const stack = node < 0 ? [] : [...world.board.nodes[node]!.children];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (world.fwnodes[at]!.device >= 0) continue;
    found.add(at);
    stack.push(...world.board.nodes[at]!.children);
  }
  return found;
}

function waitsOf(world: World, supplier: DeviceId, declined: ReadonlySet<DeviceId>): SyncStateWait[] {
  const domains = domainsOf(world, supplier);
  const pending = consumerLinksOf(world, supplier)
    .map((link) => linkOf(world, link))
    .filter(({ flags, status }) => (flags & DL_FLAG.MANAGED) !== 0 && status !== 'active');
  return pending.map(({ consumer, causes = [], flags }) => {
    const device = world.devices[consumer]!;
    const isProxy = (flags & DL_FLAG.SYNC_STATE_ONLY) !== 0;
    const nodes = new Set(causes.map((cause) => cause.supplier));
    const isPart =
      causes.length > 0 &&
      causes.every(({ property, supplier: node }) => property === 'power-domains' && domains.has(node)) &&
      domains.size > nodes.size;
    const behalf = isProxy ? causes.find((cause) => cause.consumer !== device.node) : undefined;
    return {
      consumer: deviceId(device),
      verdict: device.canMatch && !declined.has(consumer) ? 'real' : isPart ? 'wrong domain' : 'by design',
      because: causes.map(({ property, supplier: node }) => ({
        property,
        node: world.board.nodes[node]!.path,
      })),
      onBehalfOf: behalf === undefined ? null : world.board.nodes[behalf.consumer]!.path,
    };
  });
}

/** The consumers of a supplier that the system waits for: managed links that are not active. */
function systemWaits(
  id: string,
  pairs: DevicePairs,
  system: RunningSystem,
): { readonly consumer: string; readonly status: string }[] {
  return system.links
    .filter(({ supplier, status }) => {
      return (
        (pairs.modelId.get(supplier) ?? supplier) === id && status !== 'active' && status !== 'not tracked'
      );
    })
    .map(({ consumer, status }) => ({ consumer: pairs.modelId.get(consumer) ?? consumer, status }));
}

/**
 * The same with what a running system says: suppliers that wait there, with the verdicts of the model, first; then those that wait in
 * the model only. Suppliers whose driver has no sync_state are left out: the system knows which they are.
 */
export function systemSyncStateWaits(world: World, system: RunningSystem): SyncStateRow[] {
  const pairs = pairDevices(world, system);
  const model = new Map(syncStateWaits(world).map((row) => [row.supplier, row]));
  const rows = [...pairs.ofModel].flatMap(([id, { stateSynced, driver }]): SyncStateRow[] => {
    const supplier = deviceId(world.devices[id]!);
    const consumers = driver === null ? [] : systemWaits(supplier, pairs, system);
    const row = model.get(supplier);
    const waits = stateSynced === null ? null : !stateSynced;
    // Without a sync_state there is nothing to wait for.
    if (waits === null || (row === undefined && !waits)) return [];
    return [{ supplier, waits: row?.waits ?? [], system: { waits, consumers } }];
  });
  return rows.sort((a, b) => Number(b.system!.waits) - Number(a.system!.waits));
}

/** Bound suppliers that still wait, in registration order, each with its consumers in the order of their links. */
export function syncStateWaits(world: World): SyncStateRow[] {
  const declined = new Set(
    world.events.flatMap((event) =>
      event.kind === 'probe-error' && (event.error === -ENODEV || event.error === -ENXIO)
        ? [event.device]
        : [],
    ),
  );
  return [...world.devices.keys()]
    .filter(
      (id) => world.devices[id]!.bound && !world.devices[id]!.stateSynced && world.devices[id]!.node >= 0,
    )
    .map((id) => ({ supplier: deviceId(world.devices[id]!), waits: waitsOf(world, id, declined) }))
    .filter(({ waits }) => waits.length > 0);
}
