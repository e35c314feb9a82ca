/** Which controller an interrupt ends at (drivers/of/irq.c, drivers/of/property.c:parse_interrupts). */
import { describe, expect, it } from 'vitest';
import { readDeviceTree } from '../../src/boards/index.ts';
import {
  type NodeDescription,
  node,
  type Properties,
  type PropertyValue,
  tree,
} from '../support/fdt-writer.ts';

type Cells = Record<string, PropertyValue>;

const controller = (name: string, phandle: number, properties: Cells = {}): NodeDescription =>
  node(name, { phandle, '#interrupt-cells': 1, 'interrupt-controller': true, ...properties });

/** Entries for one node: `property[entry] > path of the supplier`, and `kind property[entry]` for problems. */
function readAt(path: string, root: Cells, children: readonly NodeDescription[]): string[] {
  const { nodes } = readDeviceTree(tree(root, children));
  const found = nodes.find((entry) => entry.path === path)!;
  return [
    ...found.references.map(
      ({ property, entry, supplier }) => `${property}[${entry}] > ${nodes[supplier]!.path}`,
    ),
    ...found.problems.map(({ kind, property, entry }) => `${kind} ${property}[${entry}]`),
  ];
}

/** What a device `/dev` with these properties depends on, beside these nodes. */
function devIn(children: readonly NodeDescription[], properties: Properties, root: Cells = {}): string[] {
  return readAt('/dev', root, [...children, node('dev', properties)]);
}

describe('the interrupts of a device', () => {
  const intc = controller('intc', 1);

  it('belong to the interrupt parent that it names', () => {
    expect(devIn([intc, controller('other', 2)], { 'interrupt-parent': 2, interrupts: [5, 6] })).toEqual([
      'interrupts[0] > /other',
      'interrupts[1] > /other',
    ]);
  });

  it('belong to the one that a node above it names', () => {
    expect(devIn([intc], { interrupts: 5 }, { 'interrupt-parent': 1 })).toEqual(['interrupts[0] > /intc']);
  });

  it('belong to the nearest node above it with #interrupt-cells', () => {
    const nested = [controller('intc', 1, {}), node('soc', {}, [node('dev', { interrupts: 1 })])];
    const above = node('top', { '#interrupt-cells': 1, 'interrupt-controller': true }, nested);
    expect(readAt('/top/soc/dev', {}, [above])).toEqual(['interrupts[0] > /top']);
  });

  it('are passed over interrupt parents that do not take interrupts', () => {
    const between = node('between', { phandle: 2, 'interrupt-parent': 1 });
    expect(devIn([intc, between], { 'interrupt-parent': 2, interrupts: 5 })).toEqual([
      'interrupts[0] > /intc',
    ]);
  });

  it('have as many cells each as the parent says; what is left over is none', () => {
    const wide = controller('gic', 1, { '#interrupt-cells': 3 });
    expect(devIn([wide], { 'interrupt-parent': 1, interrupts: [0, 1, 4, 0, 2, 4, 0] })).toEqual([
      'interrupts[0] > /gic',
      'interrupts[1] > /gic',
    ]);
  });

  it('end nowhere without an interrupt parent', () => {
    expect(devIn([intc], { interrupts: 5 })).toEqual([]);
    expect(devIn([intc], { interrupts: 5, 'interrupt-parent': 9 })).toEqual([]);
  });

  it('end nowhere at a parent that is neither controller nor nexus and has none above it', () => {
    const neither = node('neither', { phandle: 1, '#interrupt-cells': 1 });
    expect(devIn([neither], { 'interrupt-parent': 1, interrupts: 5 })).toEqual(['unresolved interrupts[0]']);
  });

  it('end at the named parent even where it passes them on to a controller above it', () => {
    const passing = node('passing', { phandle: 2, '#interrupt-cells': 1, 'interrupt-parent': 1 });
    expect(devIn([intc, passing], { 'interrupt-parent': 2, interrupts: 5 })).toEqual([
      'interrupts[0] > /passing',
    ]);
  });

  it('need no reg, whatever #address-cells the parent has', () => {
    const addressed = controller('intc', 1, { '#address-cells': 2 });
    expect(devIn([addressed], { 'interrupt-parent': 1, interrupts: 5 })).toEqual(['interrupts[0] > /intc']);
  });

  it('end nowhere where address and specifier have more than 16 cells', () => {
    const wide = (cells: number) => [
      controller('intc', 1, { '#address-cells': cells, '#interrupt-cells': 3 }),
    ];
    const device = { 'interrupt-parent': 1, interrupts: [1, 2, 3] };
    expect(devIn(wide(13), device)).toEqual(['interrupts[0] > /intc']);
    expect(devIn(wide(14), device)).toEqual(['unresolved interrupts[0]']);
  });
});

