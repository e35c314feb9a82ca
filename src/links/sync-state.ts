/**
 * sync_state callbacks: a supplier is told, once, that all its consumers are bound.
 * Follows drivers/base/core.c, ../semantics device-links.md section 9.
 */

import { DL_FLAG } from '../core/device-link.ts';
import { deviceLock, deviceUnlock } from '../core/device-lock.ts';
import { keepAll } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, happened, linkOf, type World } from '../core/world.ts';

/**
 * dev_has_sync_state(). A stand-in for drivers that nobody has described makes devices while it probes, and none of those can tell it to
 * sync before it is bound: no driver that works waits for its own lock, as it would in device_links_flush_sync_list().
 */
export function devHasSyncState(world: World, id: DeviceId): boolean {
  const { driver, bound } = world.devices[id]!;
  const has = driver >= 0 && world.drivers[driver]!.syncState === true;
  return has && (bound || world.drivers[driver]!.probe.kind !== 'typical');
}

/** __device_links_queue_sync_state(): onto the list, if every managed consumer is bound. */
function deviceLinksQueueSyncState(world: World, id: DeviceId, list: DeviceId[]): void {
  const device = world.devices[id]!;
  if (!devHasSyncState(world, id) || device.stateSynced) return;
  const { head, next } = world.consumerLinks;
  for (let consumer = head[id]!; consumer >= 0; consumer = next[consumer]!) {
    const link = linkOf(world, consumer);
    if (link.flags & DL_FLAG.MANAGED && link.status !== 'active') return;
  }
  device.stateSynced = true;
  list.push(id);
}

/** What device_links_driver_bound() does about the sync_state of a device: now, or when it is no longer deferred. */
export function deferOrQueueSyncState(world: World, id: DeviceId, list: DeviceId[]): void {
  if (world.deferSyncState === 0) {
    deviceLinksQueueSyncState(world, id, list);
  } else if (!world.deferredSync.includes(id) && devHasSyncState(world, id)) {
    world.deferredSync.push(id);
  }
}

/** device_links_flush_sync_list(): calls sync_state of each, under its lock; the caller holds the lock of `lockedDevice`. */
export function* deviceLinksFlushSyncList(
  world: World,
  list: readonly DeviceId[],
  lockedDevice: DeviceId,
): Task<void> {
  for (const id of keepAll(list)) {
    if (id !== lockedDevice) yield* deviceLock(world, id);
    if (devHasSyncState(world, id)) {
      happened(world, { kind: 'sync-state', device: id });
      yield { kind: 'call', device: id, callback: 'sync_state', layer: 'drv' };
    }
    if (id !== lockedDevice) deviceUnlock(world, id);
  }
}

/** device_links_supplier_sync_state_pause(). */
export function deviceLinksSupplierSyncStatePause(world: World): void {
  world.deferSyncState++;
}

/** device_links_supplier_sync_state_resume(): when nothing defers them any more, all waiting ones are looked at. */
export function* deviceLinksSupplierSyncStateResume(world: World): Task<void> {
  if (--world.deferSyncState > 0) return;
  const list: DeviceId[] = [];
  for (const id of world.deferredSync.splice(0)) deviceLinksQueueSyncState(world, id, list);
  yield* deviceLinksFlushSyncList(world, list, -1);
}
