/**
 * What the driver core does with links around a probe.
 * Follows drivers/base/core.c, ../semantics device-links.md sections 7 and 8.
 */
import { driverDeferredProbeAdd } from '../core/deferred-list.ts';
import { DL_FLAG } from '../core/device-link.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, type LinkId, linkOf, type World, warnOn } from '../core/world.ts';
import { deviceLinkDropManaged } from './device-link-del.ts';
import { fwDevlinkDriverBound } from './fw-devlink.ts';
import { blockingSuppliers } from './fwnode-links.ts';
import { deferOrQueueSyncState, deviceLinksFlushSyncList } from './sync-state.ts';

/**
 * Whether the device may probe now. `bestEffort`: it probes though a supplier is missing (-EAGAIN in the kernel), and a probe
 * that fails then counts as deferred. If it may not, `reason` has the kernel's words.
 */
export type SupplierCheck =
  | { readonly ready: true; readonly bestEffort: boolean }
  | { readonly ready: false; readonly reason: string };

/** dev_is_best_effort() outside the window that wait_for_init_devices_probe() opens: the console of /chosen. */
function isBestEffort(world: World, device: DeviceId): boolean {
  const { node } = world.devices[device]!;
  return node >= 0 && node === world.board.stdout;
}

/** A link that firmware asked for, to a supplier that no driver has matched: best effort looks past it. */
function isUnmatchedInference(world: World, id: LinkId): boolean {
  const link = linkOf(world, id);
  return (link.flags & DL_FLAG.INFERRED) !== 0 && !world.devices[link.supplier]!.canMatch;
}

/** device_links_missing_supplier(): takes back what a check that failed has set. */
function deviceLinksMissingSupplier(world: World, device: DeviceId): void {
  const { head, next } = world.supplierLinks;
  for (let id = head[device]!; id >= 0; id = next[id]!) {
    const link = linkOf(world, id);
    if (link.status !== 'consumer probing') continue;
    const isBound = world.devices[link.supplier]!.linksStatus === 'driver bound';
    const unexpected = !isBound && !(link.flags & DL_FLAG.SYNC_STATE_ONLY);
    warnOn(world, unexpected, 'drivers/base/core.c:1079 device_links_check_suppliers');
    link.status = isBound ? 'available' : 'dormant';
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
    if (link.status === 'available' || link.flags & DL_FLAG.SYNC_STATE_ONLY) {
      link.status = 'consumer probing';
      continue;
    }
    if (isBestEffort(world, id) && isUnmatchedInference(world, linkId)) {
      bestEffort = true;
      continue;
    }
    deviceLinksMissingSupplier(world, id);
    reason = `supplier ${world.devices[link.supplier]!.name} not ready`;
    break;
  }
  device.linksStatus = 'probing';
  return reason === undefined ? { ready: true, bestEffort } : { ready: false, reason };
}

/** The supplier links of a device that has just bound: active, or gone if they were for its sync_state only. */
function bindSupplierLink(world: World, id: DeviceId, linkId: LinkId): void {
  const link = linkOf(world, linkId);
  const overlooked =
    isBestEffort(world, id) && link.status !== 'consumer probing' && isUnmatchedInference(world, linkId);
  if (link.flags & DL_FLAG.SYNC_STATE_ONLY || overlooked) {
    deviceLinkDropManaged(world, linkId);
  } else {
    const unexpected = link.status !== 'consumer probing';
    warnOn(world, unexpected, 'drivers/base/core.c:1448 device_links_driver_bound');
    link.status = 'active';
  }
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
    if (link.status === 'consumer probing' || link.status === 'active') continue;
    warnOn(world, link.status !== 'dormant', 'drivers/base/core.c:1409 device_links_driver_bound');
    link.status = 'available';
    if (link.flags & DL_FLAG.AUTOPROBE_CONSUMER) driverDeferredProbeAdd(world, link.consumer);
  }
  deferOrQueueSyncState(world, id, syncList);
  for (let linkId = supplierLinks.head[id]!, behind = -1; linkId >= 0; linkId = behind) {
    behind = supplierLinks.next[linkId]!;
    const { flags, supplier } = linkOf(world, linkId);
    if (!(flags & DL_FLAG.MANAGED)) continue;
    bindSupplierLink(world, id, linkId);
    deferOrQueueSyncState(world, supplier, syncList);
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
    if (link.status === 'available') link.status = 'consumer probing';
    else deviceLinkDropManaged(world, linkId);
  }
  device.linksStatus = 'probing';
}
