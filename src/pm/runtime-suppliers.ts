/**
 * Suppliers held around a probe, and what a link that goes gives back.
 * Follows drivers/base/power/runtime.c, ../semantics device-links.md sections 7 and 11.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { indexBehind } from '../core/order-list.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, type DeviceLink, type LinkId, linkOf, type World } from '../core/world.ts';
import { pmRuntimeGetSync } from './runtime-pm.ts';
import { pmRuntimePutNoidle } from './runtime-requests.ts';
import { pmRuntimePut, pmRuntimeReleaseSupplier, releaseSupplier, rpmIdleAsync } from './runtime-rules.ts';

/** pm_runtime_get_suppliers(), before a probe. An error is ignored and the count stays. */
export function* pmRuntimeGetSuppliers(world: World, id: DeviceId): Task<void> {
  const links = world.devices[id]!.suppliers;
  let linkId: LinkId;
  world.linksReaders++;
  for (let index = 0; index < links.length; index = indexBehind(links, index, linkId)) {
    linkId = links[index]!;
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;
    link.supplierPreactivated = true;
    yield* pmRuntimeGetSync(world, link.supplier);
  }
  world.linksReaders--;
}

/** pm_runtime_put_suppliers(), behind a probe. */
export function pmRuntimePutSuppliers(world: World, id: DeviceId): void {
  for (const linkId of world.devices[id]!.suppliers) {
    const link = linkOf(world, linkId);
    if (!link.supplierPreactivated) continue;
    link.supplierPreactivated = false;
    pmRuntimePut(world, link.supplier);
  }
}

/** pm_runtime_drop_link(): the link counts no more, and its supplier may suspend. */
export function pmRuntimeDropLink(world: World, id: LinkId): void {
  const link = linkOf(world, id);
  if (!(link.flags & DL_FLAG.PM_RUNTIME)) return;
  world.devices[link.consumer]!.linksCount--;
  pmRuntimeReleaseSupplier(world, id);
  rpmIdleAsync(world, link.supplier);
}

/** device_link_release_fn(), when a removed link's readers are gone. */
export function deviceLinkReleaseFn(world: World, link: DeviceLink): void {
  const { supplier, supplierPreactivated } = link;
  releaseSupplier(world, link);
  if (supplierPreactivated) pmRuntimePutNoidle(world, supplier);
  rpmIdleAsync(world, supplier);
}
