import { describe, expect, it } from 'vitest';
import { type SweepResult, sweepTarget } from '../../src/policies/index.ts';
import { sweepSchema } from '../../src/report/policies-schema.ts';
import type { ScenarioFile } from '../../src/scenario-files/index.ts';
import { readXml } from '../report/xml-reader.ts';
import { devgraph, type Outcome } from '../support/run-cli.ts';

/** Twenty of the gaps are short and two long: a delay that spans the short ones is the knee. */
const BURSTY = `devices:
  - name: uart.0
    power: { active: 10mW, suspended: 100uW, resume: { latency: 2ms, energy: 20uJ }, suspend: { latency: 100us, energy: 1uJ } }
workload:
  length: 20s
  streams:
    - device: uart.0
      bursts: { gap: 1s, requests: 11, spacing: 10ms }
      busy: 1ms
policies:
  other: { autosuspend: { uart.0: 3s } }
`;

const sweep = (options: string, text = BURSTY): Promise<Outcome> =>
  devgraph(`simulate b.yaml ${options}`, { 'b.yaml': text });

async function resultOf(options: string): Promise<SweepResult> {
  const { stdout, stderr, status } = await sweep(`${options} --json`);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as SweepResult;
}

describe('a sweep', () => {
  it('over an autosuspend delay: energy and latency at each value, and the knee where the short gaps are spanned', async () => {
    const result = await resultOf('--sweep uart.0.autosuspend=0..100ms --points 51');
    expect(sweepSchema.parse(result)).toEqual(result);
    expect(result.points).toHaveLength(51);
    expect(result.parameters[0]!.values.slice(0, 3)).toEqual(['0ms', '2ms', '4ms']);
    const knee = result.points[result.knee!]!;
    // From one request's end to the next are 9 ms; with 10 ms only the first of each burst waits.
    expect(knee.values).toEqual(['10ms']);
    expect(result.points[0]!.wake!.mean).toBe(2000);
    expect(knee.wake!.mean).toBeLessThan(200);
    // The same values one after another as in a run of their own.
    const single = await devgraph('simulate b.yaml --json --policy other', {
      'b.yaml': BURSTY.replace('uart.0: 3s', 'uart.0: 10ms'),
    });
    expect(JSON.parse(single.stdout).policies[0].energy).toBe(knee.energy);
  });

  it('over two numbers is a grid, the last one going fastest', async () => {
    const result = await resultOf(
      '--sweep uart.0.autosuspend=0ms,10ms --sweep uart.0.power.resume.latency=1ms..2ms:3',
    );
    expect(result.points.map(({ values }) => values.join(' '))).toEqual([
      '0ms 1000us',
      '0ms 1500us',
      '0ms 2000us',
      '10ms 1000us',
      '10ms 1500us',
      '10ms 2000us',
    ]);
    expect(result.points[1]!.wake!.mean).toBe(1500);
  });

  it('of a policy changes the number of that policy', async () => {
    const result = await resultOf('--policy other --sweep uart.0.autosuspend=5ms,20ms');
    expect(result.policy).toBe('other');
    expect(result.points[0]!.suspends).toBeGreaterThan(result.points[1]!.suspends);
  });

  it('a workload that follows from a seed tells its spread', async () => {
    const seeded = BURSTY.replace('gap: 1s', 'gap: 500ms..2s');
    const { stdout } = await sweep('--sweep uart.0.autosuspend=0ms,10ms --seeds 4 --json', seeded);
    const [first] = (JSON.parse(stdout) as SweepResult).points;
    expect(first!.spread!.seeds).toBe(4);
    expect(first!.spread!.energy.least).toBeLessThan(first!.spread!.energy.most);
  });

  it('is text, comma-separated values and a picture with the knee in words', async () => {
    const options = '--sweep uart.0.autosuspend=0..60ms --points 13';
    const text = await sweep(options);
    expect(text.stdout).toMatch(/^b\.yaml: the knee is at uart\.0\.autosuspend 10ms: /);
    const csv = (await sweep(`${options} --format csv`)).stdout.trim().split('\n');
    expect(csv).toHaveLength(14);
    expect(csv[0]).toMatch(/^uart\.0\.autosuspend,energy_nj,of_always_on,/);
    expect(csv.every((line) => line.split(',').length === 15)).toBe(true);
    const { written } = await sweep(`${options} -o curve.svg`);
    const svg = written.get('curve.svg')!;
    readXml(`<?xml version="1.0" encoding="UTF-8"?>\n${svg}`);
    expect(svg).toContain('knee: uart.0.autosuspend 10ms');
    expect(svg).toContain('ideal oracle, ');
  });

  it.each([
    ['uart.0.autosuspend', 'is no sweep'],
    ['uart.0.autosuspend=', 'is no sweep'],
    ['=0..5s', 'is no sweep'],
    ['uart.0.autosuspend=5s', 'one value is no sweep'],
    ['uart.0.autosuspend=0..1us', "'0..1us' holds a single value"],
    ['uart.0.autosuspend=0..1', "is a time, and '0..1' has no unit; write 0..5s"],
    ['uart.0.autosuspend=5..1', "is a time, and '5..1' has no unit"],
    ['uart.0.autosuspend=5s..1', "is a time, and '5s..1' has no unit"],
    ['uart.0.autosuspend=1,2', "is a time, and '1,2' has no unit"],
    ['uart.0.autosuspend=0..5mW', "is a time, and 'mW' is no unit of one"],
    ['uart.0.power.active=1..5', "is a power, and '1..5' has no unit; write 1mW..20mW"],
    ['workload.streams.uart.0.bursts.requests=1..5s', "is a plain number, and '1..5s' has a unit"],
    ['uart.0.autosuspend=5s..1s', 'begins behind its end'],
    ['uart.0.autosuspend=5s..5s', 'a sweep over nothing'],
    ['uart.0.autosuspend=0..5parsec', "'parsec' is no unit"],
    ['uart.0.autosuspend=0..-5s', 'is no range'],
    ['uart.0.autosuspend=0..5s:1', 'a sweep over nothing'],
    ['uart.0.autosuspend=0..5s:99999', 'at most'],
    ['uart.0.power.resume=0..5s', 'is no number'],
    ['uart.0.power.resume.latncy=0..5s', 'did you mean uart.0.power.resume.latency?'],
    ['urat.autosuspend=0..5s', "the file has no 'urat.autosuspend'"],
    ['uart.0.power.active=0..5s', "is a power, and 's' is no unit of one"],
  ])('%s is refused: %s', async (text, what) => {
    const { status, stderr, stdout } = await sweep(`--sweep ${text}`);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(what.replaceAll('?', '\\?')));
  });

  it('of values that the file cannot have says with which, and where in the file', async () => {
    const { status, stderr, stdout } = await sweep('--sweep uart.0.power.active=50uW..10mW:5');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(
      'b.yaml with uart.0.power.active=50000nW, line 3, column 39: it draws more suspended than active',
    );
  });

  it('of work that cannot be done says with which value, and where the work stands', async () => {
    const rare = BURSTY.replace('length: 20s', 'length: 1h')
      .replace('requests: 11, spacing: 10ms', 'requests: 1')
      .replace('busy: 1ms', 'busy: 2s');
    const { status, stderr } = await sweep('--sweep workload.streams.uart.0.bursts.gap=1ms,2ms', rare);
    expect(status).toBe(2);
    expect(stderr).toContain(
      'b.yaml, line 5, column 3: with workload.streams.uart.0.bursts.gap=1ms more than',
    );
  });

  it('finds a number by names, also by those with dots in them', () => {
    const file: ScenarioFile = {
      devices: [{ name: 'a.b' }, { name: 'a', power: { active: '5mW', suspended: '1mW' } }],
      workload: { length: '1s', streams: [{ device: 'a.b', every: '10ms', busy: '1ms' }] },
    };
    const pathOf = (name: string) => sweepTarget(file, `${name}=1ms..2ms`, undefined, 2).path;
    expect(pathOf('a.b.autosuspend')).toEqual(['devices', 0, 'runtime_pm', 'autosuspend_delay']);
    expect(pathOf('workload.streams.a.b.every')).toEqual(['workload', 'streams', 0, 'every']);
    expect(sweepTarget(file, 'a.power.active=1mW..2mW', 'p', 2)).toEqual({
      name: 'a.power.active',
      path: ['devices', 1, 'power', 'active'],
      values: ['1mW', '2mW'],
    });
  });
});
