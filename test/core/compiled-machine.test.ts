import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompiledMachine,
  compileMachine,
  guardBit,
  type MachineDefinition,
  takeTransition,
} from '../../src/core/compiled-machine.ts';
import { dmaChannelDefinition } from '../../src/dma/channel-machine.ts';
import { deviceLinkDefinition } from '../../src/links/link-machine.ts';
import type { ConditionedEvent } from '../../src/machines.ts';
import { runtimePmDefinition } from '../../src/pm/runtime-machine.ts';
import { runByXstate } from '../support/xstate-run.ts';

function runByTable(machine: CompiledMachine, initial: string, steps: readonly ConditionedEvent[]) {
  let state = initial;
  return steps.map(({ type, conditions }) => {
    const bits = conditions.reduce((set, name) => set | guardBit(machine, name), 0);
    const row = takeTransition(machine, machine.states.indexOf(state), machine.events.indexOf(type), bits);
    const { target, actions } = machine.transitions[row] ?? { target: undefined, actions: [] };
    state = target ?? state;
    return { state, actions: [...actions] };
  });
}

function anySteps(machine: CompiledMachine) {
  const step = fc.record({
    type: fc.constantFrom(...machine.events),
    conditions: fc.subarray([...machine.guards], { maxLength: Math.min(4, machine.guards.length) }),
  });
  return fc.array(step, { minLength: 1, maxLength: 30 });
}

const states = ['a', 'b', 'c', '__proto__x', '10', '2'];
const anyTransition = (prefix: string) =>
  fc.record(
    {
      target: fc.constantFrom(...states.map((state) => prefix + state)),
      guard: fc.constantFrom('g', 'h', 'constructor'),
      actions: fc.array(fc.constantFrom('do', 'undo', 'toString'), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  );
const anyOn = (prefix: string) =>
  fc.dictionary(
    fc.constantFrom('e', 'f', 'toString'),
    fc.oneof(anyTransition(prefix), fc.array(anyTransition(prefix), { minLength: 1, maxLength: 4 })),
  );
const anyMachine = fc.record({
  id: fc.constant('any'),
  initial: fc.constantFrom(...states),
  on: anyOn('.'),
  states: fc.record(Object.fromEntries(states.map((state) => [state, fc.record({ on: anyOn('') })]))),
}) as fc.Arbitrary<MachineDefinition>;

describe('a compiled machine does what xstate does with the same definition', () => {
  it.each([runtimePmDefinition, deviceLinkDefinition, dmaChannelDefinition] as readonly MachineDefinition[])(
    'for the machine of $id, whatever holds when an event comes',
    (definition) => {
      const machine = compileMachine(definition);
      fc.assert(
        fc.property(anySteps(machine), (steps) => {
          expect(runByTable(machine, definition.initial, steps)).toEqual(runByXstate(definition, steps));
        }),
        { numRuns: 200 },
      );
    },
  );

  it('for any flat machine', () => {
    fc.assert(
      fc.property(
        anyMachine.chain((definition) => {
          const machine = compileMachine(definition);
          fc.pre(machine.events.length > 0);
          return fc.tuple(fc.constant(definition), anySteps(machine));
        }),
        ([definition, steps]) => {
          const machine = compileMachine(definition);
          expect(runByTable(machine, definition.initial, steps)).toEqual(runByXstate(definition, steps));
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a machine that is none', () => {
  it.each([
    ['nested states', { id: 'm', initial: 'a', states: { a: { states: {} } } }, '"states" is not known here'],
    ['actors', { id: 'm', initial: 'a', states: { a: { invoke: 'x' } } }, 'states/a: "invoke" is not known'],
    ['delays', { id: 'm', initial: 'a', states: { a: { after: {} } } }, '"after" is not known'],
    ['another start', { id: 'm', initial: 'b', states: { a: {} } }, 'initial: is no state of the machine'],
    [
      'a target that is no state',
      { id: 'm', initial: 'a', states: { a: { on: { e: 'toString' } } } },
      'machine m, states/a/on/e: "toString" is no state; states are a',
    ],
    [
      'a wildcard',
      { id: 'm', initial: 'a', states: { a: { on: { '*': 'a' } } } },
      'wildcards are not supported',
    ],
    [
      'a guard that is code',
      { id: 'm', initial: 'a', states: { a: { on: { e: { guard: () => true } } } } },
      'a guard is a name',
    ],
    ['no states', { id: 'm', initial: 'a' }, 'is no object'],
    ['nothing', undefined, 'is no object'],
  ])('is refused with its place: %s', (_, definition, message) => {
    expect(() => compileMachine(definition as unknown as MachineDefinition)).toThrow(message);
  });

  it('is refused if it asks more guards than a table holds', () => {
    const list = Array.from({ length: 32 }, (_, index) => ({ guard: `g${index}` }));
    const definition = { id: 'm', initial: 'a', states: { a: { on: { e: list } } } };
    expect(() => compileMachine(definition)).toThrow('has more than 31 guards');
  });
});
