/** Users of public channels, as async_tx and net_dma are. Follows drivers/dma/dmaengine.c of Linux 6.12. */
import { ENODEV } from '../core/errno.ts';
import { keepAll } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import type { World } from '../core/world.ts';
import { dmaChanGet, dmaChanPut, takeOffList } from './channel-references.ts';
import { engineOf, isPrivate } from './engine-access.ts';
import { dmaMutexLock, dmaMutexUnlock } from './mutex.ts';
import { dmaChannelRebalance } from './rebalance.ts';

/** dmaengine_get(): one more user of all channels of all engines that are not private. */
export function* dmaengineGet(world: World): Task<void> {
  const { dma } = world;
  yield* dmaMutexLock(world, 'dma_list_mutex');
  dma.publicUsers++;
  for (const id of keepAll([...dma.list])) {
    const engine = engineOf(world, id);
    if (isPrivate(engine)) continue;
    for (const channel of keepAll(engine.channels)) {
      if ((yield* dmaChanGet(world, channel, 'dmaengine_get')) !== -ENODEV) continue;
      yield* takeOffList(world, id);
      break;
    }
  }
  if (dma.publicUsers === 1) dmaChannelRebalance(world);
  dmaMutexUnlock(world, 'dma_list_mutex');
}

/** dmaengine_put(): one user less. Engines that have become private meanwhile are passed over. */
export function* dmaenginePut(world: World): Task<void> {
  const { dma } = world;
  yield* dmaMutexLock(world, 'dma_list_mutex');
  dma.publicUsers--;
  for (const id of keepAll([...dma.list])) {
    const engine = engineOf(world, id);
    if (isPrivate(engine)) continue;
    for (const channel of keepAll(engine.channels)) yield* dmaChanPut(world, channel, 'dmaengine_put');
  }
  dmaMutexUnlock(world, 'dma_list_mutex');
}
