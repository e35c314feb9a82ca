/**
 * The suspend timers of devices (hrtimers of drivers/base/power/runtime.c) as data: a binary heap, the earliest first, and of
 * those set for the same moment the one that was set first. A device knows where its timer stands.
 */
import type { DeviceId, World } from './world.ts';

/** A set timer. `order` counts those that were set. */
export interface Timer {
  readonly at: number;
  readonly device: DeviceId;
  readonly order: number;
}

export function isEarlier(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function heapOf(world: World): Timer[] {
  return world.work.timers as Timer[];
}

function place(world: World, timer: Timer, at: number): void {
  heapOf(world)[at] = timer;
  world.devices[timer.device]!.power.timerPlace = at;
}

/** Moves a timer from a free place towards the root. */
function rise(world: World, timer: Timer, from: number): void {
  const heap = heapOf(world);
  let at = from;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isEarlier(timer, heap[above]!)) break;
    place(world, heap[above]!, at);
    at = above;
  }
  place(world, timer, at);
}

/** Moves a timer from a free place away from the root. */
function sink(world: World, timer: Timer, from: number): void {
  const heap = heapOf(world);
  let at = from;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isEarlier(heap[below + 1]!, heap[below]!)) below++;
    if (!isEarlier(heap[below]!, timer)) break;
    place(world, heap[below]!, at);
    at = below;
  }
  place(world, timer, at);
}

/** hrtimer_start() of a device's suspend timer at its timerExpires; a timer set before is set anew. */
export function startTimer(world: World, device: DeviceId): void {
  stopTimer(world, device);
  const heap = heapOf(world);
  const timer = { at: world.devices[device]!.power.timerExpires, device, order: world.work.timersSet++ };
  rise(world, timer, heap.push(timer) - 1);
}

/**
 * A timer of autosuspend may be late by a part of its delay. In the idle loop, those set since the last time are set anew
 * without that, device by device: of timers for one moment they then come behind the others.
 */
export function sharpenTimers(world: World): void {
  const { blunt } = world.work;
  if (blunt.length === 0) return;
  if (world.work.timers.length > 1) {
    for (const device of [...new Set(blunt)].sort((one, other) => one - other)) {
      if (world.devices[device]!.power.timerPlace >= 0) startTimer(world, device);
    }
  }
  blunt.length = 0;
}

/** hrtimer_try_to_cancel() of a device's suspend timer. */
export function stopTimer(world: World, device: DeviceId): void {
  const { power } = world.devices[device]!;
  const at = power.timerPlace;
  if (at < 0) return;
  const heap = heapOf(world);
  const last = heap.pop()!;
  power.timerPlace = -1;
  if (last.device === device) return;
  if (at > 0 && isEarlier(last, heap[(at - 1) >> 1]!)) rise(world, last, at);
  else sink(world, last, at);
}

/** The moment at which the next timer fires, undefined if none is set. */
export function nextTimerAt(world: World): number | undefined {
  return world.work.timers[0]?.at;
}

/** Takes the next timer that is due off the heap. Returns its device, -1 if none is due. */
export function takeDueTimer(world: World): DeviceId {
  const [first] = world.work.timers;
  if (first === undefined || first.at > world.now) return -1;
  stopTimer(world, first.device);
  return first.device;
}
