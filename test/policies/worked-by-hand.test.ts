/** Small cases whose times and energies were worked out on paper, to the microsecond and the nanojoule. */
import { describe, expect, it } from 'vitest';
import { comparePolicies, type PolicyResult } from '../../src/policies/index.ts';
import type { ScenarioFile } from '../../src/scenario-files/index.ts';

/**
 * One device. A request comes at 1, 11 and 21 ms and takes 2 ms of work. Waking takes 500 us and 3 uJ, going down 200 us and 1 uJ; 10 mW
 * active, 1 mW suspended.
 */
const SENSOR: ScenarioFile = {
  name: 'sensor',
  devices: [
    {
      name: 'sensor',
      power: {
        active: '10mW',
        suspended: '1mW',
        suspend: { latency: '200us', energy: '1uJ' },
        resume: { latency: '500us', energy: '3uJ' },
      },
    },
  ],
  workload: {
    length: '30ms',
    streams: [{ device: 'sensor', every: '10ms', offset: '1ms', busy: '2ms', deadline: '2.4ms' }],
  },
  policies: {
    'at once': {},
    '5 ms': { autosuspend: { sensor: '5ms' } },
    '9 ms': { autosuspend: { sensor: '9ms' } },
    never: { forbid: ['sensor'] },
  },
};

function timesOf({ devices }: PolicyResult, name: string): Record<string, number> {
  const { states } = devices.find(({ device }) => device === name)!;
  return Object.fromEntries(states.map(({ state, time }) => [state, time]));
}

describe('a sensor that is asked every 10 ms', () => {
  const { policies, alwaysOn, oracle } = comparePolicies(SENSOR);
  const [atOnce, five, nine, never] = policies as [PolicyResult, PolicyResult, PolicyResult, PolicyResult];

  it('takes 10 mW for 30 ms if it is always on, 300 uJ', () => {
    expect(alwaysOn).toBe(300_000);
    expect(never.energy).toBe(300_000);
    expect(timesOf(never, 'sensor')).toEqual({ active: 30_000 });
    expect(never.wake).toEqual({ worst: 0, mean: 0, median: 0, p99: 0 });
  });

  it('suspended at once: 0.5 ms up, 2 ms of work, 0.2 ms down, three times; 27.3 ms at the other powers', () => {
    expect(timesOf(atOnce, 'sensor')).toEqual({
      active: 6_000,
      suspending: 600,
      resuming: 1_500,
      suspended: 21_900,
    });
    // 60 uJ of work, three ways of 4 uJ, 21.9 uJ of rest.
    expect(atOnce.energy).toBe(93_900);
    expect(atOnce).toMatchObject({ suspends: 3, wasted: 0, requests: 3, finished: 3, ofAlwaysOn: 0.313 });
    expect(atOnce.wake).toEqual({ worst: 500, mean: 500, median: 500, p99: 500 });
    // 2.5 ms behind each request, where 2.4 are allowed.
    expect(atOnce.missed).toBe(3);
  });

  it('with a delay of 5 ms: active for 7 ms each time', () => {
    expect(timesOf(five, 'sensor')).toEqual({
      active: 21_000,
      suspending: 600,
      resuming: 1_500,
      suspended: 6_900,
    });
    expect(five.energy).toBe(210_000 + 12_000 + 6_900);
    expect(five.causes).toEqual([
      // 5 ms three times; 9 mW above rest.
      {
        holder: 'autosuspend timer',
        of: 'sensor',
        energy: 135_000,
        keeps: [{ name: 'sensor', time: 15_000 }],
        delay: 5,
      },
    ]);
  });

  it('with a delay of 9 ms, longer than the 8 ms between: it wakes once and never goes down', () => {
    expect(timesOf(nine, 'sensor')).toEqual({ active: 28_500, resuming: 500, suspended: 1_000 });
    expect(nine.energy).toBe(285_000 + 3_000 + 1_000);
    expect(nine.wake).toEqual({ worst: 500, mean: 166.667, median: 0, p99: 500 });
    expect(nine.missed).toBe(1);
  });

  it('the oracle: 6 ms of work, 24 ms at rest, and two ways that take 3.3 uJ more than resting meanwhile', () => {
    expect(oracle).toBe(60_000 + 24_000 + 2 * 3_300);
  });
});

/** A device in a power domain that is off at first, and its supplier outside of it. */
const CAMERA: ScenarioFile = {
  domains: [
    {
      name: 'pd',
      off: true,
      power: {
        on: '4mW',
        off: '1uW',
        power_on: { latency: '300us', energy: '2uJ' },
        power_off: { latency: '100us', energy: '1uJ' },
      },
    },
  ],
  devices: [
    { name: 'clock', power: { active: '3mW', suspended: '1mW', resume: { latency: '50us' } } },
    {
      name: 'camera',
      power_domain: 'pd',
      power: {
        active: '100mW',
        suspended: '2mW',
        off: '10uW',
        suspend: { latency: '200us', energy: '30uJ' },
        resume: { latency: '500us', energy: '70uJ' },
      },
    },
  ],
  links: [{ consumer: 'camera', supplier: 'clock', flags: ['pm_runtime'] }],
  workload: { length: '10ms', streams: [{ device: 'camera', every: '1s', offset: '1ms', busy: '2ms' }] },
};

describe('a camera in a power domain, whose clock is a supplier', () => {
  const { policies, alwaysOn } = comparePolicies(CAMERA);
  const [written] = policies as [PolicyResult];

  it('wakes in this order: clock 50 us, domain 300 us, camera 500 us', () => {
    expect(written.policy).toBe('as written');
    expect(written.wake).toEqual({ worst: 850, mean: 850, median: 850, p99: 850 });
    // Work from 1.85 to 3.85 ms; the camera is down at 4.05, the domain off at 4.15, and then the clock may go.
    expect(timesOf(written, 'camera')).toEqual({
      active: 2_000,
      suspending: 200,
      resuming: 500,
      suspended: 100,
      off: 1_350 + 5_850,
    });
    expect(written.domains[0]!.states).toEqual([
      { state: 'on', time: 2_700, energy: 10_800 },
      { state: 'going off', time: 100, energy: 1_000 },
      { state: 'going on', time: 300, energy: 2_000 },
      { state: 'off', time: 6_900, energy: 7 },
    ]);
    expect(timesOf(written, 'clock')).toEqual({ active: 3_100, resuming: 50, suspended: 6_850 });
  });

  it('takes what these times come to', () => {
    const camera = 200_000 + 30_000 + 70_000 + 200 + 72;
    const domain = 10_800 + 1_000 + 2_000 + 6.9;
    // 50 us of resuming without an energy of its own count as active.
    const clock = 9_300 + 150 + 6_850;
    expect(written.energy).toBe(Math.round(camera + domain + clock));
    expect(alwaysOn).toBe(1_000_000 + 30_000 + 40_000);
  });
});
