/**
 * Who keeps an engine awake, where a policy says: from request to release, for each descriptor, or between prepare and unprepare. Linux 6.12
 * leaves it to the engine's driver, and so does the policy `driver`. The proposals are those of docs/dma-workloads.md.
 */
import { DL_FLAG } from '../core/device-link.ts';
import type { DmaChannelId, DmaPolicy } from '../core/dma-engine.ts';
import type { DmaDescriptorId } from '../core/dma-transfer.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import {
  pmRuntimeEnable,
  pmRuntimeGet,
  pmRuntimeGetNoresume,
  pmRuntimeGetSync,
  pmRuntimeIrqSafe,
  pmRuntimePut,
  pmRuntimePutNoidle,
} from '../pm/index.ts';
import { channelOf, engineOf } from './engine-access.ts';
import { misused } from './misuse.ts';

function engineDevice(world: World, channel: DmaChannelId): DeviceId {
  return engineOf(world, channelOf(world, channel).engine).device;
}

function wantsRuntimePm({ link, power }: DmaPolicy): boolean {
  const byLink = link.target !== 'none' && (link.flags & DL_FLAG.PM_RUNTIME) !== 0;
  return power !== 'driver' || byLink || (link.target !== 'none' && link.made === 'at creation');
}

function enable(world: World, device: DeviceId): void {
  if (world.devices[device]!.power.disableDepth > 0) pmRuntimeEnable(world, device);
}

/** What a policy asks of the driver that registers an engine: runtime PM of the engine and, for links to them, of its channels. */
export function* prepareEngine(world: World, engine: DeviceId, channels: readonly DeviceId[]): Task<void> {
  const { policy } = world.dma;
  if (policy.irqSafe) yield* pmRuntimeIrqSafe(world, engine);
  if (!wantsRuntimePm(policy)) return;
  enable(world, engine);
  if (policy.link.target === 'channel') for (const channel of channels) enable(world, channel);
}

/** pm_runtime_resume_and_get() of the engine of a channel. */
function* takeReference(world: World, channel: DmaChannelId): Task<number> {
  const device = engineDevice(world, channel);
  const error = yield* pmRuntimeGetSync(world, device);
  if (error >= 0) return 0;
  pmRuntimePutNoidle(world, device);
  return error;
}

function dropReference(world: World, channel: DmaChannelId): void {
  pmRuntimePut(world, engineDevice(world, channel));
}

/** A client gets a channel: 0, or the error with which its request ends. */
export function* holdForChannel(world: World, channel: DmaChannelId): Task<number> {
  return world.dma.policy.power === 'channel' ? yield* takeReference(world, channel) : 0;
}

/** It gives the channel back. */
export function dropForChannel(world: World, channel: DmaChannelId): void {
  if (world.dma.policy.power === 'channel') dropReference(world, channel);
}

/** The client is about to use DMA, in process context: 0 or an error. */
export function* dmaPrepare(world: World, channel: DmaChannelId): Task<number> {
  return world.dma.policy.power === 'prepare' ? yield* takeReference(world, channel) : 0;
}

/** It has done so. */
export function dmaUnprepare(world: World, channel: DmaChannelId): void {
  if (world.dma.policy.power === 'prepare') dropReference(world, channel);
}

/**
 * A descriptor is submitted: the engine gets a reference for it. In a tasklet a resume that may sleep is a misuse, behind which a worker
 * resumes the engine.
 */
export function* countDescriptor(world: World, id: DmaDescriptorId): Task<void> {
  const descriptor = world.dma.descriptors[id]!;
  if (world.dma.policy.power !== 'descriptor' || descriptor.counted) return;
  descriptor.counted = true;
  const device = engineDevice(world, descriptor.channel);
  const { irqSafe, runtimeStatus } = world.devices[device]!.power;
  const isActive = runtimeStatus === 'active';
  if (!isActive && (world.dma.runningTasklet < 0 || irqSafe)) {
    yield* pmRuntimeGetSync(world, device);
    return;
  }
  if (!isActive) misused(world, 'sleeps in a callback', descriptor.channel, descriptor.client);
  countTransfer(world, descriptor.channel);
}

/**
 * The reference of a transfer that begins where nothing may sleep: an engine that is asleep is resumed by a worker, and the transfer
 * has to wait for it. Nothing under a policy that does not count.
 */
export function countTransfer(world: World, channel: DmaChannelId): void {
  if (world.dma.policy.power !== 'descriptor') return;
  const device = engineDevice(world, channel);
  if (world.devices[device]!.power.runtimeStatus === 'active') pmRuntimeGetNoresume(world, device);
  else pmRuntimeGet(world, device);
}

/** That transfer is over. */
export function dropTransfer(world: World, channel: DmaChannelId): void {
  if (world.dma.policy.power === 'descriptor') dropReference(world, channel);
}

/** Descriptors that are done or gone give their references back. */
export function dropCounted(world: World): void {
  if (world.dma.policy.power !== 'descriptor') return;
  for (const descriptor of world.dma.descriptors) {
    const isOver = ['completed', 'terminated', 'freed'].includes(descriptor.state);
    if (!descriptor.counted || !isOver) continue;
    descriptor.counted = false;
    dropReference(world, descriptor.channel);
  }
}
