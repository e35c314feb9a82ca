/**
 * A scenario in execution, as plain data beside its World: what drivers do, which names stand for what, and the trace so far.
 */

import type { Board } from '../core/board.ts';
import { deviceOfName } from '../core/device-names.ts';
import type { DmaChannelId, DmaEngineId } from '../core/dma-engine.ts';
import type { DmaDescriptorId } from '../core/dma-transfer.ts';
import { EPROBE_DEFER } from '../core/errno.ts';
import type { PowerDomainId } from '../core/power-domain.ts';
import { addBus, createWorld, type DeviceId, type DriverId, type World } from '../core/world.ts';
import type { ReturnValue, ScriptedCallback } from './command.ts';
import type { JournalEntry } from './journal.ts';

/** The private bus on which all devices of a recorded scenario are. */
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

/** What callbacks do, by callback. */
export type CallbackScripts = Partial<Record<ScriptedCallback, CallbackScript>>;

/** Scripts by an id, then callback. */
export type Scripts = Record<number, CallbackScripts>;

/** A channel that a request gave; what it points to stays when it is released. */
export interface DmaHandle {
  readonly channel: DmaChannelId;
  /** Who asked for it by name or with a filter, -1 for nobody. */
  readonly client: DeviceId;
  /** The client's driver then, -1 for none, and when it is known to have gone. */
  readonly driver: DriverId;
  readonly held: boolean;
}

export interface Session {
  readonly world: World;
  /** The bus that `dev` and `drv` put theirs on. */
  readonly bus: string;
  /** Devices by name, in the order in which they were created. */
  readonly devices: Map<string, DeviceId>;
  readonly drivers: Map<string, DriverId>;
  /** Power domains by name, in the order in which they were created. */
  readonly domains: Map<string, PowerDomainId>;
  /** DMA engines that were registered, by the name of their device and in that order; one that is removed stays until the next. */
  readonly dmaEngines: Map<string, DmaEngineId>;
  /** What requests of DMA channels gave, by handle. */
  readonly dmaHandles: Map<string, DmaHandle>;
  /** Descriptors of DMA transfers by name. */
  readonly dmaDescriptors: Map<string, DmaDescriptorId>;
  /** Scripts by device, then callback. */
  readonly scripts: Scripts;
  /** Scripts by power domain, then callback. */
  readonly domainScripts: Scripts;
  /** Scripts by name of the driver, of which each device that it meets gets a copy; there `self` is the device. */
  readonly driverScripts: Map<string, CallbackScripts>;
  /** The time at which the scenario began. */
  readonly start: number;
  /** During a sleep cycle events carry the time of its start. */
  frozenTime: number | undefined;
  /** Sleep cycles that are asked for: one that is refused inside another does not end what that has begun. */
  sleepCycles: number;
  /** Callbacks that take their time. */
  delays: number;
  /** Commands begun so far. */
  commands: number;
  /** How many of the World's events stand in the trace. */
  eventsSeen: number;
  /** Nothing is written any more, and callbacks return 0 at once: the devices are being removed. */
  silent: boolean;
  /** Lines of the trace. */
  readonly trace: string[];
  /** Takes the place of the lines where more is asked for than they tell. */
  readonly journal: JournalEntry[] | undefined;
}

