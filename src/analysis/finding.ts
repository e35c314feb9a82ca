/**
 * A property of the modelled system that is wrong or worth knowing: the product of `check`. Never an exception.
 */

import { RULE_NAMES } from './rules.ts';

export const SEVERITIES = ['error', 'warning', 'note'] as const;
export type Severity = (typeof SEVERITIES)[number];

const RULE_ORDER: ReadonlyMap<string, number> = new Map(RULE_NAMES.map((rule, index) => [rule, index]));

/** Where a finding lies in what the user handed in. */
export interface FindingPlace {
  /** The file: a board or a log. */
  readonly input: string;
  /** Path of the node that the finding is about. */
  readonly node?: string;
  readonly property?: string;
  /** Line of a log, from 1. */
  readonly line?: number;
}

/** One finding. Renderers print it; nothing parses its text. */
export interface Finding {
  /** Name of the rule, a key of the rule catalogue. */
  readonly rule: string;
  readonly severity: Severity;
  /** The short head of a line: `consumer -> supplier`, a device or a node. */
  readonly subject: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  readonly place: FindingPlace;
  /** Devices concerned, as `bus:name` where the board knows them. */
  readonly devices: readonly string[];
  /** Further lines of evidence: a path, a cycle, a fix. */
  readonly evidence: readonly string[];
  /** What tells this finding from others of its rule, independent of order and position: the key of a baseline. */
  readonly key: string;
}

/**
 * By input, then severity, then the rules in the order of their table (facts of the tree before what follows from them), then
 * line, subject and key: the order in which findings are listed.
 */
export function compareFindings(a: Finding, b: Finding): number {
  const order = (finding: Finding) => [
    finding.place.input,
    SEVERITIES.indexOf(finding.severity),
    RULE_ORDER.get(finding.rule) ?? RULE_ORDER.size,
    finding.place.line ?? 0,
    finding.subject,
    finding.key,
    finding.message,
  ];
  const [x, y] = [order(a), order(b)];
  for (const [index, one] of x.entries()) {
    const two = y[index]!;
    if (one !== two) return one < two ? -1 : 1;
  }
  return 0;
}
