/** Transfers: prepared and issued in some context, started when the engine and the switch are there, ended by an interrupt. */
import type { Task } from '../core/task.ts';
import {
  pmRuntimeGet,
  pmRuntimeGetNoresume,
  pmRuntimeGetSync,
  pmRuntimePut,
  pmRuntimePutAutosuspend,
} from '../pm/index.ts';
import type { Bench, Client, Engine, Grant, SwitchBox, Transfer } from './bench.ts';

/** Whether an engine moves data now. */
export function isAwake({ world, design }: Bench, { device, registered, stopped }: Engine): boolean {
  if (!registered || stopped) return false;
  return design.power === 'always' || world.devices[device]!.power.runtimeStatus === 'active';
}

/** The engine's reference is given up: at once, or behind its autosuspend delay. */
export function putEngine({ world }: Bench, { device, file }: Engine): void {
  // pm_runtime_mark_last_busy(), as drivers do before they put.
  world.devices[device]!.power.lastBusy = world.now;
  if (file.autosuspend === undefined) pmRuntimePut(world, device);
  else pmRuntimePutAutosuspend(world, device);
}

function boxOf({ boxes }: Bench, { file }: Client): SwitchBox | undefined {
  return file.switch === undefined ? undefined : boxes.get(file.switch);
}

/** A transfer that will not happen. */
function lose(bench: Bench, transfer: Transfer): void {
  bench.lost++;
  transfer.client.inFlight.delete(transfer);
  if (bench.design.power === 'descriptor') putEngine(bench, transfer.grant.engine);
}

/** The transfer goes on its way, unless the engine sleeps or another client has the switch. */
export function start(bench: Bench, transfer: Transfer, isAwakeNow = false): void {
  const { client, grant, takes } = transfer;
  const box = boxOf(bench, client);
  if (box?.owner !== undefined && box.owner !== client) {
    box.queue.push(transfer);
    return;
  }
  if (!isAwakeNow && !isAwake(bench, grant.engine)) {
    bench.saw(
      'engine-asleep',
      `${client.name} issued a transfer on ${grant.name}${transfer.where} while ${grant.engine.name} was suspended`,
    );
    lose(bench, transfer);
    return;
  }
  if (box !== undefined) box.owner = client;
  bench.worstLatency = Math.max(bench.worstLatency, bench.world.now - transfer.asked);
  transfer.ends = bench.world.now + takes;
  transfer.arrived = transfer.ends + transfer.arrives;
  grant.engine.running.add(transfer);
  bench.after(takes, () => complete(bench, transfer));
}

/** The switch is free for the next client. */
export function tearDown(bench: Bench, client: Client, where: string): void {
  const box = boxOf(bench, client);
  if (box === undefined || box.owner !== client) return;
  const late = [...client.inFlight].filter(({ arrived }) => arrived > bench.world.now);
  if (late.length > 0) {
    bench.saw(
      'data-lost',
      `${client.file.switch} was torn down ${where}, with data of ${late.length} of ${client.name}'s transfers on their way`,
    );
    for (const transfer of late) {
      // One that the engine has not done with is cut off as well.
      if (!transfer.grant.engine.running.delete(transfer)) {
        bench.done--;
        bench.lost++;
        client.inFlight.delete(transfer);
      } else lose(bench, transfer);
    }
  }
  box.owner = undefined;
  const next = box.queue.shift();
  if (next !== undefined) start(bench, next);
}

/** The engine's interrupt, and the client's callback in the tasklet behind it: atomic, both of them. */
function complete(bench: Bench, transfer: Transfer): Task<void> | undefined {
  const { client, grant, left } = transfer;
  const { engine } = grant;
  // It was stopped meanwhile.
  if (!engine.running.delete(transfer)) return undefined;
  bench.done++;
  const following = { ...transfer, left: left - 1, asked: bench.world.now, ends: 0, arrived: 0 };
  const next = left > 0 ? issueAtomically(bench, following) : undefined;
  if (bench.design.power === 'descriptor') putEngine(bench, engine);
  const isLast = ![...client.inFlight].some(({ grant: other }) => other.engine.running.size > 0);
  if (bench.design.teardown === 'interrupt' && isLast) tearDown(bench, client, "in the engine's interrupt");
  if (transfer.arrived <= bench.world.now) client.inFlight.delete(transfer);
  else
    bench.after(transfer.arrives, () => {
      client.inFlight.delete(transfer);
      return undefined;
    });
  return next;
}

