/** The policies of a scenario beside one another, on the same workload. */
import type { Board } from '../core/board.ts';
import {
  type CompiledPolicies,
  compileScenario,
  type PlaceOf,
  type PolicyPlan,
  placesByPath,
  type ScenarioFile,
} from '../scenario-files/index.ts';
import { isSeeded, type Recordings, streamsOf } from './arrivals.ts';
import type { PolicyComparison, PolicyResult, Spread } from './comparison.ts';
import { nanojoules } from './energy.ts';
import { commonNeeds, longestWake } from './needs.ts';
import { oracleEnergies } from './oracle.ts';
import { policyResult } from './policy-result.ts';
import { AS_WRITTEN } from './prepare.ts';
import { type PolicyRun, type RunPolicyOptions, runPolicy } from './run-policy.ts';

export interface ComparePoliciesOptions {
  readonly board?: Board | undefined;
  readonly recordings?: Recordings | undefined;
  /** Names of policies; default all of the file, or the scenario as it is written if it has none. */
  readonly policies?: readonly string[] | undefined;
  readonly seed?: number | undefined;
  readonly because?: boolean | undefined;
  /** How many seeds a workload that follows from one is run with; default 5. */
  readonly seeds?: number | undefined;
  readonly abbreviate?: boolean | undefined;
  /** Names the scenario in errors; default `scenario`. */
  readonly input?: string | undefined;
  readonly placeOf?: PlaceOf | undefined;
}

/** What a scenario has to compare. Throws InputError for what is wrong in it; Error for one without a workload. */
export function compiledPolicies(
  file: ScenarioFile,
  { board, input = 'scenario', placeOf = placesByPath(input) }: ComparePoliciesOptions = {},
): CompiledPolicies {
  const { policies } = compileScenario(file, board, placeOf);
  if (policies === undefined) throw new Error(`${input} has no workload`);
  return policies;
}

/** The policies of those names, all without names. */
export function chosenPolicies({ policies }: CompiledPolicies, names?: readonly string[]): PolicyPlan[] {
  if (names === undefined) return policies.length === 0 ? [AS_WRITTEN] : [...policies];
  return names.map((name) => {
    const known = policies.find((policy) => policy.name === name);
    if (known !== undefined) return known;
    if (name === AS_WRITTEN.name) return AS_WRITTEN;
    throw new Error(`there is no policy '${name}'`);
  });
}

/** Femtojoules of all that stays on from the beginning to the end. */
export function alwaysOnEnergy({ devices, domains, workload }: CompiledPolicies): bigint {
  const power =
    devices.reduce((sum, { active }) => sum + BigInt(active), 0n) +
    domains.reduce((sum, { on }) => sum + BigInt(on), 0n);
  return power * BigInt(workload.length);
}

/** Femtojoules of the oracle on what all of these runs need. */
export function oracleOf(
  compiled: CompiledPolicies,
  runs: readonly PolicyRun[],
  { recordings = new Map(), seed = 0 }: Pick<RunPolicyOptions, 'recordings' | 'seed'> = {},
): bigint {
  const { devices, domains, workload } = compiled;
  const needs = new Map(
    [...new Set(workload.streams.map(({ device }) => device))].map((device) => {
      const wake = Math.max(
        ...runs.map(({ session, needs: own }) =>
          longestWake(session, own.get(device)!, { devices, domains }),
        ),
      );
      return [device, { needs: commonNeeds(runs.map((run) => run.needs.get(device)!)), wake }] as const;
    }),
  );
  const streams = streamsOf(workload, recordings, seed);
  return oracleEnergies({ devices, domains, workload, streams, needs }).total;
}

/** Runs policies on the workload of a scenario and tells what each costs. */
export function comparePolicies(file: ScenarioFile, options: ComparePoliciesOptions = {}): PolicyComparison {
  const compiled = compiledPolicies(file, options);
  const runs = chosenPolicies(compiled, options.policies).map((policy) =>
    runPolicy(file, compiled, policy, options),
  );
  return comparisonOf(file, compiled, runs, options);
}

const SEEDS = 5;

/** The same policy with other seeds; null for a workload that has none. */
export function spreadOf(
  file: ScenarioFile,
  compiled: CompiledPolicies,
  run: PolicyRun,
  options: ComparePoliciesOptions,
): Spread | null {
  const { seeds = SEEDS, seed = 0 } = options;
  if (seeds < 2 || !isSeeded(compiled.workload)) return null;
  const runs = Array.from({ length: seeds }, (_, at) =>
    at === 0
      ? run
      : runPolicy(file, compiled, run.policy, { ...options, because: false, seed: (seed + at) >>> 0 }),
  ).map((one) => policyResult(one, 1n, 1n));
  const least = (of: (result: PolicyResult) => number) => Math.min(...runs.map(of));
  const most = (of: (result: PolicyResult) => number) => Math.max(...runs.map(of));
  const energy = (result: PolicyResult) => result.energy;
  const wake = (result: PolicyResult) => result.wake?.mean ?? 0;
  return {
    seeds,
    energy: { least: least(energy), most: most(energy) },
    wake: { least: least(wake), most: most(wake) },
    missed: most(({ missed }) => missed),
  };
}

/** The comparison of runs that have ended. */
export function comparisonOf(
  file: ScenarioFile,
  compiled: CompiledPolicies,
  runs: readonly PolicyRun[],
  options: ComparePoliciesOptions = {},
): PolicyComparison {
  const alwaysOn = alwaysOnEnergy(compiled);
  const oracle = oracleOf(compiled, runs, options);
  return {
    version: 1,
    kernel: runs[0]!.world.settings.kernel,
    name: file.name ?? options.input ?? 'scenario',
    length: compiled.workload.length,
    seed: isSeeded(compiled.workload) ? (options.seed ?? 0) : null,
    alwaysOn: nanojoules(alwaysOn),
    oracle: nanojoules(oracle),
    policies: runs.map((run) => ({
      ...policyResult(run, alwaysOn, oracle),
      spread: spreadOf(file, compiled, run, options),
    })),
  };
}
