/** Overlays applied to a base; the order of what they add is that of fdtoverlay (overlay-against-fdtoverlay.test.ts). */
import { describe, expect, it } from 'vitest';
import { readFdt } from '../../src/boards/fdt.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { applyOverlay } from '../../src/boards/overlay.ts';
import { outline } from '../support/fdt-outline.ts';
import { node, type Properties, tree } from '../support/fdt-writer.ts';
import { BASE_NODES, base, changes, fragment, overlay, refusal, SYMBOLS } from '../support/small-overlays.ts';

describe('an overlay', () => {
  it('replaces properties where they stand and puts new ones first, the last of them foremost', () => {
    const applied = applyOverlay(
      base(),
      overlay([fragment('/soc/uart@2', { status: 'okay', a: 1, b: true })]),
    );
    expect(changes(applied)).toEqual(['/soc/uart@2 b a=<1> status="okay" reg=<2>']);
  });

  it('puts new nodes before their siblings, the last of them foremost, and reverses what is inside', () => {
    const added = [node('one', { x: 1, y: 2 }, [node('p'), node('q')]), node('two')];
    const applied = applyOverlay(base(), overlay([fragment('/soc', {}, added)]));
    expect(applied.nodes.map(({ path }) => path)).toEqual([
      '/',
      '/aliases',
      '/soc',
      '/soc/two',
      '/soc/one',
      '/soc/one/q',
      '/soc/one/p',
      '/soc/clk@1',
      '/soc/uart@2',
      '/leds',
      '/__symbols__',
    ]);
    expect(changes(applied)).toContain('/soc/one y=<2> x=<1>');
  });

  it('gives a tree whose indexes, parents and children agree', () => {
    const { nodes } = applyOverlay(base(), overlay([fragment('/soc', {}, [node('one', {}, [node('p')])])]));
    for (const [index, entry] of nodes.entries()) {
      expect(entry.index).toBe(index);
      for (const child of entry.children) expect(child.parent).toBe(index);
    }
    expect(nodes.flatMap((entry) => entry.children).length).toBe(nodes.length - 1);
  });

  it('changes neither the base nor itself', () => {
    const [below, above] = [
      base(),
      overlay([fragment('/', { model: 'other' }, [node('n', { phandle: 1 })])]),
    ];
    const before = [outline(below), outline(above)];
    applyOverlay(below, above);
    expect([outline(below), outline(above)]).toEqual(before);
  });

  it('merges into a node with a unit address by a name without one', () => {
    expect(changes(applyOverlay(base(), overlay([fragment('/soc', {}, [node('uart', { n: 1 })])])))).toEqual([
      '/soc/uart@2 n=<1> status="disabled" reg=<2>',
    ]);
    expect(
      changes(applyOverlay(base(), overlay([fragment('/soc', {}, [node('uart@3', { n: 1 })])]))),
    ).toEqual(['/soc/uart@3 n=<1>']);
  });

  it('goes to a path that begins with an alias of the base', () => {
    expect(changes(applyOverlay(base(), overlay([fragment('bus/clk', { n: 1 })])))).toEqual([
      '/soc/clk@1 n=<1> #clock-cells=<0> phandle=<5>',
    ]);
  });

  it('goes to nodes that its earlier fragments have made', () => {
    const twice = [fragment('/', {}, [node('made')]), { ...fragment('/made', { n: 1 }), name: 'fragment@1' }];
    expect(changes(applyOverlay(base(), overlay(twice)))).toEqual(['/made n=<1>']);
    expect(refusal(() => applyOverlay(base(), overlay(twice.toReversed())))).toBe(
      'x.dtbo, /fragment@1: target-path names /made, which is no node of base.dtb; use an overlay that is made for this board',
    );
  });

  it('leaves out nodes of its root that have no __overlay__', () => {
    const idle = node('fragment@9', { 'target-path': '/nowhere' }, [node('__other__', { n: 1 })]);
    expect(changes(applyOverlay(base(), overlay([idle, fragment('/leds', { n: 1 })])))).toEqual([
      '/leds n=<1>',
    ]);
  });

  it('needs no __symbols__ in the base where it names paths only', () => {
    expect(outline(applyOverlay(base([]), overlay([fragment('/leds', { n: 1 })]))).at(-1)).toBe(
      '/leds n=<1>',
    );
  });

  it('leaves out what comes to lie too deep', () => {
    let deep = node('last');
    for (let level = 0; level < 58; level++) deep = node('n', {}, [deep]);
    const once = applyOverlay(base(), overlay([fragment('/', {}, [deep])]));
    const path = once.nodes.find(({ name }) => name === 'last')!.path;
    const twice = applyOverlay(once, overlay([fragment(path, {}, [deep])]));
    // The root, 59 nodes and 3 more make 63.
    expect(Math.max(...twice.nodes.map((entry) => entry.path.split('/').length))).toBe(63);
    expect(twice.nodesTooDeep).toBe(56);
  });

  it('is read with the board: devices, references and labels of both', () => {
    const consumer = node('dev', { compatible: 'x', clocks: 0xffffffff });
    const bytes = tree({}, [
      fragment('/', {}, [consumer]),
      node('__fixups__', { clk: '/fragment@0/__overlay__/dev:clocks:0' }),
    ]);
    const board = readDeviceTree(tree({}, [...BASE_NODES, SYMBOLS]), {
      overlays: [{ input: 'x.dtbo', bytes }],
    });
    expect(board.nodes[1]).toMatchObject({ path: '/dev', deviceName: 'dev' });
    expect(board.nodes[1]!.references.map(({ supplier }) => board.nodes[supplier]!.path)).toEqual([
      '/soc/clk@1',
    ]);
  });
});

