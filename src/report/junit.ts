/**
 * Findings as JUnit XML, the test-report format that CI systems read. It has no standard; this is the part that the schema
 * of Jenkins' xUnit plugin (junit-10.xsd) and other readers share.
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
import { escapeXml } from './xml.ts';

/** ` name="value"` for each. */
function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(visible(String(value)))}"`)
    .join('');
}

/** An element with lines of text; the lines must be visible() already. */
function textElement(name: string, lines: readonly string[], head = ''): string {
  return `      <${name}${head}>${escapeXml(lines.join('\n'))}</${name}>`;
}

/** Errors and warnings make one failure, since many readers see only the first; notes are output. */
function ruleLines(input: string, { rule, findings }: CheckedRule): string[] {
  const head = `    <testcase${attributes({ name: rule, classname: input })}`;
  if (findings.length === 0) return [`${head}/>`];
  const failures = findings.filter(({ severity }) => severity !== 'note');
  const notes = findings.filter(({ severity }) => severity === 'note');
  const lines = [`${head}>`];
  const [first] = failures;
  if (first !== undefined) {
    const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
    const message = `${first.subject}: ${first.message}${more}`;
    lines.push(
      textElement(
        'failure',
        failures.flatMap(findingLinesWithPlace),
        attributes({ type: first.severity, message }),
      ),
    );
  }
  if (notes.length > 0) lines.push(textElement('system-out', notes.flatMap(findingLinesWithPlace)));
  return [...lines, '    </testcase>'];
}

function failuresOf({ rules }: CheckedInput): number {
  return rules.filter((rule) => rule.failed).length;
}

function suiteLines(checked: CheckedInput, facts: CheckedInput['facts']): string[] {
  const { input, rules } = checked;
  const counts = { tests: rules.length, failures: failuresOf(checked), errors: 0, skipped: 0 };
  return [
    `  <testsuite${attributes({ name: input, ...counts })}>`,
    '    <properties>',
    ...[...facts, ...checked.facts].map(
      ([name, value]) => `      <property${attributes({ name, value: String(value) })}/>`,
    ),
    '    </properties>',
    ...rules.flatMap((rule) => ruleLines(input, rule)),
    '  </testsuite>',
  ];
}

/**
 * The result as JUnit XML: a test suite for each board and log, in it a test case for each rule that was looked at. Errors
 * and warnings are failures, notes the output of a passed case. No times: the same input gives the same bytes. Ends in a
 * line break.
 */
export function junit(result: CheckResult, options: TestReportOptions = {}): string {
  const inputs = checkedInputs(result, options);
  const counts = {
    tests: inputs.reduce((sum, { rules }) => sum + rules.length, 0),
    failures: inputs.reduce((sum, checked) => sum + failuresOf(checked), 0),
    errors: 0,
  };
  const facts = [['context', result.context]] as const;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'devgraph check', ...counts })}>`,
    ...inputs.flatMap((checked) => suiteLines(checked, facts)),
    '</testsuites>',
    '',
  ].join('\n');
}
