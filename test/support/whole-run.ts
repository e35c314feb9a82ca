/**
 * What becomes of a blob on the whole way from bytes to links: for tests that hand in damaged and hostile ones.
 */
import { linksOf } from '../../src/analysis/links.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { InputError } from '../../src/core/diagnostic.ts';
import type { Board } from '../../src/core/index.ts';
import { bootBoard } from '../../src/probe/index.ts';

/** What the kernel keeps of a board must hold for whatever was read, however damaged. */
function checkBoard({ nodes }: Board): void {
  for (const [index, node] of nodes.entries()) {
    if (index === 0 ? node.parent !== -1 : node.parent < 0 || node.parent >= index) {
      throw new Error(`node ${index} has parent ${node.parent}`);
    }
    for (const { consumer, supplier } of node.references) {
      if (!(consumer in nodes) || !(supplier in nodes)) throw new Error(`node ${index} refers to no node`);
    }
  }
}

/**
 * Reads a blob, boots the board and lists its links, in both environments. Returns undefined for a blob that went all
 * the way and the message of the InputError for one that was refused; every other exception is passed on.
 */
export function refusalOf(bytes: Uint8Array): string | undefined {
  try {
    const board = readDeviceTree(bytes, { input: 'test.dtb' });
    checkBoard(board);
    linksOf(bootBoard(board, { environment: 'arm64' }));
    linksOf(bootBoard(board, { environment: 'uml', strict: true, afterTimeout: true }));
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
