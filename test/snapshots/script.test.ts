import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSnapshot, SNAPSHOT_SCRIPT, unpackSnapshot } from '../../src/snapshots/index.ts';
import { allFiles, type FakeSystem, layFakeSystem, packFakeSystem } from '../support/fake-system.ts';

/** Every byte value, as a device-tree blob may have. */
const BLOB = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);

const SYSTEM: FakeSystem = {
  devices: [
    { path: 'platform', attributes: { 'power/control': 'auto' } },
    {
      path: 'platform/soc/3f202000.mmc',
      bus: 'platform',
      driver: 'sdhost-bcm2835',
      node: '/soc/mmc@7e202000',
      attributes: {
        'power/control': 'auto',
        'power/runtime_status': 'unsupported',
        'power/async': 'enabled',
        state_synced: '0',
      },
    },
    {
      path: 'platform/a device with blanks, and: colons@1',
      bus: 'platform',
      attributes: { waiting_for_supplier: '1' },
    },
    {
      path: 'platform/3f101000.cprman',
      bus: 'platform',
      driver: 'bcm2835-clk',
      node: '/soc/cprman@7e101000',
    },
  ],
  links: [
    {
      name: 'platform:3f101000.cprman--platform:3f202000.mmc',
      supplier: 'platform/3f101000.cprman',
      consumer: 'platform/soc/3f202000.mmc',
      attributes: { status: 'active', runtime_pm: '1', auto_remove_on: 'never', sync_state_only: '0' },
    },
    {
      // A kernel before 5.9 names them so.
      name: 'platform:3f101000.cprman:platform:a device with blanks, and: colons@1',
      supplier: 'platform/3f101000.cprman',
      consumer: 'platform/a device with blanks, and: colons@1',
      attributes: { status: 'not tracked', runtime_pm: '0', auto_remove_on: 'consumer unbind' },
    },
  ],
  files: {
    '/sys/firmware/fdt': BLOB,
    '/proc/cmdline': 'console=ttyS0 fw_devlink=permissive\n',
    '/proc/uptime': '123.45 99.00\n',
    '/proc/modules': 'vc4 1 0 - Live 0x0\n',
    '/sys/kernel/debug/devices_deferred': '3f300000.mmc\t\nx.y\tplatform: supplier z not ready\n',
    '/lib/modules/6.12.0-fake/modules.alias': 'alias of:N*T*Cbrcm,x vc4\n',
    // It exists and cannot be read, even by root.
    '/proc/config.gz': null,
  },
  dmesg: 'one line\nof 100% \\n trouble "\'`$(x)\n',
};

