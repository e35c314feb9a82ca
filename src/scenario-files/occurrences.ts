/** What happened to devices in a part of a run: callbacks by when they began, and what the driver core did. */
import type { JournalEntry } from '../scenarios/index.ts';
import { eventPatternParts } from './check-expectations.ts';
import { parseReturnValue } from './quantities.ts';
import type { EventPattern } from './scenario-file.ts';

export interface Occurrence {
  readonly device: string;
  /** A callback, or bound, unbound, deferred. */
  readonly event: string;
  /** Milliseconds since the run began. */
  readonly time: number;
  readonly isCallback: boolean;
  /** What the callback returned; undefined while it has not. */
  returns: number | undefined;
}

/** What happened from an entry of the journal on. */
export function occurrencesFrom(journal: readonly JournalEntry[], from: number): Occurrence[] {
  const found: Occurrence[] = [];
  const open = new Map<number, Occurrence[]>();
  for (let at = from; at < journal.length; at++) {
    const { time, ...entry } = journal[at]!;
    if (entry.kind === 'driver-core') {
      const { event } = entry;
      if (!('device' in event) || event.kind === 'runtime-status') continue;
      found.push({ device: event.device, event: event.kind, time, isCallback: false, returns: undefined });
      continue;
    }
    const { task, event } = entry;
    if (event.e === 'cb') {
      const begun: Occurrence = {
        device: event.d,
        event: event.c,
        time,
        isCallback: true,
        returns: undefined,
      };
      found.push(begun);
      const stack = open.get(task);
      if (stack === undefined) open.set(task, [begun]);
      else stack.push(begun);
    } else if (event.e === 'cbr') {
      const ended = open.get(task)?.pop();
      if (ended !== undefined) ended.returns = event.v;
    }
  }
  return found;
}

export function matches(pattern: EventPattern, occurrence: Occurrence): boolean {
  const { device, event, returns } = eventPatternParts(pattern);
  if (device !== occurrence.device || event !== occurrence.event) return false;
  return returns === undefined || parseReturnValue(returns) === occurrence.returns;
}
