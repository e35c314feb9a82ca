import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PowerDomain, World } from '../../src/core/index.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';

/** Rules of drivers/pmdomain/core.c of Linux 6.12; the expected values are read from it. */
function run(...commands: string[]) {
  const session = createSession();
  const result = runCommands(session, commands);
  const events = session.trace.map((line): Record<string, unknown> => JSON.parse(line));
  return {
    result,
    domain: (name: string) => session.world.powerDomains.all[session.domains.get(name)!]!,
    status: (name: string) => session.world.powerDomains.all[session.domains.get(name)!]!.status,
    returned: events.flatMap(({ e, v }) => (e === 'ret' ? [v] : [])).at(-1),
    /** Callbacks but probe as `domain power_on`, in order. */
    callbacks: events.flatMap(({ e, d, c }) => (e === 'cb' && c !== 'probe' ? [`${d} ${c}`] : [])),
    messages: events.flatMap(({ e, m }) => (e === 'msg' || e === 'warn' ? [m] : [])),
  };
}

/** Two devices with runtime PM in a domain, which is below `top`. */
const PAIR = [
  'genpd top off',
  'genpd pd off',
  'subdomain top pd',
  ...['a', 'b'].flatMap((name) => [`dev ${name} noadd`, `domain ${name} pd`, `add ${name}`]),
  'drv r match=a,b ops=sr',
  'rpm enable a',
  'rpm enable b',
];

describe('a domain', () => {
  it('is on before its first device resumes, with all above it', () => {
    const { callbacks } = run(...PAIR, 'rpm get_sync a');
    expect(callbacks).toEqual(['top power_on', 'pd power_on', 'a runtime_resume']);
  });

  it('goes off behind its last device, and then those above it', () => {
    const active = [...PAIR, 'rpm get_sync a', 'rpm get_sync b'];
    expect(run(...active, 'rpm put_sync b').status('pd')).toBe('on');
    const { callbacks } = run(...active, 'rpm put_sync b', 'rpm put_sync a');
    expect(callbacks.slice(-3)).toEqual(['a runtime_suspend', 'pd power_off', 'top power_off']);
  });

  it('stays on while a device in it has runtime PM disabled', () => {
    const { status } = run(...PAIR, 'rpm disable b', 'rpm get_sync a', 'rpm put_sync a');
    expect(status('pd')).toBe('on');
  });

  it('stays on while another subdomain of its own is on', () => {
    const other = ['genpd other', 'genpd t2', 'subdomain t2 other', 'genpd pd', 'subdomain t2 pd'];
    const member = [
      'dev a noadd',
      'domain a pd',
      'add a',
      'rpm enable a',
      'rpm get_sync a',
      'rpm put_sync a',
    ];
    const { status, domain } = run(...other, ...member);
    expect([status('pd'), status('t2'), domain('t2').subdomainsOn]).toEqual(['off', 'on', 1]);
  });

  it('that refuses to go off stays on, and the device is suspended all the same', () => {
    const { status, domain, returned } = run(
      ...PAIR,
      'rpm get_sync a',
      'ret pd power_off -16',
      'rpm put_sync a',
    );
    expect([returned, status('pd'), domain('pd').rejected, domain('pd').usage]).toEqual([0, 'on', 1, 0]);
  });

  it('that cannot go on fails the resume, and those above it go off again', () => {
    const { callbacks, returned, domain } = run(...PAIR, 'ret pd power_on -5', 'rpm get_sync a');
    expect(returned).toBe(-5);
    expect(callbacks).toEqual(['top power_on', 'pd power_on', 'top power_off']);
    expect(domain('top').subdomainsOn).toBe(0);
  });

  it.each(['always_on', 'rpm_always_on', 'gov=always_on'])('with %s is never off by runtime PM', (option) => {
    const commands = [`genpd pd ${option}`, 'dev a noadd', 'domain a pd', 'add a', 'rpm enable a'];
    expect(run(...commands, 'rpm get_sync a', 'rpm put_sync a').status('pd')).toBe('on');
    expect(run(`genpd pd off ${option}`).returned).toBe(-22);
  });

  it('stays on for one device that asks for it', () => {
    const { status } = run(...PAIR, 'domain_always_on b 1', 'rpm get_sync a', 'rpm put_sync a');
    expect(status('pd')).toBe('on');
  });

  it('whose callbacks sleep stays on for an interrupt-safe device', () => {
    const irqSafe = ['rpm irq_safe b', 'rpm get_sync a', 'rpm put_sync a'];
    expect(run(...PAIR, ...irqSafe).status('pd')).toBe('on');
  });

  it('that is on and removed leaves its parent on for ever', () => {
    const { domain } = run('genpd top', 'genpd pd', 'subdomain top pd', 'rmgenpd pd');
    expect([domain('top').subdomainsOn, domain('top').subdomains]).toEqual([1, []]);
  });
});

