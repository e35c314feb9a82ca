/** A small base, overlays for it, and what becomes of them: for tests. */
import { type Fdt, readFdt } from '../../src/boards/fdt.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import { outline } from './fdt-outline.ts';
import { type NodeDescription, node, type Properties, tree } from './fdt-writer.ts';

export const SYMBOLS = node('__symbols__', {
  soc: '/soc',
  clk: '/soc/clk@1',
  bare: '/leds',
  gone: '/nowhere',
});
export const BASE_NODES = [
  node('aliases', { bus: '/soc' }),
  node('soc', { compatible: 'simple-bus', phandle: 1 }, [
    node('clk@1', { '#clock-cells': 0, phandle: 5 }),
    node('uart@2', { status: 'disabled', reg: 2 }),
  ]),
  node('leds'),
];
/** A board with labels, unless it is given other nodes for its end. */
export const base = (extra: readonly NodeDescription[] = [SYMBOLS]): Fdt =>
  readFdt(tree({ model: 'board' }, [...BASE_NODES, ...extra]), 'base.dtb');

export const overlay = (children: readonly NodeDescription[], properties: Properties = {}): Fdt =>
  readFdt(tree(properties, children), 'x.dtbo');

/** A fragment that goes to a path. */
export const fragment = (path: string, properties: Properties, children: readonly NodeDescription[] = []) =>
  node('fragment@0', { 'target-path': path }, [node('__overlay__', properties, children)]);

/** Lines of the result that the base does not have. */
export function changes(applied: Fdt): string[] {
  const before = new Set(outline(base()));
  return outline(applied).filter((line) => !before.has(line));
}

/** The message of the InputError of something that is refused. */
export function refusal(apply: () => unknown): string {
  try {
    apply();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('the overlay was applied');
}
