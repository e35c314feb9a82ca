/**
 * Pseudo-random numbers whose whole state is four 32-bit words: sfc32 (Chris Doty-Humphrey, PractRand). The words are a hash
 * of the seed's characters, so that the same seed gives the same numbers on every machine.
 */

/** Choices that are weighted: an entry of weight 0 or below is never chosen. */
export type Weighted<T> = readonly (readonly [weight: number, value: T])[];

/** Rounds that spread the seed over all bits before the first number. */
const WARM_UP = 15;

/** FNV-1a over UTF-16 units, from a different start for each word of the state. */
function hash(seed: string, start: number): number {
  let word = start;
  for (let index = 0; index < seed.length; index++) {
    word = Math.imul(word ^ seed.charCodeAt(index), 0x01000193);
    word ^= word >>> 15;
  }
  return word >>> 0;
}

export class Random {
  /** Three words of chaotic state and a counter. */
  readonly state: Uint32Array;

  constructor(seed: string) {
    this.state = Uint32Array.from([0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 1], (start, index) =>
      index === 3 ? start : hash(seed, start),
    );
    for (let round = 0; round < WARM_UP; round++) this.next();
  }

  /** The next 32 bits. */
  next(): number {
    const { state } = this;
    const [a, b, c, counter] = state as unknown as [number, number, number, number];
    const result = (a + b + counter) >>> 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + result;
    state[3] = counter + 1;
    return result;
  }

  /** An integer from 0 to below `limit`, which is above 0. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in `oneIn` calls on average. */
  once(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.below(list.length)]!;
  }

  weighted<T>(choices: Weighted<T>): T {
    const total = choices.reduce((sum, [weight]) => sum + Math.max(0, weight), 0);
    let left = this.below(total);
    for (const [weight, value] of choices) {
      left -= Math.max(0, weight);
      if (left < 0) return value;
    }
    throw new Error('no choice has a weight');
  }

  /** Up to `most` different entries, at least one, in the list's order. */
  some<T>(list: readonly T[], most: number): T[] {
    const wanted = this.between(1, Math.max(1, Math.min(most, list.length)));
    const left = list.map((_, index) => index);
    while (left.length > wanted) left.splice(this.below(left.length), 1);
    return left.map((index) => list[index]!);
  }
}
