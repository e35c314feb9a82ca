/**
 * "Stays on because of": who held each device and each power domain on, moment by moment, and what is behind it: a supplier is held by
 * a consumer, the consumer by its autosuspend timer, so the timer is what to look at.
 */
import { DL_FLAG } from '../core/device-link.ts';
import type { PowerDomainId } from '../core/power-domain.ts';
import { type DeviceId, domainOf, linkOf, type World } from '../core/world.ts';
import type { Ledger } from './ledger.ts';

/** Why something is on. Those from `child` to `subdomain` name another device or domain, in which the cause lies. */
export const HOLDERS = [
  'nothing',
  'work',
  'forbid',
  'usage count',
  'sync_state',
  'negative autosuspend delay',
  'child',
  'consumer',
  'member',
  'subdomain',
  'autosuspend timer',
  'resume latency 0',
  'runtime PM disabled',
  'error',
  'nobody asks',
  'transition',
  'domain flag',
  'domain refuses',
] as const;
export type Holder = (typeof HOLDERS)[number];

const NOTHING = 0;
const number = (holder: Holder) => HOLDERS.indexOf(holder);
const WORK = number('work');
const CHILD = number('child');
const SUBDOMAIN = number('subdomain');

/** A reason as a number: the holder, and the device or domain that it names. */
const IDS = 2 ** 20;
function reason(holder: number, id = 0): number {
  return holder * IDS + id;
}

/** The holder of a reason, and whom it names. */
export function holderOf(code: number): { readonly holder: Holder; readonly id: number } {
  return { holder: HOLDERS[Math.floor(code / IDS)]!, id: code % IDS };
}

/** A reason and the one behind it as one number, and back. */
const PAIR = 2 ** 26;
export function pairOf(code: number): {
  readonly direct: number;
  readonly root: number;
  readonly rootOf: number;
} {
  return { direct: Math.floor(code / PAIR), root: code % PAIR, rootOf: code % IDS };
}

/** Something that has work to do: how many usage counts, or transfers. */
interface Working {
  readonly held: number;
}

/** An interval in which something was on for one reason. Moments of the World's clock. */
export interface HeldInterval {
  readonly of: 'device' | 'domain';
  readonly id: number;
  readonly code: number;
  readonly begin: number;
  readonly end: number;
}

/** Intervals that are kept. */
const MOST_INTERVALS = 200_000;

export class HeldOn {
  readonly #world: World;
  readonly #devices: readonly DeviceId[];
  readonly #domains: readonly PowerDomainId[];
  /** Of devices, then of domains: the reason now, since when, and times by reason. */
  readonly #codes: Float64Array;
  readonly #since: Float64Array;
  readonly times: Map<number, number>[];
  readonly intervals: HeldInterval[] | undefined;
  intervalsLeftOut = 0;
  /** Reasons of this moment, by device and by domain; -1: not asked yet. */
  readonly #asked: number[] = [];
  readonly #askedDomains: number[] = [];

  constructor(world: World, ledger: Ledger, keepIntervals: boolean) {
    this.#world = world;
    this.#devices = ledger.devices.map(({ id }) => id);
    this.#domains = ledger.domains.map(({ id }) => id);
    const count = this.#devices.length + this.#domains.length;
    this.#codes = new Float64Array(count);
    this.#since = new Float64Array(count).fill(world.now);
    this.times = Array.from({ length: count }, () => new Map<number, number>());
    this.intervals = keepIntervals ? [] : undefined;
  }

