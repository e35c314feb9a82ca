/** Commands about transfers of DMA channels, and what drivers do wrong about them. */
import type { DmaChannelId } from '../core/dma-engine.ts';
import { DMA_STATUSES, type DmaDescriptorId } from '../core/dma-transfer.ts';
import { keep } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import { inTicks, type World } from '../core/world.ts';
import {
  asyncTxSubmit,
  canDepend,
  channelOf,
  connectSwitch,
  countDescriptor,
  dmaIssuePendingAll,
  dmaPrepare,
  dmaRunDependencies,
  dmaUnprepare,
  dropCounted,
  endedChannel,
  endTransfer,
  engineOf,
  issuePending,
  misused,
  nextTransferEnd,
  tearDownSwitch,
  terminateAll,
  transferInterrupt,
  transferStatus,
  vchanSynchronize,
  vchanTxPrep,
  vchanTxSubmit,
} from '../dma/index.ts';
import type { Command, DmaCommand, TransferCommand } from './command.ts';
import { anyDeviceNamed, BAD, deviceNamed, type Result, type Session } from './session.ts';

function prepare(session: Session, command: DmaCommand & { kind: 'dmaprep' }): Result {
  const { world, dmaHandles, dmaDescriptors } = session;
  const handle = dmaHandles.get(command.handle);
  const known = dmaDescriptors.get(command.descriptor);
  const client = command.client === undefined ? -1 : deviceNamed(session, command.client);
  if (handle === undefined || client === undefined) return BAD;
  if (known !== undefined && world.dma.descriptors[known]!.state !== 'freed') return BAD;
  if (!handle.held) misused(world, 'transfer on a released channel', handle.channel, handle.client);
  dmaDescriptors.set(
    command.descriptor,
    vchanTxPrep(world, handle.channel, client, command.cyclic, {
      takes: command.takes < 0 ? -1 : inTicks(world, command.takes),
      arrives: inTicks(world, command.arrives),
    }),
  );
  return 0;
}

/** A descriptor that is submitted twice, or freed, would be lost memory in the kernel. */
function* submit(session: Session, name: string): Task<Result> {
  const { world, dmaDescriptors } = session;
  const id = dmaDescriptors.get(name);
  if (id === undefined) return BAD;
  const { state, channel, parent } = world.dma.descriptors[id]!;
  if (state === 'allocated' && parent < 0) {
    yield* countDescriptor(world, id);
    return vchanTxSubmit(world, id);
  }
  const isReleased = channelOf(world, channel).clientCount === 0;
  const what = isReleased ? 'submitted after release' : 'descriptor that is gone';
  misused(world, what, channel, world.dma.descriptors[id]!.client);
  return BAD;
}

/** async_tx_submit() with a depend_tx. */
function depend({ world, dmaDescriptors }: Session, name: string, on: string): Result {
  const [own, other] = [dmaDescriptors.get(name), dmaDescriptors.get(on)];
  if (own === undefined || other === undefined || !canDepend(world, own, other)) return BAD;
  asyncTxSubmit(world, own, other);
  return 0;
}

/** What the driver of the engine does about an operation that is done. */
function cleanUp(world: World, channel: DmaChannelId, done: DmaDescriptorId): void {
  const { runsDependencies, device } = engineOf(world, channelOf(world, channel).engine);
  if (runsDependencies) {
    if (!dmaRunDependencies(world, done)) misused(world, 'submitted after release', channel, device);
  } else if (world.dma.descriptors[done]!.next >= 0) misused(world, 'dependencies not run', channel, device);
}

