/**
 * In which order a board suspends and resumes, why each device stands where it stands, and where a dependency is kept by
 * luck: the answer of `devgraph order`.
 */
import { listValues } from '../core/order-list.ts';
import { type DeviceId, linkOf, PLATFORM_ROOT, placementOf, type World } from '../core/world.ts';
import { type Deadlock, mayOvertake, sleepDeadlocks, type Wait } from '../pm/index.ts';
import {
  orderingPath,
  type UnlinkedBecause,
  type UnlinkedDependency,
  unlinkedDependencies,
} from './dependencies.ts';
import {
  type BrokenEdge,
  contradictions,
  graphOrder,
  listedDevices,
  orderedPairs,
  swappedPairs,
} from './graph-order.ts';
import { arePhasesKnown, type PhasePair, phasePairs } from './phase-order.ts';
import type { SystemOrder } from './system-order.ts';
import { becauseText, causesText, idOf, nameOf, referenceText } from './words.ts';

/** A device in the order of the suspend phase. */
export interface OrderStep {
  readonly device: string;
  /** What put it there, in a few words. */
  readonly reason: string;
  readonly asynchronous: boolean;
  /** Asynchronous devices: who may be suspended before this one has ended though its turn comes later. */
  readonly mayBeOvertakenBy: readonly string[];
}

/** A dependency in hardware that only list position keeps, or does not even keep. */
export interface LuckyPair {
  /** Suspended first, resumed last. */
  readonly first: string;
  readonly second: string;
  readonly reason: string;
  readonly consumer: string;
  readonly supplier: string;
  readonly property: string;
  readonly node: string;
  /** `list position`: the consumer goes first today. `against`: the supplier goes first. */
  readonly kind: 'list position' | 'against';
  /** Why no link orders the two. */
  readonly because: UnlinkedBecause;
}

/** A parent or a link that an order does not keep. */
export interface BrokenEdgeRow {
  /** Should be suspended first. */
  readonly subordinate: string;
  readonly superior: string;
  /** What makes the dependency, in words. */
  readonly reason: string;
}

/** The order that parents and links alone give, and the kernel's beside it. */
export interface GraphOrderRow {
  /** Of several devices that may go next, the lowest id goes; resume is the reverse. */
  readonly suspend: readonly string[];
  /** Devices of the longest chain of parents and links. */
  readonly longestChain: number;
  readonly pairs: number;
  /** Pairs that a path of parents and links orders; null where there are too many devices to count. */
  readonly orderedPairs: number | null;
  /** Pairs that stand the other way round in the kernel's order. No path orders any of them, but for those in `contradicted`. */
  readonly swappedPairs: number;
  /** Parents and links against which the kernel's order stands. */
  readonly contradicted: readonly BrokenEdgeRow[];
  /** Parents and links that no order can keep, since they lie on a circle. */
  readonly broken: readonly BrokenEdgeRow[];
}

export interface DeadlockRow {
  readonly phase: 'suspend' | 'resume';
  /** Devices, each waiting for the next; the last one never comes to its turn. */
  readonly devices: readonly string[];
  readonly reason: string;
  /** One sentence for each wait. */
  readonly waits: readonly string[];
}

export interface OrderResult {
  readonly version: 1;
  readonly kernel: string;
  readonly suspend: readonly string[];
  readonly resume: readonly string[];
  readonly steps: readonly OrderStep[];
  readonly luck: readonly LuckyPair[];
  readonly deadlocks: readonly DeadlockRow[];
  readonly graph: GraphOrderRow;
  /** Dependent devices whose callbacks are in different phases; empty where no callbacks are known. */
  readonly phases: readonly PhasePair[];
  /** Whether callbacks of system sleep are known of any device. */
  readonly phasesKnown: boolean;
  /** The orders of the running system, if the board comes from a snapshot of one. */
  readonly system?: SystemOrder;
}

function placementReason(world: World, id: DeviceId): string {
  const placement = placementOf(world.devices[id]!);
  switch (placement.by) {
    case 'registration':
      return 'registered here';
    case 'deferred-retry':
      if (placement.root === id) return 'moved to the tail for a retry of its deferred probe';
      return `follows ${nameOf(world, placement.root)}, moved for a retry of its deferred probe`;
    case 'link': {
      const link = world.links[placement.link];
      const behind =
        link === undefined
          ? 'a supplier that is gone'
          : `${nameOf(world, link.supplier)} (${causesText(world, placement.link)})`;
      if (placement.root === id) return `moved behind ${behind}`;
      return `follows ${nameOf(world, placement.root)}, moved behind ${behind}`;
    }
  }
}

