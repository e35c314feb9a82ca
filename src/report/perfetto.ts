/**
 * A timeline as a Chrome trace file: the JSON object form of the Trace Event Format, which ui.perfetto.dev and
 * chrome://tracing open.
 *
 * Processes stand for kinds of tracks: system sleep (phases, critical path, and a track for each task), devices, runtime status,
 * power domains. Times are microseconds as recorded. Arrows lead from a callback to those that waited for it.
 */
import type { CallbackTiming, PartPath } from '../analysis/critical-path.ts';
import type { Span, StatusInterval, Timeline, TimelineCycle } from '../analysis/timeline.ts';
import { waitText } from '../analysis/wait-text.ts';
import { type ChromeEvent, complete, Tracks } from './chrome-event.ts';
import { lanesOf } from './lanes.ts';

function taskName(task: number | undefined, mainTask: number | undefined): string {
  if (task === undefined) return 'task not recorded';
  return task === mainTask ? `task ${task}, which walks the lists` : `task ${task}`;
}

function spanArguments(span: Span): Record<string, unknown> {
  const { kind, device, name, driver, phase, result, unfinished, line, task } = span;
  return {
    [kind === 'domain' ? 'domain' : 'device']: device,
    callback: name,
    ...(driver === undefined ? {} : { driver }),
    ...(phase === undefined ? {} : { phase }),
    ...(task === undefined ? {} : { task }),
    ...(result === undefined ? {} : { returned: result }),
    ...(unfinished ? { unfinished } : {}),
    ...(line === undefined ? {} : { line }),
  };
}

function partName({ phase, direction }: PartPath): string {
  return phase ?? direction;
}

/** What a span and the timing of a callback have in common. */
function keyOf(name: string, device: string, begin: number, line: number | undefined): string {
  return `${begin} ${line ?? ''} ${name} ${device}`;
}

function spanKey({ name, device, begin, line }: Span): string {
  return keyOf(name, device, begin, line);
}

function timingKey(
  { device, callback, begin, line }: CallbackTiming,
  { phase, direction }: PartPath,
): string {
  return keyOf(phase ?? callback ?? direction, device, begin, line);
}

/** A slice without its track. */
interface Slice {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The chain of a phase, with what nothing explains between its callbacks. */
function pathSlices(part: PartPath): Slice[] {
  const phase = partName(part);
  const slices: Slice[] = [];
  const gap = (begin: number, end: number) => {
    if (end > begin) slices.push({ name: 'no callback', begin, end, args: { phase } });
  };
  for (const index of part.path) {
    const callback = part.callbacks[index]!;
    const { device, begin, end, delay } = callback;
    gap(begin - delay, begin);
    slices.push({ name: device, begin, end, args: { phase, why: waitText(callback, part) } });
    if (index === part.path.at(-1)) gap(end, part.end);
  }
  return slices;
}

/** The phases of a cycle, inside of the cycle. */
function phaseSlices({ begin, end, state, path }: TimelineCycle): Slice[] {
  const args = state === undefined ? {} : { state };
  const phases = path.parts.map((part) => {
    const { begin: from, end: to, callbacks } = part;
    return { name: partName(part), begin: from, end: to, args: { callbacks: callbacks.length } };
  });
  return [{ name: `sleep cycle ${path.cycle + 1}`, begin, end: Math.max(begin, end), args }, ...phases];
}

/** Slices that lie on one track, or on more of that name where they cross each other. */
function trackEvents(slices: readonly Slice[], name: string, cat: string, tracks: Tracks): ChromeEvent[] {
  return lanesOf(slices).map((lane, index) => {
    const slice = slices[index]!;
    return complete(tracks.of('tasks', `${name} ${lane}`, name), slice.name, cat, slice, slice.args);
  });
}

/** Where the slice of each callback of sleep was drawn. */
type Places = ReadonlyMap<string, { readonly pid: number; readonly tid: number }>;

/** Arrows from callbacks to those that waited for them; those of list order alone are left out. */
function arrowEvents(part: PartPath, places: Places, nextId: () => number): ChromeEvent[] {
  // Callbacks of a device in one part: the last one that ended before is the one waited for.
  const byDevice = new Map<string, CallbackTiming[]>();
  for (const callback of part.callbacks) {
    const found = byDevice.get(callback.device);
    if (found === undefined) byDevice.set(callback.device, [callback]);
    else found.push(callback);
  }
  const onPath = new Set(part.path);
  return part.callbacks.flatMap((callback, index) => {
    const { waitedFor, begin, end } = callback;
    if (waitedFor.device === undefined || (waitedFor.kind === 'list order' && waitedFor.via.length === 0))
      return [];
    const from = byDevice.get(waitedFor.device)?.findLast((other) => other.end <= begin);
    if (from === undefined || from.end === from.begin || end === begin) return [];
    const source = places.get(timingKey(from, part));
    const target = places.get(timingKey(callback, part));
    if (source === undefined || target === undefined) return [];
    const shared = { name: waitedFor.kind, cat: onPath.has(index) ? 'critical path' : 'wait', id: nextId() };
    // An arrow belongs to the slice around its time, and a slice ends before its end.
    const inside = from.end - Math.min(0.5, (from.end - from.begin) / 2);
    return [
      { ...shared, ph: 's', ...source, ts: inside },
      { ...shared, ph: 'f', bp: 'e', ...target, ts: begin },
    ];
  });
}

function statusEvent(interval: StatusInterval, tracks: Tracks): ChromeEvent {
  const { of, name, status } = interval;
  const track = tracks.of(of === 'device' ? 'status' : 'domains', name, name);
  return complete(track, status, of === 'device' ? 'runtime status' : 'power domain', interval, {
    [of]: name,
  });
}

/** Ascending by time; at one time outer slices before inner ones, and an arrow's begin before its end. */
function compareEvents(one: ChromeEvent, two: ChromeEvent): number {
  return (
    one.ts! - two.ts! ||
    (two.dur ?? -1) - (one.dur ?? -1) ||
    (one.ph === two.ph ? 0 : one.ph === 's' ? -1 : 1)
  );
}

/** What is known of a callback of sleep. */
interface Known {
  readonly callback: CallbackTiming;
  readonly part: PartPath;
  readonly onPath: boolean;
}

function knownCallbacks({ cycles }: Timeline): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const { path } of cycles) {
    for (const part of path.parts) {
      const onPath = new Set(part.path);
      for (const [index, callback] of part.callbacks.entries())
        known.set(timingKey(callback, part), { callback, part, onPath: onPath.has(index) });
    }
  }
  return known;
}

