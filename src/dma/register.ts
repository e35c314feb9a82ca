/** Engines come and go. Follows drivers/dma/dmaengine.c of Linux 6.12. */
import {
  createDmaChannel,
  DMA_CAP,
  type DmaCapability,
  type DmaChannelId,
  type DmaEngineId,
  type NewDmaEngine,
} from '../core/dma-engine.ts';
import { EIO, ENODEV, ENOENT } from '../core/errno.ts';
import { keepAll } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, deviceInitialize, deviceMessage, kernelMessage, type World } from '../core/world.ts';
import { deviceAdd, deviceDel } from '../probe/index.ts';
import { dmaChanGet, dmaDevicePut } from './channel-references.ts';
import { channelTransition } from './channel-transitions.ts';
import { channelOf, engineOf, isPrivate, warnOnce } from './engine-access.ts';
import { prepareEngine } from './engine-power.ts';
import { dmaMutexLock, dmaMutexUnlock } from './mutex.ts';
import { dmaChannelRebalance } from './rebalance.ts';

/** Capabilities that need a prep callback, in the order in which the kernel looks. */
const CHECKED: readonly DmaCapability[] = [
  'memcpy',
  'xor',
  'xor_val',
  'pq',
  'pq_val',
  'memset',
  'interrupt',
  'cyclic',
  'interleave',
];

/** The driver's struct dma_device with its channels, which nobody knows yet. */
export function createDmaEngine(world: World, wanted: NewDmaEngine): DmaEngineId {
  const { channels: count, ...fields } = wanted;
  const id = world.dma.engines.length;
  const channels: DmaChannelId[] = [];
  for (let left = count; left > 0; left--) {
    channels.push(world.dma.channels.push(createDmaChannel(id)) - 1);
  }
  world.dma.engines.push({
    ...fields,
    number: -1,
    channels,
    channelCount: 0,
    privateCount: 0,
    references: 0,
    registered: false,
    takenOff: false,
  });
  return id;
}

/** CHECK_CAP and the mandatory callbacks: 0 or -EIO, with what the kernel says. */
function checkEngine(world: World, id: DmaEngineId): number {
  const { device, capabilities, lacking, txStatus, issuePending } = engineOf(world, id);
  const bare = CHECKED.find((name) => (capabilities & lacking & DMA_CAP[name]) !== 0);
  let fault: string | undefined;
  if (bare !== undefined) fault = `Device claims capability DMA_${bare.toUpperCase()}, but op is not defined`;
  else if (!txStatus) fault = 'Device tx_status is not defined';
  else if (!issuePending) fault = 'Device issue_pending is not defined';
  if (fault === undefined) return 0;
  deviceMessage(world, device, fault);
  return -EIO;
}

/** ida_alloc(): the lowest number that is free. */
function takeNumber(world: World): number {
  const { numbers } = world.dma;
  let number = 0;
  while (numbers.includes(number)) number++;
  numbers.push(number);
  return number;
}

function giveNumberBack(world: World, number: number): void {
  const { numbers } = world.dma;
  const at = numbers.indexOf(number);
  if (at >= 0) numbers.splice(at, 1);
}

/** The folder of class dma cannot be made below a device that is not in sysfs. */
function refusedByParent(world: World, id: DeviceId): boolean {
  const { name, registered, sysfsGone } = world.devices[id]!;
  if (registered && !sysfsGone) return false;
  kernelMessage(world, `kobject: kobject_add_internal failed for dma (error: ${-ENOENT} parent: ${name})`);
  return true;
}

/** __dma_async_device_channel_register(): the channel gets its number and its device. */
function* registerChannel(world: World, id: DmaChannelId): Task<number> {
  const channel = channelOf(world, id);
  const engine = engineOf(world, channel.engine);
  if (refusedByParent(world, engine.device)) return -ENOENT;
  channel.number = engine.channels.indexOf(id);
  const name = `dma${engine.number}chan${channel.number}`;
  const device = deviceInitialize(world, { name, bus: '', parent: engine.device, node: -1 });
  const error = yield* deviceAdd(world, device);
  if (error < 0) return error;
  channel.device = device;
  channel.clientCount = 0;
  engine.channelCount++;
  channelTransition(world, id, 'dma_async_device_register');
  return 0;
}

