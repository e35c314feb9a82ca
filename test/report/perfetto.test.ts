import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../src/analysis/timeline.ts';
import type { TraceEvent } from '../../src/core/trace.ts';
import { readLog } from '../../src/logs/index.ts';
import { chromeTrace } from '../../src/report/perfetto.ts';
import { traceOfScenario } from '../support/recorded-run.ts';
import { type ChromeTrace, readChromeTrace } from './chrome-trace-reader.ts';

function traceFile(events: Iterable<TraceEvent>): ChromeTrace {
  return readChromeTrace(chromeTrace(timelineOf(events), 'test'));
}

const RUN = [
  ...['pm_async 1', 'dev p', 'dev a parent=p async', 'dev b parent=p async', 'drv r match=p,a,b ops=all'],
  ...['rpm enable a', 'delay a runtime_resume 2', 'rpm get_sync a', 'delay a suspend 5', 'delay b suspend 3'],
  ...['delay p suspend 1', 'delay p resume 2', 'suspend'],
];

describe('a Chrome trace file', () => {
  it('has a track for each task, the phases, the critical path, each device and its runtime status', () => {
    const { faults, slices } = traceFile(traceOfScenario(...RUN));
    expect(faults).toEqual([]);
    expect([...slices.keys()].sort()).toEqual([
      'devices: a',
      'devices: b',
      'devices: p',
      'runtime status: a',
      'tasks: critical path',
      'tasks: phases of system sleep',
      'tasks: task 1, which walks the lists',
      'tasks: task 2',
      'tasks: task 3',
    ]);
  });

  it('shows callbacks on the task that ran them, in microseconds (2 ms to resume, 1 to freeze, 5 for a child), with why they did not begin earlier', () => {
    const { slices } = traceFile(traceOfScenario(...RUN));
    const parent = slices
      .get('tasks: task 1, which walks the lists')!
      .find(({ name }) => name === 'p suspend');
    expect(parent).toMatchObject({
      ts: 8000,
      dur: 1000,
      args: { device: 'p', why: 'synchronous, but waited for its child a', criticalPath: true, slack: 0 },
    });
    expect(
      slices
        .get('tasks: critical path')!
        .map(({ name }) => name)
        .slice(0, 5),
    ).toContain('a');
  });

  it('leads an arrow from a child to the parent that waited for it', () => {
    const { arrows, events } = traceFile(traceOfScenario(...RUN));
    expect(arrows).toBeGreaterThan(0);
    expect(events.find(({ ph, name }) => ph === 'f' && name === 'child')).toMatchObject({ ts: 8000 });
  });

  it('shows power domains and their callbacks', () => {
    const { slices, faults } = traceFile(
      traceOfScenario(
        'genpd d',
        'dev a',
        'drv r match=a ops=all',
        'domain a d',
        'delay d power_off 4',
        'suspend',
      ),
    );
    expect(faults).toEqual([]);
    expect(slices.get('power domains: d')!.map(({ name }) => name)).toEqual(['off', 'on']);
    expect(slices.get('tasks: task 1, which walks the lists')!.map(({ name }) => name)).toContain(
      'd power_off',
    );
  });

  it('shows functions of runtime PM and usage counts of an ftrace log', () => {
    const text = [
      '          <...>-7   [000] .....     1.000000: rpm_resume: foo flags-4 cnt-1  dep-0  auto-1 p-0 irq-0 child-0',
      '          <...>-7   [000] .....     1.000200: rpm_status: foo status=RPM_ACTIVE',
      '          <...>-7   [000] .....     1.000500: rpm_return_int: rpm_resume+0x1/0x2:foo ret=0',
      '          <...>-7   [000] .....     1.000600: rpm_usage: foo flags-4 cnt-0  dep-0  auto-1 p-0 irq-0 child-0',
    ].join('\n');
    const { slices, faults, events } = traceFile(
      readLog('log', new TextEncoder().encode(`${text}\n`)).events,
    );
    expect(faults).toEqual([]);
    expect(slices.get('tasks: task 7')).toMatchObject([{ name: 'foo rpm_resume', ts: 1_000_000, dur: 500 }]);
    expect(slices.get('runtime status: foo')).toMatchObject([{ name: 'RPM_ACTIVE' }]);
    expect(events.filter(({ ph }) => ph === 'C').map(({ args }) => args)).toEqual([
      { usage: 1 },
      { usage: 0 },
    ]);
  });

  it('is sound for the bundled logs of a Raspberry Pi 3B', () => {
    for (const name of ['sync.ftrace', 'async.ftrace', 'sync.dmesg', 'async.dmesg']) {
      const path = fileURLToPath(new URL(`../../examples/logs/rpi3b-suspend-${name}.gz`, import.meta.url));
      const { events } = readLog(name, gunzipSync(readFileSync(path)));
      const { faults, slices } = traceFile(events);
      expect(faults, name).toEqual([]);
      expect(slices.get('tasks: critical path')!.length, name).toBeGreaterThan(50);
    }
  });

  it('is sound whatever the events, with names that mean something elsewhere', () => {
    const name = fc.constantFrom('a', '</script>', '"', '\u2028', '__proto__', '\u0000', '10', 'é\ud800');
    const event = fc.record({
      kind: fc.constantFrom(
        'callback-begin',
        'callback-end',
        'driver-callback-begin',
        'driver-callback-end',
        'rpm',
      ),
      time: fc.integer({ min: 0, max: 50 }),
      device: name,
      task: fc.integer({ min: 1, max: 3 }),
      phase: fc.constantFrom('suspend', 'resume'),
      direction: fc.constant('suspend'),
      error: fc.constant(0),
      callback: fc.constantFrom('runtime_resume', 'probe'),
      event: fc.constantFrom('suspend', 'status', 'return'),
      status: name,
      caller: fc.constant('rpm_suspend+0x1'),
      usage: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        expect(traceFile(events as unknown as TraceEvent[]).faults).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('is the same for the same run', () => {
    const files = [1, 2].map(() => chromeTrace(timelineOf(traceOfScenario(...RUN)), 'test'));
    expect(files[1]).toBe(files[0]);
  });
});
