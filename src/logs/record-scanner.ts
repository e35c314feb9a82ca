/**
 * Lines into records: each line is counted once, as understood, skipped, of another subsystem, or as the rest of a
 * line that a mail program wrapped. A record that breaks off is held until the next line shows whether it goes on.
 */

import type { LogEvent } from '../core/trace.ts';
import { readDmesgPrefix } from './dmesg-prefix.ts';
import { detached } from './memo.ts';
import { emptyPrefix } from './record.ts';
import { createRecordHits, type Format, lostRecords, type Reading } from './record-hits.ts';
import { countSkipped, countUnderstood, exampleText, type SkippedLine, type Tally } from './summary.ts';

/** A record may be wrapped into this many lines. */
const WRAPPED_LINES = 4;
/** The longest line that can be the wrapped head of a record. */
const HEAD_LENGTH = 256;
/** Lines looked at to tell the format of a log without records. */
const FORMAT_SAMPLE = 200;

const QUOTE_MARKS = /^\s*(?:>\s?)*\s*/;
const SOFT_QUOTE_MARKS = /^(?:> ?)*/;
const TERMINAL_COLOURS = /\u001b\[[\d;]{0,16}m/g;
const FTRACE_HEAD = /^.{0,80}[- ]\d{1,10}\s{1,20}(?:\([^)]{0,8}\)\s{1,4})?\[\d{3,6}\]\s/;
/** What can stand of `driver device: ` before a wrap: a few words. */
const COLUMN_HEAD = /^\S+(?: \S+){0,2}$/;

interface Held {
  /** The line as it stands in the log. */
  readonly text: string;
  readonly number: number;
}

export interface RecordScanner {
  /** Takes whole lines, see line-blocks.ts. */
  readonly block: (text: string) => void;
  readonly end: () => void;
}

export interface ScannerOptions {
  readonly tally: Tally;
  readonly onEvent: (event: LogEvent, line: number) => void;
  readonly onSkipped: (skipped: SkippedLine) => void;
}

/** The end of `[from, to)` without carriage returns, blanks and NULs. */
function trimmedEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && text.charCodeAt(end - 1) <= 32) end--;
  return end;
}

/** Two parts of a wrapped line; a soft break of quoted-printable (`=`) stands for nothing, another for a blank. */
function join(left: string, right: string): string {
  return left.endsWith('=')
    ? left.slice(0, -1) + right.replace(SOFT_QUOTE_MARKS, '')
    : `${left} ${right.replace(QUOTE_MARKS, '')}`;
}

/** Whether a line is a record of its own: it is one, and says which device if the whole it may be a part of does. */
function isComplete({ outcome }: Reading, whole: Reading): boolean {
  if (typeof outcome !== 'object') return false;
  return 'device' in outcome || typeof whole.outcome !== 'object' || !('device' in whole.outcome);
}

