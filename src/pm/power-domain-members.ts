/**
 * Which domains there are, which devices are in them and which domains are below others. Follows drivers/pmdomain/core.c of
 * Linux 6.12. Results are those of the kernel: 0 or a negative errno.
 */

import { callbackSet } from '../core/callbacks.ts';
import { EAGAIN, EBUSY, EINVAL, ENODEV } from '../core/errno.ts';
import { spinUnlockIrq } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import {
  createMembership,
  createPowerDomain,
  type NewPowerDomain,
  type PowerDomainId,
} from '../core/power-domain.ts';
import type { Task } from '../core/task.ts';
import { cancelDomainWork, isBeingRun } from '../core/work-queues.ts';
import { type DeviceId, domainOf, kernelMessage, type World, warnOn } from '../core/world.ts';
import { devicePmCheckCallbacks } from './callback-choice.ts';
import { devPmQosConstraintsAllocate } from './device-qos.ts';
import { genpdLock, genpdSdCounterDec, genpdUnlock } from './power-domain.ts';

/** The callbacks of system sleep and runtime PM that pm_genpd_init() gives a domain; for all others the driver's are asked. */
const GENPD_CALLBACKS = callbackSet([
  'prepare',
  'suspend_noirq',
  'resume_noirq',
  'complete',
  'runtime_suspend',
  'runtime_resume',
]);

/** mutex_lock() of gpd_list_lock. */
function* listLock(world: World): Task<void> {
  while (world.powerDomains.listLocked) yield { kind: 'wait', for: { kind: 'domain-list-lock' } };
  world.powerDomains.listLocked = true;
}

function listUnlock(world: World): void {
  world.powerDomains.listLocked = false;
}

/** pm_genpd_init(): a new domain, or -EINVAL for one that is always on and starts off. */
export function* pmGenpdInit(world: World, wanted: NewPowerDomain): Task<PowerDomainId> {
  const domain = createPowerDomain(wanted);
  if ((domain.alwaysOn || domain.rpmAlwaysOn) && domain.status === 'off') {
    kernelMessage(world, `PM: always-on PM domain ${domain.name} is not on`);
    return -EINVAL;
  }
  yield* listLock(world);
  listUnlock(world);
  world.powerDomains.all.push(domain);
  return world.powerDomains.all.length - 1;
}

/**
 * pm_genpd_remove(): -EBUSY for a domain with devices or subdomains. A domain that is on goes without a word to its parents:
 * they count it as on for ever.
 */
export function* pmGenpdRemove(world: World, id: PowerDomainId): Task<number> {
  const domain = domainOf(world, id);
  yield* listLock(world);
  yield* genpdLock(world, id);
  if (domain.subdomains.length > 0 || domain.devices.length > 0) {
    genpdUnlock(world, id);
    kernelMessage(world, `PM: genpd_remove: unable to remove ${domain.name}`);
    listUnlock(world);
    return -EBUSY;
  }
  for (const parent of domain.parents.splice(0)) {
    const { subdomains } = domainOf(world, parent);
    subdomains.splice(subdomains.indexOf(id), 1);
  }
  genpdUnlock(world, id);
  cancelDomainWork(world, id);
  if (isBeingRun(world.work, () => true)) yield { kind: 'wait', for: { kind: 'domain-work', domain: id } };
  listUnlock(world);
  return 0;
}

/** dev_pm_domain_set(): no domain for undefined. */
function devPmDomainSet(world: World, id: DeviceId, domain: PowerDomainId | undefined): void {
  const device = world.devices[id]!;
  const isLate = domain !== undefined && device.bound;
  if (isLate) {
    warnOn(world, true, 'drivers/base/power/common.c:409 dev_pm_domain_set');
    kernelMessage(world, 'PM domains can only be changed for unbound devices');
  }
  device.membership = domain === undefined ? undefined : createMembership(domain, domainOf(world, domain));
  device.domainOps = domain === undefined ? undefined : GENPD_CALLBACKS;
  devicePmCheckCallbacks(world, id);
}

/** pm_genpd_add_device(): -EINVAL if the device is in a domain. Nothing is powered for it. */
export function* pmGenpdAddDevice(world: World, id: PowerDomainId, device: DeviceId): Task<number> {
  yield* listLock(world);
  // genpd_alloc_dev_data()
  spinUnlockIrq(world);
  if (world.devices[device]!.membership !== undefined) {
    listUnlock(world);
    return -EINVAL;
  }
  yield* genpdLock(world, id);
  const { devices, governorData } = domainOf(world, id);
  devices.push(device);
  if (governorData !== undefined) governorData.maxOffTimeChanged = true;
  genpdUnlock(world, id);
  devPmDomainSet(world, device, id);
  // dev_pm_qos_add_notifier()
  if (world.devices[device]!.power.qos === 'none') devPmQosConstraintsAllocate(world, device);
  listUnlock(world);
  return 0;
}

