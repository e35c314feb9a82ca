/** Every form in which a kernel log says something about system sleep, as one line and the event it means. */

import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../src/core/trace.ts';
import { eventOf, fateOf } from './reading.ts';

interface Case {
  readonly says: string;
  readonly line: string;
  readonly event: LogEvent;
}

const begin = {
  kind: 'callback-begin',
  time: 27_967_069,
  device: '4e10000.rng',
  driver: 'omap_rng',
  parent: '4e00000.crypto',
  direction: 'suspend',
  callback: 'platform_pm_suspend',
  task: 195,
} as const satisfies LogEvent;

const end = {
  kind: 'callback-end',
  time: 375_502_796,
  device: '0000:01:00.0',
  driver: 'nvme',
  error: 0,
  duration: 253_590,
  callback: 'pci_pm_suspend',
} as const satisfies LogEvent;

const CALLING = 'omap_rng 4e10000.rng: PM: calling platform_pm_suspend @ 195, parent: 4e00000.crypto';
const RETURNED = 'nvme 0000:01:00.0: PM: pci_pm_suspend returned 0 after 253590 usecs';

function without<T extends object, K extends keyof T>(event: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = event;
  return rest;
}

const CALLBACKS: readonly Case[] = [
  { says: 'a callback is called', line: `[   27.967069] ${CALLING}`, event: begin },
  { says: 'a callback returned', line: `[  375.502796] ${RETURNED}`, event: end },
  {
    says: 'a callback with the offset that %pS adds is called',
    line: '[  375.242285] nvme 0000:01:00.0: PM: calling pci_pm_suspend+0x0/0x170 @ 2952, parent: 0000:00:1d.0',
    event: {
      kind: 'callback-begin',
      time: 375_242_285,
      device: '0000:01:00.0',
      driver: 'nvme',
      parent: '0000:00:1d.0',
      direction: 'suspend',
      callback: 'pci_pm_suspend',
      task: 2952,
    },
  },
  {
    says: 'a callback with that offset returned',
    line: '[  375.502796] nvme 0000:01:00.0: PM: pci_pm_suspend+0x0/0x170 returned 0 after 253590 usecs',
    event: end,
  },
  {
    says: 'a callback of a module is called',
    line: '[  101.834650] usb usb1: PM: calling usb_dev_suspend [usbcore] @ 38, parent: 3f980000.usb',
    event: {
      kind: 'callback-begin',
      time: 101_834_650,
      device: 'usb1',
      driver: 'usb',
      parent: '3f980000.usb',
      direction: 'suspend',
      callback: 'usb_dev_suspend',
      task: 38,
    },
  },
  {
    says: 'a callback of a module, with an offset, returned',
    line: '[  101.835600] usb usb1: PM: usb_dev_resume+0x0/0x20 [usbcore] returned 0 after 477 usecs',
    event: {
      kind: 'callback-end',
      time: 101_835_600,
      device: 'usb1',
      driver: 'usb',
      error: 0,
      duration: 477,
      callback: 'usb_dev_resume',
    },
  },
  {
    says: 'a callback failed, and which task ran it (PRINTK_CALLER)',
    line: '[  297.876078][ T9394] vhci_hcd vhci_hcd.0: PM: platform_pm_suspend returned -16 after 1341 usecs',
    event: {
      kind: 'callback-end',
      time: 297_876_078,
      device: 'vhci_hcd.0',
      driver: 'vhci_hcd',
      error: -16,
      duration: 1341,
      callback: 'platform_pm_suspend',
      task: 9394,
    },
  },
  {
    says: 'the task of a begin is the one the message names',
    line: `[   27.967069][   T12] ${CALLING}`,
    event: begin,
  },
  {
    says: 'a CPU in interrupt context is no task',
    line: `[  375.502796][    C0] ${RETURNED}`,
    event: end,
  },
  {
    says: 'a parent none is no parent',
    line: '[   27.967069] omap_rng 4e10000.rng: PM: calling platform_pm_suspend @ 195, parent: none',
    event: without(begin, 'parent'),
  },
  {
    says: 'a driver name may hold blanks',
    line: '[   13.319831] i8042 kbd 00:00: PM: calling pnp_bus_suspend @ 1, parent: pnp0',
    event: {
      kind: 'callback-begin',
      time: 13_319_831,
      device: '00:00',
      driver: 'i8042 kbd',
      parent: 'pnp0',
      direction: 'suspend',
      callback: 'pnp_bus_suspend',
      task: 1,
    },
  },
  {
    says: 'a platform device name may hold blanks, and so may a parent',
    line: '[    1.5] platform Fixed MDIO bus.0: PM: calling platform_pm_resume @ 1, parent: Fixed MDIO bus.1',
    event: {
      kind: 'callback-begin',
      time: 1_500_000,
      device: 'Fixed MDIO bus.0',
      driver: 'platform',
      parent: 'Fixed MDIO bus.1',
      direction: 'resume',
      callback: 'platform_pm_resume',
      task: 1,
    },
  },
  {
    says: 'a device name may hold colons, dots and at signs',
    line: '[  101.837401] lwis-i2c soc:firmware:eeprom@2: PM: calling led_thaw @ 1, parent: soc:firmware',
    event: {
      kind: 'callback-begin',
      time: 101_837_401,
      device: 'soc:firmware:eeprom@2',
      driver: 'lwis-i2c',
      parent: 'soc:firmware',
      direction: 'resume',
      callback: 'led_thaw',
      task: 1,
    },
  },
  {
    says: 'a device without driver, bus and class has an empty column',
    line: '[   27.967069]  4e10000.rng: PM: calling platform_pm_suspend @ 195, parent: 4e00000.crypto',
    event: without(begin, 'driver'),
  },
  {
    says: 'a name that is not ASCII is UTF-8',
    line: '[   27.967069] omap_rng größe: PM: calling platform_pm_suspend @ 195, parent: 4e00000.crypto',
    event: { ...begin, device: 'größe' },
  },
  {
    says: 'a function that says nothing about direction leaves it open',
    line: '[   27.967069] omap_rng 4e10000.rng: PM: calling omap_rng_off @ 195, parent: 4e00000.crypto',
    event: { ...without(begin, 'direction'), callback: 'omap_rng_off' },
  },
  {
    says: 'a function that says both directions leaves it open',
    line: '[   27.967069] omap_rng 4e10000.rng: PM: calling x_suspend_resume @ 195, parent: 4e00000.crypto',
    event: { ...without(begin, 'direction'), callback: 'x_suspend_resume' },
  },
  {
    says: 'an old kernel called by device',
    line: '[   12.345678] calling  0000:00:1d.0+ @ 123, parent: pci0000:00',
    event: {
      kind: 'callback-begin',
      time: 12_345_678,
      device: '0000:00:1d.0',
      parent: 'pci0000:00',
      task: 123,
    },
  },
  {
    says: 'an old kernel called by device, with PM: in front',
    line: '[   12.345678] PM: calling  0000:00:1d.0+ @ 123, parent: none',
    event: { kind: 'callback-begin', time: 12_345_678, device: '0000:00:1d.0', task: 123 },
  },
  {
    says: 'an old kernel returned by device',
    line: '[   12.345678] call 0000:00:1d.0+ returned -5 after 253590 usecs',
    event: {
      kind: 'callback-end',
      time: 12_345_678,
      device: '0000:00:1d.0',
      error: -5,
      duration: 253_590,
    },
  },
];

