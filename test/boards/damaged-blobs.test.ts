/**
 * Blobs that were cut, flipped, spliced or filled with noise: each is read or refused with an InputError, and nothing else.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFdt } from '../../src/boards/fdt.ts';
import { node, tree } from '../support/fdt-writer.ts';
import { exampleBoard } from '../support/shared-data.ts';
import { refusalOf } from '../support/whole-run.ts';

const BOARDS = ['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'];

/** A board with one of each kind of reference, of 1.2 kB. */
const SMALL = tree({ '#address-cells': 1, '#size-cells': 1, 'interrupt-parent': 1, model: 'small' }, [
  node('intc@10', {
    phandle: 1,
    compatible: 'arm,gic-400',
    'interrupt-controller': true,
    '#interrupt-cells': 1,
    reg: [0x10, 4],
  }),
  node('clk', { phandle: 2, compatible: 'fixed-clock', '#clock-cells': 0 }),
  node(
    'soc',
    { compatible: 'simple-bus', '#address-cells': 1, '#size-cells': 1, ranges: [0, 0x1000, 0x1000] },
    [
      node('uart@0', {
        compatible: ['arm,pl011', 'arm,primecell'],
        reg: [0, 4],
        interrupts: [1, 2],
        clocks: [2],
        status: 'okay',
      }),
      node('pcie@100', {
        compatible: 'pcie',
        phandle: 3,
        '#interrupt-cells': 1,
        '#address-cells': 3,
        '#size-cells': 2,
        'interrupt-map': [0, 0, 0, 1, 1, 5],
        'interrupt-map-mask': [0, 0, 0, 7],
        'iommu-map': [0, 2, 0, 1],
      }),
      node('csi', { compatible: 'csi' }, [
        node('port', {}, [node('endpoint', { phandle: 4, 'remote-endpoint': 4 })]),
      ]),
      node('leds', { compatible: 'leds', 'reset-gpios': [2, 0], 'interrupts-extended': [1, 7, 3, 1] }),
    ],
  ),
]);

/** The blob with its first `length` bytes, and a header that says so little. */
function cut(blob: Uint8Array, length: number, fields: { offset: number; value: number }[] = []): Uint8Array {
  const bytes = blob.slice(0, length);
  const view = new DataView(bytes.buffer);
  for (const { offset, value } of fields) if (offset + 4 <= length) view.setUint32(offset, value);
  return bytes;
}

/** A real header's field of sizes and offsets: totalSize, structure, strings. */
function field(blob: Uint8Array, offset: number): number {
  return new DataView(blob.buffer, blob.byteOffset).getUint32(offset);
}

describe('a blob that is cut off', () => {
  it('is refused wherever it is cut', () => {
    for (let length = 0; length < SMALL.length; length++) {
      expect(refusalOf(SMALL.subarray(0, length)), `${length} bytes`).toMatch(
        /too few for a device-tree blob|truncated: /,
      );
    }
    expect(refusalOf(SMALL)).toBeUndefined();
  });

  it('is refused wherever it is cut if the header has been shortened with it', () => {
    for (let length = 8; length < SMALL.length; length++) {
      const bytes = cut(SMALL, length, [{ offset: 4, value: length }]);
      expect(refusalOf(bytes), `${length} bytes`).toBeDefined();
    }
  });

  it('is refused wherever its structure is cut', () => {
    const size = field(SMALL, 36);
    for (let length = 0; length < size; length++) {
      const bytes = cut(SMALL, SMALL.length, [{ offset: 36, value: length }]);
      expect(refusalOf(bytes), `structure of ${length} bytes`).toMatch(/^test\.dtb, /);
    }
  });

  it('is refused wherever its strings are cut', () => {
    const size = field(SMALL, 32);
    for (let length = 0; length < size; length++) {
      const bytes = cut(SMALL, SMALL.length, [{ offset: 32, value: length }]);
      expect(refusalOf(bytes), `strings of ${length} bytes`).toMatch(/strings block/);
    }
  });

  it.each(BOARDS)('is refused as %s at a thousand places', (name) => {
    const blob = Uint8Array.from(exampleBoard(name));
    const size = field(blob, 36);
    for (let place = 0; place < 1000; place++) {
      const length = Math.floor((size * place) / 1000);
      expect(refusalOf(cut(blob, blob.length, [{ offset: 36, value: length }])), `${length}`).toBeDefined();
      const whole = 40 + Math.floor(((blob.length - 40) * place) / 1000);
      expect(refusalOf(cut(blob, whole, [{ offset: 4, value: whole }])), `${whole}`).toBeDefined();
    }
  });
});