/** dmaengine_prep_*(), submit and issue where nothing may sleep; a task where the processor spins meanwhile. */
export function issueAtomically(bench: Bench, transfer: Transfer): Task<void> | undefined {
  const { world, design } = bench;
  const { engine } = transfer.grant;
  transfer.client.inFlight.add(transfer);
  bench.asked++;
  if (design.power !== 'descriptor') {
    start(bench, transfer);
    return undefined;
  }
  if (isAwake(bench, engine)) {
    pmRuntimeGetNoresume(world, engine.device);
    start(bench, transfer);
    return undefined;
  }
  if (design.irqSafe) return resumeAndStart(bench, transfer);
  bench.saw(
    'sleeping-in-atomic',
    `${transfer.client.name} issued a transfer in atomic context while ${engine.name} was suspended, and the resume may sleep`,
  );
  // What is left is to let a worker resume it, and to start behind that.
  engine.waiting.push(transfer);
  pmRuntimeGet(world, engine.device);
  return undefined;
}

function* resumeAndStart(bench: Bench, transfer: Transfer): Task<void> {
  yield* pmRuntimeGetSync(bench.world, transfer.grant.engine.device);
  start(bench, transfer);
}

/** The same in process context, where an engine can be waited for. */
export function* issue(bench: Bench, transfer: Transfer): Task<void> {
  const { world, design } = bench;
  transfer.client.inFlight.add(transfer);
  bench.asked++;
  if (design.power === 'descriptor') yield* pmRuntimeGetSync(world, transfer.grant.engine.device);
  start(bench, transfer);
}

/** The engine's resume callback has done its work: what was prepared meanwhile starts. */
export function startWaiting(bench: Bench, engine: Engine): void {
  for (const transfer of engine.waiting.splice(0)) start(bench, transfer, true);
}

/** The engine stops: what runs on it is lost. */
export function stopRunning(bench: Bench, engine: Engine, where: string): void {
  const cut = [...engine.running].filter(({ ends }) => ends > bench.world.now);
  if (cut.length === 0) return;
  const clients = [...new Set(cut.map(({ client }) => client.name))].join(', ');
  bench.saw('transfer-lost', `${engine.name} stopped ${where} in mid-transfer of ${clients}`);
  for (const transfer of cut) {
    engine.running.delete(transfer);
    lose(bench, transfer);
  }
}

/** The client gives a transfer up: it is neither done nor lost. */
export function terminate(bench: Bench, transfer: Transfer): void {
  const { client, grant } = transfer;
  const { engine } = grant;
  const isWaiting = engine.waiting.includes(transfer);
  if (isWaiting) engine.waiting.splice(engine.waiting.indexOf(transfer), 1);
  const wasRunning = engine.running.delete(transfer);
  const queue = boxOf(bench, client)?.queue ?? [];
  const isQueued = queue.includes(transfer);
  if (isQueued) queue.splice(queue.indexOf(transfer), 1);
  client.inFlight.delete(transfer);
  if (bench.design.power === 'descriptor' && (wasRunning || isWaiting || isQueued)) putEngine(bench, engine);
}

/** A transfer of a client on one of its channels. */
export function transferOn(
  bench: Bench,
  client: Client,
  grant: Grant,
  times: { readonly takes: number; readonly arrives: number; readonly left: number },
  where = '',
): Transfer {
  return { client, grant, ...times, where, asked: bench.world.now, ends: 0, arrived: 0 };
}
