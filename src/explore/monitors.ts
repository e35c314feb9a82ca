/**
 * What an exploration remembers of the past for the sake of its invariants: who was resumed over whom, which links were active. It is
 * part of a state, so that a state has one past as far as an invariant asks.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { bag, type Hasher, hashAny } from '../core/hash.ts';
import type { DeviceId, LinkId, World } from '../core/world.ts';
import type { ExplorationState } from './state.ts';
import type { Taken } from './steps.ts';
import type { Call } from './thread.ts';

export interface Monitors {
  /** Runtime statuses before the step. */
  readonly statuses: string[];
  /**
   * PM_RUNTIME links that their consumer's last runtime resume went over, with runtime PM of the supplier enabled then and ever
   * since, as that of the consumer was.
   */
  readonly resumedOver: LinkId[];
  /** Devices whose last runtime resume found a parent with runtime PM enabled then and ever since, that does not ignore children. */
  readonly resumedUnderParent: DeviceId[];
  /** Devices in a power domain whose last runtime resume found runtime PM enabled then and ever since, and no system sleep. */
  readonly resumedInDomain: DeviceId[];
  /** Managed links that have been active since their consumer bound. */
  readonly wereActive: LinkId[];
  /** Devices whose sync_state was called. */
  readonly synced: DeviceId[];
}

/** Statuses follow from the World; the rest are sets. */
export const MONITOR_FIELDS: Readonly<Record<string, Hasher<undefined>>> = {
  statuses: () => hashAny(0),
  resumedOver: bag(hashAny),
  resumedUnderParent: bag(hashAny),
  resumedInDomain: bag(hashAny),
  wereActive: bag(hashAny),
  synced: bag(hashAny),
};

export function createMonitors(world: World): Monitors {
  const monitors: Monitors = {
    statuses: [],
    resumedOver: [],
    resumedUnderParent: [],
    resumedInDomain: [],
    wereActive: world.links.flatMap((_, id) => (isActiveLink(world, id) ? [id] : [])),
    synced: world.devices.flatMap(({ stateSynced }, id) => (stateSynced ? [id] : [])),
  };
  noteStatuses(monitors, world);
  return monitors;
}

function noteStatuses({ statuses }: Monitors, world: World): void {
  const { devices } = world;
  for (let id = 0; id < devices.length; id++) statuses[id] = devices[id]!.power.runtimeStatus;
}

/** Whether a device has just left `suspended` by a runtime resume: from an enabled state only that can be. */
function isResumed(world: World, id: DeviceId, before: string | undefined): boolean {
  const { runtimeStatus, disableDepth, irqSafe } = world.devices[id]!.power;
  const up = runtimeStatus === 'resuming' || runtimeStatus === 'active';
  return before === 'suspended' && up && disableDepth === 0 && !irqSafe;
}

/** Runtime PM of the device counts: enabled, and not stopped by an error. */
function isEnabled(world: World, id: DeviceId): boolean {
  const { disableDepth, runtimeError } = world.devices[id]!.power;
  return disableDepth === 0 && runtimeError === 0;
}

function isHeldOver(world: World, id: LinkId): boolean {
  const link = world.links[id];
  if (link === undefined || !(link.flags & DL_FLAG.PM_RUNTIME)) return false;
  const { power } = world.devices[link.consumer]!;
  return (
    power.runtimeStatus !== 'suspended' &&
    power.disableDepth === 0 &&
    !power.irqSafe &&
    isEnabled(world, link.supplier)
  );
}

function isHeldUnder(world: World, id: DeviceId): boolean {
  const { parent, power } = world.devices[id]!;
  return (
    parent >= 0 &&
    power.runtimeStatus !== 'suspended' &&
    power.disableDepth === 0 &&
    !power.irqSafe &&
    !world.devices[parent]!.power.ignoreChildren &&
    isEnabled(world, parent)
  );
}

function isPoweredBy(world: World, id: DeviceId): boolean {
  const { membership, power } = world.devices[id]!;
  return (
    membership !== undefined &&
    power.runtimeStatus !== 'suspended' &&
    power.disableDepth === 0 &&
    !power.irqSafe &&
    !power.noCallbacks &&
    !world.sleep.running
  );
}

/** A managed link that orders, whose consumer and supplier are bound over it. */
function isActiveLink(world: World, id: LinkId): boolean {
  const link = world.links[id];
  return link !== undefined && link.status === 'active' && !(link.flags & DL_FLAG.SYNC_STATE_ONLY);
}

function isStillBound(world: World, id: LinkId): boolean {
  const link = world.links[id];
  return link !== undefined && (link.flags & DL_FLAG.MANAGED) !== 0 && world.devices[link.consumer]!.bound;
}

/** Takes out those of which something holds no more: few, and nearly never one. */
function keepThose(ids: number[], world: World, holds: (world: World, id: number) => boolean): void {
  for (let at = ids.length - 1; at >= 0; at--) if (!holds(world, ids[at]!)) ids.splice(at, 1);
}

/** Brings the monitors up to the state behind a step. */
export function observe(state: ExplorationState, taken: Taken): void {
  const { monitors, session } = state;
  const { world } = session;
  keepThose(monitors.resumedOver, world, isHeldOver);
  keepThose(monitors.resumedUnderParent, world, isHeldUnder);
  keepThose(monitors.resumedInDomain, world, isPoweredBy);
  for (let id = 0; id < world.devices.length; id++) {
    if (isResumed(world, id, monitors.statuses[id])) noteResume(monitors, world, id);
  }
  keepThose(monitors.wereActive, world, isStillBound);
  for (let id = 0; id < world.links.length; id++) {
    if (isActiveLink(world, id) && !monitors.wereActive.includes(id)) monitors.wereActive.push(id);
  }
  noteStatuses(monitors, world);
  if (taken.advance?.kind === 'called') noteCall(monitors, taken.advance.call);
}

function noteResume(monitors: Monitors, world: World, id: DeviceId): void {
  const { next, head } = world.supplierLinks;
  const { noCallbacks } = world.devices[id]!.power;
  for (let link = noCallbacks ? -1 : head[id]!; link >= 0; link = next[link]!) {
    if (isHeldOver(world, link) && !monitors.resumedOver.includes(link)) monitors.resumedOver.push(link);
  }
  if (isPoweredBy(world, id) && !monitors.resumedInDomain.includes(id)) monitors.resumedInDomain.push(id);
  if (isHeldUnder(world, id) && !monitors.resumedUnderParent.includes(id))
    monitors.resumedUnderParent.push(id);
}

function noteCall(monitors: Monitors, call: Call): void {
  if (call.kind === 'call' && call.callback === 'sync_state') monitors.synced.push(call.device);
}
