/** The drivers of a workload: what the callbacks of buses, engines and clients do under a design. */
import { EPROBE_DEFER } from '../core/errno.ts';
import type { CallbackEffect, Task } from '../core/task.ts';
import { dmaReleaseLink, dmaRequestLink } from '../dma/index.ts';
import {
  pmRuntimeEnable,
  pmRuntimeGetSync,
  pmRuntimeIrqSafe,
  pmRuntimePut,
  pmRuntimeSetAutosuspendDelay,
  pmRuntimeUseAutosuspend,
} from '../pm/index.ts';
import { deviceRegister } from '../probe/index.ts';
import {
  type Actor,
  type Bench,
  type Bus,
  type Client,
  type Engine,
  type Grant,
  milliseconds,
  pass,
} from './bench.ts';
import { issue, putEngine, startWaiting, stopRunning, tearDown, terminate, transferOn } from './transfers.ts';
import type { Duration } from './workload.ts';

/** The other half of a phase. */
const RESUME_OF = {
  suspend: 'resume',
  suspend_late: 'resume_early',
  suspend_noirq: 'resume_noirq',
} as const;

function* enableRuntimePm(bench: Bench, device: number, autosuspend: Duration | undefined): Task<void> {
  const { world } = bench;
  if (autosuspend !== undefined) {
    yield* pmRuntimeSetAutosuspendDelay(world, device, milliseconds(autosuspend));
    yield* pmRuntimeUseAutosuspend(world, device, true);
  }
  pmRuntimeEnable(world, device);
}

function* busCallback({ world }: Bench, bus: Bus, callback: string): Task<number> {
  if (callback === 'probe') pmRuntimeEnable(world, bus.device);
  else if (callback === 'runtime_resume') yield* pass(world, milliseconds(bus.file.resume));
  else if (callback === 'runtime_suspend') yield* pass(world, milliseconds(bus.file.suspend));
  return 0;
}

function* probeEngine(bench: Bench, engine: Engine): Task<void> {
  const { world, design } = bench;
  const wantsRuntimePm = design.power !== 'always';
  if (design.irqSafe) yield* pmRuntimeIrqSafe(world, engine.device);
  if (wantsRuntimePm) yield* enableRuntimePm(bench, engine.device, engine.file.autosuspend);
  const number = bench.engineCount++;
  engine.channels = [];
  for (let index = 0; index < (engine.file.channels ?? 4); index++) {
    const name = `dma${number}chan${index}`;
    const channel = yield* deviceRegister(world, { name, bus: '', parent: engine.device, node: -1 });
    if (channel !== undefined && design.link.target === 'channel' && wantsRuntimePm)
      pmRuntimeEnable(world, channel);
    engine.channels.push(channel ?? -1);
  }
  engine.holders = engine.channels.map(() => undefined);
  engine.registered = true;
}

function* removeEngine(bench: Bench, engine: Engine): Task<void> {
  const holders = [
    ...new Set(engine.holders.flatMap((client) => (client === undefined ? [] : [client.name]))),
  ];
  if (holders.length > 0)
    bench.saw('removed-in-use', `${engine.name} was unbound while ${holders.join(', ')} held channels of it`);
  stopRunning(bench, engine, 'as its driver was unbound');
  engine.registered = false;
}

function* engineCallback(bench: Bench, engine: Engine, callback: string): Task<number> {
  const { world, design } = bench;
  const { resume, suspend } = engine.file;
  const isSuspended = () =>
    design.power !== 'always' && world.devices[engine.device]!.power.runtimeStatus !== 'active';
  switch (callback) {
    case 'probe':
      yield* probeEngine(bench, engine);
      break;
    case 'remove':
      yield* removeEngine(bench, engine);
      break;
    case 'runtime_resume':
      yield* pass(world, milliseconds(resume));
      startWaiting(bench, engine);
      break;
    case 'runtime_suspend':
      stopRunning(bench, engine, 'in its runtime suspend');
      yield* pass(world, milliseconds(suspend));
      break;
    case design.stopsIn:
      if (isSuspended()) break;
      stopRunning(bench, engine, `in ${callback}`);
      engine.stopped = true;
      break;
    case RESUME_OF[design.stopsIn]:
      engine.stopped = false;
      break;
  }
  return 0;
}

