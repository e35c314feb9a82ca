/**
 * Running a callback of system sleep, and the rules by which a driver's one is skipped.
 * Follows drivers/base/power/main.c, ../semantics system-sleep.md sections 4, 7 to 10.
 */
import type { Callback, CallbackLayer } from '../core/callbacks.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, deviceMessage, record, type World } from '../core/world.ts';
import { callbackLayer, driverHasCallback, subsystemLayer } from './callback-choice.ts';
import { callbackSymbol, runCallbackOf } from './power-domain-callbacks.ts';

/** suspend_report_result(): names the callback as the kernel's symbol table does. */
export function suspendReportResult(
  world: World,
  id: DeviceId,
  place: 'dpm_run_callback' | 'device_prepare',
  symbol: string,
  error: number,
): void {
  if (error !== 0) deviceMessage(world, id, `PM: ${place}(): ${symbol} returns ${error}`);
}

/** pm_dev_err(). */
export function pmDevErr(world: World, id: DeviceId, what: string, error: number): void {
  record(world, { kind: 'sleep-failure', device: id, what, error });
  deviceMessage(world, id, `PM: failed to ${what}: error ${error}`);
}

function* run(world: World, device: DeviceId, callback: Callback, layer: CallbackLayer): Task<number> {
  const symbol = callbackSymbol(world, device, callback, layer);
  const error = yield* runCallbackOf(world, device, callback, layer);
  suspendReportResult(world, device, 'dpm_run_callback', symbol, error);
  return error;
}

/** dpm_run_callback() of the layer that has the callback; 0 if none has. */
export function* dpmRunCallback(world: World, id: DeviceId, callback: Callback): Task<number> {
  const layer = callbackLayer(world, id, callback);
  return layer === undefined ? 0 : yield* run(world, id, callback, layer);
}

/** The same in a late, noirq or early phase, where the driver's callback (and only that) can be skipped. */
export function* dpmRunOrSkip(
  world: World,
  id: DeviceId,
  callback: Callback,
  skipDriver: boolean,
): Task<{ readonly error: number; readonly skipped: boolean }> {
  const subsystem = subsystemLayer(world, id, callback);
  if (subsystem !== undefined) {
    return { error: yield* run(world, id, callback, subsystem), skipped: false };
  }
  if (skipDriver) return { error: 0, skipped: true };
  if (!driverHasCallback(world, id, callback)) return { error: 0, skipped: false };
  return { error: yield* run(world, id, callback, 'drv'), skipped: false };
}

/** dev_pm_skip_suspend(). */
export function devPmSkipSuspend(world: World, id: DeviceId): boolean {
  const { power } = world.devices[id]!;
  return power.smartSuspend && power.runtimeStatus === 'suspended';
}

/** dev_pm_skip_resume() of a resume from suspend. */
export function devPmSkipResume(world: World, id: DeviceId): boolean {
  return !world.devices[id]!.power.mustResume;
}
