/** Moves about runtime PM: operations that mean something in the state that a device is in, and ways into its deep states. */
import type { DevicePower } from '../../src/core/device-power.ts';
import type { RuntimeOperation } from '../../src/scenarios/command.ts';
import type { Draft } from './generate-draft.ts';
import type { Weighted } from './generate-random.ts';
import { ERRORS, OPERATIONS, operationWords, RUNTIME } from './generate-values.ts';

type Operations = Weighted<RuntimeOperation>;

const DISABLED: Operations = [
  [6, 'enable'],
  [4, 'set_active'],
  [2, 'set_suspended'],
  [1, 'get_sync'],
  [1, 'get_noresume'],
  [1, 'put'],
  [1, 'disable'],
  [2, 'force_resume'],
  [1, 'force_suspend'],
];

const FAILED: Operations = [
  [3, 'set_suspended'],
  [3, 'set_active'],
  [1, 'get_sync'],
  [1, 'put'],
  [1, 'suspend'],
  [1, 'idle'],
  [1, 'schedule_suspend'],
  [1, 'request_idle'],
  [1, 'resume_and_get'],
];

const HELD: Operations = [
  [4, 'put'],
  [4, 'put_sync'],
  [3, 'put_autosuspend'],
  [2, 'put_sync_suspend'],
  [2, 'put_sync_autosuspend'],
  [2, 'put_noidle'],
  [1, 'suspend'],
  [1, 'get_if_in_use'],
  [1, 'mark_last_busy'],
  [1, 'force_suspend'],
  [1, 'disable'],
];

const FREE: Operations = [
  [2, 'suspend'],
  [2, 'autosuspend'],
  [2, 'request_idle'],
  [2, 'request_autosuspend'],
  [2, 'schedule_suspend'],
  [2, 'idle'],
  [2, 'get_sync'],
  [1, 'get_if_active'],
  [1, 'get_if_in_use'],
  [1, 'mark_last_busy'],
  [1, 'forbid'],
  [1, 'force_suspend'],
  [1, 'disable'],
];

const SUSPENDED: Operations = [
  [4, 'get_sync'],
  [3, 'get'],
  [2, 'resume'],
  [2, 'resume_and_get'],
  [2, 'request_resume'],
  [1, 'forbid'],
  [1, 'allow'],
  [1, 'barrier'],
  [1, 'schedule_suspend'],
  [1, 'force_suspend'],
];

/** Between two states, or with a request pending: everything is worth a try. */
const BUSY: Operations = [
  [3, 'get'],
  [3, 'get_sync'],
  [2, 'put'],
  [2, 'request_resume'],
  [2, 'request_idle'],
  [2, 'suspend'],
  [2, 'barrier'],
  [1, 'schedule_suspend'],
  [1, 'request_autosuspend'],
  [1, 'put_autosuspend'],
  [1, 'idle'],
  [1, 'disable'],
  [1, 'resume'],
  [1, 'force_suspend'],
];

function likelyOperations(power: DevicePower): Operations {
  if (power.runtimeError !== 0) return FAILED;
  if (power.disableDepth > 0) return DISABLED;
  if (power.requestPending || power.idleNotification) return BUSY;
  if (power.runtimeStatus === 'suspending' || power.runtimeStatus === 'resuming') return BUSY;
  if (power.runtimeStatus === 'suspended') return SUSPENDED;
  return power.usageCount > 0 ? HELD : FREE;
}

/** An operation on a device by the state it is in; one in five at random. */
export function operate(draft: Draft, device = draft.device()): void {
  const power = draft.rehearsal.device(device)?.power;
  const operation =
    power === undefined || draft.chance(5) ? draft.pick(OPERATIONS) : draft.weighted(likelyOperations(power));
  draft.say(...operationWords(draft, operation, device));
}

