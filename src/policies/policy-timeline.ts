/** The course of a policy run, for a picture: who was on when, and for whom. */
import type { CompiledPolicies, PolicyPlan, ScenarioFile } from '../scenario-files/index.ts';
import { type Holder, holderOf, pairOf } from './held-on.ts';
import { domainName, type PolicyRun, type RunPolicyOptions, runPolicy } from './run-policy.ts';
import type { LoggedAction } from './runner.ts';

/** Something was on. Times are microseconds since the work began. */
export interface OnSpan {
  readonly begin: number;
  readonly end: number;
  readonly holder: Holder;
  /** The device or power domain that held it; null for no other. */
  readonly by: string | null;
  /** Work lies behind it. */
  readonly isWork: boolean;
}

export interface OnRow {
  readonly name: string;
  readonly of: 'device' | 'domain';
  readonly spans: readonly OnSpan[];
  /** When requests came to it. */
  readonly requests: readonly number[];
}

export interface PolicyTimeline {
  readonly name: string;
  readonly policy: string;
  /** Microseconds that were run, of so many of the workload. */
  readonly length: number;
  readonly of: number;
  readonly rows: readonly OnRow[];
}

/** Requests of a run whose course is kept. */
const MOST_REQUESTS = 20_000;

/** Runs a policy with its course kept; a workload of very many requests is cut off. */
export function runForTimeline(
  file: ScenarioFile,
  compiled: CompiledPolicies,
  policy: PolicyPlan,
  options: RunPolicyOptions = {},
): { readonly run: PolicyRun; readonly timeline: PolicyTimeline } {
  const { workload } = compiled;
  const shortest = Math.min(
    ...workload.streams.map((plan) => (plan.kind === 'periodic' ? plan.every : 10_000)),
  );
  const length = Math.min(workload.length, shortest * MOST_REQUESTS);
  const log: LoggedAction[] = [];
  const cut = { ...compiled, workload: { ...workload, length } };
  const run = runPolicy(file, cut, policy, { ...options, because: true, keepEvents: true, log });
  return { run, timeline: timelineOf(run, file.name ?? 'scenario', length, workload.length, log) };
}

function timelineOf(
  run: PolicyRun,
  name: string,
  length: number,
  of: number,
  log: readonly LoggedAction[],
): PolicyTimeline {
  const { ledger, heldOn, world, start } = run;
  const spansOf = (kind: 'device' | 'domain', id: number): OnSpan[] =>
    (heldOn?.intervals ?? [])
      .filter((interval) => interval.of === kind && interval.id === id)
      .map(({ code, begin, end }) => {
        const { direct, root } = pairOf(code);
        const { holder, id: other } = holderOf(direct);
        const isDevice = holder === 'child' || holder === 'consumer' || holder === 'member';
        const by = isDevice
          ? world.devices[other]!.name
          : holder === 'subdomain'
            ? domainName(run, other)
            : null;
        const isWork = holderOf(root).holder === 'work';
        return { begin: begin - start, end: end - start, holder, by, isWork };
      });
  const requestsOf = (device: string) =>
    log.flatMap(({ time, command }) => (command === `rpm get ${device}` ? [time] : []));
  return {
    name,
    policy: run.policy.name,
    length,
    of,
    rows: [
      ...ledger.devices.map(({ id, costs }) => ({
        name: costs.name,
        of: 'device' as const,
        spans: spansOf('device', id),
        requests: requestsOf(costs.name),
      })),
      ...ledger.domains.map(({ id, costs }) => ({
        name: costs.name,
        of: 'domain' as const,
        spans: spansOf('domain', id),
        requests: [],
      })),
    ],
  };
}
