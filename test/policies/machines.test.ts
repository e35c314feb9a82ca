/** Policies that are machines: in the file, as an xstate machine of the same form, and against a policy that does the same without one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, createMachine } from 'xstate';
import {
  chosenPolicies,
  compiledPolicies,
  energyOfRun,
  machineFromXstate,
  policyResult,
  type RunPolicyOptions,
  runPolicy,
} from '../../src/policies/index.ts';
import type { ScenarioFile } from '../../src/scenario-files/index.ts';

/** A machine that gets for a request, and puts so long behind the last. */
const lingering = (delay: string | number) => ({
  initial: 'asleep',
  states: {
    asleep: { on: { request: { target: 'awake', actions: 'get' } } },
    awake: { on: { empty: 'lingering' } },
    lingering: {
      on: { request: 'awake' },
      after: { [delay]: { target: 'asleep', actions: 'put' } },
    },
  },
});

const scenarios = fc.record({
  every: fc.integer({ min: 3_000, max: 40_000 }),
  busy: fc.integer({ min: 0, max: 2_000 }),
  up: fc.integer({ min: 0, max: 900 }),
  down: fc.integer({ min: 0, max: 900 }),
  delay: fc.integer({ min: 1, max: 30 }),
  isSeeded: fc.boolean(),
});

type Drawn = typeof scenarios extends fc.Arbitrary<infer T> ? T : never;

function fileOf({ every, busy, up, down, delay, isSeeded }: Drawn): ScenarioFile {
  return {
    devices: [
      {
        name: 'uart',
        runtime_pm: { autosuspend_delay: `${delay}ms` },
        power: {
          active: '10mW',
          suspended: '1mW',
          suspend: { latency: `${down}us` },
          resume: { latency: `${up}us` },
        },
      },
    ],
    workload: {
      length: '2s',
      streams: [{ device: 'uart', every: `${every}us`, busy: isSeeded ? `0us..${busy}us` : `${busy}us` }],
    },
    policies: {
      timer: {},
      machine: { autosuspend: { uart: null }, machines: { uart: lingering(`${delay}ms`) } },
      'without autosuspend': { autosuspend: { uart: null } },
    },
  };
}

function run(file: ScenarioFile, name: string, options: RunPolicyOptions = {}) {
  const compiled = compiledPolicies(file);
  const [policy] = chosenPolicies(compiled, [name]);
  return runPolicy(file, compiled, policy!, options);
}

const factsOf = (one: ReturnType<typeof run>) => ({
  ...policyResult(one, 1n, 1n),
  policy: '',
  description: '',
  because: [],
  repeated: null,
});

describe('a policy that is a machine', () => {
  it('with a timer of its own takes what the autosuspend timer of the same delay takes', () => {
    fc.assert(
      fc.property(scenarios, (drawn) => {
        const file = fileOf(drawn);
        const [timer, machine] = [run(file, 'timer'), run(file, 'machine')];
        // A put wakes a worker that suspends at once, as the timer does.
        expect(energyOfRun(machine)).toBe(energyOfRun(timer));
        expect(policyResult(machine, 1n, 1n).wake).toEqual(policyResult(timer, 1n, 1n).wake);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same as an xstate machine of that form, and as itself with every request carried out', () => {
    fc.assert(
      fc.property(scenarios, (drawn) => {
        const file = fileOf(drawn);
        const inFile = run(file, 'machine');
        const machines = { uart: machineFromXstate(createMachine(lingering(drawn.delay))) };
        expect(factsOf(run(file, 'without autosuspend', { machines }))).toEqual(factsOf(inFile));
        expect(factsOf(run(file, 'machine', { abbreviate: false }))).toEqual(factsOf(inFile));
      }),
      { numRuns: 20 },
    );
  });

  it('of xstate may have guards and context: only every third request is worth a way up', () => {
    const drawn = { every: 10_000, busy: 500, up: 100, down: 100, delay: 1, isSeeded: false };
    const lazy = createMachine({
      types: {} as { context: { waiting: number } },
      context: { waiting: 0 },
      initial: 'asleep',
      states: {
        asleep: {
          on: {
            request: [
              {
                guard: ({ context }) => context.waiting === 2,
                target: 'awake',
                actions: ['get', assign({ waiting: 0 })],
              },
              { actions: assign({ waiting: ({ context }) => context.waiting + 1 }) },
            ],
          },
        },
        awake: { on: { empty: { target: 'asleep', actions: 'put' } } },
      },
    });
    const result = policyResult(
      run(fileOf(drawn), 'without autosuspend', { machines: { uart: machineFromXstate(lazy) } }),
      1n,
      1n,
    );
    // 200 requests in two seconds: 66 times three of them.
    expect(result).toMatchObject({ requests: 200, finished: 198, suspends: 66 });
  });

  it('of xstate with an action that no policy has ends the run with its name', () => {
    const odd = createMachine({ entry: 'boil' });
    const drawn = { every: 10_000, busy: 500, up: 100, down: 100, delay: 1, isSeeded: false };
    expect(() => run(fileOf(drawn), 'timer', { machines: { uart: machineFromXstate(odd) } })).toThrow(
      "action 'boil' of a policy is none of get, put",
    );
  });
});
