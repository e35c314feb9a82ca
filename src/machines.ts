/**
 * The machines of the engine for xstate, `devgraph/machines`: to draw, to simulate, to build on. The engine itself runs tables made
 * of the same definitions (core/compiled-machine.ts) and does not load xstate.
 */
import { type AnyStateMachine, createMachine } from 'xstate';
import { compileMachine, type MachineDefinition } from './core/compiled-machine.ts';
import { dmaChannelDefinition } from './dma/channel-machine.ts';
import { deviceLinkDefinition } from './links/link-machine.ts';
import { runtimePmDefinition } from './pm/runtime-machine.ts';

export {
  type CompiledMachine,
  type CompiledTransition,
  compileMachine,
  eventIndex,
  guardBit,
  type MachineDefinition,
  type StateDefinition,
  type TransitionDefinition,
  type TransitionsDefinition,
  takeTransition,
} from './core/compiled-machine.ts';
export { CHANNEL_GUARDS, type ChannelEvent, dmaChannelDefinition } from './dma/channel-machine.ts';
export { deviceLinkDefinition, LINK_GUARDS, type LinkEvent } from './links/link-machine.ts';
export { RUNTIME_GUARDS, type RuntimeEvent, runtimePmDefinition } from './pm/runtime-machine.ts';

/** An event for {@link xstateMachine}: the guards that hold when it comes. */
export interface ConditionedEvent {
  readonly type: string;
  readonly conditions: readonly string[];
}

/**
 * An xstate machine of a definition. A guard holds if the event names it: `{ type: 'rpm_suspend', conditions: ['in use'] }`.
 * Actions are names; xstate's `transition()` returns those of a step. Throws what `compileMachine()` throws.
 */
export function xstateMachine(definition: MachineDefinition): AnyStateMachine {
  const holds =
    (name: string) =>
    ({ event }: { event: unknown }) =>
      (event as ConditionedEvent).conditions.includes(name);
  const { guards } = compileMachine(definition);
  const machine = createMachine(definition as Parameters<typeof createMachine>[0]);
  return machine.provide({ guards: Object.fromEntries(guards.map((name) => [name, holds(name)])) });
}

/** Runtime PM of a device (power.runtime_status). */
export const runtimePmMachine: AnyStateMachine = xstateMachine(runtimePmDefinition);

/** A managed device link (enum device_link_state). */
export const deviceLinkMachine: AnyStateMachine = xstateMachine(deviceLinkDefinition);

/** A DMA channel: who may have it. */
export const dmaChannelMachine: AnyStateMachine = xstateMachine(dmaChannelDefinition);
