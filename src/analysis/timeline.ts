/**
 * What ran when, of a simulated run or of a recorded log: callbacks with the task that ran them, phases of sleep, runtime status,
 * power domains, and the critical path of each sleep cycle. For pictures of a run (report/perfetto.ts); what took how long in
 * one cycle, in words, is sleep-timing.ts.
 */
import type { SleepDirection, SleepPhase, TraceEvent } from '../core/trace.ts';
import { type CriticalPath, criticalPath } from './critical-path.ts';
import { createOtherSpans } from './other-spans.ts';
import { createCycleAssembler, type SleepCycle } from './sleep-cycles.ts';
import type { SuperiorsOf } from './sleep-jobs.ts';

/** Something that a task did. Times are microseconds. */
export interface Span {
  /**
   * `sleep`: a device's turn in a phase of system sleep. `driver`: another callback of a device. `domain`: a callback of a power
   * domain. `runtime-pm`: a function of runtime PM, as a log records them.
   */
  readonly kind: 'sleep' | 'driver' | 'domain' | 'runtime-pm';
  /** `suspend_late`, `runtime_resume`, `power_off`, `rpm_resume`; the function of a kernel log. */
  readonly name: string;
  /** The device, or the power domain. */
  readonly device: string;
  readonly driver?: string;
  readonly phase?: SleepPhase;
  readonly direction?: SleepDirection;
  readonly task?: number;
  readonly begin: number;
  readonly end: number;
  /** It had not returned when the record ended. */
  readonly unfinished: boolean;
  /** What it returned, if that is known. */
  readonly result?: number;
  /** Line of the log. */
  readonly line?: number;
}

/** A device or a power domain was in a state. */
export interface StatusInterval {
  readonly of: 'device' | 'domain';
  readonly name: string;
  /** RPM_ACTIVE, RPM_SUSPENDED, ... of a device; on or off of a domain. */
  readonly status: string;
  readonly begin: number;
  readonly end: number;
}

/** The usage count of a device from a moment on. */
export interface UsageCount {
  readonly device: string;
  readonly time: number;
  readonly usage: number;
}

/** A sleep cycle with its phases; times are of its marks, else of its first and last callback. */
export interface TimelineCycle {
  readonly begin: number;
  readonly end: number;
  readonly state?: string;
  readonly path: CriticalPath;
}

export interface Timeline {
  /** The first and the last moment on record; both 0 if there is none. */
  readonly begin: number;
  readonly end: number;
  /** The task that walks the lists of devices in sleep cycles; absent where no task is recorded. */
  readonly mainTask?: number;
  /** Ascending by begin, then as they were recorded. */
  readonly spans: readonly Span[];
  /** By name, then by time. */
  readonly statuses: readonly StatusInterval[];
  readonly usageCounts: readonly UsageCount[];
  /** Those whose callbacks are all among the spans. */
  readonly cycles: readonly TimelineCycle[];
  /** Callbacks that are not among the spans: without a time, or past the limit. */
  readonly leftOut: number;
}

export interface TimelineOptions {
  /** Links that a board knows; a simulated run knows its own. */
  readonly superiorsOf?: SuperiorsOf;
  /** Callbacks of sleep, other spans, states and counts that are kept, each; default SPAN_LIMIT. */
  readonly limit?: number;
}

export interface TimelineCollector {
  /** Takes the next event, with the line of the log where it begins if there is one. */
  readonly push: (event: TraceEvent, line?: number) => void;
  readonly end: () => Timeline;
}

/** Spans, states and counts kept of a run, each. */
export const SPAN_LIMIT = 1 << 19;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type OpenSpan = Omit<Span, 'end' | 'unfinished'> & { readonly end: number | undefined };

/** States that follow one another, by what is in them. */
class States {
  readonly #last = new Map<string, Mutable<StatusInterval>>();
  readonly all: Mutable<StatusInterval>[] = [];

  enter(of: StatusInterval['of'], name: string, status: string, time: number): void {
    const key = `${of} ${name}`;
    const last = this.#last.get(key);
    if (last?.status === status) return;
    // The clock of a damaged log may go back.
    const begin = Math.max(time, last?.begin ?? time);
    if (last !== undefined) last.end = begin;
    const next = { of, name, status, begin, end: Number.NaN };
    this.#last.set(key, next);
    this.all.push(next);
  }
}

