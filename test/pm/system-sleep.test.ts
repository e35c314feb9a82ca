import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/core/index.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';

/**
 * Rules of ../shared/semantics/system-sleep.md that no recorded scenario decides; section numbers are of that page. The expected
 * values are those of the page.
 */
function run(...commands: string[]) {
  const session = createSession();
  runCommands(session, commands);
  const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
  return {
    power: (name: string) => (session.world.devices[session.devices.get(name)!] as Device).power,
    returned: events.flatMap(({ e, v }) => (e === 'ret' ? [v] : [])).at(-1),
    /** Callbacks of one device during sleep, in order. */
    callbacksOf: (name: string) =>
      events.flatMap(({ e, d, c }) => (e === 'cb' && d === name && c !== 'probe' ? [c] : [])),
    probed: events.flatMap(({ e, d, c }) => (e === 'cb' && c === 'probe' ? [d] : [])),
    deferred: session.world.deferred,
  };
}

const ALL = [
  'prepare',
  'suspend',
  'suspend_late',
  'suspend_noirq',
  'resume_noirq',
  'resume_early',
  'resume',
  'complete',
];

describe('a wakeup event', () => {
  const TWO = ['dev a', 'dev b', 'drv r match=a,b ops=sleep'];

  it('in the late phase aborts it at the next device (7)', () => {
    const { returned, callbacksOf } = run(...TWO, 'on b suspend_late system_wakeup', 'suspend');
    expect(returned).toBe(-16);
    expect(callbacksOf('a')).toEqual(['prepare', 'suspend', 'resume', 'complete']);
    expect(callbacksOf('b')).toEqual(ALL.filter((name) => !name.endsWith('noirq')));
  });

  it('in the noirq phase is not looked at (14.8)', () => {
    const { returned, callbacksOf } = run(...TWO, 'on b suspend_noirq system_wakeup', 'suspend');
    expect(returned).toBe(0);
    expect(callbacksOf('a')).toEqual(ALL);
  });

  it('of before the cycle is forgotten (11)', () => {
    const { returned } = run(...TWO, 'system_wakeup', 'suspend');
    expect(returned).toBe(0);
  });
});

describe('direct_complete', () => {
  const DIRECT = [
    'dev p',
    'dev c parent=p',
    'drv r match=p,c ops=all',
    'ret p prepare 1*',
    'ret c prepare 1*',
  ];

  it('leaves out all but prepare and complete (6)', () => {
    const { callbacksOf } = run(...DIRECT, 'suspend');
    expect(callbacksOf('p')).toEqual(['prepare', 'complete']);
  });

  it('is refused on a wakeup path, which children set (6, 14.16)', () => {
    const { callbacksOf, power } = run(...DIRECT, 'ret c prepare 0', 'on c suspend wakeup_path c', 'suspend');
    expect(power('p').wakeupPath).toBe(true);
    expect(callbacksOf('p')).toEqual(ALL);
  });
});

describe('smart_suspend', () => {
  const SMART = ['dev p', 'dev c parent=p', 'drv r match=p,c ops=all', 'rpm enable p', 'rpm enable c'];

  it('is refused under a parent without it, but not under one that ignores its children (9)', () => {
    const refused = run(...SMART, 'flag c smart_suspend', 'suspend');
    expect(refused.callbacksOf('c')).toContain('suspend_noirq');
    const accepted = run(...SMART, 'flag c smart_suspend', 'rpm ignore_children p 1', 'suspend');
    expect(accepted.callbacksOf('c')).not.toContain('suspend_noirq');
  });

  it('does not care for suppliers over links without PM_RUNTIME (9)', () => {
    const LINKED = [
      'dev s',
      'dev c',
      'drv r match=s,c ops=all',
      'rpm enable s',
      'rpm enable c',
      'flag c smart_suspend',
    ];
    expect(run(...LINKED, 'link c s stateless', 'suspend').callbacksOf('c')).not.toContain('suspend_noirq');
    expect(run(...LINKED, 'link c s stateless,pm_runtime', 'suspend').callbacksOf('c')).toContain(
      'suspend_noirq',
    );
  });
});

describe('a device that may skip its resume', () => {
  const SKIPPING = ['dev p', 'dev c parent=p', 'drv r match=p,c ops=sleep', 'rpm enable p', 'rpm enable c'];

  it('is resumed all the same when a child must be (8)', () => {
    const { callbacksOf } = run(...SKIPPING, 'flag p may_skip_resume', 'suspend');
    expect(callbacksOf('p')).toContain('resume_noirq');
  });

  it('skips the noirq and early callbacks of its driver, not its resume, and stays suspended (14.10)', () => {
    const { callbacksOf, power } = run(
      ...SKIPPING,
      'flag p may_skip_resume',
      'flag c may_skip_resume',
      'suspend',
    );
    const skipped = ALL.filter((name) => name !== 'resume_noirq' && name !== 'resume_early');
    expect(callbacksOf('p')).toEqual(skipped);
    expect(power('p').runtimeStatus).toBe('suspended');
  });

  it('is resumed over any link of a consumer that must be (8)', () => {
    const { callbacksOf } = run(
      ...['dev s', 'dev c', 'drv r match=s,c ops=sleep', 'link c s stateless'],
      ...['rpm enable s', 'rpm enable c', 'flag s may_skip_resume', 'suspend'],
    );
    expect(callbacksOf('s')).toContain('resume_noirq');
  });
});

describe('a cycle that ends early', () => {
  it('unblocks runtime PM of a device whose prepare failed (5)', () => {
    const { power, returned } = run('dev a', 'drv r match=a ops=sleep', 'ret a prepare -5', 'suspend');
    expect(returned).toBe(-5);
    expect(power('a')).toMatchObject({ lastStatus: 'invalid', usageCount: 0, list: 'dpm' });
  });

  it('lets probes run again and retries what was deferred meanwhile (5, 14.15)', () => {
    const { probed, deferred } = run(
      'dev a',
      'dev z',
      'drv ra match=a ops=sleep',
      'on a suspend drv rz match=z',
      'suspend',
    );
    expect(probed).toEqual(['a', 'z']);
    expect(deferred).toMatchObject({ blocked: false, pending: [] });
  });
});
