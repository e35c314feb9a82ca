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
  readonly format: Format;
  /** Reads a line in which the word stands at `at`. */
  readonly read: (line: string, at: number) => Outcome;
}

export interface Reading {
  readonly outcome: Outcome;
  readonly format: Format | undefined;
}

const NOTHING: Reading = { outcome: 'foreign', format: undefined };
const LOST_EVENTS = /\[(?:LOST )?(?:(\d{1,15}) )?EVENTS(?: DROPPED)?\]/;
const DROPPED_MESSAGES = /(\d{1,15}) printk messages dropped/;

/** Words of a line that are tried: more than one stands only in a line that quotes others. */
const TRIES = 8;

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
  const signs: Signs = [
    { word: 'PM:', format: 'dmesg', read: dmesg.pm },
    { word: 'device_pm_callback_', format: 'ftrace', read: ftrace.callback },
    { word: 'suspend_resume:', format: 'ftrace', read: ftrace.suspendResume },
    { word: 'rpm_', format: 'ftrace', read: runtimePm },
    { word: 'calling  ', format: 'dmesg', read: dmesg.oldCalling },
    { word: '+ returned', format: 'dmesg', read: dmesg.oldReturned },
    { word: 'dpm_run_callback():', format: 'dmesg', read: dmesg.oldResult },
    { word: ' EVENTS', format: 'ftrace', read: readLost },
    { word: ' printk messages dropped', format: 'dmesg', read: readLost },
  ];
  return { signs, forgetPhase: ftrace.forgetPhase };
}

/** Words that a line may end with end in no blank, since blanks are cut off the end of a line. */
type Signs = readonly Sign[];

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
    if (outcome !== 'foreign' && outcome !== 'broken') return { outcome, format: found.format };
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
  let nearestSign: Sign = signs[0]!;

  function find(from: number): number {
    nearest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < signs.length; index++) {
      let at = positions[index]!;
      if (at < from) {
        const found = block.indexOf(signs[index]!.word, from);
        at = found < 0 ? Number.POSITIVE_INFINITY : found;
        positions[index] = at;
      }
      if (at >= nearest) continue;
      nearest = at;
      nearestSign = signs[index]!;
    }
    return nearest;
  }

  return {
    start: (text) => {
      block = text;
      positions.fill(-1);
      nearest = -1;
    },
    next: (from) => (nearest >= from ? nearest : find(from)),
    read: (from, to) => {
      const line = block.slice(from, to);
      const at = nearest - from;
      const outcome = nearestSign.read(line, at);
      if (outcome === 'foreign') return readFrom(signs, line, at + 1, TRIES - 1);
      if (outcome === 'broken') {
        const later = readFrom(signs, line, at + 1, TRIES - 1);
        if (later.outcome !== 'foreign') return later;
      }
      return { outcome, format: nearestSign.format };
    },
    readLine: (line) => readFrom(signs, line, 0, TRIES),
    forgetPhase,
  };
}
