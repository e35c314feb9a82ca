/**
 * The same work on plain xstate actors and timers: `npx tsx bench/policies-on-actors.ts`. The UART example under one policy, once as a policy run, with
 * each request carried out, and once as an actor whose machine is written by hand for this one device and policy. Both have to come to the same times in
 * each state and as many suspends. Processor time, each side on its own.
 */
import { readFileSync } from 'node:fs';
import { assign, createActor, setup } from 'xstate';
import { streamsOf } from '../src/policies/arrivals.ts';
import { chosenPolicies, compiledPolicies, policyResult, runPolicy } from '../src/policies/index.ts';
import { readScenario } from '../src/scenario-files/scenario-schema.ts';

const POLICY = 'inside-a-burst';
/** Microseconds, as the example and the policy have them. */
const [UP, DOWN, DELAY] = [1_200, 300, 65_000];
const STATES = ['active', 'suspending', 'resuming', 'suspended'] as const;

const source = readFileSync(new URL('../examples/policies/uart.yaml', import.meta.url), 'utf8');
const { file } = readScenario(source.replace('length: 10min', 'length: 20h'), 'bench');
const compiled = compiledPolicies(file);
const [policy] = chosenPolicies(compiled, [POLICY]);

function processorTime<T>(work: () => T): { readonly result: T; readonly ms: number } {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { result, ms: (user + system) / 1000 };
}

interface Timer {
  readonly at: number;
  readonly id: number;
  readonly run: () => void;
}

/** A clock that goes from timer to timer. Few are set at a time. */
class TimerClock {
  now = 0;
  #timers: Timer[] = [];
  #ids = 0;

  setTimeout(run: () => void, timeout: number): number {
    this.#timers.push({ at: this.now + timeout, id: ++this.#ids, run });
    return this.#ids;
  }

  clearTimeout(id: number): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }

  moveTo(until: number): void {
    for (;;) {
      const next = this.#timers.reduce<Timer | undefined>(
        (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
        undefined,
      );
      if (next === undefined || next.at > until) break;
      this.clearTimeout(next.id);
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }
}

/** A UART with runtime PM: what waits is worked on while it is active; behind the last request it waits for DELAY. */
const uart = setup({
  types: { context: {} as { works: readonly number[] }, events: {} as { type: 'request'; work: number } },
  delays: { up: UP, down: DOWN, autosuspend: DELAY, work: ({ context }) => context.works[0]! },
  actions: {
    queue: assign({ works: ({ context, event }) => [...context.works, event.work] }),
    done: assign({ works: ({ context }) => context.works.slice(1) }),
  },
  guards: {
    hasMore: ({ context }) => context.works.length > 1,
    hasAny: ({ context }) => context.works.length > 0,
  },
}).createMachine({
  context: { works: [] },
  initial: 'suspended',
  on: { request: { actions: 'queue' } },
  states: {
    suspended: { on: { request: { target: 'resuming', actions: 'queue' } } },
    resuming: { after: { up: 'working' } },
    working: {
      after: {
        work: [
          { guard: 'hasMore', target: 'working', reenter: true, actions: 'done' },
          { target: 'idle', actions: 'done' },
        ],
      },
    },
    idle: {
      on: { request: { target: 'working', actions: 'queue' } },
      after: { autosuspend: 'suspending' },
    },
    suspending: { after: { down: [{ guard: 'hasAny', target: 'resuming' }, { target: 'suspended' }] } },
  },
});

/** Microseconds by state, and suspends, of the actor. */
function onActors(): { readonly times: Record<string, number>; readonly suspends: number } {
  const { workload } = compiled;
  const clock = new TimerClock();
  const times: Record<string, number> = Object.fromEntries(STATES.map((state) => [state, 0]));
  let [state, since, suspends] = ['suspended', 0, 0];
  const enter = (next: string) => {
    times[state]! += clock.now - since;
    if (next === 'suspending' && state !== next) suspends++;
    [state, since] = [next, clock.now];
  };
  const actor = createActor(uart, { clock });
  actor.subscribe(({ value }) => enter(value === 'working' || value === 'idle' ? 'active' : value));
  actor.start();
  const [stream] = streamsOf(workload, new Map());
  while (stream!.at < workload.length) {
    clock.moveTo(stream!.at);
    actor.send({ type: 'request', work: stream!.work });
    stream!.advance();
  }
  clock.moveTo(workload.length);
  enter(state);
  return { times, suspends };
}

const run = processorTime(() =>
  policyResult(runPolicy(file, compiled, policy!, { abbreviate: false, because: false }), 1n, 1n),
);
const actors = processorTime(onActors);
const [device] = run.result.devices;
for (const state of STATES) {
  const time = device!.states.find((one) => one.state === state)?.time ?? 0;
  if (time !== actors.result.times[state])
    throw new Error(`${state}: ${time} us in the policy run, ${actors.result.times[state]} us on actors`);
}
if (run.result.suspends !== actors.result.suspends)
  throw new Error(`${run.result.suspends} suspends in the policy run, ${actors.result.suspends} on actors`);
process.stdout.write(
  `${run.result.requests} requests, ${run.result.suspends} suspends, the same times in each state\n` +
    `policy run ${run.ms.toFixed(0)} ms, xstate actors ${actors.ms.toFixed(0)} ms: ${(actors.ms / run.ms).toFixed(1)} times as long\n`,
);
