/**
 * What the phases of system sleep do to pairs of devices that depend on each other. Links and parents order two devices within
 * each phase; the phases themselves come one after another whatever links say. So a supplier that goes down in a later phase than
 * its consumer needs no link for that, and one that goes down in an earlier phase is gone too soon for all that.
 *
 * A device counts as going down with its first callback on the way down and as up with its last one on the way up; which of
 * them really stops and starts it, only its driver knows. A device without callbacks of system sleep says nothing.
 */
import { CALLBACK_BIT } from '../core/callbacks.ts';
import { directionOfPhase, SLEEP_PHASES, type SleepDirection, type SleepPhase } from '../core/trace.ts';
import type { DeviceId, LinkId, World } from '../core/world.ts';
import { callbackLayer, driverHasCallback } from '../pm/index.ts';
import { orderingPath, superiorsOf, unlinkedDependencies } from './dependencies.ts';
import { listedDevices } from './graph-order.ts';
import { causesText, idOf, nameOf, referenceText } from './words.ts';

/** How two devices depend on each other. `none`: hardware has the dependency and nothing in the kernel knows it. */
export type PairRelation = 'link' | 'parent' | 'path' | 'none';

export interface PhasePair {
  readonly consumer: string;
  readonly supplier: string;
  /**
   * `stands in for a link`: nothing but their phases orders the two. `not needed`: the link or path orders them in any phase.
   * `contradicts`: the supplier goes down before the consumer's last callback, or comes up after its first one.
   */
  readonly kind: 'stands in for a link' | 'not needed' | 'contradicts';
  readonly direction: SleepDirection;
  /** The consumer's last phase with a callback on the way down, its first one on the way up. */
  readonly consumerPhase: SleepPhase;
  /** The supplier's first phase with a callback on the way down, its last one on the way up. */
  readonly supplierPhase: SleepPhase;
  readonly relation: PairRelation;
  /** In one sentence. */
  readonly reason: string;
}

/** A dependency, by what is known of it. */
interface Pair {
  readonly consumer: DeviceId;
  readonly supplier: DeviceId;
  readonly relation: PairRelation;
  readonly how: string;
}

const PHASES_OF: Readonly<Record<SleepDirection, readonly SleepPhase[]>> = {
  suspend: SLEEP_PHASES.filter((phase) => phase !== 'prepare' && directionOfPhase(phase) === 'suspend'),
  resume: SLEEP_PHASES.filter((phase) => phase !== 'complete' && directionOfPhase(phase) === 'resume'),
};

/**
 * Whether the device has a callback of a phase that is its own business: a power domain's callbacks are for the domain, and
 * call the driver's if there is one.
 */
function hasCallback(world: World, id: DeviceId, phase: SleepPhase): boolean {
  if (world.devices[id]!.membership !== undefined) return driverHasCallback(world, id, CALLBACK_BIT[phase]);
  return callbackLayer(world, id, CALLBACK_BIT[phase]) !== undefined;
}

/** Phases of a direction in which a device has a callback, in the order in which they run. */
function phasesOf(world: World, id: DeviceId, direction: SleepDirection): SleepPhase[] {
  return PHASES_OF[direction].filter((phase) => hasCallback(world, id, phase));
}

/** Whether a driver's, type's or domain's callbacks of system sleep are known of any device. */
export function arePhasesKnown(world: World): boolean {
  return listedDevices(world).some((id) => SLEEP_PHASES.some((phase) => hasCallback(world, id, phase)));
}

/** Direct parents and links that order, and dependencies of the board without a link; each pair of devices once, links first. */
function pairsOf(world: World): Pair[] {
  const pairs = new Map<string, Pair>();
  const add = (pair: Pair) => {
    const key = `${pair.consumer} ${pair.supplier}`;
    if (!pairs.has(key)) pairs.set(key, pair);
  };
  const linkText = (link: LinkId) => `a link orders the two within a phase (${causesText(world, link)})`;
  for (const consumer of listedDevices(world)) {
    const hops = superiorsOf(world, consumer);
    for (const { to: supplier, link } of hops)
      if (link !== undefined) add({ consumer, supplier, relation: 'link', how: linkText(link) });
    for (const { to: supplier, link } of hops)
      if (link === undefined)
        add({
          consumer,
          supplier,
          relation: 'parent',
          how: 'a child and its parent are ordered within a phase',
        });
  }
  for (const { consumer, supplier, reference } of unlinkedDependencies(world)) {
    const isPath = orderingPath(world, consumer, supplier) !== undefined;
    const text = referenceText(world, reference);
    const how = isPath
      ? `a path of links and parents orders the two within a phase (${text})`
      : `no link orders the two (${text})`;
    add({ consumer, supplier, relation: isPath ? 'path' : 'none', how });
  }
  return [...pairs.values()];
}

function reasonOf(
  world: World,
  pair: Pair,
  direction: SleepDirection,
  phases: readonly [SleepPhase, SleepPhase],
): string {
  const [consumer, supplier] = [nameOf(world, pair.consumer), nameOf(world, pair.supplier)];
  const [consumerPhase, supplierPhase] = phases;
  return direction === 'suspend'
    ? `${consumer} has its last callback in ${consumerPhase}, ${supplier} its first one in ${supplierPhase}; ${pair.how}`
    : `${consumer} has its first callback in ${consumerPhase}, ${supplier} its last one in ${supplierPhase}; ${pair.how}`;
}

function phasePair(world: World, pair: Pair, direction: SleepDirection): PhasePair | undefined {
  const own = phasesOf(world, pair.consumer, direction);
  const others = phasesOf(world, pair.supplier, direction);
  const consumerPhase = direction === 'suspend' ? own.at(-1) : own[0];
  const supplierPhase = direction === 'suspend' ? others[0] : others.at(-1);
  if (consumerPhase === undefined || supplierPhase === undefined || consumerPhase === supplierPhase)
    return undefined;
  const order = PHASES_OF[direction];
  const isConsumerFirst = order.indexOf(consumerPhase) < order.indexOf(supplierPhase);
  const isKept = isConsumerFirst === (direction === 'suspend');
  // Whether a parent may go later than its children is nothing that anybody asks.
  if (isKept && pair.relation === 'parent') return undefined;
  const kind = !isKept ? 'contradicts' : pair.relation === 'none' ? 'stands in for a link' : 'not needed';
  return {
    consumer: idOf(world, pair.consumer),
    supplier: idOf(world, pair.supplier),
    kind,
    direction,
    consumerPhase,
    supplierPhase,
    relation: pair.relation,
    reason: reasonOf(world, pair, direction, [consumerPhase, supplierPhase]),
  };
}

/**
 * Pairs of dependent devices whose callbacks are in different phases, each direction by itself, by consumer in dpm_list order.
 * Empty where no callbacks are known, as on a board without drivers.
 */
export function phasePairs(world: World): PhasePair[] {
  if (!arePhasesKnown(world)) return [];
  const pairs = pairsOf(world);
  return (['suspend', 'resume'] as const).flatMap((direction) =>
    pairs.flatMap((pair) => phasePair(world, pair, direction) ?? []),
  );
}