/** Enables runtime PM of a device, with its status and autosuspend. */
export function bringUp(draft: Draft): void {
  const down = draft.deviceWith(({ power }) => power.disableDepth > 0);
  const device = down !== undefined && !draft.chance(4) ? down : draft.device();
  if (draft.chance(3)) draft.say('rpm', 'set_active', device);
  draft.say('rpm', 'enable', device);
  if (!draft.chance(4)) return;
  draft.say('rpm', 'use_autosuspend', device);
  draft.say('rpm', 'set_delay', device, draft.milliseconds());
}

/** Enables runtime PM of all devices. */
export function bringAllUp(draft: Draft): void {
  for (const device of draft.devicesWith(({ power }) => power.disableDepth > 0)) {
    if (!draft.chance(8)) draft.say('rpm', 'enable', device);
  }
}

/** Up, and down again, through any of the doors. */
export function upAndDown(draft: Draft): void {
  const device = draft.device();
  draft.say('rpm', draft.pick(['get_sync', 'get', 'resume_and_get', 'request_resume', 'resume']), device);
  if (draft.chance(3)) draft.wait();
  if (draft.chance(3)) draft.say('rpm', 'mark_last_busy', device);
  const down = [
    'put',
    'put_sync',
    'put_autosuspend',
    'put_sync_suspend',
    'put_sync_autosuspend',
    'put_noidle',
  ] as const;
  draft.say('rpm', draft.pick(down), device);
  if (draft.chance(2)) draft.wait();
}

/** A device that can be caught in the middle: enabled, and with the callback. */
function movable(draft: Draft): string {
  return draft.deviceWith(({ power, driver }) => power.disableDepth === 0 && driver >= 0) ?? draft.device();
}

/** Catches a device in the middle of a callback that takes time, and asks things of it. */
export function catchInCallback(draft: Draft): void {
  const device = movable(draft);
  const callback = draft.pick(RUNTIME);
  const length = draft.pick([10, 20, 40]);
  if (draft.chance(2)) draft.say('ret', device, callback, draft.pick([-16, -11, -5, ...ERRORS]));
  draft.say('delay', device, callback, length);
  if (callback === 'runtime_resume') draft.say('rpm', draft.pick(['get', 'request_resume']), device);
  else beginSuspend(draft, device, callback === 'runtime_idle');
  draft.say(draft.chance(4) ? 'sleep_raw' : 'sleep', draft.pick([1, 3, 5, length - 3]));
  if (draft.chance(2)) draft.say('state', device);
  for (let more = draft.random.between(1, 4); more > 0; more--) operate(draft, device);
  if (draft.chance(3)) operate(draft);
  draft.say('sleep', draft.pick([5, 30, 60]));
  if (draft.chance(2)) draft.say('delay', device, callback, 0);
  draft.say('state', device);
}

/** Has a worker suspend a device or look whether it is idle. */
function beginSuspend(draft: Draft, device: string, idle: boolean): void {
  const power = draft.rehearsal.device(device)?.power;
  if (power?.runtimeStatus !== 'active') {
    draft.say('rpm', 'get_sync', device);
    draft.say('rpm', 'put_noidle', device);
  }
  for (let held = draft.rehearsal.device(device)?.power.usageCount ?? 0; held > 1 && held < 5; held--)
    draft.say('rpm', 'put_noidle', device);
  const isHeld = (draft.rehearsal.device(device)?.power.usageCount ?? 0) > 0;
  if (isHeld) draft.say('rpm', idle ? 'put' : draft.pick(['put', 'put_autosuspend']), device);
  else draft.say('rpm', idle ? 'request_idle' : draft.pick(['request_autosuspend', 'request_idle']), device);
}

