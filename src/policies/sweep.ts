/** A policy over the values of one number or two of a scenario: what energy and wake latency come to, and where the knee is. */
import { placesByPath, type ScenarioFile } from '../scenario-files/index.ts';
import {
  alwaysOnEnergy,
  type ComparePoliciesOptions,
  chosenPolicies,
  compiledPolicies,
  oracleOf,
  spreadOf,
} from './compare-policies.ts';
import type { Spread, WakeLatency } from './comparison.ts';
import { nanojoules } from './energy.ts';
import { policyResult } from './policy-result.ts';
import { type PolicyRun, runPolicy } from './run-policy.ts';
import { type SweepTarget, withValue } from './sweep-target.ts';
import { WorkloadFault } from './workload-fault.ts';

export interface SweepPoint {
  /** One for each number that is swept. */
  readonly values: readonly (string | number)[];
  /** Nanojoules. */
  readonly energy: number;
  readonly ofAlwaysOn: number;
  /** Always on and the oracle, nanojoules. */
  readonly alwaysOn: number;
  readonly oracle: number;
  readonly wake: WakeLatency | null;
  readonly missed: number;
  readonly suspends: number;
  readonly wasted: number;
  readonly spread: Spread | null;
}

export interface SweepResult {
  readonly version: 1;
  readonly kernel: string;
  readonly name: string;
  readonly policy: string;
  readonly parameters: readonly { readonly name: string; readonly values: readonly (string | number)[] }[];
  /** The last parameter goes fastest. */
  readonly points: readonly SweepPoint[];
  /** Indices of points that no other one beats in both energy and mean wake latency, the most economical first. */
  readonly front: readonly number[];
  /** Index of the {@link kneeOf} the front; null where there is none. */
  readonly knee: number | null;
}

/** All combinations of the values of the parameters. */
export function sweepGrid(targets: readonly SweepTarget[]): (readonly (string | number)[])[] {
  return targets.reduce<(readonly (string | number)[])[]>(
    (rows, { values }) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
}

/** A run with changed numbers. What cannot be run says with which. */
function runWith(changes: string, run: () => PolicyRun): PolicyRun {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof WorkloadFault)) throw error;
    throw new WorkloadFault(`with ${changes} ${error.message}`, error.todo, error.path);
  }
}

/** One point. Throws InputError where a value makes no sense there, WorkloadFault where it cannot be run. */
export function sweepPoint(
  file: ScenarioFile,
  targets: readonly SweepTarget[],
  values: readonly (string | number)[],
  options: ComparePoliciesOptions,
): SweepPoint {
  const changed = targets.reduce((all, { path }, at) => withValue(all, path, values[at]!), file);
  const { input: name = 'scenario', placeOf = placesByPath(name) } = options;
  const changes = targets.map((target, at) => `${target.name}=${values[at]}`).join(', ');
  const input = `${name} with ${changes}`;
  // What is wrong with a value stands where the file has another one.
  const settings: ComparePoliciesOptions = {
    ...options,
    input,
    placeOf: (path, key) => ({ ...placeOf(path, key), input }),
  };
  const compiled = compiledPolicies(changed, settings);
  const [policy] = chosenPolicies(compiled, options.policies);
  const run = runWith(changes, () => runPolicy(changed, compiled, policy!, { ...options, because: false }));
  const oracle = oracleOf(compiled, [run], options);
  const alwaysOn = alwaysOnEnergy(compiled);
  const result = policyResult(run, alwaysOn, oracle);
  const { energy, ofAlwaysOn, wake, missed, failed, suspends, wasted } = result;
  return {
    values,
    energy,
    ofAlwaysOn,
    alwaysOn: nanojoules(alwaysOn),
    oracle: nanojoules(oracle),
    wake,
    missed: missed + failed,
    suspends,
    wasted,
    spread: spreadOf(changed, compiled, run, settings),
  };
}

const latencyOf = ({ wake }: SweepPoint) => wake?.mean ?? 0;

/** Points that no other beats in both, the most economical first. */
export function frontOf(points: readonly SweepPoint[]): number[] {
  const order = points
    .map((_, at) => at)
    .sort((a, b) => points[a]!.energy - points[b]!.energy || latencyOf(points[a]!) - latencyOf(points[b]!));
  let best = Number.POSITIVE_INFINITY;
  return order.filter((at) => {
    const latency = latencyOf(points[at]!);
    if (latency >= best) return false;
    best = latency;
    return true;
  });
}

/**
 * The point of the front that lies farthest below the line from the most latency to the most energy of all points, both axes being as
 * long as the sweep reaches; null if none does.
 */
export function kneeOf(points: readonly SweepPoint[], front: readonly number[]): number | null {
  if (front.length < 2) return null;
  const energies = points.map(({ energy }) => energy);
  const latencies = points.map(latencyOf);
  const [least, fastest] = [Math.min(...energies), Math.min(...latencies)];
  const [height, width] = [Math.max(...energies) - least, Math.max(...latencies) - fastest];
  let knee: number | null = null;
  let farthest = 0.01;
  for (const at of front) {
    const below = 1 - (latencies[at]! - fastest) / width - (energies[at]! - least) / height;
    if (below <= farthest) continue;
    farthest = below;
    knee = at;
  }
  return knee;
}

/** The result of points that were reckoned, in the order of {@link sweepGrid}. */
export function sweepResult(
  file: ScenarioFile,
  targets: readonly SweepTarget[],
  points: readonly SweepPoint[],
  options: ComparePoliciesOptions,
): SweepResult {
  const front = frontOf(points);
  return {
    version: 1,
    kernel: '6.12',
    name: file.name ?? options.input ?? 'scenario',
    policy: options.policies?.[0] ?? 'as written',
    parameters: targets.map(({ name, values }) => ({ name, values })),
    points,
    front,
    knee: kneeOf(points, front),
  };
}
