import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CriticalPath, criticalPath, type PartPath } from '../../src/analysis/critical-path.ts';
import type { TraceEvent } from '../../src/core/trace.ts';
import { readLog } from '../../src/logs/index.ts';
import { cyclesOfScenario } from '../support/recorded-run.ts';
import { describeWithSharedData } from '../support/shared-data.ts';
import { cyclesOf, recordedCycle } from './cycles-of.ts';

/** Devices `name[ < parent][ async]`, all bound to a driver with suspend and resume callbacks; times in ms. */
function machine(
  devices: readonly string[],
  times: Readonly<Record<string, number>>,
  ...more: readonly string[]
): string[] {
  const names = devices.map((line) => line.split(' ')[0]!);
  return [
    'pm_async 1',
    ...devices.map((line) => `dev ${line.replace(' < ', ' parent=')}`),
    `drv r match=${names.join(',')} ops=basic`,
    ...Object.entries(times).map(([what, ms]) => {
      const [device, callback = 'suspend'] = what.split('.');
      return `delay ${device} ${callback} ${ms}`;
    }),
    ...more,
  ];
}

function pathOf(commands: readonly string[]): CriticalPath {
  const [cycle] = cyclesOfScenario(...commands, 'suspend devices');
  return criticalPath(cycle!);
}

function part(path: CriticalPath, phase: string): PartPath {
  return path.parts.find((one) => one.phase === phase)!;
}

/** The phase's length in ms, then its critical path: device, and why it did not begin earlier. */
function story(path: CriticalPath, phase: string): string[] {
  const { begin, end, path: steps, callbacks } = part(path, phase);
  return [
    `${(end - begin) / 1000} ms`,
    ...steps.map((index) => {
      const { device, waitedFor } = callbacks[index]!;
      const { kind, device: other, via } = waitedFor;
      const through = via.map((hop) => ` through ${hop.device} (${hop.kind})`).join('');
      return `${device}: ${kind}${other === undefined ? '' : ` ${other}`}${through}`;
    }),
  ];
}

function slackOfDevice(path: CriticalPath, phase: string, device: string): number {
  return part(path, phase).callbacks.find((one) => one.device === device)!.slack / 1000;
}