const DIRECTIONS = [
  ['usb_dev_suspend', 'suspend'],
  ['usb_dev_freeze', 'suspend'],
  ['usb_dev_poweroff', 'suspend'],
  ['pm_runtime_force_suspend', 'suspend'],
  ['pci_pm_resume_early', 'resume'],
  ['pci_pm_thaw_noirq', 'resume'],
  ['usb_dev_restore', 'resume'],
] as const;

const FAILURES: readonly Case[] = [
  {
    says: 'dpm_run_callback() names the function that failed',
    line: '[  297.875369][ T9394] vhci_hcd vhci_hcd.0: PM: dpm_run_callback(): platform_pm_suspend returns -16',
    event: {
      kind: 'sleep-failure',
      time: 297_875_369,
      device: 'vhci_hcd.0',
      driver: 'vhci_hcd',
      error: -16,
      what: 'dpm_run_callback(): platform_pm_suspend',
    },
  },
  {
    says: 'a bus names the driver function that failed',
    line: '[    9.000001] i915 0000:00:02.0: PM: pci_pm_suspend(): i915_pm_suspend+0x0/0x50 [i915] returns -16',
    event: {
      kind: 'sleep-failure',
      time: 9_000_001,
      device: '0000:00:02.0',
      driver: 'i915',
      error: -16,
      what: 'pci_pm_suspend(): i915_pm_suspend',
    },
  },
  {
    says: 'an old kernel named no device there',
    line: '<3>[  265.303008] dpm_run_callback(): platform_pm_suspend+0x0/0x50 returns -16',
    event: {
      kind: 'sleep-failure',
      time: 265_303_008,
      error: -16,
      what: 'dpm_run_callback(): platform_pm_suspend',
    },
  },
  {
    says: 'a device failed to suspend',
    line: '[  297.876774][ T9394] vhci_hcd vhci_hcd.0: PM: failed to suspend: error -16',
    event: {
      kind: 'sleep-failure',
      time: 297_876_774,
      device: 'vhci_hcd.0',
      driver: 'vhci_hcd',
      error: -16,
      what: 'suspend',
    },
  },
  ...(['suspend async', 'suspend noirq', 'suspend async late', 'resume async early', 'restore'] as const).map(
    (what): Case => ({
      says: `a device failed to ${what}`,
      line: `[    5.000000] usb 1-1: PM: failed to ${what}: error -110`,
      event: { kind: 'sleep-failure', time: 5_000_000, device: '1-1', driver: 'usb', error: -110, what },
    }),
  ),
  {
    says: 'an old kernel named the device in the message',
    line: '[  265.303018] PM: Device alarmtimer failed to suspend async: error -16',
    event: {
      kind: 'sleep-failure',
      time: 265_303_018,
      device: 'alarmtimer',
      error: -16,
      what: 'suspend async',
    },
  },
  {
    says: 'a device could not be prepared',
    line: '[    5.000000] usb 1-1: PM: not prepared for power transition: code -11',
    event: {
      kind: 'sleep-failure',
      time: 5_000_000,
      device: '1-1',
      driver: 'usb',
      error: -11,
      what: 'prepare',
    },
  },
  {
    says: 'the system gave up',
    line: '[    5.000000] PM: Some devices failed to suspend, or early wake event detected',
    event: { kind: 'sleep-failure', time: 5_000_000, what: 'suspend' },
  },
  {
    says: 'the system gave up, in the words of an old kernel',
    line: '[    5.000000] PM: Some devices failed to suspend',
    event: { kind: 'sleep-failure', time: 5_000_000, what: 'suspend' },
  },
  {
    says: 'the late phase failed',
    line: '[    5.000000] PM: late suspend of devices failed',
    event: { kind: 'sleep-failure', time: 5_000_000, what: 'suspend late' },
  },
  {
    says: 'the noirq phase failed',
    line: '[    5.000000] PM: noirq suspend of devices failed',
    event: { kind: 'sleep-failure', time: 5_000_000, what: 'suspend noirq' },
  },
  {
    says: 'hibernation gave up',
    line: '[    5.000000] PM: hibernation: Some devices failed to power down, aborting',
    event: { kind: 'sleep-failure', time: 5_000_000, what: 'power down' },
  },
];

