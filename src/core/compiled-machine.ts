/**
 * State machines as tables. A machine is written once, as a plain object in the form of an xstate configuration: states, events,
 * guards and actions by name. xstate can run it, docs draw it, and the engine runs the table that {@link compileMachine} makes
 * of it, a thousand times as fast. Nothing here loads xstate.
 */
import { InputError, printable } from './diagnostic.ts';

/** What an event does in a state, if the guard holds. Without a target the state stays. */
export interface TransitionDefinition<Target extends string = string> {
  readonly target?: Target;
  readonly guard?: string;
  readonly actions?: string | readonly string[];
  readonly description?: string;
}

/** A target, a transition, or several of which the first whose guard holds is taken. */
export type TransitionsDefinition<Target extends string = string> =
  | Target
  | TransitionDefinition<Target>
  | readonly TransitionDefinition<Target>[];

export interface StateDefinition<State extends string = string, Event extends string = string> {
  readonly description?: string;
  readonly on?: { readonly [event in Event]?: TransitionsDefinition<State> };
}

/**
 * A flat machine: an xstate configuration without nested or parallel states. What stands in the machine's own `on` holds in every
 * state, behind what the state says itself.
 */
export interface MachineDefinition<State extends string = string, Event extends string = string> {
  readonly id: string;
  readonly description?: string;
  readonly initial: State;
  readonly on?: { readonly [event in Event]?: TransitionsDefinition<`.${State}`> };
  readonly states: { readonly [state in State]: StateDefinition<State, Event> };
}

/** One row of the table. */
export interface CompiledTransition<State extends string = string, Event extends string = string> {
  readonly state: State;
  readonly event: Event;
  /** Undefined: whatever else. */
  readonly guard: string | undefined;
  /** Undefined: the state stays. */
  readonly target: State | undefined;
  readonly actions: readonly string[];
  /** It stands in the machine's own `on`. */
  readonly ofEveryState: boolean;
}

/** A machine as a table. Rows of one state and event stand together, in the order in which their guards are asked. */
export interface CompiledMachine<State extends string = string, Event extends string = string> {
  readonly id: string;
  readonly states: readonly State[];
  readonly events: readonly Event[];
  /** Guard n is bit n of the conditions that {@link takeTransition} is given. */
  readonly guards: readonly string[];
  readonly transitions: readonly CompiledTransition<State, Event>[];
  /** By state * events.length + event: its first row, -1 for none. */
  readonly first: Int32Array;
  /** By row: the bit of its guard; without one {@link ALWAYS}. */
  readonly needs: Int32Array;
  /** By row: whether the next row belongs to the same state and event. */
  readonly hasNext: Uint8Array;
  /** Told of every row that is taken: for tests that count them. */
  watcher: ((row: number) => void) | undefined;
}

/** The bit of an Int32 that stands for no guard: it is set in all conditions. */
const ALWAYS = 1 << 31;
const MOST_GUARDS = 31;
const MOST_ROWS = 100_000;

const MACHINE_KEYS = ['id', 'description', 'initial', 'on', 'states'];
const STATE_KEYS = ['description', 'on'];
const TRANSITION_KEYS = ['target', 'guard', 'actions', 'description'];

function refuse(id: string, path: string, what: string, hint?: string): never {
  throw new InputError('bad-machine', { input: `machine ${printable(id)}`, path }, what, hint);
}

function checkKeys(id: string, path: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(id, path, 'is no object');
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  refuse(id, path, `"${printable(unknown)}" is not known here`, `it has ${known.join(', ')}`);
}

/** All three forms of a definition as a list. `prefix` stands before targets in the machine's own `on`. */
function listOf(
  id: string,
  path: string,
  definition: unknown,
  states: readonly string[],
  prefix: '' | '.',
): TransitionDefinition[] {
  const list = Array.isArray(definition) ? definition : [definition];
  return list.map((each: unknown) => {
    const one = (typeof each === 'string' ? { target: each } : each) as Record<string, unknown>;
    checkKeys(id, path, one, TRANSITION_KEYS);
    const { target, guard, actions = [] } = one;
    if (guard !== undefined && typeof guard !== 'string') refuse(id, path, 'a guard is a name');
    const names: unknown[] = Array.isArray(actions) ? actions : [actions];
    if (!names.every((name) => typeof name === 'string')) refuse(id, path, 'an action is a name');
    const transition = { actions: names as string[], ...(guard === undefined ? {} : { guard }) };
    if (target === undefined) return transition;
    const state = String(target).slice(prefix.length);
    if (typeof target !== 'string' || !target.startsWith(prefix) || !states.includes(state))
      refuse(id, path, `"${printable(String(target))}" is no state`, `states are ${states.join(', ')}`);
    return { ...transition, target: state };
  });
}

/** Rows of one state and event; those behind one without a guard are never asked for. */
function reachable(list: readonly CompiledTransition[]): readonly CompiledTransition[] {
  const last = list.findIndex(({ guard }) => guard === undefined);
  return last < 0 ? list : list.slice(0, last + 1);
}

