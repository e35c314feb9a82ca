import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linksOf } from '../../src/analysis/links.ts';
import { orderOf } from '../../src/analysis/order.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { NO_DRIVERS } from '../../src/report/assumptions.ts';
import { createStyle } from '../../src/report/style.ts';
import { orderText } from '../../src/report/text-order.ts';
import { exampleBoard } from '../support/shared-data.ts';

const ROOT = fileURLToPath(new URL('../../dist/web', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

let server: Server;
let browser: Browser;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = normalize(pathname === '/' ? '/index.html' : pathname);
    try {
      const body = readFileSync(join(ROOT, path));
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  page = await browser.newPage();
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A browser asks for an icon that the page does not have.
    if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico'))
      faults.push(message.text());
  });
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe('the page', () => {
  it('gives the same suspend order of a bundled board as Node, to the letter', async () => {
    await page.selectOption('#example', 'imx8mp-evk.dtb');
    await page.waitForFunction(() => document.querySelector('#status')?.textContent?.includes('answered'));
    const world = bootBoard(readDeviceTree(exampleBoard('imx8mp-evk.dtb'), { input: 'imx8mp-evk.dtb' }));
    const links = linksOf(world);
    const expected = orderText(
      {
        result: orderOf(world),
        heading: `${world.board.model}: ${links.devices.length} devices, ${links.links.length} links`,
        assumptions: NO_DRIVERS,
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
    expect(faults).toEqual([]);
  });
});