  /** Looks at what is on now, and for whom. It stays so until the clock has moved. */
  look(now: number, working: readonly (Working | undefined)[]): void {
    this.#asked.length = 0;
    this.#askedDomains.length = 0;
    for (let at = 0; at < this.#devices.length; at++)
      this.#enter(at, this.#pairOfDevice(this.#devices[at]!, working), now);
    for (let at = 0; at < this.#domains.length; at++)
      this.#enter(this.#devices.length + at, this.#pairOfDomain(this.#domains[at]!, working), now);
  }

  #enter(at: number, code: number, now: number): void {
    if (this.#codes[at] === code) return;
    this.#add(at, now);
    this.#codes[at] = code;
  }

  #add(at: number, now: number): void {
    const code = this.#codes[at]!;
    const begin = this.#since[at]!;
    this.#since[at] = now;
    if (code === NOTHING || now === begin) return;
    const times = this.times[at]!;
    times.set(code, (times.get(code) ?? 0) + now - begin);
    if (this.intervals === undefined) return;
    const isDevice = at < this.#devices.length;
    const id = isDevice ? this.#devices[at]! : this.#domains[at - this.#devices.length]!;
    const last = this.intervals.length;
    if (last >= MOST_INTERVALS) this.intervalsLeftOut++;
    else this.intervals.push({ of: isDevice ? 'device' : 'domain', id, code, begin, end: now });
  }

  /** Brings all times up to a moment. */
  close(now: number): void {
    for (let at = 0; at < this.times.length; at++) this.#add(at, now);
  }

  snapshot(): Map<number, number>[] {
    return this.times.map((times) => new Map(times));
  }

  /** What has been added to the times since a snapshot. */
  since(before: readonly ReadonlyMap<number, number>[]): [code: number, time: number][][] {
    return this.times.map((times, at) =>
      [...times].flatMap(([code, time]): [number, number][] => {
        const added = time - (before[at]!.get(code) ?? 0);
        return added === 0 ? [] : [[code, added]];
      }),
    );
  }

  /** The reasons that were found last. */
  nowText(): string {
    return this.#codes.join();
  }

  /** It goes on like now for `gap` microseconds, and then all of `held` is added. */
  add(gap: number, held: readonly (readonly (readonly [code: number, time: number])[])[]): void {
    for (let at = 0; at < this.times.length; at++) {
      const times = this.times[at]!;
      const code = this.#codes[at]!;
      if (code !== NOTHING && gap > 0) times.set(code, (times.get(code) ?? 0) + gap);
      for (const [added, time] of held[at]!) times.set(added, (times.get(added) ?? 0) + time);
    }
  }

  /** What the times have grown by since then comes so many times more. */
  multiply(before: readonly ReadonlyMap<number, number>[], times: number): void {
    for (const [at, mine] of this.times.entries())
      for (const [code, time] of mine) mine.set(code, time + times * (time - (before[at]!.get(code) ?? 0)));
  }

  /** The reason of a device and the one that lies behind it. */
  #pairOfDevice(id: DeviceId, working: readonly (Working | undefined)[]): number {
    const direct = this.#reasonOfDevice(id, working);
    return direct === NOTHING ? NOTHING : direct * PAIR + this.#rootOf(direct, id, working);
  }

