import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceInitialize, nextTimerAt, startTimer, stopTimer, takeDueTimer } from '../../src/core/index.ts';
import { createScenarioWorld, SCENARIO_BUS } from '../../src/scenarios/index.ts';

const DEVICES = 12;

describe('timers', () => {
  it('fire in the order of their moments, and those of one moment in the order in which they were set', () => {
    const step = fc.record({
      device: fc.nat(DEVICES - 1),
      delay: fc.nat(4),
      stop: fc.boolean(),
      pass: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = createScenarioWorld();
        for (let id = 0; id < DEVICES; id++)
          deviceInitialize(world, { name: `d${id}`, bus: SCENARIO_BUS, parent: -1, node: -1 });
        let set: { device: number; at: number }[] = [];
        for (const { device, delay, stop, pass } of steps) {
          set = set.filter((timer) => timer.device !== device);
          if (stop) stopTimer(world, device);
          else {
            world.devices[device]!.power.timerExpires = world.now + delay;
            startTimer(world, device);
            set.push({ device, at: world.now + delay });
          }
          world.now += pass;
          // A stable sort.
          const due = set.filter(({ at }) => at <= world.now).sort((one, other) => one.at - other.at);
          set = set.filter(({ at }) => at > world.now);
          for (const timer of due) expect(takeDueTimer(world)).toBe(timer.device);
          expect(takeDueTimer(world)).toBe(-1);
          const moments = set.map(({ at }) => at);
          expect(nextTimerAt(world)).toBe(moments.length === 0 ? undefined : Math.min(...moments));
        }
      }),
      { numRuns: 500 },
    );
  });
});
