/**
 * Dropping, deleting and purging device links.
 * Follows drivers/base/core.c, ../semantics device-links.md section 7.
 */

import { DL_FLAG } from '../core/device-link.ts';
import { linksWriteLock } from '../core/device-lock.ts';
import { removeId } from '../core/id-lists.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, kernelMessage, type LinkId, linkOf, type World, warnOn } from '../core/world.ts';
import { pmRuntimeDropLink } from '../pm/index.ts';
import { findLink, queueRelease } from './device-link-add.ts';
import { linkTransition } from './link-transitions.ts';

/**
 * __device_link_del(): takes the link out of both lists. What it still holds of its supplier comes back only with the
 * release work.
 */
export function deviceLinkDestroy(world: World, id: LinkId): void {
  const link = linkOf(world, id);
  pmRuntimeDropLink(world, id);
  removeId(world.supplierLinks, link.consumer, id);
  removeId(world.consumerLinks, link.supplier, id);
  world.links[id] = undefined;
  queueRelease(world, link);
}

/** kref_put() of a link. */
function dropReference(world: World, id: LinkId): void {
  if (--linkOf(world, id).references === 0) deviceLinkDestroy(world, id);
}

/** device_link_put_kref(): drops a stateless reference; a managed link of a registered consumer stays. */
function deviceLinkPutKref(world: World, id: LinkId, caller: string): void {
  const link = linkOf(world, id);
  if (link.flags & DL_FLAG.STATELESS) {
    dropReference(world, id);
  } else if (!world.devices[link.consumer]!.registered) {
    deviceLinkDestroy(world, id);
  } else {
    warnOn(world, true, `drivers/base/core.c:1020 ${caller}`);
    kernelMessage(world, 'Unable to drop a managed device link reference');
  }
}

/** device_link_del(): gives a link back to the core. */
export function* deviceLinkDel(world: World, id: LinkId): Task<void> {
  if (world.linksLocked) yield* linksWriteLock(world);
  deviceLinkPutKref(world, id, 'device_link_del');
}

/** device_link_remove(): the same for a pair of devices; nothing happens if they have no link. */
export function* deviceLinkRemove(world: World, consumer: DeviceId, supplier: DeviceId): Task<void> {
  if (consumer === supplier) {
    warnOn(world, true, 'drivers/base/core.c:1052 device_link_remove');
    return;
  }
  if (world.linksLocked) yield* linksWriteLock(world);
  const id = findLink(world, consumer, supplier);
  if (id !== undefined) deviceLinkPutKref(world, id, 'device_link_remove');
}

/** device_link_drop_managed(): the driver core lets go of the link; it is gone unless stateless adds hold it. */
export function deviceLinkDropManaged(world: World, id: LinkId): void {
  const link = linkOf(world, id);
  link.flags &= ~DL_FLAG.MANAGED;
  linkTransition(world, link, 'device_link_drop_managed');
  dropReference(world, id);
}

/** device_links_purge(): a device that goes takes all its links with it. */
export function deviceLinksPurge(world: World, id: DeviceId): void {
  const { supplierLinks, consumerLinks } = world;
  for (let link = supplierLinks.tail[id]!; link >= 0; link = supplierLinks.tail[id]!) {
    warnOn(world, linkOf(world, link).status === 'active', 'drivers/base/core.c:1701 device_links_purge');
    deviceLinkDestroy(world, link);
  }
  for (let link = consumerLinks.tail[id]!; link >= 0; link = consumerLinks.tail[id]!) {
    const { status } = linkOf(world, link);
    const unexpected = status !== 'dormant' && status !== 'not tracked';
    warnOn(world, unexpected, 'drivers/base/core.c:1706 device_links_purge');
    deviceLinkDestroy(world, link);
  }
}
