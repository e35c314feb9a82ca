/**
 * Whether interrupts are off where a callback runs: no time passes there. Runtime PM calls back so for an interrupt-safe device; a
 * function of the kernel that ends in spin_unlock_irq(), or sleeps, turns them on again for the rest of the callback.
 */
import type { CallbackEffect } from '../core/task.ts';
import type { World } from '../core/world.ts';
import type { Command, RuntimeOperation } from './command.ts';
import { anyDeviceNamed, deviceNamed, type Session } from './session.ts';

/** Operations that take and leave the lock of dev->power with spin_lock_irq() and spin_unlock_irq(). */
const TURNING_ON: readonly RuntimeOperation[] = [
  'disable',
  'barrier',
  'forbid',
  'allow',
  'no_callbacks',
  'irq_safe',
  'set_delay',
  'use_autosuspend',
  'dont_use_autosuspend',
  'force_suspend',
];

function isRequestPending({ world, devices }: Session): boolean {
  return [...devices.values()].some((id) => world.devices[id]!.power.requestPending);
}

/** Whether interrupts are on in a command, and behind it, whatever was before. */
export function turnsInterruptsOn(session: Session, command: Command): boolean {
  switch (command.kind) {
    case 'sleep':
    case 'settle':
    case 'suspend':
    case 'probe_wait':
      return true;
    case 'wakeup': {
      const id = deviceNamed(session, command.device);
      return id !== undefined && (command.enabled || session.world.devices[id]!.power.wakeupSource >= 0);
    }
    case 'flush':
      return isRequestPending(session);
    case 'rpm':
      return TURNING_ON.includes(command.operation) && anyDeviceNamed(session, command.device) !== undefined;
    default:
      return false;
  }
}

/** Links of a consumer that hold its supplier: pm_runtime_new_link() and pm_runtime_drop_link() count them, and turn interrupts on. */
export function countedLinks(session: Session, command: Command): number {
  if (command.kind !== 'link' && command.kind !== 'dellink' && command.kind !== 'rmlink') return 0;
  const consumer = anyDeviceNamed(session, command.consumer);
  return consumer === undefined ? 0 : session.world.devices[consumer]!.linksCount;
}

/** Runtime PM itself calls back, and not a function that sets a status by force. */
function isOfRuntimePm(world: World, call: CallbackEffect & { kind: 'call' }): boolean {
  const { runtimeStatus, idleNotification } = world.devices[call.device]!.power;
  if (call.callback === 'runtime_idle') return idleNotification;
  const isRuntime =
    call.layer === 'genpd' || call.callback === 'runtime_suspend' || call.callback === 'runtime_resume';
  return isRuntime && (runtimeStatus === 'suspending' || runtimeStatus === 'resuming');
}

/** Whether interrupts are off in a callback that is called now: as before, or as its caller has it. */
export function areInterruptsOff({ world, interruptsOff }: Session, call: CallbackEffect): boolean {
  if (world.dma.runningTasklet >= 0) return true;
  if (call.kind !== 'call') return interruptsOff;
  // pm_runtime_barrier() comes before.
  if (call.callback === 'probe') return false;
  return isOfRuntimePm(world, call) ? world.devices[call.device]!.power.irqSafe : interruptsOff;
}
