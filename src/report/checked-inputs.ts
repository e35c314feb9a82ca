/**
 * What `check` looked at, input by input and rule by rule, passes included: the view that test-report formats need.
 */
import type { CheckedBoard, CheckedLog, CheckResult } from '../analysis/check-result.ts';
import type { Finding } from '../analysis/finding.ts';
import { RULE_NAMES, RULES, type Rule } from '../analysis/rules.ts';

export interface TestReportOptions {
  /** Rules that were looked at; default all. A rule with findings is always reported. */
  readonly rules?: readonly string[];
}

/** A rule on an input. */
export interface CheckedRule {
  readonly rule: string;
  /** In the order of the result. */
  readonly findings: readonly Finding[];
  /** It found errors or warnings; notes alone pass. */
  readonly failed: boolean;
}

export interface CheckedInput {
  readonly input: string;
  /** What was read, by name: model, devices, links; format, lines, ... */
  readonly facts: readonly (readonly [name: string, value: string | number])[];
  /** In catalogue order. */
  readonly rules: readonly CheckedRule[];
}

function boardFacts({ model, devices, links }: CheckedBoard): CheckedInput['facts'] {
  return [...(model === null ? [] : [['model', model] as const]), ['devices', devices], ['links', links]];
}

function logFacts({
  format,
  lines,
  skipped,
  cycles,
  callbacks,
  runtimeEvents,
}: CheckedLog): CheckedInput['facts'] {
  return [
    ['format', format],
    ['lines', lines],
    ['skipped lines', skipped],
    ['sleep cycles', cycles],
    ['callbacks', callbacks],
    ...(runtimeEvents > 0 ? [['runtime PM events', runtimeEvents] as const] : []),
  ];
}

/** Findings by input, then by rule. */
function grouped(findings: readonly Finding[]): Map<string, Map<string, Finding[]>> {
  const byInput = new Map<string, Map<string, Finding[]>>();
  for (const finding of findings) {
    const { input } = finding.place;
    const byRule = byInput.get(input) ?? new Map<string, Finding[]>();
    byInput.set(input, byRule);
    const same = byRule.get(finding.rule);
    if (same === undefined) byRule.set(finding.rule, [finding]);
    else same.push(finding);
  }
  return byInput;
}

function checkedRules(expected: readonly string[], found: ReadonlyMap<string, Finding[]>): CheckedRule[] {
  const names = new Set([...expected, ...found.keys()]);
  const known: readonly string[] = RULE_NAMES;
  const inOrder = [
    ...known.filter((name) => names.has(name)),
    ...[...names].filter((name) => !known.includes(name)),
  ];
  return inOrder.map((rule) => {
    const findings = found.get(rule) ?? [];
    return { rule, findings, failed: findings.some(({ severity }) => severity !== 'note') };
  });
}

/**
 * Boards, then logs, in the order in which they were given, each once, with the rules that look at it: board rules at
 * boards; log rules at logs, those that need a board or a second log only where there is one. An input that only findings
 * name comes last.
 */
export function checkedInputs(result: CheckResult, options: TestReportOptions = {}): CheckedInput[] {
  const byInput = grouped(result.findings);
  const wanted = RULE_NAMES.filter((name) => options.rules?.includes(name) ?? true);
  const rulesFor = (needs: readonly Rule['needs'][]) =>
    wanted.filter((name) => needs.includes(RULES[name].needs));
  const logNeeds: Rule['needs'][] = ['log'];
  if (result.boards.length > 0) logNeeds.push('board and log');
  if (result.logs.length > 1) logNeeds.push('two logs');
  const inputs = new Map<string, CheckedInput>();
  const add = (input: string, facts: CheckedInput['facts'], rules: readonly string[]) => {
    if (inputs.has(input)) return;
    inputs.set(input, { input, facts, rules: checkedRules(rules, byInput.get(input) ?? new Map()) });
  };
  const boardRules = rulesFor(['board']);
  const logRules = rulesFor(logNeeds);
  for (const board of result.boards) add(board.input, boardFacts(board), boardRules);
  for (const log of result.logs) add(log.input, logFacts(log), logRules);
  for (const input of byInput.keys()) add(input, [], []);
  return [...inputs.values()];
}
