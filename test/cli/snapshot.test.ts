import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LinksResult } from '../../src/analysis/links.ts';
import type { OrderResult } from '../../src/analysis/order.ts';
import type { ProbeClosure } from '../../src/analysis/probe-closure.ts';
import type { ProbeResult } from '../../src/analysis/probe-outcome.ts';
import type { SyncStateRow } from '../../src/analysis/sync-state-waits.ts';
import type { Unblocking } from '../../src/analysis/unblock.ts';
import { SNAPSHOT_SCRIPT } from '../../src/snapshots/index.ts';
import { devgraph } from '../support/run-cli.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { BENCH, benchSnapshot, benchWithoutRoot, recordedPi, unpackedBench } from '../support/snapshots.ts';
import { tarArchive } from '../support/tar-writer.ts';

const files = { [BENCH]: benchSnapshot() };

async function json<T>(
  line: string,
  given: Readonly<Record<string, string | Uint8Array>> = files,
): Promise<T> {
  const { stdout, stderr, status } = await devgraph(`${line} --json`, given);
  expect({ stderr, ok: status < 2 }).toEqual({ stderr: '', ok: true });
  return JSON.parse(stdout) as T;
}

describe('a snapshot of a booted board', () => {
  it('has the device links that the model makes of its tree and its drivers, in the same states', async () => {
    const { links, system } = await json<LinksResult>(`links ${BENCH}`);
    expect(system!.release).toBe('6.12.117+deb12-arm64');
    expect(system!.links).toHaveLength(9);
    expect({ links: links.length, same: system!.same }).toEqual({ links: 8, same: 8 });
    // A regulator's consumer gets a stateless link when it asks for the supply.
    expect(system!.differences).toEqual([
      {
        supplier: 'regulator:regulator.4',
        consumer: 'platform:usb-phy',
        what: 'only on the system',
        explanation: 'not tracked, runtime_pm 0: stateless, so a driver or a subsystem made it',
      },
    ]);
    expect(links.filter(({ flags }) => flags.includes('CYCLE'))).toHaveLength(2);
  });

  it('has other links than a model with other drivers, and both sides are named', async () => {
    const { system } = await json<LinksResult>(`links ${BENCH} --drivers none`);
    expect(system!.same).toBeLessThan(8);
    expect(system!.differences).toContainEqual({
      supplier: 'amba:9030000.gpio',
      consumer: 'platform:i2c',
      what: 'other state',
      explanation: expect.stringContaining('status active, in the model dormant'),
    });
  });

  it('shows of one device what the system has of it', async () => {
    const { stdout } = await devgraph(`links ${BENCH} --device usb-phy`, files);
    expect(stdout).toContain('usb-phy <- regulator.4  not tracked');
    expect(stdout).not.toContain('amplifier <-');
  });

  it('registered its devices in the order of the model, and suspended all but one in it', async () => {
    const { system } = await json<OrderResult>(`order ${BENCH}`);
    expect(system!.registration).toEqual({ compared: 19, outOfPlace: [] });
    expect(system!.suspend).toEqual({
      compared: 17,
      // Moved by a retry of its probe at a moment that the model does not know.
      outOfPlace: [{ device: 'platform:regulator-lost', after: 'platform:regulator-right' }],
    });
  });

  it('has bound what the model binds, and left alone what the model leaves alone', async () => {
    const { bound, roots, system } = await json<ProbeResult>(`probe ${BENCH}`);
    expect(system!.bound).toEqual(bound);
    expect(bound).toHaveLength(12);
    expect(system!.agree).toBe(19);
    expect(system!.differences).toEqual([]);
    expect(Object.fromEntries(roots.map(({ device, node, kind }) => [device ?? node, kind]))).toEqual({
      'platform:bench-pmic': 'no-driver',
      'platform:pmic': 'no-driver',
      'platform:timer': 'no-driver',
      'platform:regulator-left': 'driver-deferral',
      'platform:regulator-right': 'driver-deferral',
      // Nobody answers at its address; the kernel says nothing of it.
      'i2c:0-0050': 'none-needed',
      '/regulator-off': 'disabled',
    });
    expect(roots[0]!.blocks).toEqual(['platform:regulator-lost']);
    expect(roots.find(({ device }) => device === 'platform:regulator-left')!.detail).toBe(
      'its driver asks for deferral: reg-fixed-voltage: Failed to register regulator: -517',
    );
  });

  it('has what its kernel log names as roots, but for what is bound by now', async () => {
    const { system } = await json<ProbeResult>(`probe ${BENCH}`);
    const names = system!.logRoots!.map(({ device }) => device);
    expect(names).toContain('regulator-lost');
    expect(names).not.toContain('regulator-io');
  });

  it('is unblocked by the driver that it has not', async () => {
    const { fixes, binds } = await json<Unblocking>(`probe ${BENCH} --unblock regulator-lost`);
    expect({ fixes: fixes.map(({ device }) => device), binds }).toEqual({
      fixes: ['platform:bench-pmic'],
      binds: true,
    });
  });

  it('is asked with the parameters of its own command line where none are given', async () => {
    const heading = async (options: string, given: Readonly<Record<string, string | Uint8Array>>) =>
      (await devgraph(`probe bench ${options}`, given)).stdout;
    const bench = await unpackedBench();
    expect(await heading('', bench)).toContain('after the deferred-probe timeout, drivers of the running');
    expect(await heading('--drivers all', bench)).toContain('a driver for every compatible');
    bench['bench/proc/cmdline'] =
      'x fw_devlink=on "a b=fw_devlink=off" fw_devlink.strict=1 deferred_probe_timeout=-1\n';
    const text = await heading('', bench);
    expect(text).toContain('fw_devlink=on strict');
    expect(text).not.toContain('after the deferred-probe timeout');
    expect(await heading('--fw-devlink permissive', bench)).toContain('fw_devlink=permissive');
  });

  it('takes its own kernel log for the log of check and timeline', async () => {
    const check = await json<{ logs: { cycles: number; devicesOnBoard: string[] }[] }>(`check ${BENCH}`);
    expect(check.logs).toHaveLength(1);
    expect(check.logs[0]!.cycles).toBe(1);
    expect(check.logs[0]!.devicesOnBoard).toHaveLength(17);
    const timeline = await json<{ input: string; board: string }>(`timeline ${BENCH}`);
    expect(timeline).toMatchObject({ input: `${BENCH}/dmesg`, board: BENCH });
  });

  it('tells of a path whether the system has its links', async () => {
    const { system } = await json<{ system: string[] }>(`why ${BENCH} amplifier regulator-io`);
    expect(system).toEqual(['On the system the link amplifier -> regulator-io is active']);
  });

  it('knows by its modules what an initramfs needs for a device', async () => {
    const { modules } = await json<ProbeClosure>(`probe ${BENCH} --closure amplifier`);
    // The driver of the regulators is reg-fixed-voltage, its module fixed; the rest is modules.dep of that kernel.
    expect(modules[0]).toBe('fixed');
    expect(modules.at(-1)).toBe('snd_soc_simple_amplifier');
    expect(modules).toContain('snd_soc_core');
  });

  it('says which suppliers wait for their sync_state, by the state_synced of the system', async () => {
    const none = await devgraph(`probe ${BENCH} --sync-state`, files);
    expect(none.stdout).toContain('No supplier waits');
    const changed = await unpackedBench();
    const devices = new TextDecoder().decode(changed['bench/devices.txt'] as Uint8Array);
    const name = 'device platform/regulator-io\n';
    expect(devices).toContain(name);
    changed['bench/devices.txt'] = devices.replace(name, `${name}state_synced 0\n`);
    const { suppliers } = await json<{ suppliers: SyncStateRow[] }>('probe bench --sync-state', changed);
    expect(suppliers).toHaveLength(1);
    expect(suppliers[0]).toMatchObject({
      supplier: 'platform:regulator-io',
      waits: [{ consumer: 'i2c:0-0050', verdict: 'by design' }],
      system: { waits: true, consumers: [{ consumer: 'i2c:0-0050', status: 'available' }] },
    });
    const text = await devgraph('probe bench --sync-state', changed);
    expect(text.stdout).toContain('the system waits too (state_synced 0), for 0-0050 (available)');
  });

  it('is a board for a scenario, and a side of diff', async () => {
    const scenario = `board: ${BENCH}\ndrivers: [{ name: any, compatible: "*" }]\nsteps: []\n`;
    const { stderr, stdout } = await devgraph('simulate x.yaml --json', { ...files, 'x.yaml': scenario });
    expect(stderr).toBe('');
    expect(stdout).toContain('usb-phy');
    expect((await devgraph(`diff ${BENCH} ${BENCH}`, files)).stdout).toMatch(
      /^devgraph bench board beside itself/,
    );
  });

  it.each(['simulate', 'explore', 'dma'])('is no scenario: %s says what to write instead', async (verb) => {
    const snapshot = await devgraph(`${verb} ${BENCH}`, files);
    expect(snapshot.status).toBe(2);
    expect(snapshot.stderr).toContain('is a snapshot of a system, not a');
    expect(snapshot.stderr).toContain("write a scenario with the line 'board: FILE'");
    const blob = readFileSync(new URL('../../examples/boards/imx8mp-evk.dtb', import.meta.url));
    expect((await devgraph(`${verb} x.dtb`, { 'x.dtb': blob })).stderr).toContain('x.dtb: is a board, not a');
  });

  it('made without root has the tree by its folders, and the same links', async () => {
    const user = await json<LinksResult>('links bench', await benchWithoutRoot());
    const root = await json<LinksResult>('links bench', await unpackedBench());
    expect(user).toEqual(root);
    const { 'bench/sys/kernel/debug/devices_deferred': _, ...bare } = await benchWithoutRoot();
    const { stdout } = await devgraph('probe bench', bare);
    expect(stdout).toContain('Not known: which devices are deferred');
  });

  it('gives the same answers unpacked, and from standard input', async () => {
    const packed = await devgraph(`links ${BENCH} --json`, files);
    const input = await devgraph('links - --json', { '-': benchSnapshot() });
    expect(input.stdout).toBe(packed.stdout);
    const folder = await devgraph('links bench --json', await unpackedBench());
    expect(folder.stdout).toBe(packed.stdout);
  });
});

