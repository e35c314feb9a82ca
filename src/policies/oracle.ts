/**
 * The ideal oracle: less than this no policy can take that serves each request when it comes, or as late as waking up takes.
 *
 * It knows when every request comes. For each device and domain by itself: it draws its active power while work needs it, and the least
 * of its powers otherwise; and in a gap between two pieces of work it takes what is cheaper, staying up or the way down and up again. A
 * late start moves work together, by no more than waking takes, so each gap counts as shorter by that. What several devices need is at
 * least what one of them needs, or what all of them need for certain at the same time. The sum is a lower bound; where gaps are long it
 * is what a policy that wakes ahead of time comes to.
 */
import {
  type DeviceCosts,
  type DomainCosts,
  transitionFemtojoules,
  type WorkPlan,
} from '../scenario-files/index.ts';
import type { Stream } from './arrivals.ts';
import type { Needs } from './needs.ts';

/** One way down and up: what it takes beyond resting at the least power, and how much more its rest draws than that. */
interface Way {
  /** Femtojoules. */
  readonly overhead: bigint;
  readonly overheadNumber: number;
  /** Nanowatts. */
  readonly above: number;
  /** Microseconds of both transitions. */
  readonly length: number;
}

/** Something that is on while work needs it. */
interface Entity {
  /** Nanowatts. */
  readonly active: number;
  readonly least: number;
  readonly ways: readonly Way[];
}

/** What gaps come to, exactly: microseconds of staying up, and by way how often and for how many microseconds it was taken. */
class Gaps {
  readonly entity: Entity;
  #stayed = 0;
  readonly #taken: Float64Array;
  readonly #rested: Float64Array;

  constructor(entity: Entity) {
    this.entity = entity;
    this.#taken = new Float64Array(entity.ways.length);
    this.#rested = new Float64Array(entity.ways.length);
  }

  add(gap: number): void {
    if (gap <= 0) return;
    const { active, least, ways } = this.entity;
    let best = -1;
    let lowest = gap * (active - least);
    for (let at = 0; at < ways.length; at++) {
      const { overheadNumber, above, length } = ways[at]!;
      const cost = overheadNumber + above * Math.max(0, gap - length);
      if (cost < lowest) {
        lowest = cost;
        best = at;
      }
    }
    if (best < 0) this.#stayed += gap;
    else {
      this.#taken[best]!++;
      this.#rested[best]! += Math.max(0, gap - ways[best]!.length);
    }
  }

