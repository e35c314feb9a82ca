/** From the accounts of a run to what is said of it. */
import type { DeviceCosts } from '../scenario-files/index.ts';
import type { Cause, DeviceResult, DomainResult, HeldShare, PolicyResult, StateShare } from './comparison.ts';
import { deviceEnergies, domainEnergies, nanojoules, sumOf } from './energy.ts';
import { holderOf, pairOf } from './held-on.ts';
import { type DeviceAccount, DOMAIN_COUNTS, type DomainAccount, placesOf } from './ledger.ts';
import { domainName, type PolicyRun } from './run-policy.ts';
import { addedUp, wakeLatencyOf } from './wake-latency.ts';

const DOMAIN_STATES = ['on', 'going off', 'going on', 'off'];

/** Names of the states of a device, in the order of its account. */
function stateNames({ rest }: DeviceCosts): string[] {
  const names = rest.map(({ name }) => name);
  const resuming = rest.length === 1 ? ['resuming'] : names.map((name) => `resuming from ${name}`);
  return ['active', 'suspending', 'off', ...names, ...resuming];
}

function shares(names: readonly string[], times: Float64Array, energies: readonly bigint[]): StateShare[] {
  return names.flatMap((state, at) => {
    const time = times[at]!;
    const energy = energies[at]!;
    return time === 0 && energy === 0n ? [] : [{ state, time, energy: nanojoules(energy) }];
  });
}

/** Femtojoules of a run as a whole. */
export function energyOfRun({ ledger }: PolicyRun): bigint {
  return [...ledger.devices.map(deviceEnergies), ...ledger.domains.map(domainEnergies)].reduce(
    (sum, energies) => sum + sumOf(energies),
    0n,
  );
}

/** The holder of a reason, and the name that goes with it. */
function namedHolder(run: PolicyRun, code: number): Pick<HeldShare, 'holder' | 'by'> {
  const { holder, id } = holderOf(code);
  if (holder === 'subdomain') return { holder, by: domainName(run, id) };
  const isNamed = holder === 'child' || holder === 'consumer' || holder === 'member';
  return { holder, by: isNamed ? run.world.devices[id]!.name : null };
}

function heldShares(run: PolicyRun, times: ReadonlyMap<number, number> | undefined): HeldShare[] {
  const direct = new Map<number, number>();
  for (const [code, time] of times ?? []) {
    const { direct: reason } = pairOf(code);
    direct.set(reason, (direct.get(reason) ?? 0) + time);
  }
  return [...direct]
    .map(([code, time]) => ({ ...namedHolder(run, code), time }))
    .sort((one, other) => other.time - one.time);
}

/** The least that something draws, nanowatts. */
function leastOf(costs: DeviceCosts): number {
  return Math.min(costs.off, ...costs.rest.map(({ power }) => power));
}

/** What lies behind all that was on without work. */
function causesOf(run: PolicyRun): Cause[] {
  const { heldOn, ledger, world } = run;
  if (heldOn === undefined) return [];
  const found = new Map<
    number,
    { energy: bigint; keeps: { name: string; time: number; energy: bigint }[] }
  >();
  const entities = [
    ...ledger.devices.map(({ costs }) => ({ costs, above: costs.active - leastOf(costs) })),
    ...ledger.domains.map(({ costs }) => ({ costs, above: costs.on - costs.off })),
  ];
  for (const [at, { costs, above }] of entities.entries()) {
    for (const [code, time] of heldOn.times[at]!) {
      const { root } = pairOf(code);
      const { holder } = holderOf(root);
      if (holder === 'work' || holder === 'transition') continue;
      const cause = found.get(root) ?? { energy: 0n, keeps: [] };
      const energy = BigInt(above) * BigInt(time);
      cause.energy += energy;
      const known = cause.keeps.find(({ name }) => name === costs.name);
      if (known === undefined) cause.keeps.push({ name: costs.name, time, energy });
      else {
        known.time += time;
        known.energy += energy;
      }
      found.set(root, cause);
    }
  }
  return [...found]
    .sort(([, one], [, other]) => (one.energy === other.energy ? 0 : one.energy < other.energy ? 1 : -1))
    .map(([root, { energy, keeps }]) => {
      const { holder, id } = holderOf(root);
      const isDomain = holder === 'domain flag' || holder === 'domain refuses';
      const isDelay = holder === 'autosuspend timer' || holder === 'negative autosuspend delay';
      return {
        holder,
        of: isDomain ? domainName(run, id) : world.devices[id]!.name,
        energy: nanojoules(energy),
        keeps: keeps
          .sort((one, other) => Number(other.energy - one.energy) || other.time - one.time)
          .map(({ name, time }) => ({ name, time })),
        delay: isDelay ? world.devices[id]!.power.autosuspendDelay : null,
      };
    });
}