/** The way out of a registration that failed. Where channels were registered, the engine's number is lost. */
function* abortRegistration(world: World, id: DmaEngineId): Task<void> {
  const engine = engineOf(world, id);
  if (engine.channelCount === 0) {
    giveNumberBack(world, engine.number);
    return;
  }
  for (const each of keepAll(engine.channels)) {
    const channel = channelOf(world, each);
    if (channel.state === 'unregistered') continue;
    yield* deviceDel(world, channel.device);
    channelTransition(world, each, 'dma_async_device_unregister');
  }
}

/** Public users that are there already get references on the channels of a new engine. */
function* getForPublicUsers(world: World, id: DmaEngineId): Task<number> {
  const engine = engineOf(world, id);
  if (world.dma.publicUsers === 0 || isPrivate(engine)) return 0;
  for (const channel of keepAll(engine.channels)) {
    if ((yield* dmaChanGet(world, channel, 'dmaengine_get')) === -ENODEV) return -ENODEV;
  }
  return 0;
}

function channelDevices(world: World, id: DmaEngineId): DeviceId[] {
  return engineOf(world, id).channels.map((channel) => channelOf(world, channel).device);
}

/**
 * dma_async_device_register(): 0, -EIO for a capability without its callback, or -ENODEV where the engine could not allocate a
 * channel for public users. The device must have its driver: the kernel reads its module.
 */
export function* dmaAsyncDeviceRegister(world: World, id: DmaEngineId): Task<number> {
  const engine = engineOf(world, id);
  if (world.devices[engine.device]!.driver < 0)
    yield { kind: 'wait', for: { kind: 'crash', device: engine.device } };
  const fault = checkEngine(world, id);
  if (fault < 0) return fault;
  engine.references = 1;
  const { asyncOperations } = world.dma;
  if ((engine.capabilities & asyncOperations) === asyncOperations) engine.capabilities |= DMA_CAP.async_tx;
  engine.number = takeNumber(world);
  for (const channel of keepAll(engine.channels)) {
    const error = yield* registerChannel(world, channel);
    if (error < 0) {
      yield* abortRegistration(world, id);
      return error;
    }
  }
  yield* prepareEngine(world, engine.device, channelDevices(world, id));
  yield* dmaMutexLock(world, 'dma_list_mutex');
  const error = yield* getForPublicUsers(world, id);
  if (error < 0) {
    dmaMutexUnlock(world, 'dma_list_mutex');
    yield* abortRegistration(world, id);
    return error;
  }
  world.dma.list.push(id);
  engine.registered = true;
  // An engine that is private from the start stays so.
  if (isPrivate(engine)) engine.privateCount++;
  dmaChannelRebalance(world);
  dmaMutexUnlock(world, 'dma_list_mutex');
  return 0;
}

/** __dma_async_device_channel_unregister(). */
function* unregisterChannel(world: World, id: DmaChannelId): Task<void> {
  const channel = channelOf(world, id);
  const engine = engineOf(world, channel.engine);
  const isUnsafe = !engine.callbacks.includes('device_release') && channel.clientCount !== 0;
  const place = 'drivers/dma/dmaengine.c:1150 __dma_async_device_channel_unregister';
  const words = `__dma_async_device_channel_unregister called while ${channel.clientCount} clients hold a reference`;
  warnOnce(world, isUnsafe, place, words);
  yield* dmaMutexLock(world, 'dma_list_mutex');
  engine.channelCount--;
  dmaMutexUnlock(world, 'dma_list_mutex');
  yield* deviceDel(world, channel.device);
  channelTransition(world, id, 'dma_async_device_unregister');
}

/**
 * dma_async_device_unregister(): the channels leave sysfs, and the engine is private from now on. Channels in use stay with
 * their clients, and the engine on dma_device_list, until the last of them is released.
 */
export function* dmaAsyncDeviceUnregister(world: World, id: DmaEngineId): Task<void> {
  const engine = engineOf(world, id);
  engine.registered = false;
  for (const channel of keepAll(engine.channels)) yield* unregisterChannel(world, channel);
  yield* dmaMutexLock(world, 'dma_list_mutex');
  engine.capabilities |= DMA_CAP.private;
  dmaChannelRebalance(world);
  giveNumberBack(world, engine.number);
  yield* dmaDevicePut(world, id);
  dmaMutexUnlock(world, 'dma_list_mutex');
}

/** The engine that a device has registered; undefined for none. */
export function registeredEngine(world: World, device: DeviceId): DmaEngineId | undefined {
  const at = world.dma.engines.findIndex((engine) => engine.device === device && engine.registered);
  return at < 0 ? undefined : at;
}
