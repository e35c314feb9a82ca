/**
 * Who waits for whom when some devices are suspended and resumed asynchronously, and which waits never end.
 * Follows drivers/base/power/main.c (dpm_wait, dpm_async_fn, dpm_suspend, dpm_resume), ../semantics system-sleep.md
 * section 3.
 *
 * Suspend walks dpm_list from the tail: an asynchronous device starts when it is reached and waits for children and consumers
 * reached before it. Resume starts every asynchronous device first and then walks the list from the head, so there a
 * wait for a synchronous device that stands later in the list than the waiting walk never ends.
 */
import { DL_FLAG } from '../core/device-link.ts';
import { isListed, listValues } from '../core/order-list.ts';
import {
  childrenOf,
  consumerLinksOf,
  type DeviceId,
  type LinkId,
  linkOf,
  supplierLinksOf,
  type World,
} from '../core/world.ts';

/** `waiter` waits for `target`, its parent or child (no link) or over a link. */
export interface Wait {
  readonly waiter: DeviceId;
  readonly target: DeviceId;
  readonly link: LinkId | undefined;
}

/** Waits that never end, as a path: each entry's target is the next entry's waiter. */
export interface Deadlock {
  readonly phase: 'suspend' | 'resume';
  /** `behind`: the last target is a synchronous device later in the list than the first waiter. `circle`: it is the first waiter. */
  readonly kind: 'behind' | 'circle';
  readonly waits: readonly Wait[];
}

/**
 * Whether the sleep code waits over a link: any status but dormant. `assumeLive` takes every link as it is once its supplier is
 * bound.
 */
function isWaitedOn(world: World, id: LinkId, assumeLive: boolean): boolean {
  return assumeLive || linkOf(world, id).status !== 'dormant';
}

/** dpm_wait_for_superior(): the parent, then the suppliers. */
function superiorWaits(world: World, id: DeviceId, assumeLive: boolean): Wait[] {
  const device = world.devices[id]!;
  const waits: Wait[] = device.parent >= 0 ? [{ waiter: id, target: device.parent, link: undefined }] : [];
  for (const link of supplierLinksOf(world, id)) {
    if (isWaitedOn(world, link, assumeLive))
      waits.push({ waiter: id, target: linkOf(world, link).supplier, link });
  }
  return waits;
}

/** dpm_wait_for_subordinate(): the children, then the consumers. */
function subordinateWaits(world: World, id: DeviceId, assumeLive: boolean): Wait[] {
  const waits: Wait[] = childrenOf(world, id).map((target) => ({ waiter: id, target, link: undefined }));
  for (const link of consumerLinksOf(world, id)) {
    if (isWaitedOn(world, link, assumeLive))
      waits.push({ waiter: id, target: linkOf(world, link).consumer, link });
  }
  return waits;
}

/** The shortest chain of waits from `start` to a device that ends the search; only asynchronous devices wait onwards. */
function chain(
  world: World,
  start: DeviceId,
  waitsOf: (id: DeviceId) => Wait[],
  isEnd: (wait: Wait) => boolean,
): Wait[] | undefined {
  const reachedBy = new Map<DeviceId, Wait>();
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    for (const wait of waitsOf(queue[at]!)) {
      // dpm_wait(): a synchronous waiter waits for asynchronous devices only.
      const waits = world.devices[wait.waiter]!.asyncSuspend || world.devices[wait.target]!.asyncSuspend;
      if (!waits) continue;
      if (isEnd(wait)) {
        const path = [wait];
        while (path[0]!.waiter !== start) path.unshift(reachedBy.get(path[0]!.waiter)!);
        return path;
      }
      if (reachedBy.has(wait.target) || !world.devices[wait.target]!.asyncSuspend) continue;
      reachedBy.set(wait.target, wait);
      queue.push(wait.target);
    }
  }
  return undefined;
}

/**
 * Whether all of these waits can exist at the same time. A link is waited on only once its supplier is bound, and a
 * SYNC_STATE_ONLY link is gone once its consumer is.
 */
