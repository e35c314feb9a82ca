/**
 * Deferred probing: the retries and what starts them.
 * Follows drivers/base/dd.c, ../semantics probe.md section 10. The lists themselves are in core/deferred-list.ts.
 */

import { asyncJobEnded } from '../core/async-jobs.ts';
import { driverDeferredProbeTrigger } from '../core/deferred-list.ts';
import { linksWriteLock } from '../core/device-lock.ts';
import { InputError } from '../core/diagnostic.ts';
import { keep } from '../core/kept.ts';
import { srcuReadLock, srcuReadUnlock } from '../core/srcu.ts';
import type { Task } from '../core/task.ts';
import { letSleep, takeItem } from '../core/work-queues.ts';
import { happened, type World } from '../core/world.ts';
import {
  deviceLinksSupplierSyncStateResume,
  deviceReorderToTail,
  fwDevlinkDriversDone,
  walkSubordinates,
} from '../links/index.ts';
import { busProbeDevice, deviceAttachAsyncHelper, driverAttachAsyncHelper } from './attach.ts';

/**
 * Devices that the retries of one world may move in all; a real board moves some hundred. A chain of n devices that bind one
 * after the other costs the kernel n retries of n devices, each moving n.
 */
const RETRY_LIMIT = 2_000_000;

function tooManyRetries(world: World): InputError {
  return new InputError(
    'retry-limit',
    { input: world.board.input },
    `retries of deferred probes have moved more than ${RETRY_LIMIT} devices in dpm_list`,
    'look for a very long chain of devices that wait for one another',
  );
}

/** deferred_probe_work_func(): retries the active devices in order; each goes to the tail of dpm_list first. */
export function* deferredProbeWorkFunc(world: World): Task<void> {
  const { deferred } = world;
  deferred.begun++;
  while (deferred.active.length > 0) {
    const id = keep(deferred.active.shift()!);
    const device = world.devices[id]!;
    device.deferred = 'none';
    device.deferredReason = undefined;
    // device_pm_move_to_tail() reads the links while it waits for device_pm_lock(): no removed link is released meanwhile.
    const side = keep(srcuReadLock(world.srcu.links));
    if (world.linksLocked) yield* linksWriteLock(world);
    yield* walkSubordinates(world, id);
    deferred.moved += deviceReorderToTail(world, id, { by: 'deferred-retry', root: id });
    srcuReadUnlock(world.srcu.links, side);
    if (deferred.moved > RETRY_LIMIT) throw tooManyRetries(world);
    yield* busProbeDevice(world, id);
  }
  // Nobody has a ticket.
  if (deferred.flushing === 0) deferred.begun = 0;
}

/**
 * flush_work(&deferred_probe_work) and async_synchronize_full(), for a world in which nothing but probes is queued: they run one
 * after the other, in the order in which they were queued.
 */
export function* flushDeferredProbeWork(world: World): Task<void> {
  const { deferred, work } = world;
  while (work.unbound.length > 0) {
    const item = takeItem(work, 'unbound', 0);
    if (item.kind === 'deferred-probe') {
      deferred.workQueued = false;
      yield* deferredProbeWorkFunc(world);
    } else if (item.kind === 'driver-attach') {
      yield* driverAttachAsyncHelper(world, item.device);
    } else if (item.kind === 'device-attach') {
      yield* deviceAttachAsyncHelper(world, item.device);
    }
    asyncJobEnded(world, item);
  }
  letSleep(work);
}

/** sync_state_resume_initcall() and deferred_probe_initcall(), at late_initcall: retries begin, twice over. */
export function* deferredProbeInitcall(world: World): Task<void> {
  const { deferred, settings } = world;
  yield* deviceLinksSupplierSyncStateResume(world);
  deferred.enabled = true;
  driverDeferredProbeTrigger(world);
  yield* flushDeferredProbeWork(world);
  deferred.initcallsDone = true;
  if (!settings.modules) fwDevlinkDriversDone(world);
  driverDeferredProbeTrigger(world);
  yield* flushDeferredProbeWork(world);
}

/** deferred_probe_timeout_work_func(): no driver will come any more. */
export function* deferredProbeTimeout(world: World): Task<void> {
  happened(world, { kind: 'timeout' });
  fwDevlinkDriversDone(world);
  driverDeferredProbeTrigger(world);
  yield* flushDeferredProbeWork(world);
}
