/** What reading one line as a record can come to. Shared by the readers of the formats and the scanner above them. */

import type { LogEvent } from '../core/trace.ts';

/**
 * - an event;
 * - `step`: understood, but a step of the cycle that has no event of its own (`freeze_processes`, `CPU_OFF`);
 * - `lost`: the log says here that records are missing;
 * - `incomplete`: a record of ours that breaks off, as where a mail program wrapped it;
 * - `undecided`: becomes a record of ours only if the next line goes on with it;
 * - `broken`: looks like a record of ours and is none;
 * - `foreign`: none of our business.
 */
export type Outcome = LogEvent | 'step' | 'lost' | 'incomplete' | 'undecided' | 'broken' | 'foreign';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What stands before the message of a record. One object is reused for all lines: read it before the next line. */
export interface RecordPrefix {
  /** Microseconds; NaN where the line has no stamp of the kernel's clock. */
  time: number;
  /** PID of the printing task, or -1 where the line does not say. */
  task: number;
  /** Where the number of the task begins in an ftrace line, behind its name; -1 where it is not known. */
  taskAt: number;
  /** Where the message begins. */
  start: number;
  /** Whether something was found that only stands at the start of a record: a stamp, a date, a host. */
  found: boolean;
}

/** A prefix of which nothing is known yet. */
export function emptyPrefix(): RecordPrefix {
  return { time: Number.NaN, task: -1, taskAt: -1, start: 0, found: false };
}