describe('the critical path of a suspend', () => {
  it('is every callback in list order, backwards, where all devices are synchronous', () => {
    const path = pathOf(machine(['a', 'b', 'c'], { a: 2, b: 3, c: 5 }));
    expect(story(path, 'suspend')).toEqual(['10 ms', 'c: phase', 'b: list order c', 'a: list order b']);
  });

  it('is the slowest child and the parent that waited for it, where children are asynchronous', () => {
    const path = pathOf(machine(['p', 'x parent=p async', 'y parent=p async'], { p: 2, x: 5, y: 3 }));
    expect(story(path, 'suspend')).toEqual(['7 ms', 'x: phase', 'p: child x']);
    expect(slackOfDevice(path, 'suspend', 'y')).toBe(2);
  });

  it('begins an asynchronous device only when the walk comes to it, and on the way up at once', () => {
    const path = pathOf(
      machine(['a async', 's'], { 'a.suspend': 4, 's.suspend': 6, 'a.resume': 4, 's.resume': 6 }),
    );
    expect(story(path, 'suspend')).toEqual(['10 ms', 's: phase', 'a: walk s']);
    expect(story(path, 'resume')).toEqual(['6 ms', 's: phase']);
    expect(slackOfDevice(path, 'resume', 'a')).toBe(2);
  });

  it('names the link over which a supplier waited for its consumer', () => {
    const path = pathOf(machine(['s', 'm', 'c async'], { s: 1, m: 2, c: 5 }, 'link c s stateless'));
    expect(story(path, 'suspend')).toEqual(['6 ms', 'c: phase', 's: consumer c']);
    const supplier = part(path, 'suspend').callbacks.find(({ device }) => device === 's');
    expect(supplier!.waitedFor.link).toBe('a link that a driver asked for');
  });

  it('has no wait over a link that is dormant', () => {
    const path = pathOf([
      ...machine(['s async', 'c async'], { s: 1, c: 5 }, 'unbind s', 'link c s autoremove_consumer'),
      'bind s r',
      'unbind s',
    ]);
    expect(story(path, 'suspend')).toEqual(['5 ms', 'c: phase']);
  });

  it('goes through devices without callbacks, which wait all the same', () => {
    const commands = [
      ...['pm_async 1', 'dev p async', 'dev m parent=p async', 'dev c parent=m async'],
      ...['drv r match=p,c ops=basic', 'delay p suspend 1', 'delay c suspend 4'],
    ];
    expect(story(pathOf(commands), 'suspend')).toEqual(['5 ms', 'c: phase', 'p: child c through m (child)']);
  });

  it('shows a synchronous device without a callback that holds up the walk', () => {
    const commands = [
      ...['pm_async 1', 'dev a', 'dev p', 'dev c parent=p async'],
      ...['drv r match=a,c ops=basic', 'delay a suspend 1', 'delay c suspend 4'],
    ];
    expect(story(pathOf(commands), 'suspend')).toEqual([
      '5 ms',
      'c: phase',
      'a: list order c through p (child)',
    ]);
  });

  it('does not wait, on the way up, for the superiors of a device that is left alone', () => {
    const commands = [
      ...['pm_async 1', 'dev s async', 'dev m async', 'dev c async', 'drv r match=s,m,c ops=all'],
      ...['link m s stateless', 'ret m prepare 1*', 'delay s resume 7', 'delay c resume 3'],
    ];
    const path = pathOf(commands);
    expect(part(path, 'resume').callbacks.map(({ device }) => device)).toEqual(['c', 's']);
    expect(story(path, 'resume')).toEqual(['7 ms', 's: phase']);
    expect(slackOfDevice(path, 'resume', 'c')).toBe(4);
  });

  it('has a phase for each of the eight that ran, each beginning where the one before ended', () => {
    const [cycle] = cyclesOfScenario(
      ...['dev a', 'drv r match=a ops=all', 'delay a suspend_late 2', 'delay a resume_early 3', 'suspend'],
    );
    const { parts } = criticalPath(cycle!);
    const start = parts[0]!.begin;
    expect(
      parts.map(({ phase, begin, end }) => [phase, (begin - start) / 1000, (end - start) / 1000]),
    ).toEqual([
      ['prepare', 0, 0],
      ['suspend', 0, 0],
      ['suspend_late', 0, 2],
      ['suspend_noirq', 2, 2],
      ['resume_noirq', 2, 2],
      ['resume_early', 2, 5],
      ['resume', 5, 5],
      ['complete', 5, 5],
    ]);
  });

  it('ends in a callback that never returned, as far as the log goes', () => {
    const text = [
      '[    1.000000] PM: suspend entry (deep)',
      '[    1.100000] foo a: PM: calling foo_suspend @ 1, parent: none',
      '[    1.200000] foo a: PM: foo_suspend returned 0 after 5 usecs',
      '[    1.300000] foo b: PM: calling foo_suspend @ 1, parent: none',
      '[    9.000000] PM: suspend exit',
    ].join('\n');
    const [cycle] = cyclesOf(readLog('log', new TextEncoder().encode(`${text}\n`)).events);
    const [down] = criticalPath(cycle!).parts;
    expect(down!.path.map((index) => down!.callbacks[index])).toMatchObject([
      { device: 'a', unfinished: false, end: 1_200_000, stated: 5 },
      { device: 'b', unfinished: true, end: 9_000_000, delay: 100_000, unexplained: 100_000 },
    ]);
  });
});

describe('the time before a callback', () => {
  it('is explained by runtime PM of its device that it had to wait for', () => {
    const path = pathOf([
      ...[
        'dev a',
        'dev b',
        'drv r match=a,b ops=all',
        'rpm enable a',
        'delay a runtime_resume 3',
        'delay b suspend 1',
      ],
      // A request that is pending when the device is suspended is carried out first.
      'on b suspend rpm get a',
    ]);
    const callback = part(path, 'suspend').callbacks.find(({ device }) => device === 'a');
    expect(callback).toMatchObject({
      delay: 3000,
      meanwhile: [{ device: 'a', name: 'runtime_resume', took: 3000 }],
      unexplained: 0,
    });
  });

  it('is explained by functions of runtime PM that an ftrace log records', () => {
    const at = (time: string, rest: string) => `           foo-1   [000] .....     ${time}: ${rest}`;
    const text = [
      at('1.000', 'suspend_resume: dpm_suspend[2] begin'),
      at('1.001', 'rpm_resume: dev0 flags-4 cnt-1  dep-0  auto-1 p-0 irq-0 child-0'),
      at('1.004', 'rpm_return_int: rpm_resume+0x1/0x2:dev0 ret=0'),
      at('1.005', 'device_pm_callback_start: foo dev0, parent: none, bus [suspend]'),
      at('1.006', 'device_pm_callback_end: foo dev0, err=0'),
      at('1.006', 'suspend_resume: dpm_suspend[2] end'),
    ].join('\n');
    const [cycle] = cyclesOf(readLog('log', new TextEncoder().encode(`${text}\n`)).events);
    expect(criticalPath(cycle!).parts[0]!.callbacks).toMatchObject([
      { delay: 5000, meanwhile: [{ device: 'dev0', name: 'rpm_resume', took: 3000 }], unexplained: 2000 },
    ]);
  });
});

