/**
 * Running a callback of system sleep, and the rules by which a driver's one is skipped.
 * Follows drivers/base/power/main.c, ../semantics system-sleep.md sections 4, 7 to 10.
 */
import { CALLBACK_BIT, type Callback, type CallbackLayer } from '../core/callbacks.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, deviceMessage, record, type World } from '../core/world.ts';
import { driverHasCallback, subsystemLayer } from './callback-choice.ts';
import { callbackSymbol, isGenpdCallback, runCallbackOf } from './power-domain-callbacks.ts';

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

/** dpm_run_callback(): calls what a layer has, and reports an error. */
export function* dpmRunCallback(
  world: World,
  device: DeviceId,
  callback: Callback,
  layer: CallbackLayer,
): Task<number> {
  const isGenpd = isGenpdCallback(world, device, layer);
  const error = isGenpd
    ? yield* runCallbackOf(world, device, callback, layer)
    : yield { kind: 'call', device, callback, layer };
  if (error !== 0) {
    const { bus } = world.devices[device]!;
    const symbol = callbackSymbol(callback, layer, isGenpd, bus);
    suspendReportResult(world, device, 'dpm_run_callback', symbol, error);
  }
  return error;
}

/** Whose callback runs in a late, noirq or early phase, where the driver's (and only that) can be skipped; undefined for none. */
export function layerUnlessSkipped(
  world: World,
  id: DeviceId,
  callback: Callback,
  skipDriver: boolean,
): CallbackLayer | 'skipped' | undefined {
  const bit = CALLBACK_BIT[callback];
  const subsystem = subsystemLayer(world, id, bit);
  if (subsystem !== undefined) return subsystem;
  if (skipDriver) return 'skipped';
  return driverHasCallback(world, id, bit) ? 'drv' : undefined;
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