/** Carries out a command about transfers. */
export function* carryOutTransfer(session: Session, command: TransferCommand): Task<Result> {
  const { world } = session;
  if (command.kind === 'dmaprep') return prepare(session, command);
  if (command.kind === 'dmasubmit') return yield* submit(session, command.descriptor);
  if (command.kind === 'dmadepend') return depend(session, command.descriptor, command.on);
  if (command.kind === 'dmaissueall') {
    dmaIssuePendingAll(world);
    return 0;
  }
  const handle = session.dmaHandles.get(command.handle);
  if (handle === undefined) return BAD;
  const { channel } = handle;
  const { virtual } = channelOf(world, channel);
  switch (command.kind) {
    case 'dmaissue':
      if (!handle.held) misused(world, 'transfer on a released channel', channel, handle.client);
      issuePending(world, channel);
      return 0;
    case 'dmairq': {
      const had = yield* transferInterrupt(world, channel, (done) => cleanUp(world, channel, done));
      dropCounted(world);
      return had ? 1 : 0;
    }
    case 'dmastatus':
      return DMA_STATUSES.indexOf(transferStatus(world, channel, command.cookie));
    case 'dmaterm':
      terminateAll(world, channel);
      dropCounted(world);
      return 0;
    case 'dmaprepare':
      return yield* dmaPrepare(world, channel);
    case 'dmaunprepare':
      dmaUnprepare(world, channel);
      return 0;
    case 'dmaswitch':
      connectSwitch(world, channel, command.name);
      return 0;
    case 'dmateardown':
      tearDownSwitch(world, channel);
      return 0;
    case 'dmasync':
      synchronizing(world, channel);
      vchanSynchronize(world, channel);
      return 0;
    case 'dmapause':
    case 'dmaresume':
      virtual.paused = command.kind === 'dmapause';
      return 0;
  }
}

/** dmaengine_synchronize() waits for callbacks, not for transfers. */
function synchronizing(world: World, channel: DmaChannelId): void {
  const { running, issued } = channelOf(world, channel).virtual;
  const pending = running >= 0 ? running : issued[0];
  if (pending === undefined) return;
  const { client } = world.dma.descriptors[pending]!;
  misused(world, 'synchronized while transfers are pending', channel, client);
}

/** The interrupts of all transfers whose time is over. */
export function* endDueTransfers({ world }: Session): Task<void> {
  for (let channel = endedChannel(world); channel >= 0; channel = endedChannel(world)) {
    const ended = keep(channel);
    yield* endTransfer(world, ended, (done) => cleanUp(world, ended, done));
    dropCounted(world);
  }
}

/** Lets the clock run to a time, with the interrupts of transfers that end meanwhile. `delay`: as a callback that takes its time. */
export function* passTime(session: Session, until: number, delay = false): Task<void> {
  const { world } = session;
  for (;;) {
    const end = nextTransferEnd(world);
    if (end > until) break;
    if (end > world.now) yield { kind: 'wait', for: { kind: 'time', until: end } };
    yield* endDueTransfers(session);
  }
  yield { kind: 'wait', for: { kind: 'time', until, delay } };
}

/** Commands that may come in a tasklet, where nothing sleeps. */
const ATOMIC_COMMANDS: readonly Command['kind'][] = [
  'dmaprep',
  'dmasubmit',
  'dmadepend',
  'dmaissue',
  'dmaissueall',
  'dmairq',
  'dmaterm',
  'dmapause',
  'dmaresume',
  'dmateardown',
  'dmastatus',
  'state',
  'ret',
  'off',
];
const ATOMIC_OPERATIONS: readonly string[] = [
  'get',
  'put',
  'get_noresume',
  'put_noidle',
  'put_autosuspend',
  'mark_last_busy',
  'request_idle',
  'request_resume',
  'get_if_active',
  'get_if_in_use',
];
const RESUMES: readonly string[] = ['get_sync', 'resume_and_get', 'resume'];

/** Whether a command may run now: in a tasklet one that could sleep is refused, and noted. */
export function maySleepHere(session: Session, command: Command): boolean {
  const { world } = session;
  if (world.dma.runningTasklet < 0 || ATOMIC_COMMANDS.includes(command.kind)) return true;
  let isAtomic = false;
  if (command.kind === 'rpm') {
    const id = anyDeviceNamed(session, command.device);
    const power = id === undefined ? undefined : world.devices[id]!.power;
    const staysAwake = power?.irqSafe === true || power?.runtimeStatus === 'active';
    isAtomic =
      ATOMIC_OPERATIONS.includes(command.operation) || (RESUMES.includes(command.operation) && staysAwake);
  }
  const channel = world.dma.runningTasklet;
  const what = command.kind === 'dmasync' ? 'synchronized in a callback' : 'sleeps in a callback';
  if (!isAtomic) misused(world, what, channel);
  return isAtomic;
}
