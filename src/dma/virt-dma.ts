/**
 * Transfers of virtual channels. Follows drivers/dma/virt-dma.c, virt-dma.h and dmaengine.h of Linux 6.12, and a driver of the usual form
 * above them: one descriptor of a channel is with the hardware, the next is started when it ends.
 */
import type { DmaChannelId } from '../core/dma-engine.ts';
import type { DmaDescriptorId, DmaStatus, VirtualChannel } from '../core/dma-transfer.ts';
import { spinUnlockIrq } from '../core/interrupts.ts';
import { keep, keepAll } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import { callDma, channelOf, engineOf, isPrivate } from './engine-access.ts';
import { beginMoving, takeSwitch } from './moving-data.ts';

/** The largest cookie; behind it comes 1. */
const LAST_COOKIE = 2 ** 31 - 1;

function virtualOf(world: World, channel: DmaChannelId): VirtualChannel {
  return channelOf(world, channel).virtual;
}

function free(world: World, list: DmaDescriptorId[]): void {
  for (const id of list.splice(0)) world.dma.descriptors[id]!.state = 'freed';
}

/** It ends when a scenario says so. */
const UNTIMED = { takes: -1, arrives: 0 } as const;

/** vchan_tx_prep(): a descriptor that nobody has submitted. `times` are ticks of the clock. */
export function vchanTxPrep(
  world: World,
  channel: DmaChannelId,
  client: DeviceId,
  cyclic: boolean,
  times: { readonly takes: number; readonly arrives: number } = UNTIMED,
): DmaDescriptorId {
  const { descriptors } = world.dma;
  const id =
    descriptors.push({
      channel,
      client,
      cyclic,
      state: 'allocated',
      cookie: 0,
      next: -1,
      parent: -1,
      acknowledged: false,
      done: false,
      counted: false,
      takes: times.takes,
      arrives: times.arrives,
      ends: -1,
      arrived: -1,
    }) - 1;
  virtualOf(world, channel).allocated.push(id);
  return id;
}

/** vchan_tx_submit(): the cookie. Nothing is started. */
export function vchanTxSubmit(world: World, id: DmaDescriptorId): number {
  const descriptor = world.dma.descriptors[id]!;
  const virtual = virtualOf(world, descriptor.channel);
  virtual.cookie = virtual.cookie === LAST_COOKIE ? 1 : virtual.cookie + 1;
  virtual.allocated.splice(virtual.allocated.indexOf(id), 1);
  virtual.submitted.push(id);
  descriptor.state = 'submitted';
  descriptor.cookie = virtual.cookie;
  return virtual.cookie;
}

/** The hardware of a channel begins with the first that was issued, if it has none and no other channel has its switch. */
export function startNext(world: World, channel: DmaChannelId): void {
  const virtual = virtualOf(world, channel);
  virtual.running = -1;
  const [first] = virtual.issued;
  if (first === undefined || !takeSwitch(world, channel)) return;
  virtual.issued.shift();
  virtual.running = first;
  world.dma.descriptors[first]!.state = 'running';
  beginMoving(world, first);
}

/** device_issue_pending(): all that was submitted is for the hardware now, which begins with the first unless it is at work. */
export function issuePending(world: World, channel: DmaChannelId): void {
  const virtual = virtualOf(world, channel);
  for (const id of virtual.submitted) world.dma.descriptors[id]!.state = 'issued';
  virtual.issued.push(...virtual.submitted.splice(0));
  if (virtual.running < 0) startNext(world, channel);
}

/**
 * The interrupt of the hardware: the descriptor that runs is done, or a period of it where it is cyclic. The tasklet calls its
 * callback; `done` is what the driver does about a completed one beforehand. False where nothing runs.
 */
