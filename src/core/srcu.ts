/**
 * Sleepable RCU as the kernel of one processor has it (kernel/rcu/srcutiny.c): a reader counts itself in, and who wants to free
 * something waits for a grace period, which a work item of the per-CPU pool makes. The driver core has one for the lists of links
 * and one for wakeup sources.
 */
import { keep } from './kept.ts';
import type { Task } from './task.ts';
import { queueWork } from './work-queues.ts';
import type { World } from './world.ts';

export const SRCU_DOMAINS = ['links', 'wakeup'] as const;
export type SrcuDomain = (typeof SRCU_DOMAINS)[number];

export interface Srcu {
  /** Readers by side; new ones go to the side `side`, which each grace period changes. */
  readonly readers: number[];
  side: number;
  /** Tickets of synchronize_srcu(): given out, taken by a grace period that has begun, and done. */
  tickets: number;
  taken: number;
  done: number;
  /** Tasks in a synchronize_srcu(). */
  waiting: number;
  /** srcu_drive_gp() is queued, or waits for readers. */
  queued: boolean;
  running: boolean;
}

export function createSrcu(): Srcu {
  return {
    readers: [0, 0],
    side: 0,
    tickets: 0,
    taken: 0,
    done: 0,
    waiting: 0,
    queued: false,
    running: false,
  };
}

/** srcu_read_lock(): returns what srcu_read_unlock() needs. */
export function srcuReadLock(srcu: Srcu): number {
  srcu.readers[srcu.side]!++;
  return srcu.side;
}

export function srcuReadUnlock(srcu: Srcu, side: number): void {
  srcu.readers[side]!--;
}

function queueGracePeriod(world: World, domain: SrcuDomain): void {
  world.srcu[domain].queued = true;
  queueWork(world, { kind: 'grace-period', srcu: domain });
}

/** synchronize_srcu(): waits until every reader of now is gone. */
export function* synchronizeSrcu(world: World, domain: SrcuDomain): Task<void> {
  const srcu = world.srcu[domain];
  const ticket = keep(++srcu.tickets);
  srcu.waiting++;
  if (!srcu.queued && !srcu.running) queueGracePeriod(world, domain);
  yield { kind: 'wait', for: { kind: 'grace-period', domain, ticket } };
  if (--srcu.waiting === 0 && !srcu.queued && !srcu.running) forgetTickets(srcu);
}

/** Nobody has a ticket any more. */
function forgetTickets(srcu: Srcu): void {
  srcu.tickets = 0;
  srcu.taken = 0;
  srcu.done = 0;
  if (!srcu.readers.some((count) => count > 0)) srcu.side = 0;
}

/** srcu_drive_gp(): one grace period, for all that wait when it begins. */
export function* srcuDriveGp(world: World, domain: SrcuDomain): Task<void> {
  const srcu = world.srcu[domain];
  if (srcu.running || srcu.tickets === srcu.taken) return;
  srcu.running = true;
  srcu.taken = srcu.tickets;
  const side = keep(srcu.side);
  srcu.side = side === 0 ? 1 : 0;
  if (srcu.readers[side]! > 0) yield { kind: 'wait', for: { kind: 'srcu-readers', domain, side } };
  srcu.done = srcu.taken;
  srcu.running = false;
  if (srcu.tickets > srcu.taken) queueGracePeriod(world, domain);
}
