/** References on channels and engines. Follows drivers/dma/dmaengine.c of Linux 6.12. dma_list_mutex is held throughout. */
import type { DmaChannelId, DmaEngineId } from '../core/dma-engine.ts';
import { keep } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import type { World } from '../core/world.ts';
import { channelTransition } from './channel-transitions.ts';
import { callDma, callEngine, channelOf, engineOf, isPrivate } from './engine-access.ts';
import { dmaChannelRebalance } from './rebalance.ts';
import { vchanFreeChanResources, vchanSynchronize } from './virt-dma.ts';

/** list_del_rcu() of an engine on dma_device_list. The kernel dies where it has been taken off already. */
export function* takeOffList(world: World, id: DmaEngineId): Task<void> {
  const { list } = world.dma;
  const engine = engineOf(world, id);
  if (engine.takenOff) yield { kind: 'wait', for: { kind: 'crash', device: engine.device } };
  const at = list.indexOf(id);
  if (at >= 0) list.splice(at, 1);
  engine.takenOff = true;
}

/** dma_device_put(): with the last reference the engine leaves dma_device_list. */
export function* dmaDevicePut(world: World, id: DmaEngineId): Task<void> {
  const engine = engineOf(world, id);
  if (--engine.references > 0) return;
  yield* takeOffList(world, id);
  dmaChannelRebalance(world);
  if (engine.callbacks.includes('device_release')) yield* callDma(engine.device, 'device_release', -1);
}

/**
 * dma_chan_get(): one more reference on a channel; the first lets the engine allocate what the channel needs. Returns 0, -ENODEV for
 * an engine that is gone, or the error of alloc_chan_resources.
 */
export function* dmaChanGet(
  world: World,
  id: DmaChannelId,
  why: 'exclusive request' | 'dmaengine_get',
): Task<number> {
  const channel = channelOf(world, id);
  const engine = engineOf(world, channel.engine);
  if (channel.clientCount !== 0) {
    channel.clientCount++;
    channelTransition(world, id, why);
    return 0;
  }
  if (engine.references === 0) return channelTransition(world, id, why, 'engine gone');
  engine.references++;
  const error = yield* callEngine(world, id, 'alloc_chan_resources');
  if (error < 0) {
    channelTransition(world, id, why, 'alloc_chan_resources fails');
    yield* dmaDevicePut(world, channel.engine);
    return error;
  }
  channel.clientCount++;
  if (!isPrivate(engine)) channel.clientCount = Math.max(channel.clientCount, world.dma.publicUsers);
  channelTransition(world, id, why);
  return 0;
}

/**
 * dma_chan_put(): one reference less; behind the last the engine frees what the channel needed. A route through a router goes with
 * any reference, not only the last.
 */
export function* dmaChanPut(
  world: World,
  id: DmaChannelId,
  why: 'dmaengine_put' | 'dma_release_channel',
): Task<void> {
  const channel = channelOf(world, id);
  if (channel.clientCount === 0) {
    channelTransition(world, id, why);
    return;
  }
  channel.clientCount--;
  const isLast = keep(channel.clientCount === 0);
  if (isLast && engineOf(world, channel.engine).callbacks.includes('free_chan_resources')) {
    vchanSynchronize(world, id);
    yield* callEngine(world, id, 'free_chan_resources');
    vchanFreeChanResources(world, id);
  }
  if (channel.router >= 0) {
    yield* callDma(channel.router, 'route_free', -1);
    channel.router = -1;
  }
  channelTransition(world, id, why, isLast ? 'last reference' : undefined);
  if (isLast) yield* dmaDevicePut(world, channel.engine);
}
