/** Random words of the command language: callback sets, return values, link flags, commands for callbacks. */
import { CALLBACKS, type Callback } from '../../src/core/callbacks.ts';
import { SLEEP_PHASES } from '../../src/core/trace.ts';
import { DEVICE_FLAGS, RUNTIME_OPERATIONS, type RuntimeOperation } from '../../src/scenarios/command.ts';
import type { Draft } from './generate-draft.ts';

const GROUPS = ['all', 'sleep', 'rpm', 'sr', 'basic'] as const;
const PM_CALLBACKS = CALLBACKS.filter((name) => !['probe', 'remove', 'sync_state'].includes(name));

/** A set of callbacks for ops=, type= or dom=; empty for none. */
export function callbackWords(draft: Draft, key: string): string {
  const { random } = draft;
  const words = random.weighted<() => readonly string[]>([
    [6, () => ['all']],
    [6, () => ['rpm']],
    [2, () => ['sr']],
    [2, () => ['sleep']],
    [1, () => ['basic']],
    [2, () => random.some(PM_CALLBACKS, 5)],
    [1, () => [random.pick(GROUPS), random.pick(PM_CALLBACKS)]],
  ])();
  return `${key}=${words.join(',')}`;
}

export const ERRORS = [-5, -16, -11, -22, -13, -19, -110, -6, -1] as const;

/** What a callback may return: errors of all kinds, and positive values that mean something to some callers. */
export function returnValue(draft: Draft, callback: Callback): number {
  const { random } = draft;
  if (callback === 'prepare')
    return random.weighted([
      [6, 1],
      [2, 0],
      [2, -11],
      [3, random.pick(ERRORS)],
      [1, 2],
    ]);
  if (callback === 'runtime_idle')
    return random.weighted([
      [3, -16],
      [2, 1],
      [2, -11],
      [2, random.pick(ERRORS)],
      [2, 0],
    ]);
  return random.weighted([
    [4, -5],
    [4, -16],
    [4, -11],
    [4, random.pick(ERRORS)],
    [2, 0],
    [1, 1],
    [1, -517],
  ]);
}

/** Return values of `ret`, for one call or several; never an endless row of refusals to prepare. */
export function returnWords(draft: Draft, callback: Callback): string {
  const { random } = draft;
  const one = () => String(returnValue(draft, callback));
  const values = Array.from(
    {
      length: random.weighted([
        [6, 1],
        [2, 2],
        [1, 3],
      ]),
    },
    one,
  );
  const repeats = callback === 'prepare' ? Number(values.at(-1)) >= 0 : true;
  return values.join(',') + (repeats && draft.chance(callback === 'prepare' ? 2 : 8) ? '*' : '');
}

/** Return values of a probe: deferrals until something else is bound among them. */
export function probeWords(draft: Draft): string {
  const { random } = draft;
  const one = () =>
    random.weighted<() => string>([
      [4, () => 'defer'],
      [5, () => `defer:${draft.device()}`],
      [3, () => String(random.pick(ERRORS))],
      [2, () => '0'],
      [1, () => String(random.pick([1, 5, 517, -517]))],
    ])();
  const values = Array.from(
    {
      length: random.weighted([
        [6, 1],
        [2, 2],
        [1, 3],
      ]),
    },
    one,
  );
  return values.join(',') + (draft.chance(8) ? '*' : '');
}

const MANAGED_FLAGS = [
  'autoremove_consumer',
  'autoremove_supplier',
  'autoprobe_consumer',
  'inferred',
  'cycle',
];
const ALL_FLAGS = ['stateless', ...MANAGED_FLAGS, 'pm_runtime', 'rpm_active', 'managed', 'sync_state_only'];

/** Flags of a link: mostly ones that the kernel takes. */
export function linkFlags(draft: Draft): string {
  const { random } = draft;
  const runtime = () =>
    random.weighted<string[]>([
      [3, []],
      [4, ['pm_runtime']],
      [3, ['pm_runtime', 'rpm_active']],
    ]);
  const words = random.weighted<() => string[]>([
    [5, () => ['stateless', ...runtime()]],
    [5, () => runtime()],
    [3, () => ['autoremove_consumer', ...runtime()]],
    [2, () => ['autoremove_supplier', ...runtime()]],
    [3, () => ['autoprobe_consumer', ...runtime()]],
    [2, () => ['inferred', ...runtime()]],
    [2, () => ['sync_state_only', ...random.pick([[], ['inferred'], ['inferred', 'cycle']])]],
    [1, () => [...random.some(MANAGED_FLAGS, 3), ...runtime()]],
    [1, () => ['rpm_active']],
    [1, () => random.some(ALL_FLAGS, 4)],
    [1, () => [String(random.below(draft.chance(8) ? 2048 : 1024))]],
  ])();
  return words.length === 0 ? '0' : words.join(',');
}

