import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderingPath, superiorsOf } from '../../src/analysis/dependencies.ts';
import {
  contradictions,
  graphOrder,
  listedDevices,
  orderedPairs,
  swappedPairs,
} from '../../src/analysis/graph-order.ts';
import { orderOf } from '../../src/analysis/order.ts';
import { type DeviceId, DL_FLAG, runToEnd, type World } from '../../src/core/index.ts';
import { deviceLinkAdd } from '../../src/links/index.ts';
import { deviceRegister } from '../../src/probe/index.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';
import { readRecordedBoards } from '../support/recorded-orders.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { emptyWorld, tinyWorld } from '../support/tiny-world.ts';

function names(world: World, ids: readonly DeviceId[]): string {
  return ids.map((id) => world.devices[id]!.name).join(' ');
}

function worldOf(...commands: string[]): World {
  const session = createSession();
  runCommands(session, commands);
  return session.world;
}

describe('the order from parents and links alone', () => {
  it('has children before parents and consumers before suppliers, and is by name where they leave it open', () => {
    const world = tinyWorld(['soc', 'b < soc', 'a < soc', 'c'], ['a -> c', 'a -> b']);
    expect(names(world, graphOrder(world).suspend)).toBe('a b c soc');
  });

  it('does not follow links that order nothing', () => {
    const world = tinyWorld(['a', 'b'], ['b ~> a']);
    expect(names(world, graphOrder(world).suspend)).toBe('a b');
  });

  it('is the same in whatever order devices are registered, where the kernel has another one', () => {
    const one = tinyWorld(['a', 'b', 'c']);
    const two = tinyWorld(['c', 'a', 'b']);
    expect(orderOf(one).suspend).not.toEqual(orderOf(two).suspend);
    expect(orderOf(one).graph.suspend).toEqual(orderOf(two).graph.suspend);
  });

  it('says how long the longest chain is, and how many pairs a path orders', () => {
    const world = tinyWorld(['soc', 'bus < soc', 'uart < bus', 'x'], ['x -> soc']);
    const order = graphOrder(world);
    expect(order.longestChain).toBe(3);
    // uart-bus, uart-soc, bus-soc and x-soc of six.
    expect(orderedPairs(world, order)).toBe(4);
  });

  it('counts how many pairs the kernel has the other way round', () => {
    const world = tinyWorld(['a', 'b', 'c']);
    // The kernel suspends c b a.
    expect(orderOf(world).graph).toMatchObject({ pairs: 3, orderedPairs: 0, swappedPairs: 3 });
  });

  it('follows a chain of 20,000 devices', () => {
    const world = emptyWorld();
    for (let at = 0; at < 20_000; at++)
      runToEnd(deviceRegister(world, { name: `d${at}`, bus: 'platform', parent: at - 1, node: -1 }));
    const order = graphOrder(world);
    expect(order.longestChain).toBe(20_000);
    expect(order.suspend[0]).toBe(19_999);
    expect(orderedPairs(world, order)).toBeUndefined();
  });

  it('names the parent or link that no order can keep, where a device was moved below its consumer', () => {
    const world = worldOf('dev s', 'dev c', 'link c s stateless', 'move s c 0');
    const { graph } = orderOf(world);
    expect(graph.suspend).toHaveLength(2);
    expect(graph.broken).toHaveLength(1);
  });

  it('says that the list stands against a parent, where a device was moved below one that comes later', () => {
    const world = worldOf('dev a', 'dev p', 'move a p 0');
    expect(orderOf(world)).toMatchObject({
      suspend: ['orc:p', 'orc:a'],
      graph: {
        suspend: ['orc:a', 'orc:p'],
        contradicted: [{ subordinate: 'orc:a', superior: 'orc:p', reason: 'its parent' }],
      },
    });
  });

  it('has all devices of a scenario, and none of what is on no bus', () => {
    const world = worldOf('dev platform', 'dev b parent=platform');
    expect(orderOf(world).graph.suspend).toEqual(['orc:b', 'orc:platform']);
  });
});

/** Up to ten devices: parent by index or none, and links of all kinds as far as they are accepted. */
const graph = fc.record({
  parents: fc.array(fc.integer({ min: -4, max: 8 }), { minLength: 1, maxLength: 10 }),
  links: fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.boolean()), { maxLength: 14 }),
});

