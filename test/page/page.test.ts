import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linksOf } from '../../src/analysis/links.ts';
import { orderOf } from '../../src/analysis/order.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { allDrivers, bootBoard } from '../../src/probe/index.ts';
import { driverAssumption } from '../../src/report/assumptions.ts';
import { createStyle } from '../../src/report/style.ts';
import { orderText } from '../../src/report/text-order.ts';
import { type BuiltPage, openBuiltPage } from '../support/built-page.ts';
import { exampleBoard } from '../support/shared-data.ts';

let built: BuiltPage;
let page: Page;

beforeAll(async () => {
  built = await openBuiltPage();
  page = built.page;
}, 60_000);

afterAll(async () => built?.close());

describe('the page', () => {
  it('gives the same suspend order of a bundled board as Node, to the letter', async () => {
    await page.selectOption('#example', 'imx8mp-evk.dtb');
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.includes('answered'));
    const board = readDeviceTree(exampleBoard('imx8mp-evk.dtb'), { input: 'imx8mp-evk.dtb' });
    const world = bootBoard(board, { drivers: allDrivers('arm64') });
    const links = linksOf(world);
    const expected = orderText(
      {
        result: orderOf(world),
        heading: `${world.board.model}: ${links.devices.length} devices, ${links.links.length} links`,
        assumptions: driverAssumption('all'),
      },
      createStyle(false, 100),
    );
    expect(await page.textContent('#answer')).toBe(expected);
  });

  it('answers the other questions and narrows them to a device', async () => {
    await page.selectOption('#verb', 'links');
    await page.fill('#device', '30860000.serial');
    expect(await page.textContent('#answer')).toContain('<- 30380000.clock-controller');
    await page.selectOption('#verb', 'check');
    expect(await page.textContent('#answer')).toContain('dma-client-unlinked');
    await page.fill('#device', 'no-such-device');
    expect(await page.textContent('#status')).toContain("no device 'no-such-device'");
    await page.fill('#device', '');
  });

  it('says what is wrong with a file that is no board, and shows names as text only', async () => {
    await page.setInputFiles('#board', {
      name: '<img src=x>.dtb',
      mimeType: '',
      buffer: Buffer.from('hello'),
    });
    await page.waitForFunction(() => document.querySelector('#status')?.classList.contains('error'));
    expect(await page.textContent('#status')).toContain('<img src=x>.dtb, offset 0x0: 5 bytes are too few');
    expect(await page.locator('#status img').count()).toBe(0);
  });

  it('reads a board that is dropped in, without a fault in the console', async () => {
    const buffer = Buffer.from(exampleBoard('rk3399-rock-pi-4b.dtb'));
    await page.setInputFiles('#board', { name: 'rock.dtb', mimeType: '', buffer });
    await page.waitForFunction(() =>
      document.querySelector('#answer')?.textContent?.includes('ff1d0000.spi'),
    );
    expect(built.faults).toEqual([]);
  });
});
