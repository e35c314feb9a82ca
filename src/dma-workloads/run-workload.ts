/** Runs a workload under a design, on a world of its own. */

import { callbackSet } from '../core/callbacks.ts';
import type { Task } from '../core/task.ts';
import { nextTimerAt } from '../core/timers.ts';
import type { World } from '../core/world.ts';
import { type DmaDesign, FW_DEVLINK_FLAGS } from '../dma/index.ts';
import { deviceLinkAdd } from '../links/index.ts';
import { pmSuspend } from '../pm/index.ts';
import { deviceRegister, deviceReleaseDriver, driverRegister } from '../probe/index.ts';
import {
  createScenarioWorld,
  type RunResult,
  SCENARIO_BUS,
  Scheduler,
  STEP_LIMIT,
} from '../scenarios/index.ts';
import { type Actor, Bench, milliseconds, type Seen } from './bench.ts';
import { callbackOf, closeClient, openClient } from './drivers.ts';
import { type OnTime, onTime, weakestOrder } from './measure.ts';
import { issue, issueAtomically, tearDown, transferOn } from './transfers.ts';
import type { FindingKind, Ordered, Workload, WorkloadStep, WorkloadTransfer } from './workload.ts';

/** What a design makes of a workload; times are milliseconds. */
export interface WorkloadRun {
  readonly deferrals: number;
  readonly links: number;
  readonly order: Ordered;
  /** How long the run took, and how long each engine and bus was on of that. */
  readonly duration: number;
  readonly engines: readonly OnTime[];
  readonly buses: readonly OnTime[];
  /** The longest from the call to the device being ready: of an open(), and of a transfer to its start. */
  readonly latency: number;
  readonly asked: number;
  readonly done: number;
  readonly lost: number;
  readonly findings: readonly Seen[];
  readonly ended: RunResult['kind'];
}

/** Callbacks of the drivers, beside probe and remove. */
const OPS = callbackSet([
  ...(['runtime_suspend', 'runtime_resume', 'suspend', 'suspend_late', 'suspend_noirq'] as const),
  ...(['resume_noirq', 'resume_early', 'resume'] as const),
]);

/** Devices of all actors, in the order that the workload says. */
function* registerDevices(bench: Bench): Task<void> {
  const { world, workload, design } = bench;
  const names = [...new Set([...(workload.order ?? []), ...bench.actors.keys()])];
  // Parents first, whatever the order says: a child cannot be registered before them.
  const parentOf = (actor: Actor) => (actor.kind === 'bus' ? undefined : actor.file.parent);
  const register = function* (name: string): Task<void> {
    const actor = bench.actors.get(name)!;
    if (actor.device >= 0) return;
    const above = parentOf(actor);
    if (above !== undefined) yield* register(above);
    const parent = above === undefined ? -1 : bench.actors.get(above)!.device;
    actor.device = (yield* deviceRegister(world, { name, bus: SCENARIO_BUS, parent, node: -1 })) ?? -1;
    bench.byDevice.set(actor.device, actor);
  };
  for (const name of names) yield* register(name);
  if (design.link.made !== 'at creation') return;
  for (const client of bench.clients()) {
    for (const engine of new Set(Object.values(client.file.channels))) {
      const supplier = bench.actors.get(engine)!.device;
      const added = yield* deviceLinkAdd(world, client.device, supplier, FW_DEVLINK_FLAGS);
      if (added.kind === 'added') bench.links++;
    }
  }
}

function* probe({ world }: Bench, names: readonly string[]): Task<void> {
  for (const name of names) {
    yield* driverRegister(world, {
      name: `${name}-driver`,
      bus: SCENARIO_BUS,
      compatibles: [],
      matches: [name],
      probe: { kind: 'callback' },
      ops: OPS,
    });
  }
  // The retries of deferred probes are work.
  yield { kind: 'wait', for: { kind: 'settled' } };
}

