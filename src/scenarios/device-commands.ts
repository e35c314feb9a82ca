/** Commands about one device that exists. */
import { DPM_FLAG } from '../core/device-power.ts';
import { EEXIST, EINVAL } from '../core/errno.ts';
import { ended, returning, type Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import { registeredEngine } from '../dma/index.ts';
import {
  deviceWakeupDisable,
  deviceWakeupEnable,
  devPmQosResumeLatency,
  pmGenpdRemoveDevice,
} from '../pm/index.ts';
import {
  deviceAdd,
  deviceAttach,
  deviceDel,
  deviceDriverAttach,
  deviceMove,
  deviceReleaseDriver,
  populateClients,
} from '../probe/index.ts';
import type { Command, DeviceFlag, DmaCommand } from './command.ts';
import { carryOutOnMembership } from './domain-commands.ts';
import { runRuntimeOperation } from './runtime-operations.ts';
import type { ScriptCommand } from './script-commands.ts';
import { BAD, deviceNamed, type Result, type Session } from './session.ts';
import { writeDevice } from './trace-writer.ts';

function setFlag(world: World, id: DeviceId, flag: DeviceFlag): void {
  const device = world.devices[id]!;
  const { power } = device;
  switch (flag) {
    case 'async':
    case 'noasync':
      if (!power.isPrepared) device.asyncSuspend = flag === 'async';
      return;
    case 'syscore':
      power.syscore = true;
      return;
    case 'clear':
      power.driverFlags = 0;
      return;
    case 'no_direct_complete':
      power.driverFlags |= DPM_FLAG.NO_DIRECT_COMPLETE;
      return;
    case 'smart_prepare':
      power.driverFlags |= DPM_FLAG.SMART_PREPARE;
      return;
    case 'smart_suspend':
      power.driverFlags |= DPM_FLAG.SMART_SUSPEND;
      return;
    case 'may_skip_resume':
      power.driverFlags |= DPM_FLAG.MAY_SKIP_RESUME;
      return;
  }
}

/** A command about one device. */
export type DeviceCommand =
  | Exclude<Extract<Command, { readonly device: string }>, ScriptCommand | DmaCommand>
  | { readonly kind: 'state'; readonly device: string };

/** `del`: a device goes. */
function* deleteDevice(session: Session, id: DeviceId, name: string): Task<Result> {
  const { world } = session;
  // The device of an engine stays as long as that is registered.
  if (registeredEngine(world, id) !== undefined) return BAD;
  if (world.devices[id]!.registered) yield* deviceDel(world, id);
  // While system sleep has prepared the domain, the device stays in it.
  yield* pmGenpdRemoveDevice(world, id);
  session.devices.delete(name);
  return 0;
}

/** Commands about one device that exists: begun, and the task is to be run at once. */
export function carryOutOnDevice(session: Session, id: DeviceId, command: DeviceCommand): Task<Result> {
  const { world, drivers } = session;
  const device = world.devices[id]!;
  switch (command.kind) {
    case 'add':
      // device_add() of a device that is there is no refusal of the kernel's: it breaks its lists.
      return device.registered ? ended(-EEXIST) : deviceAdd(world, id);
    case 'del':
      return deleteDevice(session, id, command.device);
    case 'attach':
      return deviceAttach(world, id);
    case 'bind': {
      const driver = drivers.get(command.driver);
      if (driver === undefined) return ended(BAD);
      return deviceDriverAttach(world, id, driver);
    }
    case 'unbind':
      return returning(0, deviceReleaseDriver(world, id));
    case 'move': {
      const parent = command.parent === undefined ? -1 : deviceNamed(session, command.parent);
      if (parent === undefined) return ended(BAD);
      return deviceMove(world, id, parent, command.order);
    }
    case 'rpm':
      return runRuntimeOperation(world, id, command.operation, command.value);
    case 'flag':
      for (const flag of command.flags) setFlag(world, id, flag);
      return ended(0);
    case 'wakeup':
      return returning(0, command.enabled ? deviceWakeupEnable(world, id) : deviceWakeupDisable(world, id));
    case 'wakeup_path':
      device.power.wakeupPath = true;
      return ended(0);
    case 'domain':
    case 'undomain':
    case 'domain_always_on':
      return carryOutOnMembership(session, id, command);
    case 'qos':
      return devPmQosResumeLatency(world, id, command.microseconds);
    case 'populate':
      if (device.node < 0) return ended(-EINVAL);
      return returning(0, populateClients(world, device.node, id));
    case 'clk_provider':
      if (device.node < 0) return ended(-EINVAL);
      world.fwnodes[device.node]!.initialized = true;
      return ended(0);
    case 'state':
      writeDevice(session, id);
      return ended(0);
  }
}
