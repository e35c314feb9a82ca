/** xstate's own interpreter on a machine definition: what the compiled tables are compared with. */
import { createMachine, getInitialSnapshot, transition } from 'xstate';
import type { MachineDefinition } from '../../src/core/compiled-machine.ts';

export interface Step {
  readonly event: string;
  /** The guards that hold. */
  readonly conditions: readonly string[];
}

/** State and actions behind each step, by xstate. */
export function runByXstate(
  definition: MachineDefinition,
  guards: readonly string[],
  steps: readonly Step[],
) {
  const implementations = guards.map((name) => [
    name,
    ({ event }: { event: unknown }) => (event as { conditions: readonly string[] }).conditions.includes(name),
  ]);
  const machine = createMachine(definition as unknown as Parameters<typeof createMachine>[0]).provide({
    guards: Object.fromEntries(implementations),
  });
  let snapshot = getInitialSnapshot(machine);
  return steps.map(({ event, conditions }) => {
    const [next, actions] = transition(machine, snapshot, { type: event, conditions } as { type: string });
    snapshot = next;
    return { state: String(next.value), actions: actions.map(({ type }) => type) };
  });
}
