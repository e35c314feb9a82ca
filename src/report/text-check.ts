/** `devgraph check` for a terminal. */
import type { CheckedLog, CheckResult } from '../analysis/check-result.ts';
import type { Finding, Severity } from '../analysis/finding.ts';
import { clean, count, indented, type Style } from './style.ts';

function paintOf(severity: Severity, style: Style): (text: string) => string {
  return severity === 'error' ? style.red : severity === 'warning' ? style.yellow : style.cyan;
}

/** A line of device-tree source stays whole, so that it can be copied. */
function evidenceLines(text: string, style: Style): string[] {
  return text.startsWith('&{') ? [`      ${text}`] : indented(text, 6, style.width);
}

function findingLines(finding: Finding, style: Style): string[] {
  const head = `${finding.severity} ${finding.rule}`;
  const line = finding.place.line === undefined ? '' : ` (line ${finding.place.line})`;
  const message = `${finding.message}${line}`;
  return [
    `${paintOf(finding.severity, style)(head)}  ${clean(finding.subject)}`,
    ...indented(clean(message), 4, style.width),
    ...finding.evidence.flatMap((text) => evidenceLines(clean(text), style).map(style.dim)),
  ];
}

/** Names with runs of numbers drawn together: `tty0 tty1 tty2` is `tty0-tty2`. */
function namesInRanges(names: readonly string[]): string {
  const parts: string[] = [];
  let first: string | undefined;
  let last: string | undefined;
  const flush = () => {
    if (first !== undefined && last !== undefined) parts.push(first === last ? first : `${first}-${last}`);
  };
  for (const name of names) {
    if (last === undefined || !isNext(last, name)) {
      flush();
      first = name;
    }
    last = name;
  }
  flush();
  return parts.join(' ');
}

/** Whether a name is another one with its last number one higher. */
function isNext(before: string, name: string): boolean {
  const [, stem, digits] = /^(.*?)(\d{1,9})$/s.exec(before) ?? [];
  return stem !== undefined && name === `${stem}${Number(digits) + 1}`;
}

function sameNames(one: readonly string[], two: readonly string[]): boolean {
  return one.length === two.length && one.every((name, index) => name === two[index]);
}

function logLines(log: CheckedLog, before: CheckedLog | undefined, style: Style): string[] {
  const lines = [
    `${style.bold(clean(log.input))}: ${log.format}, ${count(log.lines, 'line')}, ${count(log.cycles, 'sleep cycle')}, ` +
      `${count(log.callbacks, 'callback')}${log.runtimeEvents > 0 ? `, ${count(log.runtimeEvents, 'runtime PM event')}` : ''}${log.skipped > 0 ? style.yellow(`, ${count(log.skipped, 'line')} not understood`) : ''}`,
  ];
  for (const [number, what] of [
    [log.lost, 'records are missing, by the log itself'],
    [log.droppedCallbacks, 'callbacks were not checked: their sleep cycle is too large'],
    [log.droppedRuntimeEvents, 'runtime PM events were not checked: there are too many devices'],
    [log.findingsLeftOut, 'more findings are left out'],
  ] as const) {
    if (number > 0) lines.push(style.yellow(`  ${number} ${what}`));
  }
  const on = log.devicesOnBoard.length;
  const off = log.devicesNotOnBoard;
  if (on + off.length > 0) {
    const isKnown = before !== undefined && off.length > 0 && sameNames(before.devicesNotOnBoard, off);
    const colon = off.length === 0 ? '' : isKnown ? ', the same as above' : ':';
    lines.push(`  ${count(on, 'device')} of the log on the board, ${off.length} not on it${colon}`);
    if (off.length > 0 && !isKnown) {
      lines.push(...indented(clean(namesInRanges(off)), 4, style.width).map(style.dim));
    }
  }
  if (log.unknown.length > 0)
    lines.push(...indented(`not recorded: ${log.unknown.join(', ')}`, 2, style.width).map(style.dim));
  return lines;
}

/** Findings by input, then the logs, then one line that counts it all. */
export function checkText(result: CheckResult, style: Style, options: { readonly quiet: boolean }): string {
  const lines: string[] = [];
  const several = result.boards.length > 1;
  if (!options.quiet) {
    let input: string | undefined;
    for (const finding of result.findings) {
      if (several && finding.place.input !== input) {
        input = finding.place.input;
        lines.push(...(lines.length > 0 ? [''] : []), style.bold(clean(input)));
      }
      lines.push(...findingLines(finding, style));
    }
    if (result.logs.length > 0 && lines.length > 0) lines.push('');
    for (const [index, log] of result.logs.entries())
      lines.push(...logLines(log, result.logs[index - 1], style));
    if (lines.length > 0) lines.push('');
  }
  lines.push(...summaryLines(result, style));
  return `${lines.join('\n')}\n`;
}

function summaryLines(result: CheckResult, style: Style): string[] {
  const { counts, boards } = result;
  const total = counts.error + counts.warning + counts.note;
  const sum = (of: 'devices' | 'links') => boards.reduce((all, board) => all + board[of], 0);
  const parts = [
    count(counts.error, 'error'),
    count(counts.warning, 'warning'),
    count(counts.note, 'note'),
  ].join(', ');
  const where = `${boards.length > 1 ? `${count(boards.length, 'board')}, ` : ''}${count(sum('devices'), 'device')}, ${count(sum('links'), 'link')}`;
  const lines = indented(
    `${count(total, 'finding')} (${parts}) in ${where} (${result.context}).`,
    0,
    style.width,
  );
  if (result.accepted > 0 || result.stale > 0) {
    const stale = result.stale > 0 ? `; ${result.stale} of its entries are gone and can be removed` : '';
    lines.push(`${count(result.accepted, 'finding')} accepted by the baseline${stale}.`);
  }
  const rules = [...new Set(result.findings.map((finding) => finding.rule))];
  if (rules.length > 0)
    lines.push(...indented(`Explained by devgraph help: ${rules.join(' ')}`, 0, style.width));
  return lines;
}
