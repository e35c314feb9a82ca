import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BootEvent, createBootLogReader, readDevicesDeferred } from '../../src/logs/index.ts';

function eventsOf(text: string): BootEvent[] {
  const events: BootEvent[] = [];
  const reader = createBootLogReader((event) => events.push(event));
  reader.push(new TextEncoder().encode(text));
  reader.end();
  return events;
}

const WAITS = { kind: 'waits' } as const;

describe('a message of the driver core', () => {
  it.each([
    // 6.12
    [
      "[    3.450794] amba 3f201000.serial: bus: 'amba': __driver_probe_device: matched device with driver uart-pl011",
      { kind: 'matched', device: '3f201000.serial', driver: 'uart-pl011', bus: 'amba', time: 3_450_794 },
    ],
    [
      '[    3.451599] amba 3f201000.serial: error -EPROBE_DEFER: wait for supplier /soc/gpio@7e200000/gpclk2-gpio43',
      { ...WAITS, device: '3f201000.serial', supplier: '/soc/gpio@7e200000/gpclk2-gpio43' },
    ],
    [
      '[   16.435974] platform soc:firmware: error -EPROBE_DEFER: supplier 3f00b880.mailbox not ready',
      { ...WAITS, device: 'soc:firmware', supplier: '3f00b880.mailbox' },
    ],
    [
      '[   16.468094] raspberrypi-exp-gpio soc:firmware:gpio: Driver raspberrypi-exp-gpio requests probe deferral',
      { kind: 'driver-defers', device: 'soc:firmware:gpio', driver: 'raspberrypi-exp-gpio' },
    ],
    [
      '[   18.637741] pwrseq_simple wifi-pwrseq: probe with driver pwrseq_simple failed with error -5',
      { kind: 'failed', device: 'wifi-pwrseq', driver: 'pwrseq_simple', error: -5 },
    ],
    [
      '[   16.715816] bcm2835-power bcm2835-power: probe with driver bcm2835-power rejects match -19',
      { kind: 'declined', device: 'bcm2835-power', error: -19 },
    ],
    [
      '[   48.704807] vc4_hdmi 3f902000.hdmi: deferred probe timeout, ignoring dependency',
      { kind: 'timed-out', device: '3f902000.hdmi' },
    ],
    [
      'platform fe800000.usb: deferred probe pending: platform: wait for supplier /phy@ff7c0000/usb3-port',
      { kind: 'pending', device: 'fe800000.usb', supplier: '/phy@ff7c0000/usb3-port' },
    ],
    [
      '<6>[   12.5][    T1] platform fe800000.usb: deferred probe pending: (reason unknown)',
      { kind: 'pending', device: 'fe800000.usb', reason: undefined, supplier: undefined },
    ],
    ["[    3.457] device: '3f300000.mmc': device_add", { kind: 'added', device: '3f300000.mmc' }],
    [
      'rockchip-pm-domain ff100000.syscon:power-controller: sync_state() pending due to ff300000.gpu',
      { kind: 'sync-state-pending', device: 'ff100000.syscon:power-controller', consumer: 'ff300000.gpu' },
    ],
    // 5.4 to 5.15
    [
      '[    1.2] platform vcc3v3-sys: probe deferral - supplier vcc12v0-sys not ready',
      { ...WAITS, device: 'vcc3v3-sys', supplier: 'vcc12v0-sys' },
    ],
    [
      '[    1.2] platform vcc1v8-s3: probe deferral - wait for supplier pmic@1b',
      { ...WAITS, device: 'vcc1v8-s3', supplier: 'pmic@1b' },
    ],
    [
      "[    1.3] bus: 'platform': really_probe: probing driver rk808 with device 0-001b",
      { kind: 'probing', device: '0-001b', driver: 'rk808' },
    ],
    [
      "[    1.4] bus: 'i2c': really_probe: bound device 0-001b to driver rk808",
      { kind: 'bound', device: '0-001b', driver: 'rk808' },
    ],
    [
      '[    1.5] rk_iommu: probe of ff914000.iommu failed with error -110',
      { kind: 'failed', device: 'ff914000.iommu', driver: 'rk_iommu', error: -110 },
    ],
    [
      '[    9.1] ff9a0000.gpu: ignoring dependency for device, assuming no driver',
      { kind: 'timed-out', device: 'ff9a0000.gpu' },
    ],
    [
      'Nov 20 20:06:01 host kernel: platform fe800000.usb: deferred probe pending',
      { kind: 'pending', device: 'fe800000.usb' },
    ],
  ])('%s', (line, expected) => {
    expect(eventsOf(`${line}\r\n`)).toEqual([expect.objectContaining(expected)]);
  });

  it.each([
    'my shell printed: Added to deferred list of things to do',
    'user: error -EPROBE_DEFER',
    "[    1.0] device: 'a': device_del",
  ])('is not read from: %s', (line) => {
    expect(eventsOf(line).filter(({ kind }) => kind !== 'deferred')).toEqual([]);
  });

  it('is found again however the log is cut into pieces, and nothing breaks on damage', () => {
    const line =
      '[   16.435974] platform soc:firmware: error -EPROBE_DEFER: supplier 3f00b880.mailbox not ready\n';
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(200), (noise, cut) => {
        const bytes = new Uint8Array([...noise, 10, ...new TextEncoder().encode(line)]);
        const found: BootEvent[] = [];
        const reader = createBootLogReader((event) => found.push(event));
        reader.push(bytes.subarray(0, cut));
        reader.push(bytes.subarray(cut));
        const { lines, understood } = reader.end();
        expect(found.at(-1)).toMatchObject({ kind: 'waits', device: 'soc:firmware' });
        expect(understood).toBe(found.length);
        expect(lines).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

describe('devices_deferred', () => {
  it('names devices with and without a reason', () => {
    expect(
      readDevicesDeferred(
        'fc400000.usb\tplatform: wait for supplier /phy@fed90000/usb3-port\n3f300000.mmc\t\nplain\n\n',
      ),
    ).toEqual([
      { device: 'fc400000.usb', reason: 'platform: wait for supplier /phy@fed90000/usb3-port' },
      { device: '3f300000.mmc', reason: undefined },
      { device: 'plain', reason: undefined },
    ]);
  });
});
