/**
 * Who was in which state for how long, and how often it went where: the account of a run, from the events of its World.
 *
 * Kept are whole microseconds and counts; energies come of them at the end, in femtojoules as big integers. So nothing is
 * rounded, and what a period of a run adds can be multiplied.
 */
import type { ModelEvent } from '../core/model-event.ts';
import type { PowerDomainId } from '../core/power-domain.ts';
import type { DeviceId, World } from '../core/world.ts';
import { pmRuntimeActive } from '../dma/index.ts';
import {
  type DeviceCosts,
  type DomainCosts,
  type TransitionCost,
  transitionFemtojoules,
} from '../scenario-files/index.ts';

/** States of a device; behind them those in which it rests, and behind those, one for each of them, that of resuming from there. */
export const ACTIVE = 0;
export const SUSPENDING = 1;
export const OFF = 2;
export const REST = 3;

/** States of a power domain. */
export const ON = 0;
export const GOING_OFF = 1;
export const GOING_ON = 2;
export const DOMAIN_OFF = 3;

/** What a device costs that says nothing about it. */
function nothing(name: string): DeviceCosts {
  const none = { latency: 0, energy: undefined };
  const rest = { name: 'suspended', power: 0, exit: none, residency: 0 };
  return { name, active: 0, off: 0, suspend: none, rest: [rest] };
}

/** The account of one device. Sums are numbers in one array, so that a run that repeats itself is an addition. */
export interface DeviceAccount {
  readonly kind: 'device';
  readonly id: DeviceId;
  readonly costs: DeviceCosts;
  /** False for a device without power data. */
  readonly isCosted: boolean;
  /** Microseconds by state, then counts, at the {@link placesOf} its costs. */
  readonly sums: Float64Array;
  /** Femtojoules of the way down and up again, by rest state. */
  readonly ways: readonly number[];
  /** How many of its rest states it may use. */
  restStates: number;
  state: number;
  since: number;
  /** Which rest state it goes to. */
  rest: number;
  status: 'active' | 'resuming' | 'suspended' | 'suspending';
  callback: 'none' | 'runtime_suspend' | 'runtime_resume';
  /** The callback of the way that it is on has ended. */
  isThrough: boolean;
  domainOff: boolean;
  /** When the suspend began behind which it rests, -1 for none; and the sums of rest and off then. */
  wentDown: number;
  restBefore: number;
  offBefore: number;
}

export interface DomainAccount {
  readonly kind: 'domain';
  readonly id: PowerDomainId;
  readonly costs: DomainCosts;
  readonly isCosted: boolean;
  /** Microseconds by state; behind them counts: off, on, not worth it. */
  readonly sums: Float64Array;
  /** Femtojoules of the way down and up again. */
  readonly way: number;
  state: number;
  since: number;
  wentDown: number;
  offBefore: number;
}

/** Places of what is behind the rest states in the sums of a device. */
interface Places {
  /** Times of resuming, by rest state; counts of resumes likewise. */
  readonly resuming: number;
  readonly resumes: number;
  readonly suspends: number;
  readonly failed: number;
  /** Suspends that cost more than they saved. */
  readonly wasted: number;
  readonly length: number;
}

/** By the number of rest states. */
const PLACES: Places[] = [];

export function placesOf({ rest: { length } }: DeviceCosts): Places {
  let places = PLACES[length];
  if (places === undefined) {
    const resuming = REST + length;
    const suspends = resuming + 2 * length;
    places = {
      resuming,
      resumes: resuming + length,
      suspends,
      failed: suspends + 1,
      wasted: suspends + 2,
      length: suspends + 3,
    };
    PLACES[length] = places;
  }
  return places;
}

export const DOMAIN_COUNTS = { offs: 4, ons: 5, wasted: 6 } as const;

export type Account = DeviceAccount | DomainAccount;

/** Femtojoules of going down and up again; doubles, since they are only compared. */
function wayOf(down: TransitionCost, up: TransitionCost, active: number): number {
  return Number(transitionFemtojoules(down, active)) + Number(transitionFemtojoules(up, active));
}

