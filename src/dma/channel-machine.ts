/**
 * The machine of a DMA channel: who may have it. Follows drivers/dma/dmaengine.c, ../semantics dmaengine.md section 11.
 *
 * This is the only place where these rules stand: channel-references.ts runs a table made of it, docs/machines.md draws it.
 * client_count and the counters of the engine are the extended state, which guards ask.
 */
import {
  compileMachine,
  type MachineDefinition,
  type TransitionDefinition,
} from '../core/compiled-machine.ts';
import type { DmaChannelState } from '../core/dma-engine.ts';

export type ChannelEvent =
  | 'dma_async_device_register'
  | 'exclusive request'
  | 'dmaengine_get'
  | 'dmaengine_put'
  | 'dma_release_channel'
  | 'dma_async_device_unregister';

type Transition = TransitionDefinition<DmaChannelState>;

/** dma_chan_get() of a channel that nobody has. */
function take(state: DmaChannelState): readonly Transition[] {
  return [
    { guard: 'engine gone', actions: 'return -ENODEV' },
    { guard: 'alloc_chan_resources fails', actions: 'return its error' },
    { target: state },
  ];
}

const DROP: readonly Transition[] = [
  { guard: 'last reference', target: 'free', actions: 'free_chan_resources' },
  {},
];

const WARNED: Transition = { actions: 'warn once of the reference count' };

/** A channel of an engine. */
export const dmaChannelDefinition: MachineDefinition<DmaChannelState, ChannelEvent> = {
  id: 'dmaChannel',
  description: 'Who has a DMA channel',
  initial: 'unregistered',
  states: {
    unregistered: {
      on: {
        dma_async_device_register: 'free',
        'exclusive request': take('orphan'),
        // Until all channels of an engine that goes are gone, it stands among the engines.
        dmaengine_get: take('orphan'),
        dmaengine_put: {},
        dma_release_channel: WARNED,
        dma_async_device_unregister: {},
      },
    },
    free: {
      on: {
        'exclusive request': take('exclusive'),
        dmaengine_get: take('public'),
        dmaengine_put: {},
        dma_release_channel: WARNED,
        dma_async_device_unregister: 'unregistered',
      },
    },
    public: {
      on: {
        'exclusive request': { actions: 'refuse' },
        dmaengine_get: {},
        dmaengine_put: DROP,
        dma_release_channel: DROP,
        dma_async_device_unregister: 'orphan',
      },
    },
    exclusive: {
      on: {
        'exclusive request': { actions: 'refuse' },
        dmaengine_get: {},
        dmaengine_put: DROP,
        dma_release_channel: DROP,
        dma_async_device_unregister: 'orphan',
      },
    },
    orphan: {
      on: {
        'exclusive request': { actions: 'refuse' },
        dmaengine_get: {},
        dmaengine_put: [
          { guard: 'last reference', target: 'unregistered', actions: 'free_chan_resources' },
          {},
        ],
        dma_release_channel: [
          { guard: 'last reference', target: 'unregistered', actions: 'free_chan_resources' },
          {},
        ],
        dma_async_device_unregister: {},
      },
    },
  },
};

/** What each guard asks. */
export const CHANNEL_GUARDS = {
  'engine gone': 'ref of the dma_device is 0: it is unregistered and nobody has a channel of it',
  'alloc_chan_resources fails': 'the callback returned an error',
  'last reference': 'client_count comes to 0',
} as const;

export type ChannelGuard = keyof typeof CHANNEL_GUARDS;

/** The machine as the table that the engine runs. */
export const CHANNEL_TABLE = compileMachine(dmaChannelDefinition);
