/** What a reader says about a log as a whole: how much of it was understood, and what was not. */

import type { LogEvent } from '../core/trace.ts';
import { detached } from './memo.ts';
import type { Format } from './record-hits.ts';

/** What an understood line is: the kind of its event, or one of the kinds that make no event. */
export type LineKind =
  | LogEvent['kind']
  /** A step of the cycle without an event of its own, as `suspend_resume: freeze_processes[0] begin`. */
  | 'step'
  /** The kernel says that records are missing here. */
  | 'lost'
  /** A line that begins with `#`, as the head of an ftrace file. */
  | 'header';

/** A line that looked like a record of ours and could not be read. */
export interface SkippedLine {
  /** From 1. */
  readonly line: number;
  /** Cut to a readable length, with control characters escaped. */
  readonly text: string;
}

/** `lines` is always `understood + other + skipped + continuations`. */
export interface LogSummary {
  readonly name: string;
  /** What the records are in; `unknown` if there is nothing to tell it by. */
  readonly format: Format | 'mixed' | 'unknown';
  readonly bytes: number;
  readonly lines: number;
  readonly understood: number;
  /** The understood lines by kind. */
  readonly byKind: Readonly<Record<LineKind, number>>;
  /** Lines of other subsystems, blank ones included. */
  readonly other: number;
  /** Lines that a mail program had broken off another line, and that were joined to it again. */
  readonly continuations: number;
  readonly skipped: number;
  /** The first few of the skipped lines. */
  readonly examples: readonly SkippedLine[];
  /** Lines longer than LINE_LIMIT, read up to it. */
  readonly cut: number;
  /** Events without a time, since their line has no stamp of the kernel's clock: their `time` is NaN. */
  readonly withoutTime: number;
  /** Records that the log itself says are missing (`[LOST 12 EVENTS]`, `12 printk messages dropped`). */
  readonly lost: number;
}

type MutableSummary = {
  -readonly [K in Exclude<keyof LogSummary, 'byKind' | 'examples' | 'format'>]: LogSummary[K];
};

export interface Tally extends MutableSummary {
  readonly byKind: Record<LineKind, number>;
  readonly examples: SkippedLine[];
  /** The formats of the records found. */
  readonly formats: Set<Format>;
  /** What the log looks like, for one without records. */
  resembles: Format | undefined;
}

const EXAMPLES = 5;
const EXAMPLE_LENGTH = 160;

/** Control and invisible characters, and halves of characters left by cutting. */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A line as an example: cut, with control and invisible characters escaped, so that it can be printed anywhere. */
export function exampleText(line: string): string {
  const cut = line.length > EXAMPLE_LENGTH ? `${line.slice(0, EXAMPLE_LENGTH)}...` : line;
  return detached(cut.replace(UNPRINTABLE, escaped));
}

export function createTally(name: string): Tally {
  return {
    name,
    bytes: 0,
    lines: 0,
    understood: 0,
    byKind: {
      'callback-begin': 0,
      'callback-end': 0,
      'phase-begin': 0,
      'phase-end': 0,
      cycle: 0,
      'sleep-failure': 0,
      rpm: 0,
      step: 0,
      lost: 0,
      header: 0,
    },
    other: 0,
    continuations: 0,
    skipped: 0,
    examples: [],
    cut: 0,
    withoutTime: 0,
    lost: 0,
    formats: new Set(),
    resembles: undefined,
  };
}

export function countUnderstood(tally: Tally, kind: LineKind): void {
  tally.understood++;
  tally.byKind[kind]++;
}

/** Counts a skipped line and keeps it if it is one of the first. */
export function countSkipped(tally: Tally, skipped: SkippedLine): void {
  tally.skipped++;
  if (tally.examples.length < EXAMPLES) tally.examples.push(skipped);
}

export function summaryOf({ formats, resembles, byKind, examples, ...counts }: Tally): LogSummary {
  const [first, second] = formats;
  const format = second === undefined ? (first ?? resembles ?? 'unknown') : 'mixed';
  return { ...counts, format, byKind: { ...byKind }, examples: [...examples] };
}
