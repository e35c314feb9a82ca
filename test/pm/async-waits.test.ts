import { describe, expect, it } from 'vitest';
import type { World } from '../../src/core/index.ts';
import { enableAsyncSuspend, mayOvertake, sleepDeadlocks } from '../../src/pm/index.ts';
import { dpmNames, idNamed, tinyWorld } from '../support/tiny-world.ts';

function async(world: World, ...names: string[]): World {
  enableAsyncSuspend(world, (id) => names.includes(world.devices[id]!.name));
  return world;
}

function deadlocks(world: World): string[] {
  const name = (id: number) => world.devices[id]!.name;
  return sleepDeadlocks(world, true).map(
    ({ phase, kind, waits }) =>
      `${phase} ${kind}: ${[name(waits[0]!.waiter), ...waits.map((wait) => name(wait.target))].join(' > ')}`,
  );
}

describe('asynchronous suspend and resume', () => {
  const encoder = () =>
    tinyWorld(['encoder', 'regulator', 'bridge'], ['encoder ~> bridge', 'bridge -> regulator']);

  it('hangs in resume when a sync device waits for an async one that waits for a sync one later in the list', () => {
    // The R-Car case: dsi-encoder (sync, unbound) waits for 1-002c (async), which waits for regulator-1p2v (sync, later).
    expect(dpmNames(encoder())).toEqual(['encoder', 'regulator', 'bridge']);
    expect(deadlocks(async(encoder(), 'bridge'))).toEqual(['resume behind: encoder > bridge > regulator']);
  });

  it('goes through when all of them are synchronous, or the one that is waited for stands earlier', () => {
    expect(deadlocks(encoder())).toEqual([]);
    const earlier = tinyWorld(
      ['regulator', 'encoder', 'bridge'],
      ['encoder ~> bridge', 'bridge -> regulator'],
    );
    expect(deadlocks(async(earlier, 'bridge'))).toEqual([]);
  });

  it('finds the chain through several async devices and a parent', () => {
    const world = tinyWorld(['host', 'late', 'bus', 'sensor < bus'], ['host ~> sensor', 'bus -> late']);
    expect(deadlocks(async(world, 'sensor', 'bus'))).toEqual(['resume behind: host > sensor > bus > late']);
  });

  it('hangs when async devices wait in a circle, told once for suspend and resume', () => {
    // A child that is a supplier of its own parent, which no driver has bound.
    const world = tinyWorld(['a', 'b < a'], ['a ~> b']);
    expect(deadlocks(async(world, 'a', 'b'))).toEqual(['resume circle: a > b > a']);
  });

  it('does not hang on links that cannot be waited on together', () => {
    // a has a SYNC_STATE_ONLY link, so it is not bound; then the link from b to it is dormant.
    const world = tinyWorld(['a', 'b'], ['b -> a', 'a ~> b']);
    expect(deadlocks(async(world, 'a', 'b'))).toEqual([]);
  });

  it('has no deadlock from links that order: those keep suppliers first in the list', () => {
    const world = tinyWorld(['a', 'b', 'c', 'd'], ['a -> b', 'b -> c', 'c -> d']);
    expect(deadlocks(async(world, 'a', 'c'))).toEqual([]);
    expect(deadlocks(async(world, 'b', 'd'))).toEqual([]);
    expect(deadlocks(async(world, 'a', 'b', 'c', 'd'))).toEqual([]);
  });

  it('lets sync devices overtake an async one until one of them waits for it', () => {
    const world = async(tinyWorld(['parent', 'x', 'y', 'child < parent'], []), 'child');
    const overtaking = mayOvertake(world, idNamed(world, 'child'), true).map((id) => world.devices[id]!.name);
    // Suspend walks from the tail: child, y, x, parent; parent waits for its child.
    expect(overtaking).toEqual(['y', 'x']);
  });

  it('lets nobody overtake an async supplier that stands first in the list', () => {
    const world = async(tinyWorld(['supplier', 'consumer'], ['consumer -> supplier']), 'supplier');
    expect(mayOvertake(world, idNamed(world, 'supplier'), true)).toEqual([]);
  });
});