export function createRecordScanner({ tally, onEvent, onSkipped }: ScannerOptions): RecordScanner {
  const hits = createRecordHits();
  const prefix = emptyPrefix();
  /** The lines of a record that broke off, the first one first. */
  let held: Held[] = [];
  /** The line before, if it was of no concern to us: the head of a record may be in it. */
  let previous = '';

  function accept({ outcome, format }: Reading, line: string, number: number): void {
    previous = '';
    if (format !== undefined) tally.formats.add(format);
    if (typeof outcome === 'object') {
      countUnderstood(tally, outcome.kind);
      if (Number.isNaN(outcome.time)) tally.withoutTime++;
      onEvent(outcome, number);
      return;
    }
    countUnderstood(tally, outcome === 'lost' ? 'lost' : 'step');
    if (outcome !== 'lost') return;
    tally.lost += lostRecords(line);
    hits.forgetPhase();
  }

  function skip(line: string, number: number): void {
    previous = '';
    const skipped = { line: number, text: exampleText(line) };
    countSkipped(tally, skipped);
    onSkipped(skipped);
  }

  function other(line: string): void {
    tally.other++;
    previous = line;
    if (tally.resembles === undefined && tally.other < FORMAT_SAMPLE) tally.resembles = formatOf(line);
  }

  function formatOf(line: string): Format | undefined {
    if (FTRACE_HEAD.test(line)) return 'ftrace';
    readDmesgPrefix(line, line.length, prefix);
    return Number.isNaN(prefix.time) ? undefined : 'dmesg';
  }

  function startsRecord(line: string): boolean {
    if (line === '' || FTRACE_HEAD.test(line)) return true;
    readDmesgPrefix(line, line.length, prefix);
    return prefix.found;
  }

  /**
   * A record whose head (stamp, driver, device) may stand on the line before: read together with it, or undefined if
   * that makes no sense.
   */
  function readWithHead(line: string, alone: Reading): Reading | undefined {
    if (previous === '' || previous.length > HEAD_LENGTH) return undefined;
    const reading = hits.readLine(join(previous, line));
    if (typeof reading.outcome !== 'object' || Number.isNaN(reading.outcome.time)) return undefined;
    if (reading.format === 'ftrace') return FTRACE_HEAD.test(`${previous} `) ? reading : undefined;
    readDmesgPrefix(previous, previous.length, prefix);
    const rest = previous.slice(prefix.start);
    const missed = !(typeof alone.outcome === 'object' && 'driver' in alone.outcome);
    const gains = missed && 'device' in reading.outcome && COLUMN_HEAD.test(rest) && !rest.includes(': ');
    return (rest === '' || gains) && !Number.isNaN(prefix.time) ? reading : undefined;
  }

  function settle(reading: Reading, line: string, number: number): void {
    const { outcome } = reading;
    const timed = typeof outcome === 'object' ? !Number.isNaN(outcome.time) : outcome !== 'broken';
    const whole = timed ? undefined : readWithHead(line, reading);
    if (whole !== undefined) {
      tally.other--;
      tally.continuations++;
      accept(whole, line, number - 1);
    } else if (outcome === 'foreign') {
      other(line);
    } else if (outcome === 'broken') {
      skip(line, number);
    } else {
      accept(reading, line, number);
    }
  }

  /** A record that never went on: read as far as it is. */
  function giveUp({ text, number }: Held): void {
    const reading = hits.readLine(text);
    if (reading.outcome === 'incomplete') skip(text, number);
    else if (reading.outcome === 'undecided') other(text);
    else settle(reading, text, number);
  }

  /** Gives up the first held line, and takes the others as lines of their own. */
  function release(): void {
    const [first, ...rest] = held;
    held = [];
    if (first !== undefined) giveUp(first);
    for (const { text, number } of rest) takeLine(text, number);
  }

  /** Whether the line goes on with the held record; if so it has been taken. */
  function continueHeld(line: string, number: number): boolean {
    if (startsRecord(line)) return false;
    const whole = join(held.map(({ text }) => text).reduce(join), line);
    const reading = hits.readLine(whole);
    if (reading.outcome === 'incomplete' || reading.outcome === 'undecided') {
      if (held.length >= WRAPPED_LINES) return false;
      held.push({ text: line, number });
      return true;
    }
    if (reading.outcome === 'foreign' || reading.outcome === 'broken') return false;
    if (isComplete(hits.readLine(line), reading)) return false;
    const first = held[0]!.number;
    tally.continuations += held.length;
    held = [];
    settle(reading, whole, first);
    return true;
  }

  function takeReading(reading: Reading, line: string, number: number): void {
    const { outcome } = reading;
    const breaksOff = outcome === 'incomplete' || outcome === 'undecided';
    if (breaksOff || (outcome !== 'foreign' && line.endsWith('='))) held = [{ text: detached(line), number }];
    else settle(reading, line, number);
  }

  function takeLine(line: string, number: number): void {
    while (held.length > 0) {
      if (continueHeld(line, number)) return;
      release();
    }
    if (line.startsWith('#')) header(line);
    else takeReading(hits.readLine(line), line, number);
  }

  function header(line: string): void {
    countUnderstood(tally, 'header');
    previous = '';
    if (line.startsWith('# tracer:')) tally.resembles = 'ftrace';
  }

  function uncoloured(line: string): string {
    return line.replace(TERMINAL_COLOURS, '');
  }

  function block(text: string): void {
    const coloured = text.includes('\u001b[');
    hits.start(text);
    for (let from = 0; from < text.length; ) {
      const newline = text.indexOf('\n', from);
      const to = newline < 0 ? text.length : newline;
      tally.lines++;
      const foreign = hits.next(from) >= to;
      const end = trimmedEnd(text, from, to);
      if (held.length > 0 || coloured) takeLine(uncoloured(text.slice(from, end)), tally.lines);
      else if (text.charCodeAt(from) === 35) header(text.slice(from, end));
      else if (foreign) other(text.slice(from, end));
      else takeReading(hits.read(from, end), text.slice(from, end), tally.lines);
      from = to + 1;
    }
    previous = previous.length > HEAD_LENGTH ? '' : detached(previous);
  }

  return {
    block,
    end: () => {
      while (held.length > 0) release();
    },
  };
}
