/** Moves about power domains: which there are, who is in them, what they refuse, and how long they take. */
import { DOMAIN_CALLBACKS, DOMAIN_DEVICE_CALLBACKS, type PowerDomain } from '../../src/core/power-domain.ts';
import { SLEEP_PHASES } from '../../src/core/trace.ts';
import type { Draft } from './generate-draft.ts';
import type { Weighted } from './generate-random.ts';
import { operate } from './generate-runtime.ts';
import { ERRORS, operationWords, RUNTIME } from './generate-values.ts';

/** Most domains of a scenario at a time. */
const MOST_DOMAINS = 5;

/** One command in so many names a domain that is not there. */
const ABSENT_ONCE_IN = 80;

type Words = readonly (string | number)[];

function domainName(draft: Draft): string {
  const { domains } = draft.rehearsal;
  return domains.length === 0 || draft.chance(ABSENT_ONCE_IN)
    ? draft.pick(['p99', 'd0'])
    : draft.pick(domains);
}

function domainWith(draft: Draft, accepts: (domain: PowerDomain) => boolean): string {
  const names = draft.rehearsal.domains.filter((name) => accepts(draft.rehearsal.domain(name)!));
  return names.length === 0 ? domainName(draft) : draft.pick(names);
}

/** A device that is in a domain, if any is. */
function member(draft: Draft): string {
  return draft.deviceWith(({ membership }) => membership !== undefined) ?? draft.device();
}

/** A new domain; now and then under a name that exists, or one that cannot be. */
export function addDomain(draft: Draft): void {
  const { domains } = draft.rehearsal;
  if (domains.length >= MOST_DOMAINS) {
    removeDomain(draft);
    return;
  }
  const off = draft.chance(2);
  const words = [
    ...(off ? ['off'] : []),
    ...draft.weighted<string[]>([
      [6, []],
      [3, ['gov=simple']],
      [1, ['gov=none']],
      [1, ['gov=always_on']],
    ]),
    ...(draft.chance(off ? 30 : 10) ? ['always_on'] : []),
    ...(draft.chance(off ? 30 : 10) ? ['rpm_always_on'] : []),
    ...(draft.chance(5) ? ['irq_safe'] : []),
    ...(draft.chance(4) ? ['active_wakeup'] : []),
    ...(draft.chance(3) ? ['dev_ops'] : []),
  ];
  const free = Array.from({ length: MOST_DOMAINS }, (_, index) => `p${index}`).filter(
    (name) => !domains.includes(name),
  );
  draft.say('genpd', draft.chance(60) ? domainName(draft) : free[0]!, ...words);
}

function removeDomain(draft: Draft): void {
  const empty = domainWith(
    draft,
    ({ devices, subdomains }) => devices.length === 0 && subdomains.length === 0,
  );
  draft.say('rmgenpd', draft.chance(3) ? domainName(draft) : empty);
}

/** A subdomain has the higher number: no circles. */
function pair(draft: Draft): [parent: string, child: string] {
  const one = domainName(draft);
  const other = domainName(draft);
  return one <= other ? [one, other] : [other, one];
}

/**
 * A domain taken from itself is refused, but the kernel takes its lock twice, and where that is a spinlock interrupts stay off for
 * ever.
 */
function isAlone([parent, child]: [string, string]): boolean {
  return parent === child;
}

export function changeSubdomains(draft: Draft): void {
  const parent = domainWith(draft, ({ subdomains }) => subdomains.length > 0);
  const first = draft.rehearsal.domain(parent)?.subdomains[0];
  const child = first === undefined ? domainName(draft) : draft.rehearsal.world.powerDomains.all[first]!.name;
  const other = pair(draft);
  draft.say(
    ...draft.weighted<Words>([
      [6, ['subdomain', ...pair(draft)]],
      [isAlone([parent, child]) ? 0 : 2, ['rmsubdomain', parent, child]],
      [isAlone(other) ? 0 : 1, ['rmsubdomain', ...other]],
    ]),
  );
}

/** A device joins a domain, mostly one that is in none and has no driver yet. */
export function joinDomain(draft: Draft): void {
  const free = draft.deviceWith(({ membership, driver }) => membership === undefined && driver < 0);
  draft.say('domain', free !== undefined && !draft.chance(8) ? free : draft.device(), domainName(draft));
}

export function leaveDomain(draft: Draft): void {
  draft.say('undomain', draft.chance(6) ? draft.device() : member(draft));
}

/** What a domain refuses, does meanwhile, and how long it takes. */
export function scriptDomain(draft: Draft): void {
  const callback = draft.pick(DOMAIN_CALLBACKS);
  const name = domainName(draft);
  draft.say(
    ...draft.weighted<Words>([
      [6, ['ret', name, callback, values(draft)]],
      [4, ['on', name, callback, nested(draft)]],
      [2, ['off', name, callback]],
      [4, ['delay', name, callback, draft.pick([1, 2, 3, 5, 10])]],
      [2, ['delay', name, callback, 0]],
    ]),
  );
}

function values(draft: Draft): string {
  const one = () => (draft.chance(5) ? 0 : draft.pick(ERRORS));
  const list = draft.chance(3) ? [one(), one()] : [one()];
  return list.join(',') + (draft.chance(8) ? '*' : '');
}

