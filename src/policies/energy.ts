/** Energies of an account, in femtojoules as big integers: nanowatts for microseconds, without rounding. */
import type { TransitionCost } from '../scenario-files/index.ts';
import {
  ACTIVE,
  type DeviceAccount,
  DOMAIN_COUNTS,
  DOMAIN_OFF,
  type DomainAccount,
  GOING_OFF,
  GOING_ON,
  OFF,
  ON,
  placesOf,
  REST,
  SUSPENDING,
} from './ledger.ts';

const FEMTOJOULES_PER_NANOJOULE = 1_000_000n;

function product(one: number, other: number): bigint {
  return BigInt(one) * BigInt(other);
}

/** Of a transition that went on for `time`, `count` times, all in all. */
function ofTransition(cost: TransitionCost, active: number, time: number, count: number): bigint {
  return cost.energy === undefined
    ? product(active, time)
    : product(cost.energy, count) * FEMTOJOULES_PER_NANOJOULE;
}

/** What a device took in each state: active, suspending, off, where it rests, and resuming from there. */
export function deviceEnergies({ costs, sums }: DeviceAccount): bigint[] {
  const { suspends, resuming, resumes } = placesOf(costs);
  return [
    product(costs.active, sums[ACTIVE]!),
    ofTransition(costs.suspend, costs.active, sums[SUSPENDING]!, sums[suspends]!),
    product(costs.off, sums[OFF]!),
    ...costs.rest.map(({ power }, rest) => product(power, sums[REST + rest]!)),
    ...costs.rest.map(({ exit }, rest) =>
      ofTransition(exit, costs.active, sums[resuming + rest]!, sums[resumes + rest]!),
    ),
  ];
}

/** What a power domain took in each state: on, going off, going on, off. */
export function domainEnergies({ costs, sums }: DomainAccount): bigint[] {
  return [
    product(costs.on, sums[ON]!),
    ofTransition(costs.powerOff, costs.on, sums[GOING_OFF]!, sums[DOMAIN_COUNTS.offs]!),
    ofTransition(costs.powerOn, costs.on, sums[GOING_ON]!, sums[DOMAIN_COUNTS.ons]!),
    product(costs.off, sums[DOMAIN_OFF]!),
  ];
}

export function sumOf(energies: readonly bigint[]): bigint {
  return energies.reduce((sum, energy) => sum + energy, 0n);
}

/** Nanojoules, to the nearest one. */
export function nanojoules(femtojoules: bigint): number {
  return Number((femtojoules + FEMTOJOULES_PER_NANOJOULE / 2n) / FEMTOJOULES_PER_NANOJOULE);
}
