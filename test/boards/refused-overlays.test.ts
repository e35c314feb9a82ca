/** Overlays that are broken, or that mean harm: applied or refused, in bounded time and memory. */
import { describe, expect, it } from 'vitest';
import { applyOverlay } from '../../src/boards/overlay.ts';
import { outline } from '../support/fdt-outline.ts';
import { type NodeDescription, node, type Properties } from '../support/fdt-writer.ts';
import { base, fragment, overlay, refusal } from '../support/small-overlays.ts';

describe('a broken overlay', () => {
  const apply = (children: readonly NodeDescription[]) =>
    refusal(() => applyOverlay(base(), overlay(children)));

  it('is one without fragments', () => {
    expect(apply([node('soc')])).toBe(
      'x.dtbo: not an overlay: it has no fragment with an __overlay__; give a .dtbo, compiled from a source that says /plugin/',
    );
  });

  it('has a fragment without a target', () => {
    expect(apply([node('fragment@0', {}, [node('__overlay__')])])).toBe(
      'x.dtbo, /fragment@0: has neither target nor target-path; name the node to merge into',
    );
  });

  it('has a target that no node has, or that was never filled in', () => {
    const target = (value: number | number[]) => node('fragment@0', { target: value }, [node('__overlay__')]);
    expect(apply([target(99)])).toBe(
      'x.dtbo, /fragment@0: target is phandle 0x63, which no node of base.dtb has; use an overlay that is made for this board',
    );
    expect(apply([target(0xffffffff)])).toBe(
      'x.dtbo, /fragment@0: target is not filled in (0xffffffff); the overlay must list it in __fixups__: compile it with dtc -@',
    );
    expect(apply([target([1, 2])])).toBe('x.dtbo, /fragment@0: target has 8 bytes, not one cell');
  });

  it('has local fixups that mirror nothing', () => {
    const local = (properties: Properties, children: readonly NodeDescription[] = []) =>
      apply([
        fragment('/leds', { refs: [1, 2] }),
        node('__local_fixups__', {}, [node('fragment@0', {}, [node('__overlay__', properties, children)])]),
      ]);
    const at = 'x.dtbo, /__local_fixups__/fragment@0/__overlay__';
    const recompile = 'compile the overlay again with dtc -@';
    expect(local({ other: 0 })).toBe(
      `${at}: names property other, which /fragment@0/__overlay__ lacks; ${recompile}`,
    );
    expect(local({}, [node('n')])).toBe(`${at}/n: mirrors no node of the overlay; ${recompile}`);
    expect(local({ refs: 5 })).toBe(`${at}: offset 5 lies outside refs, which has 8 bytes; ${recompile}`);
    expect(local({ refs: 0xfffffffc })).toBe(
      `${at}: offset 4294967292 lies outside refs, which has 8 bytes; ${recompile}`,
    );
    expect(local({ refs: new Uint8Array(3) })).toBe(`${at}: refs has 3 bytes, not whole cells; ${recompile}`);
  });
});

describe('an overlay that means harm', () => {
  const times = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));

  it('has twenty thousand fragments for one node, each with a node of its own', () => {
    const fragments = times(20_000, (index) => ({
      ...fragment('/', { [`p${index}`]: 1 }, [node(`n${index}`, { phandle: index + 1 })]),
      name: `fragment@${index}`,
    }));
    expect(applyOverlay(base(), overlay(fragments)).nodes).toHaveLength(7 + 20_000);
  });

  it('fills in two hundred thousand cells, and moves as many references', () => {
    const cells = times(200_000, () => 1);
    const places = times(200_000, (index) => `/fragment@0/__overlay__:cells:${index * 4}`);
    const filled = [fragment('/leds', { cells }), node('__fixups__', { clk: places })];
    expect(outline(applyOverlay(base(), overlay(filled))).find((line) => line.startsWith('/leds'))).toMatch(
      /<5 5 5 /,
    );
    const offsets = node('__overlay__', { cells: times(200_000, (index) => index * 4) });
    const moved = [
      fragment('/leds', { cells }),
      node('__local_fixups__', {}, [node('fragment@0', {}, [offsets])]),
    ];
    expect(outline(applyOverlay(base(), overlay(moved))).find((line) => line.startsWith('/leds'))).toMatch(
      /<6 6 6 /,
    );
  });

  it('makes labels that are many times as long as itself: refused', () => {
    const path = `${'/'.repeat(10_000)}soc`;
    const labels = Object.fromEntries(times(5_000, (index) => [`l${index}`, '/fragment@0/__overlay__']));
    const long = overlay([fragment(path, {}), node('__symbols__', labels)]);
    expect(refusal(() => applyOverlay(base(), long))).toBe(
      'x.dtbo, /__symbols__: the paths of the labels have more than 16777216 characters together',
    );
  });

  it('makes a tree with more nodes than are read: refused', () => {
    const many = overlay([
      fragment(
        '/',
        {},
        times(60_000, (index) => node(`n${index}`)),
      ),
    ]);
    const more = overlay([
      fragment(
        '/',
        {},
        times(60_000, (index) => node(`m${index}`)),
      ),
    ]);
    expect(refusal(() => applyOverlay(applyOverlay(base(), many), more))).toBe(
      'x.dtbo: makes the tree larger than 100000 nodes',
    );
  });

  it('has names that are something else in JavaScript', () => {
    const odd = ['__proto__', 'constructor', 'toString', '10'];
    const applied = applyOverlay(
      base(),
      overlay([
        fragment(
          '/',
          odd.map((name) => [name, 1] as const),
          odd.map((name) => node(name, { phandle: 1 })),
        ),
        node(
          '__symbols__',
          odd.map((name) => [name, `/fragment@0/__overlay__/${name}`] as const),
        ),
      ]),
    );
    expect(applied.nodes.slice(1, 5).map(({ name }) => name)).toEqual(odd.toReversed());
    expect(outline(applied)[0]).toBe('/ 10=<1> toString=<1> constructor=<1> __proto__=<1> model="board"');
    expect(outline(applied).at(-1)).toMatch(/^\/__symbols__ 10="\/10" toString="\/toString" /);
  });
});
