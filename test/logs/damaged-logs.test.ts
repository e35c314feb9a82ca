/** What no log, however damaged, may do: stop the reader, lose a line, or be read differently in other pieces. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_LIMIT } from '../../src/logs/index.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';
import { addsUp, read, readInChunks } from './reading.ts';

const encoder = new TextEncoder();

const RECORDS = [
  '[   27.967069] omap_rng 4e10000.rng: PM: calling platform_pm_suspend @ 195, parent: 4e00000.crypto',
  'omap_rng 4e10000.rng: PM: calling platform_pm_suspend @ 195, parent: 4e00000.crypto',
  '[  375.502796] nvme 0000:01:00.0: PM: pci_pm_suspend returned -5 after 253590 usecs',
  '[   12.345678] calling  0000:00:1d.0+ @ 123, parent: pci0000:00',
  '[   12.345678] call 0000:00:1d.0+ returned 0 after 12 usecs',
  '[  297.876774][ T9394] vhci_hcd vhci_hcd.0: PM: failed to suspend: error -16',
  '[  297.876774][ T9394] vhci_hcd größe: PM: dpm_run_callback(): platform_pm_suspend returns -16',
  '[   12.345678] PM: suspend entry (deep)',
  '[   12.345678] PM: suspend exit',
  '[   81.820101] PM: late suspend of devices complete after 2.036 msecs',
  'Nov 20 20:06:01 host kernel: [   12.345678] PM: Some devices failed to suspend, or early wake event detected',
  ' init-1 [002] .....   101.756594: suspend_resume: dpm_suspend[2] begin',
  ' init-1 [002] .....   101.756594: suspend_resume: dpm_suspend[2] end',
  ' init-1 [002] .....   101.756594: device_pm_callback_start:  platform, parent: none, [suspend]',
  ' a b-1 [002] .....   101.756594: device_pm_callback_end: i8042 kbd 00:00, err=0',
  ' init-1 [002] .....   101.756594: rpm_idle: 5b130000.cdns3 flags-5 cnt-1  dep-0  auto-1 p-0 irq-0 child-0',
  ' init-1 [002] .....   101.756594: rpm_return_int: rpm_resume+0x114/0x758:5b130000.cdns3 ret=0',
  'CPU:1 [LOST 123 EVENTS]',
] as const;

const PARTS = [
  ...RECORDS,
  '',
  '# tracer: nop',
  '[    1.000000] OOM killer disabled.',
  '[    1.000000] foo bar: PM: calling',
  '[    1.000000] foo bar: PM:',
  '[    1.000000] foo',
  'bar: PM: calling x_suspend @ 1, parent: none',
  'x_suspend @ 1, parent: none',
  'x_suspend returned 0 after',
  '3 usecs',
  '[    1.000000] foo bar: PM: calling x_sus=',
  '> pend @ 1, parent: none',
  'PM: PM: PM: suspend_resume: rpm_suspend: + @ + returned',
  'device_pm_callback_start: a b, parent: c, d [suspend]',
  ' x-1 [000] .....   1.5: device_pm_callback_start: a b, parent: c,',
  'late bus [suspend]',
  '\u001b[32m[    2.000000] \u001b[0mfoo bar: PM: x_suspend returned 0 after 3 usecs',
];

const line = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PARTS) },
  { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...PARTS), fc.nat(100), fc.nat(100))
      .map(([text, from, to]) => text.slice(Math.min(from, to), Math.max(from, to))),
  },
);

/** A log of records, foreign lines, junk, and pieces of each. */
const log = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n', '\n\n', '')), { maxLength: 40 })
  .map((lines) => encoder.encode(lines.map((parts) => parts.join('')).join('')));

/** A log with some of its bytes overwritten and its end cut off. */
const damagedLog = fc
  .tuple(log, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 8 }), fc.nat())
  .map(([bytes, changes, end]) => {
    const damaged = bytes.slice(0, bytes.length === 0 ? 0 : 1 + (end % bytes.length));
    for (const [place, value] of changes) if (damaged.length > 0) damaged[place % damaged.length] = value;
    return damaged;
  });

