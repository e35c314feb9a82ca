import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { World } from '../../src/core/index.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';

/** Rules of drivers/dma/virt-dma.c and dmaengine.h of Linux 6.12; the expected values are read from them. */
function run(...commands: string[]) {
  const session = createSession({ recording: true });
  const result = runCommands(session, commands);
  const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
  return {
    result,
    world: session.world,
    returned: events.flatMap(({ e, v }) => (e === 'ret' ? [v] : [])),
    /** Callbacks of transfers, as `client channel context`. */
    completed: events.flatMap(({ e, c, d, ch, x }) =>
      e === 'cb' && c === 'dma_complete' ? [`${d} ${ch} ${x}`] : [],
    ),
    misuses: session.world.events.flatMap((event) => (event.kind === 'dma-misuse' ? [event.what] : [])),
  };
}

/** A channel `h` of an engine with a client. */
const CHANNEL = [
  'dev dma',
  'dev uart',
  'drv engine match=dma,uart ops=rpm',
  'dmadev dma chans=1 caps=slave,cyclic',
  'dmaof dma chan_id',
  'dmas uart tx=dma:0',
  'dmareq uart h tx',
];

const transfer = (name: string) => [`dmaprep h ${name} client=uart`, `dmasubmit ${name}`];

describe('a transfer', () => {
  it('is started by issuing it, not by submitting it, and the first cookie is 2', () => {
    const { returned } = run(...CHANNEL, ...transfer('a'), 'dmairq h', 'dmaissue h', 'dmairq h');
    expect(returned.slice(-4)).toEqual([2, 0, 0, 1]);
  });

  it('calls its client back in a tasklet, where the next one may be issued', () => {
    const { completed } = run(
      ...CHANNEL,
      'on uart dma_complete dmaprep h b client=uart',
      'on uart dma_complete dmasubmit b',
      'on uart dma_complete dmaissue h',
      ...transfer('a'),
      'dmaissue h',
      'dmairq h',
      'off uart dma_complete',
      'dmairq h',
    );
    expect(completed).toEqual(['uart dma0chan0 bh', 'uart dma0chan0 bh']);
  });

  it('is ended without a callback by terminating', () => {
    const ended = [...CHANNEL, ...transfer('a'), 'dmaissue h', 'dmaterm h', 'dmairq h', 'dmasync h'];
    expect(run(...ended).completed).toEqual([]);
    expect(run(...ended, 'dmastatus h 2').returned.at(-1)).toBe(1);
  });

  it('that is cyclic goes on until it is terminated', () => {
    const cyclic = ['dmaprep h a client=uart cyclic', 'dmasubmit a', 'dmaissue h'];
    const { completed } = run(...CHANNEL, ...cyclic, 'dmairq h', 'dmairq h', 'dmaterm h', 'dmairq h');
    expect(completed).toHaveLength(2);
  });

  it('waits while its channel is paused', () => {
    const paused = [...CHANNEL, ...transfer('a'), 'dmaissue h', 'dmapause h'];
    expect(run(...paused, 'dmastatus h 2').returned.at(-1)).toBe(2);
    expect(run(...paused, 'dmairq h').completed).toEqual([]);
    expect(run(...paused, 'dmaresume h', 'dmairq h').completed).toHaveLength(1);
  });
});

describe('a callback of a transfer', () => {
  const inside = (command: string) => [
    ...CHANNEL,
    'rpm enable dma',
    `on uart dma_complete ${command}`,
    ...transfer('a'),
    'dmaissue h',
    'dmairq h',
  ];

  it('may not sleep: a resume that could is a misuse', () => {
    const { misuses, world } = run(...inside('rpm get_sync dma'));
    expect(misuses).toEqual(['sleeps in a callback']);
    expect(world.devices[0]!.power.runtimeStatus).toBe('suspended');
  });

  it('may resume an engine that is interrupt-safe', () => {
    const { misuses, world } = run(
      'dev x',
      ...inside('rpm get_sync dma').toSpliced(8, 0, 'rpm irq_safe dma'),
    );
    expect(misuses).toEqual([]);
    expect(world.devices.find(({ name }) => name === 'dma')!.power.runtimeStatus).toBe('active');
  });

  it('may terminate the channel, but not synchronize it', () => {
    expect(run(...inside('dmaterm h')).misuses).toEqual([]);
    expect(run(...inside('dmasync h')).misuses).toEqual(['synchronized in a callback']);
  });
});

