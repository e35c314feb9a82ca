import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeviceTree } from '../../src/boards/index.ts';
import {
  cloneWorld,
  compareWorlds,
  hashWorld,
  InputError,
  notPlain,
  restoreWorld,
  saveWorld,
  type World,
} from '../../src/core/index.ts';
import { bootBoard } from '../../src/probe/index.ts';
import { createSession, runCommands, runScenario, type Session } from '../../src/scenarios/index.ts';
import { firstDifference, recordedScenarios } from '../support/recorded-scenarios.ts';

function bundled(name: string) {
  const read = (extension: string) =>
    readFileSync(
      fileURLToPath(new URL(`../fixtures/kernel-6.12/scenarios/${name}.${extension}`, import.meta.url)),
      'utf8',
    );
  return recordedScenarios(read('scn'), read('txt'));
}

function bootedBoard(): World {
  const file = fileURLToPath(new URL('../../examples/boards/rk3399-rock-pi-4b.dtb', import.meta.url));
  return bootBoard(readDeviceTree(readFileSync(file)));
}

function sessionAfter(...commands: string[]): Session {
  const session = createSession();
  const result = runCommands(session, commands);
  if (result.kind !== 'end' || result.inFlight.length > 0) throw new Error('not at rest');
  return session;
}

const SMALL = [
  'dev s',
  'dev c',
  'genpd pd',
  'genpd top',
  'subdomain top pd',
  'domain s pd',
  'drv d match=s,c ops=all sync_state',
  'rpm enable s',
  'rpm enable c',
  'link c s pm_runtime',
  'rpm set_delay c 20',
  'rpm use_autosuspend c',
  'rpm get_sync c',
];

function copyOf(session: Session): Session {
  return {
    ...session,
    world: cloneWorld(session.world),
    devices: new Map(session.devices),
    drivers: new Map(session.drivers),
    domains: new Map(session.domains),
    dmaEngines: new Map(session.dmaEngines),
    dmaHandles: new Map(session.dmaHandles),
    dmaDescriptors: new Map(session.dmaDescriptors),
    domainScripts: structuredClone(session.domainScripts),
    scripts: structuredClone(session.scripts),
    trace: [...session.trace],
  };
}

/** The session behind the next commands at whose end nothing is in the middle of something; undefined if there is none. */
function nextRest(
  session: Session,
  commands: readonly string[],
): { after: Session; count: number } | undefined {
  for (let count = 1; count <= commands.length; count++) {
    const after = copyOf(session);
    const result = runCommands(after, commands.slice(0, count));
    if (result.kind === 'hang') return undefined;
    if (result.inFlight.length === 0) return { after, count };
  }
  return undefined;
}

describe('a World that is saved and restored', () => {
  it('is the same, and goes on to the recorded trace, at every command of the recorded scenarios', () => {
    let boundaries = 0;
    let scenarios = 0;
    for (const { scenario, trace } of bundled('recorded')) {
      let session = createSession();
      let done = 0;
      for (;;) {
        const next = nextRest(session, scenario.commands.slice(done));
        if (next === undefined) break;
        session = next.after;
        done += next.count;
        const saved = saveWorld(session.world);
        const world = restoreWorld(saved);
        if (saveWorld(world) !== saved || hashWorld(world) !== hashWorld(session.world)) {
          expect(compareWorlds(world, session.world), scenario.name).toEqual([]);
        }
        expect(hashWorld(world)).toBe(hashWorld(session.world));
        session = { ...session, world };
        boundaries++;
      }
      expect(
        firstDifference(scenario.name, trace.slice(0, session.trace.length), session.trace),
        scenario.name,
      ).toBeUndefined();
      if (done === scenario.commands.length) scenarios++;
    }
    expect(boundaries).toBeGreaterThan(5_000);
    expect(scenarios).toBeGreaterThan(250);
  }, 300_000);

  it('is the same where it is a booted board', () => {
    const world = bootedBoard();
    const restored = restoreWorld(saveWorld(world));
    expect(restored).toEqual(world);
    expect(hashWorld(restored)).toBe(hashWorld(world));
  });

  it('is written as the same text whatever the order of its keys', () => {
    const { world } = sessionAfter(...SMALL);
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== 'object' || value === null) return value;
      const entries = Object.entries(value).map(([key, part]): [string, unknown] => [key, turned(part)]);
      return Object.fromEntries(entries.reverse());
    };
    const other = turned(world) as World;
    expect(Object.keys(other)).not.toEqual(Object.keys(world));
    expect(saveWorld(other)).toBe(saveWorld(world));
    expect(hashWorld(other)).toBe(hashWorld(world));
  });

  it('is refused while a worker is in the middle of its item', () => {
    const session = createSession();
    const commands = [...SMALL, 'delay c runtime_suspend 5', 'rpm put c', 'sleep 30', 'sleep_raw 20'];
    runCommands(session, [...commands, 'rpm mark_last_busy c']);
    const { world } = session;
    world.work.running.push({ kind: 'runtime-pm', device: 0 });
    expect(() => saveWorld(world)).toThrow('in the middle of its item');
  });
});

