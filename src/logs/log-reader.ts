/** Reads a recorded log, in pieces of any size, into events: see index.ts. */

import type { LogEvent } from '../core/trace.ts';
import { createLineBlocks } from './line-blocks.ts';
import { createRecordScanner } from './record-scanner.ts';
import { createTally, exampleText, type LogSummary, type SkippedLine, summaryOf } from './summary.ts';

/** A line of a log that looked like a record of ours and could not be read. */
export interface LogDiagnostic extends SkippedLine {
  readonly code: 'log-line-unreadable';
  /** The log's name. */
  readonly log: string;
  readonly message: string;
}

export interface LogReaderOptions {
  /** What to call the log in messages, such as its file name. */
  readonly name: string;
  /** Takes the events in the order of the log, with the number of the line (from 1) on which each begins. */
  readonly onEvent: (event: LogEvent, line: number) => void;
  /** Takes each line that looked like a record and could not be read. */
  readonly onDiagnostic?: (diagnostic: LogDiagnostic) => void;
}

export interface LogReader {
  /** Takes the next bytes of the log, cut anywhere; they may be reused by the caller afterwards. */
  readonly push: (chunk: Uint8Array) => void;
  /** Ends the log and gives the summary. Nothing may be pushed afterwards. */
  readonly end: () => LogSummary;
}

/**
 * A reader of one recorded log: a kernel log with the lines of pm_print_times or initcall_debug, or an ftrace text
 * trace with power events. Which of the two is seen from each line. Bytes are taken as UTF-8 and need not be: no input
 * is an error, what cannot be read is counted. Memory does not grow with the log.
 *
 * Each line is counted as understood, skipped, of another subsystem, or as a continuation; the four add up to all.
 * A compressed log must be decompressed before (`decompressed()` in a browser, node:zlib on Node).
 */
export function createLogReader({ name, onEvent, onDiagnostic }: LogReaderOptions): LogReader {
  const tally = createTally(name);
  const scanner = createRecordScanner({
    tally,
    onEvent,
    onSkipped: (skipped) =>
      onDiagnostic?.({
        code: 'log-line-unreadable',
        log: name,
        ...skipped,
        message: `${exampleText(name)}:${skipped.line}: looks like a power management record, but cannot be read: ${skipped.text}`,
      }),
  });
  const lines = createLineBlocks(scanner.block, () => {
    tally.cut++;
  });
  return {
    push: (chunk) => {
      tally.bytes += chunk.length;
      lines.push(chunk);
    },
    end: () => {
      lines.end();
      scanner.end();
      return summaryOf(tally);
    },
  };
}

/**
 * Reads a log that is in memory as a whole.
 * @returns its events in order, and the summary
 */
export function readLog(
  name: string,
  bytes: Uint8Array,
): { readonly events: readonly LogEvent[]; readonly summary: LogSummary } {
  const events: LogEvent[] = [];
  const reader = createLogReader({
    name,
    onEvent: (event) => {
      events.push(event);
    },
  });
  reader.push(bytes);
  return { events, summary: reader.end() };
}