describe('phandles of an overlay', () => {
  it('are moved behind the largest of the base, with all references that are listed', () => {
    const applied = applyOverlay(
      base(),
      overlay([
        fragment('/leds', { refs: [7, 1, 1] }, [
          node('own', { phandle: 1 }),
          node('old', { 'linux,phandle': 2 }),
        ]),
        node('__local_fixups__', {}, [node('fragment@0', {}, [node('__overlay__', { refs: [4, 8] })])]),
      ]),
    );
    expect(changes(applied)).toEqual([
      '/leds refs=<7 6 6>',
      '/leds/old linux,phandle=<7>',
      '/leds/own phandle=<6>',
    ]);
  });

  it('in references need not be aligned', () => {
    const refs = new Uint8Array([0xaa, 0, 0, 0, 1, 0xbb]);
    const applied = applyOverlay(
      base(),
      overlay([
        fragment('/leds', { refs }, [node('own', { phandle: 1 })]),
        node('__local_fixups__', {}, [node('fragment', {}, [node('__overlay__', { refs: 1 })])]),
      ]),
    );
    expect(changes(applied)).toContain('/leds refs=[aa00000006bb]');
  });

  it('give way to those of the nodes that they are merged into, in references too', () => {
    const applied = applyOverlay(
      base(),
      overlay([
        fragment('/', { refs: [1, 2] }, [node('soc', { phandle: 1 }), node('leds', { phandle: 2 })]),
        node('__local_fixups__', {}, [node('fragment@0', {}, [node('__overlay__', { refs: [0, 4] })])]),
      ]),
    );
    expect(changes(applied)).toEqual(['/ refs=<1 7> model="board"', '/leds phandle=<7>']);
  });

  it('that overflow are refused', () => {
    const large = readFdt(tree({}, [node('a', { phandle: 0xfffffffd })]), 'base.dtb');
    const own = (phandle: number) => overlay([fragment('/', {}, [node('b', { phandle })])]);
    expect(outline(applyOverlay(large, own(1)))[1]).toBe('/b phandle=<4294967294>');
    expect(refusal(() => applyOverlay(large, own(2)))).toBe(
      "x.dtbo, /fragment@0/__overlay__/b: phandle cannot be moved behind the base's largest, 0xfffffffd: it would need " +
        'more than 32 bits; give the nodes of base and overlay smaller phandles',
    );
  });

  it('that are no cell are refused', () => {
    const odd = overlay([fragment('/', {}, [node('b', { phandle: [1, 2] })])]);
    expect(refusal(() => applyOverlay(base(), odd))).toBe(
      'x.dtbo, /fragment@0/__overlay__/b: phandle has 8 bytes, not one cell',
    );
  });
});

