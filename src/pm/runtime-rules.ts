/**
 * The machine of runtime-machine.ts at work: what holds of a device is asked, a row of the table is taken, its status and its
 * actions follow. That is all there is to an asynchronous request; the tasks that call back and wait, in runtime-transitions.ts,
 * go on from the outcome.
 * Follows drivers/base/power/runtime.c, ../semantics runtime-pm.md sections 3 to 7.
 */

import { CALLBACK_BIT } from '../core/callbacks.ts';
import { eventIndex, guardBit, takeTransition } from '../core/compiled-machine.ts';
import { EACCES, EAGAIN, EBUSY, EINPROGRESS, EINVAL, EPERM } from '../core/errno.ts';
import { DEVICE_QUEUE, wakeUpAll } from '../core/wake-up.ts';
import {
  type Device,
  type DeviceId,
  type DeviceLink,
  type LinkId,
  linkOf,
  type World,
} from '../core/world.ts';
import { callbackLayer } from './callback-choice.ts';
import { RPM_ASYNC, RPM_AUTO, RPM_NOWAIT } from './runtime-flags.ts';
import { RUNTIME_TABLE, type RuntimeEvent, type RuntimeGuard } from './runtime-machine.ts';
import {
  pmRuntimeAutosuspendExpiration,
  pmRuntimeCancelPending,
  pmRuntimeDeactivateTimer,
  queueRequest,
  rpmDropUsageCount,
  setAutosuspendTimer,
  updateRuntimeStatus,
} from './runtime-requests.ts';

/** What an event ends in: the result of the kernel's function, or what its caller has to do next. */
export type Outcome = number | (typeof NEXT)[number];

/** Actions that a table cannot carry out itself: the caller calls back, waits or goes on. */
const NEXT = [
  'wait',
  'hold and resume the parent',
  'call runtime_idle',
  'call runtime_suspend',
  'call runtime_resume',
  'rpm_suspend AUTO',
  'resume and return -EAGAIN',
  'start again',
  'return the error',
  'set timer',
] as const;

const RESULTS: Readonly<Record<string, number>> = {
  'return 0': 0,
  'return 1': 1,
  'return -EINVAL': -EINVAL,
  'return -EACCES': -EACCES,
  'return -EAGAIN': -EAGAIN,
  'return -EBUSY': -EBUSY,
  'return -EINPROGRESS': -EINPROGRESS,
  'return -EPERM': -EPERM,
};

/** `parent`: the one that is meant, -1 for none. */
type Action = (world: World, id: DeviceId, parent: DeviceId) => void;

const ACTIONS: Readonly<Record<string, Action>> = {
  'cancel request': (world, id) => {
    world.devices[id]!.power.request = 'none';
  },
  'stop timer': pmRuntimeDeactivateTimer,
  'stop timer unless it autosuspends': (world, id) => {
    if (!world.devices[id]!.power.timerAutosuspends) pmRuntimeDeactivateTimer(world, id);
  },
  'cancel request and timer': pmRuntimeCancelPending,
  'set autosuspend timer': setAutosuspendTimer,
  'request idle': (world, id) => queueRequest(world, id, 'idle'),
  'request suspend': (world, id) => queueRequest(world, id, 'suspend'),
  'request autosuspend': (world, id) => queueRequest(world, id, 'autosuspend'),
  'request resume': (world, id) => queueRequest(world, id, 'resume'),
  'count out of parent': (world, _, parent) => {
    if (parent >= 0 && world.devices[parent]!.power.childCount > 0) world.devices[parent]!.power.childCount--;
  },
  'count into parent': (world, _, parent) => {
    if (parent >= 0) world.devices[parent]!.power.childCount++;
  },
  'mark last busy': (world, id) => {
    world.devices[id]!.power.lastBusy = world.now;
  },
  'rpm_idle ASYNC': rpmIdleAsync,
  'idle parent and suppliers': idleParentAndSuppliers,
  'defer the resume': (world, id) => {
    world.devices[id]!.power.deferredResume = true;
  },
  'clear deferred resume': (world, id) => {
    world.devices[id]!.power.deferredResume = false;
  },
  'clear error': (world, id) => {
    world.devices[id]!.power.runtimeError = 0;
  },
};

function outcomeOf(action: string | undefined): Outcome | undefined {
  if (action === undefined) return 0;
  return RESULTS[action] ?? NEXT.find((each) => each === action);
}

const event = (name: RuntimeEvent) => eventIndex(RUNTIME_TABLE, name);
const guard = (name: RuntimeGuard) => guardBit(RUNTIME_TABLE, name);

