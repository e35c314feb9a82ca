/** DMA policies on a workload: one engine and one client, worked out on paper, and what holds of any. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chosenPolicies,
  comparePolicies,
  compiledPolicies,
  energyOfRun,
  oracleOf,
  type PolicyResult,
  policyResult,
  runPolicy,
} from '../../src/policies/index.ts';
import type { ScenarioDriver, ScenarioFile } from '../../src/scenario-files/index.ts';
import { devgraph } from '../support/run-cli.ts';

const ENGINE_DRIVER: ScenarioDriver = {
  name: 'engine-driver',
  match: 'dma',
  callbacks: {
    probe: {
      do: [
        {
          dma_async_device_register: {
            device: 'self',
            channels: 2,
            capabilities: ['slave'],
            callbacks: undefined,
            map: undefined,
            dependencies: undefined,
          },
        },
        { of_dma_controller_register: { device: 'self', translation: 'chan_id' } },
      ],
    },
  },
};

const CLIENT_DRIVER: ScenarioDriver = {
  name: 'client-driver',
  match: 'uart',
  runtime_pm: {},
  callbacks: {
    probe: {
      do: [
        { set_dmas: { device: 'self', dmas: [{ name: 'rx', controller: 'dma', args: [0] }] } },
        { dma_request_chan: { device: 'self', handle: 'rx', name: 'rx' } },
      ],
    },
    runtime_resume: { do: [{ dmaengine_prepare: 'rx' }] },
    runtime_suspend: { do: [{ dmaengine_unprepare: 'rx' }] },
  },
};

const POLICIES = {
  none: { dma: 'none' },
  hold: { dma: 'hold' },
  count: { dma: 'count' },
  prepare: { dma: 'prepare' },
  link: { dma: 'engine-pm-runtime' },
  attach: { dma: 'attach' },
  'channel-link': { dma: 'channel-stateless-pm-runtime' },
  'at-creation': { dma: 'at-creation' },
};

/** A request comes at 1 ms of 10 and is 2 ms of work. */
const UART: ScenarioFile = {
  devices: [
    {
      name: 'dma',
      power: {
        active: '20mW',
        suspended: '1mW',
        suspend: { latency: '100us', energy: '3uJ' },
        resume: { latency: '200us', energy: '5uJ' },
      },
    },
    {
      name: 'uart',
      power: {
        active: '10mW',
        suspended: '1mW',
        suspend: { latency: '100us', energy: '2uJ' },
        resume: { latency: '500us', energy: '6uJ' },
      },
    },
  ],
  drivers: [ENGINE_DRIVER, CLIENT_DRIVER],
  workload: {
    length: '10ms',
    streams: [{ device: 'uart', every: '1s', offset: '1ms', busy: '2ms', dma: 'rx' }],
  },
  policies: POLICIES,
};

function timesOf({ devices }: PolicyResult, name: string): Record<string, number> {
  const { states } = devices.find(({ device }) => device === name)!;
  return Object.fromEntries(states.map(({ state, time }) => [state, time]));
}