/** Microseconds in the rest state that the account goes to; a power domain has none but off. */
export function restedOf(account: Account): number {
  return account.kind === 'device' ? account.sums[REST + account.rest]! : 0;
}

/** Microseconds off. */
export function offOf({ kind, sums }: Account): number {
  return sums[kind === 'device' ? OFF : DOMAIN_OFF]!;
}

/** A way up has ended: `down` microseconds since the way down began, of which it rested and was off. */
export interface WayUp {
  readonly down: number;
  readonly rested: number;
  readonly off: number;
}

/** Where suspends that were not worth it are counted in the sums. */
export function wastedPlaceOf(account: Account): number {
  return account.kind === 'device' ? placesOf(account.costs).wasted : DOMAIN_COUNTS.wasted;
}

/** Whether going down cost more than staying up would have. A suspend that failed costs its energy and saves nothing. */
export function wasWasted(account: Account, { down, rested, off }: WayUp): boolean {
  const { costs } = account;
  if (account.kind === 'domain') return account.way + off * account.costs.off > down * account.costs.on;
  if (rested + off + down === 0) return false;
  const state = account.costs.rest[account.rest]!;
  const taken = account.ways[account.rest]! + rested * state.power + off * costs.off;
  return taken > down * account.costs.active || down < state.residency;
}

export class Ledger {
  readonly world: World;
  readonly devices: readonly DeviceAccount[];
  readonly domains: readonly DomainAccount[];
  /** Devices, then domains. */
  readonly accounts: readonly Account[];
  readonly #byDevice: (DeviceAccount | undefined)[] = [];
  readonly #byDomain: (DomainAccount | undefined)[] = [];
  /** Told when a device has become active, or a resume of it has failed. */
  onActive: (device: DeviceId, now: number) => void = () => {};
  onSuspended: (device: DeviceId) => void = () => {};
  /** Told when something is up behind a way down, while its account still says when that began. */
  onCameUp: ((account: Account, now: number, isWasted: boolean) => void) | undefined;

  constructor(
    world: World,
    devices: readonly {
      readonly id: DeviceId;
      readonly name: string;
      readonly costs: DeviceCosts | undefined;
    }[],
    domains: readonly {
      readonly id: PowerDomainId;
      readonly name: string;
      readonly costs: DomainCosts | undefined;
    }[],
    /** By device: how many of its rest states it may use. */
    restStates: Readonly<Record<string, number>> = {},
  ) {
    this.world = world;
    const { now } = world;
    this.devices = devices.map(({ id, name, costs }) => {
      const { power, membership } = world.devices[id]!;
      const known = costs ?? nothing(name);
      const account: DeviceAccount = {
        kind: 'device',
        id,
        costs: known,
        ways: known.rest.map(({ exit }) => wayOf(known.suspend, exit, known.active)),
        isCosted: costs !== undefined,
        sums: new Float64Array(placesOf(known).length),
        restStates: Object.hasOwn(restStates, name) ? restStates[name]! : known.rest.length,
        state: ACTIVE,
        since: now,
        rest: 0,
        status: pmRuntimeActive(world, id) ? 'active' : power.runtimeStatus,
        callback: 'none',
        isThrough: false,
        domainOff: membership !== undefined && world.powerDomains.all[membership.domain]!.status === 'off',
        wentDown: -1,
        restBefore: 0,
        offBefore: 0,
      };
      this.#byDevice[id] = account;
      return account;
    });
    for (const account of this.devices) {
      account.rest = this.#deepest(account);
      account.state = stateOf(account);
    }
    this.domains = domains.map(({ id, name, costs }) => {
      const none = { latency: 0, energy: undefined };
      const known = costs ?? { name, on: 0, off: 0, powerOn: none, powerOff: none };
      const account: DomainAccount = {
        kind: 'domain',
        id,
        costs: known,
        way: wayOf(known.powerOff, known.powerOn, known.on),
        isCosted: costs !== undefined,
        sums: new Float64Array(7),
        state: world.powerDomains.all[id]!.status === 'on' ? ON : DOMAIN_OFF,
        since: now,
        wentDown: -1,
        offBefore: 0,
      };
      this.#byDomain[id] = account;
      return account;
    });
    this.accounts = [...this.devices, ...this.domains];
  }

