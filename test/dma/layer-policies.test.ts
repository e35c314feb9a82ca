import { describe, expect, it } from 'vitest';
import type { DmaPolicy } from '../../src/core/dma-engine.ts';
import { EINVAL } from '../../src/core/errno.ts';
import { DMA_LINK_POLICIES, DMA_LINK_POLICY_NAMES, layerPolicyOf, readDesign } from '../../src/dma/index.ts';
import { createSession, runCommands, type Session } from '../../src/scenarios/index.ts';

const policy = (text: string): DmaPolicy => layerPolicyOf(readDesign(text));

function run(under: DmaPolicy, ...commands: string[]) {
  const session = createSession({ recording: true });
  session.world.dma.policy = under;
  runCommands(session, commands);
  const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
  const returned = events.flatMap(({ e, v }) => (e === 'ret' ? [v] : []));
  const misuses = session.world.events.flatMap((event) => (event.kind === 'dma-misuse' ? [event.what] : []));
  return { session, returned, misuses };
}

/** `consumer -> supplier` of all links. */
function links({ world }: Session): string[] {
  return world.links.flatMap((link) =>
    link === undefined
      ? []
      : `${world.devices[link.consumer]!.name} -> ${world.devices[link.supplier]!.name}`,
  );
}

const power = ({ world }: Session, name: string) =>
  world.devices.find((device) => device.name === name)!.power;

const SET_UP = [
  'dev uart',
  'dev dma',
  'drv driver match=dma,uart',
  'dmadev dma chans=1 callbacks=alloc_chan_resources,free_chan_resources,device_release,client_attach',
  'dmaof dma chan_id',
  'dmas uart tx=dma:0',
  'rpm enable uart',
];
const REQUEST = [...SET_UP, 'dmareq uart h tx'];

describe('dma_request_chan() in a scenario', () => {
  it.each(DMA_LINK_POLICY_NAMES)(
    'makes the link of the policy %s, or ends in its error with the channel free',
    (name) => {
      const { target, made } = DMA_LINK_POLICIES[name].policy;
      const { session, returned } = run(policy(name), ...REQUEST);
      const channel = session.world.dma.channels[0]!;
      if (name === 'channel-stateless-autoremove') {
        expect(returned.at(-1)).toBe(-EINVAL);
        expect(links(session)).toEqual([]);
        expect({ state: channel.state, slave: channel.slave }).toEqual({ state: 'free', slave: -1 });
        return;
      }
      expect(returned.at(-1)).toBe(0);
      const supplier = target === 'channel' && made === 'at request' ? 'dma0chan0' : 'dma';
      expect(links(session)).toEqual(target === 'none' ? [] : [`uart -> ${supplier}`]);
    },
  );

  it('gives a stateless link back with the channel, and keeps a managed one', () => {
    expect(links(run(policy('channel-stateless'), ...REQUEST, 'dmarel h').session)).toEqual([]);
    expect(links(run(policy('engine'), ...REQUEST, 'dmarel h').session)).toEqual(['uart -> dma']);
  });

  it('leaves neither link nor reference nor channel where the attach callback of the engine fails', () => {
    for (const text of ['engine-stateless-pm-runtime', 'hold']) {
      const { session, returned } = run(
        policy(text),
        ...SET_UP,
        'ret dma client_attach -16',
        'dmareq uart h tx',
        'settle',
      );
      expect(returned.at(-2)).toBe(-16);
      expect(links(session)).toEqual([]);
      expect(session.world.dma.channels[0]).toMatchObject({ state: 'free', link: -1, slave: -1 });
      expect(power(session, 'dma')).toMatchObject({ usageCount: 0, runtimeStatus: 'suspended' });
    }
  });

  it('makes none as in Linux 6.12 without a policy', () => {
    const { session } = run(policy('none'), ...REQUEST);
    expect(links(session)).toEqual([]);
    expect(power(session, 'dma').disableDepth).toBe(1);
  });
});

describe('the engine', () => {
  const status = (under: string, ...commands: string[]) =>
    power(run(policy(under), ...REQUEST, ...commands).session, 'dma').runtimeStatus;
  const TRANSFER = ['dmaprep h a client=uart', 'dmasubmit a', 'dmaissue h'];

  it('is held from request to release', () => {
    expect(status('hold')).toBe('active');
    expect(status('hold', 'dmarel h', 'settle')).toBe('suspended');
  });

  it('is held for each descriptor, whether that is done, terminated, or freed with its channel', () => {
    expect(status('count')).toBe('suspended');
    expect(status('count', ...TRANSFER)).toBe('active');
    for (const end of [['dmairq h'], ['dmaterm h'], ['dmarel h']])
      expect(status('count', ...TRANSFER, ...end, 'settle'), end[0]).toBe('suspended');
  });

  it('is held between prepare and unprepare, and else these do nothing', () => {
    expect(status('prepare', 'dmaprepare h')).toBe('active');
    expect(status('prepare', 'dmaprepare h', 'dmaunprepare h', 'settle')).toBe('suspended');
    expect(run(policy('none'), ...REQUEST, 'dmaprepare h', 'dmaunprepare h').returned.slice(-2)).toEqual([
      0, 0,
    ]);
  });

  it('cannot be resumed for a descriptor in a callback, but where it is interrupt-safe', () => {
    // The callback of a client that has another engine's channel.
    const other = (under: string) =>
      run(
        policy(under),
        'dev x',
        'dev y',
        'dev c',
        'drv driver match=x,y,c',
        'dmadev x chans=1',
        'dmadev y chans=1',
        'dmaany x h',
        'dmaany y i',
        'on c dma_complete dmaprep i b',
        'on c dma_complete dmasubmit b',
        'dmaprep h a client=c',
        'dmasubmit a',
        'dmaissue h',
        'dmairq h',
      );
    expect(other('count').misuses).toEqual(['sleeps in a callback']);
    expect(other('count+irq-safe').misuses).toEqual([]);
    expect(power(other('count+irq-safe').session, 'y').runtimeStatus).toBe('active');
  });

  it('may not be prepared in a callback, which sleeps', () => {
    const inside = ['on uart dma_complete dmaprepare h', ...TRANSFER, 'dmairq h'];
    expect(run(policy('prepare'), ...REQUEST, ...inside).misuses).toEqual(['sleeps in a callback']);
  });
});

it('a design that says when an engine stops is for workloads', () => {
  expect(() => policy('engine+late')).toThrow(/late is for workloads/);
});