/** dma_request_chan() with the design's link; an error gives nothing back of what was had before. */
function* request(bench: Bench, client: Client, name: string): Task<number> {
  const { world, design } = bench;
  const engine = bench.actors.get(client.file.channels[name]!) as Engine;
  if (!engine.registered) return -EPROBE_DEFER;
  const number = engine.holders.indexOf(undefined);
  if (number < 0) {
    bench.saw(
      'request-failed',
      `${client.name} got no channel for ${name}: all of ${engine.name}'s are taken`,
    );
    return 0;
  }
  engine.holders[number] = client;
  const grant: Grant = { name, engine, number, link: { kind: 'none' } };
  if (design.power === 'channel') yield* pmRuntimeGetSync(world, engine.device);
  grant.link = yield* dmaRequestLink(world, design.link, {
    client: client.device,
    engine: engine.device,
    channel: engine.channels[number]!,
  });
  if (grant.link.kind === 'refused') {
    engine.holders[number] = undefined;
    if (design.power === 'channel') putEngine(bench, engine);
    bench.saw(
      'request-failed',
      `${client.name} got no channel for ${name}: device_link_add() refused the link, ${grant.link.reason}`,
    );
    return 0;
  }
  client.grants.set(name, grant);
  if (grant.link.kind === 'added') bench.links++;
  return 0;
}

function* releaseAll(bench: Bench, client: Client): Task<void> {
  // dmaengine_terminate_sync(): what it has not yet moved is not wanted any more.
  for (const transfer of client.inFlight) terminate(bench, transfer);
  tearDown(bench, client, 'as its channels were released');
  for (const grant of [...client.grants.values()].reverse()) {
    yield* dmaReleaseLink(bench.world, grant.link);
    if (bench.design.power === 'channel') putEngine(bench, grant.engine);
    grant.engine.holders[grant.number] = undefined;
  }
  client.grants.clear();
}

function* probeClient(bench: Bench, client: Client): Task<number> {
  const { file, device } = client;
  const hasRuntimePm = file.runtime_pm !== false;
  if (hasRuntimePm && file.requests_first !== true) yield* enableRuntimePm(bench, device, file.autosuspend);
  for (const name of Object.keys(file.channels)) {
    const error = yield* request(bench, client, name);
    if (error === 0) continue;
    yield* releaseAll(bench, client);
    return error;
  }
  if (hasRuntimePm && file.requests_first === true) yield* enableRuntimePm(bench, device, file.autosuspend);
  return 0;
}

/** What a client moves while it stops: it has to be awake for that, and so has its engine. */
function* drain(bench: Bench, client: Client, where: string): Task<void> {
  const { world } = bench;
  const [grant] = client.grants.values();
  const takes = milliseconds(client.file.drains);
  if (grant === undefined || takes === 0) return;
  yield* openClient(bench, client);
  const moved = transferOn(bench, client, grant, { takes, arrives: 0, left: 0 }, ` in ${where}`);
  yield* issue(bench, moved);
  if (grant.engine.running.has(moved)) yield* pass(world, takes);
  for (let next = bench.due[0]; next !== undefined && next.time <= world.now; next = bench.due[0]) {
    bench.due.shift();
    const task = next.run();
    if (task !== undefined) yield* task;
  }
  closeClient(bench, client);
}

function* clientCallback(bench: Bench, client: Client, callback: string): Task<number> {
  const { world } = bench;
  const { resume, suspend, sleep = 'suspend' } = client.file;
  switch (callback) {
    case 'probe':
      return yield* probeClient(bench, client);
    case 'remove':
      yield* releaseAll(bench, client);
      break;
    case 'runtime_resume':
      yield* pass(world, milliseconds(resume));
      break;
    case 'runtime_suspend':
      if (bench.design.teardown === 'runtime-suspend')
        tearDown(bench, client, "in the client's runtime suspend");
      yield* pass(world, milliseconds(suspend));
      break;
    default:
      if (sleep !== 'none' && (callback === sleep || callback === RESUME_OF[sleep]))
        yield* drain(bench, client, callback);
  }
  return 0;
}

/** pm_runtime_get_sync() of a client, and what its engines want to be told. */
export function* openClient(bench: Bench, client: Client): Task<void> {
  const { world, design } = bench;
  client.opened++;
  if (client.file.runtime_pm !== false) yield* pmRuntimeGetSync(world, client.device);
  if (design.power !== 'prepare') return;
  for (const { engine } of client.grants.values()) yield* pmRuntimeGetSync(world, engine.device);
}

/** pm_runtime_put() of a client. */
export function closeClient(bench: Bench, client: Client): void {
  const { world, design } = bench;
  client.opened--;
  if (design.power === 'prepare') for (const { engine } of client.grants.values()) putEngine(bench, engine);
  if (client.file.runtime_pm !== false) pmRuntimePut(world, client.device);
}

/** What the driver of an actor does when it is called back. */
export function callbackOf(
  bench: Bench,
  actor: Actor,
  { callback }: CallbackEffect & { kind: 'call' },
): Task<number> {
  switch (actor.kind) {
    case 'bus':
      return busCallback(bench, actor, callback);
    case 'engine':
      return engineCallback(bench, actor, callback);
    case 'client':
      return clientCallback(bench, actor, callback);
  }
}
