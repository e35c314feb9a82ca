import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProbedBoards } from '../../src/analysis/probe-boards.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { probeBoardsSchema } from '../../src/report/probe-schemas.ts';
import { jsonSchemaOf } from '../../src/report/schemas.ts';
import { writeKernel } from '../support/kernel-writer.ts';
import { devgraph } from '../support/run-cli.ts';
import { exampleBoard } from '../support/shared-data.ts';

const BOARDS = ['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'];
const POWER = 'rockchip,rk3399-power-controller';
const COMPATIBLES = [
  ...new Set(
    BOARDS.flatMap((name) =>
      readDeviceTree(exampleBoard(name)).nodes.flatMap(({ compatible }) => compatible ?? []),
    ),
  ),
];
const WITHOUT_POWER = COMPATIBLES.filter((entry) => entry !== POWER).join('\n');

const folder = mkdtempSync(join(tmpdir(), 'devgraph-boards-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(root: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const top = join(folder, root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), text);
  }
  return top;
}

/** As much of a Linux source as has a driver for the power domains. */
const SOURCE = write('linux', {
  Kconfig: 'source "drivers/Kconfig"\n',
  'drivers/Kconfig': 'source "drivers/pmdomain/rockchip/Kconfig"\n',
  'drivers/Makefile': 'obj-y += pmdomain/\n',
  'drivers/pmdomain/Makefile': 'obj-y += rockchip/\n',
  'drivers/pmdomain/rockchip/Kconfig':
    'if ARCH_ROCKCHIP\nconfig ROCKCHIP_PM_DOMAINS\n\tbool "Rockchip generic power domain"\n\tdepends on PM\nendif\n',
  'drivers/pmdomain/rockchip/Makefile': 'obj-$(CONFIG_ROCKCHIP_PM_DOMAINS) += pm-domains.o\n',
  'drivers/pmdomain/rockchip/pm-domains.c': `static const struct of_device_id match[] = {\n\t{ .compatible = "${POWER}", },\n\t{ },\n};\n`,
  'drivers/pmdomain/user.c': `/* of_device_id */ if (of_device_is_compatible(np, "${POWER}")) x();\n`,
});

describe('devgraph probe of several boards', () => {
  it('has a line for each and ranks the causes over all of them', async () => {
    const { status, stdout, stderr } = await devgraph(`probe ${BOARDS.join(' ')} --drivers list`, {
      list: WITHOUT_POWER,
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^imx8mp-evk\.dtb +(\d+) of +\1 bind$/m);
    expect(stdout).toMatch(/^rk3399-rock-pi-4b\.dtb {2} *\d+ of *\d+ bind, 23 held back by 1 root cause$/m);
    expect(stdout).toMatch(/^2 boards: \d+ of \d+ devices bind /m);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `23 on rk3399-rock-pi-4b.dtb no-driver: no driver matches ${POWER}`,
    );
  });

  it('says the same as JSON of the published schema', async () => {
    const { stdout } = await devgraph(`probe ${BOARDS.join(' ')} --drivers list --json`, {
      list: WITHOUT_POWER,
    });
    const result: ProbedBoards = JSON.parse(stdout);
    expect(probeBoardsSchema.parse(result)).toEqual(result);
    expect(result.boards.map(({ input, heldBack }) => [input, heldBack])).toEqual([
      ['imx8mp-evk.dtb', 0],
      ['rk3399-rock-pi-4b.dtb', 23],
    ]);
    expect(result.roots).toMatchObject([
      { kind: 'no-driver', devices: 23, boards: ['rk3399-rock-pi-4b.dtb'] },
    ]);
    expect(jsonSchemaOf('probe-boards').title).toBe('devgraph probe-boards --json');
  });

  it('gives each board what it gets alone', async () => {
    const all: ProbedBoards = JSON.parse((await devgraph(`probe ${BOARDS.join(' ')} --json`)).stdout);
    for (const [index, name] of BOARDS.entries()) {
      const alone = JSON.parse((await devgraph(`probe ${name} --json`)).stdout);
      expect(all.boards[index]!.bound).toBe(alone.bound.length);
    }
  });

  it('skips what is no board, counts it, and ends with status 2', async () => {
    const { status, stdout } = await devgraph(`probe ${BOARDS[0]} junk.dtb`, { 'junk.dtb': 'no board' });
    expect(status).toBe(2);
    expect(stdout).toContain('junk.dtb  skipped: ');
    expect(stdout).toMatch(/^1 board, 1 skipped: /m);
  });

  it('asks of one board only what can be asked of one', async () => {
    const { status, stderr } = await devgraph(`probe ${BOARDS.join(' ')} --chain ff9a0000.gpu`);
    expect(status).toBe(2);
    expect(stderr).toContain('--chain goes with one board at a time');
  });

  it('ends with status 1 for --fail if a device is held back anywhere', async () => {
    const line = `probe ${BOARDS.join(' ')} --drivers list --fail --quiet`;
    expect((await devgraph(line, { list: WITHOUT_POWER })).status).toBe(1);
    expect((await devgraph(line, { list: COMPATIBLES.join('\n') })).status).toBe(0);
  });
});

