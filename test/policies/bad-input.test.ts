import { describe, expect, it } from 'vitest';
import { devgraph } from '../support/run-cli.ts';

const GOOD = `devices:
  - name: uart
    power:
      active: 45mW
      suspended: 1mW
      suspend: { latency: 200us, energy: 12uJ }
      resume: { latency: 800us, energy: 40uJ }
      idle_states:
        - { name: retention, power: 200uW, latency: 2ms, energy: 90uJ, residency: 10ms }
workload:
  length: 1s
  streams:
    - { device: uart, every: 20ms, busy: 500us, deadline: 5ms }
policies:
  short: { autosuspend: { uart: 5ms } }
  own: { machines: { uart: { initial: a, states: { a: { on: { request: { actions: get } } } } } } }
`;

/** What is said when one text in the file is another one. */
async function faultOf(from: string, to: string): Promise<string> {
  expect(GOOD).toContain(from);
  const { status, stderr, stdout } = await devgraph('simulate bad.yaml', {
    'bad.yaml': GOOD.replace(from, to),
  });
  expect(stdout).toBe('');
  expect(status).toBe(2);
  return stderr
    .trim()
    .split('\n')[0]!
    .replace(/^devgraph( simulate)?: /, '');
}

const FAULTS: readonly (readonly [from: string, to: string, where: string, what: string])[] = [
  ['active: 45mW', 'active: 5', 'line 4, column 15', '5 has no unit'],
  ['active: 45mW', "active: '5'", 'line 4, column 15', "'5' has no unit"],
  ['active: 45mW', 'active: 45mJ', 'line 4, column 15', "unit 'mJ'"],
  ['active: 45mW', 'active: -45mW', 'line 4, column 15', 'is negative'],
  ['active: 45mW', 'active: 45e9W', 'line 4, column 15', "unit 'e9W'"],
  ['active: 45mW', 'active: 2000000W', 'line 4, column 15', 'more than 1000000W'],
  ['active: 45mW', 'active: 0.5nW', 'line 4, column 15', 'finer than 1nW'],
  ['suspended: 1mW', 'suspended: 46mW', 'line 5, column 18', 'more suspended than active'],
  ['latency: 200us', 'latency: 200', 'line 6, column 27', 'has no unit'],
  ['energy: 12uJ', 'energy: 12uW', 'line 6, column 42', "unit 'uW'"],
  ['suspended: 1mW', 'suspended: 1mW\n      off: 2uW', 'line 6, column 7', 'in no power domain'],
  ['power: 200uW', 'power: 2mW', 'line 9, column 37', "more than 'suspended'"],
  ['latency: 2ms, energy: 90uJ', 'latency: 100us, energy: 90uJ', 'line 9, column 53', 'resumes faster'],
  ['residency: 10ms', 'residency: 1ms', 'line 9, column 83', 'shorter than going there and back, 2200us'],
  ['name: retention', 'name: suspended', 'line 9, column 19', "a second state 'suspended'"],
  ['length: 1s', 'length: 0s', 'line 11, column 11', 'no time'],
  ['length: 1s', 'length: 400days', 'line 11, column 11', "unit 'days'"],
  [
    'device: uart, every',
    'device: urat, every',
    'line 13, column 17',
    "no device 'urat'; did you mean uart?",
  ],
  ['every: 20ms, ', '', 'line 13, column 7', 'nothing says when'],
  ['every: 20ms', 'every: 0ms', 'line 13, column 30', 'a period of no time'],
  ['every: 20ms', 'bursts: { gap: 0ms, requests: 3 }', 'line 13, column 38', 'without a time between'],
  ['every: 20ms', 'bursts: { gap: 9s..1s, requests: 3 }', 'line 13, column 38', 'begins behind its end'],
  ['every: 20ms', 'bursts: { gap: 1s, requests: 0..3 }', 'line 13, column 52', 'without a request'],
  ['busy: 500us, ', '', 'line 13, column 7', 'how long'],
  ['busy: 500us', 'busy: 21ms', 'line 13, column 42', 'longer than the 20ms from one to the next'],
  ['busy: 500us', 'busy: 21ms..30ms', 'line 13, column 42', 'is never done'],
  ['busy: 500us', 'busy: 0..1', 'line 13, column 42', "'0' has no unit"],
  ['busy: 500us', 'busy: 5..1', 'line 13, column 42', "'5' has no unit"],
  ['deadline: 5ms', 'deadline: 400us', 'line 13, column 59', 'nobody can meet it'],
  ['{ uart: 5ms }', '{ uart: 5 }', 'line 15, column 33', '5 has no unit'],
  ['{ uart: 5ms }', '{ urat: 5ms }', 'line 15, column 33', 'did you mean uart?'],
  ['autosuspend:', 'autosupend:', 'line 15, column 12', 'did you mean autosuspend?'],
  ['short:', 'always on:', 'line 15, column 3', 'a row of its own'],
  ['initial: a', 'initial: b', 'line 16, column 39', "no state 'b'"],
  ['on: { request', 'on: { requst', 'line 16, column 63', 'did you mean request?'],
  ['actions: get', 'actions: git', 'line 16, column 83', 'did you mean get?'],
  ['short: {', 'short: { dma: hlod,', 'line 15, column 17', "'hlod' is no policy; did you mean hold?"],
  ['short: {', 'short: { dma: engine+channel,', 'line 15, column 17', 'names 2 link policies'],
  ['short: {', 'short: { dma: hold+noirq,', 'line 15, column 17', 'noirq is for workloads'],
  ['short: {', 'short: { dma: count+irq-safe,', 'line 15, column 17', 'no time passes in the callbacks'],
  ['short: {', 'short: { dma: "engine,pm_rntime",', 'line 15, column 17', "'pm_rntime' is no word"],
  ['short: {', 'short: { dma: hold,', 'line 15, column 17', 'no device is a DMA engine'],
  ['deadline: 5ms', 'deadline: 5ms, dma: rx', 'line 13, column 69', "nobody has a DMA channel 'rx'"],
  ['workload:', 'steps: []\nworkload:', 'line 11, column 1', 'steps or a workload'],
];

