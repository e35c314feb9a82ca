/**
 * The pending and the active list of deferred probing. Follows drivers/base/dd.c, ../semantics probe.md section 10. They
 * stand here and not in probe/ because links and the end of system sleep put devices on them too.
 */
import { queueWork } from './work-queues.ts';
import type { DeviceId, World } from './world.ts';

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
  if (deferred.workQueued) return;
  deferred.workQueued = true;
  queueWork(world, { kind: 'deferred-probe' });
}
