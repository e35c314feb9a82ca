import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/analysis/probe-outcome.ts';
import { readDeviceTree } from '../../src/boards/index.ts';
import { probeSchema } from '../../src/report/probe-schemas.ts';
import { writeKernel } from '../support/kernel-writer.ts';
import { devgraph } from '../support/run-cli.ts';
import { exampleBoard } from '../support/shared-data.ts';

const ROCK = 'rk3399-rock-pi-4b.dtb';
const POWER = 'rockchip,rk3399-power-controller';
const COMPATIBLES = [
  ...new Set(readDeviceTree(exampleBoard(ROCK)).nodes.flatMap(({ compatible }) => compatible ?? [])),
];
const WITHOUT_POWER = COMPATIBLES.filter((entry) => entry !== POWER).join('\n');

describe('devgraph probe', () => {
  it('binds all of a board if every compatible has a driver', async () => {
    const { status, stdout } = await devgraph(`probe ${ROCK}`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Radxa ROCK Pi 4B: (\d+) of \1 devices bind /);
    expect(stdout).toContain('No device waits for another.');
  });

  it('names the one cause behind power domains without a driver, and what it holds back', async () => {
    const { stdout } = await devgraph(`probe ${ROCK} --drivers list`, {
      list: `# all but one\n${WITHOUT_POWER}`,
    });
    expect(stdout).toContain('1 root cause holds back 23 devices:');
    expect(stdout).toMatch(
      /power-controller {2}no-driver: no driver matches\n\s+rockchip,rk3399-power-controller/,
    );
    expect(stdout).toContain('ff9a0000.gpu');
  });

  it('prints the same as JSON of the published schema', async () => {
    const { stdout } = await devgraph(`probe ${ROCK} --drivers list --json`, { list: WITHOUT_POWER });
    const result: ProbeResult = JSON.parse(stdout);
    expect(probeSchema.parse(result)).toEqual(result);
    expect(result.roots).toHaveLength(1);
  });

  it('finds the fix of a device, and has tried it', async () => {
    const { stdout } = await devgraph(`probe ${ROCK} --drivers list --unblock ff9a0000.gpu`, {
      list: WITHOUT_POWER,
    });
    expect(stdout).toContain('ff9a0000.gpu needs 1 fix:');
    expect(stdout).toContain('Tried: with them it binds, and without any one of them it does not.');
  });

  it('finds fixes that show up only when others are made', async () => {
    const list = COMPATIBLES.filter(
      (entry) => !['rockchip,rk3399-i2c', 'rockchip,rk808'].includes(entry),
    ).join('\n');
    const { stdout } = await devgraph(
      `probe ${ROCK} --drivers list --unblock ff770000.syscon:io-domains --json`,
      { list },
    );
    const answer = JSON.parse(stdout);
    expect(answer.binds).toBe(true);
    expect(answer.fixes.map(({ device }: { device: string }) => device)).toEqual([
      'platform:ff3c0000.i2c',
      'i2c:0-001b',
    ]);
  });

  it.each([
    ['probe', 'name a board'],
    [`probe ${ROCK} --drivers nothing`, 'nothing: cannot be read: no such file'],
    [`probe ${ROCK} --drivers empty`, 'empty: names no driver'],
    [`probe ${ROCK} --unblock ff9a0000.gpv`, 'did you mean ff9a0000.gpu?'],
    [`probe ${ROCK} --kernel /nowhere/at/all`, '/nowhere/at/all: cannot be read: no such file'],
  ])('%s ends with status 2 and says why', async (line, words) => {
    const { status, stdout, stderr } = await devgraph(line, { empty: '# nothing\n' });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
  });
});

