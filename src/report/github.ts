/**
 * Findings as annotations of a GitHub Actions workflow run.
 *
 * Reference: the workflow commands of GitHub Actions and their escapes (`escapeData` and `escapeProperty` of its toolkit).
 * GitHub shows ten annotations of each severity for a step and drops the rest; the log has them all.
 */
import type { CheckResult } from '../analysis/check-result.ts';
import type { Finding, Severity } from '../analysis/finding.ts';
import { findingLines } from './finding-lines.ts';
import { visible } from './visible.ts';

const COMMAND: Record<Severity, string> = { error: 'error', warning: 'warning', note: 'notice' };

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(visible(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function annotation(finding: Finding): string {
  const { place, rule, severity } = finding;
  const properties = [
    ...(place.input === '-' ? [] : [`file=${escapeProperty(place.input)}`]),
    ...(place.line === undefined ? [] : [`line=${place.line}`]),
    `title=${escapeProperty(rule)}`,
  ];
  return `::${COMMAND[severity]} ${properties.join(',')}::${escapeData(findingLines(finding).join('\n'))}\n`;
}

/**
 * One workflow command a line for each finding, in the order of the result: error, warning, and notice for notes, with the
 * file (none for standard input), the line of a log, the rule as title, and the evidence behind the message. Empty if there
 * are no findings.
 */
export function githubAnnotations(result: CheckResult): string {
  return result.findings.map(annotation).join('');
}
