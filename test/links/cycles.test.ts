import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cyclesOf } from '../../src/analysis/cycles.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import type { Board } from '../../src/core/board.ts';
import {
  DL_FLAG,
  deviceOfNode,
  isSyncStateOnly,
  linkOf,
  supplierLinksOf,
  type World,
} from '../../src/core/index.ts';
import { fwDevlinkRelaxCycles, SEARCH_STEP_LIMIT } from '../../src/links/cycles.ts';
import {
  fwDevlinkParseFwtree,
  fwnodeLinkOf,
  fwnodeNextParentDevice,
  newestFirst,
} from '../../src/links/fwnode-links.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { exampleBoard } from '../support/shared-data.ts';
import { emptyWorld, tinyBoard } from '../support/tiny-world.ts';

/** The kernel's own search, word for word, with a mark per path; returns what it would mark. */
function literalRelaxCycles(world: World, consumer: number, supplier: number, marked: Set<string>): boolean {
  const onPath = new Set<number>();
  const walk = (node: number): boolean => {
    if (node < 0 || onPath.has(node)) return false;
    if (node === consumer) return true;
    onPath.add(node);
    let found = false;
    for (const id of newestFirst(world.fwnodes[node]!.suppliers)) {
      if (fwnodeLinkOf(world, id).ignore) continue;
      if (walk(fwnodeLinkOf(world, id).supplier)) {
        marked.add(`fwnode link ${id}`);
        found = true;
      }
    }
    const device = deviceOfNode(world, node);
    const parent = device >= 0 ? world.devices[device]!.parent : fwnodeNextParentDevice(world, node);
    if (parent >= 0 && walk(world.devices[parent]!.node)) found = true;
    for (const id of device >= 0 ? supplierLinksOf(world, device) : []) {
      const link = linkOf(world, id);
      if (isSyncStateOnly(link.flags) && !(link.flags & DL_FLAG.CYCLE)) continue;
      if (walk(world.devices[link.supplier]!.node)) {
        marked.add(`link ${id}`);
        found = true;
      }
    }
    onPath.delete(node);
    return found;
  };
  return walk(supplier);
}

const NODES = 7;
/** Boards of seven nodes at the root, each with up to three suppliers, cycles welcome. */
const randomBoard = fc
  .array(fc.array(fc.nat(NODES - 1), { maxLength: 3 }), { minLength: NODES, maxLength: NODES })
  .map((suppliers) =>
    tinyBoard([
      '/',
      ...suppliers.map((list, index) => {
        const names = [...new Set(list)].filter((one) => one !== index).map((one) => `/n${one}`);
        return names.length === 0 ? `/n${index}` : `/n${index} -> ${names.join(', ')}`;
      }),
    ]),
  );

