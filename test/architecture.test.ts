import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** Which rooms a room may import, besides itself, and why. `index.ts` is the library's face. */
const ROOMS: Record<string, { readonly may: readonly string[]; readonly because: string }> = {
  core: { may: [], because: 'the world as data knows nothing that works on it' },
  pm: { may: ['core'], because: 'power management reads devices and links as data' },
  links: { may: ['core', 'pm'], because: 'a link holds its supplier through runtime PM' },
  probe: { may: ['core', 'pm', 'links'], because: 'a probe is where devices, links and PM meet' },
  dma: {
    may: ['core', 'pm', 'links', 'probe'],
    because: 'a channel request creates links while a driver probes',
  },
  scenarios: {
    may: ['core', 'pm', 'links', 'probe', 'dma'],
    because: 'a scenario drives a world and writes what it did',
  },
  'scenario-files': {
    may: ['core', 'pm', 'links', 'probe', 'dma', 'scenarios', 'analysis'],
    because: 'a scenario file becomes commands, and what came of them is held against it',
  },
  policies: {
    may: ['core', 'pm', 'dma', 'scenarios', 'scenario-files'],
    because: 'a policy is run on the world of a scenario, by the scheduler that carries out commands',
  },
  'dma-workloads': {
    may: ['core', 'pm', 'links', 'probe', 'dma', 'scenarios', 'scenario-files', 'analysis'],
    because: 'a workload runs on a world whose drivers follow a design, and is read as scenario files are',
  },
  explore: {
    may: ['core', 'pm', 'links', 'probe', 'scenarios', 'scenario-files'],
    because: 'an exploration takes every step that a scenario could take',
  },
  boards: { may: ['core'], because: 'a reader produces a Board and knows no model' },
  kernels: { may: ['core'], because: 'a reader of installed kernels tells their drivers and knows no model' },
  snapshots: {
    may: ['core'],
    because: 'a reader of snapshots produces a running system as data and knows no model',
  },
  logs: { may: ['core'], because: 'a reader produces events and knows no model' },
  analysis: {
    may: ['core', 'pm', 'links', 'probe', 'dma'],
    because: 'questions are asked of a world or a trace',
  },
  report: {
    may: ['core', 'analysis', 'scenario-files', 'policies', 'explore', 'dma-workloads'],
    because: 'a renderer reads results only',
  },
  cli: {
    may: [
      'core',
      'pm',
      'links',
      'probe',
      'dma',
      'analysis',
      'report',
      'boards',
      'logs',
      'kernels',
      'snapshots',
      'scenarios',
      'scenario-files',
      'policies',
      'dma-workloads',
      'explore',
      'package.json',
    ],
    because: 'verbs read inputs, call, print',
  },
  'machines.ts': {
    may: ['core', 'pm', 'links', 'dma'],
    because: 'it gives the machines of these rooms to xstate',
  },
  'index.ts': {
    may: ['core', 'pm', 'links', 'probe', 'dma', 'analysis', 'boards', 'logs', 'scenario-files', 'policies'],
    because: 'the library is everything but the command line',
  },
};

/** Engine rooms run in a browser. */
const WITHOUT_NODE = Object.keys(ROOMS).filter((room) => room !== 'cli');
/** Packages that a room may import, and why. */
const PACKAGES: Record<string, readonly string[]> = {
  xstate: ['src/machines.ts', 'src/policies/xstate-machine.ts'],
  zod: [
    'src/boards/board-schema.ts',
    'src/report/schemas.ts',
    'src/report/probe-log-schema.ts',
    'src/report/probe-schemas.ts',
    'src/report/system-schemas.ts',
    'src/report/timeline-schema.ts',
    'src/report/graph-order-schema.ts',
    'src/report/diff-schema.ts',
    'src/report/dma-designs-schema.ts',
    'src/dma-workloads/workload-schema.ts',
    'src/report/dma-schema.ts',
    'src/report/explore-schema.ts',
    'src/report/simulate-schema.ts',
    'src/report/policies-schema.ts',
    'src/cli/check-config.ts',
    'src/scenario-files/scenario-schema.ts',
    'src/scenario-files/schema-issues.ts',
    'src/scenario-files/schema-power.ts',
    'src/scenario-files/schema-values.ts',
    'src/scenario-files/schema-expectations.ts',
  ],
  yaml: ['src/scenario-files/read-yaml.ts'],
  '@dagrejs/graphlib': ['src/analysis/to-graph.ts'],
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly specifier: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? sourceFiles(join(folder, entry.name)) : [join(folder, entry.name)],
    )
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