describe('labels of the base', () => {
  const needing = (label: string, place = '/fragment@0:target:0') =>
    overlay([
      node('fragment@0', { target: 0xffffffff }, [node('__overlay__', { n: 1, refs: [0, 0] })]),
      node('__fixups__', { [label]: place }),
    ]);

  it('are filled in wherever the overlay lists them', () => {
    const places = ['/fragment@0:target:0', '/fragment@0/__overlay__:refs:4', '/fragment/__overlay__:n:0'];
    const applied = applyOverlay(
      base(),
      overlay([
        node('fragment@0', { target: 0xffffffff }, [node('__overlay__', { n: 1, refs: [0, 0] })]),
        node('__fixups__', { clk: places }),
      ]),
    );
    expect(changes(applied)).toEqual(['/soc/clk@1 refs=<0 5> n=<5> #clock-cells=<0> phandle=<5>']);
  });

  it('that it does not have are refused by name', () => {
    expect(refusal(() => applyOverlay(base(), needing('uart7')))).toBe(
      'x.dtbo, /__fixups__: the base base.dtb has no symbol uart7; use an overlay that is made for this board',
    );
  });

  it('are refused in a base without __symbols__', () => {
    expect(refusal(() => applyOverlay(base([]), needing('clk')))).toBe(
      'x.dtbo, /__fixups__: the base base.dtb has no __symbols__; compile it with dtc -@',
    );
  });

  it('that stand for no node, or one without a phandle, are refused', () => {
    expect(refusal(() => applyOverlay(base(), needing('gone')))).toBe(
      'x.dtbo, /__fixups__: symbol gone of the base base.dtb stands for /nowhere, which is no node; compile the base again with dtc -@',
    );
    expect(refusal(() => applyOverlay(base(), needing('bare')))).toBe(
      'x.dtbo, /__fixups__: symbol bare of the base base.dtb stands for /leds, which has no phandle; compile the base again with dtc -@',
    );
  });

  it.each([
    ['/fragment@0', 'is not PATH:PROPERTY:OFFSET'],
    ['/fragment@0:target', 'is not PATH:PROPERTY:OFFSET'],
    ['/fragment@0:target:', 'is not PATH:PROPERTY:OFFSET'],
    ['/fragment@0:target:x', 'is not PATH:PROPERTY:OFFSET'],
    ['/fragment@0:target:0x0', 'is not PATH:PROPERTY:OFFSET'],
    ['/fragment@0::0', 'is not PATH:PROPERTY:OFFSET'],
    [':target:0', 'is not PATH:PROPERTY:OFFSET'],
    ['/fragment@1:target:0', 'names no property of the overlay'],
    ['/fragment@0:targets:0', 'names no property of the overlay'],
  ])('listed as %s are refused', (place, why) => {
    expect(refusal(() => applyOverlay(base(), needing('clk', place)))).toBe(
      `x.dtbo, /__fixups__: "${place}" of clk ${why}; compile the overlay again with dtc -@`,
    );
  });

  it.each([1, 4, 4294967295, 9999999999])('listed at offset %i of a cell are refused', (at) => {
    expect(refusal(() => applyOverlay(base(), needing('clk', `/fragment@0:target:${at}`)))).toBe(
      `x.dtbo, /__fixups__: offset ${at} lies outside target, which has 4 bytes; compile the overlay again with dtc -@`,
    );
  });

  it('listed in something that is no list of strings are refused', () => {
    for (const value of [true as const, new Uint8Array([0x61, 0x62])]) {
      const odd = overlay([fragment('/', {}), node('__fixups__', { clk: value })]);
      expect(refusal(() => applyOverlay(base(), odd))).toBe(
        'x.dtbo, /__fixups__: clk is no list of strings; compile the overlay again with dtc -@',
      );
    }
  });
});

describe('labels of an overlay', () => {
  const labelled = (symbols: Properties, path = '/soc') =>
    overlay([fragment(path, {}, [node('n', {}, [node('m')])]), node('__symbols__', symbols)]);

  it('become labels of the base', () => {
    const symbols = {
      n: '/fragment@0/__overlay__/n',
      m: '/fragment@0/__overlay__/n/m',
      soc: '/fragment@0/__overlay__',
    };
    expect(outline(applyOverlay(base(), labelled(symbols))).at(-1)).toBe(
      '/__symbols__ m="/soc/n/m" n="/soc/n" soc="/soc/" clk="/soc/clk@1" bare="/leds" gone="/nowhere"',
    );
    expect(outline(applyOverlay(base(), labelled({ n: '/fragment@0/__overlay__/n' }, '/'))).at(-1)).toMatch(
      / n="\/n" /,
    );
  });

  it('make a __symbols__ in a base that has none', () => {
    const applied = applyOverlay(base([]), labelled({ n: '/fragment@0/__overlay__/n' }));
    expect(outline(applied)[1]).toBe('/__symbols__ n="/soc/n"');
  });

  it('can be used by the next overlay', () => {
    const first = overlay([
      fragment('/soc', {}, [node('n', { phandle: 1 })]),
      node('__symbols__', { mine: '/fragment@0/__overlay__/n' }),
    ]);
    const second = overlay([
      node('fragment@0', { target: 0xffffffff }, [node('__overlay__', { again: true })]),
      node('__fixups__', { mine: '/fragment@0:target:0' }),
    ]);
    expect(changes(applyOverlay(applyOverlay(base(), first), second))).toContain('/soc/n again phandle=<6>');
  });

  it('that stand for nodes outside fragments are left out', () => {
    expect(outline(applyOverlay(base(), labelled({ a: '/fragment@0', b: '/x/y' }))).at(-1)).toMatch(
      /^\/__symbols__ soc=/,
    );
  });

  it('that are no paths, or lie in no fragment, are refused', () => {
    expect(refusal(() => applyOverlay(base(), labelled({ a: 'fragment@0/__overlay__/n' })))).toBe(
      'x.dtbo, /__symbols__: a is no path; compile the overlay again with dtc -@',
    );
    expect(refusal(() => applyOverlay(base(), labelled({ a: ['/a', '/b'] })))).toMatch(/: a is no path; /);
    expect(refusal(() => applyOverlay(base(), labelled({ a: '/fragment@7/__overlay__/n' })))).toBe(
      'x.dtbo, /__symbols__: a stands for a node of no fragment',
    );
  });
});
