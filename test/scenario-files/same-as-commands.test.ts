/** A scenario file is another way to write commands: the same trace, byte for byte, and every command can be written so. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compileScenario } from '../../src/scenario-files/compile-scenario.ts';
import type { CompiledStep } from '../../src/scenario-files/compile-steps.ts';
import { placesByPath } from '../../src/scenario-files/complaints.ts';
import { runScenarioFile, type ScenarioFile, type Step } from '../../src/scenario-files/index.ts';
import {
  type ArgumentKind,
  KERNEL_CALL_NAMES,
  KERNEL_CALLS,
  type KernelCall,
  PLAIN_CALL_NAMES,
} from '../../src/scenario-files/kernel-calls.ts';
import { readScenario } from '../../src/scenario-files/scenario-schema.ts';
import { DEVICE_FLAGS, RUNTIME_OPERATIONS } from '../../src/scenarios/command.ts';
import { COMMAND_NAMES, createSession, journalLines, runCommands } from '../../src/scenarios/index.ts';

/** The same said twice: as a part of a scenario file, and as commands. */
interface Both<T> {
  readonly file: T;
  readonly commands: readonly string[];
}

const both = <T>(file: T, ...commands: string[]): Both<T> => ({ file, commands });

const DEVICES = ['d0', 'd1', 'd2', 'd3'];
const device = fc.constantFrom(...DEVICES);
const RUNTIME_CALLS = [
  'get_sync',
  'put_sync',
  'get',
  'put',
  'put_autosuspend',
  'suspend',
  'resume',
  'idle',
  'enable',
  'disable',
  'forbid',
  'allow',
  'barrier',
  'mark_last_busy',
  'set_active',
  'set_suspended',
] as const;
const milliseconds = fc.nat(60);
const flags = fc.subarray([
  'stateless',
  'pm_runtime',
  'rpm_active',
  'autoremove_consumer',
  'autoprobe_consumer',
  'sync_state_only',
] as const);
const returns = fc.constantFrom(
  ['-EBUSY', -16],
  ['-EIO', -5],
  [0, 0],
  [1, 1],
  ['-EAGAIN', -11],
  ['-EPROBE_DEFER', -517],
) as fc.Arbitrary<[string | number, number]>;
const callback = fc.constantFrom(
  'probe',
  'suspend',
  'resume',
  'prepare',
  'suspend_late',
  'runtime_suspend',
  'runtime_resume',
  'runtime_idle',
) as fc.Arbitrary<'probe' | 'prepare'>;

const call: fc.Arbitrary<Both<Step>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...RUNTIME_CALLS), device)
      .map(([name, id]) => both({ [`pm_runtime_${name}`]: id } as Step, `rpm ${name} ${id}`)),
  },
  fc
    .tuple(device, milliseconds)
    .map(([id, time]) =>
      both<Step>(
        { pm_runtime_set_autosuspend_delay: { device: id, delay: `${time}ms` } },
        `rpm set_delay ${id} ${time}`,
      ),
    ),
  device.map((id) => both<Step>({ pm_runtime_use_autosuspend: id }, `rpm use_autosuspend ${id}`)),
  fc
    .tuple(device, device, flags)
    .map(([consumer, supplier, given]) =>
      both<Step>(
        { device_link_add: { consumer, supplier, flags: given } },
        `link ${consumer} ${supplier} ${given.join(',') || 0}`,
      ),
    ),
  fc
    .tuple(device, device)
    .map(([consumer, supplier]) =>
      both<Step>({ device_link_remove: { consumer, supplier } }, `rmlink ${consumer} ${supplier}`),
    ),
  device.map((id) => both<Step>({ device_release_driver: id }, `unbind ${id}`)),
  device.map((id) => both<Step>({ device_attach: id }, `attach ${id}`)),
  fc
    .tuple(device, callback, returns)
    .map(([id, name, [word, value]]) =>
      both<Step>(
        { on_callback: { device: id, callback: name, returns: [word] } },
        `ret ${id} ${name} ${value}`,
      ),
    ),
  fc
    .tuple(device, callback, returns, fc.integer({ min: 1, max: 9 }))
    // A prepare() that always says so is called for ever, and the two ways to run it are stopped at limits of their own.
    .filter(([, name, [word]]) => name !== 'prepare' || word !== '-EAGAIN')
    .map(([id, name, [word, value], takes]) =>
      both<Step>(
        { on_callback: { device: id, callback: name, returns: word, takes: `${takes}ms` } },
        `ret ${id} ${name} ${value}*`,
        `delay ${id} ${name} ${takes}`,
      ),
    ),
  fc
    .tuple(device, callback, device)
    .map(([id, name, other]) =>
      both<Step>(
        { on_callback: { device: id, callback: name, do: [{ pm_runtime_get: other }] } },
        `on ${id} ${name} rpm get ${other}`,
      ),
    ),
  milliseconds.map((time) => both<Step>({ sleep: `${time}ms` }, `sleep ${time}`)),
  fc
    .constantFrom('freezer', 'devices', 'platform')
    .map((level) => both<Step>({ suspend: level } as Step, `suspend ${level}`)),
  fc.constant(both<Step>('settle', 'settle')),
  fc.constant(both<Step>('show_all', 'dump')),
);

