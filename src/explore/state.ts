/** A state of an exploration: the World, how far each actor is, and the threads in flight. */
import { InputError } from '../core/diagnostic.ts';
import { clonePlain } from '../core/plain-data.ts';
import type { Wait } from '../core/task.ts';
import { nextTimerAt } from '../core/timers.ts';
import { excludes, POOLS } from '../core/work-queues.ts';
import { domainOf } from '../core/world.ts';
import { cloneWorld } from '../core/world-copy.ts';
import {
  type Command,
  createSession,
  isReady,
  type Runners,
  runScript,
  type Session,
} from '../scenarios/index.ts';
import type { Exploration } from './exploration.ts';
import { createMonitors, type Monitors } from './monitors.ts';
import type { Call, Thread } from './thread.ts';

/** What is the same in all states of an exploration. */
export interface Setting {
  readonly exploration: Exploration;
  /** What callbacks may return, by callback and the name of the device or domain. */
  readonly outcomes: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
  /** The longest autosuspend delay that any command asks for, milliseconds. */
  readonly longestDelay: number;
}

export interface ExplorationState {
  readonly setting: Setting;
  readonly session: Session;
  /** Threads in flight, oldest first. While there are none, the state is plain data. */
  readonly threads: Thread[];
  /** By actor: the index of the command that it is in or that is next. */
  readonly positions: number[];
  readonly monitors: Monitors;
}

/** The name of the device or power domain that a callback is called for. */
export function nameOfCall({ world }: Session, call: Call): string {
  return call.kind === 'call-domain' ? domainOf(world, call.domain).name : world.devices[call.device]!.name;
}

function longestDelay(commands: Iterable<string>): number {
  let longest = 0;
  for (const text of commands) {
    for (const [, delay] of text.matchAll(/\bset_delay\s+\S+\s+(\S+)/g))
      longest = Math.max(longest, Number(delay) || 0);
  }
  return longest;
}

function outcomesByCallback(outcomes: Exploration['outcomes']): Setting['outcomes'] {
  const byCallback = new Map<string, Map<string, readonly number[]>>();
  for (const { name, callback, values } of outcomes) {
    const byName = byCallback.get(callback) ?? new Map<string, readonly number[]>();
    byCallback.set(callback, byName.set(name, values));
  }
  return byCallback;
}

function settingOf(exploration: Exploration): Setting {
  const { setup, actors, outcomes } = exploration;
  const texts = [...setup, ...actors.flatMap(({ commands }) => commands.map(({ text }) => text))];
  return {
    exploration,
    outcomes: outcomesByCallback(outcomes),
    longestDelay: longestDelay(texts),
  };
}

/**
 * The first state of an exploration: its setup has run in the order of the recorded kernel, and nothing moves any more. Throws
 * {@link InputError} where the setup hangs.
 */
export function createState(exploration: Exploration): ExplorationState {
  const session = createSession();
  const result = runScript(session, [...exploration.setup, 'settle']);
  if (result.kind !== 'end') {
    const what = 'the setup never ends: what stands before the first actor hangs the kernel';
    throw new InputError('explore-setup', { input: exploration.name }, what, 'devgraph simulate shows where');
  }
  session.silent = true;
  session.trace.length = 0;
  session.world.events.length = 0;
  const state: ExplorationState = {
    setting: settingOf(exploration),
    session,
    threads: [],
    positions: exploration.actors.map(() => 0),
    monitors: createMonitors(session.world),
  };
  return state;
}

/** Most of these tables are empty. */
function copyNames<T>(names: ReadonlyMap<string, T>): Map<string, T> {
  return names.size === 0 ? new Map() : new Map(names);
}

function copyScripts(scripts: Session['driverScripts']): Session['driverScripts'] {
  const copies = copyNames(scripts);
  for (const [name, script] of copies) copies.set(name, clonePlain(script));
  return copies;
}

/** A copy of a state that is plain data: no thread is in flight. */
export function cloneState(state: ExplorationState): ExplorationState {
  if (state.threads.length > 0) throw new TypeError('a state with threads in flight cannot be copied');
  const { setting, session, positions, monitors } = state;
  return {
    setting,
    session: {
      ...session,
      world: cloneWorld(session.world),
      devices: copyNames(session.devices),
      drivers: copyNames(session.drivers),
      domains: copyNames(session.domains),
      dmaEngines: copyNames(session.dmaEngines),
      dmaHandles: copyNames(session.dmaHandles),
      dmaDescriptors: copyNames(session.dmaDescriptors),
      scripts: clonePlain(session.scripts),
      domainScripts: clonePlain(session.domainScripts),
      driverScripts: copyScripts(session.driverScripts),
      trace: [],
    },
    threads: [],
    positions: [...positions],
    monitors: clonePlain(monitors),
  };
}

/** The others of a thread, as far as a wait asks for them. */
function runnersOf(state: ExplorationState): Runners {
  const { threads, session } = state;
  const { world } = session;
  const workers = () => threads.filter(({ item }) => item !== undefined);
  return {
    isWithoutWorkers: () => workers().length === 0,
    isIdle: () => {
      const { work } = world;
      if (POOLS.some((pool) => work[pool].length > 0)) return false;
      return !workers().some(
        (thread) =>
          thread.wait === undefined ||
          (thread.wait.kind !== 'idle' &&
            thread.wait.kind !== 'settled' &&
            isThreadReady(state, thread.wait, thread)),
      );
    },
  };
}

/** Whether what a thread waits for has come. */
export function isThreadReady(state: ExplorationState, wait: Wait, thread: Thread): boolean {
  return isReady(state.session.world, wait, thread.item, runnersOf(state));
}

/** The command that an actor is in, or that is its next; undefined behind its last. */
export function commandOf({ setting, positions }: ExplorationState, actor: number): Command | undefined {
  return setting.exploration.actors[actor]!.commands[positions[actor]!]?.command;
}

/** Whether an actor may begin its next command: it is in none, and not frozen. */
export function mayBegin(state: ExplorationState, actor: number): boolean {
  const { threads, session, setting } = state;
  const command = commandOf(state, actor);
  if (command === undefined || threads.some((thread) => thread.actor === actor)) return false;
  const { actors } = setting.exploration;
  const { running } = session.world.sleep;
  if (running && actors[actor]!.freezes) return false;
  // Tasks freeze between two commands, and suspend waits for the last of them.
  if (command.kind !== 'suspend') return true;
  return !threads.some((thread) => thread.actor >= 0 && actors[thread.actor]!.freezes);
}

/** Whether a worker may begin an item: no other is in the middle of the same. */
export function mayStart({ session }: ExplorationState, item: Parameters<typeof excludes>[0]): boolean {
  const { running } = session.world.work;
  for (const other of running) if (excludes(other, item)) return false;
  return true;
}

/** The next moment at which something happens by itself: a timer, the end of a wait, of an autosuspend delay. */
export function nextMoment({ session, threads }: ExplorationState): number | undefined {
  const { world } = session;
  let next = nextTimerAt(world) ?? Number.POSITIVE_INFINITY;
  for (const { wait } of threads) {
    if (wait?.kind === 'time' && wait.until > world.now) next = Math.min(next, wait.until);
  }
  for (const { power } of world.devices) {
    if (!power.useAutosuspend || power.autosuspendDelay <= 0) continue;
    const over = power.lastBusy + power.autosuspendDelay;
    if (over > world.now) next = Math.min(next, over);
  }
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}
