/** What is wrong with a callback that begins now. */
import type { Callback } from '../core/callbacks.ts';
import { DL_FLAG } from '../core/device-link.ts';
import type { PmList } from '../core/device-power.ts';
import { idsOf } from '../core/id-lists.ts';
import { type DeviceId, type DeviceLink, linkOf, type World } from '../core/world.ts';
import type { ExplorationState } from './state.ts';
import type { Call } from './thread.ts';

type DeviceCall = Call & { readonly kind: 'call' };

/** A managed link that orders probes and removals. */
function ordersProbes({ flags }: DeviceLink): boolean {
  return (flags & DL_FLAG.MANAGED) !== 0 && (flags & DL_FLAG.SYNC_STATE_ONLY) === 0;
}

function suspendWhileUsed(state: ExplorationState, call: Call): string | undefined {
  if (call.kind !== 'call' || call.callback !== 'runtime_suspend') return undefined;
  const { name, power } = state.session.world.devices[call.device]!;
  if (power.usageCount !== 0)
    return `runtime_suspend of ${name} begins with a usage count of ${power.usageCount}`;
  if (!power.ignoreChildren && power.childCount !== 0)
    return `runtime_suspend of ${name} begins with ${power.childCount} active children`;
  return undefined;
}

function probeBeforeSuppliers(state: ExplorationState, call: Call): string | undefined {
  if (call.kind !== 'call' || call.callback !== 'probe') return undefined;
  const { world } = state.session;
  for (const id of idsOf(world.supplierLinks, call.device)) {
    const link = linkOf(world, id);
    const supplier = world.devices[link.supplier]!;
    if (ordersProbes(link) && !supplier.bound)
      return `probe of ${world.devices[call.device]!.name} begins, and its supplier ${supplier.name} is not bound`;
  }
  return undefined;
}

/** A consumer that is bound over a link that was active, to a device whose remove begins. */
function consumerOfRemoved(
  { monitors, session: { world } }: ExplorationState,
  call: Call,
): DeviceId | undefined {
  if (call.kind !== 'call' || call.callback !== 'remove') return undefined;
  const link = monitors.wereActive.find((id) => linkOf(world, id).supplier === call.device);
  return link === undefined ? undefined : linkOf(world, link).consumer;
}

function removeText({ session: { world } }: ExplorationState, call: Call, consumer: DeviceId): string {
  const { device } = call as DeviceCall;
  return `remove of ${world.devices[device]!.name} begins, and its consumer ${world.devices[consumer]!.name} is bound`;
}

/** Nobody unbinds the consumer: its lock is free. */
function removeBeforeConsumers(state: ExplorationState, call: Call): string | undefined {
  const consumer = consumerOfRemoved(state, call);
  if (consumer === undefined || state.session.world.devices[consumer]!.locked) return undefined;
  return removeText(state, call, consumer);
}

function removeUnderConsumer(state: ExplorationState, call: Call): string | undefined {
  const consumer = consumerOfRemoved(state, call);
  return consumer === undefined ? undefined : removeText(state, call, consumer);
}

function secondSyncState(state: ExplorationState, call: Call): string | undefined {
  if (call.kind !== 'call' || call.callback !== 'sync_state') return undefined;
  // The monitor has seen this call already.
  const calls = state.monitors.synced.filter((id) => id === call.device).length;
  const { name } = state.session.world.devices[call.device]!;
  return calls > 1 ? `sync_state of ${name} begins a second time` : undefined;
}

/** The list that a device is on before its turn in a phase. */
const BEFORE_ITS_TURN: Partial<Record<Callback, PmList>> = {
  suspend: 'prepared',
  suspend_late: 'suspended',
  suspend_noirq: 'late-early',
  resume_noirq: 'noirq',
  resume_early: 'late-early',
  resume: 'suspended',
};

/** Whether a device has its turn in the phase of a callback still before it, or has not ended it. */
function isStillToCome(world: World, id: DeviceId, callback: Callback): boolean {
  const { power } = world.devices[id]!;
  return power.list === BEFORE_ITS_TURN[callback] || !power.completed;
}

/** The devices whose turn must be over before that of a device: below it on the way down, above it on the way up. */
function predecessors(world: World, id: DeviceId, isDown: boolean): DeviceId[] {
  const near = isDown
    ? idsOf(world.children, id)
    : [world.devices[id]!.parent].filter((parent) => parent >= 0);
  const links = idsOf(isDown ? world.consumerLinks : world.supplierLinks, id).map((link) =>
    linkOf(world, link),
  );
  const ordering = links.filter(
    ({ status, flags }) => status !== 'dormant' && !(flags & DL_FLAG.SYNC_STATE_ONLY),
  );
  return [...near, ...ordering.map((link) => (isDown ? link.consumer : link.supplier))];
}

function sleepOutOfOrder(state: ExplorationState, call: Call): string | undefined {
  if (call.kind !== 'call') return undefined;
  const { callback, device } = call as DeviceCall & { readonly callback: Callback };
  if (BEFORE_ITS_TURN[callback] === undefined) return undefined;
  const { world } = state.session;
  const isDown = callback.startsWith('suspend');
  const early = predecessors(world, device, isDown).find((id) => isStillToCome(world, id, callback));
  if (early === undefined) return undefined;
  const what = isDown ? 'suspended' : 'resumed';
  return `${callback} of ${world.devices[device]!.name} begins before ${world.devices[early]!.name} is ${what}`;
}

/** By what they look for. */
export const breachesAtCall = {
  suspendWhileUsed,
  probeBeforeSuppliers,
  removeBeforeConsumers,
  removeUnderConsumer,
  secondSyncState,
  sleepOutOfOrder,
} as const;
