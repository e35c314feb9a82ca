/** The tables of docs/dma.md about its two boards, row by row against what the policies come to there. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { dmaRequestsOf } from '../../src/analysis/dma-requests.ts';
import { luckyPairs } from '../../src/analysis/order.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { bootBoardWithDma, DMA_LINK_POLICIES, DMA_LINK_POLICY_NAMES } from '../../src/dma/index.ts';
import { allDrivers } from '../../src/probe/index.ts';
import { exampleBoard } from '../support/shared-data.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/dma.md', import.meta.url)), 'utf8');

/** Cells of the rows of the table in a section, without its head. */
function rowsOf(section: string): string[][] {
  const text = PAGE.slice(PAGE.indexOf(`### ${section}`));
  const [table = ''] = /(^\|.*\n)+/m.exec(text) ?? [];
  return table
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe.each(['imx8mp-evk', 'rk3399-rock-pi-4b'])('docs/dma.md about %s', (name) => {
  const board = readDeviceTree(exampleBoard(`${name}.dtb`), { input: name });

  it('has a row for each policy', () => {
    expect(rowsOf(name).map(([policy]) => policy)).toEqual(
      DMA_LINK_POLICY_NAMES.map((policy) => `\`${policy}\``),
    );
  });

  it.each(DMA_LINK_POLICY_NAMES)('says what %s comes to', (policy) => {
    const world = bootBoardWithDma(board, { drivers: allDrivers('arm64') }, DMA_LINK_POLICIES[policy].policy);
    const { requests, deferredByRequest, deferredByLink, warnings } = dmaRequestsOf(world);
    const linked = requests
      .filter(({ link }) => link !== null)
      .map(({ client, link }) => `${client} ${link}`);
    const cells = [
      requests.filter(({ result }) => result === 0).length,
      new Set(linked).size,
      deferredByRequest,
      deferredByLink,
      warnings.reduce((sum, { times }) => sum + times, 0),
      luckyPairs(world).filter(({ property }) => property === 'dmas').length,
    ].map(String);
    expect(
      rowsOf(name)
        .find(([first]) => first === `\`${policy}\``)
        ?.slice(1),
    ).toEqual(cells);
  });
});