describe('devgraph probe with an installed kernel', () => {
  const folder = mkdtempSync(join(tmpdir(), 'devgraph-probe-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function install(name: string, image: Uint8Array, files: Readonly<Record<string, string>>): string {
    const root = join(folder, name);
    mkdirSync(join(root, 'boot'), { recursive: true });
    mkdirSync(join(root, 'lib/modules/6.12.0-test'), { recursive: true });
    writeFileSync(join(root, 'boot/vmlinuz-6.12.0-test'), image);
    for (const [file, text] of Object.entries(files))
      writeFileSync(join(root, 'lib/modules/6.12.0-test', file), text);
    return root;
  }
  const others = COMPATIBLES.filter((entry) => entry !== POWER && entry !== 'rockchip,rk808');
  const image = writeKernel({
    drivers: [
      { name: 'simple-pm-bus', compatibles: ['simple-pm-bus', 'simple-bus'], level: 6 },
      { name: 'rest', compatibles: others, level: 6 },
    ],
    relocated: true,
  });
  const modules = {
    'modules.alias': `alias of:N*T*C${POWER} pm_domains\nalias of:N*T*C${POWER}C* pm_domains\n`,
    'modules.dep': 'kernel/drivers/pm-domains.ko:\n',
  };

  it('says which device no driver of that kernel matches', async () => {
    const { status, stdout } = await devgraph(
      `probe ${ROCK} --kernel ${install('plain', image, modules)} --json`,
    );
    expect(status).toBe(0);
    const { roots, bound }: ProbeResult = JSON.parse(stdout);
    expect(bound).toContain('platform:ff9a0000.gpu');
    expect(roots.filter(({ blocks }) => blocks.length > 0).map(({ device }) => device)).toEqual([
      'i2c:0-001b',
    ]);
  });

  it('says which module is missing as long as none is loaded, from a compressed image too', async () => {
    const root = install('packed', gzipSync(image), modules);
    const { stdout } = await devgraph(`probe ${ROCK} --kernel ${root} --modules-at never`);
    const words = stdout.replace(/\s+/g, ' ');
    expect(words).toContain('module pm_domains is not loaded');
    expect(words).toContain('drivers of 6.12.0-test, modules at never');
  });

  it.each([
    [
      'an image of nothing known',
      new TextEncoder().encode('not a kernel '.repeat(20)),
      'no kernel image that is known here',
    ],
    ['a damaged gzip', gzipSync(image).subarray(0, 900), 'damaged'],
  ])('%s ends with status 2 and says so', async (name, bytes, words) => {
    const { status, stderr } = await devgraph(
      `probe ${ROCK} --kernel ${install(name.replaceAll(' ', '-'), bytes, modules)}`,
    );
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });

  it('is the one of a folder like /boot, with the configuration beside it', async () => {
    const boot = join(folder, 'alone/boot');
    mkdirSync(boot, { recursive: true });
    writeFileSync(join(boot, 'vmlinuz-6.12.0-test'), image);
    writeFileSync(join(boot, 'config-6.12.0-test'), 'CONFIG_ARM_AMBA=y\n');
    for (const kernel of [boot, join(folder, 'alone'), join(boot, 'vmlinuz-6.12.0-test')]) {
      const { stdout } = await devgraph(`probe ${ROCK} --kernel ${kernel}`);
      expect(stdout).toContain('Not known: no modules: only an image was given.');
      expect(stdout).not.toContain('no configuration');
    }
    writeFileSync(join(boot, 'vmlinuz-6.13.0-test'), image);
    const { status, stderr } = await devgraph(`probe ${ROCK} --kernel ${boot}`);
    expect(status).toBe(2);
    expect(stderr).toContain(
      'has 2 kernels: vmlinuz-6.12.0-test, vmlinuz-6.13.0-test; hand in one of these files',
    );
  });

  it('a folder without a kernel is refused', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    const { status, stderr } = await devgraph(`probe ${ROCK} --kernel ${empty}`);
    expect(status).toBe(2);
    expect(stderr).toContain('neither lib/modules/RELEASE nor an image in boot/');
  });
});