function compareStates(one: StatusInterval, two: StatusInterval): number {
  if (one.of !== two.of) return one.of < two.of ? -1 : 1;
  if (one.name !== two.name) return one.name < two.name ? -1 : 1;
  return one.begin - two.begin;
}

function sleepSpan(run: SleepCycle['runs'][number]): OpenSpan {
  const { device, driver, phase, direction, callback, task, begin, end, error, beginLine } = run;
  return {
    kind: 'sleep',
    name: phase ?? callback ?? direction ?? 'callback',
    device,
    ...(driver === undefined ? {} : { driver }),
    ...(phase === undefined ? {} : { phase }),
    ...(direction === undefined ? {} : { direction }),
    ...(task === undefined ? {} : { task }),
    begin: begin!,
    end,
    ...(error === undefined ? {} : { result: error }),
    ...(beginLine === undefined ? {} : { line: beginLine }),
  };
}

/** Collects a timeline from events in the order of the record. */
export function createTimelineCollector(options: TimelineOptions = {}): TimelineCollector {
  const { superiorsOf, limit = SPAN_LIMIT } = options;
  const spans: OpenSpan[] = [];
  const cycles: TimelineCycle[] = [];
  const usageCounts: UsageCount[] = [];
  const others = createOtherSpans(limit);
  const states = new States();
  let mainTask: number | undefined;
  let leftOut = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;

  const addSpan = (span: OpenSpan) => {
    if (spans.length >= limit) leftOut++;
    else spans.push(span);
  };

  const assembler = createCycleAssembler({
    onCycle: (cycle) => {
      leftOut += cycle.dropped;
      const isWhole = spans.length + cycle.runs.length <= limit;
      for (const run of cycle.runs) {
        if (run.begin === undefined) leftOut++;
        else addSpan(sleepSpan(run));
      }
      if (!isWhole) return;
      const path = criticalPath(cycle, {
        ...(superiorsOf === undefined ? {} : { superiorsOf }),
        candidates: 0,
      });
      mainTask ??= path.mainTask;
      const begin = cycle.entry ?? path.parts[0]?.begin;
      const end = cycle.exit ?? path.parts.at(-1)?.end;
      if (begin === undefined || end === undefined) return;
      cycles.push({ begin, end, ...(cycle.state === undefined ? {} : { state: cycle.state }), path });
    },
  });

  const push = (event: TraceEvent, line?: number) => {
    assembler.push(event, line);
    others.push(event, line);
    const { time } = event;
    if (Number.isNaN(time)) return;
    first = Math.min(first, time);
    last = Math.max(last, time);
    if (event.kind === 'rpm') {
      const { device, usage, status } = event;
      if (usage !== undefined && usageCounts.length < limit) usageCounts.push({ device, time, usage });
      if (status !== undefined && states.all.length < limit) states.enter('device', device, status, time);
    } else if (event.kind === 'domain-status' && states.all.length < limit) {
      states.enter('domain', event.domain, event.status, time);
    }
  };

  const end = (): Timeline => {
    assembler.end();
    const horizon = Number.isFinite(last) ? last : 0;
    return {
      begin: Number.isFinite(first) ? first : 0,
      end: horizon,
      ...(mainTask === undefined ? {} : { mainTask }),
      spans: [...others.spans, ...spans]
        .map(
          (span): Span => ({
            ...span,
            end: Math.max(span.begin, span.end ?? horizon),
            unfinished: span.end === undefined,
          }),
        )
        .sort((one, two) => one.begin - two.begin),
      statuses: states.all
        .map((state) => (Number.isNaN(state.end) ? { ...state, end: horizon } : state))
        .sort(compareStates),
      usageCounts,
      cycles,
      leftOut: leftOut + others.leftOut(),
    };
  };
  return { push, end };
}

/** The timeline of a run that is in memory as a whole. */
export function timelineOf(events: Iterable<TraceEvent>, options: TimelineOptions = {}): Timeline {
  const collector = createTimelineCollector(options);
  for (const event of events) collector.push(event);
  return collector.end();
}
