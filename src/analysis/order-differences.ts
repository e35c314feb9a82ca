/**
 * Compares the order of callbacks in two recorded cycles: synchronous and asynchronous, a good one and a bad one. The
 * kernel keeps the order of devices that it knows to depend on each other in every run, so a pair whose order differs
 * is one whose dependency it does not know, or one without any. Which of the two, the board can tell.
 *
 * **What differs.** Two callbacks of one direction differ if one ended before the other began in one of the cycles and
 * not in the other: there it began after the other ended (`reversed`), or they ran at the same time (`overlapping`).
 * How suspicious that is, is told in suspicion.ts.
 *
 * **Grouping.** A pair is listed under the device that explains it, so that one device that moved is one entry: of the
 * fewest devices whose moving explains the new order (moved-devices.ts), the one that moved farthest; if neither of
 * the pair moved, the one that ran on while the other began.
 */

import type { SleepDirection } from '../core/trace.ts';
import { type ComparedPart, type ComparedRun, runsInCommon } from './compared-runs.ts';
import { movedElements } from './moved-devices.ts';
import { orderedByParents, type PairOrder } from './pair-order.ts';
import type { CallbackRun, SleepCycle } from './sleep-cycles.ts';
import { type OrderDifference, SUSPICIONS, type Suspicion, sortKey, suspicionOf } from './suspicion.ts';

export { type ComparedPart, type ComparedRun, comparableParts } from './compared-runs.ts';
export { orderedByParents, type PairOrder } from './pair-order.ts';
export { type OrderDifference, SUSPICIONS, type Suspicion } from './suspicion.ts';

/** A device that explains differences. */
export interface DisplacedDevice {
  readonly run: ComparedRun;
  /** `moved` to another place in the order, or in its place but `overlapping` what came after it. */
  readonly cause: 'moved' | 'overlapping';
  /** Places it moved, negative towards the beginning. */
  readonly displacement: number;
  /** How many of the examined pairs it explains. */
  readonly pairs: number;
  /** The worst of its differences. */
  readonly suspicion: Suspicion;
  /** The most suspicious ones first, then the nearest in the first cycle; at most `listLimit`. */
  readonly differences: readonly OrderDifference[];
}

export interface OrderDifferences extends ComparedPart {
  readonly direction: SleepDirection;
  /** Runs that both cycles have. */
  readonly compared: number;
  readonly onlyFirst: readonly CallbackRun[];
  readonly onlySecond: readonly CallbackRun[];
  /** Pairs of compared runs that were held against each other, and that were not, because there are too many. */
  readonly examinedPairs: number;
  readonly unexaminedPairs: number;
  /** Examined pairs that differ. */
  readonly differingPairs: number;
  /** Differing pairs for which `ordered` was not asked, because there are too many: taken as unknown. */
  readonly unaskedPairs: number;
  /** By suspicion, then by the number of pairs they explain, then by their place in the first cycle. */
  readonly devices: readonly DisplacedDevice[];
}

/** Without a phase: all of the direction but prepare and complete, which a kernel log does not have. */
export interface OrderDifferenceOptions extends ComparedPart {
  /** What keeps two devices, by name, in order. Without it, the parents that the logs name. */
  readonly ordered?: (earlier: string, later: string) => PairOrder;
  /** Pairs examined; default EXAMINED_LIMIT. Those of devices that moved come first, the farthest moved one before. */
  readonly examinedLimit?: number;
  /** Pairs for which `ordered` is asked; default ASKED_LIMIT. */
  readonly askedLimit?: number;
  /**
   * Pairs of device names, either way round, for which `ordered` is asked whatever the limit: best those of which the
   * board has a dependency in hardware, so that none of them is missed in a large log.
   */
  readonly suspects?: Iterable<readonly [string, string]>;
  /** Differences listed of a device; default LIST_LIMIT. */
  readonly listLimit?: number;
}

/** All pairs of some 5,000 devices. */
export const EXAMINED_LIMIT = 1 << 24;
export const ASKED_LIMIT = 1 << 17;
export const LIST_LIMIT = 20;

/** A compared run with its sequence numbers at hand; one that had not returned runs to the end. */
interface Interval {
  readonly run: ComparedRun;
  readonly firstBegin: number;
  readonly firstEnd: number;
  readonly secondBegin: number;
  readonly secondEnd: number;
}

function intervalOf(run: ComparedRun): Interval {
  return {
    run,
    firstBegin: run.first.beginSequence,
    firstEnd: run.first.endSequence ?? Number.POSITIVE_INFINITY,
    secondBegin: run.second.beginSequence,
    secondEnd: run.second.endSequence ?? Number.POSITIVE_INFINITY,
  };
}

type Difference = Pick<OrderDifference, 'orderedIn' | 'otherwise'> & { readonly swapped: boolean };

// All that a pair can come to; `swapped` if the one that began second in the first cycle is the earlier one.
const REVERSED: Difference = { orderedIn: 'first', otherwise: 'reversed', swapped: false };
const OVERLAP_IN_SECOND: Difference = { orderedIn: 'first', otherwise: 'overlapping', swapped: false };
const OVERLAP_IN_FIRST: Difference = { orderedIn: 'second', otherwise: 'overlapping', swapped: false };
const OVERLAP_IN_FIRST_SWAPPED: Difference = { ...OVERLAP_IN_FIRST, swapped: true };

