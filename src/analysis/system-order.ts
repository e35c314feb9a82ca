/** The orders that a running system tells of: registration by sysfs, suspend by a recorded cycle. */
import { listValues } from '../core/order-list.ts';
import type { RunningSystem } from '../core/system.ts';
import { deviceId, type World } from '../core/world.ts';
import type { SleepCycle } from './sleep-cycles.ts';
import { agreementOf, type OrderAgreement, registrationAgreement } from './system-probe.ts';

export interface SystemOrder {
  /** The release that runs there. */
  readonly release: string;
  /** In which order devices were registered; null where sysfs does not tell. */
  readonly registration: OrderAgreement | null;
  /** In which order the suspend callbacks of the last recorded cycle began; null without one. */
  readonly suspend: OrderAgreement | null;
}

/** Compares the orders of a world with the system's; `cycle` is the last one of its kernel log. */
export function systemOrder(world: World, system: RunningSystem, cycle: SleepCycle | undefined): SystemOrder {
  const numbers = new Map<string, number>();
  const asynchronous = new Set(
    system.devices.filter(({ power }) => power.async === 'enabled').map(({ name }) => name),
  );
  const names = new Map(world.devices.map((device) => [device.name, deviceId(device)]));
  for (const [index, run] of (cycle?.runs ?? []).entries()) {
    const id = names.get(run.device);
    const isSuspend = run.direction === 'suspend' && (run.phase ?? 'suspend') === 'suspend';
    // An asynchronous device begins as soon as nothing holds it back, wherever it stands in the list.
    if (isSuspend && id !== undefined && !asynchronous.has(run.device) && !numbers.has(id))
      numbers.set(id, index);
  }
  const expected = listValues(world.dpmList)
    .toReversed()
    .map((id) => deviceId(world.devices[id]!));
  return {
    release: system.release,
    registration: registrationAgreement(world, system),
    suspend: agreementOf(expected, numbers),
  };
}
