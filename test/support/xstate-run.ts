/** xstate's own interpreter on a machine definition: what the compiled tables are compared with. */
import { getInitialSnapshot, transition } from 'xstate';
import type { MachineDefinition } from '../../src/core/compiled-machine.ts';
import { type ConditionedEvent, xstateMachine } from '../../src/machines.ts';

/** State and actions behind each event, by xstate. */
export function runByXstate(definition: MachineDefinition, events: readonly ConditionedEvent[]) {
  const machine = xstateMachine(definition);
  let snapshot = getInitialSnapshot(machine);
  return events.map((event) => {
    const [next, actions] = transition(machine, snapshot, event);
    snapshot = next;
    return { state: String(next.value), actions: actions.map(({ type }) => type) };
  });
}