describe('a blob that is damaged', () => {
  const board = fc.constantFrom(...BOARDS).map((name) => Uint8Array.from(exampleBoard(name)));
  const bytesOrRefusal = (bytes: Uint8Array) => {
    const refusal = refusalOf(bytes);
    if (refusal !== undefined) expect(refusal).toMatch(/^test\.dtb[:,]/);
  };

  it('is read or refused whichever bit of it is flipped', () => {
    for (let bit = 0; bit < SMALL.length * 8; bit++) {
      const bytes = SMALL.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      bytesOrRefusal(bytes);
    }
  });

  it('is read or refused with some bits of a real board flipped', () => {
    fc.assert(
      fc.property(board, fc.array(fc.nat(), { minLength: 1, maxLength: 30 }), (bytes, bits) => {
        for (const bit of bits) bytes[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7);
        bytesOrRefusal(bytes);
      }),
      { numRuns: 150 },
    );
  });

  it('is read or refused with cells of a real board replaced by others of it, or by extreme ones', () => {
    const cell = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat());
    fc.assert(
      fc.property(
        board,
        fc.array(fc.tuple(fc.nat(), cell), { minLength: 1, maxLength: 40 }),
        (bytes, changes) => {
          const view = new DataView(bytes.buffer);
          const structure = field(bytes, 8);
          const cells = Math.floor(field(bytes, 36) / 4);
          for (const [at, value] of changes) view.setUint32(structure + (at % cells) * 4, value);
          bytesOrRefusal(bytes);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is read whatever the values of its properties say', () => {
    const value = fc.oneof(
      fc.nat({ max: 160 }),
      fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff),
      fc.nat(),
    );
    fc.assert(
      fc.property(
        board,
        fc.array(fc.tuple(fc.nat(), value), { minLength: 1, maxLength: 200 }),
        (bytes, changes) => {
          const view = new DataView(bytes.buffer);
          const cells = readFdt(bytes).nodes.flatMap((found) =>
            found.properties.flatMap(({ offset, length }) =>
              Array.from({ length: length >> 2 }, (_, index) => offset + index * 4),
            ),
          );
          for (const [at, cell] of changes) view.setUint32(cells[at % cells.length]!, cell);
          expect(refusalOf(bytes)).toBeUndefined();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is read or refused with parts of a real board moved, repeated or left out', () => {
    const splice = fc.tuple(fc.nat(), fc.nat({ max: 4096 }), fc.nat());
    fc.assert(
      fc.property(board, fc.array(splice, { minLength: 1, maxLength: 8 }), (bytes, splices) => {
        for (const [from, length, to] of splices) {
          const source = 40 + ((from * 4) % (bytes.length - 40));
          bytes.copyWithin(40 + ((to * 4) % (bytes.length - 40)), source, source + length);
        }
        bytesOrRefusal(bytes);
      }),
      { numRuns: 150 },
    );
  });

  it('is read or refused as noise behind a good header', () => {
    const token = fc.oneof(fc.constantFrom(1, 2, 3, 4, 9), fc.nat({ max: 64 }), fc.nat());
    fc.assert(
      fc.property(fc.array(token, { maxLength: 200 }), (tokens) => {
        const bytes = SMALL.slice();
        const view = new DataView(bytes.buffer);
        const structure = field(bytes, 8);
        for (const [index, value] of tokens.entries()) {
          if (structure + index * 4 + 4 <= field(bytes, 12)) view.setUint32(structure + index * 4, value);
        }
        bytesOrRefusal(bytes);
      }),
      { numRuns: 500 },
    );
  });
});
