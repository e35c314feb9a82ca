/**
 * Powering a domain on and off with what stands above it. Follows drivers/pmdomain/core.c of Linux 6.12. A domain's lock is held
 * across its callbacks and across those of its parents, child before parent.
 */

import { EAGAIN, EBUSY } from '../core/errno.ts';
import { keep, keepAll } from '../core/kept.ts';
import type { PowerDomain, PowerDomainId } from '../core/power-domain.ts';
import { enter, type Task } from '../core/task.ts';
import { nextOrder } from '../core/wake-up.ts';
import { queueWork } from '../core/work-queues.ts';
import { type DeviceId, deviceMessage, domainOf, record, type World, warnOn } from '../core/world.ts';
import { defaultPowerDownOk, noteDomainLatency } from './power-domain-governor.ts';

/**
 * genpd_lock(): waiters get it in the order in which they came. That of an interrupt-safe domain is a spinlock: nothing sleeps
 * under it, and the recorded kernel, with its single processor, has none.
 */
export function* genpdLock(world: World, id: PowerDomainId): Task<void> {
  const domain = domainOf(world, id);
  if (domain.irqSafe) return;
  if (domain.locked) {
    const ticket = (domain.lockQueue.at(-1) ?? 0) + 1;
    domain.lockQueue.push(ticket);
    while (domain.locked) yield { kind: 'wait', for: { kind: 'domain-lock', domain: id, ticket } };
    domain.lockQueue.splice(domain.lockQueue.indexOf(ticket), 1);
    domain.unlockedAt = 0;
  }
  domain.locked = true;
}

/** genpd_unlock(): the first who waits is woken now, before all that the task which unlocks wakes afterwards. */
export function genpdUnlock(world: World, id: PowerDomainId): void {
  const domain = domainOf(world, id);
  domain.locked = false;
  if (domain.lockQueue.length > 0) domain.unlockedAt = nextOrder(world.work);
}

/**
 * irq_safe_dev_in_sleep_domain(): the device's runtime PM callbacks may not sleep, the domain's do, so the domain stays on for
 * it. The kernel says so once in its life.
 */
export function irqSafeDevInSleepDomain(world: World, id: DeviceId, domain: PowerDomain): boolean {
  if (!world.devices[id]!.power.irqSafe || domain.irqSafe) return false;
  if (!domain.alwaysOn && !domain.rpmAlwaysOn && !world.powerDomains.irqSafeWarned) {
    world.powerDomains.irqSafeWarned = true;
    deviceMessage(world, id, `PM domain ${domain.name} will not be powered off`);
  }
  return true;
}

/** genpd_sd_counter_dec(). */
export function genpdSdCounterDec(world: World, parent: PowerDomainId): void {
  const domain = domainOf(world, parent);
  warnOn(world, domain.subdomainsOn === 0, 'drivers/pmdomain/core.c:260 genpd_sd_counter_dec');
  if (domain.subdomainsOn > 0) domain.subdomainsOn--;
}

/** genpd_queue_power_off_work(). */
export function genpdQueuePowerOffWork(world: World, id: PowerDomainId): void {
  const domain = domainOf(world, id);
  if (domain.powerOffQueued) return;
  domain.powerOffQueued = true;
  queueWork(world, { kind: 'domain-power-off', domain: id });
}

/** genpd_power_off_work_fn(). */
export function* genpdPowerOffWorkFn(world: World, id: PowerDomainId): Task<void> {
  domainOf(world, id).powerOffQueued = false;
  yield* genpdLock(world, id);
  yield* genpdPowerOff(world, id, false);
  genpdUnlock(world, id);
}

function updateDomainStatus(world: World, id: PowerDomainId, status: PowerDomain['status']): void {
  domainOf(world, id).status = status;
  record(world, { kind: 'domain-status', domain: id, status });
}

/** The part of genpd_power_off() that asks devices and flags: 0, or the errno that keeps the domain on. */
function powerOffRefusal(world: World, domain: PowerDomain, oneDeviceOn: boolean): number {
  if (domain.alwaysOn || domain.rpmAlwaysOn || domain.subdomainsOn > 0) return -EBUSY;
  let notSuspended = 0;
  for (const device of domain.devices) {
    const { power, membership } = world.devices[device]!;
    const isSuspended = power.runtimeStatus === 'suspended' && power.disableDepth === 0;
    if (!isSuspended || irqSafeDevInSleepDomain(world, device, domain)) notSuspended++;
    if (membership!.rpmAlwaysOn) return -EBUSY;
  }
  return notSuspended > (oneDeviceOn ? 1 : 0) ? -EBUSY : 0;
}

