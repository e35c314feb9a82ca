/**
 * What the driver core does with links around a probe.
 * Follows drivers/base/core.c, ../semantics device-links.md sections 7 and 8.
 */
import { driverDeferredProbeAdd } from '../core/deferred-list.ts';
import { DL_FLAG } from '../core/device-link.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';
import { deviceLinkDropManaged } from './device-link-del.ts';
import { fwDevlinkDriverBound } from './fw-devlink.ts';
import { blockingSuppliers } from './fwnode-links.ts';
import { isBestEffort, linkTransition } from './link-transitions.ts';
import { deferOrQueueSyncState, deviceLinksFlushSyncList } from './sync-state.ts';

/**
 * Whether the device may probe now. `bestEffort`: it probes though a supplier is missing (-EAGAIN in the kernel), and a probe
 * that fails then counts as deferred. If it may not, `reason` has the kernel's words.
 */
export type SupplierCheck =
  | { readonly ready: true; readonly bestEffort: boolean }
  | { readonly ready: false; readonly reason: string };

/** device_links_missing_supplier(): takes back what a check that failed has set. */
function deviceLinksMissingSupplier(world: World, device: DeviceId): void {
  const { head, next } = world.supplierLinks;
  for (let id = head[device]!; id >= 0; id = next[id]!) {
    linkTransition(world, linkOf(world, id), 'device_links_missing_supplier');
  }
}

/**
 * device_links_check_suppliers(), before a probe: the first firmware supplier without a device, or the first link whose
 * supplier is not bound, defers it. A fwnode supplier leaves links.status alone, a link sets it to probing.
 */
export function deviceLinksCheckSuppliers(world: World, id: DeviceId): SupplierCheck {
  const device = world.devices[id]!;
  let bestEffort = false;
  if (world.settings.fwDevlink !== 'permissive') {
    const [waitingFor] = blockingSuppliers(world, device.node);
    if (waitingFor !== undefined) {
      if (!isBestEffort(world, id)) {
        return { ready: false, reason: `wait for supplier ${world.board.nodes[waitingFor]!.path}` };
      }
      bestEffort = true;
    }
  }
  let reason: string | undefined;
  const { head, next } = world.supplierLinks;
  for (let linkId = head[id]!; linkId >= 0; linkId = next[linkId]!) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    const outcome = linkTransition(world, link, 'device_links_check_suppliers');
    if (outcome === 'look past it') bestEffort = true;
    if (outcome !== 'defer the probe') continue;
    deviceLinksMissingSupplier(world, id);
    reason = `supplier ${world.devices[link.supplier]!.name} not ready`;
    break;
  }
  device.linksStatus = 'probing';
  return reason === undefined ? { ready: true, bestEffort } : { ready: false, reason };
}

/** device_links_driver_bound(), after a successful probe; ends with the sync_state callbacks that are due. */
export function* deviceLinksDriverBound(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  const syncList: DeviceId[] = [];
  if (device.node >= 0) yield* fwDevlinkDriverBound(world, id);
  const { supplierLinks, consumerLinks } = world;
  for (let linkId = consumerLinks.head[id]!; linkId >= 0; linkId = consumerLinks.next[linkId]!) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    const outcome = linkTransition(world, link, 'device_links_driver_bound (supplier)');
    if (outcome === 'probe the consumer') driverDeferredProbeAdd(world, link.consumer);
  }
  deferOrQueueSyncState(world, id, syncList);
  for (let linkId = supplierLinks.head[id]!, behind = -1; linkId >= 0; linkId = behind) {
    behind = supplierLinks.next[linkId]!;
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    const outcome = linkTransition(world, link, 'device_links_driver_bound (consumer)');
    if (outcome === 'drop') deviceLinkDropManaged(world, linkId);
    deferOrQueueSyncState(world, link.supplier, syncList);
  }
  device.linksStatus = 'driver bound';
  yield* deviceLinksFlushSyncList(world, syncList, id);
}

/** device_links_force_bind(): a driver is bound without a probe; suppliers that are not available are given up. */
export function deviceLinksForceBind(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  const { head, next } = world.supplierLinks;
  for (let linkId = head[id]!, behind = -1; linkId >= 0; linkId = behind) {
    behind = next[linkId]!;
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    const outcome = linkTransition(world, link, 'device_links_force_bind');
    if (outcome === 'drop') deviceLinkDropManaged(world, linkId);
  }
  device.linksStatus = 'probing';
}
