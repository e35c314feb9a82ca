/** What is wrong in a state. */
import { DL_FLAG } from '../core/device-link.ts';
import { type DeviceId, domainOf, linkOf, type World } from '../core/world.ts';
import type { ExplorationState } from './state.ts';
import type { Frame } from './thread.ts';

function name(world: World, id: DeviceId): string {
  return world.devices[id]!.name;
}

/** Whether a thread is in one of these callbacks of a device, or in what that has called. */
function isInside(state: ExplorationState, id: DeviceId, callbacks: readonly string[]): boolean {
  const isOne = (frame: Frame) =>
    frame.kind === 'callback' &&
    frame.call.kind === 'call' &&
    frame.call.device === id &&
    callbacks.includes(frame.call.callback);
  return state.threads.some(({ frames }) => frames.some(isOne));
}

/** Whether a device's runtime PM keeps its superiors up now: it is active, on its way down, or in its own resume callback. */
function needsSuperiors(state: ExplorationState, id: DeviceId): boolean {
  const { runtimeStatus } = state.session.world.devices[id]!.power;
  return runtimeStatus === 'resuming'
    ? isInside(state, id, ['runtime_resume'])
    : runtimeStatus !== 'suspended';
}

/** The same for its power domain, which goes off behind the callback and before the device counts as suspended. */
function needsDomain(state: ExplorationState, id: DeviceId): boolean {
  const { runtimeStatus } = state.session.world.devices[id]!.power;
  return runtimeStatus === 'active' || isInside(state, id, ['runtime_suspend', 'runtime_resume']);
}

/** `con is active over sup, which is suspended`. */
function overText(world: World, upper: DeviceId, lower: DeviceId, word: string): string {
  const [above, below] = [upper, lower].map((id) => world.devices[id]!.power.runtimeStatus);
  return `${name(world, upper)} is ${above} ${word} ${name(world, lower)}, which is ${below}`;
}

function supplierDown(state: ExplorationState): string | undefined {
  const { world } = state.session;
  for (const id of state.monitors.resumedOver) {
    const { consumer, supplier } = linkOf(world, id);
    const isUp = world.devices[supplier]!.power.runtimeStatus === 'active';
    if (!isUp && needsSuperiors(state, consumer))
      return overText(world, consumer, supplier, 'over its supplier');
  }
  return undefined;
}

function parentDown(state: ExplorationState): string | undefined {
  const { world } = state.session;
  for (const id of state.monitors.resumedUnderParent) {
    const { parent } = world.devices[id]!;
    const isUp = world.devices[parent]!.power.runtimeStatus === 'active';
    if (!isUp && needsSuperiors(state, id)) return overText(world, id, parent, 'under its parent');
  }
  return undefined;
}

function domainDown(state: ExplorationState): string | undefined {
  const { world } = state.session;
  for (const id of state.monitors.resumedInDomain) {
    const { membership, power } = world.devices[id]!;
    const domain = domainOf(world, membership!.domain);
    if (domain.status === 'off' && needsDomain(state, id))
      return `${name(world, id)} is ${power.runtimeStatus} in the power domain ${domain.name}, which is off`;
  }
  return undefined;
}

function domainAboveDown({ session: { world } }: ExplorationState): string | undefined {
  for (const { name: below, status, parents } of world.powerDomains.all) {
    const off = parents.find((parent) => domainOf(world, parent).status === 'off');
    if (status === 'on' && off !== undefined)
      return `the power domain ${below} is on below ${domainOf(world, off).name}, which is off`;
  }
  return undefined;
}

function negativeUsage({ session: { world } }: ExplorationState): string | undefined {
  for (const { power, name } of world.devices) {
    if (power.usageCount < 0) return `the usage count of ${name} is ${power.usageCount}`;
  }
  return undefined;
}

/** Counted are children that are active or on their way down; on the way up a child counts when it has arrived. */
function wrongChildCount({ session: { world } }: ExplorationState): string | undefined {
  const { devices } = world;
  for (let id = 0; id < devices.length; id++) {
    if (devices[id]!.namedAsParent === 0) continue;
    let active = 0;
    for (const { parent, power } of devices) {
      if (parent !== id) continue;
      if (power.runtimeStatus === 'active' || power.runtimeStatus === 'suspending') active++;
    }
    const { childCount } = devices[id]!.power;
    if (childCount !== active)
      return `${name(world, id)} counts ${childCount} active children and has ${active}`;
  }
  return undefined;
}

function overlappingCallbacks(state: ExplorationState): string | undefined {
  const { world } = state.session;
  const inside = new Map<DeviceId, string>();
  for (const { frames } of state.threads) {
    for (const frame of frames) {
      if (frame.kind !== 'callback' || frame.call.kind !== 'call') continue;
      const { device, callback } = frame.call;
      if (callback !== 'runtime_suspend' && callback !== 'runtime_resume') continue;
      const other = inside.get(device);
      if (other !== undefined) return `${name(world, device)} is in ${other} and in ${callback} at once`;
      inside.set(device, callback);
    }
  }
  return undefined;
}