  #pairOfDomain(id: PowerDomainId, working: readonly (Working | undefined)[]): number {
    const direct = this.#reasonOfDomain(id, working);
    return direct === NOTHING ? NOTHING : direct * PAIR + this.#rootOf(direct, id, working);
  }

  /** Follows reasons that name another until one does not: that holder, and the device or domain that it is about. */
  #rootOf(first: number, own: number, working: readonly (Working | undefined)[]): number {
    let code = first;
    let of = own;
    for (let steps = 0; steps < 1000; steps++) {
      const holder = Math.floor(code / IDS);
      if (holder < CHILD || holder > SUBDOMAIN) return reason(holder, of);
      of = code % IDS;
      const next =
        holder === SUBDOMAIN ? this.#reasonOfDomain(of, working) : this.#reasonOfDevice(of, working);
      if (next === NOTHING) return reason(number('transition'), of);
      code = next;
    }
    return code;
  }

  #reasonOfDevice(id: DeviceId, working: readonly (Working | undefined)[]): number {
    const known = this.#asked[id];
    if (known !== undefined) return known;
    // A circle of devices that hold each other ends here.
    this.#asked[id] = reason(number('transition'));
    const found = this.#findReason(id, working);
    this.#asked[id] = found;
    return found;
  }

  #findReason(id: DeviceId, working: readonly (Working | undefined)[]): number {
    const { power, driver, stateSynced } = this.#world.devices[id]!;
    const { runtimeStatus } = power;
    if (runtimeStatus === 'suspended' && power.disableDepth === 0) return NOTHING;
    if ((working[id]?.held ?? 0) > 0) return reason(WORK);
    if (runtimeStatus === 'suspended') return reason(number('runtime PM disabled'));
    const link = power.usageCount > 0 ? this.#consumerOf(id, working) : undefined;
    if (link?.isWorking) return reason(number('consumer'), link.consumer);
    // A child that resumes holds its parent by a usage count before it is counted as active.
    const hasChild = power.childCount > 0 ? !power.ignoreChildren : power.usageCount > 0;
    const child = hasChild ? this.#childOf(id, working) : undefined;
    if (child?.isWorking) return reason(CHILD, child.child);
    if (!power.runtimeAuto) return reason(number('forbid'));
    if (power.useAutosuspend && power.autosuspendDelay < 0)
      return reason(number('negative autosuspend delay'));
    if (link !== undefined) return reason(number('consumer'), link.consumer);
    if (child !== undefined) return reason(CHILD, child.child);
    if (power.usageCount > 0 && runtimeStatus === 'active') {
      const waits = driver >= 0 && this.#world.drivers[driver]!.syncState === true && !stateSynced;
      return reason(number(waits ? 'sync_state' : 'usage count'));
    }
    if (runtimeStatus !== 'active') return reason(number('transition'));
    if (power.runtimeError !== 0) return reason(number('error'));
    if (power.disableDepth > 0) return reason(number('runtime PM disabled'));
    if (power.timerExpires > 0) return reason(number('autosuspend timer'));
    if (power.resumeLatency === 0) return reason(number('resume latency 0'));
    return reason(number('nobody asks'));
  }

  /** A consumer that holds the device over its link, one that works before others. */
  #consumerOf(
    id: DeviceId,
    working: readonly (Working | undefined)[],
  ): { readonly consumer: DeviceId; readonly isWorking: boolean } | undefined {
    const { head, next } = this.#world.consumerLinks;
    let found: DeviceId | undefined;
    for (let at = head[id]!; at >= 0; at = next[at]!) {
      const { consumer, rpmActive, flags } = linkOf(this.#world, at);
      // A consumer that resumes holds its suppliers before the link counts it.
      const isResuming =
        (flags & DL_FLAG.PM_RUNTIME) !== 0 &&
        this.#world.devices[consumer]!.power.runtimeStatus === 'resuming';
      if (rpmActive <= 1 && !isResuming) continue;
      if (this.#isWorking(consumer, working)) return { consumer, isWorking: true };
      found ??= consumer;
    }
    return found === undefined ? undefined : { consumer: found, isWorking: false };
  }

  #childOf(
    id: DeviceId,
    working: readonly (Working | undefined)[],
  ): { readonly child: DeviceId; readonly isWorking: boolean } | undefined {
    const { head, next } = this.#world.children;
    let found: DeviceId | undefined;
    for (let child = head[id]!; child >= 0; child = next[child]!) {
      if (this.#world.devices[child]!.power.runtimeStatus === 'suspended') continue;
      if (this.#isWorking(child, working)) return { child, isWorking: true };
      found ??= child;
    }
    return found === undefined ? undefined : { child: found, isWorking: false };
  }

  /** Whether work is behind what holds a device. */
  #isWorking(id: DeviceId, working: readonly (Working | undefined)[]): boolean {
    const code = this.#reasonOfDevice(id, working);
    return code !== NOTHING && Math.floor(this.#rootOf(code, id, working) / IDS) === WORK;
  }

  #reasonOfDomain(id: PowerDomainId, working: readonly (Working | undefined)[]): number {
    const known = this.#askedDomains[id];
    if (known !== undefined) return known;
    this.#askedDomains[id] = reason(number('transition'));
    const found = this.#findDomainReason(id, working);
    this.#askedDomains[id] = found;
    return found;
  }

  #findDomainReason(id: PowerDomainId, working: readonly (Working | undefined)[]): number {
    const domain = domainOf(this.#world, id);
    if (domain.status === 'off') return NOTHING;
    let found: number | undefined;
    for (const member of domain.devices) {
      if (this.#reasonOfDevice(member, working) === NOTHING) continue;
      if (this.#isWorking(member, working)) return reason(number('member'), member);
      found ??= reason(number('member'), member);
    }
    for (const below of domain.subdomains) {
      const code = this.#reasonOfDomain(below, working);
      if (code === NOTHING) continue;
      if (Math.floor(this.#rootOf(code, below, working) / IDS) === WORK) return reason(SUBDOMAIN, below);
      found ??= reason(SUBDOMAIN, below);
    }
    if (domain.alwaysOn || domain.rpmAlwaysOn) return found ?? reason(number('domain flag'));
    // A subdomain goes on or off just now.
    const isOnTheWay = domain.subdomainsOn > 0 || domain.locked;
    return found ?? reason(number(isOnTheWay ? 'transition' : 'domain refuses'));
  }
}
