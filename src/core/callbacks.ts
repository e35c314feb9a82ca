/**
 * Callbacks that a driver, a device type or a PM domain can have (struct dev_pm_ops, struct device_driver), and sets of
 * them as bits.
 */
import { SLEEP_PHASES } from './trace.ts';

/** Every callback that the model calls, in the order of its bits. */
export const CALLBACKS = [
  ...SLEEP_PHASES,
  'runtime_suspend',
  'runtime_resume',
  'runtime_idle',
  'probe',
  'remove',
  'sync_state',
] as const;

export type Callback = (typeof CALLBACKS)[number];

/** A set of callbacks: bit n is CALLBACKS[n]. */
export type CallbackSet = number;

/** Who has the callback: the driver, the device type or the PM domain (classes and buses of the model have none). */
export type CallbackLayer = 'drv' | 'type' | 'dom';

/** The bit of each callback. */
export const CALLBACK_BIT: Readonly<Record<Callback, number>> = Object.fromEntries(
  CALLBACKS.map((name, index) => [name, 1 << index]),
) as Record<Callback, number>;

/** The set of some callbacks. */
export function callbackSet(names: readonly Callback[]): CallbackSet {
  return names.reduce((set, name) => set | CALLBACK_BIT[name], 0);
}

/** The callbacks of system sleep; a dev_pm_ops without any of them is empty for pm_ops_is_empty(). */
export const SLEEP_CALLBACKS: CallbackSet = callbackSet(SLEEP_PHASES);

/** The callbacks of runtime PM. */
export const RUNTIME_CALLBACKS: CallbackSet = callbackSet([
  'runtime_suspend',
  'runtime_resume',
  'runtime_idle',
]);
