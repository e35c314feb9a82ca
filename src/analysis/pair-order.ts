/** What keeps two devices in order, as far as somebody can tell. */

import type { SleepCycle } from './sleep-cycles.ts';

/**
 * A `path` of links and parents keeps them in order; their `list-position` only, although they depend on each other;
 * `none`: they have nothing to do with each other; or it is not known.
 */
export type PairOrder = 'path' | 'list-position' | 'none' | 'unknown';

/** Parents above a device that are looked at: real ones are a dozen, a damaged log may have a cycle. */
const DEPTH_LIMIT = 64;

/**
 * What the logs themselves tell: a parent waits for its children in suspend and they for it in resume. Of other pairs
 * they tell nothing.
 */
export function orderedByParents(...cycles: readonly SleepCycle[]): (one: string, two: string) => PairOrder {
  const parents = new Map<string, string>();
  for (const cycle of cycles) {
    for (const { device, parent } of cycle.runs) if (parent !== undefined) parents.set(device, parent);
  }
  const isAbove = (ancestor: string, device: string): boolean => {
    let at = parents.get(device);
    for (let depth = 0; at !== undefined && depth < DEPTH_LIMIT; depth++) {
      if (at === ancestor) return true;
      at = parents.get(at);
    }
    return false;
  };
  return (one, two) => (isAbove(one, two) || isAbove(two, one) ? 'path' : 'unknown');
}
