/**
 * Findings as a kernel test report: KTAP version 1 (Documentation/dev-tools/ktap.rst of Linux).
 */
import type { CheckResult } from '../analysis/check-result.ts';
import {
  type CheckedInput,
  type CheckedRule,
  checkedInputs,
  type TestReportOptions,
} from './checked-inputs.ts';
import { findingLinesWithPlace } from './finding-lines.ts';
import { visible } from './visible.ts';

/** A description ends at a `#`, so it may have none. */
function description(text: string): string {
  return visible(text).replaceAll('#', '\\x23');
}

function resultLine(failed: boolean, index: number, name: string): string {
  return `${failed ? 'not ok' : 'ok'} ${index + 1} ${description(name)}`;
}

function ruleLines({ rule, findings, failed }: CheckedRule, index: number): string[] {
  return [
    ...findings.flatMap(findingLinesWithPlace).map((line) => `# ${line}`),
    resultLine(failed, index, rule),
  ];
}

function inputLines({ input, facts, rules }: CheckedInput, index: number): string[] {
  const subtest = [
    'KTAP version 1',
    `# Subtest: ${visible(input)}`,
    `1..${rules.length}`,
    ...facts.map(([name, value]) => `# ${name}: ${visible(String(value))}`),
    ...rules.flatMap(ruleLines),
  ];
  const failed = rules.some((rule) => rule.failed);
  return [...subtest.map((line) => `  ${line}`), resultLine(failed, index, input)];
}

/**
 * The result as KTAP: a test for each board and log, in it a subtest for each rule that was looked at, which fails on errors
 * and warnings. Findings, notes too, are the diagnostic lines before the result of their rule. Ends in a line break.
 */
export function ktap(result: CheckResult, options: TestReportOptions = {}): string {
  const inputs = checkedInputs(result, options);
  const head = ['KTAP version 1', `1..${inputs.length}`, `# ${visible(result.context)}`];
  return [...head, ...inputs.flatMap(inputLines), ''].join('\n');
}
