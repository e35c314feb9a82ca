import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exploreAll, invariantNamed, readExploration } from '../../src/explore/index.ts';
import { runScenario } from '../../src/scenarios/index.ts';
import { firstDifference, recordedScenarios } from '../support/recorded-scenarios.ts';

function text(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
}

const RECORDED = recordedScenarios(
  text('test/fixtures/kernel-6.12/scenarios/explored.scn'),
  text('test/fixtures/kernel-6.12/scenarios/explored.txt'),
);

function example(name: string, invariant?: string) {
  const asked = invariant === undefined ? {} : { invariants: [invariantNamed(invariant)!] };
  return exploreAll(readExploration(text(`examples/explore/${name}.scn`), `${name}.scn`), asked);
}

describe('what explorations have found in Linux', () => {
  it('is what a running kernel does: its recordings of the ways there are replayed byte for byte', () => {
    expect(RECORDED).toHaveLength(3);
    for (const { scenario, trace } of RECORDED) {
      const { session } = runScenario(scenario);
      expect(firstDifference(scenario.name, trace, session.trace)).toBeUndefined();
    }
  });

  it.each([
    ['unbind-twice', 'no-remove-under-consumer', 'remove of clk begins, and its consumer uart is bound'],
    [
      'link-to-active',
      'no-active-over-suspended',
      'uart is active over its supplier clk, which is suspended',
    ],
  ])('%s: %s', (name, invariant, what) => {
    const { breach } = example(name, invariant);
    expect(breach).toMatchObject({ invariant, what });
    const recorded = RECORDED.find(({ scenario }) => scenario.name === name)!.scenario.commands;
    expect(recorded.slice(0, breach!.script!.length)).toEqual(breach!.script);
  });

  it('leaves a link that says for ever that its supplier is unbinding, and a warning when the supplier binds', () => {
    const { breach } = example('unbind-twice', 'no-stale-unbinding');
    expect(breach).toMatchObject({
      what: "the link uart -> clk is 'supplier unbinding', its supplier 'no driver'",
    });
    const { trace } = RECORDED.find(({ scenario }) => scenario.name === 'unbind-twice')!;
    expect(trace.filter((line) => line.includes('"e":"warn"'))).toEqual([
      '{"t":0,"e":"warn","m":"drivers/base/core.c:1409 device_links_driver_bound"}',
    ]);
    expect(trace.find((line) => line.includes('"e":"link"'))).toContain('"st":"supplier-unbind"');
  });
});

describe('the worlds in examples/explore', () => {
  it.each(['unbind-twice', 'link-to-active', 'supplier-and-sysfs', 'sleep-and-runtime-pm', 'power-domain'])(
    '%s keeps all invariants in every state that it can reach',
    (name) => {
      expect(example(name)).toMatchObject({ coverage: 'complete', breach: null, withheld: [] });
    },
  );
});
