/** The orders of two cycles against each other. `+a -a` begin and end a callback, a bare `a` does both. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movedElements } from '../../src/analysis/moved-devices.ts';
import {
  comparableParts,
  type OrderDifferences,
  orderDifferences,
  type PairOrder,
} from '../../src/analysis/order-differences.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { recordedCycle, suspended } from './cycles-of.ts';

function compare(
  first: string,
  second: string,
  more: Partial<Parameters<typeof orderDifferences>[2]> = {},
): OrderDifferences {
  return orderDifferences(suspended(first), suspended(second), { direction: 'suspend', ...more });
}

/** Each displaced device with its differences, in words. */
function told({ devices }: OrderDifferences): string[] {
  return devices.map(({ run, cause, displacement, pairs, suspicion, differences }) => {
    const list = differences.map(
      ({ earlier, later, orderedIn, otherwise }) =>
        `${earlier.device}<${later.device} in ${orderedIn}, ${otherwise}`,
    );
    return `${run.device} ${cause} by ${displacement}, ${pairs} ${suspicion}: ${list.join('; ')}`;
  });
}

describe('two cycles', () => {
  it('of the same order do not differ', () => {
    const result = compare('a b c d', 'a b c d');
    expect(result).toMatchObject({
      compared: 4,
      examinedPairs: 6,
      unexaminedPairs: 0,
      differingPairs: 0,
      devices: [],
    });
  });

  it('differ by two neighbours that changed places, as one moved device', () => {
    expect(told(compare('a b c d', 'a c b d'))).toEqual([
      'c moved by -1, 1 reversed: b<c in first, reversed',
    ]);
  });

  it('differ by one device that moved to the end, not by all that it left behind', () => {
    expect(told(compare('a b c d e', 'b c d e a'))).toEqual([
      'a moved by 4, 4 reversed: a<b in first, reversed; a<c in first, reversed; a<d in first, reversed; a<e in first, reversed',
    ]);
  });

  it('differ by a device that ran on while others began', () => {
    expect(told(compare('a b c d', '+a b c -a d'))).toEqual([
      'a overlapping by 0, 2 overlapping: a<b in first, overlapping; a<c in first, overlapping',
    ]);
  });

  it('differ by devices that overlapped in the first and are in order in the second', () => {
    expect(told(compare('+a b -a c', 'a b c'))).toEqual([
      'a overlapping by 0, 1 overlapping: a<b in second, overlapping',
    ]);
    expect(told(compare('+a b -a c', 'b a c'))).toEqual([
      'b moved by -1, 1 overlapping: b<a in second, overlapping',
    ]);
  });

  it('do not differ by devices that overlap in both, whichever begins first', () => {
    expect(compare('+a +b -a -b', '+b +a -b -a').differingPairs).toBe(0);
  });

  it('differ by a callback that never returned in one of them', () => {
    expect(told(compare('a b c', '+a b c'))).toEqual([
      'a overlapping by 0, 2 overlapping: a<b in first, overlapping; a<c in first, overlapping',
    ]);
  });

  it('are compared in what both have, and the rest is told', () => {
    const result = compare('a b x c', 'b y c a');
    expect(result.onlyFirst.map(({ device }) => device)).toEqual(['x']);
    expect(result.onlySecond.map(({ device }) => device)).toEqual(['y']);
    expect(result.compared).toBe(3);
    expect(result.devices.map(({ run }) => run.device)).toEqual(['a']);
  });

  it('with several callbacks of one device are compared callback by callback', () => {
    const result = compare('a b a', 'a a b');
    expect(result).toMatchObject({ compared: 3, onlyFirst: [], onlySecond: [], differingPairs: 1 });
  });
});