const anyLog = fc.oneof(log, damagedLog, fc.uint8Array({ maxLength: 400 }));

function sameInChunks(bytes: Uint8Array, places: readonly number[]): void {
  const cuts = places.map((place) => place % (bytes.length + 1));
  const whole = readInChunks(bytes, []);
  expect(readInChunks(bytes, cuts)).toEqual(whole);
  expect(addsUp(whole)).toBe(true);
  expect(whole.summary.bytes).toBe(bytes.length);
}

describe('a damaged log', () => {
  it('is read to its end, with every line accounted for, the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(anyLog, fc.array(fc.nat(), { maxLength: 6 }), (bytes, places) =>
        sameInChunks(bytes, places),
      ),
      { numRuns: 600 },
    );
  });

  it('is read the same byte by byte', () => {
    fc.assert(
      fc.property(log, (bytes) => sameInChunks(bytes, [...bytes.keys()])),
      { numRuns: 60 },
    );
  });

  it('has as many lines as it has newlines, and one more if something follows the last', () => {
    fc.assert(
      fc.property(anyLog, (bytes) => {
        const newlines = bytes.filter((byte) => byte === 10).length;
        const open = bytes.length > 0 && bytes.at(-1) !== 10 ? 1 : 0;
        expect(readInChunks(bytes, []).summary.lines).toBe(newlines + open);
      }),
    );
  });

  it('gives the events of its whole lines, whatever other lines stand between them', () => {
    const records = fc.constantFrom(...RECORDS.filter((text) => !text.startsWith('CPU')));
    const foreign = fc.constantFrom('[    1.000000] OOM killer disabled.', '# comment', '', '\u0000\u0001');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(records, fc.array(foreign, { maxLength: 3 })), { maxLength: 20 }),
        (parts) => {
          const expected = read(parts.map(([record]) => record).join('\n')).events;
          expect(expected).toHaveLength(parts.length);
          expect(read(parts.flatMap(([record, others]) => [record, ...others]).join('\n')).events).toEqual(
            expected,
          );
        },
      ),
    );
  });

  it('tells where the first of its unreadable lines are, in characters that can be printed', () => {
    const bad = '[    1.0] foo \u0007b\u202ear: PM: calling x @ y\u001b, parent: none';
    const { summary } = read(`${'hello\n'.repeat(3)}${`${bad}\n`.repeat(9)}`);
    expect(summary.skipped).toBe(9);
    expect(summary.examples.map(({ line: number }) => number)).toEqual([4, 5, 6, 7, 8]);
    expect(summary.examples[0]!.text).toBe(
      '[    1.0] foo \\u0007b\\u202ear: PM: calling x @ y\\u001b, parent: none',
    );
  });
});

describe('a very long line', () => {
  const record = RECORDS[0];

  it('is read up to the limit and counted as cut, in whatever pieces it comes', () => {
    const long = `${record} ${'é'.repeat(LINE_LIMIT)}`;
    const bytes = encoder.encode(`${record}\n${long}\n${record}\n`);
    const whole = readInChunks(bytes, []);
    expect(whole.summary).toMatchObject({ lines: 3, cut: 1 });
    expect(whole.lines).toContain(3);
    for (const cuts of [[1], [100, LINE_LIMIT, LINE_LIMIT + 150], [LINE_LIMIT * 2], [bytes.length - 1]]) {
      expect(readInChunks(bytes, cuts)).toEqual(whole);
    }
  });

  it('of exactly the limit is not cut', () => {
    const padded = ' '.repeat(LINE_LIMIT - record.length) + record;
    expect(read(`${padded}\n${record}`).summary).toMatchObject({ lines: 2, cut: 0, understood: 2 });
    expect(read(` ${padded}\n${record}`).summary).toMatchObject({ lines: 2, cut: 1 });
  });

  it('without any newline is held only up to the limit', () => {
    const chunk = new Uint8Array(1 << 20).fill(65);
    const bytes = new Uint8Array(8 << 20).fill(65);
    const { summary } = readInChunks(
      bytes,
      Array.from({ length: 7 }, (_, index) => (index + 1) * chunk.length),
    );
    expect(summary).toMatchObject({ lines: 1, cut: 1, other: 1, bytes: 8 << 20 });
  });

  it.each([
    '[',
    '[1',
    '> ',
    '<6>',
    '(1)',
    'kernel: ',
    'PM:',
    'a: PM:',
    ', parent: ',
    '+ @',
    '+ returned',
    '1 ',
    '1,',
    ': ',
  ])('of nothing but %j is read to its end', (text) => {
    const lines = Array.from({ length: 8 }, () => text.repeat(LINE_LIMIT / text.length));
    const prefixes = [
      '',
      'x: PM: calling ',
      '[ 1.0] a b: PM: ',
      'suspend_resume: ',
      'device_pm_callback_start: ',
    ];
    const bodies = prefixes.flatMap((prefix) => lines.map((long) => prefix + long));
    const result = read(bodies.join('\n'));
    expect(addsUp(result)).toBe(true);
  });
});

