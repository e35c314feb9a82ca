/**
 * A sleep cycle cut into parts that follow one another: its phases, each of which begins when the one before has ended
 * (async_synchronize_full() in drivers/base/power/main.c). Where a log does not tell the phases, a part is a whole direction.
 */
import { directionOfPhase, type SleepDirection, type SleepPhase } from '../core/trace.ts';
import type { CallbackRun, SleepCycle } from './sleep-cycles.ts';

/** A run with its time; one that had not returned lasts to the end of what was recorded. */
export interface TimedRun {
  readonly run: CallbackRun;
  /** Microseconds. */
  readonly begin: number;
  readonly end: number;
}

export interface SleepPart {
  /** Absent where the log tells the direction only. */
  readonly phase?: SleepPhase;
  readonly direction: SleepDirection;
  /** Microseconds: of the marks around the phase, else of its first and last callback. */
  readonly begin: number;
  readonly end: number;
  /** In the order in which they began. */
  readonly runs: readonly TimedRun[];
}

export interface SleepParts {
  readonly parts: readonly SleepPart[];
  /** Runs that are in no part: they have no time, or neither phase nor direction. */
  readonly leftOut: number;
}

/** A part that is being filled. */
interface OpenPart {
  readonly phase: SleepPhase | undefined;
  readonly direction: SleepDirection;
  begin: number | undefined;
  end: number | undefined;
  readonly runs: TimedRun[];
}

type Step =
  | { readonly sequence: number; readonly kind: 'run'; readonly run: CallbackRun }
  | {
      readonly sequence: number;
      readonly kind: 'mark';
      readonly edge: 'begin' | 'end';
      readonly phase: SleepPhase;
      readonly time: number;
    };

function stepsOf({ runs, marks }: SleepCycle): Step[] {
  const steps: Step[] = runs.map((run) => ({ sequence: run.beginSequence, kind: 'run', run }));
  for (const mark of marks) {
    if (mark.kind === 'cycle') continue;
    const edge = mark.kind === 'phase-begin' ? 'begin' : 'end';
    steps.push({ sequence: mark.sequence, kind: 'mark', edge, phase: mark.phase, time: mark.time });
  }
  return steps.sort((one, two) => one.sequence - two.sequence);
}

/** The last moment that the cycle has on record. */
function lastTime({ runs, marks }: SleepCycle): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { begin, end } of runs) last = Math.max(last, begin ?? last, end ?? last);
  for (const { time } of marks) if (!Number.isNaN(time)) last = Math.max(last, time);
  return last;
}

function closed(part: OpenPart): SleepPart {
  const first = part.runs.reduce(
    (least, run) => Math.min(least, run.begin),
    part.runs[0]?.begin ?? part.begin!,
  );
  const last = part.runs.reduce((end, run) => Math.max(end, run.end), first);
  const { phase, direction, runs } = part;
  return {
    ...(phase === undefined ? {} : { phase }),
    direction,
    begin: Math.min(part.begin ?? first, first),
    end: Math.max(part.end ?? last, last),
    runs,
  };
}

/** The parts of a cycle in the order in which they ran; parts without a time at all are left out. */
export function sleepParts(cycle: SleepCycle): SleepParts {
  const parts: SleepPart[] = [];
  const horizon = lastTime(cycle);
  let open: OpenPart | undefined;
  let leftOut = 0;
  const close = (end?: number) => {
    if (open === undefined) return;
    if (end !== undefined && !Number.isNaN(end)) open.end = end;
    if (open.runs.length > 0 || (open.begin !== undefined && open.end !== undefined))
      parts.push(closed(open));
    open = undefined;
  };
  const start = (phase: SleepPhase | undefined, direction: SleepDirection, begin: number | undefined) => {
    close();
    open = { phase, direction, begin, end: undefined, runs: [] };
  };
  for (const step of stepsOf(cycle)) {
    if (step.kind === 'mark') {
      const { phase, edge, time } = step;
      if (edge === 'begin') start(phase, directionOfPhase(phase), Number.isNaN(time) ? undefined : time);
      else if (open?.phase === phase) close(time);
    } else {
      const { phase, direction, begin } = step.run;
      if (begin === undefined || direction === undefined) leftOut++;
      else {
        if (open === undefined || open.phase !== phase || open.direction !== direction)
          start(phase, direction, undefined);
        open!.runs.push({ run: step.run, begin, end: Math.max(begin, step.run.end ?? horizon) });
      }
    }
  }
  close();
  return { parts, leftOut };
}
