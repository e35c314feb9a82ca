/**
 * Trees that mean harm: too large, too deep, in circles, with names that are something else in JavaScript. Each comes to
 * an end, as a board with findings or as one error.
 */
import { describe, expect, it } from 'vitest';
import { linksOf } from '../../src/analysis/links.ts';
import { FDT_MAX_NODES, readDeviceTree } from '../../src/boards/index.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { BlobWriter, type NodeDescription, node, tree } from '../support/fdt-writer.ts';
import { refusalOf } from '../support/whole-run.ts';

const REPEATED = '; no real board has nearly as much: look for what repeated it';

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function problemsAt(bytes: Uint8Array, path: string): string[] {
  const found = readDeviceTree(bytes).nodes.find((entry) => entry.path === path)!;
  return found.problems.map(({ kind, property, entry }) => `${kind} ${property} ${entry}`);
}

function deviceNames(bytes: Uint8Array): string[] {
  return linksOf(bootBoard(readDeviceTree(bytes))).devices.map((device) => device.name);
}

describe('a tree that is too large', () => {
  it('nests a million nodes: 63 are kept, the others are counted', () => {
    const writer = new BlobWriter();
    for (let level = 0; level < 1_000_000; level++) writer.beginNode(level === 0 ? '' : 'n');
    for (let level = 0; level < 1_000_000; level++) writer.endNode();
    const bytes = writer.end().blob();
    expect(refusalOf(bytes)).toBeUndefined();
    const board = readDeviceTree(bytes);
    expect([board.nodes.length, board.nodesTooDeep]).toEqual([63, 999_937]);
  });

  it('puts a million nodes side by side: refused', () => {
    const writer = new BlobWriter().beginNode('');
    for (let sibling = 0; sibling < 1_000_000; sibling++) writer.beginNode('n').endNode();
    // The root takes one of the nodes that may be; each of the others has 12 bytes.
    const offset = (56 + 8 + (FDT_MAX_NODES - 1) * 12).toString(16);
    expect(refusalOf(writer.endNode().end().blob())).toBe(
      `test.dtb, /, offset 0x${offset}: more than ${FDT_MAX_NODES} nodes${REPEATED}`,
    );
  });

  it('has as many nodes as are allowed, side by side', () => {
    const writer = new BlobWriter().beginNode('');
    for (let sibling = 1; sibling < FDT_MAX_NODES; sibling++) writer.beginNode('n').endNode();
    expect(readDeviceTree(writer.endNode().end().blob()).nodes).toHaveLength(FDT_MAX_NODES);
  });

  it('has one property of 15 MB', () => {
    const value = new Uint8Array(15_000_000).fill(1);
    for (const name of [
      'data',
      'reg',
      'clocks',
      'interrupts',
      'interrupt-map',
      'compatible',
      'status',
      'ranges',
    ]) {
      const bytes = tree({}, [
        node(
          'a',
          [
            ['#interrupt-cells', 1],
            [name, value],
          ],
          [node('b', { compatible: 'c' })],
        ),
      ]);
      expect(refusalOf(bytes), name).toBeUndefined();
    }
  });

  it('has a list of phandles of 15 MB: refused', () => {
    const cells = times(3_750_000, () => 1);
    expect(refusalOf(tree({}, [node('a', { phandle: 1, compatible: 'x', leds: cells })]))).toBe(
      'test.dtb, /a: more than 1000000 references to other nodes',
    );
  });

  it('has paths that are many times as long as the blob: refused', () => {
    const leaves = times(50_000, (index) => node(`${index}`));
    const bytes = tree({}, [node('n'.repeat(400), {}, leaves)]);
    expect(refusalOf(bytes)).toMatch(
      /: the paths of the nodes have more than 16777216 characters together; no real/,
    );
  });

  it('has property names that overlap and are many times as long as the blob: refused', () => {
    const writer = new BlobWriter().beginNode('');
    for (let property = 0; property < 10_000; property++) writer.token(3).token(0).token(property);
    const strings = new Uint8Array(100_000).fill(0x61, 0, 99_999);
    expect(refusalOf(writer.endNode().end().blob({ strings }))).toMatch(
      /^test\.dtb, \/, offset 0x[0-9a-f]+: the property names have more than 16777216 characters together; no real/,
    );
  });

  it('asks for long searches in ranges and interrupt maps: refused', () => {
    const children = (properties: NodeDescription['properties']) =>
      times(10_000, (index) => node(`d@${index}`, [['compatible', 'x'], ...properties]));
    const ranges = times(10_000, () => [1, 1, 1]).flat();
    const cells = { '#address-cells': 1, '#size-cells': 1 };
    expect(refusalOf(tree(cells, [node('bus', { ...cells, ranges }, children([['reg', [5, 5]]]))]))).toMatch(
      /^test\.dtb, \/bus: translating addresses through ranges takes more than 20000000 steps; /,
    );
    const map = times(10_000, (index) => [index, 2, 0]).flat();
    const nexus = node('nexus', {
      phandle: 1,
      '#interrupt-cells': 1,
      '#address-cells': 0,
      'interrupt-map': map,
    });
    const target = node('target', { phandle: 2, '#interrupt-cells': 1, 'interrupt-controller': true });
    const devices = children([
      ['interrupt-parent', 1],
      ['interrupts', 0xffff],
    ]);
    expect(refusalOf(tree({}, [nexus, target, ...devices]))).toMatch(
      /^test\.dtb, \/nexus: looking up interrupts in interrupt-maps takes more than 20000000 steps; /,
    );
  });

  it('has two thousand devices that all refer to each other in a circle, or to one, or one to all', () => {
    const count = 2000;
    const ring = times(count, (i) =>
      node(`d${i}`, { compatible: 'x', phandle: i + 1, leds: ((i + 1) % count) + 1 }),
    );
    const star = times(count, (i) => node(`d${i}`, { compatible: 'x', phandle: i + 1, leds: 1 }));
    const all = [
      node('one', { compatible: 'x', leds: times(count, (i) => i + 1) }),
      ...times(count, (i) => node(`d${i}`, { compatible: 'x', phandle: i + 1 })),
    ];
    for (const devices of [ring, star, all]) expect(refusalOf(tree({}, devices))).toBeUndefined();
  });
});

