/** Records that a mail program broke into several lines, and that are one record each. */

import { describe, expect, it } from 'vitest';
import { addsUp, eventOf, read } from './reading.ts';

/** Long records, each with the part in which it may be broken at a blank. */
const RECORDS = [
  ['[  101.834650] ', 'usb usb1: PM: calling usb_dev_suspend [usbcore] @ 38, parent: 3f980000.usb'],
  ['[  101.835600] ', 'usb usb1: PM: usb_dev_suspend [usbcore] returned 0 after 477 usecs'],
  ['[  375.242285] ', 'nvme 0000:01:00.0: PM: calling pci_pm_suspend+0x0/0x170 @ 2952, parent: 0000:00:1d.0'],
  ['[  375.502796] ', 'nvme 0000:01:00.0: PM: pci_pm_suspend+0x0/0x170 returned -16 after 253590 usecs'],
  ['[  297.876774][ T9394] ', 'vhci_hcd vhci_hcd.0: PM: failed to suspend async noirq: error -16'],
  ['[  297.875369][ T9394] ', 'vhci_hcd vhci_hcd.0: PM: dpm_run_callback(): platform_pm_suspend returns -16'],
  ['[    5.000000] PM: Some devices ', 'failed to suspend, or early wake event detected'],
  ['[   81.820101] PM: late suspend ', 'of devices complete after 2.036 msecs'],
  ['[   12.345678] calling  0000:00:1d.0+ @ ', '123, parent: pci0000:00'],
  ['[   12.345678] call 0000:00:1d.0+ returned ', '0 after 253590 usecs'],
  [
    'init-1 [002] ..... 101.756594: ',
    'device_pm_callback_start: gpio x.gpio, parent: soc, noirq bus [suspend]',
  ],
  ['init-1 [002] ..... 101.756594: ', 'device_pm_callback_end: gpio_rcar e6055800.gpio, err=-16'],
  ['init-1 [002] ..... 101.756594: ', 'suspend_resume: dpm_suspend[2] begin'],
  [
    'init-1 [002] ..... 101.756594: ',
    'rpm_idle: 5b130000.cdns3 flags-5 cnt-1 dep-0 auto-1 p-0 irq-0 child-0',
  ],
] as const;

/** A record in two lines, for each blank in its second part at which a mail program may break it. */
function broken(head: string, body: string): (readonly [string, string])[] {
  const places = [...body].flatMap((character, place) => (character === ' ' ? [place] : []));
  const pairs = places.map((place) => [head + body.slice(0, place), body.slice(place + 1)] as const);
  return [[head.trimEnd(), body], ...pairs];
}

const BROKEN = RECORDS.flatMap(([head, body]) =>
  broken(head, body).map(([first, second]) => ({ first, second, whole: head + body })),
);

describe('a record that a mail program broke', () => {
  it.each(BROKEN)('after "$first" is one record', ({ first, second, whole }) => {
    for (const [open, close] of [
      ['', '\n'],
      ['> > ', '\n'],
      ['', ' \r\n'],
    ]) {
      const result = read([first, second].map((line) => open + line + close).join(''));
      expect(result.events).toEqual([eventOf(whole)]);
      expect(result.summary).toMatchObject({
        lines: 2,
        understood: 1,
        continuations: 1,
        other: 0,
        skipped: 0,
      });
      expect(addsUp(result)).toBe(true);
    }
  });

  it('into three lines is one record', () => {
    const [head, body] = RECORDS[0];
    const words = (head + body).split(' ');
    const whole = eventOf(head + body);
    for (let one = words.indexOf('PM:') + 1; one < words.length; one++) {
      for (let two = one + 1; two < words.length; two++) {
        const lines = [words.slice(0, one), words.slice(one, two), words.slice(two)];
        const result = read(lines.map((line) => line.join(' ')).join('\n'));
        expect(result.events).toEqual([whole]);
        expect(result.summary).toMatchObject({ understood: 1, continuations: 2, other: 0, skipped: 0 });
      }
    }
  });

  it('anywhere, as quoted-printable does with "=", is one record', () => {
    for (const [head, body] of RECORDS.slice(0, 6)) {
      const whole = eventOf(head + body);
      for (let place = body.indexOf('PM: ') + 4; place < body.length; place++) {
        const result = read(`> ${head}${body.slice(0, place)}=\n> ${body.slice(place)}\n`);
        expect(result.events).toEqual([whole]);
        expect(result.summary).toMatchObject({ understood: 1, continuations: 1, other: 0, skipped: 0 });
      }
    }
  });

  it('is numbered by its first line', () => {
    const { events, summary } = read(
      '[    1.0] hello\n[    1.5] foo bar: PM: calling\nx_suspend @ 1, parent: none\n',
    );
    expect(events).toHaveLength(1);
    expect(summary).toMatchObject({ lines: 3, other: 1, understood: 1, continuations: 1 });
  });
});

describe('a record that is cut', () => {
  const CUT = '[    1.0] foo bar: PM: calling x_suspend @';
  const WHOLE = '[    2.0] foo bar: PM: calling y_suspend @ 1, parent: none';

  it('does not take the next record for its rest', () => {
    const result = read(`${CUT}\n${WHOLE}\n`);
    expect(result.events).toEqual([eventOf(WHOLE)]);
    expect(result.summary).toMatchObject({ understood: 1, skipped: 1, continuations: 0 });
    expect(result.summary.examples).toEqual([{ line: 1, text: CUT }]);
  });

  it('does not take a record without a time for its rest', () => {
    const untimed = WHOLE.slice(WHOLE.indexOf('foo'));
    const result = read(`${CUT}\n${untimed}\n`);
    expect(result.events).toEqual([eventOf(untimed)]);
    expect(result.summary).toMatchObject({ understood: 1, skipped: 1, continuations: 0 });
  });

  it('gives back lines that turn out not to be its rest', () => {
    const result = read(`${CUT}\n12,\nparent:\n\n${WHOLE}\n`);
    expect(result.events).toEqual([eventOf(WHOLE)]);
    expect(result.summary).toMatchObject({ lines: 5, understood: 1, skipped: 1, other: 3, continuations: 0 });
  });

  it('at the end of the log is counted', () => {
    const result = read(`${WHOLE}\n${CUT}`);
    expect(result.summary).toMatchObject({ lines: 2, understood: 1, skipped: 1 });
    expect(addsUp(result)).toBe(true);
  });
});

describe('the line before a record without a time', () => {
  it('is not taken for its head if it says something of its own', () => {
    const lines = [
      '[  374.9] OOM killer enabled.',
      'PM: suspend exit',
      '[  375.0] usb 1-1: new device',
      'i8042 kbd 00:00: PM: calling x @ 1, parent: none',
    ];
    const result = read(lines.join('\n'));
    expect(result.events).toEqual([eventOf(lines[1]!), eventOf(lines[3]!)]);
    expect(result.summary).toMatchObject({ understood: 2, other: 2, continuations: 0, withoutTime: 2 });
  });
});
