/** What properties refer to (drivers/of/property.c: of_supplier_bindings and its parse functions). */
import { describe, expect, it } from 'vitest';
import { readDeviceTree } from '../../src/boards/index.ts';
import type { ReferenceProblem } from '../../src/core/index.ts';
import { type NodeDescription, node, type Properties, tree } from '../support/fdt-writer.ts';

/** Suppliers with phandles 1 to 4, which take 0, 1, 2 arguments, and nobody knows how many. */
const cellsOf = (count: number) =>
  Object.fromEntries(
    ['clock', 'gpio', 'dma', 'interconnect', 'pwm', 'iommu', 'msi'].map((name) => [`#${name}-cells`, count]),
  );
const SUPPLIERS = [
  node('s0', { phandle: 1, ...cellsOf(0) }),
  node('s1', { phandle: 2, ...cellsOf(1) }),
  node('s2', { phandle: 3, ...cellsOf(2) }),
  node('none', { phandle: 4 }),
];

/** `kind consumer > supplier (property[entry])` for each reference of a board. */
function referencesOf(children: readonly NodeDescription[]): string[] {
  const { nodes } = readDeviceTree(tree({}, children));
  return nodes.flatMap((entry) =>
    entry.references.map(
      ({ kind, property, entry: at, consumer, supplier }) =>
        `${kind} ${nodes[consumer]!.path} > ${nodes[supplier]!.path} (${property}[${at}])`,
    ),
  );
}

/** Suppliers of one node with these properties, in the order in which fw_devlink parses them. */
function suppliersOf(properties: Properties): string[] {
  return referencesOf([...SUPPLIERS, node('c', properties)]).map((text) => text.split(' ')[3]!.slice(1));
}

function problemsOf(properties: Properties): ReferenceProblem[] {
  return [...readDeviceTree(tree({}, [...SUPPLIERS, node('c', properties)])).nodes.at(-1)!.problems];
}

/** Index of a supplier, as problems name it. */
const S1 = 2;
const S2 = 3;
const NONE = 4;

describe('a list of phandles', () => {
  it('has as many arguments behind each as its supplier says', () => {
    expect(suppliersOf({ clocks: [3, 1, 1, 1, 2, 3, 2, 1] })).toEqual(['s2', 's0', 's1', 's1']);
  });

  it('gives references in the order of properties, then of entries', () => {
    expect(
      referencesOf([...SUPPLIERS, node('c', { dmas: [2, 9], clocks: [1, 2, 9], 'vdd-supply': 4 })]),
    ).toEqual([
      'optional /c > /s1 (dmas[0])',
      'supplier /c > /s0 (clocks[0])',
      'supplier /c > /s1 (clocks[1])',
      'supplier /c > /none (vdd-supply[0])',
    ]);
  });

  it('takes a supplier of a named list that does not say how many arguments it takes to take none', () => {
    expect(suppliersOf({ clocks: [4, 4, 1] })).toEqual(['none', 'none', 's0']);
  });

  it('of GPIOs ends at a supplier that does not say how many arguments it takes', () => {
    for (const property of ['gpio', 'gpios', 'reset-gpio', 'reset-gpios']) {
      expect(suppliersOf({ [property]: [2, 0, 4, 2, 0] }), property).toEqual(['s1']);
      expect(problemsOf({ [property]: [2, 0, 4, 2, 0] }), property).toEqual([
        { kind: 'no-cells', property, entry: 1, supplier: NONE, cells: '#gpio-cells' },
      ]);
    }
  });

  it('ends at an empty entry, which hides the entries behind it', () => {
    expect(suppliersOf({ clocks: [1, 0, 2, 9, 1] })).toEqual(['s0']);
    expect(problemsOf({ clocks: [1, 0, 2, 9, 0, 1] })).toEqual([
      { kind: 'empty', property: 'clocks', entry: 1, hidden: 2 },
    ]);
  });

  it('has no fault in an empty entry behind which there is none', () => {
    expect(problemsOf({ clocks: [1, 0, 0] })).toEqual([]);
  });

  it('ends at a phandle that no node has', () => {
    expect(suppliersOf({ clocks: [1, 0x99, 1] })).toEqual(['s0']);
    expect(problemsOf({ clocks: [1, 0x99, 1] })).toEqual([
      { kind: 'dangling', property: 'clocks', entry: 1, phandle: 0x99 },
    ]);
  });

  it('ends where arguments are missing', () => {
    expect(suppliersOf({ clocks: [1, 3, 7] })).toEqual(['s0']);
    expect(problemsOf({ clocks: [1, 3, 7] })).toEqual([
      {
        kind: 'truncated',
        property: 'clocks',
        entry: 1,
        supplier: S2,
        wanted: 2,
        found: 1,
        cells: '#clock-cells',
      },
    ]);
  });

  it('does not count bytes behind the last whole cell', () => {
    expect(suppliersOf({ clocks: new Uint8Array([0, 0, 0, 1, 0, 0, 1]) })).toEqual(['s0']);
    expect(problemsOf({ clocks: new Uint8Array([0, 0, 0, 2, 0, 0, 0]) })[0]).toMatchObject({
      kind: 'truncated',
      supplier: S1,
      found: 0,
    });
  });

  it('without arguments by its kind reads every cell as a phandle', () => {
    expect(suppliersOf({ 'pinctrl-0': [3, 2, 1], 'vdd-supply': [2, 2], extcon: 3 })).toEqual([
      's2',
      's1',
      's0',
      's1',
      's1',
      's2',
    ]);
  });

  it('may name the node itself, and nodes that come later', () => {
    expect(referencesOf([node('c', { phandle: 7, leds: [7, 8] }), node('d', { phandle: 8 })])).toEqual([
      'supplier /c > /c (leds[0])',
      'supplier /c > /d (leds[1])',
    ]);
  });
});

