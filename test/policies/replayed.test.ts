/** A policy run and the same gets and puts as commands, on the clock of the recorded kernel: the same callbacks at the same times. */
import { describe, expect, it } from 'vitest';
import {
  chosenPolicies,
  compiledPolicies,
  type LoggedAction,
  replayCommands,
  runPolicy,
} from '../../src/policies/index.ts';
import type { ScenarioFile } from '../../src/scenario-files/index.ts';
import { runScenario } from '../../src/scenarios/index.ts';
import { devgraph } from '../support/run-cli.ts';

/** Whole milliseconds; nothing ends in the same one as something else that it has nothing to do with. */
const PIPELINE: ScenarioFile = {
  domains: [
    {
      name: 'pd',
      off: true,
      power: { on: '4mW', off: '1uW', power_on: { latency: '2ms' }, power_off: { latency: '1ms' } },
    },
  ],
  devices: [
    { name: 'dma', power: { active: '30mW', suspended: '1mW', resume: { latency: '1ms' } } },
    {
      name: 'cam',
      power_domain: 'pd',
      power: {
        active: '20mW',
        suspended: '500uW',
        resume: { latency: '3ms' },
        suspend: { latency: '1ms' },
      },
    },
    {
      name: 'uart',
      power: {
        active: '20mW',
        suspended: '500uW',
        resume: { latency: '2ms' },
        suspend: { latency: '4ms' },
      },
    },
  ],
  links: [
    { consumer: 'cam', supplier: 'dma', flags: ['pm_runtime'] },
    { consumer: 'uart', supplier: 'dma', flags: ['pm_runtime'] },
  ],
  workload: {
    length: '1s',
    streams: [
      { device: 'cam', every: '100ms', busy: '7ms' },
      { device: 'uart', every: '100ms', offset: '50ms', busy: '3ms' },
    ],
  },
  policies: {
    'at once': {},
    timers: { autosuspend: { cam: '12ms', uart: '16ms' } },
    'supplier too': { autosuspend: { cam: '11ms', uart: '13ms', dma: '6ms' } },
  },
};

const compiled = compiledPolicies(PIPELINE);

interface Callback {
  readonly time: number;
  readonly what: string;
}

/** Callbacks of a run with microseconds, in milliseconds. */
function ofPolicy(at: number): { readonly callbacks: Callback[]; readonly commands: string[] } {
  const log: LoggedAction[] = [];
  const run = runPolicy(PIPELINE, compiled, chosenPolicies(compiled)[at]!, { log, keepEvents: true });
  const { world, start } = run;
  const callbacks = world.events.flatMap((event): Callback[] => {
    if (event.kind === 'domain-callback-begin')
      return [{ time: (event.time - start) / 1000, what: `pd ${event.callback}` }];
    if (event.kind !== 'callback-begin' || event.layer === 'dom') return [];
    return [
      { time: (event.time - start) / 1000, what: `${world.devices[event.device]!.name} ${event.callback}` },
    ];
  });
  return { callbacks, commands: replayCommands(compiled, run.setup, log) };
}

function ofCommands(commands: readonly string[]): Callback[] {
  const lines = runScenario({ name: '', commands }).session.trace.map((line) => JSON.parse(line));
  // Before the first request stands what sets the scenario up: probes hold suppliers for a moment.
  const first = lines.findIndex(({ e, c }) => e === 'cmd' && c.startsWith('rpm get '));
  return lines
    .slice(first)
    .flatMap(({ e, t, d, c }): Callback[] =>
      e === 'cb' && c !== 'probe' && c !== 'remove' ? [{ time: t, what: `${d} ${c}` }] : [],
    );
}

describe('a policy run as commands', () => {
  it.each([0, 1, 2])('policy %i: the same callbacks in the same order at the same times', (at) => {
    const { callbacks, commands } = ofPolicy(at);
    expect(callbacks.length).toBeGreaterThan(40);
    expect(ofCommands(commands).slice(0, callbacks.length)).toEqual(callbacks);
  });

  it('is written by simulate, which refuses times finer than a millisecond', async () => {
    const text = JSON.stringify(PIPELINE);
    const { stdout, status } = await devgraph('simulate p.json --format scn --policy timers', {
      'p.json': text,
    });
    expect(status).toBe(0);
    expect(stdout).toContain('=== timers\n');
    expect(stdout).toContain('delay uart runtime_suspend 4\n');
    const finer = await devgraph('simulate p.json --format scn', {
      'p.json': text.replace('"4ms"', '"4100us"'),
    });
    expect(finer.status).toBe(2);
    expect(finer.stderr).toContain('the latency of runtime_suspend of uart, 4100 us, is no whole number');
  });
});