const MARKS: readonly Case[] = (
  [
    ['PM: suspend entry (deep)', { kind: 'cycle', mark: 'entry', state: 'deep' }],
    ['PM: suspend entry (s2idle)', { kind: 'cycle', mark: 'entry', state: 's2idle' }],
    ['PM: suspend entry 2019-05-10 12:00:00.123456789 UTC', { kind: 'cycle', mark: 'entry' }],
    ['PM: suspend exit', { kind: 'cycle', mark: 'exit' }],
    ['PM: hibernation: hibernation entry', { kind: 'cycle', mark: 'entry' }],
    ['PM: hibernation: hibernation exit', { kind: 'cycle', mark: 'exit' }],
    ['PM: hibernation entry', { kind: 'cycle', mark: 'entry' }],
    ['PM: suspend debug: Waiting for 5 second(s).', { kind: 'cycle', mark: 'asleep' }],
    ['PM: suspend-to-idle', { kind: 'cycle', mark: 'asleep' }],
    ['PM: suspend of devices complete after 1367.829 msecs', { kind: 'phase-end', phase: 'suspend' }],
    ['PM: late suspend of devices complete after 2.036 msecs', { kind: 'phase-end', phase: 'suspend_late' }],
    ['PM: noirq suspend of devices aborted after 2.036 msecs', { kind: 'phase-end', phase: 'suspend_noirq' }],
    ['PM: noirq resume of devices complete after 2.036 msecs', { kind: 'phase-end', phase: 'resume_noirq' }],
    ['PM: early resume of devices complete after 2.036 msecs', { kind: 'phase-end', phase: 'resume_early' }],
    ['PM: resume of devices complete after 2.036 msecs', { kind: 'phase-end', phase: 'resume' }],
    ['PM: freeze of devices complete after 2.036 msecs', { kind: 'phase-end', phase: 'suspend' }],
    ['PM: late hibernate of devices complete after 0.1 msecs', { kind: 'phase-end', phase: 'suspend_late' }],
    ['PM: noirq quiesce of devices complete after 0.1 msecs', { kind: 'phase-end', phase: 'suspend_noirq' }],
    ['PM: noirq restore of devices complete after 0.1 msecs', { kind: 'phase-end', phase: 'resume_noirq' }],
    ['PM: early thaw of devices complete after 0.1 msecs', { kind: 'phase-end', phase: 'resume_early' }],
    ['PM: recover of devices complete after 0.1 msecs', { kind: 'phase-end', phase: 'resume' }],
  ] as const
).map(([message, event]) => ({
  says: `the kernel says ${message}`,
  line: `[   12.000345] ${message}`,
  event: { ...event, time: 12_000_345 },
}));