describe('a device', () => {
  it('is stopped behind its callback and started before it', () => {
    const commands = ['genpd pd off dev_ops', 'dev a noadd', 'domain a pd', 'add a', 'drv r match=a ops=sr'];
    const { callbacks } = run(...commands, 'rpm enable a', 'rpm get_sync a', 'rpm put_sync a');
    expect(callbacks).toEqual([
      'pd power_on',
      'a start',
      'a runtime_resume',
      'a runtime_suspend',
      'a stop',
      'pd power_off',
    ]);
  });

  it('with a type is called through it, with its driver where the type has nothing', () => {
    const commands = ['genpd pd', 'dev a noadd type=runtime_suspend', 'domain a pd', 'add a'];
    const { callbacks, status } = run(
      ...commands,
      'drv r match=a ops=sr',
      'ret a runtime_suspend -11',
      'rpm enable a',
      'rpm get_sync a',
      'rpm put_sync a',
    );
    expect(callbacks).toEqual(['a runtime_resume', 'a runtime_suspend']);
    expect(status('pd')).toBe('on');
  });

  it('cannot be in two domains, nor leave one while it is prepared for sleep', () => {
    expect(run(...PAIR, 'domain a top').returned).toBe(-22);
    expect(run('dev a', 'undomain a').returned).toBe(-22);
    const { domain, status } = run(...PAIR, 'on a suspend undomain a', 'suspend');
    expect(domain('pd').devices).toHaveLength(2);
    expect(status('pd')).toBe('off');
  });

  it('that is bound gets a warning with its domain', () => {
    const { messages } = run('genpd pd', 'dev a', 'drv r match=a', 'domain a pd');
    expect(messages).toEqual([
      'drivers/base/power/common.c:409 dev_pm_domain_set',
      'PM domains can only be changed for unbound devices',
    ]);
  });
});

describe('in system sleep', () => {
  const SLEEPING = [
    'genpd top',
    'genpd pd',
    'subdomain top pd',
    ...['a', 'b'].flatMap((name) => [`dev ${name} noadd`, `domain ${name} pd`, `add ${name}`]),
    'drv r match=a,b ops=suspend_noirq,resume_noirq',
  ];

  it('a domain goes off behind the last noirq callback and on before the first', () => {
    expect(run(...SLEEPING, 'suspend').callbacks).toEqual([
      'b suspend_noirq',
      'a suspend_noirq',
      'pd power_off',
      'top power_off',
      'top power_on',
      'pd power_on',
      'a resume_noirq',
      'b resume_noirq',
    ]);
  });

  it('a domain with rpm_always_on goes off, one with always_on does not', () => {
    const member = ['dev a noadd', 'domain a pd', 'add a', 'suspend'];
    expect(run('genpd pd rpm_always_on', ...member).callbacks).toEqual(['pd power_off', 'pd power_on']);
    expect(run('genpd pd always_on', ...member).callbacks).toEqual([]);
  });

  it('a domain with active_wakeup stays on for a device in the wakeup path', () => {
    const commands = ['genpd pd active_wakeup', 'dev a noadd', 'domain a pd', 'add a', 'wakeup a 1'];
    expect(run(...commands, 'suspend').callbacks).toEqual([]);
    expect(run('genpd pd', ...commands.slice(1), 'suspend').callbacks).toEqual([
      'pd power_off',
      'pd power_on',
    ]);
  });

  it('a device is never left as it is until complete', () => {
    const direct = ['dev a noadd', 'domain a pd', 'add a', 'drv r match=a ops=all', 'ret a prepare 1'];
    expect(run('genpd pd', ...direct, 'suspend').callbacks).toContain('a suspend');
  });

  it('a domain that was off is off again behind it', () => {
    const { status, domain } = run(...PAIR, 'suspend');
    expect([status('pd'), domain('pd').usage, domain('pd').preparedCount]).toEqual(['off', 1, 0]);
  });
});