describe('what drivers do wrong', () => {
  it('is named: releasing twice, transfers on a released channel, an engine that goes in use', () => {
    expect(run(...CHANNEL, 'dmarel h', 'dmarel h').misuses).toEqual(['released twice']);
    expect(run(...CHANNEL, ...transfer('a'), 'dmarel h', 'dmasubmit a').misuses).toEqual([
      'submitted after release',
    ]);
    expect(run(...CHANNEL, ...transfer('a'), 'dmasubmit a').misuses).toEqual(['descriptor that is gone']);
    expect(run(...CHANNEL, 'dmarel h', 'dmaprep h a').misuses).toEqual(['transfer on a released channel']);
    expect(run(...CHANNEL, 'rmdmadev dma').misuses).toEqual(['engine unregistered in use']);
    expect(run(...CHANNEL, ...transfer('a'), 'dmaissue h', 'rmdmadev dma').misuses).toEqual([
      'engine unregistered in mid-transfer',
    ]);
  });
});

describe('a client that is unbound', () => {
  it('is named if it keeps its channel, and whether that moves data, once', () => {
    expect(run(...CHANNEL, 'unbind uart', 'unbind uart').misuses).toEqual(['unbound with a channel']);
    const moving = [...CHANNEL, ...transfer('a'), 'dmaissue h'];
    for (const how of ['unbind uart', 'undrv engine', 'del uart'])
      expect(run(...moving, how).misuses, how).toEqual(['unbound in mid-transfer']);
    // The engine goes on, and calls back whoever is there.
    expect(run(...moving, 'unbind uart', 'dmairq h').completed).toHaveLength(1);
  });

  it('is in order if its remove releases the channel', () => {
    const removes = ['on uart remove dmaterm h', 'on uart remove dmasync h', 'on uart remove dmarel h'];
    expect(run(...CHANNEL, ...removes, ...transfer('a'), 'dmaissue h', 'unbind uart').misuses).toEqual([]);
  });
});

it('whoever releases a channel twice is named', () => {
  const { world } = run(...CHANNEL, 'dmarel h', 'dmarel h');
  const culprits = world.events.flatMap((event) =>
    event.kind === 'dma-misuse' ? [world.devices[event.device]!.name] : [],
  );
  expect(culprits).toEqual(['uart']);
});

/** Cookies in order, and each descriptor on one list. */
function violations({ dma }: World): string[] {
  const found: string[] = [];
  const places = dma.descriptors.map(() => 0);
  for (const [index, { virtual }] of dma.channels.entries()) {
    if (virtual.completedCookie > virtual.cookie) found.push(`channel ${index} completed what was not used`);
    const { allocated, submitted, issued, completed, terminated, running } = virtual;
    for (const id of [...allocated, ...submitted, ...issued, ...completed, ...terminated]) places[id]!++;
    if (running >= 0) places[running]!++;
    if (issued.length > 0 && running < 0) found.push(`channel ${index} does not go on`);
  }
  for (const [id, { state }] of dma.descriptors.entries()) {
    if (places[id] !== (state === 'freed' ? 0 : 1))
      found.push(`descriptor ${id}, ${state}, is on ${places[id]} lists`);
  }
  if (dma.runningTasklet >= 0) found.push('a tasklet does not end');
  return found;
}

describe('whatever is submitted, issued and terminated', () => {
  it('no cookie completes that was not used, and every descriptor is in one place', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const command = fc.oneof(
      fc.tuple(name, fc.constantFrom('', ' client=uart', ' cyclic')).map(([d, o]) => `dmaprep h ${d}${o}`),
      name.map((d) => `dmasubmit ${d}`),
      name.map((d) => `on uart dma_complete dmasubmit ${d}`),
      fc.constantFrom(
        'dmaissue h',
        'dmairq h',
        'dmairq h',
        'dmaterm h',
        'dmasync h',
        'dmapause h',
        'dmaresume h',
      ),
      fc.constantFrom(
        'on uart dma_complete dmaissue h',
        'on uart dma_complete dmaterm h',
        'off uart dma_complete',
      ),
      fc.constantFrom('dmarel h', 'dmareq uart h tx'),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const session = createSession();
        runCommands(session, CHANNEL);
        for (const text of commands) {
          runCommands(session, [text]);
          expect(violations(session.world), text).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
