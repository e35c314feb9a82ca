/** A path through an exploration, step by step in words. */
import type { RuntimeStatus } from '../core/device-power.ts';
import { POOLS } from '../core/work-queues.ts';
import { domainOf, type World } from '../core/world.ts';
import { itemText, waitText } from '../scenario-files/hang-text.ts';
import type { Exploration } from './exploration.ts';
import { createState, type ExplorationState, nameOfCall, nextMoment } from './state.ts';
import { type Step, type Taken, takeStep } from './steps.ts';
import { type Call, callbackOf, type Thread } from './thread.ts';

/** One step in words. */
export interface NarratedStep {
  /** The actor, or what the worker is at; empty for the clock. */
  readonly who: string;
  /** What it does: `rpm get_sync con`, `con runtime_resume returns 0`, `goes on`. */
  readonly does: string;
  /** What that comes to: `sup runtime_resume begins`, `returns 1`, `waits for ...`. */
  readonly until: string;
  /** What has changed: `con is resuming`, `sup is unbound`. */
  readonly changes: readonly string[];
}

/** A callback that began or returned on the way. */
export interface CallbackMoment {
  readonly name: string;
  readonly callback: string;
  /** What it returned; undefined where it began. */
  readonly value: number | undefined;
}

export interface Narration {
  readonly steps: readonly NarratedStep[];
  readonly moments: readonly CallbackMoment[];
  /** The state at the end of the path. */
  readonly end: ExplorationState;
}

function nameOfThread({ setting, session }: ExplorationState, { actor, item }: Thread): string {
  return item === undefined ? setting.exploration.actors[actor]!.name : itemText(session.world, item);
}

function callText(state: ExplorationState, call: Call): string {
  return `${nameOfCall(state.session, call)} ${call.callback}`;
}

/** What a step does, in words; asked before it is taken. */
function doesText(state: ExplorationState, { kind, index, choice }: Step): { who: string; does: string } {
  const { threads, setting, positions, session } = state;
  const { world } = session;
  switch (kind) {
    case 'command': {
      const { name, commands } = setting.exploration.actors[index]!;
      return { who: name, does: commands[positions[index]!]!.text };
    }
    case 'start':
      return { who: itemText(world, world.work[POOLS[choice]!][index]!), does: 'begins' };
    case 'clock':
      return { who: '', does: `${(nextMoment(state) ?? world.now) - world.now} ms pass` };
    case 'continue':
    case 'return': {
      const thread = threads[index]!;
      const who = nameOfThread(state, thread);
      const callback = callbackOf(thread);
      if (callback === undefined) return { who, does: 'goes on' };
      const does = kind === 'return' ? 'returns' : 'does what it does';
      return { who, does: `${callText(state, callback.call)} ${does}` };
    }
  }
}

/** A step in words, the same in whatever state it is possible. */
export function stepText(state: ExplorationState, step: Step): string {
  const { who, does } = doesText(state, step);
  return `${who}: ${does} ${step.kind === 'return' ? step.choice : ''}`;
}

function untilText(state: ExplorationState, { thread, advance }: Taken): string {
  switch (advance?.kind) {
    case undefined:
      return '';
    case 'called':
      return `${callText(state, advance.call)} begins`;
    case 'done':
      return `${callText(state, callbackOf(thread!)!.call)} is about to return`;
    case 'waits':
      return waitText(state.session.world, thread!.wait!);
    case 'ended':
      return thread!.item === undefined ? `returns ${String(advance.value)}` : 'ends';
  }
}

interface Facts {
  readonly devices: readonly { readonly status: RuntimeStatus; readonly bound: boolean }[];
  readonly domains: readonly ('on' | 'off')[];
}

function factsOf({ devices, powerDomains }: World): Facts {
  return {
    devices: devices.map(({ power, bound }) => ({ status: power.runtimeStatus, bound })),
    domains: powerDomains.all.map(({ status }) => status),
  };
}

function changesBetween(before: Facts, world: World): string[] {
  const after = factsOf(world);
  const devices = after.devices.flatMap(({ status, bound }, id) => {
    const { name } = world.devices[id]!;
    const was = before.devices[id] ?? { status: 'suspended', bound: false };
    return [
      ...(was.bound === bound ? [] : [`${name} is ${bound ? 'bound' : 'unbound'}`]),
      ...(was.status === status ? [] : [`${name} is ${status}`]),
    ];
  });
  const domains = after.domains.flatMap((status, id) =>
    status === (before.domains[id] ?? status) ? [] : [`${domainOf(world, id).name} is ${status}`],
  );
  return [...devices, ...domains];
}

/** Goes along a path and tells it. The steps must be possible one after the other. */
export function narrate(exploration: Exploration, path: readonly Step[]): Narration {
  const state = createState(exploration);
  const { world } = state.session;
  const moments: CallbackMoment[] = [];
  const steps = path.map((step): NarratedStep => {
    const { who, does } = doesText(state, step);
    const returning = step.kind === 'return' ? callbackOf(state.threads[step.index]!)?.call : undefined;
    const before = factsOf(world);
    const taken = takeStep(state, step);
    const { returned, advance } = taken;
    if (returning !== undefined)
      moments.push({
        name: nameOfCall(state.session, returning),
        callback: returning.callback,
        value: returned,
      });
    if (advance?.kind === 'called') {
      const name = nameOfCall(state.session, advance.call);
      moments.push({ name, callback: advance.call.callback, value: undefined });
    }
    return {
      who,
      does: returned === undefined ? does : `${does} ${returned}`,
      until: untilText(state, taken),
      changes: changesBetween(before, world),
    };
  });
  return { steps, moments, end: state };
}
