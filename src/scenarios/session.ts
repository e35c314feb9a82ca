/**
 * A scenario in execution, as plain data beside its World: what drivers do, which names stand for what, and the trace so far.
 */

import type { Board } from '../core/board.ts';
import { EPROBE_DEFER } from '../core/errno.ts';
import type { PowerDomainId } from '../core/power-domain.ts';
import { addBus, createWorld, type DeviceId, type DriverId, type World } from '../core/world.ts';
import type { ReturnValue, ScriptedCallback } from './command.ts';

/** The private bus on which all devices of a scenario are. */
export const SCENARIO_BUS = 'orc';

/** The answer to a command that names a device or driver that is not there. */
export const BAD = 'bad';
export type Result = number | typeof BAD;

/** What a callback of a device does besides returning 0. */
export interface CallbackScript {
  /** Values for the next calls, first to last; none left: 0. */
  values: ReturnValue[];
  /** The last value is returned for ever. */
  repeat: boolean;
  /** Commands that run inside. */
  readonly commands: string[];
  /** Milliseconds that it takes. */
  delay: number;
}

/** Scripts by an id, then callback. */
export type Scripts = Record<number, Partial<Record<ScriptedCallback, CallbackScript>>>;

export interface Session {
  readonly world: World;
  /** Devices by name, in the order in which they were created. */
  readonly devices: Map<string, DeviceId>;
  readonly drivers: Map<string, DriverId>;
  /** Power domains by name, in the order in which they were created. */
  readonly domains: Map<string, PowerDomainId>;
  /** Scripts by device, then callback. */
  readonly scripts: Scripts;
  /** Scripts by power domain, then callback. */
  readonly domainScripts: Scripts;
  /** The time at which the scenario began. */
  readonly start: number;
  /** During a sleep cycle events carry the time of its start. */
  frozenTime: number | undefined;
  /** Commands begun so far. */
  commands: number;
  /** How many of the World's events stand in the trace. */
  eventsSeen: number;
  /** Nothing is written any more, and callbacks return 0 at once: the devices are being removed. */
  silent: boolean;
  /** Lines of the trace. */
  readonly trace: string[];
}

const NO_BOARD: Board = {
  input: 'scenario',
  model: undefined,
  compatible: [],
  kernel: '6.12',
  nodes: [],
  stdout: undefined,
  nodesTooDeep: 0,
};

/** A booted kernel without devices, with the bus that scenarios put theirs on. */
export function createScenarioWorld(): World {
  const world = createWorld(NO_BOARD, {
    kernel: '6.12',
    fwDevlink: 'rpm',
    fwDevlinkStrict: false,
    amba: false,
    modules: true,
    deferredProbeTimeout: 10,
  });
  addBus(world, SCENARIO_BUS);
  world.deferred.enabled = true;
  world.deferred.initcallsDone = true;
  world.deferSyncState = 0;
  world.sleep.async = false;
  // The recorder made the kernel say this before the first scenario.
  world.powerDomains.irqSafeWarned = true;
  return world;
}

/** A session at its beginning; `recording` as in World. */
export function createSession(recording = false): Session {
  const world = createScenarioWorld();
  world.recording = recording;
  return {
    world,
    devices: new Map(),
    drivers: new Map(),
    domains: new Map(),
    scripts: {},
    domainScripts: {},
    start: world.now,
    frozenTime: undefined,
    commands: 0,
    eventsSeen: 0,
    silent: false,
    trace: [],
  };
}

/** The script of a callback, made if there is none. */
export function scriptOf(all: Scripts, id: number, callback: ScriptedCallback): CallbackScript {
  let scripts = all[id];
  if (scripts === undefined) {
    scripts = {};
    all[id] = scripts;
  }
  let script = scripts[callback];
  if (script === undefined) {
    script = { values: [], repeat: false, commands: [], delay: 0 };
    scripts[callback] = script;
  }
  return script;
}

/** The value that a callback returns now; it is used up, unless it waits for a device that is not bound. */
export function nextReturnValue(session: Session, script: CallbackScript): number {
  const value = script.values[0];
  if (value === undefined) return 0;
  if (typeof value === 'object') {
    const awaited = session.devices.get(value.until);
    if (awaited === undefined || !session.world.devices[awaited]!.bound) return -EPROBE_DEFER;
    script.values.shift();
    return nextReturnValue(session, script);
  }
  if (script.values.length > 1 || !script.repeat) script.values.shift();
  return value;
}