/**
 * genpd_power_off(): off, and then what stands above it, if all devices are suspended (or all but the one that is on its way) and
 * all subdomains are off. The caller holds the lock. Returns 0, also where there is nothing to do, or a negative errno.
 */
export function* genpdPowerOff(world: World, id: PowerDomainId, oneDeviceOn: boolean): Task<number> {
  const domain = domainOf(world, id);
  if (domain.status === 'off' || domain.preparedCount > 0) return 0;
  const refusal = powerOffRefusal(world, domain, oneDeviceOn);
  if (refusal !== 0) return refusal;
  if (domain.governor === 'simple' && !defaultPowerDownOk(world, id)) return -EAGAIN;
  const start = world.now;
  const error = yield { kind: 'call-domain', domain: id, callback: 'power_off' };
  if (error !== 0) {
    domain.rejected++;
    return error;
  }
  noteDomainLatency(world, domain, 'powerOffLatency', start);
  updateDomainStatus(world, id, 'off');
  domain.usage++;
  yield* leaveParents(world, domain.parents);
  return 0;
}

/** Each of these domains has one subdomain less that is on, and may be powered off for it. */
function* leaveParents(world: World, parents: readonly PowerDomainId[]): Task<void> {
  for (const parent of keepAll([...parents])) {
    genpdSdCounterDec(world, parent);
    yield* genpdLock(world, parent);
    yield enter(genpdPowerOff(world, parent, false));
    genpdUnlock(world, parent);
  }
}

/**
 * genpd_power_on(): what stands above the domain, and then itself. The caller holds the lock. Returns 0, or the error of the
 * callback that failed; parents that were powered on for it may then be powered off again, last first.
 */
export function* genpdPowerOn(world: World, id: PowerDomainId): Task<number> {
  const domain = domainOf(world, id);
  if (domain.status === 'on') return 0;
  const { parents } = domain;
  let error = 0;
  let held = 0;
  for (; held < parents.length; held++) {
    const parent = keep(parents[held]!);
    domainOf(world, parent).subdomainsOn++;
    yield* genpdLock(world, parent);
    error = yield enter(genpdPowerOn(world, parent));
    genpdUnlock(world, parent);
    if (error !== 0) {
      genpdSdCounterDec(world, parent);
      break;
    }
  }
  if (error === 0) error = yield* timedPowerOn(world, id);
  if (error === 0) updateDomainStatus(world, id, 'on');
  else yield* leaveParents(world, parents.slice(0, held).reverse());
  return error;
}

/** _genpd_power_on(). */
function* timedPowerOn(world: World, id: PowerDomainId): Task<number> {
  const start = world.now;
  const error = yield { kind: 'call-domain', domain: id, callback: 'power_on' };
  if (error === 0) noteDomainLatency(world, domainOf(world, id), 'powerOnLatency', start);
  return error;
}

/** genpd_sync_power_off(): off in system sleep, when all devices have been suspended and no subdomain is on. */
export function* genpdSyncPowerOff(world: World, id: PowerDomainId): Task<void> {
  const domain = domainOf(world, id);
  if (domain.status === 'off' || domain.alwaysOn) return;
  if (domain.suspendedCount !== domain.devices.length || domain.subdomainsOn > 0) return;
  if ((yield { kind: 'call-domain', domain: id, callback: 'power_off' }) !== 0) {
    domain.rejected++;
    return;
  }
  domain.usage++;
  updateDomainStatus(world, id, 'off');
  for (const parent of keepAll([...domain.parents])) {
    genpdSdCounterDec(world, parent);
    yield* genpdLock(world, parent);
    yield enter(genpdSyncPowerOff(world, parent));
    genpdUnlock(world, parent);
  }
}

/** genpd_sync_power_on(): on in system sleep, parents first. Errors of callbacks are not looked at. */
export function* genpdSyncPowerOn(world: World, id: PowerDomainId): Task<void> {
  const domain = domainOf(world, id);
  if (domain.status === 'on') return;
  for (const parent of keepAll([...domain.parents])) {
    domainOf(world, parent).subdomainsOn++;
    yield* genpdLock(world, parent);
    yield enter(genpdSyncPowerOn(world, parent));
    genpdUnlock(world, parent);
  }
  yield { kind: 'call-domain', domain: id, callback: 'power_on' };
  updateDomainStatus(world, id, 'on');
}
