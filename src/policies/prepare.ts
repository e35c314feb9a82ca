/**
 * A scenario with one of its policies, set up: the same scenario as in a run of steps, but for links that the policy changes, and
 * with a driver for devices that have none.
 */
import type { Board } from '../core/board.ts';
import {
  BUS,
  compileScenario,
  type PolicyPlan,
  placesByPath,
  type ScenarioDevice,
  type ScenarioDriver,
  type ScenarioFile,
  type ScenarioLink,
  worldOf,
} from '../scenario-files/index.ts';
import { createSession, runCommands, type Session } from '../scenarios/index.ts';

/** The driver of devices that no driver of the scenario matches. */
export const PLAIN_DRIVER = 'plain';
const CALLBACKS = ['runtime_suspend', 'runtime_resume'] as const;

/** Ticks in a millisecond: the clock of a policy run has microseconds, as data sheets have. */
const TICKS = 1000;

/** What a policy is without a policy: the scenario as it is written. */
export const AS_WRITTEN: PolicyPlan = {
  name: 'as written',
  description: null,
  commands: [],
  links: [],
  dma: undefined,
  restStates: {},
  machines: {},
};

/** Every device stays active. */
export function alwaysOn({ devices = [] }: ScenarioFile): PolicyPlan {
  return {
    ...AS_WRITTEN,
    name: 'always on',
    commands: devices.map((device) => `rpm forbid ${typeof device === 'string' ? device : device.name}`),
  };
}

function linksWith(links: readonly ScenarioLink[], { links: changes }: PolicyPlan): ScenarioLink[] {
  const isSame = (one: ScenarioLink, other: ScenarioLink) =>
    one.consumer === other.consumer && one.supplier === other.supplier;
  const kept = links.filter((link) => !changes.some((change) => isSame(change, link)));
  const added = changes.flatMap(({ exists = true, ...link }) => (exists ? [link] : []));
  return [...kept, ...added];
}

/** Drivers with the callbacks whose power the scenario knows, and one for devices that have no driver. */
function driversOf({ devices = [], drivers = [] }: ScenarioFile): ScenarioDriver[] {
  const matched = new Set(drivers.flatMap(({ match = [] }) => [match].flat()));
  const plain = devices
    .map((device): ScenarioDevice => (typeof device === 'string' ? { name: device } : device))
    .filter(({ name, add }) => !matched.has(name) && !name.includes(',') && add !== false);
  const group = (name: string, members: readonly ScenarioDevice[], rest: Partial<ScenarioDriver>) =>
    members.length === 0
      ? []
      : [{ name, match: members.map((device) => device.name), ops: CALLBACKS, ...rest }];
  return [
    ...drivers.map((driver) => ({ ...driver, ops: [...(driver.ops ?? []), ...CALLBACKS] })),
    // A device that says how its runtime PM is has it enabled from when it is made.
    ...group(
      PLAIN_DRIVER,
      plain.filter(({ runtime_pm }) => runtime_pm === undefined),
      { runtime_pm: {} },
    ),
    ...group(
      `${PLAIN_DRIVER}-2`,
      plain.filter(({ runtime_pm }) => runtime_pm !== undefined),
      {},
    ),
  ];
}

/** A scenario that stands where its workload begins. */
export interface PreparedScenario {
  readonly session: Session;
  /** The commands that set it up. */
  readonly commands: readonly string[];
}

/** Sets a scenario up with a policy. `file` has been compiled without a fault. */
export function prepareScenario(
  file: ScenarioFile,
  policy: PolicyPlan,
  board: Board | undefined,
  ticksPerMillisecond: number = TICKS,
): PreparedScenario {
  const { workload: _, policies: __, ...others } = file;
  const changed: ScenarioFile = {
    ...others,
    links: linksWith(file.links ?? [], policy),
    drivers: driversOf(file),
  };
  const { setup } = compileScenario(changed, board, placesByPath('scenario'));
  const commands = [
    ...setup.flatMap((step) => (step.kind === 'action' ? step.commands : [])),
    ...policy.commands,
    'settle',
  ];
  const session = createSession({ world: worldOf(file, board, ticksPerMillisecond), bus: BUS });
  if (policy.dma !== undefined) session.world.dma.policy = policy.dma;
  runCommands(session, commands);
  session.trace.length = 0;
  return { session, commands };
}

/** The latest delay that a policy or the scenario sets, milliseconds: ages beyond it say nothing. */
export function longestDelay({ world }: Session): number {
  return world.devices.reduce((longest, { power }) => Math.max(longest, power.autosuspendDelay), 0);
}