/** The pairs that a dependency is kept by list position only for, or that are in the wrong order. */
export function luckyPairs(world: World): LuckyPair[] {
  const position = new Map(listValues(world.dpmList).map((id, index) => [id, index]));
  const pairs: LuckyPair[] = [];
  for (const dependency of unlinkedDependencies(world)) {
    const { consumer, supplier } = dependency;
    if (orderingPath(world, consumer, supplier) !== undefined) continue;
    const kept = position.get(consumer)! > position.get(supplier)!;
    // A supplier that is itself ordered behind its consumer is no matter of luck: a child or a link says so.
    if (!kept && orderingPath(world, supplier, consumer) !== undefined) continue;
    pairs.push(luckyPair(world, dependency, kept));
  }
  return pairs;
}

function luckyPair(world: World, dependency: UnlinkedDependency, kept: boolean): LuckyPair {
  const consumer = idOf(world, dependency.consumer);
  const supplier = idOf(world, dependency.supplier);
  const { reference, because } = dependency;
  const what = `${referenceText(world, reference)} ${becauseText(world, because)}`;
  return {
    first: kept ? consumer : supplier,
    second: kept ? supplier : consumer,
    reason: kept ? what : `${what}; the supplier is suspended before its consumer`,
    consumer,
    supplier,
    property: reference.property,
    node: world.board.nodes[reference.consumer]!.path,
    kind: kept ? 'list position' : 'against',
    because,
  };
}

function waitText(world: World, { waiter, target, link }: Wait): string {
  const words = (id: DeviceId) =>
    `${nameOf(world, id)} (${world.devices[id]!.asyncSuspend ? 'async' : 'sync'})`;
  const why =
    link === undefined
      ? world.devices[waiter]!.parent === target
        ? 'its parent'
        : 'its child'
      : `${linkOf(world, link).consumer === waiter ? 'its supplier' : 'its consumer'}: ${causesText(world, link)}`;
  return `${words(waiter)} waits for ${words(target)}, ${why}`;
}

/** A deadlock in words. */
export function deadlockRow(world: World, { phase, kind, waits }: Deadlock): DeadlockRow {
  const chain = [waits[0]!.waiter, ...waits.map((wait) => wait.target)];
  // The last device of a circle is its first.
  const devices = kind === 'circle' ? chain.slice(0, -1) : chain;
  const last = nameOf(world, chain.at(-1)!);
  const reason =
    kind === 'circle'
      ? `${last} waits for itself`
      : `${last} stands later in the list than ${nameOf(world, devices[0]!)}, which holds up the walk`;
  return {
    phase,
    devices: devices.map((id) => idOf(world, id)),
    reason,
    waits: waits.map((wait) => waitText(world, wait)),
  };
}

function brokenEdgeRow(world: World, { subordinate, superior, link }: BrokenEdge): BrokenEdgeRow {
  return {
    subordinate: idOf(world, subordinate),
    superior: idOf(world, superior),
    reason: link === undefined ? 'its parent' : causesText(world, link),
  };
}

function graphOrderRow(world: World, kernelSuspend: readonly DeviceId[]): GraphOrderRow {
  const order = graphOrder(world);
  const { length } = order.suspend;
  return {
    suspend: order.suspend.map((id) => idOf(world, id)),
    longestChain: order.longestChain,
    pairs: (length * (length - 1)) / 2,
    orderedPairs: orderedPairs(world, order) ?? null,
    swappedPairs: swappedPairs(kernelSuspend, order.suspend),
    contradicted: contradictions(world).map((edge) => brokenEdgeRow(world, edge)),
    broken: order.broken.map((edge) => brokenEdgeRow(world, edge)),
  };
}

/** The suspend order of all devices on a bus, with reasons, lucky pairs and deadlocks, beside the order that the graph alone gives. */
export function orderOf(world: World): OrderResult {
  const dpm = listedDevices(world);
  const resume = dpm.map((id) => idOf(world, id));
  const suspend = dpm.toReversed();
  return {
    version: 1,
    kernel: world.settings.kernel,
    suspend: suspend.map((id) => idOf(world, id)),
    resume,
    steps: suspend.map((id) => {
      const asynchronous = world.devices[id]!.asyncSuspend;
      return {
        device: idOf(world, id),
        reason: placementReason(world, id),
        asynchronous,
        mayBeOvertakenBy: asynchronous
          ? mayOvertake(world, id, true)
              .filter((other) => other !== PLATFORM_ROOT)
              .map((other) => idOf(world, other))
          : [],
      };
    }),
    luck: luckyPairs(world),
    deadlocks: sleepDeadlocks(world, true).map((deadlock) => deadlockRow(world, deadlock)),
    graph: graphOrderRow(world, suspend),
    phases: phasePairs(world),
    phasesKnown: arePhasesKnown(world),
  };
}
