/** Looking at engines and channels. */
import {
  DMA_CAP,
  type DmaCallback,
  type DmaChannel,
  type DmaChannelId,
  type DmaEngine,
  type DmaEngineId,
  type DmaOptionalCallback,
} from '../core/dma-engine.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, kernelMessage, type World, warnOn } from '../core/world.ts';

export function engineOf(world: World, id: DmaEngineId): DmaEngine {
  return world.dma.engines[id]!;
}

export function channelOf(world: World, id: DmaChannelId): DmaChannel {
  return world.dma.channels[id]!;
}

/** dma_chan_name(): `dmaNchanM`. */
export function dmaChanName(world: World, id: DmaChannelId): string {
  const { device } = channelOf(world, id);
  return device < 0 ? 'unregistered' : world.devices[device]!.name;
}

/** DMA_PRIVATE: the device's channels are for exclusive use. */
export function isPrivate({ capabilities }: DmaEngine): boolean {
  return (capabilities & DMA_CAP.private) !== 0;
}

/** The engine that a device has registered, or registered last; undefined for none. */
export function dmaEngineOfDevice(world: World, device: DeviceId): DmaEngineId | undefined {
  const { engines } = world.dma;
  let last: DmaEngineId | undefined;
  for (const [id, engine] of engines.entries()) {
    if (engine.device !== device) continue;
    if (engine.registered) return id;
    last = id;
  }
  return last;
}

/** Calls a callback of an engine about one of its channels; 0 where it has none. */
export function* callEngine(
  world: World,
  channel: DmaChannelId,
  callback: DmaOptionalCallback,
): Task<number> {
  const { device, callbacks } = engineOf(world, channelOf(world, channel).engine);
  if (!callbacks.includes(callback)) return 0;
  return yield* callDma(device, callback, channel);
}

/** A callback of the DMA engine layer; -1 for one that is about no channel. */
export function* callDma(device: DeviceId, callback: DmaCallback, channel: DmaChannelId): Task<number> {
  return yield { kind: 'call', device, callback, layer: 'dma', channel };
}

/** WARN_ONCE(), with the words behind it. */
export function warnOnce(world: World, condition: boolean, place: string, words: string): void {
  if (!condition || world.dma.warned.includes(place)) return;
  world.dma.warned.push(place);
  warnOn(world, true, place);
  kernelMessage(world, words);
}
