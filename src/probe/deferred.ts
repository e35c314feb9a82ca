/**
 * Deferred probing: the pending and the active list, what triggers a retry, and the timeout.
 * Follows drivers/base/dd.c, ../semantics probe.md section 10.
 */
import type { DeviceId, World } from '../core/world.ts';
import { deviceReorderToTail, fwDevlinkDriversDone } from '../links/index.ts';
import { busProbeDevice } from './attach.ts';

/** driver_deferred_probe_add(): onto the pending list, if a driver ever matched and it is on neither list. */
export function driverDeferredProbeAdd(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  if (!device.canMatch || device.deferred !== 'none') return;
  device.deferred = 'pending';
  device.deferrals++;
  world.deferred.pending.push(id);
}

/** driver_deferred_probe_del(). */
export function driverDeferredProbeDelete(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  if (device.deferred === 'none') return;
  const list = world.deferred[device.deferred];
  list.splice(list.indexOf(id), 1);
  device.deferred = 'none';
  device.deferredReason = undefined;
}

/** driver_deferred_probe_trigger(): everything pending becomes active and the work is queued. */
export function driverDeferredProbeTrigger(world: World): void {
  const { deferred } = world;
  if (!deferred.enabled) return;
  deferred.triggers++;
  for (const id of deferred.pending) world.devices[id]!.deferred = 'active';
  deferred.active.push(...deferred.pending.splice(0));
  deferred.workQueued = true;
}

/** deferred_probe_work_func(): retries the active devices in order; each goes to the tail of dpm_list first. */
export function deferredProbeWork(world: World): void {
  const { deferred } = world;
  while (deferred.workQueued) {
    deferred.workQueued = false;
    while (deferred.active.length > 0) {
      const id = deferred.active.shift()!;
      const device = world.devices[id]!;
      device.deferred = 'none';
      device.deferredReason = undefined;
      deviceReorderToTail(world, id, { by: 'deferred-retry', root: id });
      busProbeDevice(world, id);
    }
  }
}

/** deferred_probe_initcall(), at late_initcall: retries begin, twice over. */
export function deferredProbeInitcall(world: World): void {
  const { deferred, settings } = world;
  deferred.enabled = true;
  driverDeferredProbeTrigger(world);
  deferredProbeWork(world);
  deferred.initcallsDone = true;
  if (!settings.modules) fwDevlinkDriversDone(world);
  driverDeferredProbeTrigger(world);
  deferredProbeWork(world);
}

/** deferred_probe_timeout_work_func(): no driver will come any more. */
export function deferredProbeTimeout(world: World): void {
  world.events.push({ kind: 'timeout' });
  fwDevlinkDriversDone(world);
  driverDeferredProbeTrigger(world);
  deferredProbeWork(world);
}