/** Autosuspend with a timer that something happens to before it fires. */
export function autosuspend(draft: Draft): void {
  const device = movable(draft);
  const delay = draft.pick([10, 20, 50, 100]);
  draft.say('rpm', 'use_autosuspend', device);
  draft.say('rpm', 'set_delay', device, delay);
  if (draft.chance(2)) draft.say('rpm', 'get_sync', device);
  draft.say('rpm', 'mark_last_busy', device);
  if (draft.chance(4))
    draft.say('ret', device, 'runtime_suspend', draft.pick(['-16', '-11,-16', '-16*', '-5']));
  if (draft.chance(5)) draft.say('on', device, 'runtime_suspend', `rpm mark_last_busy ${device}`);
  draft.say(
    'rpm',
    draft.pick(['put_autosuspend', 'put', 'put_sync_autosuspend', 'request_autosuspend']),
    device,
  );
  draft.say('sleep', draft.pick([3, delay - 3, delay, delay + 7]));
  for (let more = draft.random.below(3); more > 0; more--) touchTimer(draft, device);
  draft.say('sleep', draft.pick([delay - 1, delay, 2 * delay]));
  draft.say('state', device);
}

/** Two timers that want the same device: the one that is there, and one that would be later or sooner. */
export function rivalTimers(draft: Draft): void {
  const device = movable(draft);
  const delay = draft.pick([20, 50]);
  draft.say('rpm', 'use_autosuspend', device);
  draft.say('rpm', 'set_delay', device, delay);
  draft.say('rpm', draft.pick(['resume', 'get_sync']), device);
  draft.say('rpm', 'mark_last_busy', device);
  draft.say('rpm', draft.pick(['put_autosuspend', 'request_autosuspend']), device);
  if (draft.chance(2)) draft.say('sleep', draft.pick([3, 7]));
  if (draft.chance(2)) draft.say('ret', device, 'runtime_idle', '-16*');
  draft.say(
    ...draft.pick<(string | number)[]>([
      ['rpm', 'schedule_suspend', device, draft.pick([5, 12, 70])],
      ['rpm', 'mark_last_busy', device],
      ['rpm', 'set_delay', device, draft.pick([10, 40, 100])],
    ]),
  );
  draft.say(
    ...draft.pick<(string | number)[]>([
      ['rpm', 'request_autosuspend', device],
      ['rpm', 'schedule_suspend', device, 30],
      ['rpm', 'dont_use_autosuspend', device],
      ['sleep', 4],
    ]),
  );
  if (draft.chance(2)) draft.say('rpm', 'dont_use_autosuspend', device);
  draft.say('sleep', draft.pick([6, 13, delay - 3]));
  draft.say('state', device);
  draft.say('sleep', draft.pick([delay, 2 * delay]));
  draft.say('state', device);
}

/** Something that moves, stops or shortens a timer. */
function touchTimer(draft: Draft, device: string): void {
  const operations: Operations = [
    [3, 'mark_last_busy'],
    [2, 'get'],
    [2, 'put_autosuspend'],
    [2, 'schedule_suspend'],
    [2, 'set_delay'],
    [1, 'dont_use_autosuspend'],
    [1, 'use_autosuspend'],
    [1, 'request_autosuspend'],
    [1, 'barrier'],
    [1, 'disable'],
    [1, 'resume'],
    [1, 'suspend'],
  ];
  draft.say(...operationWords(draft, draft.weighted(operations), device));
}

/** An error that sticks, what follows from it, and the way out. */
export function latchError(draft: Draft): void {
  const device = movable(draft);
  const isResume = draft.chance(2);
  draft.say(
    'ret',
    device,
    isResume ? 'runtime_resume' : 'runtime_suspend',
    draft.pick([-5, -22, -13, -16, -11, 1]),
  );
  draft.say(
    'rpm',
    draft.pick(isResume ? ['get_sync', 'resume', 'get'] : ['suspend', 'put_sync', 'autosuspend']),
    device,
  );
  if (draft.chance(3)) draft.wait();
  for (let more = draft.random.below(4); more > 0; more--)
    operate(draft, draft.chance(3) ? draft.device() : device);
  if (draft.chance(2)) draft.say('rpm', draft.pick(['set_active', 'set_suspended']), device);
  draft.say('state');
}