describe('a latency constraint', () => {
  const GOVERNED = [
    'genpd pd gov=simple',
    'dev a noadd',
    'domain a pd',
    'add a',
    'drv r match=a ops=sr',
    'rpm enable a',
  ];

  it('of 0 keeps a device active', () => {
    expect(run('dev a', 'rpm enable a', 'rpm resume a', 'qos a 0', 'rpm suspend a').returned).toBe(-1);
    expect(run('dev a', 'qos a 0', 'qos a none', 'qos a none').returned).toBe(-22);
  });

  it('shorter than what suspend and resume have taken keeps a device active', () => {
    const slow = [...GOVERNED, 'delay a runtime_resume 4', 'delay a runtime_suspend 3'];
    const again = ['rpm resume a', 'rpm suspend a', 'rpm resume a'];
    expect(run(...slow, ...again, 'qos a 6500', 'rpm suspend a').returned).toBe(-16);
    expect(run(...slow, ...again, 'qos a 7500', 'rpm suspend a').returned).toBe(0);
  });

  it('that leaves no time for the domain keeps the domain on', () => {
    const slow = [...GOVERNED, 'delay pd power_off 4', 'rpm resume a', 'rpm suspend a', 'rpm resume a'];
    expect(run(...slow, 'qos a 3500', 'rpm suspend a').status('pd')).toBe('on');
    expect(run(...slow, 'qos a 4500', 'rpm suspend a').status('pd')).toBe('off');
    expect(run(...slow, 'qos a 3500', 'rpm suspend a').returned).toBe(0);
  });

  it('of a child counts for its parent, if the parent heeds its children', () => {
    const child = [...GOVERNED, 'dev c parent=a', 'rpm resume a', 'qos c 0'];
    expect(run(...child, 'rpm suspend a').returned).toBe(-16);
    expect(run(...child, 'rpm ignore_children a 1', 'rpm suspend a').returned).toBe(0);
  });
});

describe('a lock that is held twice', () => {
  it('hangs a domain whose callback resumes a device of it', () => {
    const { result } = run(...PAIR, 'on pd power_on rpm get_sync b', 'rpm get_sync a');
    expect(result).toMatchObject({ kind: 'hang', wait: { kind: 'domain-lock' } });
  });

  it('hangs domains in a circle', () => {
    const circle = ['genpd x off', 'genpd y off', 'subdomain x y', 'subdomain y x'];
    const { result } = run(...circle, 'dev a noadd', 'domain a x', 'add a', 'rpm enable a', 'rpm resume a');
    expect(result).toMatchObject({ kind: 'hang', wait: { kind: 'domain-lock' } });
  });
});

const DEVICES = ['d0', 'd1', 'd2', 'd3'];
const DOMAINS = ['p0', 'p1', 'p2'];
const device = fc.constantFrom(...DEVICES);
const domain = fc.constantFrom(...DOMAINS);
const operation = fc.constantFrom(
  ...['enable', 'disable', 'get_sync', 'put_sync', 'get', 'put', 'resume', 'suspend', 'set_active'],
  ...['set_suspended', 'irq_safe', 'force_suspend', 'force_resume', 'put_autosuspend', 'barrier'],
);
const command = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(operation, device).map(([name, id]) => `rpm ${name} ${id}`) },
  { weight: 3, arbitrary: fc.tuple(device, domain).map(([id, pd]) => `domain ${id} ${pd}`) },
  fc
    .tuple(fc.constantFrom('undomain', 'del', 'dev', 'unbind', 'attach'), device)
    .map((words) => words.join(' ')),
  fc
    .tuple(fc.constantFrom('subdomain', 'rmsubdomain'), fc.constantFrom('p0 p1', 'p1 p2', 'p0 p2'))
    .map((words) => words.join(' ')),
  fc.tuple(fc.constantFrom('rmgenpd', 'genpd'), domain).map((words) => words.join(' ')),
  fc.tuple(device, fc.constantFrom('0', '1')).map(([id, on]) => `domain_always_on ${id} ${on}`),
  fc
    .tuple(
      domain,
      fc.constantFrom('power_on', 'power_off'),
      fc.constantFrom('-5', '-16', '0,-11', '-5*', '0'),
    )
    .map((words) => `ret ${words.join(' ')}`),
  fc
    .tuple(device, fc.constantFrom('runtime_resume', 'runtime_suspend', 'prepare', 'suspend_noirq', 'stop'))
    .map((words) => `ret ${words.join(' ')} -16`),
  fc.constantFrom('settle', 'suspend', 'sleep 30', 'flush'),
);