export function* transferInterrupt(
  world: World,
  channel: DmaChannelId,
  done: (operation: DmaDescriptorId) => void,
): Task<boolean> {
  const virtual = virtualOf(world, channel);
  const { running } = virtual;
  if (running < 0 || virtual.paused) return false;
  const descriptor = world.dma.descriptors[running]!;
  if (descriptor.cyclic) virtual.cyclic = running;
  else {
    virtual.completedCookie = descriptor.cookie;
    descriptor.cookie = 0;
    descriptor.state = 'completed';
    descriptor.done = true;
    virtual.completed.push(running);
    startNext(world, channel);
    done(running);
  }
  virtual.taskletScheduled = true;
  spinUnlockIrq(world);
  // One that is scheduled in a tasklet runs behind it.
  if (world.dma.runningTasklet < 0) yield* runTasklets(world);
  return true;
}

function* runTasklets(world: World): Task<void> {
  const { dma } = world;
  for (;;) {
    const channel = dma.channels.findIndex(({ virtual }) => virtual.taskletScheduled);
    if (channel < 0) break;
    dma.runningTasklet = channel;
    dma.channels[channel]!.virtual.taskletScheduled = false;
    yield* vchanComplete(world, channel);
  }
  dma.runningTasklet = -1;
}

/** dma_issue_pending_all(): for all channels in use of all engines that are not private. */
export function dmaIssuePendingAll(world: World): void {
  for (const id of world.dma.list) {
    const engine = engineOf(world, id);
    if (isPrivate(engine)) continue;
    for (const channel of engine.channels) {
      if (channelOf(world, channel).clientCount > 0) issuePending(world, channel);
    }
  }
}

/** vchan_complete(): the callback of a cyclic descriptor, then those of all that are completed, each of which is then freed. */
function* vchanComplete(world: World, channel: DmaChannelId): Task<void> {
  const virtual = virtualOf(world, channel);
  const { descriptors } = world.dma;
  const done = keepAll(virtual.completed.splice(0));
  const cyclic = keep(virtual.cyclic);
  virtual.cyclic = -1;
  if (cyclic >= 0) yield* callBack(world, cyclic);
  for (const id of done) {
    yield* callBack(world, id);
    descriptors[id]!.state = 'freed';
  }
}

function* callBack(world: World, id: DmaDescriptorId): Task<void> {
  const { client, channel } = world.dma.descriptors[id]!;
  if (client >= 0) yield* callDma(client, 'dma_complete', channel);
}

/** device_terminate_all(): what runs is kept until the channel is synchronized, all else is freed; no callbacks. */
export function terminateAll(world: World, channel: DmaChannelId): void {
  const virtual = virtualOf(world, channel);
  if (virtual.running >= 0) {
    world.dma.descriptors[virtual.running]!.state = 'terminated';
    virtual.terminated.push(virtual.running);
    if (virtual.cyclic === virtual.running) virtual.cyclic = -1;
    virtual.running = -1;
  }
  virtual.paused = false;
  // vchan_get_all_descriptors() takes the terminated ones too.
  for (const list of ['allocated', 'submitted', 'issued', 'completed', 'terminated'] as const)
    free(world, virtual[list]);
}

/** vchan_synchronize(): no callback runs behind it. */
export function vchanSynchronize(world: World, channel: DmaChannelId): void {
  const virtual = virtualOf(world, channel);
  virtual.taskletScheduled = false;
  free(world, virtual.terminated);
}

/** vchan_free_chan_resources(), behind which the driver stops the hardware and frees what it has. */
export function vchanFreeChanResources(world: World, channel: DmaChannelId): void {
  const virtual = virtualOf(world, channel);
  if (virtual.running >= 0) free(world, [virtual.running]);
  virtual.running = -1;
  virtual.paused = false;
  for (const list of ['allocated', 'submitted', 'issued', 'completed', 'terminated'] as const)
    free(world, virtual[list]);
}

/** dma_cookie_status() and dma_async_is_complete(), with the driver's word for a channel that is paused. */
export function transferStatus(world: World, channel: DmaChannelId, cookie: number): DmaStatus {
  const virtual = virtualOf(world, channel);
  const { completedCookie: completed, cookie: used, running, paused } = virtual;
  const isComplete =
    completed <= used ? cookie <= completed || cookie > used : cookie <= completed && cookie > used;
  if (isComplete) return 'complete';
  return paused && running >= 0 && world.dma.descriptors[running]!.cookie === cookie
    ? 'paused'
    : 'in progress';
}
