/** What callbacks do, as commands that say so in advance: `ret`, `delay`, `on`. */
import { replaceSelf, type ScriptedCallback } from '../scenarios/index.ts';
import type { KeyPath } from './complaints.ts';
import { type DeviceCallback, KERNEL_CALLS, PM_CALLBACKS } from './kernel-calls.ts';
import type {
  CallbackBehaviour,
  CallbackBehaviours,
  ReturnValue,
  RuntimePmSettings,
} from './scenario-file.ts';
import { type Context, deviceWord, durationWord, returnValueWord } from './scenario-words.ts';

/** Commands that a callback can hold: that of a device or domain as many as the recorder's, that of a driver more. */
const MOST_COMMANDS = { device: 8, domain: 8, driver: 64 };

/** The subject of `ret`, `delay` and `on`: a device, a power domain, or all devices of a driver. */
export interface CallbackOwner {
  readonly kind: 'device' | 'domain' | 'driver';
  readonly name: string;
}

function ownerWord({ kind, name }: CallbackOwner): string {
  return kind === 'driver' ? `driver:${name}` : name;
}

/** Values for `ret`: for every call (`*`) where there is one, for the next calls where there is a list. */
function returnsWord(context: Context, returns: ReturnValue | readonly ReturnValue[], path: KeyPath): string {
  if (!Array.isArray(returns)) return `${returnValueWord(context, returns as ReturnValue, path)}*`;
  return returns.map((value: ReturnValue, at) => returnValueWord(context, value, [...path, at])).join(',');
}

/** The commands that give a callback its behaviour. */
export function compileBehaviour(
  context: Context,
  owner: CallbackOwner,
  callback: ScriptedCallback,
  behaviour: CallbackBehaviour,
  path: KeyPath,
): string[] {
  const { complaints } = context;
  const subject = `${ownerWord(owner)} ${callback}`;
  if (typeof behaviour !== 'object') {
    const value = returnValueWord(context, behaviour, path);
    return value === '0' ? [] : [`ret ${subject} ${value}*`];
  }
  const { returns, defer_until, takes, do: steps = [] } = behaviour;
  const commands: string[] = [];
  if (returns !== undefined)
    commands.push(`ret ${subject} ${returnsWord(context, returns, [...path, 'returns'])}`);
  if (defer_until !== undefined) {
    const where = [...path, 'defer_until'];
    if (callback !== 'probe')
      complaints.add(where, `${callback} is never deferred`, 'only probe takes defer_until');
    if (returns !== undefined)
      complaints.add(where, 'returns says already what the probe returns', 'keep one of the two');
    commands.push(`ret ${subject} defer:${deviceWord(context, defer_until, where)}`);
  }
  if (takes !== undefined)
    commands.push(`delay ${subject} ${durationWord(context, takes, [...path, 'takes'])}`);
  const around = { ...context, self: owner.kind !== 'domain' };
  const inside = steps.flatMap((step, at) => context.compileInside(around, step, [...path, 'do', at]));
  const most = MOST_COMMANDS[owner.kind];
  if (inside.length > most)
    complaints.add(
      [...path, 'do'],
      `${inside.length} commands`,
      `a callback of a ${owner.kind} holds ${most} at most`,
    );
  const known = owner.kind !== 'device' ? inside : inside.map((command) => replaceSelf(command, owner.name));
  return [...commands, ...known.map((command) => `on ${subject} ${command}`)];
}

/** Behaviours by callback, and which callbacks they name. */
export function compileBehaviours(
  context: Context,
  owner: CallbackOwner,
  behaviours: CallbackBehaviours,
  path: KeyPath,
): { readonly commands: string[]; readonly pmCallbacks: string[]; readonly hasSyncState: boolean } {
  const named = Object.entries(behaviours) as [DeviceCallback, CallbackBehaviour | null | undefined][];
  return {
    commands: named.flatMap(([callback, behaviour]) =>
      compileBehaviour(context, owner, callback, behaviour ?? {}, [...path, callback]),
    ),
    pmCallbacks: PM_CALLBACKS.filter((callback) => Object.hasOwn(behaviours, callback)),
    hasSyncState: Object.hasOwn(behaviours, 'sync_state'),
  };
}

/** Commands that bring runtime PM of a device into a state, in the order in which a probe does it. */
export function compileRuntimePm(
  context: Context,
  device: string,
  settings: RuntimePmSettings,
  path: KeyPath,
): string[] {
  const { status = 'suspended', enabled = true, autosuspend_delay } = settings;
  const call = (name: 'pm_runtime_irq_safe' | 'pm_runtime_no_callbacks' | 'pm_runtime_forbid') =>
    KERNEL_CALLS[name].command.replace('{device}', device);
  return [
    ...(status === 'active' ? [`rpm set_active ${device}`] : []),
    ...(settings.ignore_children ? [`rpm ignore_children ${device} 1`] : []),
    ...(settings.no_callbacks ? [call('pm_runtime_no_callbacks')] : []),
    ...(settings.irq_safe ? [call('pm_runtime_irq_safe')] : []),
    ...(autosuspend_delay === undefined
      ? []
      : [
          `rpm set_delay ${device} ${durationWord(context, autosuspend_delay, [...path, 'autosuspend_delay'], true)}`,
          `rpm use_autosuspend ${device}`,
        ]),
    ...(enabled ? [`rpm enable ${device}`] : []),
    ...(settings.forbid ? [call('pm_runtime_forbid')] : []),
  ];
}
