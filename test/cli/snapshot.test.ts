import { describe, expect, it } from 'vitest';
import type { LinksResult } from '../../src/analysis/links.ts';
import type { OrderResult } from '../../src/analysis/order.ts';
import type { ProbeClosure } from '../../src/analysis/probe-closure.ts';
import type { ProbeResult } from '../../src/analysis/probe-outcome.ts';
import type { SyncStateRow } from '../../src/analysis/sync-state-waits.ts';
import { SNAPSHOT_SCRIPT } from '../../src/snapshots/index.ts';
import { devgraph } from '../support/run-cli.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { PI, piSnapshot, piWithoutRoot, recordedPi, unpackedPi } from '../support/snapshots.ts';
import { tarArchive } from '../support/tar-writer.ts';

const files = { [PI]: piSnapshot() };

async function json<T>(
  line: string,
  given: Readonly<Record<string, string | Uint8Array>> = files,
): Promise<T> {
  const { stdout, stderr, status } = await devgraph(`${line} --json`, given);
  expect({ stderr, ok: status < 2 }).toEqual({ stderr: '', ok: true });
  return JSON.parse(stdout) as T;
}

describe('a snapshot of a booted Raspberry Pi', () => {
  it('has the device links that the model makes of its tree and its drivers, in the same states', async () => {
    const { links, system } = await json<LinksResult>(`links ${PI}`);
    expect(system!.release).toBe('6.12.117+deb12-arm64');
    expect(system!.links).toHaveLength(31);
    expect({ links: links.length, same: system!.same }).toEqual({ links: 30, same: 30 });
    // A regulator's consumer gets a stateless link when it asks for the supply.
    expect(system!.differences).toEqual([
      {
        supplier: 'regulator:regulator.0',
        consumer: 'platform:3f980000.usb',
        what: 'only on the system',
        explanation: 'not tracked, runtime_pm 0: stateless, so a driver or a subsystem made it',
      },
    ]);
  });

  it('has other links than a model with other drivers, and both sides are named', async () => {
    const { system } = await json<LinksResult>(`links ${PI} --drivers none`);
    expect(system!.same).toBeLessThan(30);
    expect(system!.differences).toContainEqual({
      supplier: 'platform:soc:firmware:gpio',
      consumer: 'platform:leds',
      what: 'other state',
      explanation: 'status available, in the model dormant',
    });
  });

  it('registered its devices in the order of the model, and suspended most of them in it', async () => {
    const { system } = await json<OrderResult>(`order ${PI}`);
    expect(system!.registration).toEqual({ compared: 38, outOfPlace: [] });
    const { compared, outOfPlace } = system!.suspend!;
    expect(compared).toBe(38);
    // Moved by retries of deferred probes at moments that the model does not know.
    expect(outOfPlace.map(({ device }) => device).sort()).toEqual([
      'platform:3f806000.vec',
      'platform:3f902000.hdmi',
      'platform:3fc00000.v3d',
      'platform:soc:firmware:clocks',
      'platform:soc:power',
    ]);
  });

  it('has bound what the model binds', async () => {
    const { bound, system } = await json<ProbeResult>(`probe ${PI}`);
    expect(system!.bound).toEqual(bound);
    expect(bound).toHaveLength(29);
    expect(system!.deferred).toEqual([{ device: '3f300000.mmc', reason: null }]);
    expect(system!.differences.map(({ device, what }) => `${device} ${what}`)).toEqual([
      'platform:3f201000.serial:bluetooth another device there',
      'platform:3f980000.usb:usb1@1 not on the system',
    ]);
    expect(system!.order!.compared).toBe(29);
    // The firmware's children are deferred by their drivers, which the model cannot foresee.
    expect(system!.order!.outOfPlace.map(({ device }) => device)).toEqual([
      'platform:soc:firmware:gpio',
      'platform:soc:firmware:clocks',
      'platform:soc:power',
    ]);
  });

  it('says by its kernel log why a device is deferred for ever, and by its drivers what failed', async () => {
    const { roots, system } = await json<ProbeResult>(`probe ${PI}`);
    expect(system!.logRoots!.find(({ device }) => device === 'wifi-pwrseq')!.echoes).toEqual([
      '3f300000.mmc',
    ]);
    const kinds = Object.fromEntries(roots.map(({ device, kind }) => [device, kind]));
    expect(kinds).toMatchObject({
      'platform:3f300000.mmc': 'driver-deferral',
      'platform:wifi-pwrseq': 'failed',
      'platform:3fc00000.v3d': 'failed',
    });
  });

  it('is asked with the parameters of its own command line where none are given', async () => {
    const heading = async (options: string) => (await devgraph(`probe ${PI} ${options}`, files)).stdout;
    expect(await heading('')).toContain('after the deferred-probe timeout, drivers of the running');
    expect(await heading('--drivers all')).toContain('a driver for every compatible');
  });

  it('takes its own kernel log for the log of check and timeline', async () => {
    const check = await json<{ logs: { cycles: number; devicesOnBoard: string[] }[] }>(`check ${PI}`);
    expect(check.logs).toHaveLength(1);
    expect(check.logs[0]!.cycles).toBe(1);
    expect(check.logs[0]!.devicesOnBoard).toHaveLength(38);
    const timeline = await json<{ input: string; board: string }>(`timeline ${PI}`);
    expect(timeline).toMatchObject({ input: `${PI}/dmesg`, board: PI });
  });

  it('tells of a path whether the system has its links', async () => {
    const { system } = await json<{ system: string[] }>(`why ${PI} 3f202000.mmc 3f101000.cprman`);
    expect(system).toEqual(['On the system the link 3f202000.mmc -> 3f101000.cprman is active']);
  });

  it('knows by its modules what an initramfs needs for a device', async () => {
    const { modules } = await json<ProbeClosure>(`probe ${PI} --closure 3f980000.usb`);
    // modules.dep of that kernel; the names of the drivers are usb_phy_generic and dwc2.
    expect(modules[0]).toBe('phy_generic');
    expect(modules.at(-1)).toBe('dwc2');
    expect(modules).toContain('usbcore');
  });

  it('says which suppliers wait for their sync_state, by the state_synced of the system', async () => {
    const none = await devgraph(`probe ${PI} --sync-state`, files);
    expect(none.stdout).toContain('No supplier waits');
    const changed = await unpackedPi();
    const devices = new TextDecoder().decode(changed['pi/devices.txt'] as Uint8Array);
    const name = 'device platform/soc/3f101000.cprman\n';
    expect(devices).toContain(name);
    changed['pi/devices.txt'] = devices.replace(name, `${name}state_synced 0\n`);
    const { suppliers } = await json<{ suppliers: SyncStateRow[] }>('probe pi --sync-state', changed);
    expect(suppliers).toHaveLength(1);
    expect(suppliers[0]).toMatchObject({
      supplier: 'platform:3f101000.cprman',
      waits: [{ consumer: 'platform:3f300000.mmc', verdict: 'real' }],
      system: { waits: true, consumers: [{ consumer: 'platform:3f300000.mmc', status: 'available' }] },
    });
    const text = await devgraph('probe pi --sync-state', changed);
    expect(text.stdout).toContain('the system waits too (state_synced 0), for 3f300000.mmc (available)');
  });

  it('is a board for a scenario', async () => {
    const scenario = `board: ${PI}\ndrivers: [{ name: any, compatible: "*" }]\nsteps: []\n`;
    const { stderr, stdout } = await devgraph('simulate x.yaml --json', { ...files, 'x.yaml': scenario });
    expect(stderr).toBe('');
    expect(stdout).toContain('3f202000.mmc');
  });

  it('made without root has the tree by its folders, and the same links', async () => {
    const user = await json<LinksResult>('links pi', await piWithoutRoot());
    const root = await json<LinksResult>('links pi', await unpackedPi());
    expect(user).toEqual(root);
    const { 'pi/sys/kernel/debug/devices_deferred': _, ...bare } = await piWithoutRoot();
    const { stdout } = await devgraph('probe pi', bare);
    expect(stdout).toContain('Not known: which devices are deferred');
  });

  it('gives the same answers unpacked, and from standard input', async () => {
    const packed = await devgraph(`links ${PI} --json`, files);
    const input = await devgraph('links - --json', { '-': piSnapshot() });
    expect(input.stdout).toBe(packed.stdout);
    const folder = await devgraph('links pi --json', await unpackedPi());
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
    const cut = piSnapshot().subarray(0, 20_000);
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
