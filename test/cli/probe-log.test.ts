import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { BootAccount } from '../../src/analysis/boot-account.ts';
import type { RecordedBoot } from '../../src/analysis/boot-agreement.ts';
import { probeLogSchema } from '../../src/report/probe-log-schema.ts';
import { devgraph } from '../support/run-cli.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';

type Account = BootAccount & Pick<RecordedBoot, 'log' | 'agreement'>;

describeWithSharedData('the recorded boot of a Raspberry Pi 3', ['rpi3b/boot.dmesg'], () => {
  const files = () => ({
    'pi.dtb': readFileSync(sharedPath('rpi3b/bcm2837-rpi-3-b.dtb')),
    'boot.dmesg': readFileSync(sharedPath('rpi3b/boot.dmesg')),
    devices_deferred: readFileSync(sharedPath('rpi3b/devices_deferred')),
  });
  const account = async (
    line = 'probe pi.dtb --log boot.dmesg --deferred devices_deferred --json',
  ): Promise<Account> => JSON.parse((await devgraph(line, files())).stdout);

  it('says which devices bound: those that the running system shows with a driver', async () => {
    const bound = new Set(
      (await account()).devices.filter(({ fate }) => fate === 'bound').map(({ device }) => device),
    );
    // devices.txt: path, runtime_status, runtime_usage, control, async, of_node path, bound driver.
    const shown = readFileSync(sharedPath('rpi3b/devices.txt'), 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[0]?.startsWith('platform/') && fields.length >= 7 && fields[6] !== '-')
      .map((fields) => fields[0]!.split('/').at(-1)!);
    const treeBound = shown.filter((name) => /^[0-9a-f]{8}\.|^soc/.test(name));
    expect(treeBound.length).toBeGreaterThan(15);
    for (const name of treeBound) expect(bound, name).toContain(name);
  });

  it('knows why 3f300000.mmc is deferred for ever: its pwrseq failed, which no message says', async () => {
    const { roots, devices } = await account();
    const mmc = devices.find(({ device }) => device === '3f300000.mmc')!;
    expect(mmc).toMatchObject({ fate: 'deferred', reason: null });
    expect(mmc.retries.length).toBeGreaterThan(0);
    expect(roots[0]).toMatchObject({ device: 'wifi-pwrseq', kind: 'failed', echoes: ['3f300000.mmc'] });
  });

  it('names the three display devices that timed out on the domains of soc:power', async () => {
    const { roots } = await account();
    const timedOut = roots.filter(({ kind }) => kind === 'timed out');
    expect(timedOut.map(({ device }) => device)).toEqual(['3f902000.hdmi', '3f806000.vec', '3fc00000.v3d']);
    for (const { detail } of timedOut)
      expect(detail).toContain('it had asked for power-domains of soc:power (bound)');
  });

  it('explains every device on which model and log differ', async () => {
    const { agreement } = await account();
    expect(agreement!.agree).toBeGreaterThan(30);
    const silent = 'by its driver, not by the driver core';
    expect(
      Object.fromEntries(agreement!.disagreements.map(({ device, explanation }) => [device, explanation])),
    ).toEqual({
      '3f300000.mmc': expect.stringContaining('the driver core knows of no missing supplier'),
      'soc:firmware:clocks': silent,
      'soc:firmware:gpio': silent,
      'soc:power': silent,
      // Its supplier had been deferred by its own driver.
      'wifi-pwrseq': 'supplier soc:firmware:gpio not ready',
    });
  });

  it('gives JSON that its schema knows', async () => {
    const result = await account();
    expect(probeLogSchema.parse(result)).toEqual(result);
    expect(result.log).toMatchObject({
      machine: 'Raspberry Pi 3 Model B',
      origin: { foreign: false, doubt: null },
    });
  });

  it('is told to be of another board, and is not held against that one', async () => {
    const rock = readFileSync(new URL('../../examples/boards/rk3399-rock-pi-4b.dtb', import.meta.url));
    const line = 'probe rock.dtb --log boot.dmesg';
    const other = { ...files(), 'rock.dtb': rock };
    const { log, agreement, roots }: Account = JSON.parse((await devgraph(`${line} --json`, other)).stdout);
    expect(log.origin).toEqual({
      foreign: true,
      doubt:
        'its machine is Raspberry Pi 3 Model B, the board Radxa ROCK Pi 4B, and none of its 31 devices with an address is a device of Radxa ROCK Pi 4B',
    });
    expect(agreement).toBeNull();
    expect(roots).toEqual((await account('probe --log boot.dmesg --json')).roots);
    expect((await devgraph(line, other)).stdout).toContain('This log is of another board:');
  });

  it("may be of this board where only the model's name differs, since boot loaders change it", async () => {
    const renamed = files()['boot.dmesg'].toString().replace('3 Model B', '3 Model B Rev 1.2');
    const { stdout } = await devgraph('probe pi.dtb --log boot.dmesg', {
      ...files(),
      'boot.dmesg': Buffer.from(renamed),
    });
    expect(stdout).toContain('This log may be of another board');
    expect(stdout).toContain('Model and log agree on 33 devices');
  });

  it('says as much as it can without the board', async () => {
    const { roots, agreement } = await account('probe --log boot.dmesg --json');
    expect(agreement).toBeNull();
    const mmc = roots.find(({ device }) => device === '3f300000.mmc')!;
    expect(mmc).toMatchObject({ kind: 'driver-deferral' });
    expect(mmc.detail).toBe('driver sdhci-iproc asks for deferral and says no reason');
  });

  it('prints roots first, in words', async () => {
    const { stdout, status } = await devgraph('probe pi.dtb --log boot.dmesg', files());
    expect(status).toBe(0);
    expect(stdout.split('\n').slice(3, 7).join('\n')).toMatch(
      /^7 roots, those that hold back most first:\n {2}wifi-pwrseq/,
    );
  });
});