describe('a serial port that receives through a DMA engine', () => {
  const { policies, oracle } = comparePolicies(UART);
  const of = (name: string) => policies.find(({ policy }) => policy === name)!;

  it.each(['none', 'hold'])('%s: the engine is on all the time, and only the port is waited for', (name) => {
    expect(timesOf(of(name), 'dma')).toEqual({ active: 10_000 });
    expect(of(name).wake!.worst).toBe(500);
    // The engine 200 uJ; the port 8 uJ of transitions, 2 ms at 10 mW, 7.4 ms at 1 mW.
    expect(of(name).energy).toBe(200_000 + 8_000 + 20_000 + 7_400);
  });

  it('count: the engine wakes behind the port, is on for the transfer alone, and the port stays on for both', () => {
    expect(of('count').wake!.worst).toBe(700);
    expect(timesOf(of('count'), 'dma')).toEqual({
      active: 2_000,
      suspending: 100,
      resuming: 200,
      suspended: 7_700,
    });
    expect(timesOf(of('count'), 'uart')).toEqual({
      active: 2_200,
      suspending: 100,
      resuming: 500,
      suspended: 7_200,
    });
    expect(of('count').energy).toBe(40_000 + 8_000 + 7_700 + 22_000 + 8_000 + 7_200);
  });

  it.each(['link', 'attach', 'channel-link', 'at-creation'])(
    '%s: the engine wakes before the port and sleeps behind it',
    (name) => {
      expect(of(name).wake!.worst).toBe(700);
      // On while the port resumes, works and suspends: 500 + 2000 + 100 us.
      expect(timesOf(of(name), 'dma')).toEqual({
        active: 2_600,
        suspending: 100,
        resuming: 200,
        suspended: 7_100,
      });
      expect(of(name).energy).toBe(52_000 + 8_000 + 7_100 + 20_000 + 8_000 + 7_400);
    },
  );

  it('prepare: the engine wakes in the resume of the port and is given back in its suspend', () => {
    expect(of('prepare').wake!.worst).toBe(700);
    expect(timesOf(of('prepare'), 'dma')).toEqual({
      active: 2_100,
      suspending: 100,
      resuming: 200,
      suspended: 7_600,
    });
    expect(of('prepare').energy).toBe(42_000 + 8_000 + 7_600 + 20_000 + 8_000 + 7_200);
  });

  it('the oracle: both on for 2 ms', () => {
    expect(oracle).toBe(40_000 + 8_000 + 20_000 + 8_000);
    for (const { energy } of policies) expect(energy).toBeGreaterThanOrEqual(oracle);
  });

  it('what keeps the engine on without work is the reference, or that it has no runtime PM', () => {
    const causesOf = (name: string) =>
      of(name).causes.map(({ holder, of: device }) => `${device}: ${holder}`);
    expect(causesOf('none')).toEqual(['dma: runtime PM disabled']);
    expect(causesOf('hold')).toEqual(['dma: usage count']);
    expect(causesOf('count')).toEqual([]);
  });
});

describe('what cannot be compared is refused', () => {
  const run = (file: ScenarioFile, options = '') =>
    devgraph(`simulate p.json ${options}`, { 'p.json': JSON.stringify(file) });

  it('a policy whose link device_link_add() refuses leaves the client without a channel', async () => {
    const file = { ...UART, policies: { refused: { dma: 'channel-stateless-autoremove' } } };
    const { status, stderr } = await run(file);
    expect(status).toBe(2);
    expect(stderr).toContain(
      "with the policy 'refused' nobody has a DMA channel 'rx' when the workload begins",
    );
  });

  it('a transfer on an engine that nobody keeps awake', async () => {
    const drivers = [{ ...ENGINE_DRIVER, runtime_pm: {} }, CLIENT_DRIVER];
    const { status, stderr } = await run({ ...UART, drivers }, '--policy none');
    expect(status).toBe(2);
    expect(stderr).toContain("a transfer of 'uart' begins while its engine 'dma' is asleep");
    expect((await run({ ...UART, drivers }, '--policy link')).status).toBe(0);
  });

  it('commands, which have no DMA policy', async () => {
    const { status, stderr } = await run(UART, '--policy hold --format scn');
    expect(status).toBe(2);
    expect(stderr).toContain("'hold' has a DMA policy, which no kernel and no command has");
  });
});

describe('the example of an i.MX 8M Plus-like board', () => {
  const EXAMPLE = fileURLToPath(new URL('../../examples/policies/dma.yaml', import.meta.url));

  it('held engines keep their power domain on; counted and linked ones sleep, at one resume more of latency', async () => {
    const { stdout, stderr } = await devgraph('simulate dma.yaml --json', {
      'dma.yaml': readFileSync(EXAMPLE, 'utf8'),
    });
    expect(stderr).toBe('');
    const { policies } = JSON.parse(stdout) as { policies: PolicyResult[] };
    const row = (name: string) => policies.find(({ policy }) => policy === name)!;
    for (const engine of ['30bd0000.dma-controller', '30e10000.dma-controller'])
      expect(timesOf(row('hold'), engine)).toEqual({ active: 60_000_000 });
    // 6 mW for a minute.
    expect(row('hold').domains[0]!.energy).toBe(360e6);
    // The engine is resumed before the interface (150 and 300 us) and behind the domain (200 us).
    for (const name of ['count', 'prepare', 'link']) expect(row(name).wake!.worst).toBe(650);
    expect(row('count').energy).toBeLessThan(row('prepare').energy);
    expect(row('prepare').energy).toBeLessThan(row('link').energy);
    expect(row('link').energy).toBeLessThan(row('hold').energy);
    for (const { missed } of policies) expect(missed).toBe(0);
  });
});

