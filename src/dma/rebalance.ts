/** The table of public channels, from which memory-to-memory users take theirs. Follows drivers/dma/dmaengine.c of Linux 6.12. */
import {
  DMA_CAP,
  DMA_CAPABILITIES,
  type DmaCapability,
  type DmaChannelId,
  hasTableRow,
} from '../core/dma-engine.ts';
import type { World } from '../core/world.ts';
import { channelOf, engineOf, isPrivate } from './engine-access.ts';

/** min_chan(): the public channel with the capability that fewest entries have, -1 for none; on the processor's node if any is. */
function minChan(world: World, capability: DmaCapability, processor: number): DmaChannelId {
  let min: DmaChannelId = -1;
  let localMin: DmaChannelId = -1;
  const countOf = (id: DmaChannelId) => channelOf(world, id).tableCount;
  for (const id of world.dma.list) {
    const engine = engineOf(world, id);
    if ((engine.capabilities & DMA_CAP[capability]) === 0 || isPrivate(engine)) continue;
    const isLocal = engine.numaNode < 0 || engine.numaNode === world.dma.processors[processor];
    for (const channel of engine.channels) {
      const { clientCount, tableCount } = channelOf(world, channel);
      if (clientCount === 0) continue;
      if (min < 0 || tableCount < countOf(min)) min = channel;
      if (isLocal && (localMin < 0 || tableCount < countOf(localMin))) localMin = channel;
    }
  }
  const chosen = localMin >= 0 ? localMin : min;
  if (chosen >= 0) channelOf(world, chosen).tableCount++;
  return chosen;
}

/** dma_channel_rebalance(): shares the public channels out, capability by capability and processor by processor. */
export function dmaChannelRebalance(world: World): void {
  const { table, processors, list, publicUsers } = world.dma;
  for (const row of table) row.fill(-1);
  for (const id of list) {
    const engine = engineOf(world, id);
    if (isPrivate(engine)) continue;
    for (const channel of engine.channels) channelOf(world, channel).tableCount = 0;
  }
  if (publicUsers === 0) return;
  for (const [index, capability] of DMA_CAPABILITIES.entries()) {
    if (!hasTableRow(capability)) continue;
    for (const processor of processors.keys())
      table[index]![processor] = minChan(world, capability, processor);
  }
}

/** dma_find_channel(): the channel of a capability for a processor, -1 for none. It takes no reference. */
export function dmaFindChannel(world: World, capability: DmaCapability, processor = 0): DmaChannelId {
  return world.dma.table[DMA_CAPABILITIES.indexOf(capability)]![processor] ?? -1;
}