/** The same record with what other programs put before it. */
const PREFIXES: readonly (readonly [from: string, prefix: string, time: number])[] = [
  ['a kernel that prints no time', '', Number.NaN],
  ['dmesg --raw', '<6>[   27.967069] ', 27_967_069],
  ['dmesg --decode', 'kern  :info  : [   27.967069] ', 27_967_069],
  ['dmesg --show-delta', '[   27.967069 <    0.000010>] ', 27_967_069],
  ['dmesg --ctime', '[Wed Nov 20 20:06:01 2024] ', Number.NaN],
  ['dmesg --time-format iso', '2024-11-20T20:06:01,123456+01:00 ', Number.NaN],
  ['dmesg --color', '\u001b[32m[   27.967069] \u001b[0m', 27_967_069],
  ['/dev/kmsg', '6,1234,27967069,-;', 27_967_069],
  ['journalctl -k', 'Nov 20 20:06:01 host kernel: ', Number.NaN],
  ['journalctl -o short-monotonic', '[   27.967069] host kernel: ', 27_967_069],
  ['journalctl -o short-iso', '2024-11-20T20:06:01+0100 host kernel: ', Number.NaN],
  ['syslog', 'Nov 20 20:06:01 host kernel: [   27.967069] ', 27_967_069],
  ['a serial console that stamps', '[2024-11-20 20:06:01.123] [   27.967069] ', 27_967_069],
  ['a vendor with a column for the task', '[   27.967069] [pid:916,cpu7,bash]', 27_967_069],
  ['a vendor with a CPU and a task', '[   27.967069] (0)[1:swapper/0]', 27_967_069],
  ['a vendor with a fraction', '[   27.967069,4] ', 27_967_069],
  ['a vendor with a star', '<6>[   27.967069] *6)', 27_967_069],
  ['a mail that quotes it', '> > [   27.967069] ', 27_967_069],
  ['a mail that quotes it without a time', '>> ', Number.NaN],
  ['a log that counts milliseconds', '[27.967] ', 27_967_000],
  ['a file that begins with junk', '\u0000\u0000\ufffdx [   27.967069] ', 27_967_069],
];