const SETUP: Both<ScenarioFile> = both(
  {
    devices: [
      'd0',
      { name: 'd1', parent: 'd0' },
      { name: 'd2', type: ['rpm'], async: true },
      { name: 'd3', parent: 'd2' },
    ],
    links: [{ consumer: 'd3', supplier: 'd1', flags: ['pm_runtime', 'autoprobe_consumer'] }],
    drivers: [{ name: 'r', match: ['d0', 'd1', 'd3'], ops: ['all'], callbacks: { sync_state: {} } }],
  },
  'pm_async 1',
  'dev d0',
  'dev d1 parent=d0',
  'dev d2 type=rpm async',
  'dev d3 parent=d2',
  'link d3 d1 pm_runtime,autoprobe_consumer',
  'drv r match=d0,d1,d3 ops=all sync_state',
  'settle',
);

function linesOf(file: ScenarioFile): string[] {
  return journalLines(runScenarioFile(file).journal);
}

describe('a scenario file', () => {
  it('gives the trace of its commands, as an object and as YAML', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 30 }), (calls) => {
        const file: ScenarioFile = { ...SETUP.file, steps: calls.map((each) => each.file) };
        const session = createSession({ bus: 'platform' });
        runCommands(session, [...SETUP.commands, ...calls.flatMap(({ commands }) => commands)]);
        expect(linesOf(file)).toEqual(session.trace);
        expect(linesOf(readScenario(stringify(file), 'random.yaml').file)).toEqual(session.trace);
        expect(linesOf(readScenario(JSON.stringify(file), 'random.json').file)).toEqual(session.trace);
      }),
      { numRuns: 150 },
    );
  });

  it('gives the same in each round of a repeat as in steps one after another', () => {
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 4 }),
        (calls, times) => {
          const steps = calls.map((each) => each.file);
          const repeated = linesOf({ ...SETUP.file, steps: [{ repeat: { times, steps } }] });
          expect(repeated).toEqual(linesOf({ ...SETUP.file, steps: Array(times).fill(steps).flat() }));
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** A value of each kind of argument. */
const SAMPLES: Readonly<Record<ArgumentKind, unknown>> = {
  device: 'd0',
  driver: 'r',
  domain: 'pd',
  latency: '50us',
  duration: '5ms',
  switch: true,
  parent: null,
  'link flags': ['pm_runtime'],
  'driver flags': ['no_direct_complete', 'smart_prepare', 'smart_suspend', 'may_skip_resume'],
  callback: 'suspend',
  'move order': 'dev-last',
  'sleep level': 'devices',
  handle: 'h',
  word: 'tx',
  count: 1,
  'dma capability': 'memcpy',
  'dma capabilities': ['slave', 'memcpy'],
  'dma callbacks': ['client_attach'],
  'dma map': [{ client: 'd1', name: 'tx', channel: 0 }],
  'dma entries': [{ name: 'tx', controller: 'd0', args: [1] }, { controller: null }],
  'dma translation': 'chan_id',
  client: 'd1',
  cyclic: true,
  takes: '3ms',
  arrives: '1ms',
  'dma dependencies': true,
};

function sampleStep(name: (typeof KERNEL_CALL_NAMES)[number]): Step {
  const { arguments: wanted }: KernelCall = KERNEL_CALLS[name];
  const values = Object.entries(wanted).map(([key, kind]) => [key, SAMPLES[kind]] as const);
  return { [name]: values.length === 1 ? values[0]![1] : Object.fromEntries(values) } as Step;
}

function allCommands(steps: readonly CompiledStep[]): string[] {
  return steps.flatMap((step) => (step.kind === 'repeat' ? allCommands(step.steps) : [...step.commands]));
}

describe('what can be written in a scenario file', () => {
  const file: ScenarioFile = {
    domains: ['top', { name: 'pd', parents: ['top'] }],
    devices: [
      'd0',
      { name: 'd1', add: false, callbacks: { probe: { returns: 0, takes: '1ms', do: ['settle'] } } },
    ],
    links: [{ consumer: 'd1', supplier: 'd0' }],
    drivers: [{ name: 'r', match: 'd0' }],
    steps: [
      ...PLAIN_CALL_NAMES,
      ...KERNEL_CALL_NAMES.map(sampleStep),
      { on_callback: { device: 'd0', callback: 'probe', returns: '-EIO' } },
      { forget_callback: { device: 'd0', callback: 'probe' } },
    ],
  };
  const { setup, steps } = compileScenario(file, undefined, placesByPath('all'));
  const commands = allCommands([...setup, ...steps]);

  it('is every command of the command language', () => {
    const words = new Set(commands.map((command) => command.split(' ')[0]));
    expect(COMMAND_NAMES.filter((name) => !words.has(name))).toEqual([]);
  });

  it('is every operation of runtime PM and every flag of a device', () => {
    for (const operation of Object.keys(RUNTIME_OPERATIONS))
      expect(
        commands.filter((command) => command.startsWith(`rpm ${operation} d0`)),
        operation,
      ).toHaveLength(1);
    const set = new Set(
      commands.flatMap((command) => (command.startsWith('flag ') ? command.split(' ').slice(2) : [])),
    );
    expect([...set].sort()).toEqual([...DEVICE_FLAGS].sort());
  });

  it('is accepted by the schema as it stands here', () => {
    expect(readScenario(stringify(file), 'all.yaml').file).toEqual(JSON.parse(JSON.stringify(file)));
  });
});