/**
 * When to look again for what a worker may have started: a transfer that waits for an engine or a switch is due at a time which is
 * not known yet. undefined where none waits, or no worker will do anything.
 */
function workerMayStart(bench: Bench): number | undefined {
  const { world } = bench;
  const isWaited =
    bench.engines().some(({ waiting }) => waiting.length > 0) ||
    [...bench.boxes.values()].some(({ queue }) => queue.length > 0);
  if (!isWaited) return undefined;
  const { percpu, running } = world.work;
  if (percpu.length > 0 || running.length > 0) return world.now + 1;
  const timer = nextTimerAt(world);
  return timer === undefined ? undefined : Math.max(timer, world.now + 1);
}

/** Lets time pass, with all that is due meanwhile. */
function* waitUntil(bench: Bench, time: number): Task<void> {
  const { world } = bench;
  for (;;) {
    const next = bench.due[0];
    if (next !== undefined && next.time <= Math.min(time, world.now)) {
      bench.due.shift();
      const task = next.run();
      if (task !== undefined) yield* task;
      continue;
    }
    if (world.now >= time) return;
    const until = Math.min(time, next?.time ?? time, workerMayStart(bench) ?? time);
    yield { kind: 'wait', for: { kind: 'time', until } };
  }
}

function* transfer(bench: Bench, step: WorkloadTransfer): Task<void> {
  const client = bench.client(step.client);
  const grant = client.grants.get(step.channel);
  if (grant === undefined) {
    bench.asked += step.times ?? 1;
    bench.lost += step.times ?? 1;
    return;
  }
  const wanted = transferOn(bench, client, grant, {
    takes: milliseconds(step.takes),
    arrives: milliseconds(step.arrives),
    left: (step.times ?? 1) - 1,
  });
  if (step.interrupt === true) {
    const task = issueAtomically(bench, wanted);
    if (task !== undefined) yield* task;
  } else yield* issue(bench, wanted);
}

function synchronize(bench: Bench, name: string): void {
  const client = bench.client(name);
  const pending = [...client.inFlight].filter(({ grant }) => grant.engine.running.size > 0);
  if (pending.some((one) => one.grant.engine.running.has(one)))
    bench.saw(
      'synchronize-pending',
      `${name} called dmaengine_synchronize() while its transfers were pending`,
    );
  if (bench.design.teardown === 'synchronize') tearDown(bench, client, 'in dmaengine_synchronize()');
}

/** What keeps the order is asked when all who ever bind are bound: before the first sleep, the first unbind, or at the end. */
function askOrder(bench: Bench): void {
  bench.ordered ??= weakestOrder(bench);
}

function* take(bench: Bench, step: WorkloadStep): Task<void> {
  const { world } = bench;
  if ('probe' in step) yield* probe(bench, typeof step.probe === 'string' ? [step.probe] : step.probe);
  else if ('open' in step) {
    const before = world.now;
    yield* openClient(bench, bench.client(step.open));
    bench.worstLatency = Math.max(bench.worstLatency, world.now - before);
  } else if ('close' in step) closeClient(bench, bench.client(step.close));
  else if ('transfer' in step) yield* transfer(bench, step.transfer);
  else if ('idle' in step) {
    if (bench.design.teardown === 'idle')
      tearDown(bench, bench.client(step.idle), 'when the client said that it is idle');
  } else if ('synchronize' in step) synchronize(bench, step.synchronize);
  else if ('wait' in step) yield* waitUntil(bench, world.now + milliseconds(step.wait));
  else if ('sleep' in step) {
    askOrder(bench);
    yield* pmSuspend(world, 'platform', 1);
  } else {
    askOrder(bench);
    yield* deviceReleaseDriver(world, bench.actors.get(step.unbind)!.device);
    yield { kind: 'wait', for: { kind: 'settled' } };
  }
  // What was due while the step took its time.
  yield* waitUntil(bench, world.now);
}