const FORCE = {
  set_active: event('set_active'),
  set_suspended: event('set_suspended'),
  force_suspend: event('force_suspend'),
  force_resume: event('force_resume'),
};

const STATUSES = RUNTIME_TABLE.states;
const TARGETS = RUNTIME_TABLE.transitions.map(({ target }) => target);

/** By row: it is the end of a suspend or resume, of which those in power.wait_queue are told; not so a status that is forced. */
const ENDS_TRANSITION = RUNTIME_TABLE.transitions.map(({ event, target }) => {
  const ends = target !== undefined && target !== 'suspending' && target !== 'resuming';
  return ends && !(event in FORCE);
});

/** By row of the table: its outcome, the last action of the row, and those before it as functions. */
const OUTCOMES: readonly Outcome[] = RUNTIME_TABLE.transitions.map(({ actions }) => {
  const outcome = outcomeOf(actions.at(-1));
  if (outcome === undefined) throw new Error(`${actions.at(-1)} is no outcome`);
  return outcome;
});

const ROW_ACTIONS: readonly (readonly Action[])[] = RUNTIME_TABLE.transitions.map(({ actions }) =>
  actions.slice(0, -1).map((name) => {
    const action = ACTIONS[name];
    if (action === undefined) throw new Error(`${name} is no action`);
    return action;
  }),
);

/**
 * An event of the runtime PM machine: takes the row that the device's status and `conditions` (bits of guards) choose, sets the
 * status, carries out the actions. A row that the machine does not have is a fault of the model. `parent` is the one that counts the
 * device among its active children.
 */
export function runtimeTransition(
  world: World,
  id: DeviceId,
  event: number,
  conditions: number,
  parent = world.devices[id]!.parent,
): Outcome {
  const { power } = world.devices[id]!;
  let status = 0;
  while (STATUSES[status] !== power.runtimeStatus) status++;
  const row = takeTransition(RUNTIME_TABLE, status, event, conditions);
  if (row < 0) throw new Error(`no ${RUNTIME_TABLE.events[event]} while ${power.runtimeStatus}`);
  const target = TARGETS[row];
  if (target !== undefined) updateRuntimeStatus(world, id, target);
  if (ENDS_TRANSITION[row]!) wakeUpAll(world, id, DEVICE_QUEUE.status);
  const actions = ROW_ACTIONS[row]!;
  for (let index = 0; index < actions.length; index++) actions[index]!(world, id, parent);
  return OUTCOMES[row]!;
}

const RPM_IDLE = event('rpm_idle');
const RPM_SUSPEND = event('rpm_suspend');
const RPM_RESUME = event('rpm_resume');
const PM_SCHEDULE_SUSPEND = event('pm_schedule_suspend');
const SUSPEND_SUCCEEDED = event('runtime_suspend succeeded');
const SUSPEND_FAILED = event('runtime_suspend failed');
const RESUME_SUCCEEDED = event('runtime_resume succeeded');
const RESUME_FAILED = event('runtime_resume failed');

const ERROR_LATCHED = guard('error latched');
const DISABLED = guard('disabled');
const DISABLED_WHILE_ACTIVE = guard('disabled while active');
const IN_USE = guard('in use');
const CHILDREN_ACTIVE = guard('children active');
const RESUME_REQUESTED = guard('resume requested');
const NO_LATENCY_ALLOWED = guard('no latency allowed');
const STRONGER_REQUEST_PENDING = guard('stronger request pending');
const IDLE_CALLBACK_RUNNING = guard('idle callback running');
const NO_IDLE_CALLBACK = guard('no idle callback');
const NO_CALLBACKS = guard('no callbacks');
const AUTOSUSPEND_DELAY_NOT_OVER = guard('autosuspend delay not over');
const NO_NEED_OF_THE_PARENT = guard('no callbacks and no need of the parent');
const PARENT_NOT_HELD = guard('parent not held');
const RESUME_DEFERRED = guard('resume deferred');
const BUSY = guard('busy');
const AUTOSUSPENDS_AGAIN = guard('busy, and autosuspends again');

/** By RPM_* flags: the guards that they alone decide. */
const FLAG_CONDITIONS: readonly number[] = Array.from({ length: 16 }, (_, flags) => {
  const isAsync = (flags & RPM_ASYNC) !== 0;
  let conditions = isAsync ? guard('ASYNC') | guard('ASYNC or NOWAIT') : guard('synchronous');
  if (flags & RPM_NOWAIT) conditions |= guard('NOWAIT') | guard('ASYNC or NOWAIT');
  if (isAsync && flags & RPM_AUTO) conditions |= guard('ASYNC and AUTO');
  return conditions;
});

