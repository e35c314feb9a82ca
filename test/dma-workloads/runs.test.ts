import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DMA_LINK_POLICY_NAMES, readDesign } from '../../src/dma/index.ts';
import { compareDesigns, runWorkload, type Workload } from '../../src/dma-workloads/index.ts';

/** An engine that takes 2 ms to resume and a client that moves 10 ms of data at 100 ms. */
const SMALL: Workload = {
  engines: { dma: { resume: '2ms' } },
  clients: { uart: { channels: { tx: 'dma' }, resume: '1ms' } },
  steps: [
    { probe: ['dma', 'uart'] },
    { wait: '100ms' },
    { open: 'uart' },
    { transfer: { client: 'uart', channel: 'tx', takes: '10ms' } },
    { wait: '10ms' },
    { close: 'uart' },
    { wait: '100ms' },
  ],
};

function run(design: string, workload = SMALL) {
  return runWorkload(workload, readDesign(design));
}

const kinds = (design: string, workload = SMALL) => [
  ...new Set(run(design, workload).findings.map(({ kind }) => kind)),
];

describe('an engine', () => {
  it('without runtime PM is on all the time', () => {
    const { engines, duration } = run('none');
    expect([engines[0]!.on, engines[0]!.resumes]).toEqual([duration, 0]);
  });

  it('that is held from request to release is on from the request to the end', () => {
    // 2 ms of resume, then 100, 1 for the client, 10 and 100.
    expect(run('hold')).toMatchObject({ duration: 213, engines: [{ on: 213, resumes: 1 }], latency: 1 });
  });

  it('that is held for each descriptor is on for 2 ms of resume and 10 of data', () => {
    expect(run('count')).toMatchObject({ engines: [{ on: 12, resumes: 1 }], latency: 2, done: 1 });
  });

  it('that is awake through a stateless link is on while the client is: 1 ms more, which the client takes to resume', () => {
    expect(run('attach')).toMatchObject({ engines: [{ on: 13, resumes: 1 }], latency: 3, done: 1 });
  });

  it('stays on behind its autosuspend delay', () => {
    const engines = { dma: { resume: '2ms', autosuspend: '20ms' } };
    expect(run('count', { ...SMALL, engines }).engines[0]!.on).toBe(32);
  });

  it('that nobody wakes is asleep when a client wants it', () => {
    // Runtime PM and a link that does not use it.
    const design = { ...readDesign('engine'), power: 'link' } as const;
    const { findings, lost } = runWorkload(SMALL, design);
    expect(findings.map(({ kind }) => kind)).toEqual(['engine-asleep']);
    expect(lost).toBe(1);
  });
});

describe('a request', () => {
  it('defers the client until the engine has been probed', () => {
    const steps: Workload['steps'] = [{ probe: ['uart', 'dma'] }];
    expect(run('engine', { ...SMALL, steps })).toMatchObject({ deferrals: 1, links: 1, order: 'link' });
    expect(run('engine', { ...SMALL, steps: [{ probe: 'uart' }] })).toMatchObject({
      deferrals: 1,
      links: 0,
      order: 'nobody has a channel',
    });
  });

  it('beyond the last channel gets none', () => {
    const workload: Workload = {
      ...SMALL,
      engines: { dma: { channels: 1 } },
      clients: { uart: { channels: { tx: 'dma', rx: 'dma' } } },
    };
    expect(kinds('none', workload)).toEqual(['request-failed']);
  });

  it('whose link is refused leaves its channel to the next client', () => {
    const workload: Workload = {
      ...SMALL,
      engines: { dma: { channels: 1 } },
      clients: { uart: { channels: { tx: 'dma' } }, spi: { channels: { tx: 'dma' } } },
      steps: [{ probe: ['dma', 'uart', 'spi'] }],
    };
    const refusals = run('channel-stateless-autoremove', workload).findings;
    expect(refusals.map(({ text }) => text)).toEqual([
      'uart got no channel for tx: device_link_add() refused the link, STATELESS with a flag of managed links',
      'spi got no channel for tx: device_link_add() refused the link, STATELESS with a flag of managed links',
    ]);
  });
});

describe('system sleep', () => {
  const asleep = (client: Workload['clients'][string]): Workload => ({
    engines: { dma: null },
    clients: { uart: client },
    order: ['uart', 'dma'],
    steps: [
      { probe: ['dma', 'uart'] },
      { open: 'uart' },
      { transfer: { client: 'uart', channel: 'tx', takes: '50ms' } },
      { wait: '1ms' },
      { sleep: null },
      { wait: '100ms' },
    ],
  });

  it('cuts off a transfer that its client does not wait for', () => {
    expect(kinds('none', asleep({ channels: { tx: 'dma' } }))).toEqual(['transfer-lost']);
  });

  it('finds the engine down for a client that stops in a later phase, whatever links there are', () => {
    const client = { channels: { tx: 'dma' }, sleep: 'suspend_late', drains: '1ms' } as const;
    for (const design of ['none', 'engine', 'channel-stateless-pm-runtime'])
      expect(kinds(design, asleep(client)), design).toContain('engine-asleep');
    expect(kinds('engine+late', asleep(client))).not.toContain('engine-asleep');
  });
});

