/** Commands about DMA engines and channels. */
import { type DmaChannelId, type DmaNodeId, type DmaTranslation, dmaPhandle } from '../core/dma-engine.ts';
import { EEXIST } from '../core/errno.ts';
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import {
  callDma,
  channelOf,
  createDmaEngine,
  dmaAsyncDeviceRegister,
  dmaAsyncDeviceUnregister,
  dmaChanName,
  dmaengineGet,
  dmaenginePut,
  dmaFindChannel,
  dmaGetAnySlaveChannel,
  dmaGetSlaveChannel,
  dmaNodeOf,
  dmaReleaseChannel,
  dmaRequestChan,
  dmaRequestChanByMask,
  dropCounted,
  engineOf,
  FW_DEVLINK_FLAGS,
  makeDmaNode,
  misused,
  ofDmaControllerFree,
  ofDmaControllerRegister,
  registeredEngine,
  requestChannelByMask,
} from '../dma/index.ts';
import { deviceLinkAdd } from '../links/index.ts';
import { type DmaCommand, type DmasWord, isTransferCommand } from './command.ts';
import { BAD, deviceNamed, type Result, type Session } from './session.ts';
import { writeEvent } from './trace-writer.ts';
import { carryOutTransfer } from './transfer-commands.ts';

/** A phandle that no node has. */
const NO_NODE = 0xffff;

/** A handle that holds a channel cannot be given another. */
function isHeld({ dmaHandles }: Session, handle: string): boolean {
  return dmaHandles.get(handle)?.held ?? false;
}

/** Notes a channel that was granted. */
function keepChannel(session: Session, handle: string, channel: DmaChannelId, client: DeviceId): void {
  const driver = client < 0 ? -1 : session.world.devices[client]!.driver;
  session.dmaHandles.set(handle, { channel, client, driver, held: true });
  writeEvent(session, { e: 'grant', h: handle, ch: dmaChanName(session.world, channel) });
}

/** The answer of a request that gives a channel or an error. */
function answered(session: Session, handle: string, result: number, client = -1): number {
  if (result < 0) return result;
  keepChannel(session, handle, result, client);
  return 0;
}

/** The answer of a request that gives a channel or NULL: 1 or 0. */
function granted(session: Session, handle: string, channel: DmaChannelId | undefined, client = -1): number {
  if (channel === undefined) return 0;
  keepChannel(session, handle, channel, client);
  return 1;
}

function* register(
  session: Session,
  device: DeviceId,
  command: DmaCommand & { kind: 'dmadev' },
): Task<Result> {
  const { world, dmaEngines } = session;
  // The kernel reads the module of the driver and does not ask whether there is one.
  if (world.devices[device]!.driver < 0) return BAD;
  if (registeredEngine(world, device) !== undefined) return -EEXIST;
  const engine = createDmaEngine(world, { device, ...command.wanted });
  const error = yield* dmaAsyncDeviceRegister(world, engine);
  if (error === 0) {
    dmaEngines.delete(command.device);
    dmaEngines.set(command.device, engine);
  }
  return error;
}

/** The node of a registered device, made where there is none; as controller it counts one argument unless it says otherwise. */
function nodeFor(world: World, device: DeviceId, isController: boolean): DmaNodeId {
  const isNew = dmaNodeOf(world, device) < 0;
  const node = makeDmaNode(world, device);
  if (isNew && isController) node.cells = 1;
  return dmaNodeOf(world, device);
}

/** A device node would be named in messages of device_add(): it is made for registered devices only. */
function canHaveNode({ world }: Session, device: DeviceId | undefined): device is DeviceId {
  return device !== undefined && world.devices[device]!.registered;
}

/** References that are no names of devices: an empty entry, and a phandle that no node has. */
const NO_DEVICE: readonly (string | undefined)[] = [undefined, '0', '!'];

/** The cells of an entry of `dmas`. */
function cellsOf(session: Session, { reference, args }: DmasWord): number[] {
  if (reference === undefined) return [];
  if (reference === '0') return [0];
  if (reference === '!') return [NO_NODE, ...args];
  return [dmaPhandle(nodeFor(session.world, deviceNamed(session, reference)!, true)), ...args];
}

