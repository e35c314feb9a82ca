/**
 * What must hold between the parts of a World that came from outside, so that no rule that walks it is lost: ids name things
 * that exist, lists are lists, trees are trees. Nothing is asked that kernel code could not also cope with.
 */
import { dmaInconsistency } from './dma-shape.ts';
import type { IdLists } from './id-lists.ts';
import { type OrderList, UNLISTED } from './order-list.ts';
import type { DataPath } from './plain-data.ts';
import { pmList } from './pm-lists.ts';
import { isEarlier } from './timers.ts';
import { itemsOf, type WorkQueues } from './work-queues.ts';
import type { Device, World } from './world.ts';

export interface Inconsistency {
  readonly path: DataPath;
  readonly what: string;
}

/** The first thing that does not hold, undefined where all does. */
export function worldInconsistency(world: World): Inconsistency | undefined {
  for (const check of [
    boardTree,
    firmware,
    devices,
    links,
    domains,
    dmaInconsistency,
    lists,
    orders,
    queues,
  ]) {
    const found = check(world);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first of some ids that is not below a length; -1 stands for none. */
function outside(
  ids: readonly number[],
  length: number,
  path: DataPath,
  what: string,
): Inconsistency | undefined {
  const id = ids.find((each) => each >= length);
  return id === undefined ? undefined : { path, what: `there is no ${what} ${id}` };
}

/** The first id that leads back to itself by `next`, -1 for the end; each chain is followed once. */
function circle(next: readonly number[]): number | undefined {
  const walked = new Int32Array(next.length);
  for (let start = 0; start < next.length; start++) {
    for (let at = start; at >= 0 && walked[at] !== -1; at = next[at]!) {
      if (walked[at] === start + 1) return at;
      walked[at] = start + 1;
    }
    for (let at = start; at >= 0 && walked[at] === start + 1; at = next[at]!) walked[at] = -1;
  }
  return undefined;
}

function boardTree({ board }: World): Inconsistency | undefined {
  const { length } = board.nodes;
  for (const [index, node] of board.nodes.entries()) {
    const path = ['board', 'nodes', index];
    if (node.parent >= index)
      return { path: [...path, 'parent'], what: 'a parent stands before its children' };
    const clocks = (node.assignedClocks ?? []).map((clock) =>
      typeof clock === 'object' ? clock.provider : -1,
    );
    const referenced = node.references.flatMap(({ consumer, supplier }) => [consumer, supplier]);
    const dmas = (node.dmaClient?.entries ?? []).map((entry) => entry?.controller ?? -1);
    const masters = node.dmaController?.masters ?? [];
    const others = [node.interruptControllerParent ?? -1, node.dmaClient?.withoutCells ?? -1];
    const named = [...node.children, ...clocks, ...referenced, ...dmas, ...masters, ...others];
    const wrong = outside(named, length, path, 'node');
    if (wrong !== undefined) return wrong;
    if (node.children.some((child) => board.nodes[child]!.parent !== index)) {
      return { path: [...path, 'children'], what: 'a child has another parent' };
    }
  }
  return outside([board.stdout ?? -1], length, ['board', 'stdout'], 'node');
}

function firmware({
  fwnodes,
  fwnodeLinks,
  board,
  devices,
  drivers,
  buses,
}: World): Inconsistency | undefined {
  if (fwnodes.length !== board.nodes.length)
    return { path: ['fwnodes'], what: 'there is one for each node of the board' };
  for (const [index, { device, suppliers, consumers }] of fwnodes.entries()) {
    const path = ['fwnodes', index];
    if ([...suppliers, ...consumers].some((id) => fwnodeLinks[id] === undefined))
      return { path, what: 'there is no such fwnode link' };
    const wrong = outside([device], devices.length, path, 'device');
    if (wrong !== undefined) return wrong;
  }
  for (const [index, link] of fwnodeLinks.entries()) {
    if (link === undefined) continue;
    const wrong = outside([link.consumer, link.supplier], fwnodes.length, ['fwnodeLinks', index], 'node');
    if (wrong !== undefined) return wrong;
  }
  const registered = buses.flatMap((bus) => bus.drivers);
  return outside(registered, drivers.length, ['buses'], 'driver');
}

function devices(world: World): Inconsistency | undefined {
  const { devices, drivers, board, deferred, wakeupSources } = world;
  const { length } = devices;
  const awakening = wakeupSources.all.flatMap((source) => source?.device ?? []);
  for (const [index, device] of devices.entries()) {
    const path = ['devices', index];
    const wrong =
      outside([device.parent, device.sameName, device.movedWith], length, path, 'device') ??
      outside([device.node], board.nodes.length, path, 'node') ??
      outside([device.driver, device.asyncDriver], drivers.length, path, 'driver') ??
      outside([device.power.wakeupSource], wakeupSources.all.length, path, 'wakeup source');
    if (wrong !== undefined) return wrong;
    if (device.bound && device.driver < 0) return { path: [...path, 'bound'], what: 'it has no driver' };
  }
  for (const key of ['parent', 'sameName'] as const) {
    const at = circle(devices.map((device) => device[key]));
    if (at !== undefined) return { path: ['devices', at, key], what: 'it leads back to the device itself' };
  }
  return (
    outside([...deferred.pending, ...deferred.active], length, ['deferred'], 'device') ??
    outside(awakening, length, ['wakeupSources'], 'device') ??
    outside(world.deferredSync, length, ['deferredSync'], 'device') ??
    sameNames(world) ??
    parents(world)
  );
}

/** Registered devices of one name are one chain by `sameName`; others are in none. */
function sameNames({ devices }: World): Inconsistency | undefined {
  const followers = new Set<number>();
  for (const [id, { name, registered, sameName }] of devices.entries()) {
    if (sameName < 0) continue;
    const other = devices[sameName]!;
    const belongs = registered && other.registered && other.name === name && !followers.has(sameName);
    if (!belongs)
      return { path: ['devices', id, 'sameName'], what: `device ${sameName} is not the one before it` };
    followers.add(sameName);
  }
  const last = new Set<string>();
  for (const [id, { name, registered }] of devices.entries()) {
    if (!registered || followers.has(id)) continue;
    if (last.has(name)) return { path: ['devices', id, 'sameName'], what: 'another device has its name too' };
    last.add(name);
  }
  return undefined;
}

/** Each device knows how many name it as their parent. */
function parents({ devices }: World): Inconsistency | undefined {
  const counts = new Int32Array(devices.length);
  for (const { parent } of devices) if (parent >= 0) counts[parent]!++;
  const wrong = devices.findIndex(({ namedAsParent }, id) => namedAsParent !== counts[id]);
  return wrong < 0
    ? undefined
    : { path: ['devices', wrong, 'namedAsParent'], what: `it should be ${counts[wrong]}` };
}

function links({ links, devices }: World): Inconsistency | undefined {
  for (const [index, link] of links.entries()) {
    if (link === undefined) continue;
    const wrong = outside([link.supplier, link.consumer], devices.length, ['links', index], 'device');
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Power domains have no circle of subdomains, and know of each other and of their devices. */
function domains({ powerDomains: { all }, devices }: World): Inconsistency | undefined {
  const links = new Set<string>();
  for (const [index, domain] of all.entries()) {
    const path = ['powerDomains', 'all', index];
    const wrong =
      outside(domain.devices, devices.length, path, 'device') ??
      outside([...domain.parents, ...domain.subdomains], all.length, path, 'domain');
    if (wrong !== undefined) return wrong;
    if (domain.devices.some((id) => devices[id]!.membership?.domain !== index))
      return { path: [...path, 'devices'], what: 'a device is not in it' };
    for (const parent of domain.parents) links.add(`${parent} ${index}`);
  }
  const below = all.flatMap(({ subdomains }, parent) => subdomains.map((child) => `${parent} ${child}`));
  const listed = all.flatMap((domain) => domain.devices);
  const inDomains = devices.filter(({ membership }) => membership !== undefined).length;
  if (below.length !== links.size || below.some((link) => !links.has(link)))
    return { path: ['powerDomains', 'all'], what: 'domains above and below do not know each other' };
  if (new Set(listed).size !== listed.length || listed.length !== inDomains)
    return { path: ['powerDomains', 'all'], what: 'a device and its domain do not know each other' };
  return circleOfDomains(all);
}

/** Takes away domains above which nothing is left; what stays is in a circle or below one. */
function circleOfDomains(all: World['powerDomains']['all']): Inconsistency | undefined {
  const above = all.map(({ parents }) => parents.length);
  const free = [...all.keys()].filter((id) => above[id] === 0);
  for (const id of free) {
    for (const child of all[id]!.subdomains) if (--above[child]! === 0) free.push(child);
  }
  const stuck = above.findIndex((count) => count > 0);
  return stuck < 0
    ? undefined
    : { path: ['powerDomains', 'all', stuck, 'parents'], what: 'it is above itself' };
}

/** The ids of one list from its head, or undefined where its neighbours disagree or it has no end. */
function members(
  list: {
    readonly head: number;
    readonly tail: number;
    readonly next: number[];
    readonly previous: number[];
  },
  seen: Set<number>,
): number[] | undefined {
  const found: number[] = [];
  let before = -1;
  for (let id = list.head; id >= 0; id = list.next[id]!) {
    if (id >= list.next.length || seen.has(id) || list.previous[id] !== before) return undefined;
    seen.add(id);
    found.push(id);
    before = id;
  }
  const endsWell = found.length === 0 || list.next[before] === -1;
  return before === list.tail && endsWell ? found : undefined;
}

/** Whether ids that no list holds say so. */
function saysUnlisted(
  list: { readonly next: number[]; readonly previous: number[] },
  seen: Set<number>,
): boolean {
  return (
    list.next.length === list.previous.length &&
    list.next.every((next, id) => seen.has(id) || (next === UNLISTED && list.previous[id] === UNLISTED))
  );
}

/** `owners[id]`: who must have the id in his list, -1 for nobody. */
function idLists(
  name: string,
  all: IdLists,
  owners: readonly number[],
  owning: number,
): Inconsistency | undefined {
  if (all.head.length !== owning || all.tail.length !== owning || all.next.length > owners.length)
    return { path: [name], what: 'it does not fit to what owns it' };
  const seen = new Set<number>();
  for (let owner = 0; owner < owning; owner++) {
    const list = { head: all.head[owner]!, tail: all.tail[owner]!, next: all.next, previous: all.previous };
    const found = members(list, seen);
    if (found === undefined) return { path: [name, 'head', owner], what: 'it is not a list' };
    const stray = found.find((id) => owners[id] !== owner);
    if (stray !== undefined) return { path: [name, 'head', owner], what: `${stray} does not belong to it` };
  }
  const lost = owners.findIndex((owner, id) => owner >= 0 && !seen.has(id));
  if (lost >= 0) return { path: [name, 'next', lost], what: `it is missing in the list of ${owners[lost]}` };
  return saysUnlisted(all, seen) ? undefined : { path: [name, 'next'], what: 'an id is listed by nobody' };
}

function lists(world: World): Inconsistency | undefined {
  const { devices, links, drivers, buses } = world;
  const { length } = devices;
  const parents = devices.map(({ joined, parent }) => (joined ? parent : -1));
  const busOf = (name: string) => buses.findIndex((bus) => bus.name === name);
  return (
    idLists('children', world.children, parents, length) ??
    idLists(
      'supplierLinks',
      world.supplierLinks,
      links.map((link) => link?.consumer ?? -1),
      length,
    ) ??
    idLists(
      'consumerLinks',
      world.consumerLinks,
      links.map((link) => link?.supplier ?? -1),
      length,
    ) ??
    idLists(
      'driverDevices',
      world.driverDevices,
      devices.map(({ bound, driver }) => (bound ? driver : -1)),
      drivers.length,
    ) ??
    idLists(
      'busDevices',
      world.busDevices,
      devices.map(({ registered, dead, bus }) => (registered && !dead ? busOf(bus) : -1)),
      buses.length,
    )
  );
}

function orderList(path: DataPath, list: OrderList, listed: readonly boolean[]): Inconsistency | undefined {
  const seen = new Set<number>();
  const found = members(list, seen);
  if (found === undefined || list.next.length > listed.length || !saysUnlisted(list, seen))
    return { path, what: 'it is not a list of devices' };
  const stray = listed.findIndex((isListed, id) => isListed !== seen.has(id));
  return stray < 0 ? undefined : { path, what: `device ${stray} and the list disagree` };
}

function orders(world: World): Inconsistency | undefined {
  const { devices } = world;
  for (const name of ['dpm', 'prepared', 'suspended', 'late-early', 'noirq', 'completed'] as const) {
    const listed = devices.map(({ power }) => power.list === name);
    const wrong = orderList([name], pmList(world, name), listed);
    if (wrong !== undefined) return wrong;
  }
  return orderList(
    ['devicesKset'],
    world.devicesKset,
    devices.map(({ registered }) => registered),
  );
}

/** Each timer is later than the one above it, and its device knows its place. */
function timerHeap({ timers, timersSet }: WorkQueues, devices: readonly Device[]): Inconsistency | undefined {
  const wrong = timers.findIndex(
    (timer, index) =>
      timer.order >= timersSet ||
      devices[timer.device]!.power.timerPlace !== index ||
      (index > 0 && !isEarlier(timers[(index - 1) >> 1]!, timer)),
  );
  if (wrong >= 0) return { path: ['work', 'timers', wrong], what: 'it does not stand where it belongs' };
  const set = devices.filter(({ power }) => power.timerPlace >= 0).length;
  return set === timers.length
    ? undefined
    : { path: ['work', 'timers'], what: 'a device has a timer that is not set' };
}

function queues({ work, devices, powerDomains }: World): Inconsistency | undefined {
  const items = (['percpu', 'unbound', 'frozenItems'] as const).flatMap((list) => itemsOf(work, list));
  if (items.some(({ kind }) => kind === 'flush-barrier'))
    return { path: ['work'], what: 'nobody waits for one of the barriers' };
  const inItems = items.map((item) => ('device' in item ? item.device : -1));
  const inReleases = work.releases.flatMap(({ supplier, consumer }) => [supplier, consumer]);
  const inTimers = work.timers.map(({ device }) => device);
  return (
    outside([...inItems, ...inReleases, ...inTimers], devices.length, ['work'], 'device') ??
    timerHeap(work, devices) ??
    outside(
      items.map((item) => ('domain' in item ? item.domain : -1)),
      powerDomains.all.length,
      ['work'],
      'domain',
    )
  );
}
