import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alwaysOnEnergy,
  chosenPolicies,
  comparePolicies,
  compiledPolicies,
  energyOfRun,
  oracleOf,
  policyResult,
  runPolicy,
} from '../../src/policies/index.ts';
import { policiesSchema } from '../../src/report/policies-schema.ts';
import type { ScenarioFile } from '../../src/scenario-files/index.ts';
import { scenario } from './random-scenarios.ts';

const RUNS = { numRuns: 30 };

function runsOf(file: ScenarioFile, options: Parameters<typeof runPolicy>[3] = {}) {
  const compiled = compiledPolicies(file);
  return {
    compiled,
    runs: chosenPolicies(compiled).map((policy) => runPolicy(file, compiled, policy, options)),
  };
}

describe('of any scenario, workload and policy', () => {
  it('the times of all states of each device and domain sum up to the length of the work', () => {
    fc.assert(
      fc.property(scenario, (file) => {
        for (const { devices, domains } of comparePolicies(file).policies)
          for (const { states } of [...devices, ...domains])
            expect(states.reduce((sum, { time }) => sum + time, 0)).toBe(400_000);
      }),
      RUNS,
    );
  });

  it('the energies of all states sum up to that of the device, and those to that of the policy', () => {
    fc.assert(
      fc.property(scenario, (file) => {
        for (const { energy, devices, domains } of comparePolicies(file).policies) {
          const parts = [...devices, ...domains];
          // Each part is rounded to a nanojoule.
          const total = parts.reduce((sum, part) => sum + part.energy, 0);
          expect(Math.abs(total - energy)).toBeLessThanOrEqual(parts.length);
          for (const part of parts) {
            const sum = part.states.reduce((all, state) => all + state.energy, 0);
            expect(Math.abs(sum - part.energy)).toBeLessThanOrEqual(part.states.length);
          }
        }
      }),
      RUNS,
    );
  });

  it('one that never suspends takes what always on takes', () => {
    fc.assert(
      fc.property(
        // A domain without a member that is forbidden has nobody to keep it on.
        scenario.filter(
          ({ domains = [], devices = [] }) =>
            domains.length === 0 ||
            devices.some((one) => typeof one === 'object' && one.power_domain !== undefined),
        ),
        (file) => {
          const { compiled, runs } = runsOf(file);
          const never = runs.find(({ policy }) => policy.name === 'never')!;
          expect(energyOfRun(never)).toBe(alwaysOnEnergy(compiled));
        },
      ),
      RUNS,
    );
  });

  it('no policy takes less than the oracle, to the femtojoule', () => {
    fc.assert(
      fc.property(scenario, (file) => {
        const { compiled, runs } = runsOf(file);
        const oracle = oracleOf(compiled, runs);
        for (const run of runs) expect(energyOfRun(run) >= oracle).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  it('a run that is multiplied comes to what the whole run comes to', () => {
    let multiplied = 0;
    fc.assert(
      fc.property(scenario, (file) => {
        const [short, long] = [runsOf(file), runsOf(file, { abbreviate: false })];
        for (const [at, run] of short.runs.entries()) {
          if (run.runner.repetition.times > 0) multiplied++;
          const result = { ...policyResult(run, 1n, 1n), repeated: null };
          expect(result).toEqual(policyResult(long.runs[at]!, 1n, 1n));
        }
      }),
      RUNS,
    );
    // A third of them or so; with other seeds of fast-check more or fewer.
    expect(multiplied).toBeGreaterThan(0);
  });

  it('a run is multiplied only behind what callbacks return for a while', () => {
    const file: ScenarioFile = {
      devices: [
        {
          name: 'uart',
          power: {
            active: '10mW',
            suspended: '1mW',
            suspend: { latency: '1ms' },
            resume: { latency: '1ms' },
          },
          callbacks: { runtime_suspend: { returns: Array.from({ length: 20 }, () => -16) } },
        },
      ],
      workload: { length: '2s', streams: [{ device: 'uart', every: '20ms', busy: '1ms' }] },
    };
    const [[short], [whole]] = [runsOf(file).runs, runsOf(file, { abbreviate: false }).runs];
    expect(short!.runner.repetition.times).toBeGreaterThan(0);
    const result = policyResult(short!, 1n, 1n);
    expect(result.suspends).toBeGreaterThan(0);
    expect({ ...result, repeated: null }).toEqual(policyResult(whole!, 1n, 1n));
  });

  it('one in which requests come to what others came to is what it is with each of them carried out', () => {
    let known = 0;
    fc.assert(
      fc.property(scenario, fc.integer({ min: 2, max: 4 }), (file, works) => {
        const { workload } = file;
        // Works that follow from a seed: there is no period then. Few lengths of them, so that they come again.
        const streams = workload!.streams.map((stream) => ({ ...stream, busy: `1us..${works}us` as const }));
        const long: ScenarioFile = { ...file, workload: { ...workload!, length: '4s', streams } };
        const [short, whole] = [runsOf(long), runsOf(long, { abbreviate: false })];
        for (const [at, run] of short.runs.entries()) {
          known += run.runner.episodes?.known ?? 0;
          expect(policyResult(run, 1n, 1n)).toEqual(policyResult(whole.runs[at]!, 1n, 1n));
        }
      }),
      RUNS,
    );
    expect(known).toBeGreaterThan(0);
  });

  it('the published schema knows all that is said of it', () => {
    fc.assert(
      fc.property(scenario, (file) => {
        const result = JSON.parse(JSON.stringify(comparePolicies(file))) as unknown;
        expect(policiesSchema.parse(result)).toEqual(result);
      }),
      { numRuns: 20 },
    );
  });
});