describe('a switch that is torn down', () => {
  it('cuts off the data on their way, and nothing of the next transfer, which waits for its engine', () => {
    const client = { channels: { tx: 'dma' }, switch: 'box', requests_first: false, runtime_pm: false };
    const workload: Workload = {
      buses: { top: { resume: '1ms' } },
      engines: { dma: { resume: '0ms', suspend: '0ms', autosuspend: '0ms', parent: 'top' } },
      clients: { a: client, b: { ...client, sleep: 'suspend_late', drains: '1ms' } },
      switches: ['box'],
      steps: [
        { probe: ['top', 'a', 'dma', 'b'] },
        { transfer: { client: 'a', channel: 'tx', takes: '1ms', arrives: '1ms', times: 2 } },
        { sleep: null },
      ],
    };
    const { done, findings } = run('none+count', workload);
    expect(done).toBe(0);
    const lost = findings.filter(({ kind }) => kind === 'data-lost');
    expect(lost.map(({ text }) => /data of \d+ of a's/.exec(text)?.[0])).toEqual(["data of 1 of a's"]);
  });
});

describe('any workload under any design', () => {
  const time = (most: number) => fc.integer({ min: 0, max: most }).map((value) => `${value}ms`);
  const client = fc.constantFrom('a', 'b');
  const step = fc.oneof(
    fc.record({ wait: time(40) }),
    client.map((open) => ({ open })),
    client.map((close) => ({ close })),
    client.map((idle) => ({ idle })),
    client.map((synchronize) => ({ synchronize })),
    fc.constant({ sleep: null }),
    fc.constantFrom('a', 'b', 'dma').map((unbind) => ({ unbind })),
    fc.constantFrom('a', 'b', 'dma').map((probe) => ({ probe })),
    fc
      .record({
        client,
        channel: fc.constant('tx'),
        takes: time(20),
        arrives: time(5),
        times: fc.integer({ min: 1, max: 4 }),
        interrupt: fc.boolean(),
      })
      .map((transfer) => ({ transfer })),
  );
  const file = fc.record({
    channels: fc.constant({ tx: 'dma' }),
    resume: time(3),
    suspend: time(3),
    sleep: fc.constantFrom('suspend', 'suspend_late', 'suspend_noirq', 'none'),
    drains: time(4),
    switch: fc.constant('box'),
    requests_first: fc.boolean(),
    runtime_pm: fc.boolean(),
  });
  const workload = fc.record({
    buses: fc.constant({ top: { resume: '1ms' } }),
    engines: fc.record({
      dma: fc.record({
        resume: time(3),
        suspend: time(3),
        autosuspend: time(20),
        parent: fc.constant('top'),
      }),
    }),
    clients: fc.record({ a: file, b: file }),
    switches: fc.constant(['box']),
    order: fc.shuffledSubarray(['dma', 'a', 'b']),
    steps: fc.array(step, { maxLength: 25 }).map((steps) => [{ probe: ['top', 'a', 'dma', 'b'] }, ...steps]),
  });
  const design = fc
    .tuple(
      fc.constantFrom(...DMA_LINK_POLICY_NAMES),
      fc.subarray(['hold', 'irq-safe', 'late', 'teardown-idle']),
      fc.constantFrom('', '+count', '+prepare', '+noirq', '+teardown-runtime-suspend'),
    )
    .map(([link, words, last]) => [link, ...words].join('+') + last);

  it('comes to an end, counts each transfer once at most, and gives the same again', () => {
    fc.assert(
      fc.property(workload, design, (any, name) => {
        const result = runWorkload(any as Workload, readDesign(name));
        expect(result.done + result.lost).toBeLessThanOrEqual(result.asked);
        expect(result.done).toBeGreaterThanOrEqual(0);
        for (const { on } of [...result.engines, ...result.buses]) {
          expect(on).toBeGreaterThanOrEqual(0);
          expect(on).toBeLessThanOrEqual(result.duration);
        }
        const counting = readDesign(name).power === 'descriptor' && !readDesign(name).irqSafe;
        if (!counting) expect(result.findings.map(({ kind }) => kind)).not.toContain('sleeping-in-atomic');
        expect(runWorkload(any as Workload, readDesign(name))).toEqual(result);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('compares as many designs as it is given, in their order', () => {
    const { policies } = compareDesigns(SMALL, ['count', 'hold', 'count'], 'small');
    expect(policies.map(({ policy }) => policy)).toEqual(['count', 'hold', 'count']);
    expect(policies[0]).toEqual(policies[2]);
  });
});
