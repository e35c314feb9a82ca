import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cancelRuntimeWork,
  deviceInitialize,
  freezeWorkQueues,
  itemsOf,
  queueWork,
  takeItem,
  thawWorkQueues,
  type World,
} from '../../src/core/index.ts';
import { createScenarioWorld } from '../../src/scenarios/index.ts';

function queued(world: World): number[] {
  const items = [...itemsOf(world.work, 'percpu'), ...itemsOf(world.work, 'frozenItems')];
  return items.map((item) => ('device' in item ? item.device : -1));
}

/** What is done to the queue of runtime PM work, many at a time: thousands of items are the point. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('queue' as const), count: fc.nat(1500) }) },
  fc.record({ kind: fc.constant('take' as const), count: fc.nat(1200) }),
  fc.record({ kind: fc.constant('cancel' as const), count: fc.nat(300) }),
  fc.record({ kind: fc.constantFrom('freeze' as const, 'thaw' as const), count: fc.constant(1) }),
);

describe('the queue of runtime PM work', () => {
  it('is first in, first out, whatever is cancelled and frozen meanwhile', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.integer(), (steps, seed) => {
        const world = createScenarioWorld();
        let expected: number[] = [];
        let next = 0;
        for (const { kind, count } of steps) {
          if (kind === 'freeze') freezeWorkQueues(world);
          if (kind === 'thaw') thawWorkQueues(world);
          for (let done = 0; done < count; done++) {
            if (kind === 'queue') {
              deviceInitialize(world, { name: `d${next}`, bus: '', parent: -1, node: -1 });
              queueWork(world, { kind: 'runtime-pm', device: next });
              expected.push(next++);
            } else if (kind === 'take' && world.work.percpu.length > 0) {
              takeItem(world.work, 'percpu', 0);
              expected = expected.slice(1);
            } else if (kind === 'cancel' && expected.length > 0) {
              const device = expected[Math.abs((seed * (done + 1)) % expected.length)]!;
              cancelRuntimeWork(world, device);
              expected = expected.filter((other) => other !== device);
            }
          }
          expect(queued(world)).toEqual(expected);
          expect(world.work.frozen || world.work.frozenItems.length === 0).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});
