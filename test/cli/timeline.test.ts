import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { orderSchema } from '../../src/report/schemas.ts';
import { timelineSchema } from '../../src/report/timeline-schema.ts';
import { readChromeTrace } from '../report/chrome-trace-reader.ts';
import { devgraph } from '../support/run-cli.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';

function bundledLog(name: string): Uint8Array {
  return gunzipSync(
    readFileSync(fileURLToPath(new URL(`../../examples/logs/rpi3b-suspend-${name}.gz`, import.meta.url))),
  );
}

const FILES = { 'pi.ftrace': bundledLog('async.ftrace'), 'pi.dmesg': bundledLog('async.dmesg') };

/** A log of two cycles, in which a device takes so many milliseconds. */
function twoCycles(first: number, second: number): string {
  const lines = [first, second].flatMap((ms, index) => [
    `[  ${10 * index + 1}.000000] PM: suspend entry (deep)`,
    `[  ${10 * index + 2}.000000] foo dev0: PM: calling foo_suspend @ 1, parent: none`,
    `[  ${10 * index + 2}.${String(ms * 1000).padStart(6, '0')}] foo dev0: PM: foo_suspend returned 0 after 5 usecs`,
    `[  ${10 * index + 3}.000000] PM: suspend exit`,
  ]);
  return `${lines.join('\n')}\n`;
}

describe('devgraph timeline', () => {
  it('tells the critical path of each phase, and why each callback did not begin earlier', async () => {
    const { status, stdout } = await devgraph('timeline pi.ftrace', FILES);
    expect(status).toBe(0);
    const resume = stdout.slice(stdout.indexOf('\nresume: '), stdout.indexOf('\ncomplete: '));
    expect(resume.split('\n').slice(-6)).toEqual([
      '              4.9  23 other callbacks, one after another; 11 ms between them',
      '   150.8     63.6  3f980000.usb (dwc2)',
      '                   synchronous: its turn came after pwmchip0',
      '   218.8     68.0  usb1 (usb)',
      '                   waited for its parent 3f980000.usb',
      '',
    ]);
    expect(stdout).toContain('\nwould save, made asynchronous\n   76.9 ms  3f980000.usb\n');
  });

  it('says what a kernel log does not record', async () => {
    const { stdout } = await devgraph('timeline pi.dmesg', FILES);
    expect(stdout).toContain('not recorded: prepare and complete callbacks');
    expect(stdout).toContain('the log does not tell the order');
  });

  it('looks into the cycle that took longest, or the one that is named', async () => {
    const files = { 'two.dmesg': twoCycles(3, 40) };
    const longest = await devgraph('timeline two.dmesg', files);
    expect(longest.stdout).toContain('cycle 1: 3 ms down');
    expect(longest.stdout).toContain('cycle 2: 40 ms down');
    expect(longest.stdout).toContain('\nsuspend: 40 ms, 1 callback, 0 asynchronous\n');
    const first = await devgraph('timeline two.dmesg --cycle 1', files);
    expect(first.stdout).toContain('\nsuspend: 3 ms, 1 callback, 0 asynchronous\n');
    const none = await devgraph('timeline two.dmesg --cycle 3', files);
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toContain('two.dmesg: has no cycle 3: there are 2');
  });

  it('prints JSON of its schema', async () => {
    for (const log of ['pi.ftrace', 'pi.dmesg']) {
      const { stdout } = await devgraph(`timeline ${log} --json`, FILES);
      const result = timelineSchema.parse(JSON.parse(stdout));
      expect(result.phases.length, log).toBeGreaterThan(1);
      for (const { callbacks, begin, end, rest } of result.phases) {
        const path = callbacks.filter(({ onCriticalPath }) => onCriticalPath);
        const sum = path.reduce((all, one) => all + one.delay + one.end - one.begin, rest);
        expect(sum).toBe(end - begin);
      }
    }
  });

  it('writes a picture or a Chrome trace file, as the name of the output says', async () => {
    const picture = await devgraph('timeline pi.ftrace -o pi.svg', FILES);
    expect(picture.stdout).toBe('');
    expect(picture.written.get('pi.svg')).toMatch(/^<svg /);
    const trace = await devgraph('timeline pi.ftrace -o pi.perfetto.json', FILES);
    expect(readChromeTrace(trace.written.get('pi.perfetto.json')!).faults).toEqual([]);
    const data = await devgraph('timeline pi.ftrace -o pi.json', FILES);
    expect(JSON.parse(data.written.get('pi.json')!)).toMatchObject({ version: 1, input: 'pi.ftrace' });
  });

  it('refuses what it cannot do, in one line', async () => {
    const outcomes = await Promise.all([
      devgraph('timeline', FILES),
      devgraph('timeline pi.ftrace pi.dmesg', FILES),
      devgraph('timeline empty', { empty: 'nothing of ours\n' }),
      devgraph('timeline pi.ftrace --cycle 0', FILES),
    ]);
    expect(outcomes.map(({ stderr }) => stderr.split('(')[0]!.trim())).toEqual([
      'devgraph timeline: name a recorded log',
      "devgraph timeline: one log at a time; 'pi.dmesg' is a second one",
      'devgraph timeline: empty: has no callback of a sleep cycle; record a suspend with pm_print_times or the power events of ftrace',
      "devgraph timeline: --cycle takes a whole number from 1 to 9007199254740991, not '0'",
    ]);
    expect(outcomes.every(({ status }) => status === 2)).toBe(true);
  });
});

