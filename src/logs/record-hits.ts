/**
 * Finds the lines that may be records of ours, by words that only such lines hold, and hands them to the reader of
 * their format. Searching a whole block for each word costs far less than looking at each line.
 */

import { createDmesgReader } from './dmesg.ts';
import { createFtraceReader } from './ftrace.ts';
import type { Outcome } from './record.ts';
import { createRuntimePmReader } from './runtime-pm.ts';

export type Format = 'dmesg' | 'ftrace';

interface Sign {
  readonly word: string;
  /** Of the records that it is the sign of, but for `dpm_run_callback()`. */
  readonly format: Format;
  /** Reads a line in which the word stands at `at`. */
  readonly read: (line: string, at: number) => Outcome;
}

export interface Reading {
  readonly outcome: Outcome;
  readonly format: Format | undefined;
}

const ROUND = 40; // (
const NOTHING: Reading = { outcome: 'foreign', format: undefined };
const LOST_EVENTS = /\[(?:LOST )?(?:(\d{1,15}) )?EVENTS(?: DROPPED)?\]/;
const DROPPED_MESSAGES = /(\d{1,15}) printk messages dropped/;

/** Words of a line that are tried: more than one stands only in a line that quotes others. */
const TRIES = 8;

/** First characters of a word that are tried before it is looked for as a whole. */
const NEAR = 8;

/** The number of records that a line of the kernel says are missing; 1 where it gives no number. */
export function lostRecords(line: string): number {
  const match = LOST_EVENTS.exec(line) ?? DROPPED_MESSAGES.exec(line);
  return match === null ? 0 : Number(match[1] ?? 1);
}

function readLost(line: string): Outcome {
  return lostRecords(line) > 0 ? 'lost' : 'foreign';
}

export interface RecordHits {
  /** Begins a new block of lines. */
  readonly start: (text: string) => void;
  /** Where the first word at or after `from` stands, or Infinity. `from` must not go back within a block. */
  readonly next: (from: number) => number;
  /** Reads `[from, to)` of the block, in which the last `next()` stands. */
  readonly read: (from: number, to: number) => Reading;
  /** Reads a line that is not in the block. */
  readonly readLine: (line: string) => Reading;
  /** See FtraceReader. */
  readonly forgetPhase: () => void;
}

function createSigns(): { readonly signs: Signs; readonly forgetPhase: () => void } {
  const dmesg = createDmesgReader();
  const ftrace = createFtraceReader();
  const runtimePm = createRuntimePmReader();
  /** `device_pm_callback_start` and `_end` in ftrace, `dpm_run_callback()` in an old kernel log. */
  const callback = (line: string, at: number): Outcome =>
    line.charCodeAt(at + '_callback'.length) === ROUND
      ? dmesg.oldResult(line, at)
      : ftrace.callback(line, at);
  const signs: Signs = [
    { word: 'PM:', format: 'dmesg', read: dmesg.pm },
    { word: '_callback', format: 'ftrace', read: callback },
    { word: 'suspend_resume:', format: 'ftrace', read: ftrace.suspendResume },
    { word: 'rpm_', format: 'ftrace', read: runtimePm },
    { word: '+ ', format: 'dmesg', read: dmesg.old },
    { word: '[LOST ', format: 'ftrace', read: readLost },
    { word: 'DROPPED]', format: 'ftrace', read: readLost },
    { word: '** ', format: 'dmesg', read: readLost },
  ];
  return { signs, forgetPhase: ftrace.forgetPhase };
}

/** Words that a line may end with end in no blank, since blanks are cut off the end of a line. */
type Signs = readonly Sign[];

function readingOf(outcome: Outcome, { format }: Sign): Reading {
  const printed = typeof outcome === 'object' && outcome.kind === 'sleep-failure';
  return { outcome, format: printed ? 'dmesg' : format };
}

/** All hits of a line in order, until one is a record: a line may name our words in its own text first. */
function readFrom(signs: Signs, line: string, start: number, tries: number): Reading {
  let best = NOTHING;
  let from = start;
  for (let left = tries; left > 0; left--) {
    let at = Number.POSITIVE_INFINITY;
    let found: Sign | undefined;
    for (const sign of signs) {
      const hit = line.indexOf(sign.word, from);
      if (hit < 0 || hit >= at) continue;
      at = hit;
      found = sign;
    }
    if (found === undefined) return best;
    const outcome = found.read(line, at);
    if (outcome !== 'foreign' && outcome !== 'broken') return readingOf(outcome, found);
    if (outcome === 'broken') best = { outcome, format: found.format };
    from = at + 1;
  }
  return best;
}

export function createRecordHits(): RecordHits {
  const { signs, forgetPhase } = createSigns();
  const positions = new Float64Array(signs.length);
  let block = '';
  let nearest = 0;
  let nearestSign = 0;
  /** Where the nearest of the other words stands: until then only one word needs to be looked for. */
  let second = 0;

  /** Looks for a word by its first character while it may be near, which is much faster, then as a whole. */
  function positionOf(sign: number, from: number): number {
    const { word } = signs[sign]!;
    let at = from - 1;
    for (let left = NEAR; left > 0; left--) {
      at = block.indexOf(word[0]!, at + 1);
      if (at < 0) return Number.POSITIVE_INFINITY;
      if (block.startsWith(word, at)) return at;
    }
    at = block.indexOf(word, at + 1);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  }

  function find(from: number): number {
    if (second >= from) {
      nearest = positionOf(nearestSign, from);
      positions[nearestSign] = nearest;
      if (nearest < second) return nearest;
    }
    nearest = Number.POSITIVE_INFINITY;
    second = Number.POSITIVE_INFINITY;
    for (let sign = 0; sign < signs.length; sign++) {
      if (positions[sign]! < from) positions[sign] = positionOf(sign, from);
      const at = positions[sign]!;
      if (at < nearest) {
        second = nearest;
        nearest = at;
        nearestSign = sign;
      } else if (at < second) {
        second = at;
      }
    }
    return nearest;
  }

  return {
    start: (text) => {
      block = text;
      positions.fill(-1);
      nearest = -1;
      second = -1;
    },
    next: (from) => (nearest >= from ? nearest : find(from)),
    read: (from, to) => {
      const line = block.slice(from, to);
      const sign = signs[nearestSign]!;
      const at = nearest - from;
      const outcome = sign.read(line, at);
      if (outcome === 'foreign') return readFrom(signs, line, at + 1, TRIES - 1);
      if (outcome === 'broken') {
        const later = readFrom(signs, line, at + 1, TRIES - 1);
        if (later.outcome !== 'foreign') return later;
      }
      return readingOf(outcome, sign);
    },
    readLine: (line) => readFrom(signs, line, 0, TRIES),
    forgetPhase,
  };
}
