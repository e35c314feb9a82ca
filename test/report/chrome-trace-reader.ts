/**
 * What must hold of a file in the Trace Event Format (JSON object form) for ui.perfetto.dev and chrome://tracing to show it
 * as it is meant; faults as sentences. Written from the format's description, without devgraph's own types.
 */
interface Event {
  readonly name?: unknown;
  readonly ph?: unknown;
  readonly pid?: unknown;
  readonly tid?: unknown;
  readonly ts?: unknown;
  readonly dur?: unknown;
  readonly id?: unknown;
  readonly bp?: unknown;
  readonly cat?: unknown;
  readonly args?: unknown;
}

export interface ChromeTrace {
  readonly events: readonly Event[];
  readonly faults: readonly string[];
  /** Slices by the names of their process and track. */
  readonly slices: ReadonlyMap<
    string,
    readonly { name: string; ts: number; dur: number; args: Record<string, unknown> }[]
  >;
  readonly arrows: number;
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function trackOf({ pid, tid }: Event): string {
  return `${pid}/${tid}`;
}

/** Names that metadata events give to processes and tracks. */
function namesOf(events: readonly Event[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const event of events) {
    if (event.ph !== 'M') continue;
    const { name } = event.args as { name?: string };
    if (event.name === 'process_name') names.set(`${event.pid}`, name!);
    if (event.name === 'thread_name') names.set(trackOf(event), name!);
  }
  return names;
}

/** Slices of one track are apart or one inside of the other. */
function nestingFaults(track: string, slices: readonly { ts: number; dur: number }[]): string[] {
  const open: { ts: number; dur: number }[] = [];
  const faults: string[] = [];
  for (const slice of slices) {
    while (open.length > 0 && open.at(-1)!.ts + open.at(-1)!.dur <= slice.ts) open.pop();
    const around = open.at(-1);
    if (around !== undefined && slice.ts + slice.dur > around.ts + around.dur + 1e-6)
      faults.push(`${track}: a slice at ${slice.ts} ends behind the one around it`);
    open.push(slice);
  }
  return faults;
}

export function readChromeTrace(text: string): ChromeTrace {
  const file = JSON.parse(text) as { traceEvents: Event[]; displayTimeUnit: string };
  const events = file.traceEvents;
  const faults: string[] = [];
  if (file.displayTimeUnit !== 'ms') faults.push('displayTimeUnit is ms or ns');
  const names = namesOf(events);
  const slices = new Map<
    string,
    { name: string; ts: number; dur: number; args: Record<string, unknown> }[]
  >();
  const arrows = new Map<unknown, Event>();
  let ends = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    if (typeof event.name !== 'string') faults.push('an event without a name');
    if (!Number.isInteger(event.pid) || !Number.isInteger(event.tid))
      faults.push(`${event.name}: pid and tid`);
    if (event.ph === 'M') continue;
    if (!isNumber(event.ts)) {
      faults.push(`${event.name}: ts is ${event.ts}`);
      continue;
    }
    if (event.ts < last) faults.push(`${event.name}: goes back in time`);
    last = event.ts;
    switch (event.ph) {
      case 'X': {
        if (!isNumber(event.dur) || event.dur < 0) faults.push(`${event.name}: dur is ${event.dur}`);
        const track = `${names.get(`${event.pid}`)}: ${names.get(trackOf(event))}`;
        if (!names.has(trackOf(event))) faults.push(`${event.name}: a track without a name`);
        const own = slices.get(trackOf(event)) ?? [];
        own.push({
          name: event.name as string,
          ts: event.ts,
          dur: event.dur as number,
          args: event.args as Record<string, unknown>,
        });
        slices.set(trackOf(event), own);
        if (track.includes('undefined')) faults.push(`${track}: not named`);
        break;
      }
      case 's':
        if (arrows.has(event.id)) faults.push(`arrow ${event.id} begins twice`);
        arrows.set(event.id, event);
        break;
      case 'f': {
        ends++;
        const begin = arrows.get(event.id);
        if (begin === undefined) faults.push(`arrow ${event.id} ends before it begins`);
        else if (begin.name !== event.name || begin.cat !== event.cat)
          faults.push(`arrow ${event.id} changes its name`);
        if (event.bp !== 'e') faults.push(`arrow ${event.id} does not bind to the slice around its end`);
        break;
      }
      case 'C':
        if (!Object.values(event.args as object).every(isNumber))
          faults.push(`${event.name}: a counter has numbers`);
        break;
      default:
        faults.push(`${event.name}: ph ${event.ph}`);
    }
  }
  if (ends !== arrows.size) faults.push(`${arrows.size} arrows begin and ${ends} end`);
  for (const [track, own] of slices) faults.push(...nestingFaults(track, own));
  for (const event of events) {
    if (event.ph !== 's' && event.ph !== 'f') continue;
    const time = event.ts as number;
    const inside = slices.get(trackOf(event))?.some(({ ts, dur }) => ts <= time && time < ts + dur);
    if (!inside) faults.push(`arrow ${event.id} does not touch a slice`);
  }
  const named = new Map(
    [...slices].map(([track, own]) => [`${names.get(track.split('/')[0]!)}: ${names.get(track)}`, own]),
  );
  return { events, faults, slices: named, arrows: arrows.size };
}