/** What must hold of domains at rest. */
function violations({ powerDomains, devices }: World): string[] {
  const found: string[] = [];
  const counts = (each: PowerDomain) => [each.subdomainsOn, each.preparedCount, each.suspendedCount];
  for (const [id, each] of powerDomains.all.entries()) {
    if (counts(each).some((count) => count < 0 || count > 2 ** 31)) found.push(`${each.name} counts below 0`);
    if (each.preparedCount !== 0 || each.suspendedCount !== 0) found.push(`${each.name} sleeps on`);
    if (each.locked || each.lockQueue.length > 0) found.push(`${each.name} is locked`);
    for (const below of each.subdomains) {
      const { status, parents, name } = powerDomains.all[below]!;
      if (each.status === 'off' && status === 'on') found.push(`${each.name} is off over ${name}`);
      if (!parents.includes(id)) found.push(`${name} does not know its parent`);
    }
    if (each.devices.some((member) => devices[member]!.membership?.domain !== id))
      found.push(`${each.name} has a device that is not in it`);
  }
  return found;
}

describe('whatever is done to domains and devices', () => {
  const setUp = ['genpd p0 off', 'genpd p1', 'genpd p2 off dev_ops', ...DEVICES.map((name) => `dev ${name}`)];

  it('no domain is off over one that is on, and no count falls below 0', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const session = createSession();
        const result = runCommands(session, [...setUp, 'drv r match=d0,d1,d2 ops=sr', ...commands, 'settle']);
        expect(result.kind).toBe('end');
        expect(violations(session.world)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('runtime PM powers no domain off while a device in it is in use, but for the one that suspends', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const session = createSession();
        const script = [
          ...setUp,
          'drv r match=d0,d1,d2 ops=sr',
          ...DOMAINS.map((name) => `on ${name} power_off state`),
        ];
        runCommands(session, [...script, ...commands.filter((each) => !isSleepOf(each)), 'settle']);
        expect(poweredOffInUse(session.trace)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** System sleep, or what drivers use in it: by then runtime PM is disabled, and a device in use is about to be suspended. */
function isSleepOf(each: string): boolean {
  return each === 'suspend' || each.startsWith('rpm force');
}

/** Domains that were about to be off while two devices of theirs, or one that did not suspend, were in use. */
function poweredOffInUse(trace: readonly string[]): string[] {
  const found: string[] = [];
  let states = new Map<string, { rpm: string; disable: number }>();
  const goingOff: string[] = [];
  for (const event of trace.map((line) => JSON.parse(line))) {
    if (event.e === 'cb' && event.c === 'power_off') {
      goingOff.push(event.d);
      states = new Map();
    } else if (event.e === 'cbr' && event.c === 'power_off') goingOff.pop();
    else if (event.e === 'dev') states.set(event.d, event);
    else if (event.e === 'gpd' && event.d === goingOff.at(-1)) {
      const inUse = event.devs.filter((name: string) => {
        const { rpm = 'suspended', disable = 0 } = states.get(name) ?? {};
        return rpm !== 'suspended' || disable > 0;
      });
      const onItsWay = inUse.filter((name: string) => /ing$/.test(states.get(name)!.rpm));
      if (inUse.length > 1 || inUse.length !== onItsWay.length) found.push(`${event.d}: ${inUse}`);
    }
  }
  return found;
}
