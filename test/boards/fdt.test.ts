import { describe, expect, it } from 'vitest';
import { readFdt } from '../../src/boards/fdt.ts';
import { FDT_MAX_BYTES } from '../../src/boards/index.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import { outline } from '../support/fdt-outline.ts';
import { BlobWriter, node, tree, writeFdt } from '../support/fdt-writer.ts';

/** The error of a blob, and the code behind it. */
function refusal(bytes: Uint8Array): { code: string; message: string } {
  try {
    readFdt(bytes, 'b.dtb');
  } catch (error) {
    if (error instanceof InputError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the blob was read');
}

const SMALL = node('', { model: 'm' }, [node('a', { x: 1 }), node('b@2')]);
const DAMAGED = '; the blob is damaged: copy or compile it again';

describe('a device-tree blob', () => {
  it('gives its nodes depth first, with paths, and their properties in order', () => {
    const bytes = tree({ model: 'm' }, [
      node('soc', { b: true, a: [1, 2] }, [node('uart@10', { reg: 0x10 }), node('dma')]),
      node('leds'),
    ]);
    expect(outline(readFdt(bytes))).toEqual([
      '/ model="m"',
      '/soc b a=<1 2>',
      '/soc/uart@10 reg=<16>',
      '/soc/dma',
      '/leds',
    ]);
    expect(
      readFdt(bytes).nodes.map(({ index, parent, children }) => [index, parent, children.length]),
    ).toEqual([
      [0, -1, 2],
      [1, 0, 2],
      [2, 1, 0],
      [3, 1, 0],
      [4, 0, 0],
    ]);
  });

  it('may have NOP tokens anywhere between others, and a root that has a name', () => {
    const bytes = new BlobWriter()
      .token(4)
      .beginNode('rooty')
      .token(4)
      .property('p', 1)
      .token(4)
      .beginNode('a')
      .token(4)
      .endNode()
      .token(4)
      .endNode()
      .token(4)
      .end()
      .blob();
    expect(outline(readFdt(bytes))).toEqual(['/ p=<1>', '/a']);
  });

  it('may be of version 16, which does not say how long its structure is', () => {
    expect(outline(readFdt(writeFdt(SMALL, { version: 16 })))).toEqual(outline(readFdt(writeFdt(SMALL))));
  });

  it('may be newer than version 17 if it says that 17 can read it', () => {
    expect(readFdt(writeFdt(SMALL, { header: { version: 18, lastCompatible: 17 } })).nodes).toHaveLength(3);
  });

  it('may lie at any offset of a larger buffer and be followed by other bytes', () => {
    const blob = writeFdt(SMALL);
    const buffer = new Uint8Array(blob.length + 100).fill(0xff);
    buffer.set(blob, 3);
    expect(outline(readFdt(buffer.subarray(3)))).toEqual(outline(readFdt(blob)));
  });

  it('loses the properties that stand behind a child, as in the kernel', () => {
    const bytes = new BlobWriter()
      .beginNode('')
      .property('before', true)
      .beginNode('a')
      .endNode()
      .property('behind', true)
      .endNode()
      .end()
      .blob();
    expect(outline(readFdt(bytes))).toEqual(['/ before', '/a']);
  });

  it('keeps 63 nodes of a chain and counts those below', () => {
    let chain = node('n70', { p: 1 });
    for (let level = 69; level > 1; level--) chain = node(`n${level}`, { p: 1 }, [chain]);
    const fdt = readFdt(tree({}, [chain, node('after', { p: 1 })]));
    expect(fdt.nodes).toHaveLength(64);
    expect(fdt.nodes.at(-2)?.path.split('/').at(-1)).toBe('n63');
    expect(outline(fdt).at(-1)).toBe('/after p=<1>');
    expect(fdt.nodesTooDeep).toBe(7);
  });
});

describe('a header', () => {
  const header = (fields: Parameters<typeof writeFdt>[1]) => refusal(writeFdt(SMALL, fields)).message;
  const size = writeFdt(SMALL).length;

  it('needs 36 bytes', () => {
    expect(refusal(new Uint8Array(35))).toEqual({
      code: 'fdt-header',
      message: 'b.dtb, offset 0x0: 35 bytes are too few for a device-tree blob; give a complete .dtb file',
    });
  });

  it('begins with the magic number', () => {
    expect(header({ header: { magic: 0x2f647473 } })).toBe(
      'b.dtb, offset 0x0: not a device-tree blob (magic is 0x2f647473, not 0xd00dfeed); compile a .dts with dtc first',
    );
  });

  it('says no more bytes than there are', () => {
    expect(header({ header: { totalSize: 0xffffffff } })).toBe(
      `b.dtb, offset 0x4: truncated: the header says 4294967295 bytes, the input has ${size}; copy the file again`,
    );
  });

  it.each([
    [15, 15],
    [0, 0],
    [20, 18],
  ])('of version %i, compatible back to %i, is refused', (version, lastCompatible) => {
    expect(header({ header: { version, lastCompatible } })).toBe(
      `b.dtb, offset 0x14: version ${version} (compatible back to ${lastCompatible}) is not supported; convert it with dtc -V 17`,
    );
  });

  it('places the structure block inside the blob', () => {
    expect(header({ header: { structOffset: 0xfffffffc } })).toBe(
      `b.dtb, offset 0x8: structure block at 4294967292 lies outside the blob of ${size} bytes`,
    );
    expect(header({ header: { structOffset: 8 } })).toBe(
      `b.dtb, offset 0x8: structure block at 8 lies outside the blob of ${size} bytes`,
    );
    expect(header({ header: { structSize: 0xffffffff } })).toBe(
      `b.dtb, offset 0x8: structure block (4294967295 bytes at 56) lies outside the blob of ${size} bytes`,
    );
  });

  it('places the structure block at a multiple of 4', () => {
    expect(header({ header: { structOffset: 58, structSize: 8 } })).toBe(
      'b.dtb, offset 0x8: structure block at unaligned offset 58',
    );
  });

  it('places the strings block inside the blob', () => {
    expect(header({ header: { stringsSize: 0xffffffff } })).toBe(
      `b.dtb, offset 0xc: strings block (4294967295 bytes at ${size - 8}) lies outside the blob of ${size} bytes`,
    );
  });

  it('is not read at all of a blob that is too large', () => {
    expect(refusal(new Uint8Array(FDT_MAX_BYTES + 1))).toEqual({
      code: 'fdt-size',
      message: `b.dtb: ${FDT_MAX_BYTES + 1} bytes; a blob may have ${FDT_MAX_BYTES} at most`,
    });
  });
});

describe('a structure block', () => {
  const structure = (write: (writer: BlobWriter) => BlobWriter) => refusal(write(new BlobWriter()).blob());

  it('has a root', () => {
    expect(structure((writer) => writer.end())).toEqual({
      code: 'fdt-structure',
      message: `b.dtb, offset 0x38: the tree has no nodes${DAMAGED}`,
    });
  });

  it.each<[string, string, (writer: BlobWriter) => BlobWriter]>([
    [
      'has one root',
      '/, offset 0x44: a second root node',
      (w) => w.beginNode('').endNode().beginNode('').endNode(),
    ],
    [
      'ends with an end token',
      '/, offset 0x44: the structure block ends without an end token',
      (w) => w.beginNode('').endNode(),
    ],
    [
      'closes its nodes',
      '/a, offset 0x48: the tree ends inside 2 open nodes',
      (w) => w.beginNode('').beginNode('a').end(),
    ],
    [
      'closes no node twice',
      '/, offset 0x44: a node ends that never began',
      (w) => w.beginNode('').endNode().endNode(),
    ],
    ['has no other tokens', '/, offset 0x40: unknown token 0x5', (w) => w.beginNode('').token(5)],
    [
      'has properties in nodes',
      '/, offset 0x44: a property stands outside any node',
      (w) => w.beginNode('').endNode().property('a', 1),
    ],
    [
      'has whole property headers',
      '/, offset 0x40: a property header runs past the structure block',
      (w) => w.beginNode('').token(3).token(0),
    ],
    [
      'has whole values',
      '/, offset 0x40: a property of 4294967295 bytes runs past the structure block',
      (w) => w.beginNode('').token(3).token(0xffffffff).token(0),
    ],
    [
      'has names that are there',
      '/, offset 0x40: property name at 4096 lies outside the strings block',
      (w) => w.beginNode('').token(3).token(0).token(4096),
    ],
  ])('%s', (_, message, write) => {
    expect(structure(write).message).toBe(`b.dtb, ${message}${DAMAGED}`);
  });

  it('ends its node names', () => {
    const bytes = new BlobWriter()
      .beginNode('')
      .token(1)
      .raw(new Uint8Array(8).fill(0x61))
      .blob({ strings: new Uint8Array(0) });
    expect(refusal(bytes).message).toBe(`b.dtb, /, offset 0x40: a node name has no end${DAMAGED}`);
  });

  it('ends its property names', () => {
    const bytes = new BlobWriter()
      .beginNode('')
      .property('a', 1)
      .endNode()
      .end()
      .blob({ strings: new Uint8Array([0x61, 0x62]) });
    expect(refusal(bytes)).toEqual({
      code: 'fdt-strings',
      message: `b.dtb, /, offset 0x40: property name at 0 of the strings block has no end${DAMAGED}`,
    });
  });
});