describe('interrupts-extended', () => {
  const two = [controller('a', 1), controller('b', 2, { '#interrupt-cells': 2 })];

  it('names a controller for each interrupt', () => {
    expect(devIn(two, { 'interrupts-extended': [1, 5, 2, 6, 7, 1, 8] })).toEqual([
      'interrupts-extended[0] > /a',
      'interrupts-extended[1] > /b',
      'interrupts-extended[2] > /a',
    ]);
  });

  it('comes before interrupts, and both give the same', () => {
    const device = { 'interrupt-parent': 1, interrupts: 9, 'interrupts-extended': [2, 6, 7] };
    expect(devIn(two, device)).toEqual(['interrupts[0] > /b', 'interrupts-extended[0] > /b']);
  });

  it('gives way to interrupts for an entry that it does not have', () => {
    const device = {
      'interrupts-extended': [2, 6, 7, 0, 2, 8, 9],
      interrupts: [1, 2, 3, 4],
      'interrupt-parent': 1,
    };
    expect(devIn(two, device).slice(0, 4)).toEqual([
      'interrupts-extended[0] > /b',
      'interrupts-extended[1] > /a',
      'interrupts-extended[2] > /b',
      'interrupts-extended[3] > /a',
    ]);
  });

  it('ends where an entry cannot be read', () => {
    expect(devIn(two, { 'interrupts-extended': [1, 5, 9, 1, 1, 6] })).toEqual([
      'interrupts-extended[0] > /a',
      'dangling interrupts-extended[1]',
    ]);
    expect(devIn(two, { 'interrupts-extended': [1, 5, 2, 1] })).toEqual([
      'interrupts-extended[0] > /a',
      'truncated interrupts-extended[1]',
    ]);
    expect(devIn(two, { 'interrupts-extended': [1, 5, 0, 1, 6] })).toEqual([
      'interrupts-extended[0] > /a',
      'empty interrupts-extended[1]',
    ]);
  });

  it('ends at an entry with more than 16 arguments', () => {
    const wide = controller('wide', 1, { '#interrupt-cells': 17 });
    expect(devIn([wide], { 'interrupts-extended': [1, ...Array(17).fill(5)] })).toEqual([
      'unresolved interrupts-extended[0]',
    ]);
  });
});