function supplierUnbound(state: ExplorationState): string | undefined {
  const { world } = state.session;
  for (const id of state.monitors.wereActive) {
    const { consumer, supplier } = linkOf(world, id);
    // One that is being unbound is locked.
    if (!world.devices[supplier]!.bound && !world.devices[consumer]!.locked)
      return `${name(world, consumer)} is bound, and its supplier ${name(world, supplier)} is not`;
  }
  return undefined;
}

/** What the states of a managed link mean, by what the driver core does with its two devices. */
function wrongLinkStatus({ session: { world } }: ExplorationState): string | undefined {
  for (let id = 0; id < world.links.length; id++) {
    const link = world.links[id];
    if (link === undefined || !(link.flags & DL_FLAG.MANAGED)) continue;
    const supplier = world.devices[link.supplier]!.linksStatus;
    const consumer = world.devices[link.consumer]!.linksStatus;
    if (!fits(link.status, supplier, consumer)) {
      const pair = `${name(world, link.consumer)} -> ${name(world, link.supplier)}`;
      return `the link ${pair} is '${link.status}', its supplier '${supplier}' and its consumer '${consumer}'`;
    }
  }
  return undefined;
}

function fits(status: string, supplier: string, consumer: string): boolean {
  switch (status) {
    case 'dormant':
      return supplier !== 'driver bound';
    case 'available':
      return supplier === 'driver bound';
    case 'consumer probing':
      return consumer === 'probing';
    case 'active':
      return consumer !== 'no driver' && supplier !== 'no driver' && supplier !== 'probing';
    case 'supplier unbinding':
      return supplier !== 'driver bound';
    default:
      return false;
  }
}

/** Places in dpm_list, which says nothing while the system sleeps. */
function wrongOrder({ session: { world } }: ExplorationState): string | undefined {
  if (world.sleep.running) return undefined;
  const places = new Map<DeviceId, number>();
  const { head, next } = world.dpmList;
  for (let id = head; id >= 0; id = next[id]!) places.set(id, places.size);
  const isBehind = (later: DeviceId, earlier: DeviceId) =>
    (places.get(later) ?? Number.POSITIVE_INFINITY) > (places.get(earlier) ?? -1);
  for (const link of world.links) {
    if (link === undefined || link.flags & DL_FLAG.SYNC_STATE_ONLY) continue;
    if (!isBehind(link.consumer, link.supplier))
      return `${name(world, link.consumer)} stands before its supplier ${name(world, link.supplier)} in dpm_list`;
  }
  for (const [id, { parent, joined }] of world.devices.entries()) {
    if (joined && places.has(parent) && !isBehind(id, parent))
      return `${name(world, id)} stands before its parent ${name(world, parent)} in dpm_list`;
  }
  return undefined;
}

function naiveSupplierDown({ session: { world } }: ExplorationState): string | undefined {
  for (const link of world.links) {
    if (link === undefined || !(link.flags & DL_FLAG.PM_RUNTIME)) continue;
    const consumer = world.devices[link.consumer]!.power;
    const supplier = world.devices[link.supplier]!.power;
    if (consumer.runtimeStatus === 'active' && supplier.runtimeStatus === 'suspended')
      return overText(world, link.consumer, link.supplier, 'over its supplier');
  }
  return undefined;
}

/** Active, and nothing asks for it: no count, no child, no request, no timer, no error. */
function leftActive(state: ExplorationState): string | undefined {
  const { world } = state.session;
  const { work } = world;
  if (state.threads.length > 0 || work.percpu.length + work.unbound.length > 0) return undefined;
  for (const { name, power } of world.devices) {
    const used = power.usageCount > 0 || (power.childCount > 0 && !power.ignoreChildren);
    const asked = power.requestPending || power.timerExpires > 0;
    const stopped = power.disableDepth > 0 || power.runtimeError !== 0;
    if (power.runtimeStatus === 'active' && !used && !asked && !stopped)
      return `${name} stays active, and nobody uses it`;
  }
  return undefined;
}

/** A link of which nobody remembers that it was to be unbound. */
function staleUnbinding({ session: { world } }: ExplorationState): string | undefined {
  for (const link of world.links) {
    if (link?.status !== 'supplier unbinding') continue;
    const supplier = world.devices[link.supplier]!;
    if (supplier.linksStatus !== 'unbinding')
      return `the link ${name(world, link.consumer)} -> ${supplier.name} is 'supplier unbinding', its supplier '${supplier.linksStatus}'`;
  }
  return undefined;
}

/** By what they look for. */
export const breachesIn = {
  supplierDown,
  parentDown,
  domainDown,
  domainAboveDown,
  negativeUsage,
  wrongChildCount,
  overlappingCallbacks,
  supplierUnbound,
  wrongLinkStatus,
  wrongOrder,
  naiveSupplierDown,
  leftActive,
  staleUnbinding,
} as const;
