/**
 * Governors of power domains: whether latency constraints let a device suspend and its domain go off. Follows
 * drivers/pmdomain/governor.c of Linux 6.12. Latencies are nanoseconds, measured on the clock of the World.
 */
import {
  type DomainTiming,
  NO_LATENCY_CONSTRAINT,
  type PowerDomain,
  type PowerDomainId,
} from '../core/power-domain.ts';
import { childrenOf, type DeviceId, domainOf, type World } from '../core/world.ts';

const NANOSECONDS_PER_MICROSECOND = 1e3;
const NANOSECONDS_PER_MILLISECOND = 1e6;

const UNCONSTRAINED = NO_LATENCY_CONSTRAINT * NANOSECONDS_PER_MICROSECOND;

/** Nanoseconds since that moment of the World's clock. */
function elapsedSince(world: World, start: number): number {
  return Math.round((world.now - start) * (NANOSECONDS_PER_MILLISECOND / world.settings.ticksPerMillisecond));
}

/** The part of dev_update_qos_constraint() that reads one child, nanoseconds. */
function constraintOfChild(world: World, id: DeviceId): number {
  const { membership, power } = world.devices[id]!;
  if (membership === undefined) return power.resumeLatency * NANOSECONDS_PER_MICROSECOND;
  return membership.timing?.effectiveConstraint ?? UNCONSTRAINED;
}

/** default_suspend_ok(): whether the device may be away for as long as it takes to suspend and resume it. */
export function defaultSuspendOk(world: World, id: DeviceId, timing: DomainTiming): boolean {
  if (!timing.constraintChanged) return timing.cachedSuspendOk;
  timing.constraintChanged = false;
  timing.cachedSuspendOk = false;
  timing.effectiveConstraint = 0;
  const { power } = world.devices[id]!;
  if (power.resumeLatency === 0) return false;
  let constraint = power.resumeLatency * NANOSECONDS_PER_MICROSECOND;
  if (!power.ignoreChildren) {
    for (const child of childrenOf(world, id))
      constraint = Math.min(constraint, constraintOfChild(world, child));
  }
  if (constraint !== UNCONSTRAINED) constraint -= timing.suspendLatency + timing.resumeLatency;
  if (constraint <= 0) return false;
  timing.effectiveConstraint = constraint;
  timing.cachedSuspendOk = true;
  return true;
}

/** The least of those that say how long their owner may be off; undefined if one of them forbids it, -1 for no limit. */
function leastOffTime(limits: readonly number[], offAndOn: number): number | undefined {
  if (limits.some((limit) => limit <= offAndOn)) return undefined;
  return limits.length === 0 ? -1 : Math.min(...limits);
}

/** __default_power_down_ok() with a single idle state. */
function allowsPowerDown(world: World, domain: PowerDomain): boolean {
  const ofSubdomains = domain.subdomains
    .map((child) => domainOf(world, child).governorData?.maxOffTime ?? -1)
    .filter((time) => time >= 0);
  const ofDevices = domain.devices
    .map((device) => world.devices[device]!.membership!.timing!.effectiveConstraint)
    .filter((constraint) => constraint !== UNCONSTRAINED);
  const least = leastOffTime([...ofSubdomains, ...ofDevices], domain.powerOffLatency + domain.powerOnLatency);
  if (least === undefined) return false;
  if (least >= 0) domain.governorData!.maxOffTime = least - domain.powerOnLatency;
  return true;
}

/** The simple governor's power_down_ok, default_power_down_ok(): remembered until a latency or a constraint changes. */
export function defaultPowerDownOk(world: World, id: PowerDomainId): boolean {
  const domain = domainOf(world, id);
  const data = domain.governorData!;
  if (!data.maxOffTimeChanged) return data.cachedPowerDownOk;
  for (const parent of domain.parents) {
    const above = domainOf(world, parent).governorData;
    if (above !== undefined) above.maxOffTimeChanged = true;
  }
  data.maxOffTime = -1;
  data.maxOffTimeChanged = false;
  data.cachedPowerDownOk = allowsPowerDown(world, domain);
  return data.cachedPowerDownOk;
}

/** Remembers how long a domain's callback took, if that is the longest so far. */
export function noteDomainLatency(
  world: World,
  domain: PowerDomain,
  which: 'powerOnLatency' | 'powerOffLatency',
  start: number,
): void {
  const elapsed = elapsedSince(world, start);
  if (domain.governorData === undefined || elapsed <= domain[which]) return;
  domain[which] = elapsed;
  domain.governorData.maxOffTimeChanged = true;
}

/** The same for a device's way down or up. */
export function noteDeviceLatency(
  world: World,
  domain: PowerDomain,
  timing: DomainTiming,
  which: 'suspendLatency' | 'resumeLatency',
  start: number,
): void {
  const elapsed = elapsedSince(world, start);
  if (elapsed <= timing[which]) return;
  timing[which] = elapsed;
  timing.constraintChanged = true;
  domain.governorData!.maxOffTimeChanged = true;
}
