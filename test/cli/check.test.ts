import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/analysis/check-result.ts';
import { devgraph } from '../support/run-cli.ts';
import { describeWithSharedData, sharedPath } from '../support/shared-data.ts';

const EVK = 'imx8mp-evk.dtb';

async function checkJson(
  line: string,
  files: Record<string, string | Uint8Array> = {},
): Promise<CheckResult> {
  return JSON.parse((await devgraph(`check ${line} --json`, files)).stdout);
}

function rulesOf(result: CheckResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { rule } of result.findings) counts[rule] = (counts[rule] ?? 0) + 1;
  return counts;
}

describe('devgraph check on a board', () => {
  it('finds every DMA client of the i.MX8M Plus EVK that has no link to its engine', async () => {
    const result = await checkJson(`${EVK} --rule dma-client-unlinked`);
    // The tree's own enabled nodes with a dmas property, by the source of that board.
    expect(result.findings.map((finding) => finding.devices[0])).toEqual([
      'platform:30860000.serial',
      'platform:30880000.serial',
      'platform:30890000.serial',
      'platform:30c20000.sai',
      'platform:30c30000.sai',
      'platform:30ca0000.audio-controller',
      'platform:30cb0000.aud2htx',
      'platform:30cc0000.xcvr',
    ]);
  });

  it('has none of them left with fw_devlink.strict=1, which makes the links', async () => {
    expect((await checkJson(`${EVK} --strict --rule dma-client-unlinked`)).findings).toEqual([]);
  });

  it('ends with status 1 for findings, 0 without, and is quiet when asked', async () => {
    expect((await devgraph(`check ${EVK}`)).status).toBe(1);
    expect((await devgraph(`check ${EVK} --rule phandle-dangling`)).status).toBe(0);
    const { stdout } = await devgraph(`check ${EVK} --quiet`);
    expect(stdout.split('\n').length).toBeLessThan(6);
  });

  it('turns rules off, changes severities and ignores devices as the configuration says', async () => {
    const config = {
      rules: { 'cycle-relaxed': 'off', 'order-by-luck': 'error' },
      ignore: [{ rule: 'dma-client-unlinked', device: '308*.serial', reason: 'PIO' }],
      failOn: 'error',
    };
    const files = { 'devgraph.config.json': JSON.stringify(config) };
    const result = await checkJson(EVK, files);
    const counts = rulesOf(result);
    expect(counts['cycle-relaxed']).toBeUndefined();
    expect(counts['dma-client-unlinked']).toBe(5);
    expect(result.counts.error).toBe(counts['order-by-luck']);
    const mild = JSON.stringify({ ...config, rules: {} });
    expect((await devgraph(`check ${EVK}`, { 'devgraph.config.json': mild })).status).toBe(0);
  });

  it('points to what is wrong in a configuration', async () => {
    const cases: [string, string][] = [
      ['{', 'is not JSON'],
      ['{"rules":{"dma":"off"}}', 'rules'],
      ['{"rules":{"cycle-relaxed":"loud"}}', 'rules.cycle-relaxed'],
      ['{"extra":1}', 'extra'],
    ];
    for (const [text, part] of cases) {
      const { status, stderr } = await devgraph(`check ${EVK} --config c.json`, { 'c.json': text });
      expect(status).toBe(2);
      expect(stderr).toContain('c.json');
      expect(stderr).toContain(part);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  it('accepts the findings of a baseline, tells new ones, and counts entries that are gone', async () => {
    const wrote = await devgraph(`check ${EVK} --rule dma-client-unlinked --write-baseline base.json`);
    expect(wrote.status).toBe(0);
    const base = wrote.written.get('base.json')!;
    const same = await checkJson(`${EVK} --rule dma-client-unlinked --baseline base.json`, {
      'base.json': base,
    });
    expect([same.findings.length, same.accepted, same.stale]).toEqual([0, 8, 0]);
    const strict = await checkJson(`${EVK} --strict --rule dma-client-unlinked --baseline base.json`, {
      'base.json': base,
    });
    expect([strict.findings.length, strict.accepted, strict.stale]).toEqual([0, 0, 8]);
  });

  it('looks at many boards in one run, and says which finding is of which', async () => {
    const result = await checkJson(`${EVK} rk3399-rock-pi-4b.dtb`);
    expect(result.boards.map((board) => board.input)).toEqual([EVK, 'rk3399-rock-pi-4b.dtb']);
    expect(new Set(result.findings.map((finding) => finding.place.input))).toEqual(
      new Set([EVK, 'rk3399-rock-pi-4b.dtb']),
    );
  });
});

/** A trace of one suspend in which each word is the begin (`+`) or end (`-`) of a device's callback. */
function trace(words: string, phase = 'dpm_suspend', verb = 'suspend'): string {
  let lines = 0;
  const line = (text: string) => `   init-1  [000] .....  ${(100 + ++lines / 1000).toFixed(6)}: ${text}\n`;
  const events = words.split(' ').map((word) => {
    const device = word.slice(1);
    return word.startsWith('+')
      ? line(`device_pm_callback_start: drv ${device}, parent: none, bus [${verb}]`)
      : line(`device_pm_callback_end: drv ${device}, err=0`);
  });
  return [line(`suspend_resume: ${phase}[2] begin`), ...events, line(`suspend_resume: ${phase}[2] end`)].join(
    '',
  );
}

describe('devgraph check on a log', () => {
  const SERIAL = '30890000.serial';
  const CLOCK = '30380000.clock-controller';

  it('finds nothing when consumers end before their suppliers begin', async () => {
    const log = trace(`+${SERIAL} -${SERIAL} +${CLOCK} -${CLOCK}`);
    const result = await checkJson(`${EVK} --rule suspended-before-consumer --log a.ftrace`, {
      'a.ftrace': log,
    });
    expect(result.findings).toEqual([]);
    expect(result.logs[0]).toMatchObject({
      callbacks: 2,
      devicesOnBoard: [`platform:${SERIAL}`, `platform:${CLOCK}`],
    });
  });

  it('finds a supplier that was suspended before its consumer had ended, with the property and the line', async () => {
    const log = trace(`+${SERIAL} +${CLOCK} -${SERIAL} -${CLOCK}`);
    const { findings } = await checkJson(`${EVK} --rule suspended-before-consumer --log a.ftrace`, {
      'a.ftrace': log,
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      severity: 'error',
      subject: `${SERIAL} -> ${CLOCK}`,
      message: `${CLOCK} began to be suspended (suspend) while ${SERIAL} was still running`,
      place: { input: 'a.ftrace', line: 3 },
    });
    expect(findings[0]!.evidence[0]).toContain(
      'clocks in /soc@0/bus@30800000/spba-bus@30800000/serial@30890000',
    );
  });

  it('sees a dependency through a device that has no callback of its own', async () => {
    // The serial port is below spba-bus, which is below bus@30800000; only the outer one is in the log.
    const log = trace(`+30800000.bus -30800000.bus +${SERIAL} -${SERIAL}`);
    const { findings } = await checkJson(`${EVK} --rule suspended-before-consumer --log a.ftrace`, {
      'a.ftrace': log,
    });
    expect(findings.map((finding) => finding.subject)).toEqual([`${SERIAL} -> 30800000.bus`]);
    expect(findings[0]!.evidence).toHaveLength(2);
  });

  it('finds a consumer that was resumed before its supplier', async () => {
    const log = trace(`+${SERIAL} -${SERIAL} +${CLOCK} -${CLOCK}`, 'dpm_resume', 'resume');
    const { findings } = await checkJson(`${EVK} --rule resumed-before-supplier --log a.ftrace`, {
      'a.ftrace': log,
    });
    expect(findings.map((finding) => finding.subject)).toEqual([`${SERIAL} -> ${CLOCK}`]);
  });

  it('tells a broken dependency without a link apart from one with', async () => {
    const log = trace(`+30bd0000.dma-controller -30bd0000.dma-controller +${SERIAL} -${SERIAL}`);
    const counts = rulesOf(await checkJson(`${EVK} --log a.ftrace`, { 'a.ftrace': log }));
    expect(counts['unlinked-dependency-violated']).toBe(1);
    expect(counts['suspended-before-consumer']).toBeUndefined();
  });

  it('reports a callback that failed once, though the log says it twice', async () => {
    const log = [
      '[  10.000000] PM: suspend entry (deep)',
      '[  10.100000] imx-uart 30890000.serial: PM: calling platform_pm_suspend @ 12, parent: 30800000.spba-bus',
      '[  10.100100] imx-uart 30890000.serial: PM: dpm_run_callback(): platform_pm_suspend returns -16',
      '[  10.100200] imx-uart 30890000.serial: PM: platform_pm_suspend returned -16 after 100 usecs',
      '[  10.100300] imx-uart 30890000.serial: PM: failed to suspend: error -16',
      '[  10.200000] PM: suspend exit',
      '',
    ].join('\n');
    const { findings } = await checkJson(`${EVK} --rule callback-failed --log a.dmesg`, { 'a.dmesg': log });
    expect(findings.map(({ subject, message }) => [subject, message])).toEqual([
      ['30890000.serial', 'suspend callback (platform_pm_suspend) returned -16 (EBUSY)'],
    ]);
  });

  it('tells a failure of the whole system only where no device failed before it', async () => {
    const SYSTEM = '[  10.300000] PM: Some devices failed to suspend, or early wake event detected';
    const cycle = (...lines: string[]) =>
      ['[  10.000000] PM: suspend entry (deep)', ...lines, '[  10.400000] PM: suspend exit', ''].join('\n');
    const subjects = async (log: string) =>
      (await checkJson(`${EVK} --rule callback-failed --log a.dmesg`, { 'a.dmesg': log })).findings.map(
        ({ subject }) => subject,
      );
    const device = '[  10.100000] imx-uart 30890000.serial: PM: failed to suspend: error -16';
    expect(await subjects(cycle(device, SYSTEM))).toEqual(['30890000.serial']);
    expect(await subjects(cycle(SYSTEM))).toEqual(['system']);
    // What fails on the way up does not explain why the way down was left.
    const resume = '[  10.350000] imx-uart 30890000.serial: PM: failed to resume: error -5';
    expect((await subjects(cycle(SYSTEM, resume))).sort()).toEqual(['30890000.serial', 'system']);
  });

  it('takes a board that is named after the logs', async () => {
    const log = trace(`+${SERIAL} -${SERIAL}`);
    const result = await checkJson(`--log a.ftrace ${EVK}`, { 'a.ftrace': log });
    expect(result.boards.map((board) => board.input)).toEqual([EVK]);
    expect(result.logs.map((one) => one.input)).toEqual(['a.ftrace']);
  });

  it('says how many records the log itself says are missing', async () => {
    const log = `${trace(`+${SERIAL} -${SERIAL}`)}CPU:1 [LOST 5 EVENTS]\n`;
    expect((await checkJson(`${EVK} --log a.ftrace`, { 'a.ftrace': log })).logs[0]).toMatchObject({
      lost: 5,
    });
    const { stdout } = await devgraph(`check ${EVK} --log a.ftrace`, { 'a.ftrace': log });
    expect(stdout).toContain('  5 records are missing, by the log itself\n');
  });

  it('counts the findings that it leaves out of a log with too many', async () => {
    const devices = Array.from({ length: 10_003 }, (_, index) => `d${index}`);
    const log = trace(devices.map((device) => `+${device} -${device}`).join(' ')).replaceAll(
      'err=0',
      'err=-5',
    );
    const result = await checkJson('--log a.ftrace', { 'a.ftrace': log });
    expect(result.findings).toHaveLength(10_000);
    expect(result.logs[0]).toMatchObject({ findingsLeftOut: 3 });
  });

  it('warns of a log of another board instead of finding nothing', async () => {
    const log = trace('+usb1 -usb1 +mmc0 -mmc0');
    const { findings } = await checkJson(`${EVK} --rule log-of-another-board --log a.ftrace`, {
      'a.ftrace': log,
    });
    expect(findings).toHaveLength(1);
  });

  it('compares the bundled recordings of a Raspberry Pi without a board', async () => {
    const names = ['rpi3b-suspend-sync.ftrace.gz', 'rpi3b-suspend-async.ftrace.gz'];
    const files = Object.fromEntries(
      names.map((name) => [
        name,
        new Uint8Array(
          gunzipSync(readFileSync(fileURLToPath(new URL(`../../examples/logs/${name}`, import.meta.url)))),
        ),
      ]),
    );
    const result = await checkJson(`--log ${names.join(' ')}`, files);
    expect(result.logs.map(({ lines, skipped, cycles }) => [lines, skipped, cycles])).toEqual([
      [1158, 0, 1],
      [1158, 0, 1],
    ]);
    expect(Object.keys(rulesOf(result)).filter((rule) => rule !== 'order-differs')).toEqual([]);
  });
});

const PI = 'bcm2837-rpi-3-b.dtb';
const RUNS = ['suspend-sync.ftrace', 'suspend-async.ftrace', 'suspend-sync.dmesg', 'suspend-async.dmesg'];

describeWithSharedData(
  'a recorded suspend of a Raspberry Pi 3',
  [PI, ...RUNS].map((name) => `rpi3b/${name}`),
  () => {
    const files = () =>
      Object.fromEntries(
        [PI, ...RUNS].map((name) => [name, new Uint8Array(readFileSync(sharedPath(`rpi3b/${name}`)))]),
      );

    it('is read without a lost line, and every device of it is said to be on the board or not', async () => {
      const result = await checkJson(`${PI} --log ${RUNS.join(' ')}`, files());
      expect(result.logs.map((log) => log.skipped)).toEqual([0, 0, 0, 0]);
      for (const log of result.logs) {
        const text = new TextDecoder().decode(files()[log.input]);
        const named = log.format === 'ftrace' ? /callback_start:.* (\S+), parent/g : / (\S+): PM: calling/g;
        const devices = new Set([...text.matchAll(named)].map((match) => match[1]!));
        const said = [
          ...log.devicesOnBoard.map((id) => id.slice(id.indexOf(':') + 1)),
          ...log.devicesNotOnBoard,
        ];
        expect(new Set(said)).toEqual(devices);
        expect(said).toHaveLength(devices.size);
      }
    });

    it('has the two DMA clients without a link, and no violation that is not there', async () => {
      const result = await checkJson(`${PI} --log ${RUNS.join(' ')}`, files());
      const clients = result.findings.filter((finding) => finding.rule === 'dma-client-unlinked');
      expect(clients.map((finding) => finding.subject)).toEqual([
        '3f202000.mmc -> 3f007000.dma-controller',
        '3f902000.hdmi -> 3f007000.dma-controller',
      ]);
      expect(clients[0]!.evidence).toContain('suspend-sync.ftrace: 3f202000.mmc suspended first');
      const violations = [
        'suspended-before-consumer',
        'resumed-before-supplier',
        'unlinked-dependency-violated',
        'callback-failed',
        'log-of-another-board',
      ];
      expect(result.findings.filter((finding) => violations.includes(finding.rule))).toEqual([]);
    });
  },
);
