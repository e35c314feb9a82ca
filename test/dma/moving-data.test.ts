import { describe, expect, it } from 'vitest';
import { layerPolicyOf, readDesign } from '../../src/dma/index.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';

function run(...commands: string[]) {
  return under('none', ...commands);
}

function under(policy: string, ...commands: string[]) {
  const session = createSession({ recording: true });
  session.world.dma.policy = layerPolicyOf(readDesign(policy));
  runCommands(session, commands);
  const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
  return {
    world: session.world,
    /** When callbacks of transfers came, by client. */
    completed: events.flatMap(({ e, c, d, t }) => (e === 'cb' && c === 'dma_complete' ? [`${d} ${t}`] : [])),
    misuses: session.world.events.flatMap((event) =>
      event.kind === 'dma-misuse' ? [`${session.world.devices[event.device]!.name} ${event.what}`] : [],
    ),
    done: session.world.dma.descriptors.filter(({ done }) => done).length,
  };
}

const CHANNELS = [
  'dev dma',
  'dev one',
  'dev two',
  'drv engine match=dma,one,two',
  'dmadev dma chans=2 caps=slave,cyclic',
  'dmaany dma h',
  'dmaany dma i',
];
const transfer = (name: string, handle: string, client: string, times: string) => [
  `dmaprep ${handle} ${name} client=${client} ${times}`,
  `dmasubmit ${name}`,
  `dmaissue ${handle}`,
];

describe('a transfer that takes its time', () => {
  it('ends by itself, and the next one of the channel begins then', () => {
    const { completed } = run(
      ...CHANNELS,
      ...transfer('a', 'h', 'one', 'takes=5'),
      ...transfer('b', 'h', 'one', 'takes=3'),
      'sleep 20',
    );
    expect(completed).toEqual(['one 5', 'one 8']);
  });

  it('ends beside those of other channels, in the order of their ends', () => {
    const { completed } = run(
      ...CHANNELS,
      ...transfer('a', 'h', 'one', 'takes=5'),
      ...transfer('b', 'i', 'two', 'takes=3'),
      'sleep 4',
      'sleep 4',
    );
    expect(completed).toEqual(['two 3', 'one 5']);
  });

  it('comes again and again where it is cyclic, and not when it is terminated or paused', () => {
    const cyclic = [...CHANNELS, ...transfer('a', 'h', 'one', 'takes=4 cyclic'), 'sleep 9'];
    expect(run(...cyclic).completed).toEqual(['one 4', 'one 8']);
    expect(run(...cyclic, 'dmaterm h', 'sleep 9').completed).toHaveLength(2);
    expect(run(...cyclic, 'dmapause h', 'sleep 9').completed).toHaveLength(2);
  });

  it('can be followed by one that its callback issues', () => {
    const next = ['dmaprep h b client=two takes=2', 'dmasubmit b', 'dmaissue h'].map(
      (command) => `on one dma_complete ${command}`,
    );
    expect(run(...CHANNELS, ...next, ...transfer('a', 'h', 'one', 'takes=5'), 'sleep 20').completed).toEqual([
      'one 5',
      'two 7',
    ]);
  });

  it('does not happen on an engine that is suspended', () => {
    const { completed, misuses, done } = run(
      ...CHANNELS,
      'rpm enable dma',
      ...transfer('a', 'h', 'one', 'takes=5'),
      'sleep 20',
    );
    expect(completed).toEqual([]);
    expect(done).toBe(0);
    expect(misuses).toEqual(['one issued to a suspended engine']);
  });

  it('is lost if its engine is suspended meanwhile', () => {
    const asleep = [
      'rpm enable dma',
      'rpm get_sync dma',
      ...transfer('a', 'h', 'one', 'takes=5'),
      'sleep 2',
      'rpm put_sync dma',
      'sleep 20',
    ];
    const { completed, misuses } = run(...CHANNELS, ...asleep);
    expect(completed).toEqual([]);
    expect(misuses).toEqual(['one engine suspended in mid-transfer']);
  });

  it('has its engine awake for as long as it takes where descriptors are counted', () => {
    const { completed, misuses, world } = under(
      'count',
      ...CHANNELS,
      ...transfer('a', 'h', 'one', 'takes=5'),
      'sleep 20',
    );
    expect(completed).toEqual(['one 5']);
    expect(misuses).toEqual([]);
    expect(world.devices[0]!.power.runtimeStatus).toBe('suspended');
  });
});

describe('a switch between channel and device', () => {
  const BOX = [...CHANNELS, 'dmaswitch h box', 'dmaswitch i box'];
  const both = [
    ...transfer('a', 'h', 'one', 'takes=5 arrives=4'),
    ...transfer('b', 'i', 'two', 'takes=5 arrives=4'),
  ];

  it('has one channel at a time: the second waits until the first gives it away', () => {
    expect(run(...BOX, ...both, 'sleep 30').completed).toEqual(['one 5']);
    expect(run(...BOX, ...both, 'sleep 10', 'dmateardown h', 'sleep 30').completed).toEqual([
      'one 5',
      'two 15',
    ]);
  });

  it('cuts off what has not arrived if it is torn down in the callback of the interrupt', () => {
    const { misuses, done } = run(...BOX, 'on one dma_complete dmateardown h', ...both, 'sleep 30');
    expect(misuses).toEqual(['one switch torn down too early']);
    // The second, which keeps its switch, arrives.
    expect(done).toBe(1);
  });

  it('cuts off what runs, and loses nothing when all has arrived', () => {
    expect(run(...BOX, ...both, 'sleep 3', 'dmateardown h').misuses).toEqual([
      'one switch torn down too early',
    ]);
    expect(run(...BOX, ...both, 'sleep 9', 'dmateardown h', 'sleep 9', 'dmateardown i').misuses).toEqual([]);
    expect(run(...BOX, ...both, 'sleep 8', 'dmateardown h').misuses).toEqual([
      'one switch torn down too early',
    ]);
  });

  it('is not kept back by synchronizing, which while transfers are pending is undefined', () => {
    expect(run(...BOX, ...both, 'sleep 2', 'dmasync h').misuses).toEqual([
      'one synchronized while transfers are pending',
    ]);
    expect(run(...BOX, ...both, 'sleep 5', 'dmasync h', 'dmateardown h').misuses).toEqual([
      'one switch torn down too early',
    ]);
  });
});
