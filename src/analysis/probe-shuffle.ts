/**
 * Does the order in which drivers register matter? The same boot with other orders, and where the outcome differs, two orders as
 * short as possible that show it.
 */
import type { ProbeResult } from './probe-outcome.ts';

/** Boots with the drivers of these indices, in this order. */
export type BootInOrder = (order: readonly number[]) => ProbeResult;

export interface Shuffling {
  /** Orders that were tried, the given one included. */
  readonly tried: number;
  /** How many different sets of bound devices came out. */
  readonly outcomes: number;
  /** Two orders that differ in the devices that bind; null if all orders bind the same. */
  readonly difference: {
    /** Indices of drivers. */
    readonly first: readonly number[];
    readonly second: readonly number[];
    /** Devices that bind only with the first, and only with the second. */
    readonly onlyFirst: readonly string[];
    readonly onlySecond: readonly string[];
  } | null;
}

function boundKey({ bound }: ProbeResult): string {
  return [...bound].sort().join('\n');
}

function shuffled(order: readonly number[], choose: (count: number) => number): number[] {
  const result = [...order];
  for (let index = result.length - 1; index > 0; index--) {
    const other = choose(index + 1);
    [result[index], result[other]] = [result[other]!, result[index]!];
  }
  return result;
}

/** Takes drivers away from both orders, in ever smaller pieces, as long as their outcomes still differ. */
function shortest(
  first: readonly number[],
  second: readonly number[],
  boot: BootInOrder,
): [number[], number[]] {
  let [left, right] = [[...first], [...second]];
  for (let size = Math.ceil(left.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < left.length; ) {
      const gone = new Set(left.slice(at, at + size));
      const [fewer, fewerRight] = [
        left.filter((one) => !gone.has(one)),
        right.filter((one) => !gone.has(one)),
      ];
      if (boundKey(boot(fewer)) !== boundKey(boot(fewerRight))) [left, right] = [fewer, fewerRight];
      else at += size;
    }
  }
  return [left, right];
}

/**
 * Boots with `times` orders of `count` drivers besides the given one. `choose` picks below a number, the same sequence every time
 * for the same answer every time.
 */
export function shuffleDrivers(
  count: number,
  times: number,
  boot: BootInOrder,
  choose: (below: number) => number,
): Shuffling {
  const given = Array.from({ length: count }, (_, index) => index);
  const reference = boot(given);
  const outcomes = new Set([boundKey(reference)]);
  let differing: readonly number[] | undefined;
  for (let round = 0; round < times; round++) {
    const order = shuffled(given, choose);
    const key = boundKey(boot(order));
    if (!outcomes.has(key)) differing ??= order;
    outcomes.add(key);
  }
  if (differing === undefined) return { tried: times + 1, outcomes: 1, difference: null };
  const [first, second] = shortest(given, differing, boot);
  const [left, right] = [boot(first).bound, boot(second).bound];
  return {
    tried: times + 1,
    outcomes: outcomes.size,
    difference: {
      first,
      second,
      onlyFirst: left.filter((id) => !right.includes(id)),
      onlySecond: right.filter((id) => !left.includes(id)),
    },
  };
}