/** What rpm_check_suspend_allowed() asks. */
function refusalConditions({ power }: Device): number {
  let conditions = 0;
  if (power.runtimeError !== 0) conditions |= ERROR_LATCHED;
  if (power.disableDepth > 0) conditions |= DISABLED;
  if (power.usageCount !== 0) conditions |= IN_USE;
  if (power.childCount !== 0 && !power.ignoreChildren) conditions |= CHILDREN_ACTIVE;
  if (power.requestPending && power.request === 'resume') conditions |= RESUME_REQUESTED;
  else if (power.deferredResume && power.runtimeStatus === 'suspending') conditions |= RESUME_REQUESTED;
  if (power.resumeLatency === 0) conditions |= NO_LATENCY_ALLOWED;
  return conditions;
}

/** rpm_idle() up to where the callback or a suspend is needed. */
export function idleStart(world: World, id: DeviceId, flags: number): Outcome {
  const device = world.devices[id]!;
  const { power } = device;
  let conditions = FLAG_CONDITIONS[flags]! | refusalConditions(device);
  if (power.requestPending && power.request !== 'none' && power.request !== 'idle')
    conditions |= STRONGER_REQUEST_PENDING;
  if (power.idleNotification) conditions |= IDLE_CALLBACK_RUNNING;
  // The lookup costs most and is left out where the device is in use: nearly always.
  if ((conditions & IN_USE) === 0) {
    const hasCallback =
      !power.noCallbacks && callbackLayer(world, id, CALLBACK_BIT.runtime_idle) !== undefined;
    if (!hasCallback) conditions |= NO_IDLE_CALLBACK;
  }
  return runtimeTransition(world, id, RPM_IDLE, conditions);
}

/** rpm_idle() with RPM_ASYNC: queues an idle notification, or an autosuspend where there is no idle callback. */
export function rpmIdleAsync(world: World, id: DeviceId): number {
  const outcome = idleStart(world, id, RPM_ASYNC);
  return outcome === 'rpm_suspend AUTO' ? rpmSuspendAsync(world, id, RPM_AUTO) : (outcome as number);
}

/** rpm_suspend() up to where a callback or a wait is needed. */
export function suspendStart(world: World, id: DeviceId, flags: number): Outcome {
  const device = world.devices[id]!;
  let conditions = FLAG_CONDITIONS[flags]! | refusalConditions(device);
  if (device.power.noCallbacks) conditions |= NO_CALLBACKS;
  if (flags & RPM_AUTO && pmRuntimeAutosuspendExpiration(world, device.power) !== 0)
    conditions |= AUTOSUSPEND_DELAY_NOT_OVER;
  return runtimeTransition(world, id, RPM_SUSPEND, conditions);
}

/** rpm_suspend() with RPM_ASYNC. */
export function rpmSuspendAsync(world: World, id: DeviceId, flags: number): number {
  return suspendStart(world, id, flags | RPM_ASYNC) as number;
}

/** pm_schedule_suspend() with a delay, up to the timer. */
export function scheduleStart(world: World, id: DeviceId): Outcome {
  return runtimeTransition(world, id, PM_SCHEDULE_SUSPEND, refusalConditions(world.devices[id]!));
}

/** The end of rpm_suspend(), with what its callback returned. */
export function suspendEnd(world: World, id: DeviceId, flags: number, error: number): Outcome {
  const { power } = world.devices[id]!;
  if (error === 0)
    return runtimeTransition(world, id, SUSPEND_SUCCEEDED, power.deferredResume ? RESUME_DEFERRED : 0);
  let conditions = 0;
  if (error === -EAGAIN || error === -EBUSY) {
    conditions |= BUSY;
    if (flags & RPM_AUTO && pmRuntimeAutosuspendExpiration(world, power) !== 0)
      conditions |= AUTOSUSPENDS_AGAIN;
  }
  return runtimeTransition(world, id, SUSPEND_FAILED, conditions);
}

/** Devices to idle because one below them has suspended, the next one last; empty when rpm_suspend() is over. */
const toIdle: DeviceId[] = [];
let isIdling = false;

