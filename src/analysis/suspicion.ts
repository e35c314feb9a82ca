/**
 * How suspicious it is that two callbacks stand in a different order in two cycles. `Suspicion`, the worst first:
 *
 *     unlinked     they depend on each other in hardware, but by list position only: nothing keeps their order.
 *                  Reversed before overlapping, since that fails each time and not only now and then
 *     contradicts  links or parents keep their order, and one of the logs shows otherwise: the board described is not
 *                  the board recorded, or the link was not there at the time
 *     overlapping  nothing is known of them, and the kernel ran them at the same time: it knows of no dependency
 *     reversed     nothing is known of them, and they changed places, as when the order of the list changes
 *     unrelated    they have nothing to do with each other
 */

import type { ComparedRun } from './compared-runs.ts';
import type { PairOrder } from './pair-order.ts';

/** From the most to the least suspicious. */
export const SUSPICIONS = ['unlinked', 'contradicts', 'overlapping', 'reversed', 'unrelated'] as const;

export type Suspicion = (typeof SUSPICIONS)[number];

/** Two callbacks whose order differs. */
export interface OrderDifference {
  /** The one that ended before the other began: in the first cycle, or in the second if they overlap in the first. */
  readonly earlier: ComparedRun;
  readonly later: ComparedRun;
  /** The cycle in which `earlier` ended before `later` began. */
  readonly orderedIn: 'first' | 'second';
  /** What they did in the other cycle. */
  readonly otherwise: 'reversed' | 'overlapping';
  readonly order: PairOrder;
  readonly suspicion: Suspicion;
}

export function suspicionOf(order: PairOrder, otherwise: OrderDifference['otherwise']): Suspicion {
  switch (order) {
    case 'list-position':
      return 'unlinked';
    case 'path':
      return 'contradicts';
    case 'unknown':
      return otherwise;
    case 'none':
      return 'unrelated';
  }
}

/** More than the positions that a cycle has. */
const POSITIONS = 2 ** 20;

/**
 * A number by which differences sort: suspicion, reversed before overlapping, the nearest in the first cycle, the
 * first in it. No two pairs have the same.
 */
export function sortKey(
  suspicion: Suspicion,
  otherwise: OrderDifference['otherwise'],
  earlierPosition: number,
  laterPosition: number,
): number {
  const rank = 2 * SUSPICIONS.indexOf(suspicion) + (otherwise === 'reversed' ? 0 : 1);
  const distance = Math.abs(earlierPosition - laterPosition);
  const turned = laterPosition < earlierPosition ? 1 : 0;
  return ((rank * POSITIONS + distance) * POSITIONS + earlierPosition) * 2 + turned;
}