/** pm_genpd_remove_device(): -EINVAL without a domain, -EAGAIN while system sleep has prepared any device of it. */
export function* pmGenpdRemoveDevice(world: World, device: DeviceId): Task<number> {
  const { membership } = world.devices[device]!;
  if (membership === undefined) return -EINVAL;
  const id = keep(membership.domain);
  const domain = domainOf(world, id);
  yield* genpdLock(world, id);
  if (domain.preparedCount > 0) {
    genpdUnlock(world, id);
    return -EAGAIN;
  }
  domain.devices.splice(domain.devices.indexOf(device), 1);
  if (domain.governorData !== undefined) domain.governorData.maxOffTimeChanged = true;
  genpdUnlock(world, id);
  devPmDomainSet(world, device, undefined);
  // genpd_free_dev_data()
  spinUnlockIrq(world);
  return 0;
}

/** The rules of genpd_add_subdomain() that look at both domains under their locks. */
function subdomainRefusal(world: World, parent: PowerDomainId, child: PowerDomainId): number {
  const above = domainOf(world, parent);
  if (above.status === 'off' && domainOf(world, child).status === 'on') return -EINVAL;
  return above.subdomains.includes(child) ? -EINVAL : 0;
}

/** pm_genpd_add_subdomain(): -EINVAL for a domain that is on below one that is off. Nothing looks for circles. */
export function* pmGenpdAddSubdomain(
  world: World,
  parent: PowerDomainId,
  child: PowerDomainId,
): Task<number> {
  yield* listLock(world);
  const error = yield* addSubdomain(world, parent, child);
  listUnlock(world);
  return error;
}

function* addSubdomain(world: World, parent: PowerDomainId, child: PowerDomainId): Task<number> {
  if (parent === child) return -EINVAL;
  const above = domainOf(world, parent);
  const below = domainOf(world, child);
  if (!above.irqSafe && below.irqSafe) {
    warnOn(world, true, 'drivers/pmdomain/core.c:2055 genpd_add_subdomain');
    kernelMessage(world, `Parent ${above.name} of subdomain ${below.name} must be IRQ safe`);
    return -EINVAL;
  }
  yield* genpdLock(world, child);
  yield* genpdLock(world, parent);
  const refusal = subdomainRefusal(world, parent, child);
  if (refusal === 0) {
    above.subdomains.push(child);
    below.parents.push(parent);
    if (below.status === 'on') above.subdomainsOn++;
  }
  genpdUnlock(world, parent);
  genpdUnlock(world, child);
  return refusal;
}

/** pm_genpd_remove_subdomain(): -EBUSY for a subdomain with devices or subdomains, -EINVAL for one of another domain. */
export function* pmGenpdRemoveSubdomain(
  world: World,
  parent: PowerDomainId,
  child: PowerDomainId,
): Task<number> {
  const above = domainOf(world, parent);
  const below = domainOf(world, child);
  yield* genpdLock(world, child);
  yield* genpdLock(world, parent);
  let result = -EINVAL;
  if (below.subdomains.length > 0 || below.devices.length > 0) {
    kernelMessage(world, `PM: ${above.name}: unable to remove subdomain ${below.name}`);
    result = -EBUSY;
  } else if (above.subdomains.includes(child)) {
    above.subdomains.splice(above.subdomains.indexOf(child), 1);
    below.parents.splice(below.parents.indexOf(parent), 1);
    if (below.status === 'on') genpdSdCounterDec(world, parent);
    result = 0;
  }
  genpdUnlock(world, parent);
  genpdUnlock(world, child);
  return result;
}

/** dev_pm_genpd_rpm_always_on(): -ENODEV without a domain. */
export function* devPmGenpdRpmAlwaysOn(world: World, device: DeviceId, on: boolean): Task<number> {
  const { membership } = world.devices[device]!;
  if (membership === undefined) return -ENODEV;
  yield* genpdLock(world, keep(membership.domain));
  membership.rpmAlwaysOn = on;
  genpdUnlock(world, membership.domain);
  return 0;
}
