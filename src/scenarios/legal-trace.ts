/**
 * Whether a trace is one that the model can have. On more processors asynchronous devices run in any order that their waits leave
 * open, so a trace is one of many; it is legal if some schedule of the model gives exactly it.
 */
import { runScenario, type Scenario } from './scenario.ts';
import type { Session } from './session.ts';

/** Schedules that are tried before the search gives up. */
const SCHEDULE_LIMIT = 5_000;

export type Legality =
  | { readonly legal: true; readonly schedules: number }
  /** `line` (from 0) is the first that no schedule tried came past; `complete`: all schedules were tried. */
  | { readonly legal: false; readonly line: number; readonly complete: boolean };

/** Ends a run that has left the recorded trace. */
class Deviation extends Error {}

/** The choices of one run: those to take, and how many there were at each. */
interface Path {
  readonly choices: number[];
  readonly counts: number[];
}

/** Runs along a path; returns the first line at which the trace deviates, or undefined if it is the recorded one. */
function deviation(scenario: Scenario, recorded: readonly string[], path: Path): number | undefined {
  let compared = 0;
  let taken = 0;
  path.counts.length = 0;
  const compare = ({ trace }: Session) => {
    for (; compared < trace.length; compared++) {
      if (trace[compared] !== recorded[compared]) throw new Deviation();
    }
  };
  try {
    const { session } = runScenario(scenario, (running, count) => {
      compare(running);
      path.counts.push(count);
      return path.choices[taken++] ?? 0;
    });
    compare(session);
  } catch (error) {
    if (!(error instanceof Deviation)) throw error;
    return compared;
  }
  return compared === recorded.length ? undefined : compared;
}

/** The next path in depth-first order; false behind the last. */
function advance({ choices, counts }: Path): boolean {
  while (choices.length < counts.length) choices.push(0);
  choices.length = counts.length;
  while (choices.length > 0) {
    const last = choices.length - 1;
    if (choices[last]! + 1 < counts[last]!) {
      choices[last]!++;
      return true;
    }
    choices.pop();
  }
  return false;
}

/**
 * Searches a schedule that gives the recorded trace (its lines without the `=== NAME` line), depth-first and leaving each
 * schedule at its first wrong line.
 */
export function checkTraceIsLegal(scenario: Scenario, recorded: readonly string[]): Legality {
  const path: Path = { choices: [], counts: [] };
  let furthest = 0;
  for (let schedules = 1; schedules <= SCHEDULE_LIMIT; schedules++) {
    const line = deviation(scenario, recorded, path);
    if (line === undefined) return { legal: true, schedules };
    furthest = Math.max(furthest, line);
    if (!advance(path)) return { legal: false, line: furthest, complete: true };
  }
  return { legal: false, line: furthest, complete: false };
}
