/**
 * A finding as lines of text, for formats that carry text within a structure of their own.
 */
import type { Finding } from '../analysis/finding.ts';
import { visible } from './visible.ts';

/** `subject: message`, then the evidence: each one line, safe to print, never cut. */
export function findingLines({ subject, message, evidence }: Finding): string[] {
  return [`${subject}: ${message}`, ...evidence].map(visible);
}

/** The same for formats that have no place for severity and line: `warning: line 12: subject: message`, evidence indented. */
export function findingLinesWithPlace(finding: Finding): string[] {
  const { severity, place } = finding;
  const [head, ...evidence] = findingLines(finding);
  const line = place.line === undefined ? '' : `line ${place.line}: `;
  return [`${severity}: ${line}${head}`, ...evidence.map((text) => `  ${text}`)];
}