describe('a tree that goes in circles', () => {
  const controller = { '#interrupt-cells': 1, 'interrupt-controller': true as const };

  it('has nodes that are the interrupt parents of each other', () => {
    const bytes = tree({}, [
      node('a', { phandle: 1, 'interrupt-parent': 2 }),
      node('b', { phandle: 2, 'interrupt-parent': 3 }),
      node('c', { phandle: 3, 'interrupt-parent': 1 }),
      node('dev', { compatible: 'x', 'interrupt-parent': 1, interrupts: [1, 2] }),
      node('intc', { compatible: 'arm,gic-400', 'interrupt-parent': 2, ...controller }),
    ]);
    expect(refusalOf(bytes)).toBeUndefined();
    expect(problemsAt(bytes, '/dev')).toEqual(['endless interrupts 0']);
  });

  it('has a node that is its own interrupt parent', () => {
    const bytes = tree({}, [
      node('dev', { phandle: 1, compatible: 'x', 'interrupt-parent': 1, interrupts: 1 }),
    ]);
    expect(refusalOf(bytes)).toBeUndefined();
    expect(problemsAt(bytes, '/dev')).toEqual(['endless interrupts 0']);
  });

  it('has interrupt parents that pass interrupts on to each other', () => {
    const bytes = tree({}, [
      node('a', { phandle: 1, 'interrupt-parent': 2, '#interrupt-cells': 1 }),
      node('b', { phandle: 2, 'interrupt-parent': 1, '#interrupt-cells': 1 }),
      node('dev', { compatible: 'x', 'interrupt-parent': 1, interrupts: 1 }),
    ]);
    expect(refusalOf(bytes)).toBeUndefined();
    expect(problemsAt(bytes, '/dev')).toEqual(['endless interrupts 0']);
  });

  it('has interrupt maps that lead to each other', () => {
    const nexus = { '#interrupt-cells': 1, '#address-cells': 0 };
    const bytes = tree({}, [
      node('a', { phandle: 1, ...nexus, 'interrupt-map': [7, 2, 7] }),
      node('b', { phandle: 2, ...nexus, 'interrupt-map': [7, 1, 7] }),
      node('dev', { compatible: 'x', 'interrupt-parent': 1, interrupts: 7 }),
    ]);
    expect(refusalOf(bytes)).toBeUndefined();
    expect(problemsAt(bytes, '/dev')).toEqual(['endless interrupts 0']);
  });

  it('has interrupts without argument cells, of which there is no last one', () => {
    const bytes = tree({ 'interrupt-parent': 1 }, [
      node('intc', { phandle: 1, '#interrupt-cells': 0, 'interrupt-controller': true }),
      node('dev', { compatible: 'x', interrupts: [1, 2, 3] }),
    ]);
    expect(refusalOf(bytes)).toBeUndefined();
    expect(problemsAt(bytes, '/dev')).toEqual(['endless interrupts 0']);
  });

  it('has an alias that stands for itself, for a console', () => {
    const bytes = tree({}, [
      node('aliases', { a: 'a', b: 'b:' }),
      node('chosen', { 'stdout-path': 'a/x:115200' }),
    ]);
    expect(readDeviceTree(bytes).stdout).toBeUndefined();
    expect(refusalOf(bytes)).toBeUndefined();
  });

  it('has endpoints that are their own remote ends', () => {
    const endpoint = node('endpoint', { phandle: 1, 'remote-endpoint': 1 });
    expect(
      refusalOf(tree({}, [node('dev', { compatible: 'x' }, [node('port', {}, [endpoint])])])),
    ).toBeUndefined();
    // Too high up to have a port's parent.
    expect(refusalOf(tree({ phandle: 1, 'remote-endpoint': 1 }))).toBeUndefined();
  });
});

