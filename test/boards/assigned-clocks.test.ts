/** The clocks that are set up before a probe (drivers/clk/clk-conf.c:of_clk_set_defaults). */
import { describe, expect, it } from 'vitest';
import { readDeviceTree } from '../../src/boards/index.ts';
import { node, type Properties, tree } from '../support/fdt-writer.ts';

const [A, B, WIDE, SELF, MISSING] = [1, 2, 3, 4, 99];

/** What is asked for before the probe of a device with these properties, in order. */
function asked(properties: Properties): string[] | undefined {
  const pairs = Array.isArray(properties) ? properties : Object.entries(properties);
  const { nodes } = readDeviceTree(
    tree({}, [
      node('a', { phandle: A, '#clock-cells': 0 }),
      node('b', { phandle: B, '#clock-cells': 0 }),
      node('wide', { phandle: WIDE, '#clock-cells': 1 }),
      node('dev', [['compatible', 'x'], ['phandle', SELF], ['#clock-cells', 0], ...pairs]),
    ]),
  );
  return nodes
    .at(-1)!
    .assignedClocks?.map((clock) => (typeof clock === 'string' ? clock : nodes[clock.provider]!.path));
}

describe('the clocks assigned to a device', () => {
  it('are asked for where they get a rate that is not zero', () => {
    expect(asked({ 'assigned-clocks': [A, WIDE, 7, B], 'assigned-clock-rates': [100, 0, 300] })).toEqual([
      '/a',
      '/b',
    ]);
    expect(asked({ 'assigned-clocks': [A, B], 'assigned-clock-rates': 100 })).toEqual(['/a']);
    expect(asked({ 'assigned-clocks': [A, B] })).toBeUndefined();
    expect(asked({ 'assigned-clock-rates': [100] })).toBeUndefined();
  });

  it('have rates of 64 bits before those of 32, where they can be counted', () => {
    const clocks = { 'assigned-clocks': [A, B] };
    expect(
      asked({ ...clocks, 'assigned-clock-rates-u64': [0, 0, 1, 0], 'assigned-clock-rates': [1, 0] }),
    ).toEqual(['/b']);
    expect(
      asked({ ...clocks, 'assigned-clock-rates-u64': [0, 0, 1], 'assigned-clock-rates': [1, 0] }),
    ).toEqual(['/a']);
    expect(asked({ ...clocks, 'assigned-clock-rates': new Uint8Array([0, 0, 0, 1, 0]) })).toBeUndefined();
  });

  it('are asked for after the parents that they get', () => {
    const clocks = {
      'assigned-clocks': [A, WIDE, 7],
      'assigned-clock-parents': [B, B],
      'assigned-clock-rates': [0, 5],
    };
    expect(asked(clocks)).toEqual(['/b', '/a', '/b', '/wide', '/wide']);
  });

  it('are passed over where parent or clock is empty', () => {
    expect(asked({ 'assigned-clocks': [A, B], 'assigned-clock-parents': [0, A] })).toEqual(['/a', '/b']);
    expect(asked({ 'assigned-clocks': [0, B], 'assigned-clock-rates': [1, 1] })).toEqual(['/b']);
  });

  it('have no parents at all where the list of parents has a fault', () => {
    const rates = { 'assigned-clocks': [A], 'assigned-clock-rates': 1 };
    expect(asked({ ...rates, 'assigned-clock-parents': [B, MISSING] })).toEqual(['/a']);
    expect(asked({ ...rates, 'assigned-clock-parents': [B, WIDE] })).toEqual(['/a']);
  });

  it('end in an error at a parent without a clock', () => {
    const rates = { 'assigned-clock-rates': 1 };
    expect(asked({ 'assigned-clocks': [A], 'assigned-clock-parents': [B, B], ...rates })).toEqual([
      '/b',
      '/a',
      '/b',
      'error',
    ]);
    expect(asked({ 'assigned-clocks': [0], 'assigned-clock-parents': [B], ...rates })).toEqual([
      '/b',
      'error',
    ]);
  });

  it('end in an error at a clock that cannot be read, or lies behind one', () => {
    expect(asked({ 'assigned-clocks': [A, MISSING, B], 'assigned-clock-rates': [1, 1, 1] })).toEqual([
      '/a',
      'error',
    ]);
    expect(asked({ 'assigned-clocks': [A, MISSING, B], 'assigned-clock-rates': [1, 0, 1] })).toEqual([
      '/a',
      'error',
    ]);
    expect(asked({ 'assigned-clocks': [A, MISSING], 'assigned-clock-rates': [1, 0] })).toEqual(['/a']);
  });

  it('end at the device itself, which is no error', () => {
    expect(asked({ 'assigned-clocks': [A, SELF, B], 'assigned-clock-rates': [1, 1, 1] })).toEqual([
      '/a',
      'end',
    ]);
  });

  it('get their rates even where the device is among the parents or their clocks', () => {
    const clocks = { 'assigned-clocks': [A, B], 'assigned-clock-rates': [0, 1] };
    expect(asked({ ...clocks, 'assigned-clock-parents': [SELF, A] })).toEqual(['/b']);
    expect(
      asked({ 'assigned-clocks': [SELF, B], 'assigned-clock-parents': [A], 'assigned-clock-rates': [0, 1] }),
    ).toEqual(['/a', '/b']);
  });
});
