/**
 * Suppliers whose driver comes when the deferred-probe timeout is over, and what became of the devices that had waited for them: the
 * driver core lets them go (fw_devlink_drivers_done), and what asks for a power domain fails (driver_deferred_probe_check_state).
 */
import { ETIMEDOUT } from '../core/errno.ts';
import type { DeviceId, World } from '../core/world.ts';
import { deviceOfPart } from './dependencies.ts';

export interface LateSupplier {
  readonly supplier: DeviceId;
  /** Devices that bound without it. */
  readonly letGo: readonly DeviceId[];
  /** Devices whose probe failed for want of it and is not tried again. */
  readonly failed: readonly DeviceId[];
}

/** Where in the events something happened to each device, once. */
interface Places {
  readonly timeout: number;
  /** The first probe or deferral: a driver matched. */
  readonly asked: ReadonlyMap<DeviceId, number>;
  readonly bound: ReadonlyMap<DeviceId, number>;
  readonly timedOut: ReadonlyMap<DeviceId, number>;
}

function placesOf({ events }: World): Places {
  const asked = new Map<DeviceId, number>();
  const bound = new Map<DeviceId, number>();
  const timedOut = new Map<DeviceId, number>();
  let timeout = -1;
  for (const [at, event] of events.entries()) {
    if (event.kind === 'timeout') timeout = at;
    if ((event.kind === 'probe' || event.kind === 'defer') && !asked.has(event.device))
      asked.set(event.device, at);
    if (event.kind === 'bound') bound.set(event.device, at);
    if (event.kind === 'probe-error' && event.error === -ETIMEDOUT) timedOut.set(event.device, at);
  }
  return { timeout, asked, bound, timedOut };
}

/** All of them, in registration order; none in a boot that has not come to the timeout. */
export function lateSuppliers(world: World): LateSupplier[] {
  const { timeout, asked, bound, timedOut } = placesOf(world);
  if (timeout < 0) return [];
  const isLate = (id: DeviceId) => (asked.get(id) ?? -1) > timeout && !(bound.get(id)! < timeout);
  const found = new Map<DeviceId, { letGo: Set<DeviceId>; failed: Set<DeviceId> }>();
  for (const { references } of world.board.nodes) {
    for (const { kind, consumer, supplier } of references) {
      if (kind !== 'supplier') continue;
      const [from, to] = [deviceOfPart(world, consumer), deviceOfPart(world, supplier)];
      if (from < 0 || to < 0 || from === to || !isLate(to) || isLate(from)) continue;
      const behind = bound.get(to) ?? Number.POSITIVE_INFINITY;
      const entry = found.get(to) ?? { letGo: new Set(), failed: new Set() };
      const boundAt = world.devices[from]!.bound ? (bound.get(from) ?? -1) : -1;
      if (boundAt > timeout && boundAt < behind) entry.letGo.add(from);
      else if (boundAt < 0 && timedOut.has(from)) entry.failed.add(from);
      if (entry.letGo.size + entry.failed.size > 0) found.set(to, entry);
    }
  }
  const ascending = (ids: ReadonlySet<DeviceId>) => [...ids].sort((a, b) => a - b);
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([supplier, { letGo, failed }]) => ({
      supplier,
      letGo: ascending(letGo),
      failed: ascending(failed),
    }));
}
