/**
 * Switches between channels and devices, and what ends by itself. The interrupt of an engine says that data left memory, not that the
 * device has them: a switch that is torn down before they have arrived cuts them off.
 */
import type { DmaChannelId } from '../core/dma-engine.ts';
import type { DmaDescriptorId } from '../core/dma-transfer.ts';
import type { Task } from '../core/task.ts';
import type { World } from '../core/world.ts';
import { channelOf } from './engine-access.ts';
import { misused } from './misuse.ts';
import { isEngineAwake } from './moving-data.ts';
import { startNext, transferInterrupt } from './virt-dma.ts';

/** The data of a channel go through a switch of that name from now on; channels of the same name contend for it. */
export function connectSwitch(world: World, id: DmaChannelId, name: string): void {
  const { boxes } = world.dma;
  const known = boxes.findIndex((box) => box.name === name);
  channelOf(world, id).box = known >= 0 ? known : boxes.push({ name, owner: -1 }) - 1;
}

/** What the hardware has of a channel is lost: no interrupt comes. */
function cutOff(world: World, id: DmaChannelId): void {
  const { virtual } = channelOf(world, id);
  if (virtual.running < 0) return;
  world.dma.descriptors[virtual.running]!.state = 'terminated';
  virtual.terminated.push(virtual.running);
  virtual.running = -1;
}

/**
 * A channel gives its switch to whoever waits for it. Data that have not arrived are lost, and that is a misuse: the interrupt does not tell
 * that they have.
 */
export function tearDownSwitch(world: World, id: DmaChannelId): void {
  const { box, virtual } = channelOf(world, id);
  const { boxes, descriptors, channels } = world.dma;
  if (box < 0 || boxes[box]!.owner !== id) return;
  const onTheirWay = descriptors.filter(
    ({ channel, done, arrived }) => channel === id && done && arrived > world.now,
  );
  if (virtual.running >= 0 || onTheirWay.length > 0) {
    const [first] = onTheirWay;
    const client = virtual.running >= 0 ? descriptors[virtual.running]!.client : first!.client;
    misused(world, 'switch torn down too early', id, client);
  }
  for (const descriptor of onTheirWay) descriptor.done = false;
  cutOff(world, id);
  boxes[box]!.owner = -1;
  const next = channels.findIndex(
    (channel, other) =>
      other !== id && channel.box === box && channel.virtual.running < 0 && channel.virtual.issued.length > 0,
  );
  if (next >= 0) startNext(world, next);
}

/** The interrupt of a transfer whose time is over; of one whose engine has fallen asleep meanwhile none comes. */
export function* endTransfer(
  world: World,
  id: DmaChannelId,
  done: (operation: DmaDescriptorId) => void,
): Task<void> {
  const { running } = channelOf(world, id).virtual;
  const descriptor = world.dma.descriptors[running]!;
  if (!isEngineAwake(world, id)) {
    misused(world, 'engine suspended in mid-transfer', id, descriptor.client);
    cutOff(world, id);
    return;
  }
  if (descriptor.cyclic) descriptor.ends = world.now + Math.max(1, descriptor.takes);
  yield* transferInterrupt(world, id, done);
}
