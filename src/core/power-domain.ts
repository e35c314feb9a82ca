/** Power domains as data (struct generic_pm_domain, struct generic_pm_domain_data; include/linux/pm_domain.h). */
import type { DeviceId } from './device.ts';

/** Ids are indices into the powerDomains of a World and are never reused. */
export type PowerDomainId = number;

/** Callbacks of a domain, and those that it has for each of its devices (struct gpd_dev_ops). */
export const DOMAIN_CALLBACKS = ['power_on', 'power_off'] as const;
export type DomainCallback = (typeof DOMAIN_CALLBACKS)[number];
export const DOMAIN_DEVICE_CALLBACKS = ['start', 'stop'] as const;
export type DomainDeviceCallback = (typeof DOMAIN_DEVICE_CALLBACKS)[number];

/** No governor, simple_qos_governor, pm_domain_always_on_gov. */
export const DOMAIN_GOVERNORS = ['none', 'simple', 'always_on'] as const;
export type DomainGovernor = (typeof DOMAIN_GOVERNORS)[number];

/** PM_QOS_RESUME_LATENCY_NO_CONSTRAINT, microseconds. */
export const NO_LATENCY_CONSTRAINT = 2 ** 31 - 1;

/** What a domain is made with: GENPD_FLAG_*, a governor, callbacks. */
export interface NewPowerDomain {
  readonly name: string;
  /** pm_genpd_init()'s is_off. */
  readonly off: boolean;
  readonly governor: DomainGovernor;
  /** Never powered off. */
  readonly alwaysOn: boolean;
  /** Powered off in system sleep only. */
  readonly rpmAlwaysOn: boolean;
  /** Its callbacks do not sleep: devices that are interrupt-safe power it too. */
  readonly irqSafe: boolean;
  /** It stays on in system sleep for a device in the wakeup path. */
  readonly activeWakeup: boolean;
  /** dev_ops has start and stop. */
  readonly devOps: boolean;
}

/** struct generic_pm_domain with a single idle state: off. */
export interface PowerDomain {
  readonly name: string;
  readonly governor: DomainGovernor;
  readonly alwaysOn: boolean;
  readonly rpmAlwaysOn: boolean;
  readonly irqSafe: boolean;
  readonly activeWakeup: boolean;
  readonly devOps: boolean;
  status: 'on' | 'off';
  /** dev_list: in the order in which they were added. */
  readonly devices: DeviceId[];
  /** The domains it is a subdomain of (child_links), and its own subdomains (parent_links), oldest first. */
  readonly parents: PowerDomainId[];
  readonly subdomains: PowerDomainId[];
  /** sd_count: subdomains that are on or about to be. */
  subdomainsOn: number;
  /** Devices that system sleep has prepared and has not completed; the kernel's is unsigned. */
  preparedCount: number;
  /** Devices that system sleep has suspended; the kernel's is unsigned. */
  suspendedCount: number;
  /** How often it was powered off, and how often its power_off refused (states[0].usage and .rejected). */
  usage: number;
  rejected: number;
  /** The longest that power_on and power_off have taken under a governor, nanoseconds. */
  powerOnLatency: number;
  powerOffLatency: number;
  /** Without a governor undefined. */
  readonly governorData: GovernorData | undefined;
  /** power_off_work is pending. */
  powerOffQueued: boolean;
  /** The lock is held. */
  locked: boolean;
  /** Tasks that wait for the lock, first come first served, each by a number of its own. */
  readonly lockQueue: number[];
  /** When an unlock woke the first of them, among all that is woken (nextOrder of wake-up.ts); 0 where none waits. */
  unlockedAt: number;
}

/** struct genpd_governor_data. */
export interface GovernorData {
  /** How long the domain may be off, nanoseconds; -1 for any time. */
  maxOffTime: number;
  maxOffTimeChanged: boolean;
  cachedPowerDownOk: boolean;
}

/** struct gpd_timing_data, nanoseconds. */
export interface DomainTiming {
  suspendLatency: number;
  resumeLatency: number;
  effectiveConstraint: number;
  constraintChanged: boolean;
  cachedSuspendOk: boolean;
}

/** A device's membership (struct generic_pm_domain_data). */
export interface DomainMembership {
  readonly domain: PowerDomainId;
  /** dev_pm_genpd_rpm_always_on(): the domain stays on for this device. */
  rpmAlwaysOn: boolean;
  /** Without a governor undefined. */
  readonly timing: DomainTiming | undefined;
}

/** genpd_alloc_dev_data(). */
export function createMembership(id: PowerDomainId, { governor }: PowerDomain): DomainMembership {
  const timing: DomainTiming = {
    suspendLatency: 0,
    resumeLatency: 0,
    effectiveConstraint: NO_LATENCY_CONSTRAINT * 1e3,
    constraintChanged: true,
    cachedSuspendOk: false,
  };
  return { domain: id, rpmAlwaysOn: false, timing: governor === 'none' ? undefined : timing };
}

/** A domain as pm_genpd_init() leaves it. */
export function createPowerDomain({ off, ...wanted }: NewPowerDomain): PowerDomain {
  return {
    ...wanted,
    // The governor that keeps a domain on works by this flag.
    rpmAlwaysOn: wanted.rpmAlwaysOn || wanted.governor === 'always_on',
    status: off ? 'off' : 'on',
    devices: [],
    parents: [],
    subdomains: [],
    subdomainsOn: 0,
    preparedCount: 0,
    suspendedCount: 0,
    usage: 0,
    rejected: 0,
    powerOnLatency: 0,
    powerOffLatency: 0,
    governorData:
      wanted.governor === 'none'
        ? undefined
        : { maxOffTime: -1, maxOffTimeChanged: true, cachedPowerDownOk: false },
    powerOffQueued: false,
    locked: false,
    lockQueue: [],
    unlockedAt: 0,
  };
}
