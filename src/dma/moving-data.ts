/**
 * Data that take their time: when the hardware of a channel begins and ends a transfer, when the data are at the device, and who has the switch
 * between both. No part of Linux 6.12, which only sees the interrupt: a transfer of which nothing is said ends when a scenario says so.
 */
import type { DmaChannelId } from '../core/dma-engine.ts';
import type { DmaDescriptorId } from '../core/dma-transfer.ts';
import type { World } from '../core/world.ts';
import { channelOf, engineOf } from './engine-access.ts';
import { misused } from './misuse.ts';

/** Whether the engine of a channel moves data now: it has no runtime PM, or is active. */
export function isEngineAwake(world: World, channel: DmaChannelId): boolean {
  const { device } = engineOf(world, channelOf(world, channel).engine);
  const { disableDepth, runtimeStatus } = world.devices[device]!.power;
  return disableDepth > 0 || runtimeStatus === 'active';
}

/** Whether a channel may begin: there is no switch, or it is free or the channel's own, and the channel has it then. */
export function takeSwitch(world: World, channel: DmaChannelId): boolean {
  const { box } = channelOf(world, channel);
  if (box < 0) return true;
  const { boxes } = world.dma;
  if (boxes[box]!.owner < 0) boxes[box]!.owner = channel;
  return boxes[box]!.owner === channel;
}

/** The hardware begins with a transfer. On an engine that is asleep it does not happen. */
export function beginMoving(world: World, id: DmaDescriptorId): void {
  const descriptor = world.dma.descriptors[id]!;
  if (descriptor.takes < 0) return;
  if (isEngineAwake(world, descriptor.channel)) {
    descriptor.ends = world.now + descriptor.takes;
    descriptor.arrived = descriptor.ends + descriptor.arrives;
  } else misused(world, 'issued to a suspended engine', descriptor.channel, descriptor.client);
}

/** When the hardware of a channel is done with what it has; infinity for never by itself. */
function endOf(world: World, channel: DmaChannelId): number {
  const { running, paused } = channelOf(world, channel).virtual;
  const ends = running < 0 || paused ? -1 : world.dma.descriptors[running]!.ends;
  return ends < 0 ? Number.POSITIVE_INFINITY : ends;
}

/** When the next transfer ends, infinity for never. */
export function nextTransferEnd(world: World): number {
  return world.dma.channels.reduce(
    (earliest, _, channel) => Math.min(earliest, endOf(world, channel)),
    Number.POSITIVE_INFINITY,
  );
}

/** The channel whose transfer ended first of those that have by now, -1 for none. */
export function endedChannel(world: World): DmaChannelId {
  const end = nextTransferEnd(world);
  if (end > world.now) return -1;
  return world.dma.channels.findIndex((_, channel) => endOf(world, channel) === end);
}
