import { describe, expect, it } from 'vitest';
import { type Device, supplierLinksOf } from '../../src/core/index.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';

/**
 * Rules of ../shared/semantics/runtime-pm.md that no recorded scenario decides; section numbers are of that page. The expected
 * values are those of the page.
 */
function run(...commands: string[]) {
  const session = createSession();
  runCommands(session, ['dev p', 'dev c parent=p', 'drv r match=p,c ops=rpm', ...commands]);
  const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
  const device = (name: string): Device => session.world.devices[session.devices.get(name)!]!;
  const links = (name: string) => supplierLinksOf(session.world, session.devices.get(name)!);
  return {
    power: (name: string) => device(name).power,
    device,
    link: (name: string, index = 0) => session.world.links[links(name)[index]!]!,
    links,
    /** What the last commands returned, oldest first. */
    returned: (count: number) => events.flatMap(({ e, v }) => (e === 'ret' ? [v] : [])).slice(-count),
    /** Callbacks as `device callback`, in order. */
    callbacks: events.flatMap(({ e, d, c }) => (e === 'cb' ? [`${d} ${c}`] : [])),
    now: session.world.now - session.start,
  };
}

const ENABLED = ['rpm enable p', 'rpm enable c'];

describe('an interrupt-safe device', () => {
  it('holds its parent active for good and does not notify it on suspend (5.10, 9.6)', () => {
    const { power, callbacks } = run(
      ...ENABLED,
      'rpm irq_safe c',
      'rpm get_sync c',
      'rpm put_sync c',
      'settle',
    );
    expect(power('c').runtimeStatus).toBe('suspended');
    expect(power('p')).toMatchObject({ runtimeStatus: 'active', usageCount: 1, childCount: 0 });
    expect(callbacks.filter((name) => name.startsWith('p runtime'))).toEqual(['p runtime_resume']);
  });

  it('neither resumes nor holds its suppliers (7)', () => {
    const { power, link } = run(
      'dev s',
      ...ENABLED,
      'rpm enable s',
      'link c s pm_runtime',
      'rpm irq_safe c',
      'rpm get_sync c',
    );
    expect(power('c').runtimeStatus).toBe('active');
    expect(power('s')).toMatchObject({ runtimeStatus: 'suspended', usageCount: 0 });
    expect(link('c').rpmActive).toBe(1);
  });
});

describe('a resume that is asked for while the device suspends', () => {
  const SUSPENDING = [...ENABLED, 'rpm get_sync c', 'on c runtime_suspend rpm get c'];

  it('follows the suspend, which then returns -EAGAIN (5.9)', () => {
    const { returned, power, callbacks } = run(...SUSPENDING, 'rpm put_sync c');
    expect(returned(2)).toEqual([0, -11]);
    expect(power('c')).toMatchObject({ runtimeStatus: 'active', deferredResume: false, usageCount: 1 });
    expect(callbacks.slice(-2)).toEqual(['c runtime_suspend', 'c runtime_resume']);
  });

  it('is forgotten when the suspend fails (5.1)', () => {
    const { returned, power, callbacks } = run(...SUSPENDING, 'ret c runtime_suspend -16', 'rpm put_sync c');
    expect(returned(1)).toEqual([-16]);
    expect(power('c')).toMatchObject({ runtimeStatus: 'active', deferredResume: false, runtimeError: 0 });
    expect(callbacks.at(-1)).toBe('c runtime_suspend');
  });
});

