import { describe, expect, it } from 'vitest';
import { createSession, runCommands } from '../../src/scenarios/index.ts';

const DEPTH = 10_000;
const NAMES = Array.from({ length: DEPTH }, (_, index) => `d${index}`);
const LAST = NAMES.at(-1)!;

/** Devices d0, d1, ... in a chain of parents or of links, all with one driver that has runtime PM callbacks. */
function chainOf(kind: 'parents' | 'links') {
  const session = createSession();
  /** Runs commands to their end; which devices one callback was called for then, in that order. */
  const calls = (callback: string, ...commands: string[]) => {
    session.trace.length = 0;
    expect(runCommands(session, commands).kind).toBe('end');
    const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
    return events.flatMap(({ e, d, c }) => (e === 'cb' && c === callback ? [d] : []));
  };
  const isBelow = kind === 'parents';
  calls(
    'probe',
    ...NAMES.map((name, index) => `dev ${name}${isBelow && index > 0 ? ` parent=d${index - 1}` : ''}`),
    ...(isBelow ? [] : NAMES.slice(1).map((name, index) => `link ${name} d${index} pm_runtime`)),
    `drv r match=${NAMES.join(',')} ops=sr,suspend`,
    ...NAMES.map((name) => `rpm enable ${name}`),
  );
  return calls;
}

/** Whether these are all devices from the first to the last; a plain comparison would print 40,000 lines. */
function areAll(devices: readonly unknown[]): boolean {
  return devices.join() === NAMES.join();
}

describe(`a chain of ${DEPTH} devices`, () => {
  it.each(['parents', 'links'] as const)(
    'of %s resumes from the first to the last, suspends and sleeps the other way, and goes',
    (kind) => {
      const calls = chainOf(kind);
      expect(areAll(calls('runtime_resume', `rpm get_sync ${LAST}`))).toBe(true);
      expect(areAll(calls('runtime_suspend', `rpm put ${LAST}`, 'settle').reverse())).toBe(true);
      expect(areAll(calls('suspend', 'suspend').reverse())).toBe(true);
      expect(areAll(calls('remove', 'undrv r').reverse())).toBe(true);
    },
    30_000,
  );

  it('of parents without callbacks resumes and suspends without any', () => {
    const session = createSession();
    const isActive = () => session.trace.filter((line) => line.includes('"rpm":"active"')).length;
    const run = (...commands: string[]) => {
      session.trace.length = 0;
      expect(runCommands(session, commands).kind).toBe('end');
    };
    run(
      ...NAMES.map((name, index) => `dev ${name}${index > 0 ? ` parent=d${index - 1}` : ''}`),
      ...NAMES.flatMap((name) => [`rpm no_callbacks ${name}`, `rpm enable ${name}`]),
    );
    run(`rpm get_sync ${LAST}`, ...NAMES.map((name) => `state ${name}`));
    expect(isActive()).toBe(DEPTH);
    run(`rpm put_sync ${LAST}`, ...NAMES.map((name) => `state ${name}`));
    expect(isActive()).toBe(0);
  });

  it('of links unbinds from the last consumer to the first supplier', () => {
    expect(areAll(chainOf('links')('remove', 'unbind d0').reverse())).toBe(true);
  });
});