describe('devgraph probe --source', () => {
  const list = { list: WITHOUT_POWER };
  const line = `probe ${BOARDS[1]} --drivers list --source ${SOURCE}`;

  it('names file and option of the driver that is missing', async () => {
    const { stdout } = await devgraph(line, list);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `no driver matches ${POWER}: drivers/pmdomain/rockchip/pm-domains.c, CONFIG_ROCKCHIP_PM_DOMAINS "Rockchip generic power domain" holds back 23 devices`,
    );
  });

  it('says it in JSON with what the option depends on', async () => {
    const { roots } = JSON.parse((await devgraph(`${line} --json`, list)).stdout);
    expect(roots[0].source).toEqual([
      {
        compatible: POWER,
        file: 'drivers/pmdomain/rockchip/pm-domains.c',
        option: 'ROCKCHIP_PM_DOMAINS',
        further: [],
        prompt: 'Rockchip generic power domain',
        dependsOn: ['ARCH_ROCKCHIP && PM'],
        value: null,
        missing: [],
        module: 'drivers/pmdomain/rockchip/pm-domains.ko',
      },
    ]);
  });

  it('holds it against the configuration of the kernel', async () => {
    const image = writeKernel({
      drivers: [
        { name: 'simple-pm-bus', compatibles: ['simple-pm-bus', 'simple-bus'], level: 6 },
        { name: 'rest', compatibles: COMPATIBLES.filter((entry) => entry !== POWER), level: 6 },
      ],
      relocated: true,
    });
    const kernel = write('kernel', {
      'boot/vmlinuz-6.12.0-test': image,
      'boot/config-6.12.0-test': 'CONFIG_PM=y\n# CONFIG_ROCKCHIP_PM_DOMAINS is not set\n',
      'lib/modules/6.12.0-test/modules.alias': '# none\n',
    });
    const { stdout } = await devgraph(`probe ${BOARDS[1]} --kernel ${kernel} --source ${SOURCE}`);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'CONFIG_ROCKCHIP_PM_DOMAINS "Rockchip generic power domain", not set; before it ARCH_ROCKCHIP',
    );
  });

  it('does it for several boards with one scan', async () => {
    const { stdout } = await devgraph(
      `probe ${BOARDS.join(' ')} --drivers list --source ${SOURCE} --json`,
      list,
    );
    const result: ProbedBoards = JSON.parse(stdout);
    expect(result.roots[0]!.detail).toContain('CONFIG_ROCKCHIP_PM_DOMAINS');
  });

  it('says so where the source has no driver, and follows no link out of it', async () => {
    const outside = write('outside', { 'secret.c': `of_device_id { .compatible = "${POWER}" }` });
    const root = write('bare', { Kconfig: '', 'drivers/Makefile': 'obj-y += out/\n' });
    symlinkSync(outside, join(root, 'drivers/out'));
    const { stdout } = await devgraph(`probe ${BOARDS[1]} --drivers list --source ${root}`, list);
    expect(stdout.replace(/\s+/g, ' ')).toContain('the source has no driver for it');
  });

  it('refuses a folder that is no Linux source', async () => {
    const { status, stderr } = await devgraph(`probe ${BOARDS[1]} --drivers list --source ${folder}`, list);
    expect(status).toBe(2);
    expect(stderr).toContain('no Linux source: it has no Kconfig and no drivers folder');
  });
});

describe('drivers that match by name', () => {
  it('bind clients whose compatible is in no table, by the aliases of modules and the names of built-in ones', async () => {
    const rest = COMPATIBLES.filter((entry) => entry !== 'rockchip,rk808');
    const image = writeKernel({
      drivers: [
        { name: 'simple-pm-bus', compatibles: ['simple-pm-bus', 'simple-bus'], level: 6 },
        { name: 'rest', compatibles: rest, level: 6 },
      ],
      relocated: true,
    });
    const boot = { 'boot/vmlinuz-6.12.0-test': image };
    const modules = 'lib/modules/6.12.0-test';
    const bound = async (root: string) =>
      JSON.parse((await devgraph(`probe ${BOARDS[1]} --kernel ${root} --json`)).stdout).bound;
    const none = write('by-no-name', { ...boot, [`${modules}/modules.alias`]: '# none\n' });
    expect(await bound(none)).not.toContain('i2c:0-001b');
    const alias = write('by-alias', { ...boot, [`${modules}/modules.alias`]: 'alias i2c:rk808 rk808_i2c\n' });
    expect(await bound(alias)).toContain('i2c:0-001b');
    const builtin = write('by-name', {
      ...boot,
      [`${modules}/modules.alias`]: '# none\n',
      [`${modules}/modules.builtin`]: 'kernel/drivers/mfd/rk808.ko\n',
    });
    expect(await bound(builtin)).toContain('i2c:0-001b');
  });
});