describe('bad input is told with line and column, before anything runs', () => {
  it('a number that cannot be read is one fault: how it compares with others is not said', async () => {
    const { stderr } = await devgraph('simulate bad.yaml', {
      'bad.yaml': GOOD.replace('active: 45mW', 'active: -45mW'),
    });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('the scenario without a fault runs', async () => {
    expect((await devgraph('simulate good.yaml', { 'good.yaml': GOOD })).status).toBe(0);
  });

  it.each(FAULTS)('%s as %s: %s', async (from, to, where, what) => {
    const fault = await faultOf(from, to);
    expect(fault).toContain(`bad.yaml, ${where}: `);
    expect(fault).toContain(what);
  });

  it('policies without a workload, a workload without power, a policy that is not there', async () => {
    const run = (text: string, options = '') =>
      devgraph(`simulate bad.yaml ${options}`, { 'bad.yaml': text });
    expect((await run('policies: { a: {} }\n')).stderr).toContain('line 1, column 1: there is no workload');
    const powerless =
      'devices: [uart]\nworkload: { length: 1s, streams: [{ device: uart, every: 1s, busy: 1ms }] }\n';
    expect((await run(powerless)).stderr).toContain('no device says what it draws');
    const { status, stderr } = await run(GOOD, '--policy shrt');
    expect({ status, stderr: stderr.trim() }).toMatchObject({ status: 2 });
    expect(stderr).toContain("there is no policy 'shrt'; did you mean short?");
    expect((await run('devices: [uart]\n', '--policy a')).stderr).toContain('has no workload');
  });

  it('a device that has more to do than time says so, and where', async () => {
    const busy = GOOD.replace('length: 1s', 'length: 100h').replace(
      'every: 20ms, busy: 500us',
      'bursts: { gap: 1ms, requests: 1 }, busy: 2s',
    );
    const { status, stderr } = await devgraph('simulate bad.yaml', {
      'bad.yaml': busy.replace(', deadline: 5ms', ''),
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/line 11.*requests wait for uart/);
  });
});