  /** Femtojoules beyond the least power. */
  total(): bigint {
    const { active, least, ways } = this.entity;
    return ways.reduce(
      (sum, { overhead, above }, at) =>
        sum + overhead * BigInt(this.#taken[at]!) + BigInt(above) * BigInt(this.#rested[at]!),
      BigInt(active - least) * BigInt(this.#stayed),
    );
  }
}

function entityOfDevice(costs: DeviceCosts): Entity {
  const least = Math.min(costs.off, ...costs.rest.map(({ power }) => power));
  const ways = costs.rest.flatMap(({ power, exit }) => {
    const energy =
      transitionFemtojoules(costs.suspend, costs.active) + transitionFemtojoules(exit, costs.active);
    const length = costs.suspend.latency + exit.latency;
    const way = (rest: number): Way => {
      const overhead = energy - BigInt(least) * BigInt(length);
      return { overhead, overheadNumber: Number(overhead), above: rest - least, length };
    };
    return [way(power), way(costs.off)];
  });
  return { active: costs.active, least, ways };
}

function entityOfDomain(costs: DomainCosts): Entity {
  const least = costs.off;
  const length = costs.powerOff.latency + costs.powerOn.latency;
  const energy =
    transitionFemtojoules(costs.powerOff, costs.on) + transitionFemtojoules(costs.powerOn, costs.on);
  const overhead = energy - BigInt(least) * BigInt(length);
  return {
    active: costs.on,
    least,
    ways: [{ overhead, overheadNumber: Number(overhead), above: 0, length }],
  };
}

/** What one device's requests ask of one entity. */
interface Demand {
  readonly gaps: Gaps;
  work: number;
}

/** What an entity is asked for. */
interface Asked {
  readonly entity: Entity;
  readonly demands: Demand[];
  /** Work that is certain to be under way, whatever is late: of all devices together. */
  readonly certain: { readonly gaps: Gaps; work: number; until: number };
}

/** A device that works, in the order of its requests. */
interface Leaf {
  readonly wake: number;
  readonly asked: readonly { readonly of: Asked; readonly demand: Demand }[];
  freeAt: number;
}

export interface OracleInput {
  readonly devices: readonly DeviceCosts[];
  readonly domains: readonly DomainCosts[];
  readonly workload: WorkPlan;
  readonly streams: readonly Stream[];
  /** By device of a stream. */
  readonly needs: ReadonlyMap<string, { readonly needs: Needs; readonly wake: number }>;
}

function serve(leaf: Leaf, at: number, work: number, length: number): void {
  const start = Math.max(at, leaf.freeAt);
  const gap = start - leaf.freeAt;
  const isFirst = leaf.freeAt < 0;
  leaf.freeAt = start + work;
  const latest = start + leaf.wake;
  const certain = Math.min(work, length - latest);
  if (certain < 0 || latest >= length) return;
  for (const { of, demand } of leaf.asked) {
    demand.work += certain;
    if (!isFirst) demand.gaps.add(gap - leaf.wake);
    const end = Math.min(start + work, length);
    const all = of.certain;
    if (end <= latest || end <= all.until) continue;
    if (latest > all.until) {
      if (all.until >= 0) all.gaps.add(latest - all.until);
      all.work += end - latest;
    } else all.work += end - all.until;
    all.until = end;
  }
}

/** Femtojoules of the oracle, by device and by domain. */
export function oracleEnergies({ devices, domains, workload, streams, needs }: OracleInput): {
  readonly devices: ReadonlyMap<string, bigint>;
  readonly domains: ReadonlyMap<string, bigint>;
  readonly total: bigint;
} {
  const { length } = workload;
  const ask = (entity: Entity): Asked => ({
    entity,
    demands: [],
    certain: { gaps: new Gaps(entity), work: 0, until: -1 },
  });
  const askedDevices = new Map(devices.map((costs) => [costs.name, ask(entityOfDevice(costs))]));
  const askedDomains = new Map(domains.map((costs) => [costs.name, ask(entityOfDomain(costs))]));
  const leaves = new Map<string, Leaf>();
  for (const [name, { needs: needed, wake }] of needs) {
    const all = [
      ...[...needed.devices].flatMap((device) => askedDevices.get(device) ?? []),
      ...[...needed.domains].flatMap((domain) => askedDomains.get(domain) ?? []),
    ];
    const asked = all.map((of) => {
      const demand: Demand = { gaps: new Gaps(of.entity), work: 0 };
      of.demands.push(demand);
      return { of, demand };
    });
    leaves.set(name, { wake, asked, freeAt: -1 });
  }
  const ofStream = streams.map(({ plan }) => leaves.get(plan.device)!);
  for (;;) {
    let first = 0;
    for (let index = 1; index < streams.length; index++)
      if (streams[index]!.at < streams[first]!.at) first = index;
    const stream = streams[first];
    if (stream === undefined || stream.at >= length) break;
    serve(ofStream[first]!, stream.at, stream.work, length);
    stream.advance();
  }
  const energyOf = ({ entity, demands, certain }: Asked): bigint => {
    const { active, least } = entity;
    return [...demands, certain].reduce((most, { work, gaps }) => {
      const energy = BigInt(active) * BigInt(work) + BigInt(least) * BigInt(length - work) + gaps.total();
      return energy > most ? energy : most;
    }, BigInt(least) * BigInt(length));
  };
  const energies = (asked: ReadonlyMap<string, Asked>) =>
    new Map([...asked].map(([name, each]) => [name, energyOf(each)]));
  const found = { devices: energies(askedDevices), domains: energies(askedDomains) };
  const total = [...found.devices.values(), ...found.domains.values()].reduce((sum, one) => sum + one, 0n);
  return { ...found, total };
}