const files = sourceFiles(SRC);
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import\(|^import)\s*\(?['"]([^'"]+)['"]/gm)].map(
    (match) => match[1]!,
  );
  const room = relative(SRC, file).split('/')[0]!;
  return specifiers.map((specifier) => ({ file: relative(join(SRC, '..'), file), room, specifier }));
});

function targetOf({ file, specifier }: Import): string {
  return relative(SRC, join(SRC, '..', dirname(file), specifier));
}

describe('the house', () => {
  it('has been read: every room that exists is known and has files', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(imports.length).toBeGreaterThan(100);
    expect([...new Set(imports.map(({ room }) => room))].filter((room) => !(room in ROOMS))).toEqual([]);
  });

  it('imports one way: core, pm, links, probe, dma, analysis, report, cli; boards and logs beside them', () => {
    const wrong = imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .filter((one) => {
        const target = targetOf(one);
        const to = target.startsWith('..') ? target.slice(3) : target.split('/')[0]!;
        return to !== one.room && !ROOMS[one.room]!.may.includes(to);
      })
      .map(({ file, specifier, room }) => `${file} imports ${specifier}: ${ROOMS[room]!.because}`);
    expect(wrong).toEqual([]);
  });

  it('keeps Node out of every room but cli, so that all of them run in a browser', () => {
    const wrong = imports
      .filter(({ room }) => WITHOUT_NODE.includes(room))
      .filter(({ specifier }) => specifier.startsWith('node:'))
      .map(({ file, specifier }) => `${file} imports ${specifier}`);
    expect(wrong).toEqual([]);
    const globals = files
      .filter((file) => !file.includes('/cli/'))
      .filter((file) => /\b(process|Buffer|__dirname|require)\b\s*[.(]/.test(readFileSync(file, 'utf8')))
      .map((file) => relative(SRC, file));
    expect(globals).toEqual([]);
  });

  it('imports a package only where its reason holds', () => {
    const wrong = imports
      .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
      .filter(({ file, specifier }) => !PACKAGES[specifier]?.includes(file))
      .map(({ file, specifier }) => `${file} imports ${specifier}`);
    expect(wrong).toEqual([]);
  });

  it('has no import cycles, but for the recursion of probing itself: a probe adds devices, adding one probes it', () => {
    const graph = new Map<string, string[]>();
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const values = [...text.matchAll(/^(?:import|export)\s+(?!type\b)([^;]*?)from\s+'(\.[^']+)'/gms)]
        .filter((match) => !/^\{\s*(type\s+[^,}]+,?\s*)+\}\s*$/.test(match[1]!))
        .map((match) => relative(SRC, join(dirname(file), match[2]!)));
      graph.set(relative(SRC, file), values);
    }
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of graph.keys()) visit(file, []);
    expect(cycles.filter((cycle) => !cycle.split(' -> ').every((file) => file.startsWith('probe/')))).toEqual(
      [],
    );
  });

  it('has files that can be read in one sitting', () => {
    const long = files
      .map((file) => ({ file: relative(SRC, file), lines: readFileSync(file, 'utf8').split('\n').length }))
      // A table of facts is not read from top to bottom.
      .filter(({ file, lines }) => lines > 450 && file !== 'probe/early-compatibles.ts');
    expect(long).toEqual([]);
  });
});