describe('the autosuspend timer', () => {
  const DELAYED = [
    ...ENABLED,
    'rpm use_autosuspend c',
    'rpm set_delay c 100',
    'rpm get_sync c',
    'rpm mark_last_busy c',
  ];

  it('is left alone if it fires earlier, and looks at last_busy again (5.2)', () => {
    const { power } = run(
      ...DELAYED,
      'rpm put_autosuspend c',
      'sleep 60',
      'rpm mark_last_busy c',
      'rpm request_autosuspend c',
      'sleep 41',
    );
    expect(power('c').runtimeStatus).toBe('active');
    expect(power('c').timerExpires).toBeGreaterThan(0);
    const later = run(...DELAYED, 'rpm put_autosuspend c', 'sleep 60', 'rpm mark_last_busy c', 'sleep 101');
    expect(later.power('c').runtimeStatus).toBe('suspended');
  });

  it('is not set again after -EBUSY of a suspend that is no autosuspend (5.1)', () => {
    const { power, returned } = run(
      ...DELAYED,
      'on c runtime_suspend rpm mark_last_busy c',
      'ret c runtime_suspend -16',
      'rpm put_noidle c',
      'rpm suspend c',
    );
    expect(returned(1)).toEqual([-16]);
    expect(power('c').timerExpires).toBe(0);
  });

  it('is cancelled by a suspend that fails for good (5.1)', () => {
    const { power } = run(
      ...DELAYED,
      'rpm put_autosuspend c',
      'on c runtime_suspend rpm schedule_suspend c 50',
      'ret c runtime_suspend -5',
      'rpm suspend c',
    );
    expect(power('c')).toMatchObject({ runtimeStatus: 'active', runtimeError: -5, timerExpires: 0 });
  });
});

describe('a child', () => {
  it('counts in a parent that ignores children, and stops counting there too (5.8, 14.8)', () => {
    const { power } = run(...ENABLED, 'rpm ignore_children p 1', 'rpm get_sync c');
    expect(power('p')).toMatchObject({ runtimeStatus: 'suspended', childCount: 1, usageCount: 0 });
    const after = run(...ENABLED, 'rpm ignore_children p 1', 'rpm get_sync c', 'rpm put_sync c');
    expect(after.power('p').childCount).toBe(0);
  });

  it('makes its parent in use for get_if_in_use (8)', () => {
    const { returned, power } = run(...ENABLED, 'rpm get_sync c', 'settle', 'rpm get_if_in_use p');
    expect(returned(1)).toEqual([1]);
    expect(power('p').usageCount).toBe(1);
  });

  it('keeps a forced suspend of its parent from ending in suspended for good (9.10)', () => {
    const { power } = run(...ENABLED, 'rpm get_sync c', 'rpm force_suspend p');
    expect(power('p')).toMatchObject({ runtimeStatus: 'suspended', needsForceResume: true, disableDepth: 1 });
  });

  it('that is refused to be active gives its suppliers back (9.3)', () => {
    const { returned, power, link } = run(
      'dev s',
      'rpm enable s',
      'rpm enable p',
      'link c s pm_runtime',
      'rpm set_active c',
    );
    expect(returned(1)).toEqual([-16]);
    expect(link('c').rpmActive).toBe(1);
    expect(power('s').usageCount).toBe(0);
    expect(power('c')).toMatchObject({ runtimeStatus: 'suspended', disableDepth: 1 });
  });
});

describe('a supplier', () => {
  it('is resumed, and not held, for a link that a probing consumer adds (device-links.md 4.5)', () => {
    const { power, device, link } = run(
      'dev s',
      'dev k',
      'drv rs match=s ops=rpm',
      'rpm enable s',
      'on k probe link k s pm_runtime',
      'drv rk match=k ops=rpm',
    );
    expect(device('k').bound).toBe(true);
    expect(power('s')).toMatchObject({ runtimeStatus: 'active', usageCount: 0, request: 'idle' });
    expect(link('k')).toMatchObject({ status: 'active', rpmActive: 1 });
  });

  it('that is unbinding makes a new link unbinding too, and drops it as AUTOREMOVE_SUPPLIER says (device-links.md 4, 8.9)', () => {
    const whileRemoved = (flags: string) =>
      run('dev s', 'dev k', 'drv rs match=s', `on s remove link k s ${flags}`, 'unbind s');
    expect(whileRemoved('0').link('k').status).toBe('dormant');
    expect(whileRemoved('autoremove_supplier').links('k')).toEqual([]);
  });
});

describe('a device that is disabled more often than enabled', () => {
  it('is enabled by the eighth disable, as the count has three bits (include/linux/pm.h)', () => {
    const disables = (count: number) => run(...Array.from({ length: count }, () => 'rpm disable c'));
    expect(disables(6).power('c').disableDepth).toBe(7);
    expect(disables(7).power('c').disableDepth).toBe(0);
  });
});
