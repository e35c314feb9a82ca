/**
 * What must hold in every state of an exploration. Each sentence is one that Linux 6.12 keeps, with the conditions under which
 * it does; what sounds like one and is none is in {@link NAIVE_INVARIANTS}.
 */
import { breachesAtCall } from './call-invariants.ts';
import type { ExplorationState } from './state.ts';
import { breachesIn } from './state-invariants.ts';
import type { Call } from './thread.ts';

export interface Invariant {
  readonly name: string;
  /** What holds, and when. */
  readonly sentence: string;
  /** Asked of every state: what is wrong in it, in words. */
  readonly breach?: (state: ExplorationState) => string | undefined;
  /** Asked when a callback begins: what is wrong with that. */
  readonly breachAtCall?: (state: ExplorationState, call: Call) => string | undefined;
  /** Commands under which nobody promises it. */
  readonly notWith?: readonly string[];
}

/** The invariants that an exploration holds its states against, unless it is told which. */
export const INVARIANTS: readonly Invariant[] = [
  {
    name: 'supplier-active',
    sentence:
      'A device that a runtime resume has brought up over a PM_RUNTIME link is never active, nor in its runtime_resume or ' +
      'runtime_suspend callback, while the supplier is not active; as long as runtime PM of both stays enabled and the supplier has no error.',
    breach: breachesIn.supplierDown,
  },
  {
    name: 'parent-active',
    sentence:
      'A device that a runtime resume has brought up is never active, nor in its callbacks, while its parent is not active; as long as ' +
      'runtime PM of both stays enabled, the parent has no error and does not ignore children.',
    breach: breachesIn.parentDown,
  },
  {
    name: 'domain-on',
    sentence:
      'A device in a power domain that a runtime resume has brought up is never active, nor in its callbacks, while the domain is off; ' +
      'as long as runtime PM of the device stays enabled and the system does not sleep.',
    breach: breachesIn.domainDown,
  },
  {
    name: 'domains-above-on',
    sentence: 'A power domain is on only while the domains above it are.',
    breach: breachesIn.domainAboveDown,
    notWith: ['rmgenpd'],
  },
  {
    name: 'suspend-unused',
    sentence:
      'A runtime_suspend callback begins only while nobody uses the device: usage count 0, no active child that counts.',
    breachAtCall: breachesAtCall.suspendWhileUsed,
    notWith: ['force_suspend'],
  },
  {
    name: 'callbacks-apart',
    sentence: 'The runtime_suspend and runtime_resume callbacks of one device never overlap.',
    breach: breachesIn.overlappingCallbacks,
    notWith: ['force_suspend', 'force_resume'],
  },
  {
    name: 'usage-count',
    sentence: 'No usage count is negative.',
    breach: breachesIn.negativeUsage,
  },
  {
    name: 'child-count',
    sentence:
      'The child count of a device is the number of its children that are active or suspending; but for devices that were moved or ' +
      'suspended by force, which the kernel does not count over.',
    breach: breachesIn.wrongChildCount,
    notWith: ['move', 'force_suspend', 'force_resume'],
  },
  {
    name: 'consumer-sleeps-first',
    sentence:
      'In each phase of system sleep a device is suspended after its children and after the consumers of its links that are not dormant ' +
      'and order, and resumed after its parent and those suppliers.',
    breachAtCall: breachesAtCall.sleepOutOfOrder,
    notWith: ['move'],
  },
  {
    name: 'probe-after-suppliers',
    sentence:
      'A probe begins only when the suppliers of all managed links that are not SYNC_STATE_ONLY are bound.',
    breachAtCall: breachesAtCall.probeBeforeSuppliers,
  },
  {
    name: 'supplier-bound',
    sentence:
      'While a consumer is bound over a managed link that was active, its supplier is bound; but for a consumer that is locked, as one that ' +
      'is being unbound.',
    breach: breachesIn.supplierUnbound,
  },
  {
    name: 'remove-after-consumers',
    sentence:
      'A remove callback begins only when no consumer is bound over a managed link that was active; but for one that is locked: of two ' +
      'tasks that unbind a supplier at once, the second does not wait for the consumers that the first is unbinding.',
    breachAtCall: breachesAtCall.removeBeforeConsumers,
  },
  {
    name: 'sync-state-once',
    sentence: 'The sync_state of a device is called at most once in its life.',
    breachAtCall: breachesAtCall.secondSyncState,
  },
  {
    name: 'link-status',
    sentence: 'The state of a managed link fits to what the driver core does with its two devices.',
    breach: breachesIn.wrongLinkStatus,
  },
  {
    name: 'dpm-order',
    sentence:
      'Outside of system sleep each device stands in dpm_list behind its parent and its suppliers over links that order.',
    breach: breachesIn.wrongOrder,
    notWith: ['move'],
  },
];

/** Sentences that the kernel does not keep, or not without the good will of drivers: to be asked for by name. */
export const NAIVE_INVARIANTS: readonly Invariant[] = [
  {
    name: 'no-active-over-suspended',
    sentence:
      'No device is active while a supplier over a PM_RUNTIME link is suspended, whatever came before.',
    breach: breachesIn.naiveSupplierDown,
  },
  {
    name: 'no-remove-under-consumer',
    sentence: 'No remove callback begins while a consumer is bound over a managed link that was active.',
    breachAtCall: breachesAtCall.removeUnderConsumer,
  },
  {
    name: 'no-stale-unbinding',
    sentence: "A link is 'supplier unbinding' only while its supplier is unbinding.",
    breach: breachesIn.staleUnbinding,
  },
  {
    name: 'idle-suspends',
    sentence: 'When nothing moves, no device is active that nobody uses.',
    breach: breachesIn.leftActive,
  },
];

/** The invariant of that name. */
export function invariantNamed(wanted: string): Invariant | undefined {
  return [...INVARIANTS, ...NAIVE_INVARIANTS].find(({ name }) => name === wanted);
}
