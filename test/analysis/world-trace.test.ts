import { describe, expect, it } from 'vitest';
import { traceOf } from '../../src/analysis/world-trace.ts';
import type { TraceEvent } from '../../src/core/trace.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';
import { cyclesOfScenario, traceOfScenario } from '../support/recorded-run.ts';

function line(event: TraceEvent): string {
  const at = `${event.time / 1000} ${event.kind}`;
  if ('phase' in event && event.kind !== 'callback-begin') return `${at} ${event.phase}`;
  return 'device' in event ? `${at} ${event.device}` : at;
}

describe('a scenario that is recorded', () => {
  it('tells a sleep cycle as a log does: phases around callbacks, with the virtual time of each; freezing takes 1 ms', () => {
    const events = traceOfScenario(
      'dev a',
      'drv r match=a ops=basic',
      'delay a suspend 3',
      'suspend devices',
    );
    const cycle = events.slice(events.findIndex(({ kind }) => kind === 'cycle'));
    expect(cycle.map(line)).toEqual([
      '0 cycle',
      '1 phase-begin prepare',
      '1 sleep-device a',
      '1 phase-end prepare',
      '1 phase-begin suspend',
      '1 callback-begin a',
      '4 callback-end a',
      '4 phase-end suspend',
      '4 phase-begin resume',
      '4 callback-begin a',
      '4 callback-end a',
      '4 phase-end resume',
      '4 phase-begin complete',
      '4 phase-end complete',
      '4 cycle',
    ]);
  });

  it('names callbacks as the power tracepoints do', () => {
    const events = traceOfScenario(
      ...[
        'dev p',
        'dev a parent=p type=suspend_late',
        'dev b dom=suspend_noirq',
        'drv r match=a ops=suspend',
      ],
      'suspend',
    );
    const callbacks = events.flatMap((event) =>
      event.kind === 'callback-begin' ? [[event.device, event.parent, event.phase, event.callback]] : [],
    );
    expect(callbacks).toEqual([
      ['a', 'p', 'suspend', 'driver'],
      ['a', 'p', 'suspend_late', 'late type'],
      ['b', undefined, 'suspend_noirq', 'noirq power domain'],
    ]);
  });

  it('says what each device will wait for: its parent and suppliers over links that are not dormant', () => {
    const [cycle] = cyclesOfScenario(
      ...['dev s', 'dev t', 'dev p', 'dev c parent=p async', 'pm_async 1'],
      ...['link c s stateless', 'link c t autoremove_consumer', 'suspend'],
    );
    expect(cycle!.prepared.at(-1)).toMatchObject({
      device: 'c',
      parent: 'p',
      asynchronous: true,
      suppliers: [{ device: 's', link: 'a link that a driver asked for' }],
    });
  });

  it('tells which devices are left alone in the cycle', () => {
    const [cycle] = cyclesOfScenario('dev a', 'drv r match=a ops=all', 'ret a prepare 1', 'suspend');
    expect(cycle!.directComplete).toEqual(['a']);
  });

  it('tells each change of runtime status, and the worker that runs a callback', () => {
    const events = traceOfScenario(
      ...['dev a', 'drv r match=a ops=rpm', 'rpm enable a', 'delay a runtime_resume 2', 'rpm get a', 'flush'],
    );
    expect(
      events.flatMap((event) => {
        if (event.kind === 'rpm') return [`${event.time} ${event.status}`];
        if (event.kind === 'driver-callback-begin' || event.kind === 'driver-callback-end')
          return [`${event.time} task ${event.task} ${event.callback} ${event.value ?? 'begins'}`];
        return [];
      }),
    ).toEqual([
      '0 task 1 probe begins',
      '0 task 1 probe 0',
      '0 RPM_RESUMING',
      '0 task 2 runtime_resume begins',
      '2000 task 2 runtime_resume 0',
      '2000 RPM_ACTIVE',
    ]);
  });

  it('reports what failed', () => {
    const [cycle] = cyclesOfScenario('dev a', 'drv r match=a ops=sleep', 'ret a suspend -5', 'suspend');
    expect(cycle!.failures.map(({ device, what, error }) => [device, what, error])).toEqual([
      ['a', 'suspend', -5],
      [undefined, 'suspend', -5],
    ]);
  });

  it('is the same run as without recording, and a run without recording has no such events', () => {
    const commands = ['dev a', 'drv r match=a ops=all', 'rpm enable a', 'rpm get_sync a', 'suspend', 'dump'];
    const [plain, recorded] = [createSession(), createSession({ recording: true })];
    runCommands(plain, commands);
    runCommands(recorded, commands);
    expect(recorded.trace).toEqual(plain.trace);
    expect(traceOf(plain.world)).toEqual([]);
    expect(traceOf(recorded.world).length).toBeGreaterThan(20);
  });
});

describe('a power domain in a recorded scenario', () => {
  const DOMAIN = ['genpd d', 'dev a', 'drv r match=a ops=sleep', 'domain a d', 'delay d power_off 4'];

  it('takes the turn of its device, with the callback of the driver and its own power_off inside', () => {
    const events = traceOfScenario(...DOMAIN, 'delay a suspend_noirq 2', 'suspend');
    const from = events.findIndex((event) => event.kind === 'phase-begin' && event.phase === 'suspend_noirq');
    const to = events.findIndex((event) => event.kind === 'phase-end' && event.phase === 'suspend_noirq');
    expect(events.slice(from + 1, to).map(line)).toEqual([
      '1 callback-begin a',
      '1 driver-callback-begin a',
      '3 driver-callback-end a',
      '3 domain-callback-begin',
      '7 domain-callback-end',
      '7 domain-status',
      '7 callback-end a',
    ]);
  });

  it('lengthens the turn of its last device, which the critical path shows', () => {
    const [cycle] = cyclesOfScenario(...DOMAIN, 'suspend');
    const noirq = cycle!.runs.find(({ phase }) => phase === 'suspend_noirq');
    expect(noirq).toMatchObject({ device: 'a', begin: 1000, end: 5000 });
  });
});