describe('a difference', () => {
  /** What an oracle that answers the same for all pairs makes of a reversed and of an overlapping pair. */
  const judged = (order: PairOrder): string[] =>
    ['b a', '+a b -a'].map(
      (second) => compare('a b', second, { ordered: () => order }).devices[0]!.suspicion,
    );

  it('is judged by what keeps the pair in order', () => {
    expect(judged('list-position')).toEqual(['unlinked', 'unlinked']);
    expect(judged('path')).toEqual(['contradicts', 'contradicts']);
    expect(judged('unknown')).toEqual(['reversed', 'overlapping']);
    expect(judged('none')).toEqual(['unrelated', 'unrelated']);
  });

  it('of a dependency without link comes first, one without any dependency last', () => {
    const orders: Record<string, PairOrder> = {
      'p q': 'none',
      'r s': 'list-position',
      't u': 'path',
      'x y': 'unknown',
    };
    const result = compare('p q r s t u v w x y', 'q p s r u t +v w -v y x', {
      ordered: (one, two) => orders[`${one} ${two}`] ?? 'unknown',
    });
    expect(result.devices.map(({ run, suspicion }) => [run.device, suspicion])).toEqual([
      ['s', 'unlinked'],
      ['u', 'contradicts'],
      ['v', 'overlapping'],
      ['y', 'reversed'],
      ['q', 'unrelated'],
    ]);
  });

  it('of one device comes before less suspicious ones of the same device', () => {
    const result = compare('a b c d', 'b c d a', {
      ordered: (_, later) => (later === 'c' ? 'list-position' : 'none'),
    });
    expect(result.devices[0]!.differences.map(({ later }) => later.device)).toEqual(['c', 'b', 'd']);
  });

  it('that fails each time comes before one that fails now and then', () => {
    const result = compare('a b c', 'c +a b -a', { ordered: () => 'list-position' });
    const pairs = result.devices.map(({ differences }) => differences.map(({ otherwise }) => otherwise));
    expect(pairs).toEqual([['reversed', 'reversed'], ['overlapping']]);
  });

  it('of a parent and its child contradicts the log itself, if nothing better is known', () => {
    const result = compare('a.b.c a.b a x', 'a a.b.c a.b x');
    expect(result.devices.map(({ run, suspicion, pairs }) => [run.device, suspicion, pairs])).toEqual([
      ['a', 'contradicts', 2],
    ]);
  });
});

