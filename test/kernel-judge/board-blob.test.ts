import { describe, expect, it } from 'vitest';
import { readFdt } from '../../src/boards/fdt.ts';
import { hideProperties } from '../kernel/board-blob.ts';
import { outline } from '../support/fdt-outline.ts';
import { exampleBoard } from '../support/shared-data.ts';

/** Words of a tree's outline that another one has not, with the node they stand at. */
function changes(before: Uint8Array, after: Uint8Array): string[] {
  const changed = outline(readFdt(after, 'after'));
  return outline(readFdt(before, 'before')).flatMap((line, index) => {
    const kept = new Set(changed[index]!.split(' '));
    const [path] = line.split(' ');
    return line.split(' ').flatMap((word) => (kept.has(word) ? [] : [`${path} ${word}`]));
  });
}

describe('a board for a kernel without its machine', () => {
  const blob = exampleBoard('imx8mp-evk.dtb');

  it('has all but its memory', () => {
    expect(changes(blob, hideProperties(blob, false))).toEqual(['/memory@40000000 device_type="memory"']);
  });

  it('assigns no clocks, if drivers are to bind', () => {
    const hidden = changes(hideProperties(blob, false), hideProperties(blob, true));
    expect(hidden.length).toBeGreaterThan(10);
    expect(hidden.every((change) => / assigned-clock/.test(change))).toBe(true);
  });
});
