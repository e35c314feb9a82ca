/** Changes of a channel's state by the table of channel-machine.ts. */
import { eventIndex, guardBit, takeTransition } from '../core/compiled-machine.ts';
import type { DmaChannelId } from '../core/dma-engine.ts';
import { ENODEV } from '../core/errno.ts';
import type { World } from '../core/world.ts';
import { CHANNEL_TABLE, type ChannelEvent, type ChannelGuard } from './channel-machine.ts';
import { channelOf } from './engine-access.ts';

/** What the function of the event returns, by row. */
const OUTCOMES = CHANNEL_TABLE.transitions.map(({ actions }) =>
  actions.includes('return -ENODEV') ? -ENODEV : 0,
);

/**
 * Takes the row of the channel's state and the event: 0, or the error that it says. Throws where the machine has none, which is a fault of
 * the model.
 */
export function channelTransition(
  world: World,
  id: DmaChannelId,
  event: ChannelEvent,
  holds?: ChannelGuard,
): number {
  const channel = channelOf(world, id);
  const conditions = holds === undefined ? 0 : guardBit(CHANNEL_TABLE, holds);
  const state = CHANNEL_TABLE.states.indexOf(channel.state);
  const row = takeTransition(CHANNEL_TABLE, state, eventIndex(CHANNEL_TABLE, event), conditions);
  if (row < 0) throw new Error(`a DMA channel that is ${channel.state} has no ${event}`);
  const { target } = CHANNEL_TABLE.transitions[row]!;
  if (target !== undefined) channel.state = target;
  return OUTCOMES[row]!;
}
