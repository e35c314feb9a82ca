/**
 * What comes of one request to a system at rest, kept for the next request of its kind. At rest nothing is on its way, no timer runs and
 * nothing waits, so how long it has rested says nothing of what comes; and what comes is over, and the system at rest again, before the next
 * request. The engine carries out the first of a kind. For another one, what it came to is added to the sums, and the World stays as it is,
 * since it would be the same again. That is exact; only how long something had been down decides anew whether going down was worth it.
 *
 * A kind is the stream, the time that the work takes, and the state at rest: the World's hash, and what stands outside of it.
 */
import { inTicks, type World } from '../core/world.ts';
import { hashWorld } from '../core/world-hash.ts';
import type { Session } from '../scenarios/index.ts';
import type { Stream } from './arrivals.ts';
import type { HeldOn } from './held-on.ts';
import { type Account, type Ledger, offOf, restedOf, wastedPlaceOf, wasWasted } from './ledger.ts';
import { isScripted } from './scripted-callbacks.ts';
import { COUNTS, type Count, type WorkingDevice } from './working-device.ts';

/** Numbers that are kept of all episodes together, 8 bytes each. */
const MOST_NUMBERS = 1 << 21;
/** Rests without a request of a known kind behind one of them: then looking for them costs more than it spares. */
const MOST_IN_VAIN = 2_000;

/** Something was up behind a way down that had begun before the request. Microseconds: since the request, of rest, of being off. */
interface WayUpOf {
  readonly account: Account;
  readonly after: number;
  readonly rested: number;
  readonly off: number;
}

/** How an account that went down stands behind an episode: microseconds since then, of rest, of being off. */
interface Down {
  readonly account: Account;
  readonly since: number;
  readonly rested: number;
  readonly off: number;
}

/** What one request came to. */
interface Episode {
  /** Microseconds from the request until all rests. */
  readonly length: number;
  /** What was added to which place of which sums, without ways down from before the request that were not worth it. */
  readonly sums: readonly Float64Array[];
  readonly places: readonly number[];
  readonly added: readonly number[];
  readonly counts: readonly (readonly [device: WorkingDevice, counts: Readonly<Record<Count, number>>])[];
  readonly latencies: readonly (readonly [device: WorkingDevice, latency: number, count: number])[];
  readonly waysUp: readonly WayUpOf[];
  readonly down: readonly Down[];
  readonly held: readonly (readonly (readonly [code: number, time: number])[])[];
}

/** Episodes from one state at rest, by stream, then by the time of the work. */
type Kinds = Map<Stream, Map<number, Episode>>;

/** What was there when a request came. */
interface Begun {
  readonly state: string;
  readonly stream: Stream;
  readonly work: number;
  readonly at: number;
  readonly sums: readonly Float64Array[];
  readonly counts: readonly Readonly<Record<Count, number>>[];
  readonly latencies: readonly ReadonlyMap<number, number>[];
  readonly held: readonly ReadonlyMap<number, number>[];
  readonly heldNow: string;
  readonly waysUp: (WayUpOf & { readonly isWasted: boolean })[];
}

/** What decides how a run goes on, and what it has come to. */
export interface EpisodeParts {
  readonly session: Session;
  readonly devices: readonly WorkingDevice[];
  readonly streams: readonly Stream[];
  readonly ledger: Ledger;
  readonly heldOn: HeldOn | undefined;
}

/** Whether every autosuspend delay has passed since its device was busy last: then the age of that says nothing any more. */
function isAged(world: World): boolean {
  return world.devices.every(
    ({ power: { useAutosuspend, autosuspendDelay, lastBusy } }) =>
      !useAutosuspend || lastBusy + inTicks(world, Math.max(autosuspendDelay, 0)) <= world.now,
  );
}

export class Episodes {
  readonly #parts: EpisodeParts;
  readonly #world: World;
  readonly #byState = new Map<string, Kinds>();
  /** The state of a system that rests, if it is known. */
  #state: string | undefined;
  #begun: Begun | undefined;
  #numbers = 0;
  #inVain = 0;
  /** Requests whose episode was known. */
  known = 0;

  /** Undefined where what comes of a request does not follow from what is looked at here. */
  static of(parts: EpisodeParts): Episodes | undefined {
    const hasMachine = parts.devices.some(({ machine }) => machine !== undefined);
    return hasMachine || isScripted(parts.session) ? undefined : new Episodes(parts);
  }

