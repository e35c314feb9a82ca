/**
 * A scenario in execution, as plain data beside its World: what drivers do, which names stand for what, and the trace so far.
 */

import type { Board } from '../core/board.ts';
import type { Callback } from '../core/callbacks.ts';
import { EPROBE_DEFER } from '../core/errno.ts';
import { createWorld, type DeviceId, type DriverId, type World } from '../core/world.ts';
import type { ReturnValue } from './command.ts';

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

export interface Session {
  readonly world: World;
  /** Devices by name, in the order in which they were created. */
  readonly devices: Map<string, DeviceId>;
  readonly drivers: Map<string, DriverId>;
  /** Scripts by device, then callback. */
  readonly scripts: Record<DeviceId, Partial<Record<Callback, CallbackScript>>>;
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
  world.buses.push({ name: SCENARIO_BUS, devices: [], drivers: [] });
  world.deferred.enabled = true;
  world.deferred.initcallsDone = true;
  world.deferSyncState = 0;
  world.sleep.async = false;
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
    scripts: {},
    start: world.now,
    frozenTime: undefined,
    commands: 0,
    eventsSeen: 0,
    silent: false,
    trace: [],
  };
}

/** The script of a callback, made if there is none. */
export function scriptOf(session: Session, device: DeviceId, callback: Callback): CallbackScript {
  let scripts = session.scripts[device];
  if (scripts === undefined) {
    scripts = {};
    session.scripts[device] = scripts;
  }
  let script = scripts[callback];
  if (script === undefined) {
    script = { values: [], repeat: false, commands: [], delay: 0 };
    scripts[callback] = script;
  }
  return script;
}

/** The value that a callback returns now; it is used up, unless it waits for a device that is not bound. */
export function nextReturnValue(session: Session, device: DeviceId, callback: Callback): number {
  const script = session.scripts[device]?.[callback];
  const value = script?.values[0];
  if (script === undefined || value === undefined) return 0;
  if (typeof value === 'object') {
    const awaited = session.devices.get(value.until);
    if (awaited === undefined || !session.world.devices[awaited]!.bound) return -EPROBE_DEFER;
    script.values.shift();
    return nextReturnValue(session, device, callback);
  }
  if (script.values.length > 1 || !script.repeat) script.values.shift();
  return value;
}
