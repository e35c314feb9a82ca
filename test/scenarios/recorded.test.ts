import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkTraceIsLegal, runScenario } from '../../src/scenarios/index.ts';
import { firstDifference, type RecordedScenario, recordedScenarios } from '../support/recorded-scenarios.ts';
import { describeWithSharedData, sharedLines } from '../support/shared-data.ts';

function bundled(name: string): RecordedScenario[] {
  const read = (extension: string) =>
    readFileSync(
      fileURLToPath(new URL(`../fixtures/kernel-6.12/scenarios/${name}.${extension}`, import.meta.url)),
      'utf8',
    );
  return recordedScenarios(read('scn'), read('txt'));
}

function shared(name: string): RecordedScenario[] {
  const read = (extension: string) => sharedLines(`kernel-6.12/scenarios/${name}.${extension}.xz`).join('\n');
  return recordedScenarios(read('scn'), read('txt'));
}

function differences(recorded: readonly RecordedScenario[]): string[] {
  return recorded.flatMap(({ scenario, trace }) => {
    const difference = firstDifference(scenario.name, trace, runScenario(scenario).session.trace);
    return difference === undefined ? [] : [difference];
  });
}

describe('the bundled recordings of a running 6.12.117 kernel', () => {
  it('are replayed byte for byte', () => {
    const recorded = bundled('recorded');
    expect(recorded.length).toBeGreaterThanOrEqual(300);
    expect(differences(recorded)).toEqual([]);
  });

  it('are replayed byte for byte where devices are in power domains', () => {
    const recorded = bundled('power-domains');
    expect(recorded).toHaveLength(83);
    expect(differences(recorded)).toEqual([]);
  });

  it('are replayed byte for byte where clients ask for DMA channels', () => {
    const recorded = bundled('dma-channels');
    expect(recorded).toHaveLength(71);
    expect(differences(recorded)).toEqual([]);
  });

  it('are replayed byte for byte where each was made to tell a rule', () => {
    const recorded = bundled('witnesses');
    expect(recorded.length).toBeGreaterThanOrEqual(60);
    expect(differences(recorded)).toEqual([]);
  });

  it('are replayed byte for byte where the model once did something else', () => {
    const recorded = bundled('differed');
    expect(recorded.length).toBeGreaterThanOrEqual(10);
    expect(differences(recorded)).toEqual([]);
  });

  it('are replayed byte for byte where a move has closed a circle of parents and links', () => {
    const recorded = bundled('circles');
    expect(recorded).toHaveLength(24);
    expect(differences(recorded)).toEqual([]);
  });

  it('come out the same where every task is asked at every step whether it can go on', () => {
    for (const { scenario } of [
      ...bundled('recorded'),
      ...bundled('power-domains'),
      ...bundled('asynchronous'),
    ]) {
      const { trace } = runScenario(scenario, () => 0).session;
      expect(firstDifference(scenario.name, runScenario(scenario).session.trace, trace)).toBeUndefined();
    }
  });

  it('are replayed byte for byte where devices sleep asynchronously', () => {
    const recorded = [...bundled('asynchronous'), ...bundled('asynchronous-power-domains')];
    expect(recorded).toHaveLength(45);
    expect(differences(recorded)).toEqual([]);
  });

  it('are legal in another order of asynchronous devices', () => {
    const recorded = [...bundled('asynchronous'), ...bundled('asynchronous-power-domains')];
    const others = recorded.flatMap(({ scenario, trace }) => {
      const other = runScenario(scenario, () => 1).session.trace;
      return firstDifference(scenario.name, trace, other) === undefined ? [] : [{ scenario, trace: other }];
    });
    expect(others).toHaveLength(4);
    for (const { scenario, trace } of others)
      expect(checkTraceIsLegal(scenario, trace)).toMatchObject({ legal: true });
  });

  it('are not legal any more when a device completes before another is prepared', () => {
    const { scenario, trace } = bundled('asynchronous').find((each) => each.scenario.name === 'async-1-17')!;
    const swapped = [...trace];
    const late = swapped.findLastIndex((line) => line.includes('"c":"prepare"') && line.includes('"cb"'));
    const complete = swapped.findIndex((line) => line.includes('"c":"complete"'));
    [swapped[late], swapped[complete]] = [swapped[complete]!, swapped[late]!];
    expect(checkTraceIsLegal(scenario, swapped)).toMatchObject({ legal: false, line: late });
  });
});

for (const [name, count] of [
  ['scenarios-seed1', 400],
  ['flagmatrix', 1746],
  ['surprises', 85],
] as const) {
  const files = ['scn', 'txt'].map((extension) => `kernel-6.12/scenarios/${name}.${extension}.xz`);
  describeWithSharedData(`the ${count} recorded scenarios of ${name}`, files, () => {
    it('are replayed byte for byte', () => {
      const recorded = shared(name);
      expect(recorded).toHaveLength(count);
      expect(differences(recorded)).toEqual([]);
    }, 60_000);
  });
}

describeWithSharedData(
  'the recorded asynchronous scenarios',
  ['scn', 'txt'].map((extension) => `kernel-6.12/scenarios/async-seed1.${extension}.xz`),
  () => {
    it('are replayed byte for byte', () => {
      const recorded = shared('async-seed1');
      expect(recorded).toHaveLength(40);
      expect(differences(recorded)).toEqual([]);
    }, 60_000);
  },
);
