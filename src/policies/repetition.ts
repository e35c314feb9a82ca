/**
 * A run that comes to a state in which it has been: what came of it then comes again, as often as there is time for it, so the sums are
 * multiplied. That is exact, not sampled, as the future follows from the state alone: the World's hash, with times relative to the clock,
 * and what stands outside of the World (requests that wait, streams, machines, and since when devices have been down).
 */
import type { World } from '../core/world.ts';
import { hashWorld } from '../core/world-hash.ts';
import type { Session } from '../scenarios/index.ts';
import type { Stream } from './arrivals.ts';
import type { HeldOn } from './held-on.ts';
import { DOMAIN_OFF, type Ledger, OFF, REST } from './ledger.ts';
import { scriptsText } from './scripted-callbacks.ts';
import { COUNTS, type WorkingDevice, workText } from './working-device.ts';

/** States that are kept to be found again. */
const MOST_TRIES = 4096;

/** Sums at a moment. */
interface Snapshot {
  readonly now: number;
  readonly sums: readonly Float64Array[];
  readonly counts: readonly number[];
  readonly latencies: readonly ReadonlyMap<number, number>[];
  readonly held: ReadonlyMap<number, number>[];
}

/** What decides how a run goes on, and what it has come to. */
export interface RunParts {
  readonly session: Session;
  readonly world: World;
  readonly devices: readonly WorkingDevice[];
  readonly streams: readonly Stream[];
  readonly ledger: Ledger;
  readonly heldOn: HeldOn | undefined;
  /** The longest autosuspend delay, milliseconds: devices that have been idle for longer are alike. */
  readonly ageLimit: number;
}

export class Repetition {
  readonly #parts: RunParts;
  /** Microseconds after which the workload comes again. */
  readonly #period: number;
  readonly #start: number;
  #nextTry: number;
  #tries = 0;
  readonly #seen = new Map<string, Snapshot>();
  /** The period that was multiplied, microseconds, and how often; 0 for none. */
  period = 0;
  times = 0;

  /** `period`: of the workload; undefined for one that never comes again. */
  constructor(parts: RunParts, period: number | undefined) {
    this.#parts = parts;
    this.#start = parts.world.now;
    this.#period = period ?? 1;
    this.#nextTry = period === undefined ? Number.POSITIVE_INFINITY : this.#start + period;
  }

  /** It is time to compare the state with those before. */
  isDue(now: number): boolean {
    return now >= this.#nextTry;
  }

  /** Looks whether the state was there before. Returns by how many microseconds the run is shorter now. `end`: of the run. */
  look(end: number): number {
    const { now } = this.#parts.world;
    const text = this.#stateText(now);
    if (text === undefined) return 0;
    const before = this.#seen.get(text);
    if (before !== undefined) {
      this.#nextTry = Number.POSITIVE_INFINITY;
      this.#seen.clear();
      return this.#repeat(before, end);
    }
    this.#seen.set(text, this.#snapshot(now));
    const periods = Math.floor((now - this.#start) / this.#period) + 1;
    this.#nextTry =
      ++this.#tries >= MOST_TRIES ? Number.POSITIVE_INFINITY : this.#start + periods * this.#period;
    return 0;
  }

  /** All that decides what comes, relative to now; undefined where that is not known. */
  #stateText(now: number): string | undefined {
    const { session, world, devices, streams, ledger, ageLimit } = this.#parts;
    const parts = [hashWorld(world, { ageLimit }), scriptsText(session)];
    for (const { at } of streams) parts.push(String(at + this.#start - now));
    for (const device of devices) {
      const text = workText(device, now);
      if (text === undefined) return undefined;
      parts.push(text);
    }
    parts.push(ledger.stateText(now));
    return parts.join('|');
  }

  #snapshot(now: number): Snapshot {
    const { ledger, heldOn, devices } = this.#parts;
    ledger.settle(now);
    heldOn?.close(now);
    return {
      now,
      sums: ledger.accounts.map(({ sums }) => sums.slice()),
      counts: devices.flatMap((device) => COUNTS.map((count) => device[count])),
      latencies: devices.map(({ latencies }) => new Map(latencies)),
      held: heldOn?.snapshot() ?? [],
    };
  }

  #repeat(before: Snapshot, end: number): number {
    const { ledger, heldOn, devices, world } = this.#parts;
    const after = this.#snapshot(world.now);
    const length = after.now - before.now;
    // What is due at the very end is not done any more.
    const times = Math.floor((end - after.now - 1) / length);
    if (times < 1) return 0;
    const grown = (index: number, at: number) => times * (after.sums[index]![at]! - before.sums[index]![at]!);
    for (const [index, { sums }] of ledger.accounts.entries()) {
      for (let at = 0; at < sums.length; at++) sums[at]! += grown(index, at);
    }
    for (const [index, account] of ledger.devices.entries()) {
      account.restBefore += grown(index, REST + account.rest);
      account.offBefore += grown(index, OFF);
    }
    for (const [index, account] of ledger.domains.entries())
      account.offBefore += grown(ledger.devices.length + index, DOMAIN_OFF);
    for (const [index, device] of devices.entries()) {
      for (const [which, count] of COUNTS.entries()) {
        const at = COUNTS.length * index + which;
        device[count] += times * (after.counts[at]! - before.counts[at]!);
      }
      for (const [latency, count] of after.latencies[index]!)
        device.latencies.set(latency, count + times * (count - (before.latencies[index]!.get(latency) ?? 0)));
    }
    heldOn?.multiply(before.held, times);
    this.period = length;
    this.times = times;
    // Streams go on from here: their requests are as far ahead as they would be behind the periods left out.
    return times * length;
  }
}
