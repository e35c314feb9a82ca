/**
 * How fast a device must be able to resume (PM QoS resume latency). Follows drivers/base/power/qos.c and the notifier of
 * drivers/pmdomain/core.c, Linux 6.12.
 */

import { EINVAL, ENODEV } from '../core/errno.ts';
import { spinUnlockIrq } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import { NO_LATENCY_CONSTRAINT } from '../core/power-domain.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, domainOf, type World } from '../core/world.ts';
import { genpdLock, genpdUnlock } from './power-domain.ts';

/**
 * The one request that a device has: microseconds, or undefined to remove it. dev_pm_qos_add_request(), _update_request() and
 * _remove_request(). Returns 1 if the constraint has changed, else 0; -EINVAL to remove what is not there, -ENODEV for a device whose
 * constraints went with its removal.
 */
export function* devPmQosResumeLatency(
  world: World,
  id: DeviceId,
  microseconds: number | undefined,
): Task<number> {
  const device = world.devices[id]!;
  const { power } = device;
  if (microseconds === undefined && !power.latencyRequested) return -EINVAL;
  if (power.qos === 'gone') return -ENODEV;
  if (power.qos === 'none') devPmQosConstraintsAllocate(world, id);
  return yield* setResumeLatency(world, id, microseconds);
}

/** dev_pm_qos_constraints_allocate(). */
export function devPmQosConstraintsAllocate(world: World, id: DeviceId): void {
  world.devices[id]!.power.qos = 'allocated';
  spinUnlockIrq(world);
}

function* setResumeLatency(world: World, id: DeviceId, microseconds: number | undefined): Task<number> {
  const device = world.devices[id]!;
  const wanted = microseconds ?? NO_LATENCY_CONSTRAINT;
  const hasChanged = keep(device.power.resumeLatency !== wanted);
  device.power.latencyRequested = microseconds !== undefined;
  device.power.resumeLatency = wanted;
  if (hasChanged && device.membership !== undefined) yield* genpdDevPmQosNotifier(world, id);
  return hasChanged ? 1 : 0;
}

/** dev_pm_qos_constraints_destroy(): the device is being removed. One that had no constraints may still get some. */
export function* devPmQosConstraintsDestroy(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  if (power.latencyRequested) yield* setResumeLatency(world, id, undefined);
  if (power.qos !== 'allocated') return;
  power.qos = 'gone';
  spinUnlockIrq(world);
}

/** genpd_dev_pm_qos_notifier(): governors of the device and of those above it, up to one that ignores children, think anew. */
function* genpdDevPmQosNotifier(world: World, id: DeviceId): Task<void> {
  for (let at = id; at >= 0; ) {
    const { membership } = world.devices[at]!;
    const parent = keep(world.devices[at]!.parent);
    spinUnlockIrq(world);
    if (membership?.timing !== undefined) {
      membership.timing.constraintChanged = true;
      yield* genpdLock(world, membership.domain);
      domainOf(world, membership.domain).governorData!.maxOffTimeChanged = true;
      genpdUnlock(world, membership.domain);
    }
    at = parent;
    if (at >= 0 && world.devices[at]!.power.ignoreChildren) return;
  }
}