function* describe(session: Session, device: DeviceId, words: readonly DmasWord[]): Task<Result> {
  const referred = words.flatMap(({ reference = '0' }) => (NO_DEVICE.includes(reference) ? [] : reference));
  if (referred.some((name) => !canHaveNode(session, deviceNamed(session, name)))) return BAD;
  const cells = words.flatMap((word) => cellsOf(session, word));
  const node = session.world.dma.nodes[nodeFor(session.world, device, false)]!;
  const names = words.flatMap(({ name }) => name ?? []);
  node.dmas = words.length === 0 ? undefined : cells;
  node.names = names.length === 0 ? undefined : names;
  if (session.world.dma.policy.link.made === 'at creation') {
    // What fw_devlink would have made of the property when the device was added.
    for (const name of new Set(referred))
      yield* deviceLinkAdd(session.world, device, deviceNamed(session, name)!, FW_DEVLINK_FLAGS);
  }
  return 0;
}

function* publish(session: Session, device: DeviceId, command: DmaCommand & { kind: 'dmaof' }): Task<Result> {
  const { world } = session;
  const engine = session.dmaEngines.get(command.device);
  if (command.translation === 'chan_id' && engine === undefined) return BAD;
  const translation: DmaTranslation =
    command.translation === 'simple'
      ? { kind: 'simple', capabilities: command.capabilities }
      : { kind: 'chan_id', engine: engine! };
  yield* ofDmaControllerRegister(world, nodeFor(world, device, true), translation);
  return 0;
}

function isRouter(world: World, device: DeviceId): boolean {
  const node = dmaNodeOf(world, device);
  return world.dma.controllers.some((each) => each.node === node && each.translation.kind === 'router');
}

type NodeCommand = Extract<
  DmaCommand,
  { readonly kind: 'dmacells' | 'dmas' | 'dmaof' | 'rmdmaof' | 'dmarouter' }
>;

function* carryOutOnNode(session: Session, device: DeviceId, command: NodeCommand): Task<Result> {
  const { world } = session;
  if (!canHaveNode(session, device)) return BAD;
  switch (command.kind) {
    case 'dmacells':
      makeDmaNode(world, device).cells = command.cells;
      return 0;
    case 'dmas':
      return yield* describe(session, device, command.words);
    case 'dmaof':
      return yield* publish(session, device, command);
    case 'rmdmaof':
      yield* ofDmaControllerFree(world, dmaNodeOf(world, device));
      return 0;
    case 'dmarouter': {
      const target = deviceNamed(session, command.target);
      // Routers that lead to each other in a circle would use up the kernel's stack.
      if (!canHaveNode(session, target) || target === device || isRouter(world, target)) return BAD;
      const node = nodeFor(world, device, true);
      const translation = { kind: 'router', device, target: nodeFor(world, target, true) } as const;
      yield* ofDmaControllerRegister(world, node, translation);
      return 0;
    }
  }
}

type HandleCommand = Extract<
  DmaCommand,
  { readonly kind: 'dmareq' | 'dmareq_filter' | 'dmaslave' | 'dmaany' | 'dmareq_mask' }
>;

function* carryOutRequest(session: Session, command: HandleCommand): Task<Result> {
  const { world } = session;
  const { handle } = command;
  if (isHeld(session, handle)) return BAD;
  if (command.kind === 'dmareq_mask') {
    return answered(session, handle, yield* dmaRequestChanByMask(world, command.capabilities));
  }
  const device = deviceNamed(session, command.device);
  if (device === undefined) return BAD;
  if (command.kind === 'dmareq')
    return answered(session, handle, yield* dmaRequestChan(world, device, command.name), device);
  if (command.kind === 'dmareq_filter') {
    const filter = function* (channel: DmaChannelId): Task<boolean> {
      return (yield* callDma(device, 'dma_filter', channel)) !== 0;
    };
    const channel = yield* requestChannelByMask(world, command.capabilities, filter);
    return granted(session, handle, channel, device);
  }
  const engine = session.dmaEngines.get(command.device);
  if (engine === undefined) return BAD;
  if (command.kind === 'dmaany') return granted(session, handle, yield* dmaGetAnySlaveChannel(world, engine));
  const channel = engineOf(world, engine).channels[command.channel];
  return channel === undefined ? BAD : granted(session, handle, yield* dmaGetSlaveChannel(world, channel));
}