/** The end of rpm_suspend(): the parent and the suppliers may now be able to suspend. An interrupt-safe device tells nobody. */
function idleParentAndSuppliers(world: World, id: DeviceId): void {
  const { power, parent, linksCount } = world.devices[id]!;
  if (power.irqSafe) return;
  if (linksCount > 0) {
    const { tail, previous } = world.supplierLinks;
    for (let link = tail[id]!; link >= 0; link = previous[link]!) toIdle.push(linkOf(world, link).supplier);
  }
  if (parent >= 0 && !world.devices[parent]!.power.ignoreChildren) toIdle.push(parent);
  // One without callbacks suspends at once and comes back here: its parent is next, and the call stack stays flat.
  if (isIdling) return;
  isIdling = true;
  try {
    for (let next = toIdle.pop(); next !== undefined; next = toIdle.pop()) rpmIdleAsync(world, next);
  } finally {
    isIdling = false;
    if (toIdle.length > 0) toIdle.length = 0;
  }
}

/**
 * rpm_resume() up to where a callback, the parent or a wait is needed. `held`: the parent that a pass before has resumed, -1 for none. It is
 * the parent of this resume to its end, wherever the device is moved meanwhile.
 */
export function resumeStart(world: World, id: DeviceId, flags: number, held: DeviceId = -1): Outcome {
  const { power, parent } = world.devices[id]!;
  let conditions = FLAG_CONDITIONS[flags]!;
  if (power.runtimeError !== 0) conditions |= ERROR_LATCHED;
  if (power.disableDepth > 0) {
    conditions |= DISABLED;
    if (power.runtimeStatus === 'active' && power.lastStatus === 'active')
      conditions |= DISABLED_WHILE_ACTIVE;
  }
  if (power.noCallbacks) conditions |= NO_CALLBACKS;
  if (parent >= 0 && held < 0) {
    if (!power.irqSafe) conditions |= PARENT_NOT_HELD;
    if (power.noCallbacks && needsNoParent(world, parent)) conditions |= NO_NEED_OF_THE_PARENT;
  }
  return runtimeTransition(world, id, RPM_RESUME, conditions, held >= 0 ? held : parent);
}

/** A resume of a device below need not bring the parent up. */
export function needsNoParent(world: World, parent: DeviceId): boolean {
  const { power } = world.devices[parent]!;
  return power.disableDepth > 0 || power.ignoreChildren || power.runtimeStatus === 'active';
}

/** rpm_resume() with RPM_ASYNC. */
export function rpmResumeAsync(world: World, id: DeviceId): number {
  return resumeStart(world, id, RPM_ASYNC) as number;
}

/** The end of rpm_resume(), with what its callback returned, and the parent that the device had before that. */
export function resumeEnd(world: World, id: DeviceId, parent: DeviceId, error: number): Outcome {
  return runtimeTransition(world, id, error === 0 ? RESUME_SUCCEEDED : RESUME_FAILED, 0, parent);
}

/** A status that is set whatever it was: pm_runtime_set_active() and its kin, pm_runtime_force_suspend(), ..._resume(). */
export function forceStatus(world: World, id: DeviceId, by: keyof typeof FORCE): void {
  runtimeTransition(world, id, FORCE[by], 0);
}

/** pm_runtime_release_supplier(): gives back all references that the link holds, without looking whether it can suspend. */
export function pmRuntimeReleaseSupplier(world: World, id: LinkId): void {
  releaseSupplier(world, linkOf(world, id));
}

/** The same for a link that may be off its lists. */
export function releaseSupplier(world: World, link: DeviceLink): void {
  const { power } = world.devices[link.supplier]!;
  while (link.rpmActive > 1) {
    link.rpmActive--;
    if (power.usageCount <= 0) return;
    power.usageCount--;
  }
}

/** __rpm_put_suppliers() without a look whether they can suspend. */
export function rpmReleaseSuppliers(world: World, id: DeviceId): void {
  const { head, next } = world.supplierLinks;
  for (let link = head[id]!; link >= 0; link = next[link]!) pmRuntimeReleaseSupplier(world, link);
}

/** rpm_put_suppliers(): gives all references back; the suppliers may then suspend. */
export function rpmPutSuppliers(world: World, id: DeviceId): void {
  const { head, next } = world.supplierLinks;
  for (let link = head[id]!; link >= 0; link = next[link]!) {
    pmRuntimeReleaseSupplier(world, link);
    rpmIdleAsync(world, linkOf(world, link).supplier);
  }
}

/** pm_runtime_put(). */
export function pmRuntimePut(world: World, id: DeviceId): number {
  const count = rpmDropUsageCount(world, id);
  if (count !== 0) return Math.min(count, 0);
  return rpmIdleAsync(world, id);
}
