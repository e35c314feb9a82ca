/**
 * Suppliers held around a probe, and what a link that goes gives back.
 * Follows drivers/base/power/runtime.c, ../semantics device-links.md sections 7 and 11.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { beginWalk, endWalk, walkOn } from '../core/id-lists.ts';
import { spinUnlockIrq } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import { srcuReadLock, srcuReadUnlock, synchronizeSrcu } from '../core/srcu.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, type LinkId, linkOf, type World } from '../core/world.ts';
import { pmRuntimeGetSync } from './runtime-pm.ts';
import { pmRuntimePutNoidle } from './runtime-requests.ts';
import { pmRuntimePut, pmRuntimeReleaseSupplier, releaseSupplier, rpmIdleAsync } from './runtime-rules.ts';

/** pm_runtime_get_suppliers(), before a probe. An error is ignored and the count stays. */
export function* pmRuntimeGetSuppliers(world: World, id: DeviceId): Task<void> {
  const links = world.supplierLinks;
  if (links.head[id]! < 0) return;
  const walk = beginWalk(links, id);
  const side = keep(srcuReadLock(world.srcu.links));
  for (let linkId = walkOn(links, walk); linkId >= 0; linkId = walkOn(links, walk)) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;
    link.supplierPreactivated = true;
    yield* pmRuntimeGetSync(world, link.supplier);
  }
  srcuReadUnlock(world.srcu.links, side);
  endWalk(links, walk);
}

/** pm_runtime_put_suppliers(), behind a probe. */
export function pmRuntimePutSuppliers(world: World, id: DeviceId): void {
  const { head, next } = world.supplierLinks;
  for (let linkId = head[id]!; linkId >= 0; linkId = next[linkId]!) {
    const link = linkOf(world, linkId);
    if (!link.supplierPreactivated) continue;
    link.supplierPreactivated = false;
    pmRuntimePut(world, link.supplier);
  }
}

/** pm_runtime_new_link(): the consumer counts one more link. */
export function pmRuntimeNewLink(world: World, consumer: DeviceId): void {
  world.devices[consumer]!.linksCount++;
  spinUnlockIrq(world);
}

/** pm_runtime_drop_link(): the link counts no more, and its supplier may suspend. */
export function pmRuntimeDropLink(world: World, id: LinkId): void {
  const link = linkOf(world, id);
  if (!(link.flags & DL_FLAG.PM_RUNTIME)) return;
  world.devices[link.consumer]!.linksCount--;
  spinUnlockIrq(world);
  pmRuntimeReleaseSupplier(world, id);
  rpmIdleAsync(world, link.supplier);
}

/** device_link_release_fn(): gives back what the removed link that waits longest still holds, when its readers are gone. */
export function* deviceLinkReleaseFn(world: World): Task<void> {
  const { releases, releasing } = world.work;
  const link = releases.shift()!;
  releasing.push(link);
  yield* synchronizeSrcu(world, 'links');
  releasing.splice(releasing.indexOf(link), 1);
  const { supplier, supplierPreactivated } = link;
  releaseSupplier(world, link);
  if (supplierPreactivated) pmRuntimePutNoidle(world, supplier);
  rpmIdleAsync(world, supplier);
}