/** What a domain, or a device in one, does in a callback. */
function nestedWords(draft: Draft): Words {
  const device = draft.device();
  return draft.weighted<Words>([
    [
      4,
      operationWords(draft, draft.pick(['get_sync', 'put_sync', 'get', 'put', 'resume', 'suspend']), device),
    ],
    [3, ['state', domainName(draft)]],
    [2, ['state']],
    [2, ['domain', device, domainName(draft)]],
    [1, ['subdomain', ...pair(draft)]],
    [1, ['domain_always_on', member(draft), draft.random.below(2)]],
    [2, qosWords(draft)],
    [1, ['wakeup_path', device]],
    [1, ['genpd', 'p4']],
  ]);
}

function nested(draft: Draft): string {
  return nestedWords(draft)
    .filter((word) => word !== '')
    .join(' ');
}

/** What a device does when its domain starts or stops it, or in a phase of sleep. */
export function scriptMember(draft: Draft): void {
  const device = member(draft);
  const callback = draft.pick(DOMAIN_DEVICE_CALLBACKS);
  const phase = draft.pick(SLEEP_PHASES);
  draft.say(
    ...draft.weighted<Words>([
      [6, ['ret', device, callback, values(draft)]],
      [2, ['on', device, callback, nested(draft)]],
      [1, ['delay', device, callback, draft.pick([0, 2, 4])]],
      [2, ['delay', device, draft.pick(RUNTIME), draft.pick([0, 2, 4, 6])]],
      [2, ['on', device, phase, `undomain ${member(draft)}`]],
      [2, ['on', device, phase, nested(draft)]],
      [1, ['off', device, draft.pick([callback, phase])]],
    ]),
  );
}

function qosWords(draft: Draft): Words {
  const device = draft.chance(3) ? draft.device() : member(draft);
  return [
    'qos',
    device,
    draft.weighted<string | number>([
      [3, 0],
      [3, 'none'],
      [6, draft.pick([500, 1500, 2500, 4500, 7500, 12500])],
      [1, draft.pick([1000, 2000, 4000, 6000])],
      [1, draft.pick([2147483647, -1, 'much'])],
    ]),
  ];
}

/** A latency constraint, and whether the device and its domain heed it; now and then of a device that goes just now. */
export function constrain(draft: Draft): void {
  if (draft.chance(12)) {
    const leaving = draft.deviceWith(({ bound }) => bound) ?? draft.device();
    draft.say('on', leaving, 'remove', `qos ${leaving} ${draft.pick([500, 2500, 'none'])}`);
    draft.say('del', leaving);
    return;
  }
  draft.say(...qosWords(draft));
  if (draft.chance(2)) operate(draft, member(draft));
}

/** A device of a domain in use and not in use any more, and its domain. */
export function powerCycle(draft: Draft): void {
  const device = member(draft);
  const up = draft.pick(['get_sync', 'get', 'resume', 'resume_and_get']);
  const down: Weighted<string> = [
    [4, 'put_sync'],
    [3, 'put'],
    [2, 'suspend'],
    [1, 'put_sync_suspend'],
  ];
  draft.say('rpm', up, device);
  if (draft.chance(3)) draft.wait();
  if (draft.chance(2)) operate(draft, member(draft));
  draft.say('rpm', draft.weighted(down), device);
  if (draft.chance(3)) draft.wait();
  if (draft.chance(2)) draft.say('state', domainName(draft));
}

export function stayOn(draft: Draft): void {
  draft.say('domain_always_on', draft.chance(5) ? draft.device() : member(draft), draft.random.below(2));
}

/** Commands that are none, or name what is not there. */
export function faultyDomainCommand(draft: Draft): void {
  const name = domainName(draft);
  draft.say(
    draft.pick([
      'genpd',
      `genpd p4 nonsense`,
      `genpd p4 gov=nonsense`,
      `rmgenpd p99`,
      `rmgenpd`,
      `subdomain ${name}`,
      `subdomain ${name} p99`,
      `subdomain ${name} ${name}`,
      `rmsubdomain p99 ${name}`,
      `domain ${draft.absent()} ${name}`,
      `domain ${draft.device()} p99`,
      `domain ${draft.device()}`,
      `undomain ${draft.absent()}`,
      `domain_always_on ${draft.device()}`,
      `ret ${name} suspend -5`,
      `ret ${draft.device()} power_on -5`,
      `ret p99 power_on -5`,
      `on ${name} power_off`,
      `delay ${name} power_on`,
      `state p99`,
      `dev ${draft.newDevice()} type=start`,
      `drv ${draft.newDriver()} match=d0 ops=power_off`,
      `qos ${draft.device()}`,
      `qos ${draft.absent()} 5`,
    ]),
  );
}

/** Some domains below each other, before there are devices. */
export function beginDomains(draft: Draft): void {
  for (let count = draft.random.between(1, 4); count > 0; count--) addDomain(draft);
  for (let count = draft.random.below(4); count > 0; count--) changeSubdomains(draft);
}

/** Most devices join one. */
export function joinSome(draft: Draft): void {
  for (const device of draft.rehearsal.devices) {
    if (!draft.chance(4)) draft.say('domain', device, domainName(draft));
  }
}
