/** Choices that follow from a seed. */

/**
 * Picks below `count`, evenly, the same sequence for the same seed (mulberry32, by Tommy Ettinger, in the public domain).
 */
export function seededChoice(seed: number): (session: unknown, count: number) => number {
  let state = seed >>> 0;
  return (_session, count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  };
}
