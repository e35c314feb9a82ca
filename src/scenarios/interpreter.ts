/**
 * Carries commands out on a World, at the top of a scenario or inside a callback, and lets scripted callbacks answer.
 */
import { EEXIST } from '../core/errno.ts';
import { spinUnlockIrq } from '../core/interrupts.ts';
import { waitForDeviceProbe } from '../core/probe-wait.ts';
import { type CallbackEffect, ended, returning, type Task } from '../core/task.ts';
import { isBeingRun, isPmWork } from '../core/work-queues.ts';
import { deviceInitialize, domainOf, happened, inTicks, type World } from '../core/world.ts';
import { dmaChanName } from '../dma/index.ts';
import { deviceLinkAdd, deviceLinkDel, deviceLinkRemove, findLink } from '../links/index.ts';
import { pmSuspend, pmSystemWakeup } from '../pm/index.ts';
import { deviceAdd, driverRegister, driverUnregister } from '../probe/index.ts';
import { type Command, isDmaCommand } from './command.ts';
import { carryOutOnDevice, type DeviceCommand } from './device-commands.ts';
import { carryOutOnDma, noteUnboundClients } from './dma-commands.ts';
import { writeDmaEngines } from './dma-state.ts';
import { carryOutOnDomains } from './domain-commands.ts';
import { CommandError, parseCommand } from './parse-command.ts';
import type { Context } from './scheduler.ts';
import { carryOutScripting } from './script-commands.ts';
import {
  adoptDevices,
  anyDeviceNamed,
  BAD,
  type CallbackScript,
  deviceNamed,
  nextReturnValue,
  type Result,
  type Session,
  scriptFor,
} from './session.ts';
import type { Layer } from './trace-event.ts';
import {
  writeDevices,
  writeDomain,
  writeDomains,
  writeEvent,
  writeKernelMessages,
  writeLinks,
  writeLists,
} from './trace-writer.ts';
import { maySleepHere, passTime } from './transfer-commands.ts';

/** A cycle of sleep ends on the next multiple of this many milliseconds. */
const SLEEP_CYCLE_GRAIN = 10;

/** Milliseconds that the recorded kernel's freezer sleeps until all its threads are frozen. */
const FREEZE_TIME = 1;

/** Commands that may unbind devices. */
const UNBINDING: readonly Command['kind'][] = ['unbind', 'undrv', 'del'];

