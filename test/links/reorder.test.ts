import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  consumerLinksOf,
  type DeviceId,
  isSyncStateOnly,
  linkOf,
  listValues,
  moveToTail,
  runToEnd,
  type World,
} from '../../src/core/index.ts';
import {
  deviceIsAncestor,
  deviceIsDependent,
  deviceLinkAdd,
  deviceReorderToTail,
} from '../../src/links/index.ts';
import { deviceRegister } from '../../src/probe/index.ts';
import { dpmNames, emptyWorld, idNamed, tinyWorld } from '../support/tiny-world.ts';

/** The kernel's own walk, word for word: exponential, and moved once per path. */
function literalReorder(world: World, device: DeviceId): void {
  moveToTail(world.dpmList, device);
  for (const child of childrenOf(world, device)) literalReorder(world, child);
  for (const id of consumerLinksOf(world, device)) {
    const link = linkOf(world, id);
    if (!isSyncStateOnly(link.flags)) literalReorder(world, link.consumer);
  }
}

function literalIsDependent(world: World, device: DeviceId, target: DeviceId): boolean {
  if (device === target || deviceIsAncestor(world, target, device)) return true;
  for (const child of childrenOf(world, device)) if (literalIsDependent(world, child, target)) return true;
  return consumerLinksOf(world, device).some((id) => {
    const { flags, consumer } = linkOf(world, id);
    return !isSyncStateOnly(flags) && literalIsDependent(world, consumer, target);
  });
}

/** Up to nine devices with random parents and random links, some refused, as they come. */
const randomWorld = fc
  .record({
    parents: fc.array(fc.integer({ min: -1, max: 7 }), { minLength: 2, maxLength: 9 }),
    links: fc.array(fc.tuple(fc.nat(8), fc.nat(8), fc.boolean()), { maxLength: 16 }),
  })
  .map(({ parents, links }) => {
    const world = emptyWorld();
    for (const [index, parent] of parents.entries()) {
      const above = parent < index ? parent : -1;
      runToEnd(deviceRegister(world, { name: `d${index}`, bus: 'platform', parent: above, node: -1 }));
    }
    for (const [consumer, supplier, orders] of links) {
      if (consumer >= parents.length || supplier >= parents.length) continue;
      runToEnd(deviceLinkAdd(world, consumer, supplier, orders ? 0 : 0x80));
    }
    return world;
  });

describe('dpm_list', () => {
  it('ends in the order of the literal walk, whatever the graph', () => {
    fc.assert(
      fc.property(randomWorld, fc.nat(8), (world, pick) => {
        const device = pick % world.devices.length;
        const literal = structuredClone(world);
        literalReorder(literal, device);
        deviceReorderToTail(world, device, { by: 'deferred-retry', root: device });
        expect(listValues(world.dpmList)).toEqual(listValues(literal.dpmList));
      }),
      { numRuns: 2000 },
    );
  });

  it('always has parents and suppliers before children and consumers', () => {
    fc.assert(
      fc.property(randomWorld, (world) => {
        const position = new Map(listValues(world.dpmList).map((id, index) => [id, index]));
        for (const [id, device] of world.devices.entries()) {
          if (device.parent >= 0) expect(position.get(device.parent)).toBeLessThan(position.get(id)!);
        }
        for (const link of world.links) {
          if (link === undefined || isSyncStateOnly(link.flags)) continue;
          expect(position.get(link.supplier)).toBeLessThan(position.get(link.consumer)!);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('knows who depends on whom, as the literal walk does', () => {
    fc.assert(
      fc.property(randomWorld, fc.nat(8), fc.nat(8), (world, a, b) => {
        const [device, target] = [a % world.devices.length, b % world.devices.length];
        expect(deviceIsDependent(world, device, target)).toBe(literalIsDependent(world, device, target));
      }),
      { numRuns: 2000 },
    );
  });

  it('moves a consumer with its children and consumers behind a new supplier', () => {
    const world = tinyWorld(
      ['uart', 'port < uart', 'console', 'x', 'dma'],
      ['console -> port', 'uart -> dma'],
    );
    expect(dpmNames(world)).toEqual(['x', 'dma', 'uart', 'port', 'console']);
  });

  it('stays as it is for a SYNC_STATE_ONLY link', () => {
    expect(dpmNames(tinyWorld(['a', 'b'], ['a ~> b']))).toEqual(['a', 'b']);
  });

  it('is linear where the kernel is exponential: 3,000 devices, each linked to the two before it', () => {
    const count = 3000;
    const devices = Array.from({ length: count }, (_, index) => `d${index}`);
    const links = devices.flatMap((name, index) =>
      [1, 2].filter((back) => index >= back).map((back) => `${name} -> d${index - back}`),
    );
    const world = tinyWorld(devices, links);
    deviceReorderToTail(world, idNamed(world, 'd0'), { by: 'deferred-retry', root: 0 });
    expect(dpmNames(world)).toEqual(devices);
  });
});
