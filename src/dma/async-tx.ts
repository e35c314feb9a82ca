/**
 * Operations that depend on one another, on one channel or across channels. Follows crypto/async_tx/async_tx.c and
 * drivers/dma/dmaengine.c of Linux 6.12 with CONFIG_ASYNC_TX_ENABLE_CHANNEL_SWITCH.
 */
import { DMA_CAP, type DmaChannelId } from '../core/dma-engine.ts';
import type { DmaDescriptorId } from '../core/dma-transfer.ts';
import type { World } from '../core/world.ts';
import { channelOf, engineOf } from './engine-access.ts';
import { issuePending, vchanTxPrep, vchanTxSubmit } from './virt-dma.ts';

function descriptorOf(world: World, id: DmaDescriptorId) {
  return world.dma.descriptors[id]!;
}

/** txd_chain(). */
function txdChain(world: World, id: DmaDescriptorId, next: DmaDescriptorId): void {
  descriptorOf(world, id).next = next;
  descriptorOf(world, next).parent = id;
}

/** Whether the driver of a channel can be asked for an interrupt behind an operation: else the core would poll for its end. */
function canInterrupt(world: World, channel: DmaChannelId): boolean {
  return (engineOf(world, channelOf(world, channel).engine).capabilities & DMA_CAP.interrupt) !== 0;
}

/**
 * Whether async_tx_submit() of one operation behind another is legal: the kernel stops at a BUG_ON() for a second one behind the same, and
 * waits with the processor for the end of one whose channel has no interrupt operation.
 */
export function canDepend(world: World, id: DmaDescriptorId, on: DmaDescriptorId): boolean {
  const [own, other] = [descriptorOf(world, id), descriptorOf(world, on)];
  if (own.state !== 'allocated' || own.parent >= 0 || other.state === 'freed' || id === on) return false;
  // Submitted is what has a cookie, is with the hardware or behind it, or waits for another itself.
  if (other.state === 'allocated' && other.parent < 0) return false;
  if (other.acknowledged || other.next >= 0) return false;
  return own.channel === other.channel || canInterrupt(world, other.channel);
}

/** async_tx_channel_switch(): an interrupt operation behind the other, which submits this one when it is done. */
function channelSwitch(world: World, id: DmaDescriptorId, on: DmaDescriptorId): void {
  const { channel, parent } = descriptorOf(world, on);
  const interrupt = vchanTxPrep(world, channel, -1, false);
  txdChain(world, interrupt, id);
  if (parent >= 0) txdChain(world, on, interrupt);
  else vchanTxSubmit(world, interrupt);
  descriptorOf(world, interrupt).acknowledged = true;
  issuePending(world, channel);
}

/**
 * async_tx_submit() with a depend_tx, for which {@link canDepend} holds: submitted at once on the same channel, which keeps the order; else
 * when dma_run_dependencies() comes to it.
 */
export function asyncTxSubmit(world: World, id: DmaDescriptorId, on: DmaDescriptorId): void {
  const [own, other] = [descriptorOf(world, id), descriptorOf(world, on)];
  if (own.channel !== other.channel) channelSwitch(world, id, on);
  else if (other.parent >= 0) txdChain(world, on, id);
  else vchanTxSubmit(world, id);
  other.acknowledged = true;
}

/**
 * dma_run_dependencies(): submits what waits for an operation, up to the next change of channel, and issues it. False where one of these
 * was freed with its channel meanwhile: the kernel would submit freed memory.
 */
export function dmaRunDependencies(world: World, id: DmaDescriptorId): boolean {
  const first = descriptorOf(world, id).next;
  if (first < 0) return true;
  descriptorOf(world, id).next = -1;
  const { channel } = descriptorOf(world, first);
  for (let at = first; at >= 0; ) {
    const descriptor = descriptorOf(world, at);
    descriptor.parent = -1;
    if (descriptor.state !== 'allocated') return false;
    const { next } = descriptor;
    const goesOn = next >= 0 && descriptorOf(world, next).channel === channel;
    if (goesOn) descriptor.next = -1;
    vchanTxSubmit(world, at);
    at = goesOn ? next : -1;
  }
  issuePending(world, channel);
  return true;
}