function knownArguments(known: Known | undefined): Record<string, unknown> {
  if (known === undefined) return {};
  const { callback, part, onPath } = known;
  return {
    why: waitText(callback, part),
    slack: callback.slack,
    ...(onPath ? { criticalPath: true } : {}),
  };
}

function grouped<K>(spans: readonly Span[], keyOfSpan: (span: Span) => K): Map<K, Span[]> {
  const groups = new Map<K, Span[]>();
  for (const span of spans) {
    const key = keyOfSpan(span);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [span]);
    else group.push(span);
  }
  return groups;
}

/** Each task's spans as slices of its track; returns where they stand. */
function taskEvents(
  timeline: Timeline,
  tracks: Tracks,
  known: Map<string, Known>,
  events: ChromeEvent[],
): Places {
  const { mainTask } = timeline;
  const places = new Map<string, { readonly pid: number; readonly tid: number }>();
  const byTask = [...grouped(timeline.spans, (span) => span.task)].sort(
    ([one], [two]) =>
      Number(two === mainTask) - Number(one === mainTask) ||
      (one ?? Number.MAX_SAFE_INTEGER) - (two ?? Number.MAX_SAFE_INTEGER),
  );
  for (const [task, spans] of byTask) {
    const name = taskName(task, mainTask);
    for (const [index, lane] of lanesOf(spans).entries()) {
      const span = spans[index]!;
      const track = tracks.of('tasks', `${task} ${lane}`, lane === 0 ? name : `${name} (${lane + 1})`);
      const callback = span.kind === 'sleep' ? known.get(spanKey(span)) : undefined;
      if (callback !== undefined) places.set(spanKey(span), track);
      const args = { ...spanArguments(span), ...knownArguments(callback) };
      events.push(complete(track, `${span.device} ${span.name}`, span.kind, span, args));
    }
  }
  return places;
}

function deviceEvents({ spans }: Timeline, tracks: Tracks, events: ChromeEvent[]): void {
  const ofDevices = spans.filter(({ kind }) => kind !== 'domain');
  for (const [device, own] of grouped(ofDevices, (span) => span.device)) {
    for (const [index, lane] of lanesOf(own).entries()) {
      const span = own[index]!;
      const track = tracks.of('devices', `${lane} ${device}`, device);
      events.push(complete(track, span.name, span.kind, span, spanArguments(span)));
    }
  }
}

/** The events of a timeline: names of tracks, then all else by time. */
export function chromeEvents(timeline: Timeline): ChromeEvent[] {
  const tracks = new Tracks();
  const events: ChromeEvent[] = [];
  const { cycles } = timeline;
  const parts = cycles.flatMap(({ path }) => path.parts);
  for (const event of trackEvents(cycles.flatMap(phaseSlices), 'phases of system sleep', 'phase', tracks))
    events.push(event);
  for (const event of trackEvents(parts.flatMap(pathSlices), 'critical path', 'critical path', tracks))
    events.push(event);
  const places = taskEvents(timeline, tracks, knownCallbacks(timeline), events);
  let id = 0;
  for (const part of parts) {
    for (const event of arrowEvents(part, places, () => ++id)) events.push(event);
  }
  deviceEvents(timeline, tracks, events);
  for (const interval of timeline.statuses) events.push(statusEvent(interval, tracks));
  for (const { device, time, usage } of timeline.usageCounts) {
    const { pid } = tracks.of('status', device, device);
    events.push({ name: `usage count of ${device}`, ph: 'C', pid, tid: 0, ts: time, args: { usage } });
  }
  return [...tracks.metadata, ...events.sort(compareEvents)];
}

/** The file: one event a line, so that it can be read and compared. `source` names what was recorded. */
export function chromeTrace(timeline: Timeline, source: string): string {
  const lines = chromeEvents(timeline).map((event) => JSON.stringify(event));
  const other = JSON.stringify({ source, leftOut: timeline.leftOut });
  return `{"displayTimeUnit":"ms","otherData":${other},"traceEvents":[\n${lines.join(',\n')}\n]}\n`;
}