describe('what a device would save', () => {
  it('is the time that it no longer adds to the walk, on both ways', () => {
    const path = pathOf(machine(['a', 'b'], { a: 4, b: 5, 'a.resume': 6, 'b.resume': 1 }));
    // Beside b, on the way up, a saves 1 of 7 ms; on the way down it has to wait for the walk to pass b.
    // Beside a, b saves 4 of 9 ms on the way down and 1 of 7 on the way up.
    expect(path.savings).toEqual([
      { device: 'b', saved: 5000 },
      { device: 'a', saved: 1000 },
    ]);
  });

  it('is nothing for a device that others have to wait for anyhow', () => {
    const path = pathOf(machine(['p', 'c parent=p'], { p: 4, c: 5 }));
    expect(path.savings).toEqual([]);
  });
});

/** A machine of at most nine devices: parents and suppliers stand before their children and consumers. */
interface Model {
  readonly devices: readonly {
    readonly parent: number;
    readonly supplier: number;
    readonly asynchronous: boolean;
    readonly driver: boolean;
    readonly suspend: number;
    readonly resume: number;
  }[];
}

const model: fc.Arbitrary<Model> = fc
  .array(
    fc.record({
      parent: fc.integer({ min: -2, max: 7 }),
      supplier: fc.integer({ min: -4, max: 7 }),
      asynchronous: fc.boolean(),
      driver: fc.boolean(),
      suspend: fc.integer({ min: 0, max: 9 }),
      resume: fc.integer({ min: 0, max: 9 }),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((devices) => ({ devices }));

type Change = Partial<Model['devices'][number]>;

/** The commands of a machine, with one of its devices changed. */
function commandsOf({ devices }: Model, which = -1, change: Change = {}): string[] {
  const all = devices.map((device, index) => (index === which ? { ...device, ...change } : device));
  const lines = ['pm_async 1'];
  for (const [index, { parent, asynchronous }] of all.entries()) {
    const below = parent >= 0 && parent < index ? ` parent=d${parent}` : '';
    lines.push(`dev d${index}${below}${asynchronous ? ' async' : ''}`);
  }
  const bound = all.flatMap(({ driver }, index) => (driver ? [`d${index}`] : []));
  if (bound.length > 0) lines.push(`drv r match=${bound.join(',')} ops=basic`);
  for (const [index, { supplier, suspend, resume }] of all.entries()) {
    if (supplier >= 0 && supplier < index) lines.push(`link d${index} d${supplier} stateless`);
    lines.push(`delay d${index} suspend ${suspend}`, `delay d${index} resume ${resume}`);
  }
  return lines;
}

function lengthOf(path: CriticalPath, phase: string): number {
  const { begin, end } = part(path, phase);
  return (end - begin) / 1000;
}

describe('whatever the machine', () => {
  const withDevice = fc.tuple(model, fc.nat()).map(([machine, pick]) => ({
    machine,
    index: pick % machine.devices.length,
  }));

  it('each callback begins the moment that what it waited for has ended, and the path is as long as the phase', () => {
    fc.assert(
      fc.property(model, (machine) => {
        for (const { begin, end, callbacks, path, rest } of pathOf(commandsOf(machine)).parts) {
          expect(callbacks.filter(({ delay }) => delay !== 0)).toEqual([]);
          expect(rest).toBe(0);
          const took = path
            .map((index) => callbacks[index]!)
            .reduce((sum, one) => sum + one.end - one.begin, 0);
          expect(took).toBe(end - begin);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a callback that ends later by its slack lengthens nothing, and by one more it lengthens the phase by one', () => {
    fc.assert(
      fc.property(
        withDevice,
        fc.constantFrom('suspend' as const, 'resume' as const),
        ({ machine, index }, phase) => {
          const before = pathOf(commandsOf(machine));
          const callback = part(before, phase).callbacks.find(({ device }) => device === `d${index}`);
          if (callback === undefined) return;
          const slack = callback.slack / 1000;
          const later = (by: number) =>
            lengthOf(
              pathOf(commandsOf(machine, index, { [phase]: machine.devices[index]![phase] + by })),
              phase,
            );
          expect(later(slack)).toBe(lengthOf(before, phase));
          expect(later(slack + 1)).toBe(lengthOf(before, phase) + 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a callback that is faster never lengthens a phase', () => {
    fc.assert(
      fc.property(withDevice, ({ machine, index }) => {
        const before = pathOf(commandsOf(machine));
        const after = pathOf(commandsOf(machine, index, { suspend: 0, resume: 0 }));
        for (const phase of ['suspend', 'resume'])
          expect(lengthOf(after, phase)).toBeLessThanOrEqual(lengthOf(before, phase));
      }),
      { numRuns: 300 },
    );
  });

  it('what a device would save is what a run saves in which it is asynchronous', () => {
    let compared = 0;
    fc.assert(
      fc.property(withDevice, ({ machine, index }) => {
        const { asynchronous, driver } = machine.devices[index]!;
        if (asynchronous || !driver) return;
        const before = pathOf(commandsOf(machine));
        const onPath = before.parts.some(({ path, callbacks }) =>
          path.some((at) => callbacks[at]!.device === `d${index}`),
        );
        if (!onPath) return;
        const after = pathOf(commandsOf(machine, index, { asynchronous: true }));
        const phases = ['suspend', 'resume'];
        const saved = phases.reduce((sum, one) => sum + lengthOf(before, one) - lengthOf(after, one), 0);
        const told = before.savings.find(({ device }) => device === `d${index}`)?.saved ?? 0;
        expect(told / 1000).toBe(Math.max(0, saved));
        compared++;
      }),
      { numRuns: 600 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});

describeWithSharedData(
  'the recorded suspends of a Raspberry Pi 3B and a PC',
  ['rpi3b/suspend-async.ftrace', 'q35/q35-async.ftrace'],
  () => {
    const logs = ['sync', 'async'].flatMap((kind) => [
      ...[`rpi3b/suspend-${kind}.ftrace`, `rpi3b/suspend-${kind}.dmesg`],
      ...[`q35/q35-${kind}.ftrace`, `q35/q35-${kind}.dmesg`],
    ]);

    it.each(logs)('%s: the path, what nothing explains and the rest are the whole of each phase', (log) => {
      const { parts, leftOut } = criticalPath(recordedCycle(log));
      expect(leftOut).toBe(0);
      for (const { begin, end, path, callbacks, rest } of parts) {
        const steps = path.map((index) => callbacks[index]!);
        const sum = steps.reduce((all, one) => all + one.delay + one.end - one.begin, rest);
        expect(sum).toBe(end - begin);
        expect(
          callbacks.filter(({ delay, unexplained }) => delay < 0 || unexplained < 0 || unexplained > delay),
        ).toEqual([]);
      }
    });

    it('the USB host of the Pi resumes in 64 ms and its root hub after it in 68, which end the resume', () => {
      const { callbacks, path } = part(criticalPath(recordedCycle('rpi3b/suspend-async.ftrace')), 'resume');
      expect(path.slice(-2).map((index) => callbacks[index])).toMatchObject([
        { device: '3f980000.usb', asynchronous: false },
        { device: 'usb1', asynchronous: true, waitedFor: { kind: 'parent', device: '3f980000.usb' } },
      ]);
    });
  },
);

/** Two devices of which each is the other's parent; one began at a time that nobody can read. */
const EACH_OTHERS_PARENT = [
  { time: Number.NaN, device: 'a', parent: 'b', task: 1, phase: 'prepare', direction: 'suspend' },
  { time: 0, device: 'b', parent: 'a', task: 2, direction: 'resume' },
].map((fields) => ({ kind: 'callback-begin', ...fields }) as TraceEvent);

describe('whatever a log says', () => {
  it('delays, slack and unexplained time are never negative, and the path is the whole of its phase', () => {
    const name = fc.constantFrom('a', 'b', 'c', '__proto__');
    const phase = fc.constantFrom('prepare' as const, 'suspend' as const, 'resume' as const, undefined);
    const event: fc.Arbitrary<TraceEvent> = fc
      .record({
        kind: fc.constantFrom('callback-begin', 'callback-end', 'phase-begin', 'phase-end', 'rpm'),
        time: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(Number.NaN)),
        device: name,
        parent: name,
        task: fc.integer({ min: 1, max: 3 }),
        phase,
        direction: fc.constantFrom('suspend', 'resume', undefined),
        error: fc.constant(0),
        event: fc.constantFrom('resume', 'return'),
        caller: fc.constant('rpm_resume+0x1'),
      })
      .map((fields) => ({
        ...fields,
        phase: fields.phase ?? (fields.kind.startsWith('phase') ? 'resume' : undefined),
      }))
      .map((fields) => fields as unknown as TraceEvent);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        for (const cycle of cyclesOf(events)) {
          for (const { begin, end, callbacks, path, rest } of criticalPath(cycle).parts) {
            const wrong = callbacks.filter(
              ({ delay, unexplained, slack }) =>
                delay < 0 || unexplained < 0 || unexplained > delay || slack < 0,
            );
            expect(wrong).toEqual([]);
            const steps = path.map((index) => callbacks[index]!);
            const sum = steps.reduce((all, one) => all + one.delay + one.end - one.begin, rest);
            if (steps.length > 0) expect(sum).toBe(end - begin);
          }
        }
      }),
      { numRuns: 500, examples: [[EACH_OTHERS_PARENT]] },
    );
  });
});