function* script(bench: Bench, scheduler: Scheduler): Task<void> {
  yield* registerDevices(bench);
  for (const step of bench.workload.steps) {
    scheduler.stepsLeft = STEP_LIMIT;
    yield* take(bench, step);
  }
  askOrder(bench);
}

/** Transfers that still wait when the run is over. */
function sawWaiting(bench: Bench): void {
  for (const [name, { owner, queue }] of bench.boxes) {
    for (const client of new Set(queue.map((one) => one.client.name)))
      bench.saw(
        'never-started',
        `${client} waited for ${name}, which ${owner?.name ?? 'nobody'} has, to the end`,
      );
  }
  for (const { name, waiting } of bench.engines()) {
    for (const client of new Set(waiting.map((one) => one.client.name)))
      bench.saw('never-started', `${client} waited for ${name} to the end`);
  }
}

/** Warnings of the kernel, as findings: each place once. */
function warningsOf({ world, start }: Bench): Seen[] {
  const places = new Map<string, { time: number; times: number }>();
  for (const event of world.events) {
    if (event.kind !== 'warning') continue;
    const known = places.get(event.place);
    if (known === undefined) places.set(event.place, { time: event.time - start, times: 1 });
    else known.times++;
  }
  return [...places].map(([place, { time, times }]) => ({
    kind: 'kernel-warning',
    time,
    text: `WARNING at ${place}${times > 1 ? `, ${times} times` : ''}`,
  }));
}

function deferralsOf(world: World): number {
  return world.events.reduce((count, { kind }) => count + (kind === 'defer' ? 1 : 0), 0);
}

/** When an actor's driver was bound, if it has no runtime PM and so is on from then on. */
function boundAt({ world, start }: Bench, device: number): number | undefined {
  const index = world.events.findIndex((event) => event.kind === 'bound' && event.device === device);
  if (index < 0) return undefined;
  const dated = world.events.slice(0, index).findLast((event) => 'time' in event);
  return dated === undefined ? 0 : dated.time - start;
}

/**
 * Runs a workload under a design. The same workload and design give the same run. Names in the workload are those of its devices
 * (readWorkload() has checked them).
 */
export function runWorkload(workload: Workload, design: DmaDesign): WorkloadRun {
  const world = createScenarioWorld();
  world.recording = true;
  const bench = new Bench(world, workload, design);
  const scheduler = new Scheduler(world, (call) => {
    const actor = call.kind === 'call' ? bench.byDevice.get(call.device) : undefined;
    return actor === undefined || call.kind !== 'call' ? 0 : callbackOf(bench, actor, call);
  });
  const result = scheduler.run(script(bench, scheduler));
  if (result.kind === 'hang') bench.saw('hang', `waits for ever: ${result.wait.kind}`);
  askOrder(bench);
  sawWaiting(bench);
  const alwaysOn = design.power === 'always';
  const timesOf = (actors: readonly Actor[], isAlwaysOn: boolean) =>
    actors
      .filter(({ device }) => device >= 0)
      .map(({ device }) => onTime(bench, device, isAlwaysOn ? boundAt(bench, device) : undefined));
  const buses = [...bench.actors.values()].filter(({ kind }) => kind === 'bus');
  const findings = [...bench.seen, ...warningsOf(bench)].sort((one, other) => one.time - other.time);
  return {
    deferrals: deferralsOf(world),
    links: bench.links,
    order: bench.ordered!,
    duration: bench.now,
    engines: timesOf(bench.engines(), alwaysOn),
    buses: timesOf(buses, false),
    latency: bench.worstLatency,
    asked: bench.asked,
    done: bench.done,
    lost: bench.lost,
    findings,
    ended: result.kind,
  };
}

/** How many findings of a kind. */
export function countOf(run: Pick<WorkloadRun, 'findings'>, kind: FindingKind): number {
  return run.findings.filter((finding) => finding.kind === kind).length;
}