const REAL = ['suspend-sync', 'suspend-async'].flatMap((run) => [
  `rpi3b/${run}.dmesg`,
  `rpi3b/${run}.ftrace`,
]);

describeWithSharedData('recorded logs of a Raspberry Pi', REAL, () => {
  const logs = REAL.map((name) => new Uint8Array(readFileSync(sharedPath(name))));
  const anyReal = fc.constantFrom(...logs);

  it('are read the same in whatever pieces they come', () => {
    fc.assert(
      fc.property(anyReal, fc.array(fc.nat(), { maxLength: 20 }), (bytes, places) =>
        sameInChunks(bytes, places),
      ),
      { numRuns: 30 },
    );
  });

  it('are read as far as they go when cut anywhere: all events of the lines that are whole, and no others', () => {
    fc.assert(
      fc.property(anyReal, fc.nat(), (bytes, place) => {
        const cut = bytes.subarray(0, place % bytes.length);
        const whole = readInChunks(bytes, []);
        const part = readInChunks(cut, []);
        expect(addsUp(part)).toBe(true);
        const before = whole.lines.filter((number) => number < part.summary.lines).length;
        expect(part.events.slice(0, before)).toEqual(whole.events.slice(0, before));
        expect(part.events.length - before).toBeLessThanOrEqual(1);
        expect(part.summary.skipped).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  });

  it('can be spliced and damaged without stopping the reader', () => {
    const piece = fc.tuple(anyReal, fc.nat(), fc.nat()).map(([bytes, from, length]) => {
      const start = from % bytes.length;
      return bytes.subarray(start, start + (length % 5000));
    });
    const noise = fc.uint8Array({ maxLength: 50 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, noise), { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (pieces, places) => sameInChunks(Uint8Array.from(pieces.flatMap((bytes) => [...bytes])), places),
      ),
      { numRuns: 60 },
    );
  });

  it('give the same events in another order when their lines are shuffled, as each dmesg line stands for itself', () => {
    const text = new TextDecoder().decode(logs[0]).trimEnd();
    const expected = read(text)
      .events.map((event) => JSON.stringify(event))
      .sort();
    const lines = text.split('\n');
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        expect(
          read(shuffled.join('\n'))
            .events.map((event) => JSON.stringify(event))
            .sort(),
        ).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('lose nothing when a mail program has wrapped them at 72 columns', () => {
    const text = new TextDecoder().decode(logs[1]);
    const dmesg = new TextDecoder().decode(logs[0]);
    for (const whole of [text, dmesg]) {
      const wrapped = whole.replace(/^.{73,}$/gm, (long) => {
        const place = long.lastIndexOf(' ', 72);
        return `${long.slice(0, place)}\n${long.slice(place + 1)}`;
      });
      const { events, summary } = read(wrapped);
      expect(summary.skipped).toBe(0);
      expect(summary.continuations).toBeGreaterThan(10);
      expect(events).toEqual(read(whole).events);
    }
  });
});
