/** What a device cannot work without: its parents, suppliers over links with runtime PM, and power domains, and theirs. */
import { DL_FLAG } from '../core/device-link.ts';
import { type DeviceId, domainOf, linkOf, supplierLinksOf } from '../core/world.ts';
import type { DeviceCosts, DomainCosts } from '../scenario-files/index.ts';
import type { Session } from '../scenarios/index.ts';

export interface Needs {
  readonly devices: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
}

/**
 * The devices and domains that are on while a device works, itself among them, and `engines` with what those need. A device without runtime
 * PM keeps nothing on but its power domain.
 */
export function needsOf({ world, devices }: Session, name: string, engines: readonly DeviceId[] = []): Needs {
  const found = { devices: new Set<string>(), domains: new Set<string>() };
  const open = [devices.get(name)!, ...engines];
  const openDomains: number[] = [];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const { name: known, parent, membership, power } = world.devices[id]!;
    if (found.devices.has(known)) continue;
    found.devices.add(known);
    if (membership !== undefined) openDomains.push(membership.domain);
    if (power.disableDepth > 0 && power.runtimeStatus !== 'active') continue;
    if (parent >= 0 && !world.devices[parent]!.power.ignoreChildren) open.push(parent);
    for (const link of supplierLinksOf(world, id)) {
      const { flags, supplier } = linkOf(world, link);
      if (flags & DL_FLAG.PM_RUNTIME) open.push(supplier);
    }
  }
  for (let id = openDomains.pop(); id !== undefined; id = openDomains.pop()) {
    const { name: known, parents } = domainOf(world, id);
    if (found.domains.has(known)) continue;
    found.domains.add(known);
    openDomains.push(...parents);
  }
  return found;
}

/** What is needed with every one of several policies. */
export function commonNeeds(all: readonly Needs[]): Needs {
  const [first = { devices: new Set<string>(), domains: new Set<string>() }, ...others] = all;
  const inAll = (of: keyof Needs) =>
    new Set([...first[of]].filter((name) => others.every((needs) => needs[of].has(name))));
  return { devices: inAll('devices'), domains: inAll('domains') };
}

/** Milliseconds that a scripted callback takes. */
function scriptedDelay(
  session: Session,
  name: string,
  callback: 'runtime_suspend' | 'runtime_resume',
): number {
  const id = session.devices.get(name);
  const own = id === undefined ? undefined : session.scripts[id]?.[callback];
  const { driver } = id === undefined ? { driver: -1 } : session.world.devices[id]!;
  const drivers = driver < 0 ? undefined : session.driverScripts.get(session.world.drivers[driver]!.name);
  return Math.max(own?.delay ?? 0, drivers?.[callback]?.delay ?? 0);
}

/**
 * How much later than on an active device the work on a request can begin, microseconds: everything that it needs is on its way
 * down, and then comes up, one after another.
 */
export function longestWake(
  session: Session,
  needs: Needs,
  costs: { readonly devices: readonly DeviceCosts[]; readonly domains: readonly DomainCosts[] },
): number {
  let sum = 0;
  for (const { name, suspend, rest } of costs.devices) {
    if (needs.devices.has(name)) sum += suspend.latency + Math.max(...rest.map(({ exit }) => exit.latency));
  }
  for (const { name, powerOff, powerOn } of costs.domains)
    if (needs.domains.has(name)) sum += powerOff.latency + powerOn.latency;
  for (const name of needs.devices)
    for (const callback of ['runtime_suspend', 'runtime_resume'] as const)
      sum += 1000 * scriptedDelay(session, name, callback);
  for (const name of needs.domains) {
    const scripts = session.domainScripts[session.domains.get(name) ?? -1];
    sum += 1000 * ((scripts?.power_on?.delay ?? 0) + (scripts?.power_off?.delay ?? 0));
  }
  return sum;
}
