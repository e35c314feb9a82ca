/** A user's machine that decides when a device is got and put: what it may say. Who runs it is src/policies. */
import type { Complaints, KeyPath } from './complaints.ts';
import { nearHint } from './near-name.ts';
import type { MachineTransitionData, PolicyMachineData } from './policy-file.ts';
import { parseMicroseconds, TIME_HINT } from './power-quantities.ts';

/** What a machine is told of its device. */
export const MACHINE_EVENTS = ['request', 'done', 'empty', 'active', 'suspended'] as const;
export type MachineEvent = (typeof MACHINE_EVENTS)[number];

/** What it can do. */
export const MACHINE_ACTIONS = [
  'get',
  'put',
  'put_autosuspend',
  'put_sync_suspend',
  'mark_last_busy',
] as const;
export type MachineAction = (typeof MACHINE_ACTIONS)[number];

/** Actions as a list. */
export function actionsOf(actions: string | readonly string[] | undefined): readonly string[] {
  if (actions === undefined) return [];
  return typeof actions === 'string' ? [actions] : actions;
}

function checkActions(
  complaints: Complaints,
  actions: string | readonly string[] | undefined,
  path: KeyPath,
): void {
  for (const [at, action] of actionsOf(actions).entries()) {
    if (MACHINE_ACTIONS.some((known) => known === action)) continue;
    const where = typeof actions === 'string' ? path : [...path, at];
    complaints.add(
      where,
      `'${action}' is no action of a policy`,
      nearHint(action, MACHINE_ACTIONS, 'action'),
    );
  }
}

function checkTransition(
  complaints: Complaints,
  transition: MachineTransitionData,
  states: readonly string[],
  path: KeyPath,
): void {
  const target = typeof transition === 'string' ? transition : transition.target;
  if (target !== undefined && !states.includes(target))
    complaints.add(
      typeof transition === 'string' ? path : [...path, 'target'],
      `there is no state '${target}'`,
      nearHint(target, states, 'state'),
    );
  if (typeof transition === 'object') checkActions(complaints, transition.actions, [...path, 'actions']);
}

/** Complains of a machine that cannot run. */
export function checkMachine(complaints: Complaints, machine: PolicyMachineData, path: KeyPath): void {
  const states = Object.keys(machine.states);
  if (!states.includes(machine.initial))
    complaints.add(
      [...path, 'initial'],
      `there is no state '${machine.initial}'`,
      nearHint(machine.initial, states, 'state'),
    );
  for (const [name, { entry, on = {}, after = {} }] of Object.entries(machine.states)) {
    const where = [...path, 'states', name];
    checkActions(complaints, entry, [...where, 'entry']);
    for (const [event, transition] of Object.entries(on)) {
      if (!MACHINE_EVENTS.some((known) => known === event))
        complaints.add(
          [...where, 'on', event],
          `no event '${event}' comes`,
          nearHint(event, MACHINE_EVENTS, 'event'),
          true,
        );
      checkTransition(complaints, transition, states, [...where, 'on', event]);
    }
    for (const [delay, transition] of Object.entries(after)) {
      const time = parseMicroseconds(delay);
      if (typeof time === 'object') complaints.add([...where, 'after', delay], time.wrong, TIME_HINT, true);
      else if (time === 0)
        complaints.add([...where, 'after', delay], 'no time passes', 'put it into entry', true);
      checkTransition(complaints, transition, states, [...where, 'after', delay]);
    }
  }
}