/** A chain of consumers over suppliers, each held through its link. */
export function supplierChain(draft: Draft): void {
  const { devices } = draft.rehearsal;
  const chain = devices.length < 2 ? [] : draft.random.some(devices, 4);
  for (let index = 1; index < chain.length; index++) {
    const flags = draft.pick([
      'pm_runtime',
      'stateless,pm_runtime',
      'pm_runtime,rpm_active',
      'autoprobe_consumer,pm_runtime',
    ]);
    draft.say('link', chain[index]!, chain[index - 1]!, flags);
  }
  for (const device of chain) if (!draft.chance(5)) draft.say('rpm', 'enable', device);
  const last = chain.at(-1) ?? draft.device();
  if (draft.chance(5)) draft.say('ret', chain[0] ?? last, 'runtime_resume', draft.pick(ERRORS));
  draft.say('rpm', draft.pick(['get_sync', 'get', 'resume']), last);
  if (draft.chance(2)) draft.say('state');
  if (draft.chance(2)) draft.wait();
  draft.say('rpm', draft.pick(['put', 'put_sync', 'put_sync_suspend', 'suspend']), last);
  draft.wait();
}

/** Settings that change how a device's whole branch behaves. */
export function branchSettings(draft: Draft): void {
  const child = draft.deviceWith(({ parent }) => parent >= 0) ?? draft.device();
  const id = draft.rehearsal.device(child)?.parent ?? -1;
  const parent = id >= 0 ? draft.rehearsal.nameOf(id) : draft.device();
  draft.say(
    ...draft.weighted<(string | number)[]>([
      [3, ['rpm', 'ignore_children', parent, draft.chance(4) ? 0 : 1]],
      [3, ['rpm', 'irq_safe', child]],
      [3, ['rpm', 'no_callbacks', child]],
      [2, ['rpm', 'no_callbacks', parent]],
      [1, ['rpm', 'irq_safe', parent]],
    ]),
  );
  for (const device of [parent, child]) if (draft.chance(2)) draft.say('rpm', 'enable', device);
  draft.say('rpm', draft.pick(['get_sync', 'get', 'resume', 'request_resume']), child);
  operate(draft, parent);
  if (draft.chance(2)) draft.wait();
  draft.say('rpm', draft.pick(['put', 'put_sync', 'suspend', 'put_sync_suspend']), child);
  draft.say(...draft.pick([['settle'], ['state'], ['state', parent], ['flush']]));
}

/** Status by force, of a device or of a parent and its child. */
export function forceStatus(draft: Draft): void {
  const device = draft.device();
  if (draft.chance(2)) {
    // Only one that is held by others than system sleep is resumed again.
    if (draft.chance(2)) draft.say('rpm', 'get_sync', device);
    if (draft.chance(3)) draft.say('rpm', 'get_noresume', device);
    draft.say('rpm', 'force_suspend', device);
    if (draft.chance(2)) operate(draft);
    if (draft.chance(2)) draft.say('state');
    if (draft.chance(4)) draft.say('ret', device, 'runtime_resume', draft.pick(ERRORS));
    draft.say('rpm', 'force_resume', device);
  } else {
    draft.say('rpm', 'disable', device);
    draft.say('rpm', draft.pick(['set_active', 'set_active', 'set_suspended']), device);
    if (draft.chance(2)) draft.say('rpm', draft.pick(['set_active', 'set_suspended']), device);
    draft.say('rpm', 'enable', device);
  }
  if (draft.chance(2)) draft.say('settle');
  draft.say('state', device);
}

/** The count of disables is three bits wide. */
export function disableOften(draft: Draft): void {
  const device = draft.device();
  for (let count = draft.random.between(5, 9); count > 0; count--) draft.say('rpm', 'disable', device);
  draft.say('state', device);
  operate(draft, device);
}

/** Some operations on the devices in focus. */
export function operateOften(draft: Draft): void {
  draft.refocus();
  for (let count = draft.random.between(2, 6); count > 0; count--) operate(draft);
  if (draft.chance(2)) draft.look();
}