describe('a saved World from somewhere else', () => {
  const saved = saveWorld(sessionAfter(...SMALL).world);

  function codeOf(text: string): string {
    try {
      restoreWorld(text, 'my.world');
      return 'restored';
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return `${error.code}: ${error.message}`;
    }
  }

  const edited = (from: string, to: string) => {
    expect(saved).toContain(from);
    return codeOf(saved.replace(from, to));
  };

  it('is refused with what is wrong and where', () => {
    expect(codeOf('')).toBe(
      "world-header: my.world, line 1: not a world of this version; the first line of a saved world is 'devgraph-world 1'",
    );
    expect(codeOf(saved.replace('world 1', 'world 2'))).toContain('not a world of this version');
    expect(codeOf(saved.slice(0, 2000))).toBe(
      'world-json: my.world, line 2: not JSON; the file may have been cut',
    );
    expect(edited('"runtimeStatus":"active"', '"runtimeStatus":"asleep"')).toBe(
      'world-shape: my.world, devices[0].power.runtimeStatus: "asleep" is not one of active, resuming, suspended, suspending',
    );
    expect(edited('"usageCount":1', '"usageCount":1e99')).toContain('1e+99 is not a whole number');
    expect(edited('"ticksPerMillisecond":1', '"ticksPerMillisecond":0')).toBe(
      'world-shape: my.world, settings.ticksPerMillisecond: 0 is not a whole number from 1 to 1000',
    );
    expect(edited('"bound":true', '"bound":true,"spare":1')).toContain('the key "spare" is not expected');
    expect(edited('"canMatch":true,', '')).toContain('canMatch is missing');
  });

  it('is refused where its parts do not fit together', () => {
    expect(edited('"dpmList":{"head":0', '"dpmList":{"head":1')).toContain(
      'world-inconsistent: my.world, dpm: it is not a list of devices',
    );
    expect(edited('"dpmList":{"head":0,"next":[1,-1]', '"dpmList":{"head":0,"next":[1,0]')).toContain('dpm');
    expect(edited('"list":"dpm"', '"list":"noirq"')).toContain('dpm: device 0 and the list disagree');
    expect(edited('"parent":-1', '"parent":0')).toContain(
      'devices[0].parent: it leads back to the device itself',
    );
    expect(edited('"consumer":1,', '"consumer":7,')).toContain('links[0]: there is no device 7');
    expect(edited('"sameName":-1', '"sameName":1')).toContain(
      'devices[0].sameName: device 1 is not the one before it',
    );
    expect(codeOf(saved.replaceAll(/"name":"[sc]"/g, '"name":"twin"'))).toContain(
      'devices[1].sameName: another device has its name too',
    );
    expect(edited('"consumer":1,', '"consumer":0,')).toContain(
      'supplierLinks.head[1]: 0 does not belong to it',
    );
    expect(edited('"running":[]', '"running":[{"kind":"deferred-probe"}]')).toContain(
      'work.running: a worker in the middle of its item is not part of a World at rest',
    );
  });

  it('cannot reach a prototype', () => {
    expect(edited('"dpmList":{', '"dpmList":{"__proto__":[0],')).toContain(
      'the key "__proto__" is not expected',
    );
    expect(edited('"bound":true', '"bound":true,"__proto__":{"polluted":1}')).toContain('__proto__');
    expect(codeOf(saved.replaceAll('"d"', '"__proto__"'))).toBe('restored');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is restored or refused, and what is restored runs, whatever was changed in it', () => {
    const [header, json] = saved.split('\n') as [string, string];
    const paths: (string | number)[][] = [];
    const collect = (value: unknown, path: (string | number)[]) => {
      paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const key of Object.keys(value)) collect((value as Record<string, unknown>)[key], [...path, key]);
    };
    collect(JSON.parse(json), []);
    let restored = 0;
    const value = fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: -3, max: 4 }) },
      {
        weight: 3,
        arbitrary: fc.constantFrom<unknown>(true, false, 'active', 'suspended', 'pending', 'resume'),
      },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, '', [], {}, [0], [1, 0], 2 ** 31, 'prepared') },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(paths.length - 1), value), { minLength: 1, maxLength: 2 }),
        (edits) => {
          const world = JSON.parse(json) as Record<string, unknown>;
          for (const [index, replacement] of edits) {
            const path = paths[index]!;
            let part: Record<string, unknown> | undefined = world;
            for (const key of path.slice(0, -1)) part = part?.[key] as Record<string, unknown> | undefined;
            if (typeof part === 'object' && part !== null && path.length > 0)
              part[path.at(-1)!] = replacement;
          }
          const result = codeOf(`${header}\n${JSON.stringify(world)}\n`);
          if (result !== 'restored') return;
          restored++;
          const session = sessionAfter(...SMALL);
          const other: Session = { ...session, world: restoreWorld(`${header}\n${JSON.stringify(world)}\n`) };
          const end = runCommands(other, [
            'rpm put c',
            'settle',
            'unbind s',
            'suspend',
            'attach s',
            'dump',
            'del s',
          ]);
          expect(['end', 'hang']).toContain(end.kind);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(restored).toBeGreaterThan(100);
  }, 300_000);
});

