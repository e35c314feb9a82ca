/**
 * When two states of an exploration count as one.
 *
 * The World and all that stands beside it is hashed as it is. Where a thread stands in its tasks cannot be seen from outside; it is
 * known by the calls that the thread has made since it began, the answers to them, what its tasks say that they keep
 * (core/kept.ts), and what it waits for. A thread that ends takes its memory along.
 */
import { each, hashAny, hashPair, high, low, record } from '../core/hash.ts';
import { hashWorldInto } from '../core/world-hash.ts';
import { MONITOR_FIELDS } from './monitors.ts';
import type { ExplorationState } from './state.ts';
import type { Thread } from './thread.ts';

const hashScripts = record<undefined>({});
const hashMonitors = record<undefined>(MONITOR_FIELDS);
const hashNumbers = each<undefined>(hashAny);

/** The hash of a state in two halves at `out[0]` and `out[1]`: states with the same hash count as one. */
export function stateHash(state: ExplorationState, out: Int32Array): void {
  const { session, threads, positions, monitors, setting } = state;
  hashWorldInto(out, 0, session.world, { anyOrder: true, ageLimit: setting.longestDelay });
  let a = out[0]!;
  let b = out[1]!;
  const add = () => {
    a = Math.imul(a ^ high, 0x85ebca6b) ^ (a >>> 17);
    b = Math.imul(b + low, 0xcc9e2d51) ^ (b >>> 15);
  };
  hashNumbers(positions, undefined);
  add();
  hashMonitors(monitors, undefined);
  add();
  hashScripts(session.scripts, undefined);
  add();
  hashScripts(session.domainScripts, undefined);
  add();
  for (const scripts of session.driverScripts.values()) {
    hashScripts(scripts, undefined);
    add();
  }
  for (const names of [
    session.devices,
    session.drivers,
    session.domains,
    session.dmaEngines,
    session.dmaDescriptors,
  ]) {
    hashPair(names.size, 1);
    add();
    for (const id of names.values()) {
      hashPair(id, 2);
      add();
    }
  }
  for (const { channel, held } of session.dmaHandles.values()) {
    hashPair(channel, held ? 3 : 4);
    add();
  }
  // The order in which threads began says nothing: a bag.
  let sumHigh = threads.length;
  let sumLow = 0;
  for (const thread of threads) {
    hashThread(thread, session.world.now);
    sumHigh = (sumHigh + high) | 0;
    sumLow = (sumLow + low) | 0;
  }
  hashPair(a ^ sumHigh, b + sumLow);
  out[0] = high;
  out[1] = low;
}

function hashThread({ actor, item, wait, memoryHigh, memoryLow }: Thread, now: number): void {
  if (item === undefined) hashPair(actor, 3);
  else hashAny(item);
  hashPair(memoryHigh ^ high, memoryLow + low);
  if (wait === undefined) return;
  const a = high;
  const b = low;
  // The time that is left is seen by nobody but the clock.
  if (wait.kind === 'time') hashPair(wait.until - now, 4);
  else hashAny(wait);
  hashPair(a ^ high, b + low);
}
