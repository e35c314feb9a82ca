/**
 * What the model does beyond Linux 6.12 when a client gets a channel by name, and before it gives it back. 6.12 does nothing here:
 * only an engine that has the callbacks, which no driver of 6.12 can have, is told.
 */
import type { DmaChannelId } from '../core/dma-engine.ts';
import type { Task } from '../core/task.ts';
import type { World } from '../core/world.ts';
import { callEngine } from './engine-access.ts';

/** The channel has its resources and its client: 0, or an error that makes the request fail. */
export function* attachClient(world: World, channel: DmaChannelId): Task<number> {
  return yield* callEngine(world, channel, 'client_attach');
}

/** The client is about to give the channel back, whose resources are still there. */
export function* detachClient(world: World, channel: DmaChannelId): Task<void> {
  yield* callEngine(world, channel, 'client_detach');
}
