/**
 * What tasks did besides the turns of devices in system sleep: callbacks of drivers and power domains that a simulated run tells, and
 * functions of runtime PM that a log records (rpm_resume and its like, up to rpm_return_int).
 */
import type { RuntimePmEvent, TraceEvent } from '../core/trace.ts';

/** Times are microseconds. */
export interface OtherSpan {
  readonly kind: 'driver' | 'domain' | 'runtime-pm';
  /** `runtime_resume`, `power_off`, `rpm_resume`. */
  readonly name: string;
  /** The device, or the power domain. */
  readonly device: string;
  readonly driver?: string;
  readonly task: number;
  readonly begin: number;
  /** undefined if it had not returned. */
  readonly end: number | undefined;
  /** What it returned, if that is known. */
  readonly result?: number;
  readonly line?: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Open = Mutable<OtherSpan>;

export interface OtherSpans {
  /** In the order in which they began. */
  readonly spans: readonly OtherSpan[];
  /** Those past the limit. */
  readonly leftOut: () => number;
  /** Takes an event; one that is none of these is passed over. */
  readonly push: (event: TraceEvent, line?: number) => void;
}

/** What `rpm_return_int` calls the function that returns: `rpm_resume+0x114/0x758`. */
function functionName(caller: string | undefined): string {
  return caller?.split(/[+ ]/, 1)[0] ?? '';
}

/** Pairs begins and ends as they come: of one task, device and name the last that began ends first. */
export function createOtherSpans(limit: number): OtherSpans {
  const spans: Open[] = [];
  const running = new Map<string, Open[]>();
  let leftOut = 0;

  const keyOf = ({ task, name, device }: Pick<OtherSpan, 'task' | 'name' | 'device'>) =>
    `${task} ${name} ${device}`;

  const begin = (span: Open, line: number | undefined) => {
    if (spans.length >= limit) {
      leftOut++;
      return;
    }
    if (line !== undefined) span.line = line;
    spans.push(span);
    const open = running.get(keyOf(span));
    if (open === undefined) running.set(keyOf(span), [span]);
    else open.push(span);
  };

  const end = (
    which: Pick<OtherSpan, 'task' | 'name' | 'device'>,
    time: number,
    result: number | undefined,
  ) => {
    const span = running.get(keyOf(which))?.pop();
    if (span === undefined) return;
    span.end = Math.max(span.begin, time);
    if (result !== undefined) span.result = result;
  };

  const runtimePm = (
    { event, task, device, time, caller, result }: RuntimePmEvent,
    line: number | undefined,
  ) => {
    if (task === undefined || event === 'usage' || event === 'status') return;
    if (event === 'return') end({ task, name: functionName(caller), device }, time, result);
    else begin({ kind: 'runtime-pm', name: `rpm_${event}`, device, task, begin: time, end: undefined }, line);
  };

  const push = (event: TraceEvent, line?: number) => {
    const { time } = event;
    if (Number.isNaN(time)) return;
    switch (event.kind) {
      case 'rpm':
        runtimePm(event, line);
        return;
      case 'driver-callback-begin': {
        const { device, driver, callback: name, task } = event;
        const of = driver === undefined ? {} : { driver };
        begin({ kind: 'driver', name, device, ...of, task, begin: time, end: undefined }, line);
        return;
      }
      case 'driver-callback-end':
        end({ task: event.task, name: event.callback, device: event.device }, time, event.value);
        return;
      case 'domain-callback-begin': {
        const { domain: device, callback: name, task } = event;
        begin({ kind: 'domain', name, device, task, begin: time, end: undefined }, line);
        return;
      }
      case 'domain-callback-end':
        end({ task: event.task, name: event.callback, device: event.domain }, time, event.value);
        return;
    }
  };
  return { spans, leftOut: () => leftOut, push };
}
