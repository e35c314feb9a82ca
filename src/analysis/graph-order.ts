/**
 * The order of suspend that parents and links alone give, and where dpm_list stands against it.
 *
 * A device goes before its parent and before its suppliers over links that order; of several that may go next, the one whose id
 * (`bus:name`) is lowest by code units goes. So it depends on the graph only: in whatever order devices are registered, deferred
 * or moved, it is the same. Where the kernel's order differs from it, list position decides and nothing else.
 */
import { isListed, listValues } from '../core/order-list.ts';
import type { DeviceId, LinkId, World } from '../core/world.ts';
import { superiorsOf } from './dependencies.ts';
import { idOf } from './words.ts';

/** A parent or a link that an order does not keep: `subordinate` should be suspended first. */
export interface BrokenEdge {
  readonly subordinate: DeviceId;
  readonly superior: DeviceId;
  /** undefined for a parent. */
  readonly link: LinkId | undefined;
}

export interface GraphOrder {
  /** In the order of the suspend phase; resume is the reverse. */
  readonly suspend: readonly DeviceId[];
  /** Devices of the longest chain of parents and links: as many steps are needed even if all are asynchronous. */
  readonly longestChain: number;
  /**
   * Parents and links that no order can keep, since they lie on a circle. The kernel refuses links that would close one; a device
   * that is moved below another one (device_move) can.
   */
  readonly broken: readonly BrokenEdge[];
}

/** A heap of small numbers, lowest first. */
class LowestFirst {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above]! <= item) break;
      items[at] = items[above]!;
      at = above;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const lowest = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return lowest;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && items[below + 1]! < items[below]!) below++;
      if (items[below]! >= last) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = last;
    return lowest;
  }
}

/** Devices by rank of their ids; equal ids, which only a damaged world has, by number. */
function byId(world: World, devices: readonly DeviceId[]): DeviceId[] {
  const ids = new Map(devices.map((id) => [id, idOf(world, id)]));
  return devices.toSorted((one, two) => {
    const [a, b] = [ids.get(one)!, ids.get(two)!];
    return a < b ? -1 : a > b ? 1 : one - two;
  });
}

/** The devices of dpm_list in its order, but the one that all others are below: the root of the platform bus is on no bus. */
export function listedDevices(world: World): DeviceId[] {
  return listValues(world.dpmList).filter((id) => world.devices[id]!.bus !== '');
}

/**
 * What a device is ordered behind: its parent and suppliers, and in place of those on no bus (an SPI controller, a DMA channel) what they
 * are ordered behind in turn.
 */
function listedSuperiors(world: World, id: DeviceId): readonly { to: DeviceId; link: LinkId | undefined }[] {
  const hops = superiorsOf(world, id);
  if (hops.every(({ to }) => world.devices[to]!.bus !== '')) return hops;
  const found: { to: DeviceId; link: LinkId | undefined }[] = [];
  const passed = new Set<DeviceId>([id]);
  for (const { to, link } of hops) {
    const stack = [to];
    while (stack.length > 0) {
      const at = stack.pop()!;
      if (passed.has(at)) continue;
      passed.add(at);
      if (world.devices[at]!.bus !== '') found.push({ to: at, link });
      else stack.push(...superiorsOf(world, at).map((hop) => hop.to));
    }
  }
  return found;
}

/** A device on a circle of devices that are left: from the lowest one, always on to its lowest subordinate that is left. */
function onCircle(
  first: number,
  subordinatesOf: readonly (readonly number[])[],
  isLeft: (rank: number) => boolean,
): number {
  const seen = new Set<number>();
  let at = first;
  while (!seen.has(at)) {
    seen.add(at);
    at = subordinatesOf[at]!.reduce(
      (least, rank) => (isLeft(rank) ? Math.min(least, rank) : least),
      Number.POSITIVE_INFINITY,
    );
  }
  return at;
}

