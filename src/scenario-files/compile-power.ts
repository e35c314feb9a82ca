/** What devices and power domains draw and what their transitions cost, as whole numbers, with what cannot be refused. */
import {
  type DeviceCosts,
  type DomainCosts,
  type RestState,
  type TransitionCost,
  transitionFemtojoules,
} from './compiled-policies.ts';
import type { Complaints, KeyPath } from './complaints.ts';
import type { DevicePowerData, DomainPowerData, IdleStateData, TransitionData } from './policy-file.ts';
import {
  ENERGY_HINT,
  POWER_HINT,
  parseEnergy,
  parseMicroseconds,
  parsePower,
  TIME_HINT,
  type Wrong,
} from './power-quantities.ts';

type Parse = (text: string) => number | Wrong;

/** The number of a text; 0 and a complaint where it has none. */
function numberOf(complaints: Complaints, parse: Parse, hint: string, text: string, path: KeyPath): number {
  const value = parse(text);
  if (typeof value === 'number') return value;
  complaints.add(path, value.wrong, hint);
  return 0;
}

export function powerOf(complaints: Complaints, text: string, path: KeyPath): number {
  return numberOf(complaints, parsePower, POWER_HINT, text, path);
}

export function timeOf(complaints: Complaints, text: string, path: KeyPath): number {
  return numberOf(complaints, parseMicroseconds, TIME_HINT, text, path);
}

function costOf(complaints: Complaints, data: TransitionData | undefined, path: KeyPath): TransitionCost {
  const { latency, energy } = data ?? {};
  return {
    latency: latency === undefined ? 0 : timeOf(complaints, latency, [...path, 'latency']),
    energy:
      energy === undefined
        ? undefined
        : numberOf(complaints, parseEnergy, ENERGY_HINT, energy, [...path, 'energy']),
  };
}

/** Going down and up again must take at least what staying down for that time takes, else going would be a state of its own. */
function checkWay(
  complaints: Complaints,
  down: TransitionCost,
  up: TransitionCost,
  active: number,
  rest: number,
  path: KeyPath,
): void {
  const way = transitionFemtojoules(down, active) + transitionFemtojoules(up, active);
  if (way >= BigInt(rest) * BigInt(down.latency + up.latency)) return;
  const what = 'going there and back takes less energy than being there for the same time';
  complaints.add(path, what, 'raise the energy of the transitions, or shorten them');
}

function idleStateOf(
  complaints: Complaints,
  data: IdleStateData,
  above: RestState,
  resume: TransitionCost,
  path: KeyPath,
): RestState {
  const state: RestState = {
    name: data.name,
    power: powerOf(complaints, data.power, [...path, 'power']),
    exit: {
      latency:
        data.latency === undefined ? resume.latency : timeOf(complaints, data.latency, [...path, 'latency']),
      energy:
        data.energy === undefined
          ? resume.energy
          : numberOf(complaints, parseEnergy, ENERGY_HINT, data.energy, [...path, 'energy']),
    },
    residency: data.residency === undefined ? 0 : timeOf(complaints, data.residency, [...path, 'residency']),
  };
  if (state.power > above.power)
    complaints.add(
      [...path, 'power'],
      `it draws more than '${above.name}' before it`,
      'the deeper, the less',
    );
  if (state.exit.latency < above.exit.latency)
    complaints.add(
      data.latency === undefined ? path : [...path, 'latency'],
      `it resumes faster than '${above.name}' before it`,
      'the deeper, the slower',
    );
  return state;
}

function checkIdleState(
  complaints: Complaints,
  state: RestState,
  costs: Pick<DeviceCosts, 'active' | 'suspend'>,
  path: KeyPath,
): void {
  const { exit, power, residency } = state;
  checkWay(complaints, costs.suspend, exit, costs.active, power, path);
  const way = costs.suspend.latency + exit.latency;
  if (residency > 0 && residency < way)
    complaints.add(
      [...path, 'residency'],
      `shorter than going there and back, ${way}us`,
      'the residency holds both latencies',
    );
}

/** What a device costs. Outside of a power domain it is never off. */
export function compileDevicePower(
  complaints: Complaints,
  name: string,
  data: DevicePowerData,
  isInDomain: boolean,
  path: KeyPath,
): DeviceCosts {
  const before = complaints.count;
  const active = powerOf(complaints, data.active, [...path, 'active']);
  const suspended = powerOf(complaints, data.suspended, [...path, 'suspended']);
  const off = data.off === undefined ? 0 : powerOf(complaints, data.off, [...path, 'off']);
  const suspend = costOf(complaints, data.suspend, [...path, 'suspend']);
  const resume = costOf(complaints, data.resume, [...path, 'resume']);
  // A number that could not be read is no less and no more than another.
  const isRead = complaints.count === before;
  if (isRead && suspended > active)
    complaints.add([...path, 'suspended'], 'it draws more suspended than active', 'exchange the two');
  if (isRead && off > suspended)
    complaints.add([...path, 'off'], 'it draws more off than suspended', 'exchange the two');
  const rest: RestState[] = [{ name: 'suspended', power: suspended, exit: resume, residency: 0 }];
  if (isRead) checkWay(complaints, suspend, resume, active, suspended, path);
  const taken = new Set(['active', 'suspending', 'resuming', 'suspended', 'off']);
  for (const [at, each] of (data.idle_states ?? []).entries()) {
    const where = [...path, 'idle_states', at];
    if (taken.has(each.name))
      complaints.add([...where, 'name'], `a second state '${each.name}'`, 'names are unique; rename one');
    taken.add(each.name);
    const state = idleStateOf(complaints, each, rest.at(-1)!, resume, where);
    if (isRead) checkIdleState(complaints, state, { active, suspend }, where);
    rest.push(state);
  }
  if (data.off !== undefined && !isInDomain)
    complaints.add(
      [...path, 'off'],
      `'${name}' is in no power domain`,
      'leave it out, or add power_domain',
      true,
    );
  return { name, active, off: isInDomain ? off : rest.at(-1)!.power, suspend, rest };
}

/** What a power domain costs. */
export function compileDomainPower(
  complaints: Complaints,
  name: string,
  data: DomainPowerData,
  path: KeyPath,
): DomainCosts {
  const on = powerOf(complaints, data.on, [...path, 'on']);
  const off = powerOf(complaints, data.off, [...path, 'off']);
  const powerOn = costOf(complaints, data.power_on, [...path, 'power_on']);
  const powerOff = costOf(complaints, data.power_off, [...path, 'power_off']);
  if (off > on) complaints.add([...path, 'off'], 'it draws more off than on', 'exchange the two');
  checkWay(complaints, powerOff, powerOn, on, off, path);
  return { name, on, off, powerOn, powerOff };
}