function parsedOrUndefined(text: string): Command | undefined {
  try {
    return parseCommand(text);
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** Runs one command with its `cmd` and `ret` lines. */
export function* runCommand(session: Session, text: string): Task<void> {
  const n = ++session.commands;
  writeEvent(session, { e: 'cmd', n, c: text });
  const command = parsedOrUndefined(text);
  let v: Result = BAD;
  if (command !== undefined && maySleepHere(session, command)) v = yield* carryOut(session, command);
  if (command !== undefined && UNBINDING.includes(command.kind)) noteUnboundClients(session);
  writeEvent(session, { e: 'ret', n, v });
}

/** A callback: what its script says as a task, and without one at once. */
export function runCallback(session: Session, call: CallbackEffect, context: Context): Task<number> | number {
  const called = calledBack(session, call);
  if (called.script !== undefined) return runScripted(session, call, context, called);
  writeBegin(session, call, context, called);
  writeEvent(session, { e: 'cbr', d: called.name, c: call.callback, v: 0 });
  return 0;
}

/** A scripted callback: its commands, its delay, its return value. */
function* runScripted(
  session: Session,
  call: CallbackEffect,
  context: Context,
  called: Called,
): Task<number> {
  const { name, script } = called;
  writeBegin(session, call, context, called);
  let v = 0;
  if (script !== undefined && !session.silent) {
    for (const command of script.commands) yield* runCommand(session, command);
    if (script.delay > 0) yield* elapse(session, script.delay);
    if (!session.silent) v = nextReturnValue(session, script);
  }
  writeEvent(session, { e: 'cbr', d: name, c: call.callback, v });
  return v;
}

function writeBegin(session: Session, call: CallbackEffect, context: Context, { name, layer }: Called): void {
  const { world } = session;
  const channel =
    call.kind === 'call' && call.layer === 'dma' && call.channel >= 0
      ? { ch: dmaChanName(world, call.channel) }
      : {};
  writeEvent(session, {
    e: 'cb',
    d: name,
    c: call.callback,
    l: layer,
    x: world.dma.runningTasklet >= 0 ? 'bh' : context,
    ...channel,
  });
}

/** Whether time can pass where a task is: not with interrupts off, nor in a tasklet. */
function canTimePass({ interruptsOff, dma }: World): boolean {
  return !interruptsOff && dma.runningTasklet < 0;
}

/** Time passes, if it can. */
function* elapse(session: Session, milliseconds: number): Task<void> {
  const { world } = session;
  if (!canTimePass(world)) return;
  const until = world.now + inTicks(world, milliseconds);
  session.delays++;
  yield { kind: 'wait', for: { kind: 'time', until, delay: true } };
  session.delays--;
}

/** `sleep_raw`: till a time, if time can pass. */
function* sleepRaw(session: Session, until: number): Task<void> {
  if (canTimePass(session.world)) yield* passTime(session, until, true);
}

/** `sleep`: till a time, and all that was due until then is done. */
function* sleep(session: Session, until: number): Task<void> {
  yield* passTime(session, until);
  yield* wait('idle');
}

/** Whose callback it is, and what it does. */
interface Called {
  readonly name: string;
  readonly layer: Layer;
  readonly script: CallbackScript | undefined;
}

function calledBack(session: Session, call: CallbackEffect): Called {
  const { world } = session;
  const script = session.silent ? undefined : scriptOfCall(session, call);
  if (call.kind === 'call-domain') return { name: domainOf(world, call.domain).name, layer: 'genpd', script };
  return { name: world.devices[call.device]!.name, layer: call.layer, script };
}

/** What the callback that is called does; undefined for nothing. */
export function scriptOfCall(session: Session, call: CallbackEffect): CallbackScript | undefined {
  if (call.kind === 'call-domain') return session.domainScripts[call.domain]?.[call.callback];
  return scriptFor(session, call.device, call.callback, call.layer === 'drv');
}

function* wait(waitFor: 'idle' | 'settled'): Task<void> {
  yield { kind: 'wait', for: { kind: waitFor } };
}

/** `flush`: until no device has a request pending; nothing runs if none has. */
function* flush(session: Session): Task<void> {
  const { world } = session;
  adoptDevices(session);
  for (;;) {
    const pending = [...session.devices.values()].find((id) => world.devices[id]!.power.requestPending);
    if (pending === undefined) return;
    yield { kind: 'wait', for: { kind: 'runtime-work', device: pending, flush: true } };
    spinUnlockIrq(world);
  }
}

/**
 * `settle`: until nothing is queued or running. Whoever waits for probes is woken by each, so the processor changes hands more often then; that is the
 * wait where nobody takes time and no work of pm_wq is awaited before.
 */
function* settle(session: Session): Task<void> {
  const { work } = session.world;
  yield* wait('idle');
  if (session.delays === 0 && !isBeingRun(work, isPmWork)) yield* waitForDeviceProbe(session.world);
  yield* wait('settled');
}

/** `suspend`: settles first and last; to the outside it takes until the next multiple of 10 ms. */
function* suspend(session: Session, level: 'freezer' | 'devices' | 'platform'): Task<number> {
  const { world } = session;
  yield* settle(session);
  if (session.sleepCycles++ === 0) session.frozenTime = world.now;
  const error = yield* pmSuspend(world, level, FREEZE_TIME);
  yield* settle(session);
  const grain = inTicks(world, SLEEP_CYCLE_GRAIN);
  const grains = Math.floor((world.now - session.start) / grain) + 1;
  yield* sleep(session, session.start + grains * grain);
  writeKernelMessages(session);
  if (--session.sleepCycles === 0) session.frozenTime = undefined;
  return error;
}

function* createDevice(session: Session, command: Command & { kind: 'dev' }): Task<Result> {
  const { world, devices, bus } = session;
  const parent = command.parent === undefined ? -1 : deviceNamed(session, command.parent);
  if (parent === undefined) return BAD;
  if (deviceNamed(session, command.name) !== undefined) return -EEXIST;
  const id = deviceInitialize(world, { name: command.name, bus, parent, node: -1 });
  const device = world.devices[id]!;
  device.typeOps = command.type;
  device.domainOps = command.domain;
  device.asyncSuspend = command.async;
  device.power.syscore = command.syscore;
  devices.set(command.name, id);
  return command.add ? yield* deviceAdd(world, id) : 0;
}

function* registerDriver(session: Session, command: Command & { kind: 'drv' }): Task<Result> {
  if (session.drivers.has(command.name)) return -EEXIST;
  const { world } = session;
  session.drivers.set(command.name, world.drivers.length);
  yield* driverRegister(world, {
    name: command.name,
    bus: command.bus ?? session.bus,
    compatibles: command.compatibles.map((compatible) => compatible.toLowerCase()),
    ...(command.matches === undefined ? {} : { matches: command.matches }),
    matchesAll: command.compatibles.includes('*'),
    ...(command.excepted.length === 0
      ? {}
      : { matchesAllBut: command.excepted.map((entry) => entry.toLowerCase()) }),
    probe: { kind: 'callback' },
    ...(command.ops === undefined ? {} : { ops: command.ops }),
    syncState: command.syncState,
    asyncProbe: command.async,
  });
  return 0;
}

/** Commands about a pair of devices. */
function* carryOutLink(
  session: Session,
  command: Command & { kind: 'link' | 'dellink' | 'rmlink' },
): Task<Result> {
  const { world } = session;
  const consumer = anyDeviceNamed(session, command.consumer);
  const supplier = anyDeviceNamed(session, command.supplier);
  if (consumer === undefined || supplier === undefined) return BAD;
  if (command.kind === 'link') {
    const added = yield* deviceLinkAdd(world, consumer, supplier, command.flags);
    if (added.kind !== 'refused') return 1;
    happened(world, { kind: 'link-refused', consumer, supplier, reason: added.reason });
    return 0;
  }
  if (command.kind === 'rmlink') {
    yield* deviceLinkRemove(world, consumer, supplier);
    return 0;
  }
  const link = findLink(world, consumer, supplier);
  if (link === undefined) return -2;
  yield* deviceLinkDel(world, link);
  return 0;
}

function* unregisterDriver(session: Session, command: Command & { kind: 'undrv' }): Task<Result> {
  const driver = session.drivers.get(command.driver);
  if (driver === undefined) return BAD;
  yield* driverUnregister(session.world, driver);
  session.drivers.delete(command.driver);
  return 0;
}

/**
 * Carries one command out; it has begun, and the task is to be run at once. Returns what it returns in the recorded kernel. Every
 * callback comes through all tasks from the outermost, so one is made only where there is something to wait for.
 */
export function carryOut(session: Session, command: Command): Task<Result> {
  const { world } = session;
  if (isDmaCommand(command)) return carryOutOnDma(session, command);
  switch (command.kind) {
    case 'dev':
      return createDevice(session, command);
    case 'drv':
      return registerDriver(session, command);
    case 'undrv':
      return unregisterDriver(session, command);
    case 'link':
    case 'dellink':
    case 'rmlink':
      return carryOutLink(session, command);
    case 'ret':
    case 'on':
    case 'off':
    case 'delay':
      return ended(carryOutScripting(session, command));
    case 'genpd':
    case 'rmgenpd':
    case 'subdomain':
    case 'rmsubdomain':
      return carryOutOnDomains(session, command);
    case 'pm_async':
      world.sleep.async = command.enabled;
      return ended(0);
    case 'system_wakeup':
      pmSystemWakeup(world);
      return ended(0);
    case 'suspend':
      return suspend(session, command.level);
    case 'sleep':
      return returning(0, sleep(session, world.now + inTicks(world, command.milliseconds)));
    case 'sleep_raw':
      return returning(0, sleepRaw(session, world.now + inTicks(world, command.milliseconds)));
    case 'flush':
      return returning(0, flush(session));
    case 'probe_wait':
      return returning(0, waitForDeviceProbe(world));
    case 'settle':
      return returning(0, settle(session));
    case 'links':
      adoptDevices(session);
      writeLinks(session);
      return ended(0);
    case 'lists':
      writeLists(session);
      return ended(0);
    case 'dump':
      adoptDevices(session);
      writeDevices(session);
      writeLinks(session);
      writeDomains(session);
      writeDmaEngines(session);
      writeLists(session);
      return ended(0);
    default:
      return carryOutStateOrDevice(session, command);
  }
}

function carryOutStateOrDevice(
  session: Session,
  command: DeviceCommand | (Command & { kind: 'state' }),
): Task<Result> {
  if (command.device === undefined) {
    adoptDevices(session);
    writeDevices(session);
    writeLinks(session);
    writeDomains(session);
    writeDmaEngines(session);
    return ended(0);
  }
  const find = command.kind === 'rpm' ? anyDeviceNamed : deviceNamed;
  const id = find(session, command.device);
  if (id !== undefined) return carryOutOnDevice(session, id, command as DeviceCommand);
  const domain = command.kind === 'state' ? session.domains.get(command.device) : undefined;
  if (domain === undefined) return ended(BAD);
  writeDomain(session, domain);
  return ended(0);
}
