import { describe, expect, it } from 'vitest';
import { createSession, runCommands } from '../../src/scenarios/index.ts';

/** The kernel's answers are recorded (dma-channels.scn, dma-depends-*); what is done wrong is not the kernel's to say. */
function run(...commands: string[]) {
  const session = createSession({ recording: true });
  runCommands(session, commands);
  const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
  return {
    completed: events.flatMap(({ e, c, d }) => (e === 'cb' && c === 'dma_complete' ? [d] : [])),
    returned: events.flatMap(({ e, v }) => (e === 'ret' ? [v] : [])),
    misuses: session.world.events.flatMap((event) =>
      event.kind === 'dma-misuse' ? [`${session.world.devices[event.device]!.name} ${event.what}`] : [],
    ),
  };
}

/** `copy` on one channel, and `sum` on the other, which waits for it. */
const CHAIN = (deps: string) => [
  'dev dma',
  'dev first',
  'dev second',
  'drv engine match=dma',
  `dmadev dma chans=2 caps=slave,interrupt ${deps}`,
  'dmaany dma h',
  'dmaany dma i',
  'dmaprep h copy client=first',
  'dmaprep i sum client=second',
  'dmasubmit copy',
  'dmadepend sum copy',
];
const INTERRUPTS = ['dmairq h', 'dmairq h', 'dmairq i'];

describe('an operation that depends on one of another channel', () => {
  it('runs when that is done and its clean-up has run dependencies', () => {
    const { completed, misuses } = run(...CHAIN('deps'), ...INTERRUPTS);
    expect(completed).toEqual(['first', 'second']);
    expect(misuses).toEqual([]);
  });

  it('never runs where the driver forgets them, and the engine is named', () => {
    const { completed, misuses } = run(...CHAIN(''), ...INTERRUPTS);
    expect(completed).toEqual(['first']);
    expect(misuses).toEqual(['dma dependencies not run']);
  });

  it('cannot be submitted by hand meanwhile', () => {
    expect(run(...CHAIN('deps'), 'dmasubmit sum').returned.at(-1)).toBe('bad');
  });

  it('whose channel is released meanwhile is freed memory to those who submit it', () => {
    expect(run(...CHAIN('deps'), 'dmarel i', ...INTERRUPTS).misuses).toEqual(['dma submitted after release']);
  });
});

it('on the same channel it is submitted at once, and no driver need run anything', () => {
  const { completed, misuses } = run(
    ...CHAIN('').slice(0, 8),
    'dmaprep h sum client=second',
    'dmasubmit copy',
    'dmadepend sum copy',
    'dmaissue h',
    'dmairq h',
    'dmairq h',
  );
  expect(completed).toEqual(['first', 'second']);
  expect(misuses).toEqual([]);
});
