/**
 * What the driver core does with links when a probe has failed or a driver goes.
 * Follows drivers/base/core.c, ../semantics device-links.md section 8.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { type DeviceId, linkOf, type World, warnOn } from '../core/world.ts';
import { deviceLinkDropManaged } from './device-link-del.ts';
import { linkTransition } from './link-transitions.ts';

/** __device_links_no_driver(): the suppliers of a device that has no driver now, last link first. */
function linksToSuppliersNoDriver(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  const { previous } = world.supplierLinks;
  for (let linkId = world.supplierLinks.tail[id]!, before = -1; linkId >= 0; linkId = before) {
    before = previous[linkId]!;
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    const outcome = linkTransition(world, link, 'device_links_no_driver (consumer)');
    if (outcome === 'drop') deviceLinkDropManaged(world, linkId);
  }
  device.linksStatus = 'no driver';
}

/** device_links_no_driver(), after a probe that failed past the check of its suppliers. */
export function deviceLinksNoDriver(world: World, id: DeviceId): void {
  const { head, next } = world.consumerLinks;
  for (let linkId = head[id]!; linkId >= 0; linkId = next[linkId]!) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    linkTransition(world, link, 'device_links_no_driver (supplier)');
  }
  linksToSuppliersNoDriver(world, id);
}

/** device_links_busy(), before an unbind: whether a consumer is bound or probing. The device is unbinding from now on. */
export function deviceLinksBusy(world: World, id: DeviceId): boolean {
  const device = world.devices[id]!;
  device.linksStatus = 'unbinding';
  const { head, next } = world.consumerLinks;
  for (let linkId = head[id]!; linkId >= 0; linkId = next[linkId]!) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    if (linkTransition(world, link, 'device_links_busy') === 'busy') return true;
  }
  return false;
}

/** device_links_driver_cleanup(), when the driver is gone. */
export function deviceLinksDriverCleanup(world: World, id: DeviceId): void {
  const { head, next } = world.consumerLinks;
  for (let linkId = head[id]!, behind = -1; linkId >= 0; linkId = behind) {
    behind = next[linkId]!;
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.MANAGED)) continue;
    const removed = (link.flags & DL_FLAG.AUTOREMOVE_CONSUMER) !== 0;
    warnOn(world, removed, 'drivers/base/core.c:1569 device_links_driver_cleanup');
    if (linkTransition(world, link, 'device_links_driver_cleanup') !== 'drop') continue;
    deviceLinkDropManaged(world, linkId);
    linkTransition(world, link, 'device_links_driver_cleanup');
  }
  const deferred = world.deferredSync.indexOf(id);
  if (deferred >= 0) world.deferredSync.splice(deferred, 1);
  linksToSuppliersNoDriver(world, id);
}