/** Shells that a board may have; which of them are here. */
const SHELLS = ['dash', 'busybox ash', 'bash'].filter((shell) => {
  const isHere = spawnSync(shell.split(' ')[0]!, ['--help'], { stdio: 'ignore' }).error === undefined;
  if (!isHere) console.warn(`skipped: the snapshot script in ${shell}: not installed`);
  return isHere;
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'devgraph-snapshot-'));
  layFakeSystem(folder, SYSTEM);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(SHELLS)('the snapshot script in %s', (shell) => {
  let packed: Uint8Array;
  let [before, after]: string[][] = [[], []];
  beforeAll(() => {
    before = allFiles(folder);
    packed = packFakeSystem(folder, shell);
    after = allFiles(folder);
  });

  it('packs a system so that all of it can be read', async () => {
    const files = await unpackSnapshot(packed, 'x.tar.gz');
    expect(files.get('sys/firmware/fdt')).toEqual(BLOB);
    expect(new TextDecoder().decode(files.get('dmesg'))).toBe(SYSTEM.dmesg);
    expect(new TextDecoder().decode(files.get('lib/modules/6.12.0-fake/modules.alias'))).toContain('brcm,x');
    const system = readSnapshot(files, 'x.tar.gz');
    expect(system).toMatchObject({
      release: '6.12.0-fake',
      machine: 'aarch64',
      uptime: 123.45,
      modules: ['vc4'],
    });
    expect(system.commandLine).toBe('console=ttyS0 fw_devlink=permissive');
    expect(system.deferred).toEqual(
      new Map([
        ['3f300000.mmc', null],
        ['x.y', 'platform: supplier z not ready'],
      ]),
    );
    const mmc = system.devices.find(({ name }) => name === '3f202000.mmc');
    expect(mmc).toMatchObject({
      id: 'platform:3f202000.mmc',
      path: 'platform/soc/3f202000.mmc',
      node: '/soc/mmc@7e202000',
      driver: { bus: 'platform', name: 'sdhost-bcm2835' },
      stateSynced: false,
      waitingForSupplier: null,
      power: { control: 'auto', runtime_status: 'unsupported', async: 'enabled' },
      registered: expect.any(Number),
      bound: expect.any(Number),
    });
    const odd = 'platform:a device with blanks, and: colons@1';
    expect(system.devices.find(({ id }) => id === odd)).toMatchObject({
      waitingForSupplier: true,
      driver: null,
    });
    expect(system.links).toEqual([
      {
        supplier: 'platform:3f101000.cprman',
        consumer: 'platform:3f202000.mmc',
        status: 'active',
        autoRemoveOn: 'never',
        runtimePm: true,
        syncStateOnly: false,
      },
      {
        supplier: 'platform:3f101000.cprman',
        consumer: odd,
        status: 'not tracked',
        autoRemoveOn: 'consumer unbind',
        runtimePm: false,
        syncStateOnly: false,
      },
    ]);
    expect(system.drivers.map(({ name }) => name).sort()).toEqual(['bcm2835-clk', 'sdhost-bcm2835']);
  });

  it('says what it could not read, and goes on', async () => {
    const { unread } = readSnapshot(await unpackSnapshot(packed, 'x'), 'x');
    expect(unread).toContain('/proc/config.gz: not readable for you');
    expect(unread).toContain('/sys/kernel/debug/dmaengine/summary: does not exist');
  });

  it('writes nothing but its output', () => {
    expect(after).toEqual(before);
  });

  it('makes an archive that tar unpacks', () => {
    const blob = execFileSync('tar', ['-xzOf', '-', 'devgraph-snapshot/sys/firmware/fdt'], { input: packed });
    expect(Uint8Array.from(blob)).toEqual(BLOB);
  });
});

describe('the snapshot script', () => {
  const run = (...args: string[]) =>
    spawnSync('sh', [join(folder, 'snapshot.sh'), ...args], {
      encoding: 'latin1',
      cwd: folder,
      env: { PATH: process.env.PATH, DEVGRAPH_ROOT: join(folder, 'root') },
    });

  it('writes the file that it is given, whole, and no second one over it', () => {
    expect(run('board.tar.gz').status).toBe(0);
    const bytes = readFileSync(join(folder, 'board.tar.gz'));
    expect(run('board.tar.gz')).toMatchObject({
      status: 2,
      stderr: 'devgraph snapshot: board.tar.gz exists\n',
    });
    expect(readFileSync(join(folder, 'board.tar.gz'))).toEqual(bytes);
    expect(existsSync(join(folder, 'board.tar.gz.part'))).toBe(false);
  });

  it('does nothing at all where it was cut off on its way', () => {
    // The last line calls it.
    const cut = SNAPSHOT_SCRIPT.slice(0, SNAPSHOT_SCRIPT.lastIndexOf('main "$@"'));
    const { stdout, status } = spawnSync('sh', { input: cut, encoding: 'latin1', cwd: folder });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  it('has no word that a shell without bashisms would not know', () => {
    expect(SNAPSHOT_SCRIPT).not.toMatch(/\[\[|\blocal\b|\bfunction\b|\$'|<\(|&>/);
    expect(SNAPSHOT_SCRIPT).not.toContain('$\\{');
  });
});