describe('a snapshot that says less', () => {
  const mark = 'devgraph-snapshot 1\nrelease 6.18.0\nmachine x86_64\n';
  const bare = {
    'vm/snapshot.txt': mark,
    'vm/unread.txt': '/sys/firmware/fdt: does not exist\n',
    'vm/dmesg': '[    1.0] hello\n',
    'vm/devlinks.txt': 'link pci:0000:00:1c.0--pci:0000:01:00.0\nstatus active\nruntime_pm 1\n',
  };

  it('without a device tree has its own links to show', async () => {
    const { stdout } = await devgraph('links vm', bare);
    expect(stdout).toContain('0000:01:00.0 <- 0000:00:1c.0  active, runtime_pm');
    expect(stdout).toContain('No model beside them: the snapshot has no device tree.');
  });

  it('without a device tree is refused where a model is needed, with the reason', async () => {
    expect(await devgraph('order vm', bare)).toMatchObject({
      status: 2,
      stderr:
        'devgraph order: vm: has no device tree (/sys/firmware/fdt: does not exist); of a system without one (ACPI) links, check, probe and timeline tell what they can\n',
    });
  });

  it('without a device tree has the account of its kernel log', async () => {
    const { stdout, status } = await devgraph('probe vm', bare);
    expect(status).toBe(0);
    expect(stdout).toContain('Nothing failed and nothing is left deferred.');
  });

  it('without rights says that root is needed', async () => {
    const { stderr } = await devgraph('order vm', {
      'vm/snapshot.txt': mark,
      'vm/unread.txt': '/sys/firmware/fdt: not readable for you\n',
    });
    expect(stderr).toContain(
      'has no device tree (/sys/firmware/fdt: not readable for you); make the snapshot as root',
    );
  });

  it('of another format is refused', async () => {
    const { stderr } = await devgraph('links vm', { 'vm/snapshot.txt': 'devgraph-snapshot 9\n' });
    expect(stderr).toContain("vm, snapshot.txt: does not begin with 'devgraph-snapshot 1'");
  });

  it('that is some other archive is refused', async () => {
    const other = tarArchive([{ name: 'README', data: 'x' }]);
    expect((await devgraph('links x.tar', { 'x.tar': other })).stderr).toContain('no snapshot');
    const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3);
    expect((await devgraph('links x.tar.gz', { 'x.tar.gz': gzip })).stderr).toContain('damaged or cut off');
    const bomb = gzipSync(new Uint8Array(65 * 1024 * 1024));
    expect((await devgraph('links x.tar.gz', { 'x.tar.gz': bomb })).stderr).toContain('unpacks to more than');
    const cut = benchSnapshot().subarray(0, 15_000);
    expect((await devgraph('links x.tar.gz', { 'x.tar.gz': cut })).stderr).toContain('damaged or cut off');
  });

  it('leaves live drivers to snapshots', async () => {
    expect((await devgraph('links imx8mp-evk.dtb --drivers live')).stderr).toContain(
      '--drivers live goes with a snapshot',
    );
    expect((await devgraph('order imx8mp-evk.dtb --async live')).stderr).toContain(
      '--async live goes with a snapshot',
    );
  });
});