function worldFrom(
  {
    parents,
    links,
  }: { readonly parents: readonly number[]; readonly links: readonly (readonly [number, number, boolean])[] },
  order: readonly number[] = parents.map((_, index) => index),
): World {
  const world = emptyWorld();
  const ids = new Map<number, DeviceId>();
  const parentOf = (index: number) =>
    parents[index]! >= 0 && parents[index]! < index ? parents[index]! : -1;
  const add = (index: number) => {
    if (ids.has(index)) return;
    const parent = parentOf(index);
    if (parent >= 0) add(parent);
    const above = parent < 0 ? -1 : ids.get(parent)!;
    ids.set(
      index,
      runToEnd(deviceRegister(world, { name: `d${index}`, bus: 'platform', parent: above, node: -1 }))!,
    );
  };
  for (const index of order) add(index);
  for (const [consumer, supplier, orders] of links) {
    // Links towards lower numbers only: none is refused for a cycle, so that the graph is the same in any order.
    if (consumer >= parents.length || supplier >= consumer) continue;
    runToEnd(
      deviceLinkAdd(world, ids.get(consumer)!, ids.get(supplier)!, orders ? 0 : DL_FLAG.SYNC_STATE_ONLY),
    );
  }
  return world;
}

describe('whatever the graph', () => {
  it('every device goes before its parent and its suppliers, once', () => {
    fc.assert(
      fc.property(graph, (wanted) => {
        const world = worldFrom(wanted);
        const { suspend, broken } = graphOrder(world);
        const place = new Map(suspend.map((id, index) => [id, index]));
        expect([...place.keys()].sort((a, b) => a - b)).toEqual(listedDevices(world).sort((a, b) => a - b));
        expect(broken).toEqual([]);
        for (const id of suspend)
          for (const { to } of superiorsOf(world, id)) expect(place.get(id)).toBeLessThan(place.get(to)!);
      }),
      { numRuns: 300 },
    );
  });

  it('the order is the same in whatever order devices are registered', () => {
    const shuffled = graph.chain((wanted) =>
      fc
        .shuffledSubarray(
          wanted.parents.map((_, index) => index),
          { minLength: wanted.parents.length },
        )
        .map((order) => ({ wanted, order })),
    );
    fc.assert(
      fc.property(shuffled, ({ wanted, order }) => {
        const [one, two] = [worldFrom(wanted), worldFrom(wanted, order)];
        expect(names(two, graphOrder(two).suspend)).toBe(names(one, graphOrder(one).suspend));
      }),
      { numRuns: 300 },
    );
  });

  it('the list that the kernel keeps stands against no parent and no link', () => {
    fc.assert(
      fc.property(graph, (wanted) => {
        expect(contradictions(worldFrom(wanted))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('pairs are counted as a search for a path for each of them counts', () => {
    fc.assert(
      fc.property(graph, (wanted) => {
        const world = worldFrom(wanted);
        const order = graphOrder(world);
        const ids = listedDevices(world);
        const ordered = ids.flatMap((one) =>
          ids.filter((two) => orderingPath(world, one, two) !== undefined),
        );
        expect(orderedPairs(world, order)).toBe(ordered.length);
        const kernel = listedDevices(world).reverse();
        const place = new Map(order.suspend.map((id, index) => [id, index]));
        const swapped = kernel.flatMap((one, at) =>
          kernel.slice(at + 1).filter((two) => place.get(one)! > place.get(two)!),
        );
        expect(swappedPairs(kernel, order.suspend)).toBe(swapped.length);
      }),
      { numRuns: 200 },
    );
  });
});

const RECORDINGS = [
  ['boards.rpm.jsonl.xz', 18_225, 9_324],
  ['boards.permissive.jsonl.xz', 0, 9_326],
  ['boards.rpm.all-drivers.jsonl.xz', 22_867, 9_324],
  ['boards.permissive.all-drivers.jsonl.xz', 0, 2_414],
  ['boards.rpm.driver-per-compatible.jsonl.xz', 6_099, 2_806],
] as const;

describeWithSharedData(
  'the lists of the recorded boards',
  RECORDINGS.map(([name]) => `kernel-6.12/${name}`),
  () => {
    it.each(RECORDINGS)(
      '%s: %i links that order and %i parents, none of them against the list',
      (name, links, parents) => {
        const found = { links: 0, parents: 0, against: [] as string[] };
        for (const { dtb, dpm, ordering, parentOf } of readRecordedBoards(`kernel-6.12/${name}`)) {
          const place = new Map(dpm.map((device, index) => [device, index]));
          const isAgainst = (subordinate: string, superior: string) =>
            place.get(subordinate)! < place.get(superior)!;
          for (const [consumer, supplier] of ordering) {
            found.links++;
            if (isAgainst(consumer, supplier)) found.against.push(`${dtb}: ${consumer} ${supplier}`);
          }
          for (const [child, parent] of parentOf) {
            found.parents++;
            if (isAgainst(child, parent)) found.against.push(`${dtb}: ${child} ${parent}`);
          }
        }
        expect(found).toEqual({ links, parents, against: [] });
      },
    );
  },
);