/** The difference of two runs, of which `one` began before `two` in the first cycle; undefined if there is none. */
function differenceOf(one: Interval, two: Interval): Difference | undefined {
  const ordered = one.firstEnd < two.firstBegin;
  const kept = one.secondEnd < two.secondBegin;
  if (ordered && kept) return undefined;
  const turned = two.secondEnd < one.secondBegin;
  if (ordered) return turned ? REVERSED : OVERLAP_IN_SECOND;
  if (kept) return OVERLAP_IN_FIRST;
  return turned ? OVERLAP_IN_FIRST_SWAPPED : undefined;
}

/** The differences of one device: all counted, the most suspicious ones kept, sorted. */
interface Group {
  readonly run: ComparedRun;
  pairs: number;
  readonly keys: number[];
  readonly kept: OrderDifference[];
}

/** Where a difference of this key belongs in the group; -1 if there are enough that are worse. */
function placeFor(group: Group, key: number, listLimit: number): number {
  let place = group.keys.length;
  if (place >= listLimit && (place === 0 || group.keys[place - 1]! < key)) return -1;
  while (place > 0 && group.keys[place - 1]! > key) place--;
  return place;
}

function displacementOf(run: ComparedRun): number {
  return run.secondPosition - run.firstPosition;
}

/** The order in which devices claim pairs: those that moved, the farthest first; then the others as they stand. */
function claimOrder(common: readonly ComparedRun[], moved: Uint8Array): ComparedRun[] {
  const distance = (run: ComparedRun): number =>
    moved[run.firstPosition] ? Math.abs(displacementOf(run)) : -1;
  return [...common].sort(
    (one, two) => distance(two) - distance(one) || one.firstPosition - two.firstPosition,
  );
}

function displacedDevice({ run, pairs, kept }: Group, moved: Uint8Array, listLimit: number): DisplacedDevice {
  return {
    run,
    cause: moved[run.firstPosition] ? 'moved' : 'overlapping',
    displacement: displacementOf(run),
    pairs,
    suspicion: kept[0]!.suspicion,
    differences: kept.slice(0, listLimit),
  };
}

function compareDevices(one: DisplacedDevice, two: DisplacedDevice): number {
  return (
    SUSPICIONS.indexOf(one.suspicion) - SUSPICIONS.indexOf(two.suspicion) ||
    two.pairs - one.pairs ||
    one.run.firstPosition - two.run.firstPosition
  );
}

/** Device names hold no newline. */
function pairKey(one: string, two: string): string {
  return one < two ? `${one}\n${two}` : `${two}\n${one}`;
}

/** Asks about pairs within a limit, and about suspects always. */
function createAsker(
  ordered: (earlier: string, later: string) => PairOrder,
  { askedLimit = ASKED_LIMIT, suspects = [] }: OrderDifferenceOptions,
): { readonly ask: (earlier: string, later: string) => PairOrder; readonly asked: () => number } {
  const always = new Set([...suspects].map(([one, two]) => pairKey(one, two)));
  let asked = 0;
  return {
    ask: (earlier, later) => {
      if (asked >= askedLimit && (always.size === 0 || !always.has(pairKey(earlier, later))))
        return 'unknown';
      asked++;
      return ordered(earlier, later);
    },
    asked: () => asked,
  };
}

/**
 * The differences between the orders of two cycles, most suspicious first. Callbacks that had not returned count as
 * running to the end. Cost: O(n log n) and the examined pairs, which are limited.
 */
export function orderDifferences(
  first: SleepCycle,
  second: SleepCycle,
  options: OrderDifferenceOptions,
): OrderDifferences {
  const { direction, phase, examinedLimit = EXAMINED_LIMIT, listLimit = LIST_LIMIT } = options;
  const { common, onlyFirst, onlySecond } = runsInCommon(first, second, direction, phase);
  const moved = movedElements(Int32Array.from(common, (run) => run.secondPosition));
  const intervals = claimOrder(common, moved).map(intervalOf);
  const { ask, asked } = createAsker(options.ordered ?? orderedByParents(first, second), options);
  const groups: Group[] = [];
  let examined = 0;
  let differing = 0;

  function add(group: Group, difference: Difference, one: ComparedRun, two: ComparedRun): void {
    const [earlier, later] = difference.swapped ? [two, one] : [one, two];
    const { orderedIn, otherwise } = difference;
    differing++;
    group.pairs++;
    const order = ask(earlier.device, later.device);
    const suspicion = suspicionOf(order, otherwise);
    const key = sortKey(suspicion, otherwise, earlier.firstPosition, later.firstPosition);
    const place = placeFor(group, key, Math.max(listLimit, 1));
    if (place < 0) return;
    group.keys.splice(place, 0, key);
    group.kept.splice(place, 0, { earlier, later, orderedIn, otherwise, order, suspicion });
    if (group.keys.length <= listLimit) return;
    group.keys.pop();
    group.kept.pop();
  }

  for (const [index, claim] of intervals.entries()) {
    const group: Group = { run: claim.run, pairs: 0, keys: [], kept: [] };
    for (let at = index + 1; at < intervals.length && examined < examinedLimit; at++, examined++) {
      const other = intervals[at]!;
      const [one, two] = claim.firstBegin < other.firstBegin ? [claim, other] : [other, claim];
      const difference = differenceOf(one, two);
      if (difference === undefined || one.run.device === two.run.device) continue;
      add(group, difference, one.run, two.run);
    }
    if (group.pairs > 0) groups.push(group);
  }

  return {
    direction,
    ...(phase === undefined ? {} : { phase }),
    compared: common.length,
    onlyFirst,
    onlySecond,
    examinedPairs: examined,
    unexaminedPairs: (common.length * (common.length - 1)) / 2 - examined,
    differingPairs: differing,
    unaskedPairs: differing - asked(),
    devices: groups.map((group) => displacedDevice(group, moved, listLimit)).sort(compareDevices),
  };
}
