/** When requests come: one after another from all streams of a workload, the same for the same seeds. */
import type { Range, StreamPlan, WorkPlan } from '../scenario-files/index.ts';

/** A request of a recorded trace, microseconds since its beginning. */
export interface RecordedRequest {
  readonly at: number;
  readonly work: number;
}

/** Requests of a recorded trace, for a stream that replays it: by file, then device. */
export type Recordings = ReadonlyMap<string, ReadonlyMap<string, readonly RecordedRequest[]>>;

/** Requests of one stream. `at` is Infinity behind the last. Times are microseconds since the workload began. */
export interface Stream {
  readonly plan: StreamPlan;
  /** The next request: when it comes, and how long the device works on it. */
  at: number;
  work: number;
  /** When the request behind it comes. */
  following: number;
  /** Takes the next request. */
  readonly advance: () => void;
}

/** A stream of which one request is known. */
type Source = Omit<Stream, 'following'>;

/** A stream that knows the request behind the next one. */
function withFollowing(source: Source): Stream {
  const { plan, at, work } = source;
  source.advance();
  const stream: Stream = {
    plan,
    at,
    work,
    following: source.at,
    advance: () => {
      stream.at = source.at;
      stream.work = source.work;
      source.advance();
      stream.following = source.at;
    },
  };
  return stream;
}

/** Numbers from 0 to 1, the same sequence for the same seed (mulberry32, by Tommy Ettinger, in the public domain). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number of a range, each as likely as the others. */
function drawn({ least, most }: Range, random: () => number): number {
  return least === most ? least : least + Math.floor(random() * (most - least + 1));
}

function periodic(plan: StreamPlan & { kind: 'periodic' }, random: () => number): Source {
  const busy = plan.busy!;
  const stream: Source = {
    plan,
    at: plan.offset,
    work: drawn(busy, random),
    advance: () => {
      stream.at += plan.every;
      stream.work = drawn(busy, random);
    },
  };
  return stream;
}

function bursty(plan: StreamPlan & { kind: 'bursty' }, random: () => number): Source {
  const { gap, requests, spacing } = plan;
  const busy = plan.busy!;
  let left = drawn(requests, random) - 1;
  const stream: Source = {
    plan,
    at: drawn(gap, random),
    work: drawn(busy, random),
    advance: () => {
      if (left > 0) {
        left--;
        stream.at += drawn(spacing, random);
      } else {
        left = drawn(requests, random) - 1;
        stream.at += drawn(gap, random);
      }
      stream.work = drawn(busy, random);
    },
  };
  return stream;
}

function replayed(
  plan: StreamPlan & { kind: 'replayed' },
  recordings: Recordings,
  random: () => number,
): Source {
  const recorded = recordings.get(plan.file)?.get(plan.recorded) ?? [];
  let index = -1;
  const stream: Source = {
    plan,
    at: 0,
    work: 0,
    advance: () => {
      const request = recorded[++index];
      stream.at = request?.at ?? Number.POSITIVE_INFINITY;
      stream.work = plan.busy === undefined ? (request?.work ?? 0) : drawn(plan.busy, random);
    },
  };
  stream.advance();
  return stream;
}

/** The streams of a workload at their beginning. `seed` is added to the seeds of the streams. */
export function streamsOf({ streams }: WorkPlan, recordings: Recordings, seed = 0): Stream[] {
  return streams.map((plan) => {
    const random = seeded((plan.seed + seed) >>> 0);
    if (plan.kind === 'periodic') return withFollowing(periodic(plan, random));
    return withFollowing(plan.kind === 'bursty' ? bursty(plan, random) : replayed(plan, recordings, random));
  });
}

/** Whether anything of a workload follows from a seed. */
export function isSeeded({ streams }: WorkPlan): boolean {
  return streams.some(
    ({ kind, busy }) => kind === 'bursty' || (busy !== undefined && busy.least !== busy.most),
  );
}

function commonMultiple(one: number, other: number): number {
  let [a, b] = [one, other];
  while (b !== 0) [a, b] = [b, a % b];
  return (one / a) * other;
}

/** Microseconds after which a workload comes again as it was; undefined for one that does not. */
export function periodOf({ streams, length }: WorkPlan): number | undefined {
  let period = 1;
  for (const stream of streams) {
    if (stream.kind !== 'periodic' || stream.busy!.least !== stream.busy!.most) return undefined;
    period = commonMultiple(period, stream.every);
    if (period > length) return undefined;
  }
  return period;
}