function isPossible(world: World, waits: readonly Wait[]): boolean {
  const bound = new Set<DeviceId>();
  const unbound = new Set<DeviceId>();
  for (const { link } of waits) {
    if (link === undefined) continue;
    const { supplier, consumer, flags } = linkOf(world, link);
    bound.add(supplier);
    if (flags & DL_FLAG.SYNC_STATE_ONLY) unbound.add(consumer);
  }
  return ![...unbound].some((id) => bound.has(id));
}

/** The same circle of waits, whatever device it was found from. */
function circleKey(waits: readonly Wait[]): string {
  return waits
    .map((wait) => wait.waiter)
    .sort((a, b) => a - b)
    .join(' ');
}

/**
 * Sets of devices that would wait for each other for ever, a shortest path for each device that is stuck. Where that path
 * needs links that cannot be waited on together, a longer one that could is not looked for. `assumeLive`
 * counts links whose supplier is not bound yet as waited on, as they are on a booted system.
 */
export function sleepDeadlocks(world: World, assumeLive: boolean): Deadlock[] {
  const order = listValues(world.dpmList);
  const position = new Map(order.map((id, index) => [id, index]));
  const deadlocks: Deadlock[] = [];
  const circles = new Set<string>();
  const find = (phase: Deadlock['phase'], id: DeviceId, waitsOf: (id: DeviceId) => Wait[]) => {
    const isAsync = world.devices[id]!.asyncSuspend;
    const isBehind = ({ target }: Wait) =>
      phase === 'resume' && !world.devices[target]!.asyncSuspend && position.get(target)! > position.get(id)!;
    const waits = chain(world, id, waitsOf, (wait) => wait.target === id || (!isAsync && isBehind(wait)));
    if (waits === undefined || !isPossible(world, waits)) return;
    const kind = waits.at(-1)!.target === id ? 'circle' : 'behind';
    if (kind === 'circle') {
      // Told once, for resume if it hangs there: all of its devices are started before any other there.
      const key = circleKey(waits);
      if (circles.has(key)) return;
      circles.add(key);
    }
    deadlocks.push({ phase, kind, waits });
  };
  // Nothing waits where nothing is asynchronous.
  if (!order.some((id) => world.devices[id]!.asyncSuspend)) return deadlocks;
  for (const id of order) find('resume', id, (at) => superiorWaits(world, at, assumeLive));
  for (const id of order.toReversed()) {
    // Only devices that the walk has reached, those later in the list, are waited for.
    if (!world.devices[id]!.asyncSuspend) continue;
    find('suspend', id, (at) => subordinateWaits(world, at, assumeLive));
  }
  return deadlocks;
}

/**
 * The devices that may be suspended before an asynchronous device has ended though they stand before it in dpm_list, in
 * the order of the walk. A synchronous device that waits for it, directly or through others, holds back all that follow.
 */
export function mayOvertake(world: World, id: DeviceId, assumeLive: boolean): DeviceId[] {
  if (!isListed(world.dpmList, id)) return [];
  const ended = new Set([id]);
  const overtaking: DeviceId[] = [];
  for (let at = world.dpmList.previous[id]!; at >= 0; at = world.dpmList.previous[at]!) {
    const isAsync = world.devices[at]!.asyncSuspend;
    const waits = subordinateWaits(world, at, assumeLive).some(
      ({ target }) => ended.has(target) && (isAsync || world.devices[target]!.asyncSuspend),
    );
    if (!waits) {
      overtaking.push(at);
      continue;
    }
    ended.add(at);
    // The walk itself stood still until the device had ended.
    if (!isAsync) return overtaking;
  }
  return overtaking;
}

/** Marks devices asynchronous (power.async_suspend): all of them, or those that a test accepts. */
export function enableAsyncSuspend(world: World, accepts: (id: DeviceId) => boolean): void {
  for (const [id, device] of world.devices.entries()) device.asyncSuspend = accepts(id);
}