describe('devgraph on a scenario', () => {
  const SCENARIO = [
    'dev s',
    'dev c',
    'drv rs match=s ops=basic',
    'drv rc match=c ops=suspend_late,resume_early',
    'link c s stateless',
    'delay c suspend_late 3',
    'suspend',
  ].join('\n');

  it('order: the order at its end, and phases that contradict a link', async () => {
    const { status, stdout } = await devgraph('order small.scn', { 'small.scn': SCENARIO });
    expect(status).toBe(0);
    expect(stdout).toContain('\n1  c  moved behind s (a link that a driver asked for)\n');
    expect(stdout).toContain('phases against a dependency');
    const { stdout: json } = await devgraph('order small.scn --json', { 'small.scn': SCENARIO });
    expect(orderSchema.parse(JSON.parse(json)).phases.map(({ kind }) => kind)).toEqual([
      'contradicts',
      'contradicts',
    ]);
  });

  it('order: refuses what only a board has', async () => {
    const { status, stderr } = await devgraph('order small.scn --strict', { 'small.scn': SCENARIO });
    expect(status).toBe(2);
    expect(stderr).toContain('--strict goes with a board; a scenario says so itself');
  });

  it('simulate: a picture and a Chrome trace file, as the name of the output says', async () => {
    const files = { 'small.scn': SCENARIO };
    const picture = await devgraph('simulate small.scn -o small.svg', files);
    expect(picture.written.get('small.svg')).toContain('>c 3 ms</text>');
    const trace = await devgraph('simulate small.scn -o small.trace.json', files);
    expect(readChromeTrace(trace.written.get('small.trace.json')!).faults).toEqual([]);
    const none = await devgraph('simulate small.scn -o small.svg', { 'small.scn': 'dev a' });
    expect(none.stderr).toBe(
      'devgraph simulate: small.scn: has no sleep cycle with a callback; suspend in a step\n',
    );
  });

  it('simulate: tells the phases that contradict a link', async () => {
    const { stdout } = await devgraph('simulate small.scn', { 'small.scn': SCENARIO });
    expect(stdout).toContain('c has its last callback in suspend_late, s its first one in suspend;');
  });
});

describeWithSharedData('devgraph timeline with a board', ['rpi3b/bcm2837-rpi-3-b.dtb'], () => {
  it('knows that the USB host has to wait for its suppliers, so that it would save little', async () => {
    const files = { ...FILES, 'pi.dtb': readFileSync(sharedPath('rpi3b/bcm2837-rpi-3-b.dtb')) };
    const { stdout } = await devgraph('timeline pi.ftrace pi.dtb', files);
    expect(stdout).toContain('links of pi.dtb');
    expect(stdout).toMatch(
      /made asynchronous\n {3}19\.7 ms {2}3f201000\.serial\n {4}7\.4 ms {2}3f980000\.usb\n/,
    );
  });
});