describe('two Worlds', () => {
  it('are compared in words: devices, links and drivers by name, lists as orders', () => {
    const first = sessionAfter(...SMALL);
    const second = structuredClone(first);
    runCommands(second, ['dev t', 'link s t stateless', 'rpm get_sync c']);
    const differences = compareWorlds(first.world, second.world);
    expect(differences).toContainEqual({ where: 'device c: power.usageCount', first: '1', second: '2' });
    expect(differences).toContainEqual({ where: 'dpmList', first: 's c', second: 't s c' });
    expect(differences.map(({ where }) => where)).toContain('link s -> t');
    expect(differences.map(({ where }) => where)).toContain('device t');
  });

  it('differ in words exactly where they differ in bytes', () => {
    let different = 0;
    let same = 0;
    for (const { scenario } of bundled('recorded').slice(0, 150)) {
      const session = createSession();
      let before = cloneWorld(session.world);
      for (const command of scenario.commands.slice(0, 12)) {
        const result = runCommands(session, [command]);
        if (result.kind === 'hang' || result.inFlight.length > 0) break;
        const differs = saveWorld(before) !== saveWorld(session.world);
        expect(compareWorlds(before, session.world).length > 0).toBe(differs);
        expect(compareWorlds(session.world, before).length > 0).toBe(differs);
        if (differs) different++;
        else same++;
        before = cloneWorld(session.world);
      }
    }
    expect(different).toBeGreaterThan(500);
    expect(same).toBeGreaterThan(50);
  });
});

describe('a copy of a World', () => {
  it('is equal, shares nothing that changes, and leaves the first alone', () => {
    for (const { scenario } of bundled('recorded').slice(0, 100)) {
      const { world } = runScenario(scenario).session;
      const bytes = structuredClone(world);
      const copy = cloneWorld(world);
      expect(copy).toEqual(world);
      const session = { ...createSession(), world: copy };
      runCommands(session, ['dev x', 'dev y parent=x', 'link y x 1', 'suspend']);
      expect(world).toEqual(bytes);
    }
  });

  it('is plain data through and through', () => {
    expect(notPlain(bootedBoard())).toBeUndefined();
    for (const { scenario } of bundled('recorded')) {
      expect(notPlain(runScenario(scenario).session.world), scenario.name).toBeUndefined();
    }
    const { world } = sessionAfter(...SMALL);
    (world as unknown as Record<string, unknown>).index = new Map();
    expect(notPlain(world)).toEqual({ path: ['index'], what: 'a Map' });
  });
});
