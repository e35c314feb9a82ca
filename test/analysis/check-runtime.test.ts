/** What `check --log` says of recorded runtime PM events. Traces are written as the kernel prints them, call by call. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/analysis/finding.ts';
import { devgraph } from '../support/run-cli.ts';

/** Flags of runtime PM calls (include/linux/pm_runtime.h). */
const [ASYNC, GET_PUT, AUTO] = [1, 4, 8];

/** Writes a trace; times are milliseconds and go on from line to line. */
class Trace {
  readonly lines: string[] = ['# tracer: nop'];
  /** Whether the kernel has rpm_status (6.9 and later). */
  readonly hasStatus: boolean;
  #time = 100_000;
  readonly #counts = new Map<string, number>();

  constructor(hasStatus = true) {
    this.hasStatus = hasStatus;
  }

  get text(): string {
    return `${this.lines.join('\n')}\n`;
  }

  wait(ms: number): this {
    this.#time += ms;
    return this;
  }

  line(task: string, text: string): this {
    this.lines.push(`${task.padStart(18)} [000] .....   ${(this.#time / 1000).toFixed(6)}: ${text}`);
    return this;
  }

  call(
    task: string,
    name: 'resume' | 'suspend' | 'idle' | 'usage',
    device: string,
    flags: number,
    { auto = 1, depth = 0, child = 0 } = {},
  ): this {
    const count = this.#counts.get(device) ?? 0;
    return this.line(
      task,
      `rpm_${name}: ${device} flags-${flags.toString(16)} cnt-${count}  dep-${depth}  auto-${auto} p-0 irq-0 child-${child}`,
    );
  }

  returned(task: string, name: 'resume' | 'suspend' | 'idle', device: string, result: number): this {
    return this.line(task, `rpm_return_int: rpm_${name}+0x114/0x758:${device} ret=${result}`);
  }

  status(task: string, device: string, status: string): this {
    return this.hasStatus ? this.line(task, `rpm_status: ${device} status=RPM_${status}`) : this;
  }

  count(device: string, change: number): this {
    this.#counts.set(device, (this.#counts.get(device) ?? 0) + change);
    return this;
  }

  /** pm_runtime_get_sync() of a suspended device. */
  get(task: string, device: string, { took = 1, result = 0 } = {}): this {
    this.count(device, 1).call(task, 'resume', device, GET_PUT).status(task, device, 'RESUMING').wait(took);
    return this.status(task, device, result < 0 ? 'SUSPENDED' : 'ACTIVE').returned(
      task,
      'resume',
      device,
      result,
    );
  }

  /** pm_runtime_get_sync() of an active device. */
  getAgain(task: string, device: string): this {
    return this.count(device, 1).call(task, 'resume', device, GET_PUT).returned(task, 'resume', device, 1);
  }

  /** pm_runtime_put_sync_suspend(), the last one. */
  put(task: string, device: string, took = 1): this {
    this.count(device, -1)
      .call(task, 'suspend', device, GET_PUT)
      .status(task, device, 'SUSPENDING')
      .wait(took);
    return this.status(task, device, 'SUSPENDED').returned(task, 'suspend', device, 0);
  }

  /** A put that leaves others. */
  putOne(task: string, device: string): this {
    return this.count(device, -1).call(task, 'usage', device, GET_PUT);
  }
}

