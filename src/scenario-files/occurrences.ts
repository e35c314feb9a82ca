/** What happened to devices in a run: callbacks by when they began, and what the driver core did. */
import type { DriverCoreEvent, JournalEntry } from '../scenarios/index.ts';
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

/** Something done wrong about DMA. */
export type DmaMisuseEntry = Extract<DriverCoreEvent, { readonly kind: 'dma-misuse' }> & {
  /** Milliseconds since the run began. */
  readonly time: number;
  /** Its entry in the journal. */
  readonly entry: number;
};

/** Where occurrences stand among all, ascending. */
type Places = number[];

/** Occurrences of one kind, all of which have returned up to `read`, by what they returned. */
interface ByReturn {
  read: number;
  readonly places: Map<unknown, Places>;
}

/** The first index of ascending numbers that is not below a value. */
function firstFrom(numbers: readonly number[], value: number): number {
  let below = 0;
  let above = numbers.length;
  while (below < above) {
    const middle = (below + above) >> 1;
    if (numbers[middle]! < value) below = middle + 1;
    else above = middle;
  }
  return below;
}

/**
 * What the journal of a run tells, read as the run goes on: each entry once, however often something is expected of all that
 * happened so far.
 */
export class Occurrences {
  readonly #journal: readonly JournalEntry[];
  #read = 0;
  readonly #all: Occurrence[] = [];
  /** The entry of the journal with which each began. */
  readonly #entries: number[] = [];
  readonly #byEvent = new Map<string, Places>();
  /** Made for those of which somebody asks what they returned. */
  readonly #byReturn = new Map<Places, ByReturn>();
  readonly #callbacks: Places = [];
  readonly #open = new Map<number, Occurrence[]>();
  readonly #messages: string[] = [];
  readonly #messageEntries: number[] = [];
  readonly #misuses: DmaMisuseEntry[] = [];

  constructor(journal: readonly JournalEntry[]) {
    this.#journal = journal;
  }

  /** Reads what has come since. Occurrences are named by their places from then on. */
  #readOn(): void {
    for (; this.#read < this.#journal.length; this.#read++) this.#readEntry(this.#journal[this.#read]!);
  }

  #readEntry(entry: JournalEntry): void {
    const { time } = entry;
    if (entry.kind === 'driver-core') {
      const { event } = entry;
      if (event.kind === 'dma-misuse') this.#misuses.push({ ...event, time, entry: this.#read });
      else if ('device' in event && event.kind !== 'runtime-status')
        this.#add({ device: event.device, event: event.kind, time, isCallback: false, returns: undefined });
      return;
    }
    const { task, event } = entry;
    if (event.e === 'msg' || event.e === 'warn') {
      this.#messages.push(String(event.m));
      this.#messageEntries.push(this.#read);
    } else if (event.e === 'cb') {
      const begun = { device: event.d, event: event.c, time, isCallback: true, returns: undefined };
      this.#add(begun);
      const stack = this.#open.get(task);
      if (stack === undefined) this.#open.set(task, [begun]);
      else stack.push(begun);
    } else if (event.e === 'cbr') {
      const ended = this.#open.get(task)?.pop();
      if (ended !== undefined) ended.returns = event.v;
    }
  }

  #add(occurrence: Occurrence): void {
    const place = this.#all.push(occurrence) - 1;
    this.#entries.push(this.#read);
    if (occurrence.isCallback) this.#callbacks.push(place);
    const key = `${occurrence.device} ${occurrence.event}`;
    const places = this.#byEvent.get(key);
    if (places === undefined) this.#byEvent.set(key, [place]);
    else places.push(place);
  }

  /** The place of the first occurrence that began with this entry of the journal or behind it. */
  placeOf(entry: number): number {
    this.#readOn();
    return firstFrom(this.#entries, entry);
  }

  at(place: number): Occurrence {
    return this.#all[place]!;
  }

  #placesOf({ device, event }: { readonly device: string; readonly event: string }): Places {
    return this.#byEvent.get(`${device} ${event}`) ?? [];
  }

  /**
   * Where a pattern may match: all occurrences of a device and an event, or those that returned what the pattern says, and behind
   * them those that may not have returned yet.
   */
  #candidates(pattern: EventPattern): readonly [Places, Places] {
    const parts = eventPatternParts(pattern);
    const all = this.#placesOf(parts);
    if (parts.returns === undefined) return [all, []];
    let known = this.#byReturn.get(all);
    if (known === undefined) {
      known = { read: 0, places: new Map() };
      this.#byReturn.set(all, known);
    }
    for (; known.read < all.length; known.read++) {
      const place = all[known.read]!;
      const { returns, isCallback } = this.at(place);
      if (isCallback && returns === undefined) break;
      const places = known.places.get(returns);
      if (places === undefined) known.places.set(returns, [place]);
      else places.push(place);
    }
    return [known.places.get(parseReturnValue(parts.returns)) ?? [], all.slice(known.read)];
  }

  /** The first place from `from` on where a pattern matches, -1 for none. */
  firstMatch(pattern: EventPattern, from: number): number {
    for (const places of this.#candidates(pattern)) {
      for (let index = firstFrom(places, from); index < places.length; index++)
        if (matches(pattern, this.at(places[index]!))) return places[index]!;
    }
    return -1;
  }

  /** The last place from `from` on where a pattern matches, -1 for none. */
  lastMatch(pattern: EventPattern, from: number): number {
    for (const places of [...this.#candidates(pattern)].reverse()) {
      for (let index = places.length - 1; index >= 0 && places[index]! >= from; index--)
        if (matches(pattern, this.at(places[index]!))) return places[index]!;
    }
    return -1;
  }

  /** The callback that is the `number`th from `from` on, from 0; undefined if there are not so many. */
  callback(number: number, from: number): Occurrence | undefined {
    const place = this.#callbacks[firstFrom(this.#callbacks, from) + number];
    return place === undefined ? undefined : this.at(place);
  }

  /** Kernel messages, and the places of warnings, from an entry of the journal on. */
  messages(entry: number): readonly string[] {
    this.#readOn();
    return this.#messages.slice(firstFrom(this.#messageEntries, entry));
  }

  /** What was done wrong about DMA, from an entry of the journal on. */
  misuses(entry: number): readonly DmaMisuseEntry[] {
    this.#readOn();
    return this.#misuses.filter((misuse) => misuse.entry >= entry);
  }
}

export function matches(pattern: EventPattern, occurrence: Occurrence): boolean {
  const { device, event, returns } = eventPatternParts(pattern);
  if (device !== occurrence.device || event !== occurrence.event) return false;
  return returns === undefined || parseReturnValue(returns) === occurrence.returns;
}
