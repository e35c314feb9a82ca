/** What a log reader says about a log as a whole, and to whom. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createLogReader, decompressed, type LogDiagnostic } from '../../src/logs/index.ts';
import { read } from './reading.ts';

const DMESG = '[    1.000000] foo bar: PM: calling x_suspend @ 1, parent: none';
const FTRACE = ' init-1 [002] .....   1.500000: suspend_resume: dpm_suspend[2] begin';

describe('the format of a log', () => {
  it.each([
    ['unknown', ''],
    ['unknown', 'hello\nworld\n'],
    ['unknown', 'foo bar: hello\n'],
    ['dmesg', '[    0.000000] Linux version 6.12\n'],
    ['dmesg', 'Nov 20 20:06:01 host kernel: [    0.000000] Linux version 6.12\n'],
    ['ftrace', '# tracer: nop\n'],
    ['ftrace', '  <idle>-0     [000] d..2.  2327.363677: cpu_idle: state=1 cpu_id=0\n'],
    ['dmesg', `cut off line\n\u0000\u0001\n${DMESG}\n`],
    ['ftrace', `cut off line\n${FTRACE}\n`],
    ['dmesg', `[    0.000000] Linux version 6.12\n${DMESG}\n`],
    ['mixed', `${DMESG}\n${FTRACE}\n`],
  ])('is %s for %j', (format, text) => {
    expect(read(text).summary.format).toBe(format);
  });
});

describe('a log reader', () => {
  it('names the log and the line of what it cannot read', () => {
    const diagnostics: LogDiagnostic[] = [];
    const reader = createLogReader({
      name: 'a\u001b.dmesg',
      onEvent: () => undefined,
      onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    });
    reader.push(
      new TextEncoder().encode(`hello\n${DMESG}\n[    2.0] foo bar: PM: calling x @ y, parent: none\n`),
    );
    expect(reader.end()).toMatchObject({ name: 'a\u001b.dmesg', skipped: 1, understood: 1, other: 1 });
    expect(diagnostics).toEqual([
      {
        code: 'log-line-unreadable',
        log: 'a\u001b.dmesg',
        line: 3,
        text: '[    2.0] foo bar: PM: calling x @ y, parent: none',
        message:
          'a\\u001b.dmesg:3: looks like a power management record, but cannot be read: [    2.0] foo bar: PM: calling x @ y, parent: none',
      },
    ]);
  });

  it('gives each event the line on which it begins', () => {
    const lines: number[] = [];
    const reader = createLogReader({ name: 'log', onEvent: (_, line) => lines.push(line) });
    const wrapped = DMESG.replace('calling ', 'calling\n');
    const headed = DMESG.replace('foo bar', 'foo\nbar');
    reader.push(new TextEncoder().encode(`x\n${DMESG}\n${wrapped}\n${headed}\n${DMESG}\n`));
    expect(reader.end()).toMatchObject({ lines: 7, continuations: 2 });
    expect(lines).toEqual([2, 3, 5, 7]);
  });

  it('counts events whose line has no time of the kernel', () => {
    const untimed = DMESG.slice(DMESG.indexOf('foo'));
    expect(read(`${untimed}\n${untimed}\n`).summary.withoutTime).toBe(2);
  });

  it('counts records that the log says are missing', () => {
    const text = '[ 1.0] ** 12 printk messages dropped **\nCPU:1 [LOST 30 EVENTS]\nCPU:2 [LOST EVENTS]\n';
    expect(read(text).summary.lost).toBe(43);
  });
});

describe('a file of a page', () => {
  const bytes = new TextEncoder().encode(`${DMESG}\n`.repeat(5000));

  async function allOf(file: Blob): Promise<string> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of decompressed(file)) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }

  it.each([
    ['plain', bytes],
    ['gzip', new Uint8Array(gzipSync(bytes))],
  ])('that is %s is read as it was', async (_, content) => {
    expect(await allOf(new Blob([content]))).toBe(new TextDecoder().decode(bytes));
  });

  it('that is empty gives nothing', async () => {
    expect(await allOf(new Blob([]))).toBe('');
  });

  it('whose gzip data are cut fails after what came before', async () => {
    const cut = new Uint8Array(gzipSync(bytes)).subarray(0, 200);
    await expect(allOf(new Blob([cut]))).rejects.toThrow();
  });
});
