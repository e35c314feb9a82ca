import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceInitialize, type Wait, type World, wakeUpAll } from '../../src/core/index.ts';
import { DEVICE_QUEUE } from '../../src/core/wake-up.ts';
import { createScenarioWorld } from '../../src/scenarios/index.ts';
import { type WaitingThread, WaitingThreads } from '../../src/scenarios/waiting-threads.ts';

const DEVICES = 3;

/** Waits of every sort: of a device, for a time, for a lock that all want. */
const wait = fc.oneof(
  fc.nat(DEVICES - 1).map((device): Wait => ({ kind: 'runtime-barrier', device })),
  fc.nat(DEVICES - 1).map((device): Wait => ({ kind: 'sleep-completion', device })),
  fc.nat(5).map((delay): Wait => ({ kind: 'time', until: delay })),
  fc.constant<Wait>({ kind: 'links-lock' }),
);
const step = fc.record({
  starts: fc.option(wait),
  toggles: fc.nat(DEVICES),
  passes: fc.nat(1),
  /** Lets another than the oldest go on. */
  picks: fc.option(fc.nat(3)),
});

/** What the waits are for, apart from the clock: locks 0, 1, ... of devices, and the one of the links. */
function isOver(world: World, { wait }: WaitingThread): boolean {
  switch (wait!.kind) {
    case 'runtime-barrier':
      return !world.devices[wait!.device]!.power.idleNotification;
    case 'sleep-completion':
      return world.devices[wait!.device]!.power.completed;
    case 'time':
      return world.now >= wait!.until;
    default:
      return !world.linksLocked;
  }
}

/** Who is woken for nothing waits again. */
function firstThatGoesOn(world: World, waiting: WaitingThreads<WaitingThread>): WaitingThread | undefined {
  for (;;) {
    const woken = waiting.firstWoken();
    if (woken === undefined || isOver(world, woken)) return woken;
    waiting.waitAgain(woken, woken.wait!);
  }
}

describe('threads that wait', () => {
  it('go on oldest first, as if all were asked', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = createScenarioWorld();
        const start = world.now;
        for (let id = 0; id < DEVICES; id++)
          deviceInitialize(world, { name: `d${id}`, bus: '', parent: -1, node: -1 });
        const waiting = new WaitingThreads<WaitingThread>(world, (thread) => isOver(world, thread));
        let all: WaitingThread[] = [];
        let age = 0;
        for (const { starts, toggles, passes, picks } of steps) {
          if (starts !== null) {
            const from: Wait =
              starts.kind === 'time' ? { kind: 'time', until: start + starts.until } : starts;
            const thread = { age: age++, wait: from };
            if (!isOver(world, thread)) {
              all.push(thread);
              waiting.add(thread);
            }
          }
          world.now += passes;
          if (toggles === DEVICES) world.linksLocked = !world.linksLocked;
          else {
            const device = world.devices[toggles]!;
            device.power.idleNotification = !device.power.idleNotification;
            device.power.completed = !device.power.completed;
            wakeUpAll(world, toggles, DEVICE_QUEUE.status);
            wakeUpAll(world, toggles, DEVICE_QUEUE.completion);
          }
          const ready = all.filter((thread) => isOver(world, thread));
          expect(waiting.hasWoken()).toBe(ready.length > 0 || waiting.firstWoken() !== undefined);
          expect(firstThatGoesOn(world, waiting)).toBe(ready[0]);
          const times = all.flatMap(({ wait }) =>
            wait!.kind === 'time' && wait!.until > world.now ? [wait!.until] : [],
          );
          expect(waiting.nextTime()).toBe(Math.min(Number.POSITIVE_INFINITY, ...times));
          const goesOn = picks === null ? ready[0] : ready[picks % Math.max(1, ready.length)];
          if (goesOn === undefined) continue;
          waiting.remove(goesOn);
          all = all.filter((thread) => thread !== goesOn);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
