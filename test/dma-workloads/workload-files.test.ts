import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/index.ts';
import { readWorkload } from '../../src/dma-workloads/workload-schema.ts';

const GOOD = `engines:
  dma: { channels: 2, parent: domain }
buses:
  domain:
clients:
  uart: { channels: { rx: dma } }
steps:
  - probe: [domain, dma, uart]
  - transfer: { client: uart, channel: rx, takes: 1ms }
  - sleep:
policies: [hold, engine+late]
expect:
  hold: { resumes: 1, on: 3ms }
`;

function complaints(text: string): string[] {
  try {
    readWorkload(text, 'w.yaml');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [error, ...error.others].map(({ message }) => message);
  }
  return [];
}

describe('a workload file', () => {
  it('may leave a bus and an engine without settings', () => {
    expect(readWorkload(GOOD, 'w.yaml').buses).toEqual({ domain: null });
    expect(complaints(GOOD)).toEqual([]);
  });

  it.each<[string, string, string, string]>([
    [
      'an engine that is not there',
      'rx: dma',
      'rx: dam',
      "w.yaml, line 6, column 27: there is no engine 'dam'; did you mean dma?",
    ],
    ['a parent that is no bus', 'parent: domain', 'parent: uart', "'uart' is a client"],
    ['a channel that the client lacks', 'channel: rx', 'channel: tx', "uart has no channel 'tx'; it has rx"],
    [
      'a step on nobody',
      'probe: [domain, dma, uart]',
      'probe: [domain, dma, art]',
      "there is no bus or engine or client 'art'",
    ],
    ['a time without a unit', 'takes: 1ms', 'takes: 1', 'has no unit'],
    ['a time that is finer than the clock', 'on: 3ms', 'on: -3ms', 'negative'],
    [
      'a key that is none',
      'channels: 2',
      'chanels: 2',
      "there is no key 'chanels' here; did you mean channels?",
    ],
    ['a policy that is none', '[hold,', '[holf,', "'holf' is no policy"],
    ['an expectation of a policy that is none', '  hold: {', '  holf: {', "'holf' is no policy"],
    ['a name that is taken', '  domain:\n', '  domain:\n  uart:\n', "'uart' names something else already"],
    [
      'a name that a channel has',
      '  domain:\n',
      '  domain:\n  dma0chan1:\n',
      "'dma0chan1' cannot be the name of a device",
    ],
    ['no steps', 'steps:', 'stops:', "'steps' is missing"],
    [
      'too many transfers',
      'takes: 1ms }',
      'takes: 1ms, times: 99999 }\n  - transfer: { client: uart, channel: rx, takes: 1ms, times: 9 }',
      '100008 transfers; there may be 100000 at most',
    ],
    ['too many channels', 'channels: 2', 'channels: 1000000', 'larger'],
  ])('with %s is refused, with its place', (_, old, now, words) => {
    expect(GOOD).toContain(old);
    const said = complaints(GOOD.replace(old, now)).join('\n');
    expect(said).toContain(words);
    expect(said).toMatch(/^w\.yaml, line \d+, column \d+: /);
  });

  it.each(['', '[]', 'just text', '{', 'engines: 5', '\u0000', '!!js/function x'])(
    'that is none is refused: %j',
    (text) => {
      expect(complaints(text).length).toBeGreaterThan(0);
    },
  );
});
