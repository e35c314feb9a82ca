import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dmaEntryProblems } from '../../src/analysis/dma-entries.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import type { Board } from '../../src/core/index.ts';
import { type NodeDescription, node, type Properties, writeFdt } from '../support/fdt-writer.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';

const mxs = (properties: Properties = {}) =>
  node('dma', { compatible: 'fsl,imx28-dma-apbx', phandle: 1, '#dma-cells': 1, ...properties } as Properties);

function problems(board: Board): string[] {
  return board.nodes.flatMap((each) =>
    dmaEntryProblems(board, each).map(
      ({ rule, entry, message }) => `${rule} ${each.path} ${entry}: ${message}`,
    ),
  );
}

/** What is found about a client of an engine. */
function found(
  client: Record<string, unknown>,
  engine: NodeDescription = mxs({ 'dma-channels': 8 }),
): string[] {
  const uart = node('uart', { compatible: 'test,uart', ...client } as Properties);
  return problems(readDeviceTree(writeFdt(node('', { compatible: 'test,board' }, [engine, uart]))));
}

describe('the DMA channels of a client', () => {
  it('are in order where each entry has a name and the engine has the channel', () => {
    expect(found({ dmas: [1, 0, 1, 7], 'dma-names': ['rx', 'tx'] })).toEqual([]);
    // Left out on purpose.
    expect(found({ dmas: [0, 1, 7], 'dma-names': ['rx', 'tx'] })).toEqual([]);
  });

  it('cannot be asked for without dma-names, nor be had without dmas', () => {
    expect(found({ dmas: [1, 0] })).toEqual([
      'dma-names-mismatch /uart -1: dmas without dma-names: nobody can ask for these channels by name, and dma_request_chan() ends in -ENODEV',
    ]);
    expect(found({ 'dma-names': ['rx'] })).toEqual([
      'dma-names-mismatch /uart -1: dma-names has 1 name and there is no dmas: dma_request_chan() of "rx" ends in -ENODEV',
    ]);
  });

  it('are named, each name without an entry and each entry without a name', () => {
    expect(found({ dmas: [1, 0], 'dma-names': ['rx', 'tx', 'x'] })).toEqual([
      'dma-names-mismatch /uart -1: dma-names has 3 names and dmas has 1: dma_request_chan() of "tx", "x" ends in -ENODEV',
    ]);
    expect(found({ dmas: [1, 0, 1, 1], 'dma-names': ['rx'] })).toEqual([
      'dma-names-mismatch /uart -1: dmas has 2 entries and dma-names 1: nobody can ask for the last one by name',
    ]);
  });

  it('must be among those of the engine, by the property that its driver reads', () => {
    expect(found({ dmas: [1, 7, 1, 8], 'dma-names': ['rx', 'tx'] })).toEqual([
      'dma-entry-refused /uart 1: entry 1 of dmas ("tx") names /dma and asks for channel 8, of which dma-channels says 8; dma_request_chan() ends in -ENODEV',
    ]);
    const own = node('dma', { compatible: 'mediatek,mt6577-uart-dma', phandle: 1, '#dma-cells': 1 });
    expect(found({ dmas: [1, 8], 'dma-names': ['rx'] }, own)).toEqual([
      'dma-entry-refused /uart 0: entry 0 of dmas ("rx") names /dma and asks for channel 8, of which mtk_uart_apdma has 8; dma_request_chan() ends in -ENODEV',
    ]);
  });

  it('must have the arguments that the driver of the engine takes', () => {
    const sdma = node('dma', { compatible: 'fsl,imx8mq-sdma', phandle: 1, '#dma-cells': 2 });
    expect(found({ dmas: [1, 22, 4], 'dma-names': ['rx'] }, sdma)).toEqual([
      'dma-entry-refused /uart 0: entry 0 of dmas ("rx") names /dma and has 2 arguments, and imx-sdma takes 3; dma_request_chan() ends in -ENODEV',
    ]);
  });

  it('are not judged where the driver of the engine is not known', () => {
    const unknown = node('dma', { compatible: 'test,dma', phandle: 1, '#dma-cells': 1, 'dma-channels': 1 });
    expect(found({ dmas: [1, 99], 'dma-names': ['rx'] }, unknown)).toEqual([]);
  });

  it('end at a controller that has no #dma-cells, and then their number is not known', () => {
    const without = node('dma', { compatible: 'test,dma', phandle: 1 });
    expect(found({ dmas: [1, 0, 1, 1], 'dma-names': ['rx', 'tx'] }, without)).toEqual([
      'phandle-cells-missing /uart 0: entry 0 of dmas names /dma, which has no #dma-cells; dma_request_chan() of this and of later entries ends in -ENODEV',
    ]);
  });
});

describeWithSharedData('the DMA channels of recorded boards', ['kernel-6.12/boards'], () => {
  it('are in order, but for the serial ports of RK3566 and RK3568, which have no dma-names', () => {
    const folder = sharedPath('kernel-6.12/boards');
    const blobs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.dtb'),
    );
    const others = blobs.flatMap((file) => {
      const board = readDeviceTree(readFileSync(join(folder, file)), { input: file });
      return problems(board).filter(
        (problem) =>
          !(/rk356[68]/.test(file) && /^dma-names-mismatch \/serial@\w+ -1: dmas without/.test(problem)),
      );
    });
    expect(blobs.length).toBeGreaterThan(200);
    expect(others).toEqual([]);
  });
});
