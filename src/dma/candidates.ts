/** Which channel an exclusive request gets of an engine. Follows drivers/dma/dmaengine.c of Linux 6.12; dma_list_mutex is held. */
import { DMA_CAP, type DmaCapabilities, type DmaChannelId, type DmaEngineId } from '../core/dma-engine.ts';
import { ENODEV, EPROBE_DEFER } from '../core/errno.ts';
import { keepAll } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import type { World } from '../core/world.ts';
import { dmaChanGet, takeOffList } from './channel-references.ts';
import { channelOf, engineOf, isPrivate } from './engine-access.ts';

/** dma_filter_fn, called once for each free channel: whether it is to be taken. */
export type DmaFilter = (channel: DmaChannelId) => Task<boolean> | boolean;

/** The filter that most engine drivers have: chan_id is the parameter. */
export function filterByNumber(world: World, parameter: number): DmaFilter {
  return (channel) => channelOf(world, channel).number === parameter;
}

/** private_candidate(): the first free channel that the filter takes, -1 for none. */
function* privateCandidate(
  world: World,
  id: DmaEngineId,
  mask: DmaCapabilities,
  filter: DmaFilter | undefined,
): Task<DmaChannelId> {
  const engine = engineOf(world, id);
  if ((engine.capabilities & mask) !== mask) return -1;
  const isInUse = (channel: DmaChannelId) => channelOf(world, channel).clientCount !== 0;
  // Channels of one engine are all public or all private.
  if (engine.channelCount > 1 && !isPrivate(engine) && engine.channels.some(isInUse)) return -1;
  for (const channel of keepAll(engine.channels)) {
    if (isInUse(channel)) continue;
    const accepted = filter?.(channel) ?? true;
    if (typeof accepted === 'boolean' ? accepted : yield* accepted) return channel;
  }
  return -1;
}

/** An exclusive use begins: until the last ends, no channel of the engine is public. */
function becomePrivate(world: World, id: DmaEngineId): void {
  const engine = engineOf(world, id);
  engine.capabilities |= DMA_CAP.private;
  engine.privateCount++;
}

/** One exclusive use less. */
export function dropPrivate(world: World, id: DmaEngineId): void {
  const engine = engineOf(world, id);
  if (--engine.privateCount === 0) engine.capabilities &= ~DMA_CAP.private;
}

/** Grants a channel: 0, or the error of dma_chan_get(). */
export function* grant(world: World, channel: DmaChannelId): Task<number> {
  const { engine } = channelOf(world, channel);
  becomePrivate(world, engine);
  return yield* dmaChanGet(world, channel, 'exclusive request');
}

/** find_candidate(): the channel that is granted, or an error: -EPROBE_DEFER where no channel would do. */
export function* findCandidate(
  world: World,
  id: DmaEngineId,
  mask: DmaCapabilities,
  filter: DmaFilter | undefined,
): Task<number> {
  const channel = yield* privateCandidate(world, id, mask, filter);
  if (channel < 0) return -EPROBE_DEFER;
  const error = yield* grant(world, channel);
  if (error === 0) return channel;
  if (error === -ENODEV) yield* takeOffList(world, id);
  dropPrivate(world, id);
  return error;
}