describe('a property name', () => {
  const isFollowed = (name: string) => suppliersOf({ [name]: 1 }).length > 0;

  it('with a known ending needs a character before the ending', () => {
    expect(['x-supply', 'x-gpio', 'x-gpios'].map(isFollowed)).toEqual([true, true, true]);
    expect(['-supply', '-gpio', '-gpios', 'supply'].map(isFollowed)).toEqual([false, false, false, false]);
  });

  it('of a count of GPIOs names none', () => {
    expect(['fsl,nr-gpios', 'x,nr-gpios'].map(isFollowed)).toEqual([false, false]);
    // Too short to end in `,nr-gpios` with a character before it, so that the kernel reads it.
    expect([',nr-gpios', 'nr-gpios'].map(isFollowed)).toEqual([true, true]);
  });

  it('must be exact where it is no ending', () => {
    expect(['clocks', 'clock', 'clocks2', 'my-clocks', 'Clocks'].map(isFollowed)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('of pin states is followed for states 0 to 8', () => {
    expect(['pinctrl-0', 'pinctrl-8', 'pinctrl-9', 'pinctrl-10', 'pinctrl-00'].map(isFollowed)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('tells how the kernel of 6.12 takes it', () => {
    const kinds = (names: string[]) =>
      referencesOf([...SUPPLIERS, node('c', Object.fromEntries(names.map((name) => [name, 1])))]).map(
        (text) => text.split(' ')[0],
      );
    expect(kinds(['clocks', 'dmas', 'iommus', 'post-init-providers', 'sound-dai', 'phy-handle'])).toEqual([
      'supplier',
      'optional',
      'optional',
      'ignored',
      'unlinked',
      'unlinked',
    ]);
  });
});

describe('a GPIO hog', () => {
  it('has no suppliers in gpio and gpios, but in other properties', () => {
    expect(
      suppliersOf({ 'gpio-hog': true, gpios: [2, 1], gpio: [2, 1], 'x-gpios': [2, 1], leds: 1 }),
    ).toEqual(['s1', 's0']);
    expect(problemsOf({ 'gpio-hog': true, gpios: [1, 0] })).toEqual([]);
  });
});

describe('an iommu-map', () => {
  it('has a phandle in the second of every four cells', () => {
    const map = [0, 1, 0, 0x10, 0x10, 2, 0, 0x10, 0x20, 4];
    expect(referencesOf([...SUPPLIERS, node('c', { 'iommu-map': map })])).toEqual([
      'optional /c > /s0 (iommu-map[0])',
      'optional /c > /s1 (iommu-map[1])',
      'optional /c > /none (iommu-map[2])',
    ]);
  });

  it('ends at the first phandle that no node has', () => {
    const map = [0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0];
    expect(suppliersOf({ 'iommu-map': map })).toEqual(['s0']);
    expect(problemsOf({ 'iommu-map': map })).toEqual([
      { kind: 'dangling', property: 'iommu-map', entry: 1, phandle: 0 },
    ]);
  });
});

describe('a remote-endpoint', () => {
  const endpoint = (phandle: number, remote: number) =>
    node('endpoint', { phandle, 'remote-endpoint': remote });
  const link = (a: NodeDescription, b: NodeDescription) =>
    referencesOf([a, b]).map((text) => text.split(' (')[0]);

  it('makes the device two levels above depend on the one two levels above the other end', () => {
    const camera = node('camera', {}, [node('port', {}, [endpoint(1, 2)])]);
    const csi = node('csi', {}, [node('port@0', {}, [endpoint(2, 1)])]);
    expect(link(camera, csi)).toEqual(['supplier /camera > /csi', 'supplier /csi > /camera']);
  });

  it.each(['ports', 'in-ports', 'out-ports', 'ports@1'])('goes three levels up through %s', (ports) => {
    const hdmi = node('hdmi', {}, [node(ports, {}, [node('port@0', {}, [endpoint(1, 2)])])]);
    const panel = node('panel', {}, [node('port', {}, [endpoint(2, 1)])]);
    expect(link(hdmi, panel)).toEqual(['supplier /hdmi > /panel', 'supplier /panel > /hdmi']);
  });

  it('goes two levels up where the second has another name', () => {
    const hdmi = node('hdmi', {}, [node('my-ports', {}, [node('port@0', {}, [endpoint(1, 2)])])]);
    const panel = node('panel', {}, [node('port', {}, [endpoint(2, 1)])]);
    expect(link(hdmi, panel)[0]).toBe('supplier /hdmi/my-ports > /panel');
  });

  it('is read for its first phandle only', () => {
    const a = node('a', {}, [
      node('port', {}, [node('endpoint', { phandle: 1, 'remote-endpoint': [2, 2, 99] })]),
    ]);
    const b = node('b', {}, [node('port', {}, [node('endpoint', { phandle: 2 })])]);
    expect(link(a, b)).toEqual(['supplier /a > /b']);
  });

  it('makes no reference where an end has no device above it', () => {
    expect(referencesOf([endpoint(1, 2), node('b', {}, [node('port', {}, [endpoint(2, 1)])])])).toEqual([]);
  });
});

describe('a node of bookkeeping', () => {
  it('refers to nothing, whatever its properties are called', () => {
    for (const name of ['aliases', '__symbols__', '__fixups__', '__local_fixups__']) {
      expect(referencesOf([...SUPPLIERS, node(name, { clocks: 1, 'x-supply': 2 })]), name).toEqual([]);
    }
    expect(referencesOf([...SUPPLIERS, node('deeper', {}, [node('aliases', { clocks: 1 })])])).toHaveLength(
      1,
    );
  });
});
