import { describe, expect, it } from 'vitest';
import { readFdt } from '../../src/boards/fdt.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { flattenTree } from '../../src/snapshots/live-tree.ts';
import { node, tree } from '../support/fdt-writer.ts';
import { exampleBoard } from '../support/shared-data.ts';

/** A blob as the folders of /sys/firmware/devicetree/base: files in no order, and numbers in the order of the kernel. */
function foldersOf(blob: Uint8Array): { files: Map<string, Uint8Array>; numbers: Map<string, number> } {
  const files: [string, Uint8Array][] = [];
  const numbers = new Map<string, number>();
  let number = 1000;
  for (const { path, name, properties } of readFdt(blob, 'x').nodes) {
    const folder = path === '/' ? '' : path;
    numbers.set(folder, number++);
    for (const { name: property, offset, length, blob: bytes } of properties) {
      files.push([`${folder}/${property}`.slice(1), bytes.subarray(offset, offset + length)]);
      numbers.set(`${folder}/${property}`, number++);
    }
    // The kernel shows it of every node; no blob has it.
    files.push([`${folder}/name`.slice(1), new TextEncoder().encode(`${name}\0`)]);
  }
  return { files: new Map(files.sort(([a], [b]) => (a < b ? -1 : 1))), numbers };
}

describe('a device tree read as folders', () => {
  it.each(['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'])('is the board that %s is, in its order', (name) => {
    const blob = exampleBoard(name);
    const { files, numbers } = foldersOf(blob);
    const again = flattenTree(files, (path) => numbers.get(path) ?? 0);
    expect(readDeviceTree(again, { input: 'x' })).toEqual(readDeviceTree(blob, { input: 'x' }));
  });

  it('has its nodes without a property too', () => {
    const blob = tree({ model: 'x' }, [node('empty'), node('full', { p: 1 }, [node('empty-too')])]);
    const { files, numbers } = foldersOf(blob);
    const again = readFdt(
      flattenTree(files, (path) => numbers.get(path) ?? 0),
      'x',
    );
    expect(again.nodes.map(({ path }) => path)).toEqual(['/', '/empty', '/full', '/full/empty-too']);
  });

  it('of a deep chain of folders needs no deep stack', () => {
    const path = 'a/'.repeat(20_000);
    const blob = flattenTree(new Map([[`${path}p`, new Uint8Array(1)]]), () => 0);
    expect(readFdt(blob, 'x').nodesTooDeep).toBeGreaterThan(19_000);
  });
});
