/** Events into sleep cycles. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCycleAssembler, REMARK_LIMIT, type SleepCycle } from '../../src/analysis/sleep-cycles.ts';
import type { LogEvent, SleepDirection, SleepPhase } from '../../src/core/trace.ts';
import { readLog } from '../../src/logs/index.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { cyclesOf, recordedCycle } from './cycles-of.ts';

/** A dmesg in short: a device and a direction for each begin and end, or a message. */
function kernelLog(...lines: readonly string[]): LogEvent[] {
  const text = lines.map((line, index) => {
    const [, verb, device, callback = ''] = /^(begin|end) (\S+) (\S+)$/.exec(line) ?? [];
    const time = `[${(index + 1).toString().padStart(5)}.000000] `;
    if (verb === 'begin') return `${time}drv ${device}: PM: calling ${callback} @ 1, parent: none`;
    if (verb === 'end') return `${time}drv ${device}: PM: ${callback} returned 0 after 1 usecs`;
    return `${time}PM: ${line}`;
  });
  return [...readLog('log', new TextEncoder().encode(text.join('\n'))).events];
}

function callback(device: string, direction: SleepDirection): string[] {
  return [`begin ${device} x_${direction}`, `end ${device} x_${direction}`];
}

const begin = (device: string, more: Partial<LogEvent> = {}): LogEvent =>
  ({ kind: 'callback-begin', time: 0, device, direction: 'suspend', ...more }) as LogEvent;
const end = (device: string, more: Partial<LogEvent> = {}): LogEvent =>
  ({ kind: 'callback-end', time: 0, device, error: 0, ...more }) as LogEvent;