interface Parts {
  readonly id: string;
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly definition: MachineDefinition;
}

function rowsOf(
  { id, states, definition }: Parts,
  state: string,
  event: string,
): readonly CompiledTransition[] {
  const row = (ofEveryState: boolean) => (one: TransitionDefinition) => ({
    state,
    event,
    guard: one.guard,
    target: one.target,
    actions: one.actions as readonly string[],
    ofEveryState,
  });
  const { on = {} } = definition.states[state]!;
  const own = Object.hasOwn(on, event)
    ? listOf(id, `states/${state}/on/${event}`, on[event], states, '')
    : [];
  const every = definition.on ?? {};
  const shared = Object.hasOwn(every, event) ? listOf(id, `on/${event}`, every[event], states, '.') : [];
  return reachable([...own.map(row(false)), ...shared.map(row(true))]);
}

function partsOf(definition: MachineDefinition): Parts {
  const id = String(definition?.id ?? '');
  checkKeys(id, '', definition, MACHINE_KEYS);
  checkKeys(id, 'states', definition.states, Object.keys(definition.states ?? {}));
  const states = Object.keys(definition.states);
  const events = new Set<string>();
  for (const [path, state] of [['', definition], ...Object.entries(definition.states)] as const) {
    if (path !== '') checkKeys(id, `states/${path}`, state, STATE_KEYS);
    const { on = {} } = state as StateDefinition;
    checkKeys(id, `${path}/on`, on, Object.keys(on));
    for (const event of Object.keys(on)) {
      if (event.includes('*')) refuse(id, `${path}/on`, 'wildcards are not supported', 'name the event');
      events.add(event);
    }
  }
  if (!states.includes(definition.initial)) refuse(id, 'initial', 'is no state of the machine');
  return { id, states, events: [...events], definition };
}

/**
 * Compiles a machine to a table: an xstate configuration, or an xstate machine, of which the configuration is taken.
 *
 * States, events and guards are numbered in the order in which they are written. Throws {@link InputError} on a configuration
 * that is none, has nested or parallel states, actors, delays, entry or exit actions, inline functions, more than 31 guards or
 * more than 100,000 rows.
 */
export function compileMachine<State extends string, Event extends string>(
  machine: MachineDefinition<State, Event> | { readonly config: MachineDefinition<State, Event> },
): CompiledMachine<State, Event> {
  const isMachine = typeof machine === 'object' && machine !== null && 'config' in machine;
  const parts = partsOf((isMachine ? machine.config : machine) as MachineDefinition);
  const { id, states, events } = parts;
  if (states.length * events.length > MOST_ROWS) refuse(id, '', `has more than ${MOST_ROWS} rows`);
  const transitions: CompiledTransition[] = [];
  const hasNext: number[] = [];
  const first = new Int32Array(states.length * events.length).fill(-1);
  for (const [stateIndex, state] of states.entries()) {
    for (const [eventIndex, event] of events.entries()) {
      const rows = rowsOf(parts, state, event);
      if (rows.length > 0) first[stateIndex * events.length + eventIndex] = transitions.length;
      transitions.push(...rows);
      hasNext.push(...rows.map((_, index) => (index + 1 < rows.length ? 1 : 0)));
      if (transitions.length > MOST_ROWS) refuse(id, '', `has more than ${MOST_ROWS} rows`);
    }
  }
  const guards = [...new Set(transitions.flatMap(({ guard }) => guard ?? []))];
  if (guards.length > MOST_GUARDS) refuse(id, '', `has more than ${MOST_GUARDS} guards`);
  const needs = Int32Array.from(transitions, ({ guard }) =>
    guard === undefined ? ALWAYS : 1 << guards.indexOf(guard),
  );
  return {
    id,
    states: states as State[],
    events: events as Event[],
    guards,
    transitions: transitions as CompiledTransition<State, Event>[],
    first,
    needs,
    hasNext: Uint8Array.from(hasNext),
    watcher: undefined,
  };
}

/** The bit of a guard in the conditions, 0 for a guard that the machine never asks for. */
export function guardBit(machine: CompiledMachine, guard: string): number {
  const index = machine.guards.indexOf(guard);
  return index < 0 ? 0 : 1 << index;
}

/** The number of an event, which the machine must have. */
export function eventIndex<Event extends string>(
  machine: CompiledMachine<string, Event>,
  event: Event,
): number {
  return machine.events.indexOf(event);
}

/**
 * The row that is taken in a state on an event (both as numbers) under `conditions`, the bits of the guards that hold. -1 where
 * the machine has none.
 */
export function takeTransition(
  machine: CompiledMachine,
  state: number,
  event: number,
  conditions: number,
): number {
  const { needs, hasNext } = machine;
  let row = machine.first[state * machine.events.length + event]!;
  if (row < 0) return -1;
  const holding = conditions | ALWAYS;
  while ((needs[row]! & holding) === 0) {
    if (hasNext[row] === 0) return -1;
    row++;
  }
  if (machine.watcher !== undefined) machine.watcher(row);
  return row;
}