describe('the comparison of many devices', () => {
  const names = Array.from({ length: 300 }, (_, index) => `d${index}`);
  const forwards = names.join(' ');
  const backwards = [...names].reverse().join(' ');

  it('examines as many pairs as it may, and counts the others', () => {
    const result = compare(forwards, backwards, { examinedLimit: 1000 });
    expect(result).toMatchObject({ examinedPairs: 1000, unexaminedPairs: 43_850, differingPairs: 1000 });
  });

  it('asks about as many pairs as it may, and always about suspects', () => {
    const asked: string[] = [];
    const result = compare(forwards, backwards, {
      askedLimit: 10,
      suspects: [['d298', 'd299']],
      ordered: (one, two) => {
        asked.push(`${one} ${two}`);
        return one === 'd298' && two === 'd299' ? 'list-position' : 'none';
      },
    });
    expect(asked).toHaveLength(11);
    expect(result).toMatchObject({ differingPairs: 44_850, unaskedPairs: 44_839 });
    expect(result.devices[0]).toMatchObject({ suspicion: 'unlinked' });
    expect(result.devices[0]!.differences[0]).toMatchObject({
      earlier: { device: 'd298' },
      later: { device: 'd299' },
    });
  });

  it('lists the most suspicious differences of a device only', () => {
    const moved = [...names.slice(1), 'd0'].join(' ');
    const result = compare(forwards, moved, {
      listLimit: 3,
      ordered: (_, later) => (later === 'd250' ? 'list-position' : 'unknown'),
    });
    expect(result.devices).toHaveLength(1);
    expect(result.devices[0]!.pairs).toBe(299);
    expect(result.devices[0]!.differences.map(({ later }) => later.device)).toEqual(['d250', 'd1', 'd2']);
  });

  it('gives the same pairs as asking every pair, each under one device', () => {
    const order = fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f'], { minLength: 6 });
    // Each callback begins at its place and ends after some more have begun.
    const cycle = fc
      .tuple(order, fc.array(fc.nat(3), { minLength: 6, maxLength: 6 }))
      .map(([devices, lengths]) => {
        const words = devices.flatMap((device, place) => [
          { at: place * 10, word: `+${device}` },
          { at: (place + lengths[place]!) * 10 + 1 + place, word: `-${device}` },
        ]);
        return words
          .sort((one, two) => one.at - two.at)
          .map(({ word }) => word)
          .join(' ');
      });
    fc.assert(
      fc.property(cycle, cycle, (first, second) => {
        const result = compare(first, second);
        const listed = result.devices.flatMap(({ differences }) =>
          differences.map(({ earlier, later }) => [earlier.device, later.device].sort().join('')),
        );
        expect(listed.sort()).toEqual(differingPairs(first, second));
        expect(result.differingPairs).toBe(listed.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** The pairs that are in order in one of the two notations and not in the same order in the other, by definition. */
function differingPairs(first: string, second: string): string[] {
  const [one, two] = [first.split(' '), second.split(' ')];
  const isBefore = (words: readonly string[], earlier: string, later: string): boolean =>
    words.indexOf(`-${earlier}`) < words.indexOf(`+${later}`);
  const devices = one
    .filter((word) => word.startsWith('+'))
    .map((word) => word.slice(1))
    .sort();
  const pairs = devices.flatMap((device, place) =>
    devices.slice(place + 1).map((other) => [device, other] as const),
  );
  return pairs
    .filter(
      ([a, b]) => isBefore(one, a, b) !== isBefore(two, a, b) || isBefore(one, b, a) !== isBefore(two, b, a),
    )
    .map((pair) => pair.join(''))
    .sort();
}

describe('the elements that moved', () => {
  /** The fewest elements whose removal leaves the rest rising, by trying all subsets. */
  function fewest(positions: readonly number[]): number {
    let best = positions.length;
    for (let subset = 0; subset < 1 << positions.length; subset++) {
      const kept = positions.filter((_, index) => subset & (1 << index));
      const rising = kept.every((position, index) => index === 0 || kept[index - 1]! < position);
      if (rising) best = Math.min(best, positions.length - kept.length);
    }
    return best;
  }

  it('are as few as can be, and the others keep their order', () => {
    const permutation = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 });
    fc.assert(
      fc.property(permutation, (positions) => {
        const moved = movedElements(Int32Array.from(positions));
        const kept = positions.filter((_, index) => moved[index] === 0);
        expect(kept).toEqual([...kept].sort((one, two) => one - two));
        expect(moved.reduce((sum, one) => sum + one, 0)).toBe(fewest(positions));
      }),
      { numRuns: 200 },
    );
  });

  it('are none of an empty order', () => {
    expect(movedElements(new Int32Array(0))).toEqual(new Uint8Array(0));
  });
});

const RECORDED = ['rpi3b/suspend-sync', 'rpi3b/suspend-async', 'q35/q35-sync', 'q35/q35-async'].flatMap(
  (name) => [`${name}.dmesg`, `${name}.ftrace`],
);

describeWithSharedData('recorded suspends, synchronous against asynchronous', RECORDED, () => {
  const differences = (name: string, format: string, direction: 'suspend' | 'resume'): OrderDifferences =>
    orderDifferences(recordedCycle(`${name}-sync.${format}`), recordedCycle(`${name}-async.${format}`), {
      direction,
    });

  it.each(['rpi3b/suspend', 'q35/q35'])(
    'of %s differ in the same pairs whichever format is compared',
    (name) => {
      for (const direction of ['suspend', 'resume'] as const) {
        const [printed, traced] = ['dmesg', 'ftrace'].map((format) => differences(name, format, direction));
        expect(told(printed!)).toEqual(told(traced!));
        expect(printed!.compared).toBeGreaterThan(30);
        expect([printed!.onlyFirst, printed!.onlySecond]).toEqual([[], []]);
      }
    },
  );

  it('of the Pi differ by 3f300000.mmc, which overtook usb1: that resumed in a task of its own the second time', () => {
    expect(differences('rpi3b/suspend', 'ftrace', 'suspend').devices).toEqual([]);
    const [device, ...more] = differences('rpi3b/suspend', 'ftrace', 'resume').devices;
    expect(more).toEqual([]);
    expect(device!.differences).toMatchObject([
      {
        earlier: { device: 'usb1', first: { task: 1 }, second: { task: 12 } },
        later: { device: '3f300000.mmc' },
        otherwise: 'reversed',
      },
    ]);
  });

  it('of q35 differ by its PCI devices, which resume asynchronously, and those that they overtook', () => {
    const { devices, differingPairs: pairs } = differences('q35/q35', 'ftrace', 'resume');
    expect(devices.map(({ pairs: count }) => count).reduce((sum, count) => sum + count, 0)).toBe(pairs);
    expect(devices.map(({ run }) => run.device)).toEqual([
      '0000:00:1f.3',
      'reg-dummy',
      'regulator.0',
      'vga-framebuffer.0',
    ]);
  });

  it('can be compared by phase in ftrace, and by direction in a kernel log', () => {
    const parts = (format: string): unknown =>
      comparableParts(recordedCycle(`q35/q35-sync.${format}`), recordedCycle(`q35/q35-async.${format}`));
    expect(parts('ftrace')).toEqual([
      { direction: 'suspend', phase: 'suspend' },
      { direction: 'resume', phase: 'resume' },
    ]);
    expect(parts('dmesg')).toEqual([{ direction: 'suspend' }, { direction: 'resume' }]);
  });
});