async function check(trace: Trace | string, line = ''): Promise<readonly Finding[]> {
  const text = typeof trace === 'string' ? trace : trace.text;
  const { stdout, stderr } = await devgraph(`check ${line} --log t.ftrace --json`, { 't.ftrace': text });
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

const rules = (findings: readonly Finding[]) => findings.map(({ rule, subject }) => `${rule} ${subject}`);

describe('a usage count', () => {
  it('that a failed get keeps is leaked, and the finding says whose it is and why', async () => {
    const trace = new Trace();
    for (let round = 0; round < 3; round++) trace.get('cat-900', 'i2c', { result: -5 }).wait(100);
    const [finding, ...others] = await check(trace.get('top-7', 'i2c', { result: -5 }));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'usage-count-leaked', subject: 'i2c', place: { line: 2 } });
    expect(finding!.message).toContain('3 gets failed');
    expect(finding!.message).toContain('usage count 4 at the end of the log, 0 of it from before');
    expect(finding!.evidence[0]).toBe('line 2 (100.000000 s): taken by cat-900; the resume failed: -5 (EIO)');
  });

  it('that a failed get keeps and a put without an event gives back is no finding', async () => {
    const trace = new Trace();
    for (let round = 0; round < 5; round++)
      trace.get('cat-900', 'i2c', { result: -5 }).count('i2c', -1).wait(500);
    expect(
      await check(trace.get('cat-900', 'i2c').put('cat-900', 'i2c').wait(5000).get('x-1', 'other')),
    ).toEqual([]);
  });

  it('that one task takes three times is leaked, also if other uses of the device come and go', async () => {
    const trace = new Trace().get('a-1', 'uart');
    for (let round = 0; round < 3; round++)
      trace.wait(10).getAgain('leaky-9', 'uart').getAgain('fine-2', 'uart').wait(5).putOne('fine-2', 'uart');
    const [finding] = await check(trace.putOne('a-1', 'uart'));
    expect(finding).toMatchObject({ rule: 'usage-count-leaked', subject: 'uart' });
    expect(finding!.message).toContain('3 gets of one task have no put; usage count 3');
    expect(finding!.evidence).toHaveLength(3);
    for (const line of finding!.evidence) expect(line).toContain('taken by leaky-9');
  });

  it('that is held until the end for longer than ever before is told, a shorter one is not', async () => {
    const uses = (held: number) =>
      new Trace()
        .get('a-1', 'mmc')
        .wait(3000)
        .put('a-1', 'mmc')
        .wait(10)
        .get('b-2', 'mmc')
        .wait(held)
        .get('c-3', 'x')
        .put('c-3', 'x');
    expect(rules(await check(uses(2500)))).toEqual([]);
    const [finding] = await check(uses(4000));
    expect(finding).toMatchObject({ rule: 'usage-count-kept', subject: 'mmc', severity: 'note' });
    expect(finding!.message).toContain('held for the last 4003 ms');
    expect(finding!.message).toContain('its other uses took 3001 ms at most');
    expect(finding!.evidence).toEqual(['line 10 (103.012000 s): taken by b-2']);
  });

  it('of power/control is none', async () => {
    const trace = new Trace().count('usb', 1).call('sh-1', 'resume', 'usb', 0, { auto: 0 });
    trace.status('sh-1', 'usb', 'ACTIVE').returned('sh-1', 'resume', 'usb', 0).wait(9000);
    expect(await check(trace.call('sh-1', 'resume', 'usb', 0, { auto: 0 }))).toEqual([]);
  });

  it('that a put shows twice, since rpm_idle() goes on as rpm_suspend(), is counted once', async () => {
    const trace = new Trace();
    for (let round = 0; round < 5; round++) {
      trace
        .get('a-1', 'sd')
        .wait(500)
        .count('sd', -1)
        .call('a-1', 'idle', 'sd', GET_PUT)
        .returned('a-1', 'idle', 'sd', 0);
      trace
        .call('a-1', 'suspend', 'sd', GET_PUT | AUTO)
        .status('a-1', 'sd', 'SUSPENDING')
        .wait(1);
      trace.status('a-1', 'sd', 'SUSPENDED').returned('a-1', 'suspend', 'sd', 0).wait(5000);
    }
    expect(await check(trace.get('x-1', 'other').wait(5000).put('x-1', 'other'))).toEqual([]);
  });

  it('that a consumer takes of its supplier belongs to it as long as it is active', async () => {
    const trace = new Trace()
      .count('uart', 1)
      .call('a-1', 'resume', 'uart', GET_PUT)
      .status('a-1', 'uart', 'RESUMING');
    trace.get('a-1', 'clk').status('a-1', 'uart', 'ACTIVE').returned('a-1', 'resume', 'uart', 0).wait(3000);
    expect(rules(await check(trace.getAgain('b-2', 'uart')))).toEqual(['usage-count-kept uart']);
    // The consumer is suspended, and its count of the supplier stays.
    trace.putOne('b-2', 'uart').put('a-1', 'uart').wait(3000);
    const [finding] = await check(trace.getAgain('c-3', 'clk').putOne('c-3', 'clk'));
    expect(finding).toMatchObject({ rule: 'usage-count-kept', subject: 'clk' });
    expect(finding!.evidence[0]).toContain('taken by a-1 in the resume of uart');
  });

  it('of any number of tasks that give back what they take is no finding, however they alternate', async () => {
    const uses = fc.array(fc.record({ task: fc.nat(4), device: fc.nat(2), wait: fc.nat(2000) }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(uses, async (steps) => {
        const trace = new Trace();
        const held = new Map<string, number>();
        const holders = new Map<string, Set<number>>();
        const toggle = (task: number, device: string) => {
          const own = holders.get(device) ?? new Set();
          holders.set(device, own);
          const count = held.get(device) ?? 0;
          const name = `t${task}-${task + 10}`;
          if (own.delete(task)) {
            held.set(device, count - 1);
            if (count === 1) trace.put(name, device);
            else trace.putOne(name, device);
          } else {
            own.add(task);
            held.set(device, count + 1);
            if (count === 0) trace.get(name, device);
            else trace.getAgain(name, device);
          }
        };
        for (const { task, device, wait } of steps) {
          toggle(task, `d${device}`);
          trace.wait(wait);
        }
        for (const [device, own] of holders) for (const task of [...own]) toggle(task, device);
        const counted = (await check(trace.wait(9000).call('x-1', 'usage', 'other', 0))).filter(({ rule }) =>
          rule.startsWith('usage-count'),
        );
        expect(counted).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a device that is active without use', () => {
  /** Active with count 0 from 100.5 s on, then whatever `attempt` writes, then a use seven seconds later. */
  const unused = (attempt: (trace: Trace) => void) => {
    const trace = new Trace().get('a-1', 'usb1').wait(500).count('usb1', -1);
    attempt(trace);
    return trace.wait(7000).getAgain('b-2', 'usb1').put('b-2', 'usb1');
  };

  it.each([
    ['a PM QoS resume latency of 0', -1, 'its PM QoS resume latency is 0'],
    ['a runtime_idle that refuses', -16, 'its runtime_idle callback refused'],
    ['runtime PM that is disabled', -13, 'runtime PM is disabled (depth 1)'],
  ])('is told with its reason: %s', async (_, result, reason) => {
    const depth = result === -13 ? 1 : 0;
    const [finding, ...others] = await check(
      unused((trace) =>
        trace.call('a-1', 'idle', 'usb1', GET_PUT, { depth }).returned('a-1', 'idle', 'usb1', result),
      ),
    );
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'active-without-use', subject: 'usb1', place: { line: 6 } });
    expect(finding!.message).toContain('active for 7000 ms');
    expect(finding!.evidence[0]).toContain(reason);
  });

  it('is told with the error that stopped its runtime PM', async () => {
    const trace = new Trace().get('a-1', 'x').wait(10).count('x', -1);
    trace.call('a-1', 'suspend', 'x', GET_PUT).status('a-1', 'x', 'SUSPENDING').status('a-1', 'x', 'ACTIVE');
    trace.returned('a-1', 'suspend', 'x', -110).wait(100);
    trace.call('a-1', 'suspend', 'x', 0).returned('a-1', 'suspend', 'x', -22).wait(4000);
    const [finding] = await check(trace.line('b-2', 'rpm_status: other status=RPM_ACTIVE'));
    expect(finding).toMatchObject({ rule: 'active-without-use', subject: 'x' });
    expect(finding!.message).toContain('until the end of the log');
    expect(finding!.evidence[0]).toContain(
      'it is stopped since rpm_suspend returned -110 (ETIMEDOUT) at line 9',
    );
  });

  it('is none while an autosuspend timer runs, or where it waits as long as it always does', async () => {
    const timer = unused((trace) =>
      trace.call('a-1', 'suspend', 'usb1', GET_PUT | ASYNC | AUTO).returned('a-1', 'suspend', 'usb1', 0),
    );
    expect(await check(timer)).toEqual([]);
  });

  it('is none where a child or a count came that left no event', async () => {
    const trace = new Trace().get('a-1', 'hub').wait(5).count('hub', -1).call('a-1', 'idle', 'hub', GET_PUT);
    trace.returned('a-1', 'idle', 'hub', -16).wait(9000);
    expect(await check(trace.call('b-2', 'idle', 'hub', ASYNC, { child: 1 }))).toEqual([]);
  });
});

describe('suspends with hardly any rest between', () => {
  /** Uses of 3 ms with the given rests between them; going down and up takes 1 ms each. */
  const withRests = (rests: readonly number[], hasStatus = true) => {
    const trace = new Trace(hasStatus).get('getty-8', 'uart').wait(3).put('getty-8', 'uart');
    for (const rest of rests) trace.wait(rest).get('getty-8', 'uart').wait(3).put('getty-8', 'uart');
    return trace;
  };

  it.each([
    ['with rpm_status', true],
    ['of a kernel that has no rpm_status', false],
  ])('are a finding with the delay that ends them and what it costs: a trace %s', async (_, hasStatus) => {
    const findings = await check(withRests([4, 4, 7, 4, 4, 400, 4], hasStatus));
    expect(rules(findings)).toEqual(['suspend-ping-pong uart']);
    // The longest of the short ones: 1 ms down and 7 ms of rest. It keeps the device on for 27 ms of rests, and for 8 ms before the long one.
    expect(findings[0]!.message).toContain('5 times in a row, resting 4 ms to 7 ms');
    expect(findings[0]!.evidence[0]).toContain(
      'an autosuspend delay of 8 ms ends it: 6 of 7 suspends would not have happened, with 12 ms',
    );
    expect(findings[0]!.evidence[1]).toContain('active for 35 ms longer');
  });

  it('are none if they are few in a row, or if rests are long against the way', async () => {
    expect(await check(withRests([4, 4, 4, 4, 400, 4, 4, 4, 4, 400]))).toEqual([]);
    expect(await check(withRests(Array.from({ length: 20 }, () => 20)))).toEqual([]);
  });

  it('end with the delay that is named: none of the series is left, for any rests', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 40 }),
        async (rests) => {
          const [finding] = await check(withRests(rests));
          const delay = Number(/delay of (\d+) ms/.exec(finding?.evidence[0] ?? '')?.[1] ?? 0);
          // 1 ms down, then the rest, then it is wanted again: with a delay that long it never went down.
          let series = 0;
          for (const rest of rests) {
            series = rest + 1 > delay && rest < 20 ? series + 1 : 0;
            expect(series).toBeLessThan(5);
          }
          if (finding !== undefined)
            expect(finding.evidence[0]).toContain(
              `${rests.filter((rest) => rest + 1 <= delay).length} of ${rests.length} suspends`,
            );
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a supplier that is not active while its consumer is', () => {
  const status = (...news: readonly string[]) => {
    const trace = new Trace();
    for (const one of news) {
      const [device, state] = one.split(' ');
      trace.wait(100).status('a-1', device!, state!);
    }
    return trace;
  };

  it.each([
    ['a USB device behind a hub', '1-1.2', '1-1'],
    ['an interface of a USB device', '1-1.2:1.0', '1-1.2'],
    ['a port of a UART', '30890000.serial:0.0', '30890000.serial:0'],
    ['a SCSI device', '0:0:3:1', 'target0:0:3'],
  ])('is known by names: %s', async (_, child, parent) => {
    const findings = await check(
      status(
        `${parent} SUSPENDED`,
        `${child} RESUMING`,
        `${child} ACTIVE`,
        `${parent} RESUMING`,
        `${parent} ACTIVE`,
      ),
    );
    expect(rules(findings)).toEqual([`active-without-supplier ${child} -> ${parent}`]);
    expect(findings[0]!.message).toBe(
      `${child} became active while ${parent} was suspended, which became active 200 ms later`,
    );
    const order = [`${parent} RESUMING`, `${parent} ACTIVE`, `${child} RESUMING`, `${child} ACTIVE`];
    expect(await check(status(`${parent} SUSPENDED`, ...order))).toEqual([]);
  });

  it('is known by the links of a board, with the property, and by how it ends before its consumer', async () => {
    const [serial, clock] = ['30890000.serial', '30380000.clock-controller'];
    const only = 'imx8mp-evk.dtb --rule active-without-supplier';
    const findings = await check(
      status(
        `${clock} ACTIVE`,
        `${serial} RESUMING`,
        `${serial} ACTIVE`,
        `${clock} SUSPENDING`,
        `${clock} SUSPENDED`,
      ),
      only,
    );
    expect(rules(findings)).toEqual([`active-without-supplier ${serial} -> ${clock}`]);
    expect(findings[0]!.devices).toEqual([`platform:${serial}`, `platform:${clock}`]);
    expect(findings[0]!.message).toBe(`${serial} stayed active when ${clock} was suspended`);
    expect(findings[0]!.evidence[0]).toContain('clocks in /soc@0/');
  });

  it('is found also if the log shows only later that it had been suspended', async () => {
    const late = status('1-1.2 RESUMING', '1-1.2 ACTIVE', '1-1 RESUMING', '1-1 ACTIVE');
    expect(rules(await check(late))).toEqual([]);
    // Seen before, without its status: it is in the log, and nothing but a resume of it was missing.
    const known = new Trace().call('b-2', 'usage', '1-1', 0).status('a-1', '1-1.2', 'RESUMING');
    known
      .status('a-1', '1-1.2', 'ACTIVE')
      .wait(5)
      .status('a-1', '1-1', 'RESUMING')
      .wait(5)
      .status('a-1', '1-1', 'ACTIVE');
    expect(rules(await check(known))).toEqual(['active-without-supplier 1-1.2 -> 1-1']);
  });

  it('is none on a bus that ignores its children, and none across system sleep', async () => {
    const trace = new Trace().line('a-1', 'device_pm_callback_start: x 1-0048, parent: i2c-1, [suspend]');
    trace.status('a-1', 'i2c-1', 'SUSPENDED').status('a-1', '1-0048', 'ACTIVE');
    expect(await check(trace)).toEqual([]);
    const slept = status('1-1 SUSPENDED').line('a-1', 'suspend_resume: suspend_enter[3] begin');
    slept.line('a-1', 'suspend_resume: thaw_processes[0] end');
    expect(await check(slept.status('a-1', '1-1.2', 'ACTIVE'))).toEqual([]);
  });
});

describe('any trace of runtime PM events', () => {
  const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(2 ** 31 - 1, -(2 ** 31), 99999));
  const name = fc.constantFrom(
    'a',
    'b',
    '1-1',
    '1-1.2',
    '__proto__',
    'constructor',
    'x:0',
    '<script>',
    'a -> b',
  );
  const event = fc.oneof(
    fc
      .tuple(fc.constantFrom('resume', 'suspend', 'idle', 'usage'), name, fc.nat(15), number, number)
      .map(
        ([call, device, flags, count, child]) =>
          `rpm_${call}: ${device} flags-${flags.toString(16)} cnt-${count} dep-0 auto-${flags % 2} p-0 irq-0 child-${child}`,
      ),
    fc
      .tuple(fc.constantFrom('resume', 'suspend', 'idle', 'zz'), name, number)
      .map(([call, device, result]) => `rpm_return_int: rpm_${call}+0x1/0x2:${device} ret=${result}`),
    fc
      .tuple(name, fc.constantFrom('ACTIVE', 'SUSPENDED', 'RESUMING', 'SUSPENDING', 'INVALID', '?'))
      .map(([device, status]) => `rpm_status: ${device} status=RPM_${status}`),
    fc.constant('suspend_resume: suspend_enter[3] begin'),
  );
  const lines = fc.array(fc.tuple(fc.nat(3), fc.oneof(fc.nat(100_000), fc.constant(Number.NaN)), event), {
    maxLength: 60,
  });

  it('is read to its end and gives findings that lie in it, the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(lines, async (events) => {
        const text = events
          .map(([task, time, body]) =>
            Number.isNaN(time)
              ? `${body}\n`
              : ` t-${task} [000] ..... ${(time / 1000).toFixed(6)}: ${body}\n`,
          )
          .join('');
        const findings = await check(text);
        for (const { place, message, evidence } of findings) {
          expect(place.line).toBeGreaterThanOrEqual(1);
          expect(place.line).toBeLessThanOrEqual(events.length);
          expect(`${message} ${evidence.join(' ')}`).not.toMatch(/NaN|undefined|Infinity/);
        }
        expect(await check(text)).toEqual(findings);
      }),
      { numRuns: 200 },
    );
  });
});
