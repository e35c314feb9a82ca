/** What holds for whatever an overlay does to a base, and for what somebody does to an overlay. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fdt, readFdt } from '../../src/boards/fdt.ts';
import { applyOverlay } from '../../src/boards/overlay.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import { outline } from '../support/fdt-outline.ts';
import { overlayCases } from '../support/random-overlay.ts';

function phandles({ nodes }: Fdt): number[] {
  return nodes.flatMap(({ properties }) =>
    properties
      .filter(({ name }) => name === 'phandle')
      .map(({ blob, offset }) => new DataView(blob.buffer, blob.byteOffset + offset).getUint32(0)),
  );
}

describe('a tree with an overlay applied', () => {
  it('is in depth-first order with indexes, parents, paths and phandles in their places', () => {
    fc.assert(
      fc.property(overlayCases({ overwriting: true }), ({ base, overlay }) => {
        const before = readFdt(base);
        const after = applyOverlay(before, readFdt(overlay));
        const walked: number[] = [];
        const walk = (index: number) => {
          walked.push(index);
          for (const child of after.nodes[index]!.children) walk(child.index);
        };
        walk(0);
        expect(walked).toEqual([...after.nodes.keys()]);
        for (const [index, entry] of after.nodes.entries()) {
          expect(entry.index).toBe(index);
          for (const child of entry.children) {
            expect([child.parent, child.path]).toEqual([
              index,
              `${index === 0 ? '' : entry.path}/${child.name}`,
            ]);
          }
        }
        const all = phandles(after);
        expect(new Set(all).size).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });

  it('still has every node, property and phandle of the base, nodes and properties in the same order', () => {
    fc.assert(
      fc.property(overlayCases({ overwriting: true }), ({ base, overlay }) => {
        const before = readFdt(base);
        const after = applyOverlay(before, readFdt(overlay));
        const paths = new Map(after.nodes.map((entry) => [entry.path, entry]));
        const order = before.nodes.map(({ path }) => paths.get(path)?.index);
        expect(order).toEqual(order.toSorted((a, b) => a! - b!));
        for (const entry of before.nodes) {
          const names = entry.properties.map(({ name }) => name);
          const kept = paths.get(entry.path)!.properties.map(({ name }) => name);
          expect(kept.filter((name) => names.includes(name))).toEqual(names);
        }
        for (const phandle of phandles(before)) expect(phandles(after)).toContain(phandle);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a damaged overlay', () => {
  it('is applied or refused, and leaves the base as it was', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat({ max: 255 }), fc.constant(0))), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(overlayCases({ overwriting: true }), changes, ({ base, overlay }, bytes) => {
        const damaged = overlay.slice();
        // The header stays, so that the damage gets further than its checks.
        for (const [at, byte] of bytes) damaged[56 + (at % (damaged.length - 56))] = byte;
        const tree = readFdt(base);
        const before = outline(tree);
        try {
          applyOverlay(tree, readFdt(damaged, 'x.dtbo'));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).toMatch(/^x\.dtbo[:,]/);
        }
        expect(outline(tree)).toEqual(before);
      }),
      { numRuns: 1500 },
    );
  });
});
