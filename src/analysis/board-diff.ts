/**
 * What differs between two boots, by the names of devices and nodes: two boards, or one board under two kernels' worth of rules (a
 * policy of DMA links, an overlay). Phandles, indices and the order of nodes that nothing depends on do not count.
 */
import type { World } from '../core/world.ts';
import { type Cycle, cyclesOf } from './cycles.ts';
import { type DmaRequests, dmaRequestsOf } from './dma-requests.ts';
import { type EnginePhaseRow, enginePhases } from './engine-phases.ts';
import { graphOrder, listedDevices, orderedPairs, swappedPairs } from './graph-order.ts';
import { type DeviceRow, type LinkRow, type LinksResult, linksOf } from './links.ts';
import { movedElements } from './moved-devices.ts';
import { type LuckyPair, luckyPairs } from './order.ts';
import { idOf } from './words.ts';

/** A number on both sides. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** A device that both sides have and that is not the same. */
export interface ChangedDevice {
  readonly device: string;
  readonly what: 'node' | 'parent' | 'driver';
  /** null for none. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A pair of devices that has a link on both sides, with another state or other flags. */
export interface ChangedLink {
  readonly before: LinkRow;
  readonly after: LinkRow;
}

/** A device that stands elsewhere in the order of suspend: of the fewest whose moving explains the new order. */
export interface MovedDevice {
  readonly device: string;
  /** Its place among the devices of both sides, from 1. */
  readonly before: number;
  readonly after: number;
}

/** An engine whose phase of system sleep is needed for the order with other clients than before. */
export interface ChangedEnginePhase {
  readonly before: EnginePhaseRow | null;
  readonly after: EnginePhaseRow | null;
}

export interface AddedAndRemoved<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
}

/** One of the two boots, as results name it. */
export interface DiffSide {
  readonly input: string;
  readonly model: string | null;
  /** What was asked of it, in words: `--dma-links engine`. */
  readonly context: string;
}

export interface DiffSides {
  readonly from: DiffSide;
  readonly to: DiffSide;
}

export interface BoardDiff extends DiffSides {
  readonly version: 1;
  readonly kernel: string;
  readonly devices: AddedAndRemoved<DeviceRow> & { readonly changed: readonly ChangedDevice[] };
  readonly links: AddedAndRemoved<LinkRow> & { readonly changed: readonly ChangedLink[] };
  readonly cycles: AddedAndRemoved<Cycle>;
  readonly order: {
    /** Devices that both sides have. */
    readonly devices: number;
    readonly moved: readonly MovedDevice[];
    /** Pairs of these devices that stand the other way round. */
    readonly swappedPairs: number;
    /** Pairs of all devices that a path of parents and links orders; null where there are too many devices to count. */
    readonly orderedPairs: BeforeAfter | null;
  };
  /** Dependencies that only list position keeps, or does not keep. */
  readonly luck: AddedAndRemoved<LuckyPair>;
  readonly enginePhases: readonly ChangedEnginePhase[];
  /** Probes that were put off, all in all. */
  readonly deferrals: BeforeAfter;
  /** Requests for DMA channels, null on a side whose drivers make none. */
  readonly dma: { readonly before: DmaRequests | null; readonly after: DmaRequests | null };
}

/** Rows of two lists by a key: those of one side only, and pairs of those of both. In the order of the lists. */
function compared<T>(before: readonly T[], after: readonly T[], keyOf: (row: T) => string) {
  const old = new Map(before.map((row) => [keyOf(row), row]));
  const now = new Map(after.map((row) => [keyOf(row), row]));
  return {
    added: [...now].filter(([key]) => !old.has(key)).map(([, row]) => row),
    removed: [...old].filter(([key]) => !now.has(key)).map(([, row]) => row),
    both: [...old].flatMap(([key, row]) => {
      const other = now.get(key);
      return other === undefined ? [] : [[row, other] as const];
    }),
  };
}