describe('dependency cycles', () => {
  it('are found and marked as by the literal search, edge for edge', () => {
    fc.assert(
      fc.property(randomBoard, fc.nat(NODES - 1), fc.nat(NODES - 1), (board, a, b) => {
        const world = emptyWorld(board);
        fwDevlinkParseFwtree(world, 0);
        const [consumer, supplier] = [a + 1, b + 1];
        const marked = new Set<string>();
        const expected = literalRelaxCycles(world, consumer, supplier, marked);
        expect(fwDevlinkRelaxCycles(world, consumer, supplier)).toBe(expected);
        const cyclic = world.fwnodeLinks.flatMap((link, id) => (link?.cycle ? [`fwnode link ${id}`] : []));
        expect(cyclic.sort()).toEqual([...marked].sort());
      }),
      { numRuns: 3000 },
    );
  });

  it('are recorded as paths whose every node depends on the next', () => {
    fc.assert(
      fc.property(randomBoard, (board) => {
        const world = emptyWorld(board);
        fwDevlinkParseFwtree(world, 0);
        for (const link of world.fwnodeLinks) fwDevlinkRelaxCycles(world, link!.consumer, link!.supplier);
        for (const cycle of world.cycles) {
          for (const [index, node] of cycle.entries()) {
            const next = cycle[(index + 1) % cycle.length]!;
            expect(board.nodes[node]!.references.some((reference) => reference.supplier === next)).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are told in bounded time on a graph with 10^23 paths', () => {
    // 24 nodes, each depending on all others: some 10^23 simple paths.
    const names = Array.from({ length: 24 }, (_, index) => `/n${index}`);
    const board = tinyBoard([
      '/',
      ...names.map((name) => `${name} -> ${names.filter((one) => one !== name).join(', ')}`),
    ]);
    const world = bootBoard(board, { environment: 'uml' });
    expect(world.devices).toHaveLength(25);
    // Every edge is on some cycle, and all of them are marked long before the paths are all seen.
    expect(world.links.every((link) => link === undefined || isSyncStateOnly(link.flags))).toBe(true);
  });
});

/** The board with what a line of post-init-providers would say. */
function withPostInitProvider(board: Board, fix: string): Board {
  const [, consumer, supplier] = /^&\{([^}]+)\} \{ post-init-providers = <&\{([^}]+)\}>; \};$/.exec(fix)!;
  const index = (path: string) => board.nodes.findIndex((node) => node.path === path);
  const at = index(consumer!);
  const reference = {
    kind: 'ignored' as const,
    property: 'post-init-providers',
    entry: 0,
    consumer: at,
    supplier: index(supplier!),
  };
  const nodes = board.nodes.map((node, place) =>
    place === at ? { ...node, references: [...node.references, reference] } : node,
  );
  return { ...board, nodes };
}

describe('a search that is too large', () => {
  it('says so, and the boot goes on', () => {
    const world = emptyWorld(tinyBoard(['/', '/a -> /b', '/b -> /a']));
    fwDevlinkParseFwtree(world, 0);
    world.searchSteps = SEARCH_STEP_LIMIT + 1;
    expect(fwDevlinkRelaxCycles(world, 1, 2)).toBe(false);
    expect(world.events).toEqual([{ kind: 'cycle-search-limit', consumer: 1, supplier: 2 }]);
  });

  it('marks what it has found when the paths of one search are too many', () => {
    // Two complete graphs of 12 nodes behind each other; the way back to n0 leaves the second one by a dead end's node.
    const group = (prefix: string) => Array.from({ length: 12 }, (_, index) => `/${prefix}${index}`);
    const [first, second] = [group('a'), group('b')];
    const others = (names: string[], name: string) => names.filter((one) => one !== name);
    const board = tinyBoard([
      '/',
      ...first.map((name) => `${name} -> ${[...others(first, name), second[0]].join(', ')}`),
      ...second.map(
        (name, index) =>
          `${name} -> ${[...others(second, name), ...(index === 0 ? ['/a0'] : [])].join(', ')}`,
      ),
    ]);
    const world = emptyWorld(board);
    fwDevlinkParseFwtree(world, 0);
    const [a0, a1] = [
      board.nodes.findIndex(({ path }) => path === '/a0'),
      board.nodes.findIndex(({ path }) => path === '/a1'),
    ];
    expect(fwDevlinkRelaxCycles(world, a0, a1)).toBe(true);
    expect(world.events.map((event) => event.kind)).toEqual(['cycle-search-limit', 'cycle']);
    expect(world.fwnodeLinks.filter((link) => link?.cycle).length).toBeGreaterThan(100);
  });
});

describe('a line that opens a cycle', () => {
  for (const name of ['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb']) {
    it(`takes every cycle of ${name} apart when it is put into the tree`, () => {
      const board = readDeviceTree(exampleBoard(name));
      const cycles = cyclesOf(bootBoard(board));
      expect(cycles.length).toBeGreaterThan(3);
      const path = (one: (typeof cycles)[number]) => one.edges.map((edge) => edge.from).join(' ');
      let tried = 0;
      for (const cycle of cycles) {
        for (const fix of cycle.fixes) {
          tried++;
          const left = cyclesOf(bootBoard(withPostInitProvider(board, fix))).map(path);
          expect(left).not.toContain(path(cycle));
        }
      }
      expect(tried).toBeGreaterThan(3);
    });
  }

  it('never tells the eMMC host of a ROCK Pi 4B to probe without its PHY, but the PHY without the host clock', () => {
    // sdhci-of-arasan registers the clock, then asks for its PHY in probe; the PHY takes the clock when it is switched on.
    const cycles = cyclesOf(bootBoard(readDeviceTree(exampleBoard('rk3399-rock-pi-4b.dtb'))));
    const emmc = cycles.find((cycle) => cycle.edges.some((edge) => edge.from === '/mmc@fe330000'));
    expect(emmc?.fixes).toEqual([
      '&{/syscon@ff770000/phy@f780} { post-init-providers = <&{/mmc@fe330000}>; };',
    ]);
  });
});
