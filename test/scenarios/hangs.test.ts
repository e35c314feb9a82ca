import { describe, expect, it } from 'vitest';
import { consumerLinksOf } from '../../src/core/index.ts';
import { parseScenarios, runScenario } from '../../src/scenarios/index.ts';

function run(...commands: string[]) {
  return runScenario(parseScenarios(commands.join('\n'), 'test')[0]!);
}

describe('what hangs the kernel', () => {
  it('is named: an unbind waits for a consumer that is not probing', () => {
    const { session, result } = run(
      'dev s1',
      'dev s2',
      'dev c',
      'link c s1 0',
      'drv rs2 match=s2',
      'drv rc match=c',
      'link c s2 0',
      'settle',
      'unbind s2',
    );
    const s2 = session.devices.get('s2')!;
    const [link] = consumerLinksOf(session.world, s2);
    expect(result).toMatchObject({ kind: 'hang', wait: { kind: 'livelock', device: s2, link } });
    expect(session.trace.at(-1)).toBe('{"e":"hang","in":"script"}');
  });

  it.each([
    {
      what: 'an unbind finds its supplier busy over a link for sync_state only, which nobody unbinds',
      commands: [
        'dev s1',
        'dev s2',
        'dev c',
        'link c s1 0',
        'drv rs2 match=s2',
        'drv rc match=c',
        'link c s2 sync_state_only',
        'settle',
        'unbind s2',
      ],
      device: 's2',
      wait: { kind: 'livelock' },
    },
    {
      what: 'a sync_state is due while the device is in its own probe',
      commands: [
        'dev p',
        'on p probe dev c parent=p noadd',
        'on p probe link c p sync_state_only',
        'on p probe add c',
        'drv rc match=c',
        'drv rp match=p sync_state',
      ],
      device: 'p',
      wait: { kind: 'device-lock' },
    },
    {
      what: 'a device waits for its own suspend',
      commands: [
        'dev a',
        'drv r match=a ops=rpm',
        'rpm enable a',
        'rpm get_sync a',
        'on a runtime_suspend rpm get_sync a',
        'rpm put_sync a',
      ],
      device: 'a',
      wait: { kind: 'runtime-status', resuming: true },
    },
  ])('is named: $what', ({ commands, device, wait }) => {
    const { session, result } = run(...commands);
    expect(result).toMatchObject({ kind: 'hang', wait: { ...wait, device: session.devices.get(device) } });
  });

  it('is named: a device goes below one that depends on it, and a walk through what depends on it does not end', () => {
    const { session, result } = run('dev a', 'dev b', 'dev c', 'link b a 0', 'move a b 0', 'link a c 0');
    const devices = ['a', 'b'].map((name) => session.devices.get(name));
    expect(result).toMatchObject({ kind: 'hang', wait: { kind: 'circle', devices, dies: true } });
    expect(session.trace.at(-1)).toBe('{"e":"crash","in":"script"}');
  });

  it('is named: a device goes below its own child, and the kernel looks for the top of that', () => {
    const { session, result } = run('dev a', 'dev b parent=a', 'dev c parent=b', 'move a c 0');
    const devices = ['c', 'b', 'a'].map((name) => session.devices.get(name));
    expect(result).toMatchObject({ kind: 'hang', wait: { kind: 'circle', devices, dies: false } });
    expect(session.trace.at(-1)).toBe('{"e":"hang","in":"script"}');
  });
});

describe('a line that is no command', () => {
  it.each([
    ['dve a', 'test, line 2: "dve" is no command; see docs/scenarios.md'],
    ['rpm explode a', 'test, line 2: "explode" is no operation of rpm; see docs/scenarios.md'],
    [
      'link a b bogus',
      'test, line 2: link flag "bogus" is no number of the kernel\'s int; see docs/scenarios.md',
    ],
    ['on a probe', 'test, line 2: the command to run is missing; see docs/scenarios.md'],
    ['dev a __proto__=1', 'test, line 2: "__proto__=1" is not understood here; see docs/scenarios.md'],
  ])('%s is refused with its place', (line, message) => {
    expect(() => parseScenarios(`dev a\n${line}`, 'test')).toThrow(message);
  });

  it('does not stop names like those of objects', () => {
    const { session } = run('dev __proto__', 'dev constructor parent=__proto__', 'lists');
    expect(session.trace.at(-3)).toContain('"dpm":["__proto__","constructor"]');
  });
});