function diffDevices(before: LinksResult, after: LinksResult): BoardDiff['devices'] {
  const { added, removed, both } = compared(before.devices, after.devices, ({ id }) => id);
  const changed = both.flatMap(([old, now]) =>
    (['node', 'parent', 'driver'] as const).flatMap((what) =>
      old[what] === now[what] ? [] : [{ device: old.id, what, before: old[what], after: now[what] }],
    ),
  );
  return { added, removed, changed };
}

function diffLinks(before: LinksResult, after: LinksResult): BoardDiff['links'] {
  const { added, removed, both } = compared(
    before.links,
    after.links,
    ({ consumer, supplier }) => `${consumer} ${supplier}`,
  );
  const changed = both
    .filter(([old, now]) => old.status !== now.status || old.flags.join() !== now.flags.join())
    .map(([old, now]) => ({ before: old, after: now }));
  return { added, removed, changed };
}

/** The nodes of a cycle, beginning with the one whose path is lowest. */
function cycleKey({ edges }: Cycle): string {
  const nodes = edges.map(({ from }) => from);
  const lowest = nodes.reduce((best, path, index) => (path < nodes[best]! ? index : best), 0);
  return [...nodes.slice(lowest), ...nodes.slice(0, lowest)].join(' ');
}

function suspendOrder(world: World): string[] {
  return listedDevices(world)
    .toReversed()
    .map((id) => idOf(world, id));
}

function diffOrder(from: World, to: World): BoardDiff['order'] {
  const [old, now] = [suspendOrder(from), suspendOrder(to)];
  const oldSet = new Set(old);
  const nowSet = new Set(now);
  const before = old.filter((id) => nowSet.has(id));
  const after = now.filter((id) => oldSet.has(id));
  const place = new Map(after.map((id, index) => [id, index]));
  const positions = Int32Array.from(before, (id) => place.get(id)!);
  const moved = movedElements(positions);
  const pairs = [from, to].map((world) => orderedPairs(world, graphOrder(world)));
  return {
    devices: before.length,
    moved: before.flatMap((device, index) =>
      moved[index] === 1 ? [{ device, before: index + 1, after: positions[index]! + 1 }] : [],
    ),
    swappedPairs: swappedPairs(
      [...before.keys()],
      [...positions.keys()].sort((a, b) => positions[a]! - positions[b]!),
    ),
    orderedPairs:
      pairs[0] === undefined || pairs[1] === undefined ? null : { before: pairs[0], after: pairs[1] },
  };
}

function diffPhases(from: World, to: World): ChangedEnginePhase[] {
  const { added, removed, both } = compared(enginePhases(from), enginePhases(to), ({ engine }) => engine);
  return [
    ...both
      .filter(([old, now]) => old.unordered.join() !== now.unordered.join())
      .map(([before, after]) => ({ before, after })),
    ...removed.map((before) => ({ before, after: null })),
    ...added.map((after) => ({ before: null, after })),
  ];
}

function deferralsOf(world: World): number {
  return world.events.reduce((count, { kind }) => count + (kind === 'defer' ? 1 : 0), 0);
}

/** What differs between two booted boards. Both worlds need their history; the names of the sides are the caller's. */
export function diffBoards(from: World, to: World, sides: DiffSides): BoardDiff {
  const [before, after] = [linksOf(from), linksOf(to)];
  const cycles = compared(cyclesOf(from), cyclesOf(to), cycleKey);
  const luck = compared(
    luckyPairs(from),
    luckyPairs(to),
    ({ first, second, property }) => `${first} ${second} ${property}`,
  );
  return {
    version: 1,
    kernel: to.settings.kernel,
    ...sides,
    devices: diffDevices(before, after),
    links: diffLinks(before, after),
    cycles: { added: cycles.added, removed: cycles.removed },
    order: diffOrder(from, to),
    luck: { added: luck.added, removed: luck.removed },
    enginePhases: diffPhases(from, to),
    deferrals: { before: deferralsOf(from), after: deferralsOf(to) },
    dma: {
      before: before.dma === undefined ? null : dmaRequestsOf(from),
      after: after.dma === undefined ? null : dmaRequestsOf(to),
    },
  };
}