function* release(session: Session, handle: string): Task<Result> {
  const known = session.dmaHandles.get(handle);
  if (known === undefined) return BAD;
  if (!known.held) misused(session.world, 'released twice', known.channel, known.client);
  session.dmaHandles.set(handle, { ...known, held: false });
  yield* dmaReleaseChannel(session.world, known.channel);
  dropCounted(session.world);
  return 0;
}

function find(session: Session, { capability }: DmaCommand & { kind: 'dmafind' }): Result {
  const channel = dmaFindChannel(session.world, capability);
  if (channel < 0) return 0;
  writeEvent(session, { e: 'grant', h: capability, ch: dmaChanName(session.world, channel) });
  return 1;
}

/** Notes clients whose driver has gone without releasing its channels: those of commands that may unbind devices. */
export function noteUnboundClients({ world, dmaHandles }: Session): void {
  for (const [name, handle] of dmaHandles) {
    const { channel, client, driver, held } = handle;
    if (!held || driver < 0 || world.devices[client]!.driver === driver) continue;
    const { running, issued } = channelOf(world, channel).virtual;
    const isMoving = running >= 0 || issued.length > 0;
    misused(world, isMoving ? 'unbound in mid-transfer' : 'unbound with a channel', channel, client);
    // Said once.
    dmaHandles.set(name, { ...handle, driver: -1 });
  }
}

/** Carries out a command about DMA. */
export function* carryOutOnDma(session: Session, command: DmaCommand): Task<Result> {
  const { world } = session;
  if (isTransferCommand(command)) return yield* carryOutTransfer(session, command);
  switch (command.kind) {
    case 'dmaget':
      yield* dmaengineGet(world);
      return 0;
    case 'dmaput':
      // The kernel dies of a count below 0.
      if (world.dma.publicUsers === 0) return BAD;
      yield* dmaenginePut(world);
      return 0;
    case 'dmafind':
      return find(session, command);
    case 'dmarel':
      return yield* release(session, command.handle);
    case 'dmareq':
    case 'dmareq_filter':
    case 'dmareq_mask':
    case 'dmaslave':
    case 'dmaany':
      return yield* carryOutRequest(session, command);
  }
  const device = deviceNamed(session, command.device);
  if (device === undefined) return BAD;
  if (command.kind === 'dmadev') return yield* register(session, device, command);
  if (command.kind !== 'rmdmadev') return yield* carryOutOnNode(session, device, command);
  const engine = registeredEngine(world, device);
  if (engine === undefined) return BAD;
  for (const channel of engineOf(world, engine).channels) {
    const { clientCount, virtual } = channelOf(world, channel);
    if (clientCount === 0) continue;
    const what = virtual.running >= 0 ? 'engine unregistered in mid-transfer' : 'engine unregistered in use';
    misused(world, what, channel);
  }
  yield* dmaAsyncDeviceUnregister(world, engine);
  return 0;
}

/** Commands that give back all that a scenario holds of the layer, in the order in which the recorder does. */
export function dmaCleanUpCommands({ dmaHandles, world }: Session): string[] {
  const held = [...dmaHandles].filter(([, handle]) => handle.held);
  const registered = world.dma.engines.filter((engine) => engine.registered);
  return [
    ...held.map(([handle]) => `dmarel ${handle}`),
    ...Array.from({ length: world.dma.publicUsers }, () => 'dmaput'),
    ...registered.map(({ device }) => `rmdmadev ${world.devices[device]!.name}`),
  ];
}
