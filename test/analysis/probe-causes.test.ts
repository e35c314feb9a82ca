import { describe, expect, it } from 'vitest';
import { type ProbeResult, probeOutcome } from '../../src/analysis/probe-outcome.ts';
import { unblock } from '../../src/analysis/unblock.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import {
  allDrivers,
  type BootOptions,
  bootBoard,
  driversOfCompatibles,
  type NewDriver,
} from '../../src/probe/index.ts';
import { type NodeDescription, node, type Properties, tree } from '../support/fdt-writer.ts';

function device(name: string, compatible: string, properties: Properties = {}): NodeDescription {
  return node(name, [['compatible', compatible], ...Object.entries(properties)]);
}

function boardOf(...nodes: readonly NodeDescription[]) {
  return readDeviceTree(tree({ compatible: 't,board' }, nodes));
}

const CLOCK = { phandle: 1, '#clock-cells': 0 };
const DOMAIN = { phandle: 2, '#power-domain-cells': 0 };

function driversOf(...compatibles: readonly string[]): NewDriver[] {
  return driversOfCompatibles(
    'arm64',
    compatibles.map((entry) => ({ name: entry, compatibles: [entry] })),
  );
}

function outcomeOf(nodes: readonly NodeDescription[], options: BootOptions): ProbeResult {
  return probeOutcome(bootBoard(boardOf(...nodes), options), {
    moduleOf: new Map(),
    early: new Set(),
    ...(options.lateDrivers && { lateAt: '12s' }),
  });
}

describe('a supplier that is disabled', () => {
  const off = { status: 'disabled' };

  it('is named, though the driver core lets its consumer probe without it', () => {
    const nodes = [device('clk', 't,clk', { ...CLOCK, ...off }), device('uart', 't,uart', { clocks: 1 })];
    const { bound, roots } = outcomeOf(nodes, { drivers: allDrivers('arm64') });
    expect(bound).toEqual(['platform:uart']);
    expect(roots).toMatchObject([{ node: '/clk', kind: 'disabled', blocks: [], without: ['platform:uart'] }]);
    expect(roots[0]!.detail).toContain('clocks refers to it');
  });

  it('holds its consumer back for ever where it is its only power domain, and the timeout makes that a failure', () => {
    const nodes = [
      device('pd', 't,pd', { ...DOMAIN, ...off }),
      device('uart', 't,uart', { 'power-domains': 2 }),
    ];
    for (const afterTimeout of [false, true]) {
      const { bound, roots, unbound } = outcomeOf(nodes, { drivers: allDrivers('arm64'), afterTimeout });
      expect(bound).toEqual([]);
      expect(unbound).toEqual([{ device: 'platform:uart', roots: [0] }]);
      expect(roots).toMatchObject([{ node: '/pd', kind: 'disabled', blocks: ['platform:uart'] }]);
    }
  });

  it('is left to the driver where the device has several power domains', () => {
    const nodes = [
      device('pd', 't,pd', { ...DOMAIN, ...off }),
      device('pd2', 't,pd2', { ...DOMAIN, phandle: 3 }),
      device('uart', 't,uart', { 'power-domains': [2, 3] }),
    ];
    expect(outcomeOf(nodes, { drivers: allDrivers('arm64') }).bound).toContain('platform:uart');
  });
});

describe('a supplier whose module comes behind the deferred-probe timeout', () => {
  const clock = [device('clk', 't,clk', CLOCK), device('uart', 't,uart', { clocks: 1 })];
  const domain = [device('pd', 't,pd', DOMAIN), device('uart', 't,uart', { 'power-domains': 2 })];
  const behind = device('led', 't,led', { clocks: 4 });

  it('is a root of its own, with the devices that were let go and bound without it', () => {
    const options = { drivers: driversOf('t,uart'), lateDrivers: driversOf('t,clk'), afterTimeout: true };
    const { bound, roots } = outcomeOf(clock, options);
    expect(bound).toEqual(['platform:clk', 'platform:uart']);
    expect(roots).toMatchObject([
      { device: 'platform:clk', kind: 'timeout', blocks: [], without: ['platform:uart'] },
    ]);
    expect(roots[0]!.detail).toContain('at 12s, behind the deferred-probe timeout of 10 s');
  });

  it('costs those who need it as a power domain their probe, and all that wait for them', () => {
    const nodes = [
      domain[0]!,
      device('uart', 't,uart', { 'power-domains': 2, phandle: 4, '#clock-cells': 0 }),
      behind,
    ];
    const options = {
      drivers: driversOf('t,uart', 't,led'),
      lateDrivers: driversOf('t,pd'),
      afterTimeout: true,
    };
    const { bound, roots } = outcomeOf(nodes, options);
    expect(bound).toEqual(['platform:pd']);
    expect(roots).toMatchObject([
      { device: 'platform:pd', kind: 'timeout', blocks: ['platform:uart', 'platform:led'] },
    ]);
    expect(roots[0]!.detail).toContain('-110 (ETIMEDOUT)');
  });

  it('is mended by a driver that comes in time', () => {
    const answer = unblock('platform:uart', (fixes) =>
      outcomeOf(domain, {
        drivers: driversOf('t,uart', ...(fixes.length > 0 ? ['t,pd'] : [])),
        lateDrivers: driversOf('t,pd'),
        afterTimeout: true,
      }),
    );
    expect(answer).toMatchObject({ binds: true, fixes: [{ device: 'platform:pd', kind: 'timeout' }] });
  });

  it('is none where it comes in time, and no driver at all stays no driver', () => {
    expect(outcomeOf(clock, { drivers: driversOf('t,uart', 't,clk'), afterTimeout: true }).roots).toEqual([]);
    const { roots } = outcomeOf(domain, { drivers: driversOf('t,uart'), afterTimeout: true });
    expect(roots).toMatchObject([{ device: 'platform:pd', kind: 'no-driver', blocks: ['platform:uart'] }]);
  });
});

describe('pins', () => {
  const pins = (controller: string) =>
    node('pins', [['compatible', controller]], [node('group', { phandle: 5 })]);
  const uart = device('uart', 't,uart', { 'pinctrl-0': 5, 'pinctrl-names': 'default' });

  it('are waited for even behind the timeout, as a kernel with modules does', () => {
    const { bound, roots } = outcomeOf([pins('t,pins'), uart], {
      drivers: driversOf('t,uart'),
      afterTimeout: true,
    });
    expect(bound).toEqual([]);
    expect(roots).toMatchObject([{ device: 'platform:pins', blocks: ['platform:uart'] }]);
  });

  it('of a pin controller itself are not', () => {
    const hog = node(
      'pins',
      [
        ['compatible', 't,pins'],
        ['pinctrl-0', 5],
      ],
      [node('group', { phandle: 5 })],
    );
    expect(outcomeOf([hog, uart], { drivers: allDrivers('arm64') }).unbound).toEqual([]);
  });
});

describe('protocols of an SCMI firmware', () => {
  it('are devices that its driver makes, so that their consumers bind', () => {
    const nodes = [
      node('firmware', {}, [
        node('scmi', { compatible: 'arm,scmi-smc' }, [node('protocol@14', { reg: 0x14, ...CLOCK })]),
      ]),
      device('uart', 't,uart', { clocks: 1 }),
    ];
    const { bound, unbound } = outcomeOf(nodes, { drivers: allDrivers('arm64') });
    expect(unbound).toEqual([]);
    expect(bound).toContain('scmi_protocol:scmi_dev.1');
  });
});
