/**
 * What stands before a message in a kernel log: `[   12.345678]`, and around it whatever dmesg, journalctl, syslog, a
 * serial console, a vendor's printk or a mail program adds.
 */

import { digitsEnd, integerAt, isDigit, microsecondsAt } from './decimal.ts';
import type { RecordPrefix } from './record.ts';

const SPACE = 32;
const TAB = 9;
const DOT = 46;
const COMMA = 44;
const OPEN = 91; // [
const LESS = 60;
const GREATER = 62;
const ROUND = 40; // (
const STAR = 42;
const LETTER_T = 84;
const KERNEL = 'kernel';

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function afterBlanks(line: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && isBlank(line.charCodeAt(at))) at++;
  return at;
}

/** The stamp of `[   12.345678]` at a bracket that closes at `close`; NaN if there is none. */
function stampAt(line: string, open: number, close: number): number {
  const from = afterBlanks(line, open + 1, close);
  const time = microsecondsAt(line, from, close);
  if (!Number.isNaN(time) || !isDigit(line.charCodeAt(from))) return time;
  // `[   12.345678,0]` of a vendor, `[   12.345678 <    0.000010>]` of dmesg --show-delta.
  const dot = digitsEnd(line, from, close);
  const to = line.charCodeAt(dot) === DOT ? digitsEnd(line, dot + 1, close) : dot;
  const next = line.charCodeAt(to);
  return next === SPACE || next === COMMA ? microsecondsAt(line, from, to) : Number.NaN;
}

/** The index after the bracket that closes the one at `open`, or -1 if that is not before `limit`. */
function afterBracket(line: string, open: number, limit: number): number {
  const close = line.indexOf(']', open);
  return close < 0 || close >= limit ? -1 : close + 1;
}

/** `[ T9394]` of CONFIG_PRINTK_CALLER: the task's PID, or -1 (`[    C0]` is a CPU in interrupt context). */
function callerAt(line: string, open: number, after: number): number {
  const from = afterBlanks(line, open + 1, after);
  if (line.charCodeAt(from) !== LETTER_T) return -1;
  const task = integerAt(line, from + 1, after - 1);
  return task >= 0 ? task : -1;
}

/** Past one decoration at `at`: a bracketed column, `<6>`, `>` of a quote, `*6)`; the same index if there is none. */
function afterDecoration(line: string, at: number, limit: number, prefix: RecordPrefix): number {
  const code = line.charCodeAt(at);
  if (code === OPEN) {
    const after = afterBracket(line, at, limit);
    if (after < 0) return at;
    const time = stampAt(line, at, after - 1);
    if (Number.isNaN(prefix.time) && !Number.isNaN(time)) prefix.time = time;
    else if (prefix.task < 0) prefix.task = callerAt(line, at, after);
    // A stamp or a date; a module in brackets is no start of a record.
    if (!Number.isNaN(time) || line.slice(at, after).includes(':')) prefix.found = true;
    return after;
  }
  if (code === GREATER && Number.isNaN(prefix.time)) return at + 1;
  if (code === LESS) {
    const to = digitsEnd(line, at + 1, limit);
    if (to === at + 1 || line.charCodeAt(to) !== GREATER) return at;
    prefix.found = true;
    return to + 1;
  }
  if (code === ROUND || code === STAR) {
    const to = digitsEnd(line, at + 1, limit);
    return to > at + 1 && line.charCodeAt(to) === 41 ? to + 1 : at;
  }
  return at;
}

/** `6,1234,5123456,-;message` of /dev/kmsg: the third number is the time in microseconds. */
function afterKmsgFields(line: string, at: number, limit: number, prefix: RecordPrefix): number {
  const semicolon = line.indexOf(';', at);
  if (semicolon < 0 || semicolon >= limit) return at;
  const fields = line.slice(at, semicolon).split(',', 5);
  const time = fields.length < 4 ? Number.NaN : integerAt(fields[2]!, 0, fields[2]!.length);
  if (Number.isNaN(time) || time < 0) return at;
  prefix.time = time;
  prefix.found = true;
  return semicolon + 1;
}

/** `2024-11-20T20:06:01,123456+01:00` of dmesg --time-format iso and of journalctl: a date, not the kernel's clock. */
const ISO_DATE = /\d{4}-\d\d-\d\d[T ][\d:.,]{5,24}(?:Z|[+-]\d\d:?\d\d)?(?=\s)/y;

function afterIsoDate(line: string, at: number, limit: number, prefix: RecordPrefix): number {
  ISO_DATE.lastIndex = at;
  if (!ISO_DATE.test(line) || ISO_DATE.lastIndex > limit) return at;
  prefix.found = true;
  return ISO_DATE.lastIndex;
}

/** Past `Nov 20 20:06:01 host kernel:`, whose end may stand at the limit, where a device would; the same index if none. */
function afterHost(line: string, at: number, limit: number, prefix: RecordPrefix): number {
  for (
    let colon = line.indexOf(':', at);
    colon >= 0 && colon <= limit;
    colon = line.indexOf(':', colon + 1)
  ) {
    const kernel = colon - KERNEL.length;
    if (kernel < at || !line.startsWith(KERNEL, kernel)) continue;
    if (kernel > 0 && !isBlank(line.charCodeAt(kernel - 1))) continue;
    prefix.found = true;
    return colon + 1;
  }
  return at;
}

/** The bracket of the first stamp at or after `at`, or -1. */
function stampFrom(line: string, at: number, limit: number): number {
  for (let open = line.indexOf('[', at); open >= 0 && open < limit; open = line.indexOf('[', open + 1)) {
    const after = afterBracket(line, open, limit);
    if (after < 0) return -1;
    if (!Number.isNaN(stampAt(line, open, after - 1))) return open;
  }
  return -1;
}

/** Past what another program wrote before the record: up to a later stamp, or after a date or `host kernel:`. */
function afterForeignColumns(line: string, at: number, limit: number, prefix: RecordPrefix): number {
  if (Number.isNaN(prefix.time)) {
    const open = stampFrom(line, at, limit);
    if (open >= 0) return open;
    if (isDigit(line.charCodeAt(at))) {
      const after = afterKmsgFields(line, at, limit, prefix);
      if (after > at) return after;
      const dated = afterIsoDate(line, at, limit, prefix);
      if (dated > at) return dated;
    }
  }
  return afterHost(line, at, limit, prefix);
}

/**
 * Reads what stands before the message, which begins before `limit`.
 * @param prefix is overwritten
 */
export function readDmesgPrefix(line: string, limit: number, prefix: RecordPrefix): void {
  prefix.time = Number.NaN;
  prefix.task = -1;
  prefix.found = false;
  let at = 0;
  for (;;) {
    at = afterBlanks(line, at, limit);
    if (at >= limit) break;
    let next = afterDecoration(line, at, limit, prefix);
    if (next === at) next = afterForeignColumns(line, at, limit, prefix);
    if (next === at) break;
    at = next;
  }
  prefix.start = Math.min(at, limit);
}
