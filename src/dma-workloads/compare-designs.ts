/** The same workload under several designs, and what was expected of each. */

import { type DmaDesign, designText, readDesign } from '../dma/index.ts';
import { milliseconds, type Seen } from './bench.ts';
import type { OnTime } from './measure.ts';
import { countOf, runWorkload, type WorkloadRun } from './run-workload.ts';
import type { ExpectedRow, FindingKind, Ordered, Workload } from './workload.ts';

/** A design's row; times are milliseconds. */
export interface DesignRow {
  readonly policy: string;
  /** The design in words. */
  readonly text: string;
  readonly deferrals: number;
  readonly links: number;
  readonly order: Ordered;
  /** Resumes of all engines, their on-time in sum, and that of all buses. */
  readonly resumes: number;
  readonly on: number;
  readonly busOn: number;
  readonly duration: number;
  readonly latency: number;
  readonly asked: number;
  readonly done: number;
  readonly lost: number;
  /** Resumes that may sleep, needed in atomic context. */
  readonly atomic: number;
  readonly engines: readonly OnTime[];
  readonly buses: readonly OnTime[];
  readonly findings: readonly Seen[];
}

/** Something that was expected of a design and did not come. */
export interface Missed {
  readonly policy: string;
  /** A field of the row; of a scenario, where it stands. */
  readonly field: string;
  readonly expected: string;
  readonly instead: string;
}

export interface DesignComparison {
  readonly version: 1;
  readonly kernel: string;
  readonly name: string;
  /** What was run under each policy. */
  readonly of: 'workload' | 'scenario';
  readonly description: string | null;
  readonly policies: readonly DesignRow[];
  /** How many fields were expected of these policies, and those that differ. */
  readonly expectations: number;
  readonly missed: readonly Missed[];
}

/** What a row is made of. */
export type Measured = Pick<
  WorkloadRun,
  | 'engines'
  | 'buses'
  | 'deferrals'
  | 'links'
  | 'order'
  | 'duration'
  | 'latency'
  | 'asked'
  | 'done'
  | 'lost'
  | 'findings'
>;

function sum(times: readonly OnTime[], field: 'on' | 'resumes'): number {
  return times.reduce((total, time) => total + time[field], 0);
}

export function rowOf(design: DmaDesign, run: Measured): DesignRow {
  const { engines, buses, deferrals, links, order, duration, latency, asked, done, lost, findings } = run;
  return {
    policy: design.name,
    text: designText(design),
    deferrals,
    links,
    order,
    resumes: sum(engines, 'resumes'),
    on: sum(engines, 'on'),
    busOn: sum(buses, 'on'),
    duration,
    latency,
    asked,
    done,
    lost,
    atomic: countOf(run, 'sleeping-in-atomic'),
    engines,
    buses,
    findings,
  };
}

/** Times of an expectation are durations. */
const READ: { readonly [Field in keyof ExpectedRow]-?: (row: DesignRow) => string } = {
  deferrals: ({ deferrals }) => String(deferrals),
  links: ({ links }) => String(links),
  order: ({ order }) => order,
  resumes: ({ resumes }) => String(resumes),
  on: ({ on }) => `${on}ms`,
  bus_on: ({ busOn }) => `${busOn}ms`,
  latency: ({ latency }) => `${latency}ms`,
  done: ({ done }) => String(done),
  lost: ({ lost }) => String(lost),
  atomic: ({ atomic }) => String(atomic),
  findings: ({ findings }) => kindsText(findings.map(({ kind }) => kind)),
};
export const EXPECTED_FIELDS = Object.keys(READ) as (keyof ExpectedRow)[];
const TIMES: ReadonlySet<string> = new Set(['on', 'bus_on', 'latency']);

function kindsText(kinds: readonly FindingKind[]): string {
  return [...new Set(kinds)].sort().join(', ') || 'none';
}

function wanted(field: keyof ExpectedRow, value: NonNullable<ExpectedRow[keyof ExpectedRow]>): string {
  if (typeof value === 'object') return kindsText(value);
  return TIMES.has(field) ? `${milliseconds(String(value))}ms` : String(value);
}

function missedOf(row: DesignRow, expected: ExpectedRow): Missed[] {
  return EXPECTED_FIELDS.flatMap((field) => {
    const value = expected[field];
    if (value === undefined) return [];
    const [want, got] = [wanted(field, value), READ[field](row)];
    return want === got ? [] : [{ policy: row.policy, field, expected: want, instead: got }];
  });
}

/**
 * Runs a workload under each design and holds the rows against what the workload expects of designs of that name. `name` is what
 * results call it.
 */
export function compareDesigns(
  workload: Workload,
  policies: readonly string[],
  name: string,
): DesignComparison {
  const rows = policies.map((policy) => {
    const design = readDesign(policy);
    return rowOf(design, runWorkload(workload, design));
  });
  const expectedOf = (row: DesignRow) =>
    workload.expect !== undefined && Object.hasOwn(workload.expect, row.policy)
      ? workload.expect[row.policy]!
      : {};
  return {
    version: 1,
    kernel: '6.12',
    name: workload.name ?? name,
    of: 'workload',
    description: workload.description ?? null,
    policies: rows,
    expectations: rows.reduce(
      (count, row) => count + Object.values(expectedOf(row)).filter((value) => value !== undefined).length,
      0,
    ),
    missed: rows.flatMap((row) => missedOf(row, expectedOf(row))),
  };
}