const OTHERS: readonly (readonly [line: string, fate: ReturnType<typeof fateOf>])[] = [
  ['[    1.0] PM: start suspend of devices complete after 1390.859 msecs', 'step'],
  ['[    1.0] PM: end suspend of devices complete after 13.859 msecs', 'step'],
  ['[    1.0] ** 12 printk messages dropped **', 'lost'],
  ['[    1.0] OOM killer disabled.', 'other'],
  ['[    1.0] ACPI: PM: Preparing to enter system sleep state S3', 'other'],
  ['[    1.0] PM: suspend devices took 0.420 seconds', 'other'],
  ['[    1.0] PM: suspend of drv:scsi dev:host0 complete after 387.537 msecs', 'other'],
  ['[    1.0] imx 1-0: PM: failed to get the clock: error -2', 'other'],
  ['[    1.0] PM: hibernation: Registered nosave memory: [mem 0x00000000-0x00000fff]', 'other'],
  ['[    1.0] calling  acpi_init+0x0/0x2f4 @ 1', 'other'],
  ['[    1.0] initcall acpi_init+0x0/0x2f4 returned 0 after 12 usecs', 'other'],
  ['[    1.0] probe of 0000:00:1d.0 returned 0 after 12 usecs', 'other'],
  ['[    1.0] RPM: calling foo @ 1, parent: none', 'other'],
  ['[    1.0] Kernel command line: trace_event=power:suspend_resume', 'other'],
  ['', 'other'],
  ['[    1.0] foo bar: PM: calling', 'skipped'],
  ['[    1.0] foo bar: PM: calling x_suspend @ ', 'skipped'],
  ['[    1.0] foo bar: PM: calling x_suspend @ abc, parent: none', 'skipped'],
  [' PM: calling x_suspend @ 1, parent: none', 'skipped'],
  ['PM: x_suspend returned 0 after 3 usecs', 'skipped'],
  ['[    1.0] foo bar: PM: x_suspend returned 0 after 3', 'skipped'],
  ['[    1.0] foo bar: PM: x_suspend returned zero after 3 usecs', 'skipped'],
  ['[    1.0] foo bar: PM: x_suspend returned 99999999999999999999 after 3 usecs', 'skipped'],
  ['[    1.0] foo bar: PM: failed to suspend: error', 'skipped'],
  [`[    1.0] foo ${'x'.repeat(300)}: PM: calling x_suspend @ 1, parent: none`, 'skipped'],
];

describe('a kernel log', () => {
  it.each(CALLBACKS)('says: $says', ({ line, event }) => {
    expect(eventOf(line)).toEqual(event);
  });

  it.each(DIRECTIONS)('tells by the name of %s that the system is in %s', (name, direction) => {
    const event = eventOf(`[    1.0] foo bar: PM: calling ${name} @ 1, parent: none`);
    expect(event).toMatchObject({ callback: name, direction });
  });

  it.each(FAILURES)('says: $says', ({ line, event }) => {
    expect(eventOf(line)).toEqual(event);
  });

  it.each(MARKS)('says: $says', ({ line, event }) => {
    expect(eventOf(line)).toEqual(event);
  });

  it.each(PREFIXES)('may come from %s', (_, prefix, time) => {
    expect(eventOf(prefix + CALLING)).toEqual({ ...begin, time });
    expect(eventOf(prefix + RETURNED)).toEqual({ ...end, time });
    expect(eventOf(`${prefix}PM: suspend exit`)).toEqual({ kind: 'cycle', time, mark: 'exit' });
    expect(eventOf(`${prefix}PM: Some devices failed to suspend`)).toEqual({
      kind: 'sleep-failure',
      time,
      what: 'suspend',
    });
  });

  it.each(['', ' ', '\r', '\r\r', ' \t\r'])('may end its lines in %j', (ending) => {
    expect(eventOf(`[   27.967069] ${CALLING}${ending}`)).toEqual(begin);
    expect(eventOf(`[  375.502796] ${RETURNED}${ending}`)).toEqual(end);
  });

  it.each(OTHERS)('holds %j, which is %s', (line, fate) => {
    expect(fateOf(line)).toBe(fate);
  });
});
