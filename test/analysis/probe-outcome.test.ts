import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ProbeResult, probeOutcome } from '../../src/analysis/probe-outcome.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import type { Board } from '../../src/core/index.ts';
import { allDrivers, bootBoard, driversOfCompatibles, driversOfKernel } from '../../src/probe/index.ts';

function boardOf(name: string): Board {
  return readDeviceTree(readFileSync(new URL(`../../examples/boards/${name}`, import.meta.url)));
}

function compatiblesOf(board: Board): string[] {
  return [...new Set(board.nodes.flatMap(({ compatible }) => compatible ?? []))];
}

function bootWithout(board: Board, missing: readonly string[]): ProbeResult {
  const compatibles = compatiblesOf(board).filter((entry) => !missing.includes(entry));
  return probeOutcome(
    bootBoard(board, { drivers: driversOfCompatibles('arm64', [{ name: 'rest', compatibles }]) }),
  );
}

describe('a ROCK Pi 4B without the driver of its power domains', () => {
  const board = boardOf('rk3399-rock-pi-4b.dtb');
  const missing = 'rockchip,rk3399-power-controller';

  it('has one root cause, behind which stand all devices that bind with the driver and not without', () => {
    const without = bootWithout(board, [missing]);
    const whole = bootWithout(board, []);
    expect(whole.roots).toEqual([]);
    expect(whole.unbound).toEqual([]);
    expect(without.roots).toHaveLength(1);
    const [root] = without.roots;
    expect(root).toMatchObject({
      device: 'platform:ff310000.power-management:power-controller',
      kind: 'no-driver',
    });
    expect(root!.blocks.length).toBeGreaterThan(10);
    expect(without.unbound.map(({ device }) => device).sort()).toEqual(
      [...root!.blocks, root!.device].sort(),
    );
    const lost = whole.bound.filter((id) => !without.bound.includes(id));
    // Devices that only a bound parent makes are missing altogether.
    expect(lost).toEqual(expect.arrayContaining([...root!.blocks]));
  });

  it('counts what the missing driver costs in deferrals, with the words of the kernel', () => {
    const { deferrals } = bootWithout(board, [missing]);
    const gpu = deferrals.find(({ device }) => device === 'platform:ff9a0000.gpu');
    expect(gpu!.count).toBeGreaterThan(0);
    expect(gpu!.reason).toBe('supplier ff310000.power-management:power-controller not ready');
  });
});

describe.each(['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'])('%s, one driver missing at a time', (name) => {
  const board = boardOf(name);
  const whole = bootWithout(board, []);

  it('has a cause for every device that is lost, and no other causes than the devices without a driver', () => {
    for (const compatible of compatiblesOf(board)) {
      const without = bootWithout(board, [compatible]);
      const lost = whole.bound.filter((id) => !without.bound.includes(id));
      for (const { device, roots } of without.unbound) {
        expect(roots.length, `${device} without ${compatible}`).toBeGreaterThan(0);
        expect(lost).toContain(device);
      }
      expect(without.roots.filter(({ kind }) => kind !== 'no-driver')).toEqual([]);
      for (const { detail } of without.roots) expect(detail).toContain(compatible);
    }
  });

  it('binds all that has a compatible if every device has a driver', () => {
    const outcome = probeOutcome(bootBoard(board, { drivers: allDrivers('arm64') }));
    expect(outcome.unbound).toEqual([]);
    expect([...outcome.order].sort()).toEqual([...outcome.bound].sort());
  });
});

describe('clients of an I2C controller', () => {
  const board = boardOf('rk3399-rock-pi-4b.dtb');

  it('are devices on its bus once it is bound, numbered by its alias', () => {
    const { bound } = bootWithout(board, []);
    // &i2c0 { rk808: pmic@1b } and aliases { i2c0 = &i2c0; }
    expect(bound).toContain('i2c:0-001b');
  });

  it('hold back who needs them if they have no driver', () => {
    const { roots } = bootWithout(board, ['rockchip,rk808']);
    expect(roots.map(({ device }) => device)).toEqual(['i2c:0-001b']);
    expect(roots[0]!.blocks).toContain('platform:ff320000.syscon:io-domains');
  });
});

describe('a kernel with modules', () => {
  const board = boardOf('rk3399-rock-pi-4b.dtb');
  const power = 'rockchip,rk3399-power-controller';
  const others = compatiblesOf(board).filter((entry) => entry !== power);
  const kernel = {
    builtin: [{ name: 'rest', compatibles: others, level: 'device' }],
    modules: [{ name: 'pm_domains', compatibles: [power] }],
  };

  it('names the module that is not loaded yet', () => {
    const { builtin, moduleOf } = driversOfKernel(board, 'arm64', kernel);
    const outcome = probeOutcome(bootBoard(board, { builtin }), { moduleOf, early: new Set() });
    expect(outcome.roots.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['module-later', 'module pm_domains is not loaded'],
    ]);
  });

  it('binds all when it comes', () => {
    const { builtin, modules } = driversOfKernel(board, 'arm64', kernel);
    expect(probeOutcome(bootBoard(board, { builtin, drivers: modules })).unbound).toEqual([]);
  });
});
