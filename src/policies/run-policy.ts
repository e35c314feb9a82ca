/** One policy on the workload of a scenario. */
import type { Board } from '../core/board.ts';
import { domainOf, type World } from '../core/world.ts';
import type { CompiledPolicies, PolicyPlan, ScenarioFile } from '../scenario-files/index.ts';
import { deviceNamed, type Session } from '../scenarios/index.ts';
import { type Recordings, streamsOf } from './arrivals.ts';
import { HeldOn } from './held-on.ts';
import { Ledger } from './ledger.ts';
import { machineOf, type PolicyMachine } from './machine.ts';
import { type Needs, needsOf } from './needs.ts';
import { prepareScenario } from './prepare.ts';
import { type LoggedAction, PolicyRunner } from './runner.ts';
import { enginesNeeded, transfersOf } from './transfers.ts';

export interface RunPolicyOptions {
  readonly board?: Board | undefined;
  readonly recordings?: Recordings | undefined;
  /** Added to the seeds of the workload. */
  readonly seed?: number | undefined;
  /** Say who held what on; default true. */
  readonly because?: boolean | undefined;
  /** Keep every event and interval, for a timeline; the run is not abbreviated then. Default false. */
  readonly keepEvents?: boolean | undefined;
  /** Multiply what repeats itself; default true. */
  readonly abbreviate?: boolean | undefined;
  /** Machines in code, by device, in place of those of the policy. Each is made anew for a run. */
  readonly machines?: Readonly<Record<string, () => PolicyMachine>> | undefined;
  /** Takes what the script did, in the words of the command language. */
  readonly log?: LoggedAction[] | undefined;
}

/** A run that has ended, with its accounts. */
export interface PolicyRun {
  readonly policy: PolicyPlan;
  readonly world: World;
  readonly session: Session;
  readonly ledger: Ledger;
  readonly runner: PolicyRunner;
  readonly heldOn: HeldOn | undefined;
  /** What each device of a stream cannot work without. */
  readonly needs: ReadonlyMap<string, Needs>;
  /** The commands that set the scenario up. */
  readonly setup: readonly string[];
  /** When the workload began, on the World's clock. */
  readonly start: number;
}

/** Devices of the scenario itself: those of a board are not counted, unless requests come to them. */
function namesOf(file: ScenarioFile, { workload }: CompiledPolicies): string[] {
  const own = (file.devices ?? []).map((device) => (typeof device === 'string' ? device : device.name));
  return [...new Set([...own, ...workload.streams.map(({ device }) => device)])];
}

/** Runs a policy on the workload. Throws Error for a device that has more to do than there is time. */
export function runPolicy(
  file: ScenarioFile,
  compiled: CompiledPolicies,
  policy: PolicyPlan,
  options: RunPolicyOptions = {},
): PolicyRun {
  const { recordings = new Map(), seed = 0, because = true, keepEvents = false, abbreviate = true } = options;
  const { session, commands } = prepareScenario(file, policy, options.board);
  const { world } = session;
  const devices = namesOf(file, compiled).flatMap((name) => {
    const id = deviceNamed(session, name);
    if (id === undefined) return [];
    return [{ id, name, costs: compiled.devices.find((costs) => costs.name === name) }];
  });
  const domains = [...session.domains].map(([name, id]) => ({
    id,
    name,
    costs: compiled.domains.find((costs) => costs.name === name),
  }));
  const transfers = transfersOf(session, compiled.workload, policy);
  const needs = new Map(
    [...enginesNeeded(compiled.workload, transfers)].map(
      ([device, engines]) => [device, needsOf(session, device, engines)] as const,
    ),
  );
  const ledger = new Ledger(world, devices, domains, policy.restStates);
  const heldOn = because ? new HeldOn(world, ledger, keepEvents) : undefined;
  const machines = new Map(
    Object.entries(policy.machines).map(([device, machine]) => [device, machineOf(machine)] as const),
  );
  for (const [device, make] of Object.entries(options.machines ?? {})) machines.set(device, make());
  const start = world.now;
  if (keepEvents) {
    world.events.length = 0;
    session.eventsSeen = 0;
  }
  const runner = new PolicyRunner({
    session,
    ledger,
    workload: compiled.workload,
    streams: streamsOf(compiled.workload, recordings, seed),
    transfers,
    machines,
    heldOn,
    abbreviate: abbreviate && !keepEvents && options.log === undefined,
    keepEvents,
    log: options.log,
  });
  runner.run();
  return { policy, world, session, ledger, runner, heldOn, needs, setup: commands, start };
}

/** Name of a power domain of a run. */
export function domainName({ world }: PolicyRun, id: number): string {
  return domainOf(world, id).name;
}