/** The number behind an operation that takes one. */
function operationNumber(draft: Draft, operation: RuntimeOperation): number | '' {
  const { random } = draft;
  if (!RUNTIME_OPERATIONS[operation]) return '';
  if (operation === 'ignore_children')
    return random.weighted([
      [3, 1],
      [1, 0],
    ]);
  if (operation === 'set_delay')
    return random.weighted([
      [2, -1],
      [1, 0],
      [6, random.pick([10, 20, 50, 100])],
      [1, 1500],
    ]);
  return random.weighted([
    [1, 0],
    [6, random.pick([5, 10, 20, 50])],
    [1, 1000],
  ]);
}

/** An operation with its device and number, as words. */
export function operationWords(
  draft: Draft,
  operation: RuntimeOperation,
  device: string,
): (string | number)[] {
  return ['rpm', operation, device, operationNumber(draft, operation)];
}

export const OPERATIONS = Object.keys(RUNTIME_OPERATIONS) as RuntimeOperation[];

/** Callbacks of runtime PM that a driver is likely to have and the model to call. */
export const RUNTIME = ['runtime_suspend', 'runtime_resume', 'runtime_idle'] as const;

/** Some flags of a device; those that make it asynchronous are harmless unless pm_async is on. */
export function flagWords(draft: Draft): string[] {
  const { random } = draft;
  return random.weighted<() => string[]>([
    [5, () => ['smart_suspend']],
    [4, () => ['smart_suspend', 'may_skip_resume']],
    [2, () => ['may_skip_resume']],
    [2, () => ['smart_prepare']],
    [2, () => ['no_direct_complete']],
    [1, () => ['syscore']],
    [1, () => ['clear']],
    [2, () => random.some(DEVICE_FLAGS, 3)],
  ])();
}

/** Operations that drivers use in callbacks. */
const OPERATIONS_IN_CALLBACKS: readonly RuntimeOperation[] = [
  'get_sync',
  'put_sync',
  'get',
  'put',
  'get_noresume',
  'put_noidle',
  'mark_last_busy',
  'put_autosuspend',
  'request_idle',
  'request_resume',
  'resume',
  'suspend',
  'resume_and_get',
  'put_sync_suspend',
  'get_if_in_use',
  'get_if_active',
];

/** Operations that drivers use in probe and remove. */
const OPERATIONS_IN_PROBE: readonly RuntimeOperation[] = [
  'enable',
  'disable',
  'set_active',
  'set_suspended',
  'get_sync',
  'get_noresume',
  'put',
  'put_sync',
  'put_noidle',
  'use_autosuspend',
  'dont_use_autosuspend',
  'set_delay',
  'irq_safe',
  'no_callbacks',
  'forbid',
];

function nestedOperation(draft: Draft, device: string, callback: Callback): (string | number)[] {
  const { random } = draft;
  const isProbe = callback === 'probe' || callback === 'remove';
  const likely = isProbe ? OPERATIONS_IN_PROBE : OPERATIONS_IN_CALLBACKS;
  const operation = random.pick(draft.chance(5) ? OPERATIONS : likely);
  return operationWords(draft, operation, draft.chance(isProbe ? 4 : 2) ? draft.device() : device);
}

/** A command to run inside a callback of `device`. */
export function nestedCommand(draft: Draft, device: string, callback: Callback, depth = 0): string {
  const { random } = draft;
  const isSleep = (SLEEP_PHASES as readonly string[]).includes(callback);
  const words = random.weighted<() => readonly (string | number)[]>([
    [30, () => nestedOperation(draft, device, callback)],
    [3, () => ['link', ...draft.pair(), linkFlags(draft)]],
    [2, () => ['link', device, draft.device(), linkFlags(draft)]],
    [1, () => [random.pick(['rmlink', 'dellink']), ...draft.linkedPair()]],
    [3, () => ['state', draft.chance(3) ? '' : device]],
    [1, () => [random.pick(['links', 'lists', 'dump'])]],
    [isSleep ? 6 : 1, () => ['system_wakeup']],
    [isSleep ? 3 : 1, () => ['wakeup_path', draft.device()]],
    [1, () => ['wakeup', draft.device(), random.below(2)]],
    [2, () => ['flag', draft.device(), ...flagWords(draft)]],
    [2, () => ['ret', draft.device(), ...scriptWords(draft)]],
    [1, () => [random.pick(['attach', 'unbind']), draft.device()]],
    [1, () => ['bind', draft.device(), draft.driver()]],
    [1, () => ['off', device, draft.chance(2) ? callback : random.pick(CALLBACKS)]],
    [1, () => ['delay', draft.device(), random.pick(RUNTIME), draft.milliseconds()]],
    [1, () => ['sleep', random.pick([1, 2, 5])]],
    [1, () => [random.pick(['sleep_raw 3', 'suspend', 'pm_async 0'])]],
    [
      depth < 2 ? 1 : 0,
      () => {
        const inner = random.pick(CALLBACKS);
        const other = draft.device();
        return ['on', other, inner, nestedCommand(draft, other, inner, depth + 1)];
      },
    ],
    [1, () => ['nonsense', device]],
  ])();
  return words.filter((word) => word !== '').join(' ');
}

function scriptWords(draft: Draft): [callback: string, values: string] {
  const callback = draft.pick(CALLBACKS);
  return [callback, callback === 'probe' ? probeWords(draft) : returnWords(draft, callback)];
}
