/** Exclusive channels: by capability, as the only one wanted, and release. Follows drivers/dma/dmaengine.c of Linux 6.12. */
import type { DmaCapabilities, DmaChannelId, DmaEngineId, DmaNodeId } from '../core/dma-engine.ts';
import { DMA_CAP } from '../core/dma-engine.ts';
import { ENODEV, EPROBE_DEFER } from '../core/errno.ts';
import { keepAll } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import type { World } from '../core/world.ts';
import { type DmaFilter, dropPrivate, findCandidate, grant } from './candidates.ts';
import { dmaChanPut } from './channel-references.ts';
import { detachClient } from './client-attach.ts';
import { channelOf, engineOf, warnOnce } from './engine-access.ts';
import { dmaMutexLock, dmaMutexUnlock } from './mutex.ts';
import { dmaNodeOf } from './phandle-lists.ts';
import { removeChannelLinks } from './slave-links.ts';

/**
 * __dma_request_channel(): a channel of the first engine that yields one, undefined for none (NULL). With a node, engines of
 * another node are passed over; those without one are not.
 */
export function* requestChannelByMask(
  world: World,
  mask: DmaCapabilities,
  filter: DmaFilter | undefined,
  node: DmaNodeId = -1,
): Task<DmaChannelId | undefined> {
  yield* dmaMutexLock(world, 'dma_list_mutex');
  let granted: DmaChannelId | undefined;
  for (const id of keepAll([...world.dma.list])) {
    const own = dmaNodeOf(world, engineOf(world, id).device);
    if (node >= 0 && own >= 0 && own !== node) continue;
    const channel = yield* findCandidate(world, id, mask, filter);
    if (channel < 0) continue;
    granted = channel;
    break;
  }
  dmaMutexUnlock(world, 'dma_list_mutex');
  return granted;
}

/** dma_request_chan_by_mask(): -EPROBE_DEFER while there is no engine at all, -ENODEV where none has a free channel. */
export function* dmaRequestChanByMask(world: World, mask: DmaCapabilities): Task<number> {
  const channel = yield* requestChannelByMask(world, mask, undefined);
  if (channel !== undefined) return channel;
  yield* dmaMutexLock(world, 'dma_list_mutex');
  const error = world.dma.list.length === 0 ? -EPROBE_DEFER : -ENODEV;
  dmaMutexUnlock(world, 'dma_list_mutex');
  return error;
}

/** dma_get_slave_channel(): that channel and no other, undefined (NULL) where it is taken or cannot be had. */
export function* dmaGetSlaveChannel(world: World, channel: DmaChannelId): Task<DmaChannelId | undefined> {
  yield* dmaMutexLock(world, 'dma_list_mutex');
  let granted: DmaChannelId | undefined;
  if (channelOf(world, channel).clientCount === 0) {
    if ((yield* grant(world, channel)) === 0) granted = channel;
    else dropPrivate(world, channelOf(world, channel).engine);
  }
  dmaMutexUnlock(world, 'dma_list_mutex');
  return granted;
}

/** dma_get_any_slave_channel(): any channel of that engine, undefined (NULL) for none. */
export function* dmaGetAnySlaveChannel(world: World, engine: DmaEngineId): Task<DmaChannelId | undefined> {
  yield* dmaMutexLock(world, 'dma_list_mutex');
  const channel = yield* findCandidate(world, engine, DMA_CAP.slave, undefined);
  dmaMutexUnlock(world, 'dma_list_mutex');
  return channel < 0 ? undefined : channel;
}

/**
 * dma_release_channel(): of an exclusive channel. No channel becomes public by that before the next rebalance. Releasing one that is not
 * held is a bug that the kernel warns of once, and a private use less of the engine all the same.
 */
export function* dmaReleaseChannel(world: World, id: DmaChannelId): Task<void> {
  if (channelOf(world, id).slave >= 0) yield* detachClient(world, id);
  yield* releaseDetached(world, id);
}

/** The same for a channel that no client was attached to. */
export function* releaseDetached(world: World, id: DmaChannelId): Task<void> {
  yield* dmaMutexLock(world, 'dma_list_mutex');
  const channel = channelOf(world, id);
  const words = `chan reference count ${channel.clientCount} != 1`;
  warnOnce(world, channel.clientCount !== 1, 'drivers/dma/dmaengine.c:912 dma_release_channel', words);
  dropPrivate(world, channel.engine);
  yield* dmaChanPut(world, id, 'dma_release_channel');
  removeChannelLinks(world, id);
  dmaMutexUnlock(world, 'dma_list_mutex');
}