  private constructor(parts: EpisodeParts) {
    this.#parts = parts;
    this.#world = parts.session.world;
    parts.ledger.onCameUp = (account, now, isWasted) => this.#cameUp(account, now, isWasted);
  }

  /** A request has come and is to be carried out. */
  request(stream: Stream, now: number): void {
    if (this.#state === undefined) {
      // Another one came before: what comes of the two is not what comes of one.
      this.#begun = undefined;
      return;
    }
    const { ledger, heldOn, devices } = this.#parts;
    ledger.settle(now);
    heldOn?.close(now);
    this.#begun = {
      state: this.#state,
      stream,
      work: stream.work,
      at: now,
      sums: ledger.accounts.map(({ sums }) => sums.slice()),
      counts: devices.map(({ requests, finished, missed, failed }) => ({
        requests,
        finished,
        missed,
        failed,
      })),
      latencies: devices.map(({ latencies }) => new Map(latencies)),
      held: heldOn?.snapshot() ?? [],
      heldNow: heldOn?.nowText() ?? '',
      waysUp: [],
    };
    this.#state = undefined;
  }

  #cameUp(account: Account, now: number, isWasted: boolean): void {
    const begun = this.#begun;
    if (begun === undefined || account.wentDown >= begun.at) return;
    const before = begun.sums[this.#parts.ledger.accounts.indexOf(account)]!;
    const asThen = { ...account, sums: before } as Account;
    const rested = restedOf(account) - restedOf(asThen);
    begun.waysUp.push({
      account,
      after: now - begun.at,
      rested,
      off: offOf(account) - offOf(asThen),
      isWasted,
    });
  }

  /** Whether it is not known whether, or in which state, the system rests. */
  get isAwake(): boolean {
    return this.#state === undefined;
  }

  /** All rests, and the clock is about to move. */
  settle(): void {
    if (this.#inVain > MOST_IN_VAIN || !isAged(this.#world)) {
      this.#begun = undefined;
      return;
    }
    this.#inVain++;
    const { ledger, heldOn } = this.#parts;
    const { now } = this.#world;
    ledger.settle(now);
    heldOn?.close(now);
    this.#state = this.#stateText();
    this.#finish(this.#state, now);
  }

  /**
   * Goes past the requests whose episodes are known, while the clock of the World stands. Returns by how many microseconds the run is
   * shorter now.
   * @param since microseconds since the workload began
   * @param length of the workload
   */
  pass(since: number, length: number): number {
    const kinds = this.#state === undefined ? undefined : this.#byState.get(this.#state);
    if (kinds === undefined) return 0;
    this.#parts.ledger.settle(this.#world.now);
    this.#parts.heldOn?.close(this.#world.now);
    return this.#passKnown(kinds, since, length);
  }

  /** Passes requests from a time of the workload on, and returns how much later it is then. */
  #passKnown(kinds: Kinds, from: number, end: number): number {
    let at = from;
    for (;;) {
      const stream = this.#nextStream();
      const episode = kinds.get(stream)?.get(stream.work);
      if (episode === undefined) break;
      const until = stream.at + episode.length;
      if (until >= Math.min(end, stream.following) || !this.#isAlone(stream, until)) break;
      this.#add(episode, stream.at - at);
      at = until;
      stream.advance();
      this.known++;
      this.#inVain = 0;
    }
    return at - from;
  }

  #nextStream(): Stream {
    const { streams } = this.#parts;
    let next = streams[0]!;
    for (let index = 1; index < streams.length; index++)
      if (streams[index]!.at < next.at) next = streams[index]!;
    return next;
  }

  #isAlone(stream: Stream, until: number): boolean {
    const { streams } = this.#parts;
    for (let index = 0; index < streams.length; index++)
      if (streams[index] !== stream && streams[index]!.at <= until) return false;
    return true;
  }

  /** Adds a rest of `gap` microseconds, and an episode behind it. The clock of the World stands still meanwhile. */
  #add({ length, sums, places, added, counts, latencies, waysUp, down, held }: Episode, gap: number): void {
    const { ledger, heldOn } = this.#parts;
    const { accounts } = ledger;
    const { now } = this.#world;
    for (let index = 0; index < accounts.length; index++) {
      const account = accounts[index]!;
      account.sums[account.state]! += gap;
    }
    for (let index = 0; index < waysUp.length; index++) {
      const { account, after, rested, off } = waysUp[index]!;
      const before = account.kind === 'device' ? account.restBefore : 0;
      const way = {
        down: now + gap + after - account.wentDown,
        rested: restedOf(account) + rested - before,
        off: offOf(account) + off - account.offBefore,
      };
      if (wasWasted(account, way)) account.sums[wastedPlaceOf(account)]!++;
    }
    for (let index = 0; index < added.length; index++) sums[index]![places[index]!]! += added[index]!;
    for (let index = 0; index < accounts.length; index++) {
      const account = accounts[index]!;
      // It is as long ago as before, and so much longer; those that have been up since are set below.
      if (account.wentDown >= 0) account.wentDown -= gap + length;
    }
    for (let index = 0; index < down.length; index++) {
      const { account, since, rested, off } = down[index]!;
      account.wentDown = now - since;
      account.offBefore = offOf(account) - off;
      if (account.kind === 'device') account.restBefore = restedOf(account) - rested;
    }
    for (let index = 0; index < counts.length; index++) {
      const [device, { requests, finished, missed, failed }] = counts[index]!;
      device.requests += requests;
      device.finished += finished;
      device.missed += missed;
      device.failed += failed;
    }
    for (let index = 0; index < latencies.length; index++) {
      const [device, latency, count] = latencies[index]!;
      device.latencies.set(latency, (device.latencies.get(latency) ?? 0) + count);
    }
    heldOn?.add(gap, held);
  }

  /** Keeps what has come of the last request, if it has led back to the state before it. */
  #finish(state: string, now: number): void {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun === undefined) return;
    const { ledger, heldOn, devices } = this.#parts;
    const { accounts } = ledger;
    const size = accounts.reduce((sum, { sums }) => sum + sums.length, 64);
    const isBack = begun.state === state && begun.heldNow === (heldOn?.nowText() ?? '');
    if (!isBack || this.#numbers + size > MOST_NUMBERS) return;
    this.#numbers += size;
    const all = accounts.map((account, index) =>
      account.sums.map((sum, at) => sum - begun.sums[index]![at]!),
    );
    for (const { account, isWasted } of begun.waysUp)
      if (isWasted) all[accounts.indexOf(account)]![wastedPlaceOf(account)]!--;
    const additions = all.flatMap((sums, index) =>
      [...sums.entries()].flatMap(([place, added]) =>
        added === 0 ? [] : [{ sums: accounts[index]!.sums, place, added }],
      ),
    );
    const episode: Episode = {
      length: now - begun.at,
      sums: additions.map(({ sums }) => sums),
      places: additions.map(({ place }) => place),
      added: additions.map(({ added }) => added),
      counts: devices.flatMap((device, index) => {
        const grown = COUNTS.map((count) => [count, device[count] - begun.counts[index]![count]] as const);
        return grown.some(([, by]) => by !== 0)
          ? [[device, Object.fromEntries(grown) as Record<Count, number>] as const]
          : [];
      }),
      latencies: devices.flatMap((device, index) =>
        [...device.latencies].flatMap(([latency, count]) => {
          const added = count - (begun.latencies[index]!.get(latency) ?? 0);
          return added === 0 ? [] : [[device, latency, added] as const];
        }),
      ),
      waysUp: begun.waysUp,
      down: accounts.flatMap((account) => {
        if (account.wentDown < begun.at) return [];
        const rested = account.kind === 'device' ? restedOf(account) - account.restBefore : 0;
        return [{ account, since: now - account.wentDown, rested, off: offOf(account) - account.offBefore }];
      }),
      held: heldOn?.since(begun.held) ?? [],
    };
    const kinds: Kinds = this.#byState.get(state) ?? new Map();
    this.#byState.set(state, kinds);
    const ofStream = kinds.get(begun.stream) ?? new Map<number, Episode>();
    kinds.set(begun.stream, ofStream);
    ofStream.set(begun.work, episode);
  }

  #stateText(): string {
    const { ledger, devices } = this.#parts;
    const accounts = ledger.accounts.map((account) =>
      account.kind === 'device'
        ? `${account.state} ${account.rest} ${account.callback} ${account.isThrough} ${account.wentDown < 0}`
        : `${account.state} ${account.wentDown < 0}`,
    );
    const held = devices.map((device) => device.held);
    return `${hashWorld(this.#world, { ageLimit: 0 })}|${accounts.join()}|${held.join()}`;
  }
}
