/** Small words for tests about logs. */

import type { LogEvent } from '../../src/core/trace.ts';
import { createLogReader, type LogSummary, readLog } from '../../src/logs/index.ts';

const encoder = new TextEncoder();

export interface ReadLines {
  readonly events: readonly LogEvent[];
  readonly summary: LogSummary;
}

export function read(text: string): ReadLines {
  return readLog('log', encoder.encode(text));
}

/** The one event that a single line gives, after checking that the line was counted for it. */
export function eventOf(line: string): LogEvent {
  const { events, summary } = read(`${line}\n`);
  if (events.length !== 1 || summary.understood !== 1 || summary.lines !== 1) {
    throw new Error(`not one event: ${JSON.stringify({ line, events, summary })}`);
  }
  return events[0]!;
}

/** What becomes of a single line that gives no event. */
export function fateOf(line: string): 'header' | 'lost' | 'step' | 'other' | 'skipped' {
  const { events, summary } = read(`${line}\n`);
  if (events.length > 0 || summary.lines !== 1)
    throw new Error(`events: ${JSON.stringify({ line, events })}`);
  for (const kind of ['header', 'lost', 'step'] as const) if (summary.byKind[kind] === 1) return kind;
  return summary.skipped === 1 ? 'skipped' : 'other';
}

/** Reads bytes that come in chunks cut at the given places. */
export function readInChunks(
  bytes: Uint8Array,
  cuts: readonly number[],
): ReadLines & { readonly lines: readonly number[] } {
  const events: LogEvent[] = [];
  const lines: number[] = [];
  const reader = createLogReader({
    name: 'log',
    onEvent: (event, line) => {
      events.push(event);
      lines.push(line);
    },
  });
  const places = [...cuts].sort((one, two) => one - two);
  let from = 0;
  for (const place of [...places, bytes.length]) {
    // A copy that is overwritten afterwards: the reader may keep nothing of the caller's buffer.
    const chunk = bytes.slice(from, place);
    reader.push(chunk);
    chunk.fill(0xff);
    from = place;
  }
  return { events, lines, summary: reader.end() };
}

/** Whether every line is accounted for, by each of the ways in which the summary counts. */
export function addsUp({ summary, events }: ReadLines): boolean {
  const { byKind, lines, understood, other, skipped, continuations } = summary;
  const kinds = Object.values(byKind).reduce((sum, count) => sum + count, 0);
  const withoutEvent = byKind.step + byKind.lost + byKind.header;
  return (
    lines === understood + other + skipped + continuations &&
    kinds === understood &&
    events.length === understood - withoutEvent &&
    summary.examples.length === Math.min(skipped, 5)
  );
}