describe('a tree with odd names', () => {
  const ODD = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', '10', '-1', 'length', '<script>'];

  it('has devices that are called like things of JavaScript', () => {
    const bytes = tree(
      {},
      ODD.map((name, index) => node(name, { compatible: name, phandle: index + 1, leds: index + 2 })),
    );
    expect(refusalOf(bytes)).toBeUndefined();
    expect(deviceNames(bytes)).toEqual(ODD);
    const { links } = linksOf(bootBoard(readDeviceTree(bytes)));
    const expected = ODD.slice(1).map((name, index) => `platform:${ODD[index]} > platform:${name}`);
    expect(links.map((link) => `${link.consumer} > ${link.supplier}`).sort()).toEqual(expected.sort());
  });

  it('has properties and aliases that are called so', () => {
    const named = ODD.map((name) => [name, 1] as const);
    const bytes = tree(named, [
      node(
        'aliases',
        ODD.map((name) => [name, '/dev'] as const),
      ),
      node('chosen', { 'stdout-path': '__proto__:9600' }),
      node('dev', [['compatible', 'x'], ...named]),
    ]);
    expect(refusalOf(bytes)).toBeUndefined();
    const board = readDeviceTree(bytes);
    expect(board.nodes[board.stdout!]?.path).toBe('/dev');
  });

  it('has control bytes, line ends and broken UTF-8 in names', () => {
    const odd = ['\u0001\u001b[31m', 'a\nb', 'a/b', 'a@b@c', '@', ' ', '\u202e'];
    const bytes = tree(
      odd.map((name) => [name, 1] as const),
      odd.map((name) => node(name, { compatible: name })),
    );
    expect(refusalOf(bytes)).toBeUndefined();
    const broken = new BlobWriter()
      .beginNode('')
      .token(1)
      .raw(new Uint8Array([0xff, 0xc3, 0xe2, 0x82, 0]))
      .token(5)
      .blob();
    expect(refusalOf(broken)).toMatch(/^test\.dtb, \/\ufffd+, offset 0x4c: unknown token 0x5; /);
  });

  it('escapes control bytes of names in errors', () => {
    const bytes = new BlobWriter().beginNode('').beginNode('\u001b[31m\n').token(5).blob();
    expect(refusalOf(bytes)).toMatch(/^test\.dtb, \/\\x1b\[31m\\x0a, offset 0x4c: unknown token 0x5; /);
  });

  it('has siblings of one name: the first becomes the device', () => {
    const twins = [node('twin', { compatible: 'x' }), node('twin', { compatible: 'y' })];
    expect(deviceNames(tree({}, twins))).toEqual(['twin']);
    expect(refusalOf(tree({}, twins))).toBeUndefined();
  });

  it('has one phandle twice: the first node has it', () => {
    const bytes = tree({}, [
      node('first', { compatible: 'x', phandle: 1 }),
      node('second', { compatible: 'x', phandle: 1 }),
      node('consumer', { compatible: 'x', leds: 1 }),
    ]);
    const { nodes } = readDeviceTree(bytes);
    expect(nodes.flatMap((entry) => entry.references).map(({ supplier }) => nodes[supplier]?.path)).toEqual([
      '/first',
    ]);
  });

  it('has a property twice: the first counts', () => {
    const bytes = tree({}, [
      node(
        'bus',
        [
          ['compatible', 'simple-bus'],
          ['compatible', 'other'],
        ],
        [node('child', { compatible: 'x' })],
      ),
    ]);
    expect(deviceNames(bytes)).toEqual(['bus', 'bus:child']);
  });
});