/** The order from parents and links alone. O((n + links) log n). */
export function graphOrder(world: World): GraphOrder {
  const ranked = byId(world, listedDevices(world));
  const rankOf = new Map(ranked.map((id, rank) => [id, rank]));
  const superiors: { rank: number; link: LinkId | undefined }[][] = ranked.map((id) =>
    listedSuperiors(world, id).flatMap(({ to, link }) => {
      const rank = rankOf.get(to);
      return rank === undefined ? [] : [{ rank, link }];
    }),
  );
  const subordinates: number[][] = ranked.map(() => []);
  for (const [rank, above] of superiors.entries())
    for (const one of above) subordinates[one.rank]!.push(rank);
  const waiting = subordinates.map((below) => below.length);
  const done = new Uint8Array(ranked.length);
  const chain = new Int32Array(ranked.length).fill(1);
  const ready = new LowestFirst();
  for (const [rank, count] of waiting.entries()) if (count === 0) ready.push(rank);
  const suspend: DeviceId[] = [];
  const broken: BrokenEdge[] = [];
  let lowestLeft = 0;
  while (suspend.length < ranked.length) {
    let next = ready.pop();
    if (next === undefined) {
      while (done[lowestLeft]) lowestLeft++;
      next = onCircle(lowestLeft, subordinates, (rank) => !done[rank]);
    }
    if (done[next]) continue;
    done[next] = 1;
    suspend.push(ranked[next]!);
    for (const { rank, link } of superiors[next]!) {
      if (done[rank]) broken.push({ subordinate: ranked[next]!, superior: ranked[rank]!, link });
      chain[rank] = Math.max(chain[rank]!, chain[next]! + 1);
      if (--waiting[rank]! === 0 && !done[rank]) ready.push(rank);
    }
  }
  return { suspend, longestChain: chain.reduce((most, length) => Math.max(most, length), 0), broken };
}

/** Parents and links that dpm_list does not keep: the superior stands behind its subordinate. In dpm_list order. */
export function contradictions(world: World): BrokenEdge[] {
  const position = new Map(listValues(world.dpmList).map((id, index) => [id, index]));
  return [...position.keys()].flatMap((subordinate) =>
    superiorsOf(world, subordinate).flatMap(({ to, link }) => {
      if (!isListed(world.dpmList, to) || position.get(to)! < position.get(subordinate)!) return [];
      return [{ subordinate, superior: to, link }];
    }),
  );
}

/** How many pairs stand the other way round in two orders of the same devices. O(n log n). */
export function swappedPairs(one: readonly DeviceId[], two: readonly DeviceId[]): number {
  const place = new Map(two.map((id, index) => [id, index]));
  const tree = new Int32Array(two.length + 1);
  let swapped = 0;
  for (const [before, id] of one.entries()) {
    const at = place.get(id)! + 1;
    let notBehind = 0;
    for (let node = at; node > 0; node -= node & -node) notBehind += tree[node]!;
    swapped += before - notBehind;
    for (let node = at; node <= two.length; node += node & -node) tree[node]!++;
  }
  return swapped;
}

/** Devices past which pairs are not counted: it takes a bit for each. */
export const PAIRS_LIMIT = 8_192;

/** How many pairs of devices a path of parents and links orders; undefined for more than PAIRS_LIMIT devices. */
export function orderedPairs(world: World, { suspend }: GraphOrder): number | undefined {
  const count = suspend.length;
  if (count > PAIRS_LIMIT) return undefined;
  const words = (count + 31) >> 5;
  const place = new Map(suspend.map((id, index) => [id, index]));
  // Superiors come later in the order, so their sets are whole when a subordinate adds them to its own.
  const above = new Uint32Array(count * words);
  let pairs = 0;
  for (let at = count - 1; at >= 0; at--) {
    for (const { to } of listedSuperiors(world, suspend[at]!)) {
      const superior = place.get(to);
      if (superior === undefined || superior <= at) continue;
      above[at * words + (superior >> 5)]! |= 1 << (superior & 31);
      for (let word = 0; word < words; word++) above[at * words + word]! |= above[superior * words + word]!;
    }
    for (let word = 0; word < words; word++) pairs += bitsIn(above[at * words + word]!);
  }
  return pairs;
}

function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
