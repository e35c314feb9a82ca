/**
 * What the driver core does with links around a probe.
 * Follows drivers/base/core.c, ../semantics device-links.md sections 7 and 8.
 *
 * Unbinding and sync_state callbacks are not part of the model yet.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { type DeviceId, deviceId, type LinkId, linkOf, type World } from '../core/world.ts';
import { fwDevlinkDriverBound } from './fw-devlink.ts';
import { blockingSuppliers } from './fwnode-links.ts';

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
  for (const id of world.devices[device]!.suppliers) {
    const link = linkOf(world, id);
    if (link.status !== 'consumer probing') continue;
    link.status = world.devices[link.supplier]!.linksStatus === 'driver bound' ? 'available' : 'dormant';
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
  for (const linkId of device.suppliers) {
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

/** __device_link_del(): takes the link out of both lists. */
export function deviceLinkDel(world: World, id: LinkId): void {
  const link = linkOf(world, id);
  const { suppliers } = world.devices[link.consumer]!;
  const { consumers } = world.devices[link.supplier]!;
  if (link.flags & DL_FLAG.PM_RUNTIME) world.devices[link.consumer]!.linksCount--;
  suppliers.splice(suppliers.indexOf(id), 1);
  consumers.splice(consumers.indexOf(id), 1);
  world.links[id] = undefined;
}

/** device_link_drop_managed(): the driver core lets go of the link; it is gone unless stateless adds hold it. */
export function deviceLinkDropManaged(world: World, id: LinkId): void {
  const link = linkOf(world, id);
  link.flags &= ~DL_FLAG.MANAGED;
  link.status = 'not tracked';
  if (--link.references === 0) deviceLinkDel(world, id);
}

/**
 * device_links_driver_bound(), after a successful probe. `deferredProbeAdd` puts a consumer on the pending list: that list
 * is the business of probe/.
 */
export function deviceLinksDriverBound(
  world: World,
  id: DeviceId,
  deferredProbeAdd: (consumer: DeviceId) => void,
): void {
  const device = world.devices[id]!;
  if (device.node >= 0) fwDevlinkDriverBound(world, id);
  for (const linkId of device.consumers) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    if (link.status === 'consumer probing' || link.status === 'active') continue;
    link.status = 'available';
    if (link.flags & DL_FLAG.AUTOPROBE_CONSUMER) deferredProbeAdd(link.consumer);
  }
  for (const linkId of [...device.suppliers]) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    const overlooked =
      isBestEffort(world, id) && link.status !== 'consumer probing' && isUnmatchedInference(world, linkId);
    if (link.flags & DL_FLAG.SYNC_STATE_ONLY || overlooked) deviceLinkDropManaged(world, linkId);
    else link.status = 'active';
  }
  device.linksStatus = 'driver bound';
}

/** device_links_no_driver(), after a probe that failed past the check of its suppliers. */
export function deviceLinksNoDriver(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  for (const linkId of device.consumers) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    if (link.status === 'consumer probing' || link.status === 'active') link.status = 'dormant';
  }
  for (const linkId of device.suppliers.toReversed()) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    if (link.flags & DL_FLAG.AUTOREMOVE_CONSUMER) {
      deviceLinkDropManaged(world, linkId);
    } else if (link.status === 'consumer probing' || link.status === 'active') {
      link.status = world.devices[link.supplier]!.linksStatus === 'driver bound' ? 'available' : 'dormant';
    }
  }
  device.linksStatus = 'no driver';
}

/** `supplier -> consumer` in ids, for messages. */
export function linkText(world: World, id: LinkId): string {
  const link = linkOf(world, id);
  return `${deviceId(world.devices[link.supplier]!)} -> ${deviceId(world.devices[link.consumer]!)}`;
}
