import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalChain } from '../../src/analysis/probe-chain.ts';
import { devicesNeeded, loadOrder } from '../../src/analysis/probe-needs.ts';
import { probeOutcome } from '../../src/analysis/probe-outcome.ts';
import { shuffleDrivers } from '../../src/analysis/probe-shuffle.ts';
import { syncStateWaits } from '../../src/analysis/sync-state-waits.ts';
import { unblock } from '../../src/analysis/unblock.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { deviceId, type World } from '../../src/core/index.ts';
import { allDrivers, bootBoard, driversOfCompatibles } from '../../src/probe/index.ts';
import { exampleBoard } from '../support/shared-data.ts';

const BOARDS = ['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'] as const;
const board = (name: (typeof BOARDS)[number]) => readDeviceTree(exampleBoard(name));
const idOf = (world: World, id: string) => world.devices.findIndex((device) => deviceId(device) === id);

/** Numbers below a limit, the same every time (Lehmer's generator). */
function chooser(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 16_807) % 2_147_483_647;
    return state % below;
  };
}

describe.each(BOARDS)('what a device of %s needs', (name) => {
  const read = board(name);
  const compatibles = [...new Set(read.nodes.flatMap(({ compatible }) => compatible ?? []))];
  const whole = bootBoard(read, { drivers: allDrivers('arm64') });
  const bootWith = (some: readonly string[]) =>
    bootBoard(read, { drivers: driversOfCompatibles('arm64', [{ name: 'some', compatibles: some }]) });

  it('is enough: with the drivers of these devices alone, it binds', () => {
    fc.assert(
      fc.property(fc.nat(whole.devices.length - 1), (pick) => {
        const device = whole.devices[pick]!;
        fc.pre(device.node >= 0 && device.bound);
        const needed = devicesNeeded(whole, pick).map((row) => whole.devices[idOf(whole, row.device)]!.node);
        const world = bootWith(needed.flatMap((node) => read.nodes[node]!.compatible ?? []));
        expect(world.devices[idOf(world, deviceId(device))]?.bound, deviceId(device)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is all that a random set of missing drivers has to be mended by, and nothing can be left out', () => {
    fc.assert(
      fc.property(fc.subarray(compatibles, { minLength: 1, maxLength: 12 }), fc.nat(), (missing, pick) => {
        const present = compatibles.filter((entry) => !missing.includes(entry));
        const first = probeOutcome(bootWith(present));
        fc.pre(first.unbound.length > 0);
        const { device, roots } = first.unbound[pick % first.unbound.length]!;
        // simple-pm-bus leaves most buses alone; there is nothing to mend then.
        fc.pre(roots.every((index) => first.roots[index]!.kind === 'no-driver'));
        const byPath = new Map(read.nodes.map((node) => [node.path, node.compatible ?? []]));
        const mend = (paths: readonly string[]) =>
          probeOutcome(bootWith([...present, ...paths.flatMap((path) => byPath.get(path)!)]));
        const answer = unblock(device, (fixes) => mend(fixes.map(({ node }) => node)));
        expect(answer.binds).toBe(true);
        expect(mend(answer.fixes.map(({ node }) => node)).bound).toContain(device);
        for (const left of answer.fixes) {
          const fewer = answer.fixes.filter((fix) => fix !== left).map(({ node }) => node);
          expect(mend(fewer).bound).not.toContain(device);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('binds in the order of its critical chain, the last thing waited for first', () => {
    const rank = new Map(probeOutcome(whole).order.map((id, index) => [id, index + 1]));
    for (const [id, device] of whole.devices.entries()) {
      if (!device.bound) continue;
      const chain = criticalChain(whole, id);
      expect(chain[0]!.device).toBe(deviceId(device));
      expect(new Set(chain.map((step) => step.device)).size).toBe(chain.length);
      for (const step of chain) expect(step.position).toBe(rank.get(step.device) ?? null);
    }
  });
});

describe('modules', () => {
  const module = (name: string, depends: string[] = [], wants: string[] = []) =>
    [name, { name, depends, wants }] as const;

  it('are loaded behind what they depend on, and behind what a softdep wants first', () => {
    const modules = new Map([
      module('sdhci_of_arasan', ['sdhci_pltfm', 'sdhci', 'cqhci'], ['phy_rockchip_emmc']),
      module('phy_rockchip_emmc', ['phy_core']),
      module('dwmac_rk', ['sdhci']),
    ]);
    expect(loadOrder(['sdhci_of_arasan', 'dwmac_rk'], modules)).toEqual([
      'phy_core',
      'phy_rockchip_emmc',
      'cqhci',
      'sdhci',
      'sdhci_pltfm',
      'sdhci_of_arasan',
      'dwmac_rk',
    ]);
  });
});

describe('orders of registration', () => {
  it('that bind different devices are shown by two orders of two drivers', () => {
    // A stand-in for a board: driver 7 binds only if driver 3 comes before it.
    const outcome = (order: readonly number[]) => {
      const bound = order.filter(
        (driver) => driver !== 7 || (order.indexOf(3) < order.indexOf(7) && order.includes(3)),
      );
      return {
        version: 1,
        kernel: '6.12',
        bound: bound.map(String),
        deferrals: [],
        unbound: [],
        roots: [],
        order: [],
      } as const;
    };
    const choose = chooser(1);
    const { difference, outcomes } = shuffleDrivers(10, 20, outcome, choose);
    expect(outcomes).toBe(2);
    expect([...difference!.first].sort()).toEqual([3, 7]);
    expect(difference).toMatchObject({ first: [3, 7], second: [7, 3], onlyFirst: ['7'], onlySecond: [] });
  });

  it('do not matter to a ROCK Pi 4B', () => {
    const read = board('rk3399-rock-pi-4b.dtb');
    const drivers = driversOfCompatibles(
      'arm64',
      [...new Set(read.nodes.flatMap(({ compatible }) => compatible ?? []))].map((entry) => ({
        name: entry,
        compatibles: [entry],
      })),
    );
    const choose = chooser(7);
    const boot = (order: readonly number[]) =>
      probeOutcome(bootBoard(read, { drivers: order.map((index) => drivers[index]!) }));
    expect(shuffleDrivers(drivers.length, 10, boot, choose).difference).toBeNull();
  });
});

describe('suppliers whose sync_state waits', () => {
  it('are none once every device has a driver', () => {
    expect(
      syncStateWaits(bootBoard(board('rk3399-rock-pi-4b.dtb'), { drivers: allDrivers('arm64') })),
    ).toEqual([]);
  });

  it('wait by design for a consumer without a driver, and for real for one that is only late', () => {
    const read = board('rk3399-rock-pi-4b.dtb');
    const compatibles = [...new Set(read.nodes.flatMap(({ compatible }) => compatible ?? []))];
    const without = compatibles.filter(
      (entry) => !['rockchip,rk3399-mali', 'arm,mali-t860', 'rockchip,rk808'].includes(entry),
    );
    const world = bootBoard(read, {
      drivers: driversOfCompatibles('arm64', [{ name: 'some', compatibles: without }]),
    });
    const rows = syncStateWaits(world);
    const power = rows.find(({ supplier }) => supplier.endsWith(':power-controller'))!;
    const verdicts = new Map(power.waits.map(({ consumer, verdict }) => [consumer, verdict]));
    expect(verdicts.get('platform:ff9a0000.gpu')).toBe('by design');
    expect(verdicts.get('platform:ff940000.hdmi')).toBe('real');
  });
});
