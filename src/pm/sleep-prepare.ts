/**
 * The prepare and complete phases. Follows drivers/base/power/main.c, ../semantics system-sleep.md sections 5, 9 and 10.
 */

import { CALLBACK_BIT } from '../core/callbacks.ts';
import { driverDeferredProbeTrigger } from '../core/deferred-list.ts';
import { DL_FLAG } from '../core/device-link.ts';
import { deviceLock, deviceTrylock, deviceUnlock } from '../core/device-lock.ts';
import { DPM_FLAG } from '../core/device-power.ts';
import { EAGAIN } from '../core/errno.ts';
import { keep } from '../core/kept.ts';
import { movePmHead, movePmTail } from '../core/pm-lists.ts';
import { waitForDeviceProbe } from '../core/probe-wait.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, linkOf, record, supplierLinksOf, type World } from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { callbackSymbol, isGenpdCallback, runCallbackOf } from './power-domain-callbacks.ts';
import { pmRuntimePut } from './runtime-rules.ts';
import { pmRuntimeBlockIfDisabled, pmRuntimeUnblock } from './runtime-status.ts';
import { suspendReportResult } from './sleep-callbacks.ts';

/** device_prepare_smart_suspend(): parents and suppliers are prepared, so their values are final. */
function devicePrepareSmartSuspend(world: World, id: DeviceId): void {
  const { power, parent } = world.devices[id]!;
  const asks = power.noPmCallbacks || (power.driverFlags & DPM_FLAG.SMART_SUSPEND) !== 0;
  power.smartSuspend = asks && power.lastStatus !== 'blocked';
  if (!power.smartSuspend) return;
  if (parent >= 0) {
    const above = world.devices[parent]!.power;
    if (!above.smartSuspend && !above.ignoreChildren && above.lastStatus !== 'blocked') {
      power.smartSuspend = false;
      return;
    }
  }
  const { head, next } = world.supplierLinks;
  for (let linkId = head[id]!; linkId >= 0; linkId = next[linkId]!) {
    const link = linkOf(world, linkId);
    if (!(link.flags & DL_FLAG.PM_RUNTIME)) continue;
    const supplier = world.devices[link.supplier]!.power;
    if (!supplier.smartSuspend && supplier.lastStatus !== 'blocked') {
      power.smartSuspend = false;
      return;
    }
  }
}

/** device_prepare(): from here to complete() the device is held active. Returns 0 or a negative errno. */
function* devicePrepare(world: World, id: DeviceId): Task<number> {
  const { power } = world.devices[id]!;
  power.usageCount++;
  pmRuntimeBlockIfDisabled(world, id);
  if (power.syscore) return 0;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  power.wakeupPath = false;
  const layer = power.noPmCallbacks ? undefined : callbackLayer(world, id, CALLBACK_BIT.prepare);
  const isGenpd = layer !== undefined && isGenpdCallback(world, id, layer);
  let result = 0;
  if (isGenpd) result = yield* runCallbackOf(world, id, 'prepare', layer);
  else if (layer !== undefined) result = yield { kind: 'call', device: id, callback: 'prepare', layer };
  deviceUnlock(world, id);
  if (result < 0) {
    const symbol = callbackSymbol('prepare', layer, isGenpd, world.devices[id]!.bus);
    suspendReportResult(world, id, 'device_prepare', symbol, result);
    pmRuntimeUnblock(world, id);
    pmRuntimePut(world, id);
    return result;
  }
  devicePrepareSmartSuspend(world, id);
  const may = result > 0 || power.noPmCallbacks;
  power.directComplete = may && (power.driverFlags & DPM_FLAG.NO_DIRECT_COMPLETE) === 0;
  return 0;
}

/** What the device will wait for in the phases to come. */
function recordWaits(world: World, id: DeviceId): void {
  if (!world.recording) return;
  const { parent, asyncSuspend, power } = world.devices[id]!;
  record(world, {
    kind: 'sleep-device',
    device: id,
    parent,
    asynchronous: asyncSuspend && world.sleep.async,
    syscore: power.syscore,
    suppliers: supplierLinksOf(world, id).flatMap((link) => {
      const { supplier, status } = linkOf(world, link);
      return status === 'dormant' ? [] : [{ supplier, link }];
    }),
  });
}

/** device_block_probing(): no probe runs from here to complete(). */
function* deviceBlockProbing(world: World): Task<void> {
  yield* waitForDeviceProbe(world);
  world.deferred.blocked = true;
  yield* waitForDeviceProbe(world);
}

/** dpm_prepare(): head to tail. -EAGAIN prepares the same device again at once. */
export function* dpmPrepare(world: World): Task<number> {
  yield* deviceBlockProbing(world);
  record(world, { kind: 'sleep-phase', phase: 'prepare', edge: 'begin' });
  const error = yield* prepareDevices(world);
  record(world, { kind: 'sleep-phase', phase: 'prepare', edge: 'end' });
  return error;
}

function* prepareDevices(world: World): Task<number> {
  while (world.dpmList.head >= 0) {
    const id = world.dpmList.head;
    const error = yield* devicePrepare(world, id);
    if (error === -EAGAIN) continue;
    if (error !== 0) return keep(error);
    const { power } = world.devices[id]!;
    power.isPrepared = true;
    recordWaits(world, id);
    if (power.list !== 'none') movePmTail(world, id, 'prepared');
  }
  return 0;
}

/** device_complete(). */
function* deviceComplete(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  if (!power.syscore) {
    if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
    const layer = callbackLayer(world, id, CALLBACK_BIT.complete);
    if (layer !== undefined) yield* runCallbackOf(world, id, 'complete', layer);
    deviceUnlock(world, id);
  }
  pmRuntimeUnblock(world, id);
  pmRuntimePut(world, id);
}

/** dpm_complete(): tail to head; then probes may run again, and everything deferred is retried. */
export function* dpmComplete(world: World): Task<void> {
  const { prepared } = world.sleep;
  record(world, { kind: 'sleep-phase', phase: 'complete', edge: 'begin' });
  while (prepared.tail >= 0) {
    const id = prepared.tail;
    world.devices[id]!.power.isPrepared = false;
    movePmHead(world, id, 'completed');
    yield* deviceComplete(world, id);
  }
  // list_splice(): in front of what was added meanwhile.
  const { completed: list } = world.sleep;
  while (list.tail >= 0) movePmHead(world, list.tail, 'dpm');
  record(world, { kind: 'sleep-phase', phase: 'complete', edge: 'end' });
  world.deferred.blocked = false;
  driverDeferredProbeTrigger(world);
}
