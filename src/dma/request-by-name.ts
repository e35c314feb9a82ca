/** Channels by name. Follows drivers/dma/dmaengine.c of Linux 6.12. */
import { DMA_CAP, type DmaSlaveMap } from '../core/dma-engine.ts';
import { ENODEV, EPROBE_DEFER } from '../core/errno.ts';
import { keep, keepAll } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import { filterByNumber, findCandidate } from './candidates.ts';
import { attachClient } from './client-attach.ts';
import { engineOf } from './engine-access.ts';
import { noteRequestMisuse } from './misuse.ts';
import { dmaMutexLock, dmaMutexUnlock } from './mutex.ts';
import { ofDmaRequestSlaveChannel } from './of-dma.ts';
import { dmaNodeOf } from './phandle-lists.ts';
import { releaseDetached } from './request.ts';
import { createChannelLinks } from './slave-links.ts';

function isFor(client: string, name: string): (map: DmaSlaveMap) => boolean {
  return (map) => map.client === client && map.name === name;
}

/** The filter maps of the engines: the first channel, else the last error, else `before`. */
function* requestByMap(
  world: World,
  client: DeviceId,
  name: string,
  before: number | undefined,
): Task<number | undefined> {
  yield* dmaMutexLock(world, 'dma_list_mutex');
  let result = before;
  for (const id of keepAll([...world.dma.list])) {
    const map = engineOf(world, id).map.find(isFor(world.devices[client]!.name, name));
    if (map === undefined) continue;
    result = yield* findCandidate(world, id, DMA_CAP.slave, filterByNumber(world, map.parameter));
    if (result >= 0) break;
  }
  dmaMutexUnlock(world, 'dma_list_mutex');
  return result;
}

/**
 * dma_request_chan(): the channel of that name for the client, or an error: by the device tree where the client has a node, else,
 * unless that said -EPROBE_DEFER, by the filter maps of engines. No device link is made. An engine that does not accept the client
 * gets the channel back, and its error is the answer.
 */
export function* dmaRequestChan(world: World, client: DeviceId, name: string): Task<number> {
  const node = dmaNodeOf(world, client);
  let result: number | undefined;
  if (node >= 0) result = yield* ofDmaRequestSlaveChannel(world, world.dma.nodes[node]!, name);
  if (result === -EPROBE_DEFER) return result;
  if (result === undefined || result < 0) result = yield* requestByMap(world, client, name, result);
  if (result === undefined) return -EPROBE_DEFER;
  if (result < 0) {
    if (result === -ENODEV && node >= 0) noteRequestMisuse(world, client, world.dma.nodes[node]!, name);
    return result;
  }
  const channel = keep(result);
  createChannelLinks(world, client, channel, name);
  const error = yield* attachClient(world, channel);
  if (error >= 0) return channel;
  yield* releaseDetached(world, channel);
  return error;
}