  /** The deepest rest state from which the device resumes as fast as its PM QoS wants it; the first has no choice. */
  #deepest({ id, costs, restStates }: DeviceAccount): number {
    const { resumeLatency } = this.world.devices[id]!.power;
    let at = Math.min(restStates, costs.rest.length) - 1;
    while (at > 0 && costs.rest[at]!.exit.latency > resumeLatency) at--;
    return Math.max(at, 0);
  }

  /** How long a resume of the device takes from where it rests. */
  resumeLatency(id: DeviceId): number {
    const account = this.#byDevice[id];
    return account === undefined ? 0 : account.costs.rest[account.rest]!.exit.latency;
  }

  suspendLatency(id: DeviceId): number {
    return this.#byDevice[id]?.costs.suspend.latency ?? 0;
  }

  domainLatency(id: PowerDomainId, callback: 'power_on' | 'power_off'): number {
    const costs = this.#byDomain[id]?.costs;
    if (costs === undefined) return 0;
    return callback === 'power_on' ? costs.powerOn.latency : costs.powerOff.latency;
  }

  /** Enters what has happened in the World since it was asked last, and forgets the events. */
  take(events: ModelEvent[]): void {
    for (let at = 0; at < events.length; at++) this.enter(events[at]!);
  }

  enter(event: ModelEvent): void {
    switch (event.kind) {
      case 'runtime-status':
        this.#status(event.device, event.status, event.time);
        return;
      case 'callback-begin':
        if (event.callback === 'runtime_suspend' || event.callback === 'runtime_resume')
          this.#begin(event.device, event.callback, event.layer, event.time);
        return;
      case 'callback-end':
        if (event.callback === 'runtime_suspend' || event.callback === 'runtime_resume')
          this.#end(event.device, event.callback, event.value, event.time);
        return;
      case 'domain-callback-begin':
        this.#domainBegin(event.domain, event.callback === 'power_on', event.time);
        return;
      case 'domain-callback-end':
        this.#domainEnd(event.domain, event.callback === 'power_on', event.value, event.time);
        return;
      case 'domain-status':
        this.#domainStatus(event.domain, event.status, event.time);
        return;
    }
  }

  /** Brings all sums up to a moment. */
  settle(now: number): void {
    for (const account of this.accounts) {
      account.sums[account.state]! += now - account.since;
      account.since = now;
    }
  }

  /** All that decides how the account goes on, relative to now. */
  stateText(now: number): string {
    const devices = this.devices.map(
      ({ state, rest, callback, isThrough, wentDown, sums, restBefore, offBefore }) =>
        wentDown < 0
          ? `${state} ${rest} ${callback} ${isThrough}`
          : `${state} ${rest} ${callback} ${isThrough} ${now - wentDown} ${sums[REST + rest]! - restBefore} ${sums[OFF]! - offBefore}`,
    );
    const domains = this.domains.map(({ state, wentDown, sums, offBefore }) =>
      wentDown < 0 ? `${state}` : `${state} ${now - wentDown} ${sums[DOMAIN_OFF]! - offBefore}`,
    );
    return `${devices.join(',')};${domains.join(',')}`;
  }

  #move(account: DeviceAccount, now: number): void {
    const next = stateOf(account);
    if (next === account.state) return;
    account.sums[account.state]! += now - account.since;
    account.state = next;
    account.since = now;
  }

  #status(id: DeviceId, status: DeviceAccount['status'], now: number): void {
    const account = this.#byDevice[id];
    if (account === undefined) return;
    if (status === 'suspending') {
      account.isThrough = false;
      account.rest = this.#deepest(account);
      account.wentDown = now;
      account.restBefore = account.sums[REST + account.rest]!;
      account.offBefore = account.sums[OFF]!;
    } else if (status === 'resuming') account.isThrough = false;
    account.status = status;
    this.#move(account, now);
    if (status === 'active') {
      if (account.wentDown >= 0) this.#cameUp(account, now);
      this.onActive(id, now);
    } else if (status === 'suspended') this.onSuspended(id);
  }

  /** It is up behind a way down: was that worth it? */
  #cameUp(account: Account, now: number): void {
    const off = offOf(account) - account.offBefore;
    const rested = account.kind === 'device' ? restedOf(account) - account.restBefore : 0;
    const isWasted = wasWasted(account, { down: now - account.wentDown, rested, off });
    if (isWasted) account.sums[wastedPlaceOf(account)]!++;
    this.onCameUp?.(account, now, isWasted);
    account.wentDown = -1;
  }

  #begin(id: DeviceId, callback: 'runtime_suspend' | 'runtime_resume', layer: string, now: number): void {
    const account = this.#byDevice[id];
    // The callback of a power domain is the kernel's own code: the device's stands inside of it.
    if (account === undefined || (layer === 'dom' && this.world.devices[id]!.membership !== undefined))
      return;
    account.callback = callback;
    const at = placesOf(account.costs);
    if (callback === 'runtime_suspend') account.sums[at.suspends]!++;
    else account.sums[at.resumes + account.rest]!++;
    this.#move(account, now);
  }

  #end(id: DeviceId, callback: 'runtime_suspend' | 'runtime_resume', value: number, now: number): void {
    const account = this.#byDevice[id];
    if (account === undefined || account.callback !== callback) return;
    account.callback = 'none';
    if (value === 0) account.isThrough = true;
    else account.sums[placesOf(account.costs).failed]!++;
    this.#move(account, now);
  }

  #domainMove(account: DomainAccount, state: number, now: number): void {
    account.sums[account.state]! += now - account.since;
    account.state = state;
    account.since = now;
  }

  #domainBegin(id: PowerDomainId, isOn: boolean, now: number): void {
    const account = this.#byDomain[id];
    if (account === undefined) return;
    this.#domainMove(account, isOn ? GOING_ON : GOING_OFF, now);
    account.sums[isOn ? DOMAIN_COUNTS.ons : DOMAIN_COUNTS.offs]!++;
    if (isOn) return;
    account.wentDown = now;
    account.offBefore = account.sums[DOMAIN_OFF]!;
  }

  #domainEnd(id: PowerDomainId, isOn: boolean, value: number, now: number): void {
    const account = this.#byDomain[id];
    if (account !== undefined) this.#domainMove(account, isOn === (value === 0) ? ON : DOMAIN_OFF, now);
  }

  #domainStatus(id: PowerDomainId, status: 'on' | 'off', now: number): void {
    for (const device of this.world.powerDomains.all[id]!.devices) {
      const account = this.#byDevice[device];
      if (account === undefined) continue;
      account.domainOff = status === 'off';
      this.#move(account, now);
    }
    const account = this.#byDomain[id];
    if (account === undefined) return;
    this.#domainMove(account, status === 'on' ? ON : DOMAIN_OFF, now);
    if (status === 'off' || account.wentDown < 0) return;
    this.#cameUp(account, now);
  }
}

/** What a device draws follows from where its callbacks stand: on its way down it draws all until its own callback begins. */
function stateOf({ status, callback, isThrough, domainOff, rest, costs }: DeviceAccount): number {
  if (callback === 'runtime_suspend') return SUSPENDING;
  if (callback === 'runtime_resume') return placesOf(costs).resuming + rest;
  const isUp =
    status === 'active' || (status === 'suspending' && !isThrough) || (status === 'resuming' && isThrough);
  if (isUp) return ACTIVE;
  return domainOff ? OFF : REST + rest;
}
