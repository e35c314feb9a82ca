/**
 * What stands before an event in an ftrace text trace, read from the event's name to the left, since everything
 * further left is free text: `    kworker/u8:3-123   [002] d..1.   101.756594: `. The task's name may hold blanks,
 * dashes, colons and brackets. `trace-cmd report`, `perf script` and function_graph comments are read as well.
 */

import { integerAt, isDigit, microsecondsAt } from './decimal.ts';
import { readDmesgPrefix } from './dmesg-prefix.ts';
import type { RecordPrefix } from './record.ts';

const SPACE = 32;
const COLON = 58;
const DOT = 46;
const DASH = 45;
const OPEN = 91;
const CLOSE = 93;

/** The index after the last character before `at` that is not a space. */
function beforeSpaces(line: string, at: number): number {
  let end = at;
  while (end > 0 && line.charCodeAt(end - 1) === SPACE) end--;
  return end;
}

function digitsStart(line: string, end: number): number {
  let start = end;
  while (start > 0 && isDigit(line.charCodeAt(start - 1))) start--;
  return start;
}

/** Reads the PID in `comm-123`, `comm-123 (  123)` (record-tgid) or perf's `comm   123`, which ends at `end`. */
function readTaskBefore(line: string, end: number, prefix: RecordPrefix): void {
  let to = beforeSpaces(line, end);
  if (line.charCodeAt(to - 1) === 41) to = beforeSpaces(line, Math.max(line.lastIndexOf('(', to), 0));
  const from = digitsStart(line, to);
  const before = line.charCodeAt(from - 1);
  if (from === 0 || from === to || (before !== DASH && before !== SPACE)) return;
  prefix.task = integerAt(line, from, to);
  prefix.taskAt = from;
}

/** Reads the task of a record whose stamp begins at `stamp`: left of `[cpu]`, which may have a column of flags after it. */
function readTaskBeforeCpu(line: string, stamp: number, prefix: RecordPrefix): void {
  let close = beforeSpaces(line, stamp);
  while (close > 0 && line.charCodeAt(close - 1) !== CLOSE) close--;
  const open = digitsStart(line, close - 1);
  if (open < close - 1 && line.charCodeAt(open - 1) === OPEN) readTaskBefore(line, open - 1, prefix);
}

/** Of function_graph with absolute time and process: `  12.345678 |   1)  rtcwake-1234  |  d... |   /&#42; event`. */
function readGraphPrefix(line: string, end: number, prefix: RecordPrefix): boolean {
  const from = line.length - line.trimStart().length;
  let to = from;
  while (to < end && (isDigit(line.charCodeAt(to)) || line.charCodeAt(to) === DOT)) to++;
  if (to === from || line.charCodeAt(to) !== SPACE || !line.startsWith('|', to + 1)) return false;
  prefix.time = microsecondsAt(line, from, to);
  const process = line.indexOf(') ', to);
  const bar = process < 0 ? -1 : line.indexOf('|', process);
  if (bar >= 0 && bar <= end) readTaskBefore(line, bar, prefix);
  prefix.found = true;
  return true;
}

/** Where the digits and dots that end at `end` begin. */
function stampStart(line: string, end: number): number {
  let start = end;
  while (start > 0) {
    const code = line.charCodeAt(start - 1);
    if (!isDigit(code) && code !== DOT) break;
    start--;
  }
  return start;
}

const LATENCY_STAMP = /(\d{1,15})us.? ?:$/;

/** The stamp of the latency format, `12345us : event`: microseconds since the trace began. */
function readLatencyStamp(line: string, end: number, prefix: RecordPrefix): boolean {
  const stamp = LATENCY_STAMP.exec(line.slice(Math.max(end - 24, 0), end));
  if (stamp === null) return false;
  prefix.time = integerAt(stamp[1]!, 0, stamp[1]!.length);
  prefix.found = true;
  return true;
}

/**
 * Reads what stands before the event whose name begins at `event`. Without a stamp of ftrace it is read as a prefix
 * of the kernel log, where the boot option tp_printk puts events.
 * @param prefix is overwritten; its time is NaN for trace clocks that do not count in seconds
 */
export function readFtracePrefix(line: string, event: number, prefix: RecordPrefix): void {
  prefix.time = Number.NaN;
  prefix.task = -1;
  prefix.taskAt = -1;
  prefix.found = false;
  prefix.start = event;
  // perf prints the system before the event: `power:suspend_resume:`.
  const name = line.charCodeAt(event - 1) === COLON ? line.lastIndexOf(' ', event - 2) + 1 : event;
  const end = beforeSpaces(line, name);
  if (line.startsWith('/*', end - 2) && readGraphPrefix(line, end, prefix)) return;
  const colon = line.charCodeAt(end - 1) === COLON ? end - 1 : -1;
  const stamp = stampStart(line, colon);
  if (colon < 0 || stamp === colon) {
    if (colon > 0 && readLatencyStamp(line, end, prefix)) return;
    readDmesgPrefix(line, name, prefix);
    return;
  }
  prefix.found = true;
  prefix.time = microsecondsAt(line, stamp, colon);
  readTaskBeforeCpu(line, stamp, prefix);
}