describe('devgraph snapshot-script', () => {
  it('prints the script', async () => {
    expect((await devgraph('snapshot-script')).stdout).toBe(SNAPSHOT_SCRIPT);
  });
});

describeWithSharedData('the recorded Raspberry Pi as an unpacked snapshot', ['rpi3b/boot.dmesg'], () => {
  it('has the recorded links as the model has them, but for a stateless one and one that was dropped', async () => {
    const { system } = await json<LinksResult>('links pi', recordedPi());
    expect(system!.links).toHaveLength(30);
    expect(system!.same).toBe(29);
    expect(system!.differences.map(({ supplier, what }) => [supplier, what])).toEqual([
      ['regulator:regulator.0', 'only on the system'],
      // Its driver came at 50 s, after the timeout; the log says 'Dropping the link to phy'.
      ['platform:phy', 'only in the model'],
    ]);
    expect(system!.differences[1]!.explanation).toContain('bound only after the deferred-probe timeout');
  });

  it('gives the account of its log that probe --log gives', async () => {
    const recorded = recordedPi();
    const { system } = await json<ProbeResult>('probe pi', recorded);
    const log = await json<{ roots: { device: string }[] }>(
      'probe pi.dtb --log boot.dmesg --deferred deferred',
      {
        'pi.dtb': recorded['pi/sys/firmware/fdt']!,
        'boot.dmesg': recorded['pi/dmesg']!,
        deferred: recorded['pi/sys/kernel/debug/devices_deferred']!,
      },
    );
    expect(system!.logRoots).toEqual(log.roots);
  });

  it('has bound what the model binds with its drivers', async () => {
    const { bound, system } = await json<ProbeResult>('probe pi', recordedPi());
    expect(system!.bound).toEqual(bound);
    expect(system!.differences.map(({ device }) => device).sort()).toEqual([
      'platform:3f201000.serial:bluetooth',
      'platform:3f980000.usb:usb1@1',
    ]);
  });
});