describe('a sleep cycle', () => {
  it('runs from entry to exit, with all that stands between', () => {
    const [cycle, ...more] = cyclesOf(
      kernelLog(
        'suspend entry (deep)',
        ...callback('usb1', 'suspend'),
        'suspend debug: Waiting for 5 second(s).',
        ...callback('usb1', 'resume'),
        'suspend exit',
      ),
    );
    expect(more).toEqual([]);
    expect(cycle).toEqual({
      index: 0,
      state: 'deep',
      entry: 1_000_000,
      asleep: 4_000_000,
      exit: 7_000_000,
      runs: (['suspend', 'resume'] as const).map((direction, index) => ({
        device: 'usb1',
        driver: 'drv',
        direction,
        callback: `x_${direction}`,
        task: 1,
        begin: 2_000_000 + 3_000_000 * index,
        end: 3_000_000 + 3_000_000 * index,
        beginSequence: 1 + 3 * index,
        endSequence: 2 + 3 * index,
        error: 0,
        duration: 1,
      })),
      failures: [],
      marks: [
        { kind: 'cycle', mark: 'entry', state: 'deep', time: 1_000_000, sequence: 0 },
        { kind: 'cycle', mark: 'asleep', time: 4_000_000, sequence: 3 },
        { kind: 'cycle', mark: 'exit', time: 7_000_000, sequence: 6 },
      ],
      unfinished: 0,
      endsWithoutBegin: [],
      prepared: [],
      directComplete: [],
      others: [],
      dropped: 0,
    });
  });

  it('without an exit ends where the next one enters', () => {
    const cycles = cyclesOf(
      kernelLog('suspend entry (deep)', ...callback('a', 'suspend'), 'suspend entry (deep)', 'suspend exit'),
    );
    expect(cycles.map(({ runs, entry, exit }) => [runs.length, entry, exit])).toEqual([
      [1, 1_000_000, undefined],
      [0, 4_000_000, 5_000_000],
    ]);
  });

  it('may go down again after coming up, as hibernation does, if it was entered', () => {
    const cycles = cyclesOf(
      kernelLog(
        'hibernation: hibernation entry',
        ...callback('a', 'suspend'),
        ...callback('a', 'resume'),
        ...callback('a', 'suspend'),
        'hibernation: hibernation exit',
      ),
    );
    expect(cycles.map(({ runs }) => runs.length)).toEqual([3]);
  });

  it('without any marks ends where devices suspend after others have resumed', () => {
    const once = [...callback('a', 'suspend'), ...callback('b', 'suspend'), ...callback('a', 'resume')];
    const cycles = cyclesOf(kernelLog(...once, ...once, ...once));
    expect(cycles.map(({ index, runs }) => [index, runs.length])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  it('cut at its head still ends with its exit', () => {
    const cycles = cyclesOf(
      kernelLog('end a x_suspend', ...callback('a', 'resume'), 'suspend exit', 'suspend entry (deep)'),
    );
    expect(cycles.map(({ runs, exit, entry }) => [runs.length, exit, entry])).toEqual([
      [1, 4_000_000, undefined],
      [0, undefined, 5_000_000],
    ]);
    expect(cycles[0]!.endsWithoutBegin).toMatchObject([{ device: 'a', sequence: 0 }]);
  });

  it('of which only the exit is there is none', () => {
    expect(cyclesOf(kernelLog('suspend exit'))).toEqual([]);
  });

  it('is not begun by runtime PM', () => {
    expect(cyclesOf([{ kind: 'rpm', time: 1, device: 'a', event: 'idle' }])).toEqual([]);
  });

  it('keeps its failures', () => {
    const [cycle] = cyclesOf(
      kernelLog('suspend entry (deep)', 'Some devices failed to suspend', 'suspend exit'),
    );
    expect(cycle!.failures).toEqual([
      { kind: 'sleep-failure', time: 2_000_000, what: 'suspend', sequence: 1 },
    ]);
  });

  it('tells no times that the log does not have', () => {
    const untimed = kernelLog('suspend entry (deep)', ...callback('a', 'suspend')).map((event) => ({
      ...event,
      time: Number.NaN,
    }));
    const [cycle] = cyclesOf(untimed);
    expect(cycle).not.toHaveProperty('entry');
    expect(cycle!.runs[0]).not.toHaveProperty('begin');
    expect(cycle!.runs[0]).not.toHaveProperty('end');
    expect(cycle!.runs[0]).toMatchObject({ beginSequence: 1, endSequence: 2 });
  });
});

describe('a callback run', () => {
  it('that never returned is kept, and counted', () => {
    const [cycle] = cyclesOf(
      kernelLog('suspend entry (deep)', 'begin a x_suspend', ...callback('b', 'suspend')),
    );
    expect(cycle!.unfinished).toBe(1);
    expect(cycle!.runs[0]).not.toHaveProperty('endSequence');
    expect(cycle!.runs[0]).not.toHaveProperty('error');
  });

  it('ends with the return of its own device when several run at the same time', () => {
    const [cycle] = cyclesOf([
      begin('a'),
      begin('b'),
      begin('c'),
      end('b', { error: -16 }),
      end('c'),
      end('a'),
    ]);
    expect(cycle!.runs.map(({ device, endSequence, error }) => [device, endSequence, error])).toEqual([
      ['a', 5, 0],
      ['b', 3, -16],
      ['c', 4, 0],
    ]);
  });

  it('ends with the return of its own driver when two devices have one name', () => {
    const [cycle] = cyclesOf([
      begin('x', { driver: 'one' }),
      begin('x', { driver: 'two' }),
      end('x', { driver: 'one' }),
      end('x', { driver: 'two' }),
    ]);
    expect(cycle!.runs.map(({ driver, endSequence }) => [driver, endSequence])).toEqual([
      ['one', 2],
      ['two', 3],
    ]);
  });

  it('ends with the return of its own task', () => {
    const [cycle] = cyclesOf([
      begin('x', { task: 7 }),
      begin('x', { task: 8 }),
      end('x', { task: 7 }),
      end('x', { task: 8 }),
    ]);
    expect(cycle!.runs.map(({ task, endSequence }) => [task, endSequence])).toEqual([
      [7, 2],
      [8, 3],
    ]);
  });

  it('may change its driver on the way', () => {
    const [cycle] = cyclesOf([begin('x', { driver: 'usbhid' }), end('x', { driver: 'usb' })]);
    expect(cycle).toMatchObject({ unfinished: 0, endsWithoutBegin: [] });
  });

  it('does not end with the return of another callback of the device', () => {
    const [cycle] = cyclesOf([
      begin('x', { callback: 'x_suspend' }),
      end('x', { callback: 'x_suspend_late' }),
    ]);
    expect(cycle).toMatchObject({ unfinished: 1, endsWithoutBegin: [{ callback: 'x_suspend_late' }] });
  });

  it('carries the lines of the log where they are given', () => {
    const cycles: SleepCycle[] = [];
    const assembler = createCycleAssembler({ onCycle: (cycle) => cycles.push(cycle) });
    assembler.push(begin('a'), 12);
    assembler.push({ kind: 'sleep-failure', time: 0, what: 'suspend' }, 13);
    assembler.push(end('a'), 15);
    assembler.push(end('b'), 16);
    assembler.end();
    expect(cycles[0]!.runs[0]).toMatchObject({ beginLine: 12, endLine: 15 });
    expect(cycles[0]!.failures[0]).toMatchObject({ line: 13, sequence: 1 });
    expect(cycles[0]!.endsWithoutBegin[0]).toMatchObject({ line: 16, sequence: 3 });
  });
});

/** The phases of the runs of a kernel log, by device. */
function phases(...lines: readonly string[]): Record<string, SleepPhase | undefined> {
  const runs = cyclesOf(kernelLog(...lines)).flatMap((cycle) => cycle.runs);
  return Object.fromEntries(runs.map(({ device, phase }) => [device, phase]));
}

describe('the phase of a run in a kernel log', () => {
  const complete = (words: string): string => `${words} of devices complete after 1.000 msecs`;

  it('is proved by the messages about the ends of the phases', () => {
    expect(
      phases(
        'suspend entry (deep)',
        ...callback('a', 'suspend'),
        complete('suspend'),
        ...callback('b', 'suspend'),
        complete('late suspend'),
        ...callback('c', 'suspend'),
        complete('noirq suspend'),
        'suspend-to-idle',
        ...callback('d', 'resume'),
        complete('noirq resume'),
        ...callback('e', 'resume'),
        complete('early resume'),
        ...callback('f', 'resume'),
        complete('resume'),
        'suspend exit',
      ),
    ).toEqual({
      a: 'suspend',
      b: 'suspend_late',
      c: 'suspend_noirq',
      d: 'resume_noirq',
      e: 'resume_early',
      f: 'resume',
    });
  });

  it('is unknown without them', () => {
    expect(phases('suspend entry (deep)', ...callback('a', 'suspend'), 'suspend exit')).toEqual({
      a: undefined,
    });
  });

  it('is unknown after the last of them', () => {
    expect(phases('suspend entry (deep)', complete('suspend'), ...callback('a', 'suspend'))).toEqual({
      a: undefined,
    });
  });

  it('is unknown where another phase may have ended unseen', () => {
    expect(
      phases(
        'suspend entry (deep)',
        complete('suspend'),
        ...callback('a', 'suspend'),
        complete('noirq suspend'),
      ),
    ).toEqual({ a: undefined });
    expect(phases('suspend entry (deep)', ...callback('a', 'suspend'), complete('late suspend'))).toEqual({
      a: undefined,
    });
  });

  it('is proved on the way up from an abort', () => {
    expect(
      phases(
        'suspend entry (deep)',
        complete('suspend'),
        ...callback('a', 'suspend'),
        'late suspend of devices aborted after 1.000 msecs',
        ...callback('b', 'resume'),
        complete('early resume'),
      ),
    ).toEqual({ a: 'suspend_late', b: 'resume_early' });
  });

  it('is not that of a message about the other direction', () => {
    expect(
      phases('suspend entry (deep)', complete('suspend'), ...callback('a', 'suspend'), complete('resume')),
    ).toEqual({ a: undefined });
  });

  it('in a log that is cut at its head is that of the first message', () => {
    expect(phases(...callback('a', 'resume'), complete('early resume'))).toEqual({ a: 'resume_early' });
  });

  it('gives a direction to a callback whose name tells none', () => {
    const events = kernelLog('suspend entry (deep)', 'begin a x_off', 'end a x_off', complete('suspend'));
    expect(cyclesOf(events)[0]!.runs).toMatchObject([{ phase: 'suspend', direction: 'suspend' }]);
  });
});

describe('the assembler', () => {
  it('drops and counts what a cycle has beyond its limits', () => {
    const events = Array.from({ length: 20 }, (_, index) => [begin(`d${index}`), end(`d${index}`)]).flat();
    const [cycle] = cyclesOf(events, { runLimit: 8 });
    expect(cycle!.runs).toHaveLength(8);
    expect(cycle!.dropped + cycle!.endsWithoutBegin.length).toBe(24);
    const strays = Array.from({ length: REMARK_LIMIT + 5 }, () => end('x'));
    const [stray] = cyclesOf(strays);
    expect(stray).toMatchObject({ dropped: 5, unfinished: 0 });
    expect(stray!.endsWithoutBegin).toHaveLength(REMARK_LIMIT);
  });

  it('is not slowed down by one device that begins for ever', () => {
    const count = 200_000;
    const events = [
      ...Array.from({ length: count }, () => begin('x', { task: 1 })),
      ...Array.from({ length: count }, () => end('x', { task: 2 })),
    ];
    const [cycle] = cyclesOf(events);
    expect(cycle!.unfinished).toBe(count);
  });

  it('accounts for every event, whatever their order', () => {
    const device = fc.constantFrom('a', 'b', 'c');
    const event = fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(device, fc.constantFrom('suspend', 'resume'))
          .map(([name, direction]) => begin(name, { direction } as Partial<LogEvent>)),
      },
      { weight: 5, arbitrary: device.map((name) => end(name)) },
      fc.constantFrom<LogEvent>(
        { kind: 'cycle', time: 1, mark: 'entry' },
        { kind: 'cycle', time: 1, mark: 'exit' },
        { kind: 'phase-end', time: 1, phase: 'suspend' },
        { kind: 'phase-begin', time: 1, phase: 'suspend_late' },
        { kind: 'sleep-failure', time: 1, what: 'suspend' },
      ),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const cycles = cyclesOf(events);
        const kept = cycles.flatMap(({ runs, failures, marks, endsWithoutBegin }) => [
          ...runs.flatMap((run) => (run.endSequence === undefined ? [run] : [run, run])),
          ...failures,
          ...marks,
          ...endsWithoutBegin,
        ]);
        // An exit without a cycle opens none.
        const exits = events.filter((one) => one.kind === 'cycle' && one.mark === 'exit').length;
        const keptExits = cycles
          .flatMap(({ marks }) => marks)
          .filter((one) => one.kind === 'cycle' && one.mark === 'exit');
        expect(kept.length + exits - keptExits.length).toBe(events.length);
        for (const { runs, unfinished } of cycles) {
          expect(runs.filter(({ endSequence }) => endSequence === undefined)).toHaveLength(unfinished);
          expect(
            runs.every(
              ({ beginSequence, endSequence }) => endSequence === undefined || endSequence > beginSequence,
            ),
          ).toBe(true);
          const begins = runs.map(({ beginSequence }) => beginSequence);
          expect(begins).toEqual([...begins].sort((one, two) => one - two));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describeWithSharedData('a recorded suspend', ['rpi3b/suspend-sync.ftrace', 'q35/q35-async.ftrace'], () => {
  it.each([
    'rpi3b/suspend-sync.ftrace',
    'rpi3b/suspend-async.ftrace',
    'q35/q35-sync.ftrace',
    'q35/q35-async.ftrace',
  ])('%s completes devices in exactly the reverse of the order in which it prepares them', (name) => {
    const { runs } = recordedCycle(name);
    const devices = (phase: SleepPhase): string[] =>
      runs.filter((run) => run.phase === phase).map(({ driver = '', device }) => `${driver} ${device}`);
    expect(devices('prepare').length).toBeGreaterThan(50);
    expect(devices('complete')).toEqual(devices('prepare').reverse());
  });

  it('has the marks of an entry and an exit, and of four phases', () => {
    const { marks, entry, exit } = recordedCycle('rpi3b/suspend-sync.ftrace');
    expect(marks.map((mark) => (mark.kind === 'cycle' ? mark.mark : `${mark.kind} ${mark.phase}`))).toEqual([
      'entry',
      ...['prepare', 'suspend', 'resume', 'complete'].flatMap((phase) => [
        `phase-begin ${phase}`,
        `phase-end ${phase}`,
      ]),
      'exit',
    ]);
    expect([entry, exit]).toEqual([86_849_607, 100_506_398]);
  });
});
