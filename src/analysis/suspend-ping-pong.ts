/**
 * Suspends that follow each other with hardly any rest between, the autosuspend delay that would have ended them, and what that would
 * have cost.
 */
import type { RuntimeDraft } from './runtime-draft.ts';
import type { LogMoment, Rest } from './runtime-status.ts';
import { milliseconds } from './wait-text.ts';

/** A rest is short if it is less than so many times as long as going down and up. */
const SHORT = 10;
/** So many short rests in a row are a ping-pong. */
const SERIES = 5;
/** Delays past this many ms are no autosuspend delays: rests behind longer times are counted together. */
const LONGEST_DELAY = 10_000;

/** Rests that one delay ends. */
interface Bucket {
  rests: number;
  /** Microseconds from the end of the use to the suspend, summed up. */
  waited: number;
  /** Microseconds suspended, summed up. */
  slept: number;
  /** Microseconds of going down and up, summed up. */
  moved: number;
}

/** Short rests in a row. */
interface Series {
  length: number;
  /** The least delay that ends all of them. */
  delay: number;
  /** Microseconds. */
  shortest: number;
  longest: number;
  first: LogMoment | undefined;
}

function noSeries(): Series {
  return { length: 0, delay: 0, shortest: Number.POSITIVE_INFINITY, longest: 0, first: undefined };
}

/** Follows one device. */
export class PingPong {
  /** By the delay in whole milliseconds that would have kept the device active. */
  readonly #buckets = new Map<number, Bucket>();
  #rests = 0;
  #series = noSeries();
  /** The longest series, with the delay and the rests of all that are long enough. */
  readonly #found = noSeries();

  /** Takes a rest that is over; `unusedSince` is when the use before it ended. */
  push({ down, asleep, up, awake }: Rest, unusedSince: LogMoment | undefined): void {
    const idle = Math.min(unusedSince?.time ?? down.time, down.time);
    const slept = up.time - asleep.time;
    const moved = asleep.time - down.time + awake.time - up.time;
    if (!(slept >= 0 && moved >= 0)) return;
    this.#rests++;
    const delay = Math.min(Math.ceil((up.time - idle) / 1000), LONGEST_DELAY + 1);
    const bucket = this.#buckets.get(delay) ?? { rests: 0, waited: 0, slept: 0, moved: 0 };
    this.#buckets.set(delay, bucket);
    bucket.rests++;
    bucket.waited += down.time - idle;
    bucket.slept += slept;
    bucket.moved += moved;
    if (slept >= SHORT * moved || delay > LONGEST_DELAY) {
      this.#series = noSeries();
      return;
    }
    this.#shortRest(slept, delay, down);
  }

  #shortRest(slept: number, delay: number, down: LogMoment): void {
    const series = this.#series;
    series.length++;
    series.delay = Math.max(series.delay, delay);
    series.shortest = Math.min(series.shortest, slept);
    series.longest = Math.max(series.longest, slept);
    series.first ??= down;
    if (series.length < SERIES) return;
    const found = this.#found;
    found.delay = Math.max(found.delay, series.delay);
    found.shortest = Math.min(found.shortest, series.shortest);
    found.longest = Math.max(found.longest, series.longest);
    if (series.length <= found.length) return;
    found.length = series.length;
    found.first = series.first;
  }

  /** @param length microseconds of the log */
  finding(device: string, length: number): RuntimeDraft | undefined {
    const { first, delay: least, ...series } = this.#found;
    if (first === undefined) return undefined;
    let [ended, waited, saved, longer] = [0, 0, 0, 0];
    for (const [delay, bucket] of this.#buckets) {
      waited += bucket.waited;
      if (delay <= least) {
        ended += bucket.rests;
        saved += bucket.moved;
        longer += bucket.slept;
      } else {
        longer += Math.max(0, bucket.rests * least * 1000 - bucket.waited);
      }
    }
    const share = length > 0 ? ` in the ${milliseconds(length)} of the log` : '';
    const [from, to] = [milliseconds(series.shortest), milliseconds(series.longest)];
    return {
      rule: 'suspend-ping-pong',
      devices: [device],
      message: `suspended and resumed ${series.length} times in a row, resting ${from === to ? from : `${from} to ${to}`} between, less than ${SHORT} times what going down and up takes`,
      at: first,
      evidence: [
        `an autosuspend delay of ${least} ms ends it: ${ended} of ${this.#rests} suspends would not have happened, with ${milliseconds(saved)} of going down and up`,
        `it would have been active for ${milliseconds(longer)} longer${share}; now it waits ${milliseconds(waited / this.#rests)} on average`,
      ],
    };
  }
}