describe('an interrupt-map', () => {
  const gic = controller('gic', 1, { '#interrupt-cells': 2 });
  const off = controller('off', 2, { '#interrupt-cells': 2, status: 'disabled' });
  const nexus = (map: number[], properties: Cells = {}) =>
    node('pcie', {
      phandle: 3,
      '#interrupt-cells': 1,
      '#address-cells': 0,
      'interrupt-map': map,
      ...properties,
    });
  const dev = (interrupt: number, properties: Cells = {}) => ({
    'interrupt-parent': 3,
    interrupts: interrupt,
    ...properties,
  });
  const [GIC, OFF, NEXUS] = [1, 2, 3];

  it('leads an interrupt to the controller of the entry whose key is the interrupt', () => {
    const map = nexus([1, GIC, 0, 10, 2, 4, 11]);
    const intc = controller('intc', 4);
    expect(devIn([gic, intc, map], dev(2))).toEqual(['interrupts[0] > /intc']);
    expect(devIn([gic, intc, map], dev(1))).toEqual(['interrupts[0] > /gic']);
    expect(devIn([gic, intc, map], dev(3))).toEqual(['unresolved interrupts[0]']);
  });

  it('compares the bits of its mask only', () => {
    expect(devIn([gic, nexus([1, GIC, 0, 10], { 'interrupt-map-mask': 7 })], dev(9))).toEqual([
      'interrupts[0] > /gic',
    ]);
    expect(devIn([gic, nexus([1, GIC, 0, 10], { 'interrupt-map-mask': 15 })], dev(9))).toEqual([
      'unresolved interrupts[0]',
    ]);
  });

  it('compares the address of the device too, where it has address cells', () => {
    const map = nexus([0x800, 0, 0, 1, GIC, 0, 10], {
      '#address-cells': 3,
      'interrupt-map-mask': [0xf800, 0, 0, 7],
    });
    expect(devIn([gic, map], dev(1, { reg: [0x800, 5, 6, 0, 0] }))).toEqual(['interrupts[0] > /gic']);
    expect(devIn([gic, map], dev(1, { reg: [0x1000, 5, 6, 0, 0] }))).toEqual(['unresolved interrupts[0]']);
  });

  it('takes the address of a device without reg to be zero', () => {
    const map = nexus([0, 0, 0, 1, GIC, 0, 10], { '#address-cells': 3 });
    expect(devIn([gic, map], dev(1))).toEqual(['interrupts[0] > /gic']);
  });

  it('has a parent address in its entries where the parent has address cells', () => {
    const addressed = controller('gic', 1, { '#interrupt-cells': 2, '#address-cells': 2 });
    expect(devIn([addressed, nexus([5, GIC, 0, 0, 0, 10, 1, GIC, 0, 0, 0, 11])], dev(1))).toEqual([
      'interrupts[0] > /gic',
    ]);
  });

  it('has no match in an entry whose controller is disabled', () => {
    expect(devIn([gic, off, nexus([1, OFF, 0, 10, 1, GIC, 0, 10])], dev(1))).toEqual([
      'interrupts[0] > /gic',
    ]);
    expect(devIn([gic, off, nexus([1, OFF, 0, 10])], dev(1))).toEqual(['unresolved interrupts[0]']);
  });

  it('may lead to another map, with the specifier that its entry gives', () => {
    const second = node('second', {
      phandle: 5,
      '#interrupt-cells': 1,
      '#address-cells': 0,
      'interrupt-map': [7, GIC, 0, 10],
    });
    expect(devIn([gic, second, nexus([1, 5, 7])], dev(1))).toEqual(['interrupts[0] > /gic']);
    expect(devIn([gic, second, nexus([1, 5, 8])], dev(1))).toEqual(['unresolved interrupts[0]']);
  });

  it('with an entry to itself ends there', () => {
    expect(devIn([nexus([1, NEXUS, 7])], dev(1))).toEqual(['interrupts[0] > /pcie']);
  });

  it('cannot be read past an entry whose parent is unknown or takes no interrupts', () => {
    const plain = node('plain', { phandle: 6 });
    for (const bad of [99, 6]) {
      expect(devIn([gic, plain, nexus([2, bad, 0, 1, GIC, 0, 10])], dev(1))).toEqual([
        'unresolved interrupts[0]',
      ]);
    }
  });

  it('needs room for one cell more than a key and a phandle', () => {
    const none = controller('none', 7, { '#interrupt-cells': 0 });
    expect(devIn([none, nexus([1, 7])], dev(1))).toEqual(['unresolved interrupts[0]']);
  });

  it('of an interrupt controller comes before the controller itself', () => {
    expect(devIn([gic, nexus([1, GIC, 0, 10], { 'interrupt-controller': true })], dev(1))).toEqual([
      'interrupts[0] > /gic',
    ]);
  });

  it.each(['fsl,ls1021a-extirq', 'renesas,rza1-irqc', 'PASEMI,rootbus'])(
    'of %s is left to its driver',
    (compatible) => {
      const own = { 'interrupt-controller': true, compatible: ['other', compatible] } as const;
      expect(devIn([gic, nexus([1, GIC, 0, 10], own)], dev(1))).toEqual(['interrupts[0] > /pcie']);
    },
  );

  it('makes its node depend on the parents of all its entries, available or not', () => {
    expect(readAt('/pcie', {}, [gic, off, nexus([1, GIC, 0, 10, 2, OFF, 0, 11, 3, GIC, 0, 12])])).toEqual([
      'interrupt-map[0] > /gic',
      'interrupt-map[1] > /off',
      'interrupt-map[2] > /gic',
    ]);
  });

  it('makes its node depend on none behind an entry that cannot be read', () => {
    expect(readAt('/pcie', {}, [gic, nexus([1, GIC, 0, 10, 2, 99, 0, 11, 3, GIC, 0, 12])])).toEqual([
      'interrupt-map[0] > /gic',
    ]);
  });
});

describe('an interrupt controller', () => {
  /** Path of the controller above the one at a path; `none` for a root controller, undefined for no controller. */
  const above = (
    path: string,
    children: readonly NodeDescription[],
    root: Cells = {},
  ): string | undefined => {
    const { nodes } = readDeviceTree(tree(root, children));
    const parent = nodes.find((entry) => entry.path === path)!.interruptControllerParent;
    return parent === undefined ? undefined : (nodes[parent]?.path ?? 'none');
  };
  const gic = controller('gic', 1, { compatible: 'arm,gic-400' });

  it('has the one above it that its interrupts would go to', () => {
    const gpio = controller('gpio', 2, { compatible: 'x', 'interrupt-parent': 1 });
    expect(above('/gpio', [gic, gpio])).toBe('/gic');
  });

  it('has the first of its interrupts-extended above it', () => {
    const plic = controller('plic', 2, {
      compatible: 'x',
      'interrupt-parent': 1,
      'interrupts-extended': [3, 9, 1, 9],
    });
    expect(above('/plic', [gic, plic, controller('cpu', 3)])).toBe('/cpu');
  });

  it('has none above it where it is its own interrupt parent, or has none', () => {
    expect(above('/gic', [gic], { 'interrupt-parent': 1 })).toBe('none');
    expect(above('/gic', [gic])).toBe('none');
  });

  it('is what says interrupt-controller', () => {
    expect(above('/dev', [gic, node('dev', { compatible: 'x', 'interrupt-parent': 1 })])).toBeUndefined();
  });
});