function deviceResult(run: PolicyRun, account: DeviceAccount, at: number): DeviceResult {
  const { costs, sums } = account;
  const places = placesOf(costs);
  const energies = deviceEnergies(account);
  const working = run.runner.devices.find(({ id }) => id === account.id);
  return {
    device: costs.name,
    energy: nanojoules(sumOf(energies)),
    states: shares(stateNames(costs), sums, energies),
    suspends: sums[places.suspends]!,
    resumes: costs.rest.reduce((sum, _, rest) => sum + sums[places.resumes + rest]!, 0),
    failed: sums[places.failed]!,
    wasted: sums[places.wasted]!,
    requests: working?.requests ?? 0,
    missed: working?.missed ?? 0,
    wake: working === undefined ? null : wakeLatencyOf(working.latencies),
    held: heldShares(run, run.heldOn?.times[at]),
  };
}

function domainResult(run: PolicyRun, account: DomainAccount, at: number): DomainResult {
  const { costs, sums } = account;
  const energies = domainEnergies(account);
  return {
    domain: costs.name,
    energy: nanojoules(sumOf(energies)),
    states: shares(DOMAIN_STATES, sums, energies),
    offs: sums[DOMAIN_COUNTS.offs]!,
    ons: sums[DOMAIN_COUNTS.ons]!,
    wasted: sums[DOMAIN_COUNTS.wasted]!,
    held: heldShares(run, run.heldOn?.times[at]),
  };
}

/** A ratio, to four places behind the point. */
function ratio(one: bigint, other: bigint): number | null {
  return other === 0n ? null : Number((one * 10_000n + other / 2n) / other) / 10_000;
}

/** What came of a policy, in relation to always on and to the oracle, both in femtojoules. */
export function policyResult(run: PolicyRun, alwaysOn: bigint, oracle: bigint): PolicyResult {
  const { ledger, runner, policy } = run;
  const energy = energyOfRun(run);
  const devices = ledger.devices.map((account, at) => deviceResult(run, account, at));
  const domains = ledger.domains.map((account, at) => domainResult(run, account, ledger.devices.length + at));
  const sum = (of: 'requests' | 'finished' | 'failed' | 'missed') =>
    runner.devices.reduce((total, device) => total + device[of], 0);
  return {
    policy: policy.name,
    description: policy.description,
    energy: nanojoules(energy),
    ofAlwaysOn: ratio(energy, alwaysOn) ?? 1,
    ofOracle: ratio(energy, oracle),
    requests: sum('requests'),
    finished: sum('finished'),
    failed: sum('failed'),
    missed: sum('missed'),
    wake: wakeLatencyOf(addedUp(runner.devices.map(({ latencies }) => latencies))),
    suspends: devices.reduce((total, { suspends }) => total + suspends, 0),
    wasted: [...devices, ...domains].reduce((total, { wasted }) => total + wasted, 0),
    devices,
    domains,
    causes: causesOf(run),
    spread: null,
    repeated:
      runner.repetition.times === 0
        ? null
        : { period: runner.repetition.period, times: runner.repetition.times },
  };
}