export interface SessionOptions {
  /** A world that has booted; default {@link createScenarioWorld}. */
  readonly world?: World;
  /** The bus that `dev` and `drv` put theirs on; default {@link SCENARIO_BUS}. */
  readonly bus?: string;
  /** As in World; default false. */
  readonly recording?: boolean;
  /** Keep a journal instead of lines, and record; default false. */
  readonly journal?: boolean;
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

/** A booted kernel without devices, with the bus that scenarios put theirs on. Its clock has milliseconds, or finer ticks. */
export function createScenarioWorld(bus = SCENARIO_BUS, ticksPerMillisecond = 1): World {
  const world = createWorld(NO_BOARD, {
    kernel: '6.12',
    fwDevlink: 'rpm',
    fwDevlinkStrict: false,
    amba: false,
    modules: true,
    deferredProbeTimeout: 10,
    ticksPerMillisecond,
    history: false,
  });
  if (!world.buses.some(({ name }) => name === bus)) addBus(world, bus);
  world.deferred.enabled = true;
  world.deferred.initcallsDone = true;
  world.deferSyncState = 0;
  world.sleep.async = false;
  // The recorder made the kernel say this before the first scenario.
  world.powerDomains.irqSafeWarned = true;
  return world;
}

/** A session at its beginning, on a world of its own or on one that has booted. */
export function createSession(options: SessionOptions = {}): Session {
  const { bus = SCENARIO_BUS, world = createScenarioWorld(bus), journal = false } = options;
  world.recording = options.recording ?? journal;
  return {
    world,
    bus,
    devices: new Map(),
    drivers: new Map(),
    domains: new Map(),
    dmaEngines: new Map(),
    dmaHandles: new Map(),
    dmaDescriptors: new Map(),
    scripts: {},
    domainScripts: {},
    driverScripts: new Map(),
    start: world.now,
    frozenTime: undefined,
    sleepCycles: 0,
    delays: 0,
    commands: 0,
    // What a boot printed is no part of the session.
    eventsSeen: world.events.length,
    silent: false,
    trace: [],
    journal: journal ? [] : undefined,
  };
}

/** The device of a name: one of the session, or one that the board made, which is then known to it. */
export function deviceNamed({ devices, world, bus }: Session, name: string): DeviceId | undefined {
  const known = devices.get(name);
  if (known !== undefined || bus === SCENARIO_BUS) return known;
  const made = deviceOfName(world, name);
  if (made < 0) return undefined;
  devices.set(name, made);
  return made;
}

/** The same, or the device that the kernel made for a channel of a registered DMA engine. */
export function anyDeviceNamed(session: Session, name: string): DeviceId | undefined {
  const known = deviceNamed(session, name);
  if (known !== undefined) return known;
  const { dma, devices } = session.world;
  const channel = dma.channels.find(
    ({ device, engine }) => device >= 0 && dma.engines[engine]!.registered && devices[device]!.name === name,
  );
  return channel?.device;
}

/** Makes the devices that the board has made known to the session, in the order in which they were made. */
export function adoptDevices(session: Session): void {
  const { world, devices, bus } = session;
  if (bus === SCENARIO_BUS) return;
  for (const device of world.devices) {
    if (device.registered && !devices.has(device.name)) deviceNamed(session, device.name);
  }
}

function scriptIn(scripts: CallbackScripts, callback: ScriptedCallback): CallbackScript {
  let script = scripts[callback];
  if (script === undefined) {
    script = { values: [], repeat: false, commands: [], delay: 0 };
    scripts[callback] = script;
  }
  return script;
}

/** The script of a callback, made if there is none. */
export function scriptOf(all: Scripts, id: number, callback: ScriptedCallback): CallbackScript {
  let scripts = all[id];
  if (scripts === undefined) {
    scripts = {};
    all[id] = scripts;
  }
  return scriptIn(scripts, callback);
}

/** The script of a driver's callback, made if there is none. */
export function driverScriptOf(session: Session, driver: string, callback: ScriptedCallback): CallbackScript {
  const scripts = session.driverScripts.get(driver) ?? {};
  session.driverScripts.set(driver, scripts);
  return scriptIn(scripts, callback);
}

/** The word for the device itself in what a callback does. */
const SELF = /(?<!\S)self(?!\S)/g;

/** A command inside a callback, with the device itself in the place of `self`. */
export function replaceSelf(command: string, device: string): string {
  return command.replace(SELF, () => device);
}

/** The script that a device's callback follows: its own, else a copy of its driver's, which is then its own. */
export function scriptFor(
  session: Session,
  device: DeviceId,
  callback: ScriptedCallback,
  isDrivers: boolean,
): CallbackScript | undefined {
  const own = session.scripts[device]?.[callback];
  if (own !== undefined || !isDrivers || session.driverScripts.size === 0) return own;
  const { driver, name } = session.world.devices[device]!;
  const model = driver < 0 ? undefined : session.driverScripts.get(session.world.drivers[driver]!.name);
  const script = model?.[callback];
  if (script === undefined) return undefined;
  const copy = scriptOf(session.scripts, device, callback);
  copy.values = [...script.values];
  copy.repeat = script.repeat;
  copy.commands.push(...script.commands.map((command) => replaceSelf(command, name)));
  copy.delay = script.delay;
  return copy;
}

/** The value that a callback returns now; it is used up, unless it waits for a device that is not bound. */
export function nextReturnValue(session: Session, script: CallbackScript): number {
  const value = script.values[0];
  if (value === undefined) return 0;
  if (typeof value === 'object') {
    const awaited = deviceNamed(session, value.until);
    if (awaited === undefined || !session.world.devices[awaited]!.bound) return -EPROBE_DEFER;
    script.values.shift();
    return nextReturnValue(session, script);
  }
  if (script.values.length > 1 || !script.repeat) script.values.shift();
  return value;
}