interface Shape {
  readonly every: number;
  readonly busy: number;
  readonly delay: number | null;
  readonly latencies: readonly number[];
  readonly isSeeded: boolean;
  readonly isInDomain: boolean;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  every: fc.integer({ min: 6_000, max: 40_000 }),
  busy: fc.integer({ min: 1, max: 3_000 }),
  delay: fc.option(fc.nat(20)),
  latencies: fc.array(fc.nat(900), { minLength: 4, maxLength: 4 }),
  isSeeded: fc.boolean(),
  isInDomain: fc.boolean(),
});

function scenarioOf({ every, busy, delay, latencies, isSeeded, isInDomain }: Shape): ScenarioFile {
  const [down, up, engineDown, engineUp] = latencies.map((time) => `${time}us`);
  const power = (suspend: string, resume: string) => ({
    active: '20mW',
    suspended: '1mW',
    suspend: { latency: suspend },
    resume: { latency: resume },
  });
  const domain = isInDomain ? { power_domain: 'pd' } : {};
  return {
    domains: [{ name: 'pd', off: true, power: { on: '7mW', off: '10uW', power_on: { latency: '90us' } } }],
    devices: [
      { name: 'dma', ...domain, power: power(engineDown!, engineUp!) },
      { name: 'uart', power: power(down!, up!) },
    ],
    drivers: [
      ENGINE_DRIVER,
      { ...CLIENT_DRIVER, runtime_pm: delay === null ? {} : { autosuspend_delay: `${delay}ms` } },
    ],
    workload: {
      length: '500ms',
      streams: [
        {
          device: 'uart',
          every: `${every}us`,
          busy: isSeeded ? `0us..${busy}us` : `${busy}us`,
          dma: 'rx',
        },
      ],
    },
    policies: POLICIES,
  };
}

describe('of any client, engine and DMA policy', () => {
  const RUNS = { numRuns: 25 };

  it('times and energies add up, and all requests are worked on', () => {
    fc.assert(
      fc.property(shape.map(scenarioOf), (file) => {
        for (const { devices, domains, energy, failed } of comparePolicies(file, { seeds: 1 }).policies) {
          const parts = [...devices, ...domains];
          for (const { states } of parts)
            expect(states.reduce((sum, { time }) => sum + time, 0)).toBe(500_000);
          const total = parts.reduce((sum, part) => sum + part.energy, 0);
          expect(Math.abs(total - energy)).toBeLessThanOrEqual(parts.length);
          expect(failed).toBe(0);
        }
      }),
      RUNS,
    );
  });

  it('an engine that is held from request to release takes what it takes always on', () => {
    fc.assert(
      fc.property(shape.map(scenarioOf), (file) => {
        for (const { devices } of comparePolicies(file, { policies: ['hold', 'none'], seeds: 1 }).policies)
          expect(devices.find(({ device }) => device === 'dma')!.energy).toBe(20e6 * 0.5);
      }),
      RUNS,
    );
  });

  it('none takes less than the oracle, which needs the engine under each of them', () => {
    fc.assert(
      fc.property(shape.map(scenarioOf), (file) => {
        const compiled = compiledPolicies(file);
        const runs = chosenPolicies(compiled).map((policy) => runPolicy(file, compiled, policy));
        for (const { needs } of runs) expect(needs.get('uart')!.devices.has('dma')).toBe(true);
        const oracle = oracleOf(compiled, runs);
        for (const run of runs) expect(energyOfRun(run) >= oracle).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('a run that is abbreviated comes to what the whole run comes to', () => {
    let shortened = 0;
    fc.assert(
      fc.property(shape.map(scenarioOf), (file) => {
        const compiled = compiledPolicies(file);
        for (const policy of chosenPolicies(compiled)) {
          const short = runPolicy(file, compiled, policy);
          const whole = runPolicy(file, compiled, policy, { abbreviate: false });
          if (short.runner.repetition.times > 0) shortened++;
          expect({ ...policyResult(short, 1n, 1n), repeated: null }).toEqual(policyResult(whole, 1n, 1n));
        }
      }),
      RUNS,
    );
    expect(shortened).toBeGreaterThan(0);
  });
});
