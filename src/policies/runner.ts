/**
 * A workload on a World: requests come as interrupts do, pm_runtime_get() for each, the device works on one after another when it is
 * active, pm_runtime_put_autosuspend() (or pm_runtime_put()) behind each. All that runtime PM then does is the engine's.
 *
 * Everything stands in one script beside the workers of the scheduler, so the order is that of the recorded kernel, and what the script
 * does can be replayed on a kernel (`log`).
 */
import type { CallbackEffect, Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import {
  pmRuntimeGet,
  pmRuntimePut,
  pmRuntimePutAutosuspend,
  pmRuntimePutNoidle,
  rpmSuspendAsync,
} from '../pm/index.ts';
import type { MachineAction, WorkPlan } from '../scenario-files/index.ts';
import { runCallback, Scheduler, type Session, scriptOfCall } from '../scenarios/index.ts';
import { periodOf, type Stream } from './arrivals.ts';
import { Episodes } from './episodes.ts';
import type { HeldOn } from './held-on.ts';
import type { Ledger } from './ledger.ts';
import type { PolicyMachine } from './machine.ts';
import { longestDelay } from './prepare.ts';
import { Repetition } from './repetition.ts';
import { Engines, type Transfer } from './transfers.ts';
import { takeRequest, type WorkingDevice, workingDevice } from './working-device.ts';
import { WorkloadFault } from './workload-fault.ts';

/** Requests that may wait for one device. */
const MOST_WAITING = 100_000;

/** Something that the script did, in the words of the command language. */
export interface LoggedAction {
  readonly time: number;
  readonly command: string;
}

export interface RunnerOptions {
  readonly session: Session;
  readonly ledger: Ledger;
  readonly workload: WorkPlan;
  readonly streams: readonly Stream[];
  /** What requests of each stream are transfers on. */
  readonly transfers: readonly (Transfer | undefined)[];
  readonly machines: ReadonlyMap<string, PolicyMachine>;
  /** Who held what on; left out where nobody asks. */
  readonly heldOn?: HeldOn | undefined;
  /** Look for a period in which everything comes again, and multiply it. */
  readonly abbreviate: boolean;
  /** What happens is kept among the World's events. */
  readonly keepEvents: boolean;
  readonly log?: LoggedAction[] | undefined;
}

const IDLE = { kind: 'wait', for: { kind: 'idle' } } as const;

export class PolicyRunner {
  readonly world: World;
  readonly devices: WorkingDevice[] = [];
  readonly #options: RunnerOptions;
  readonly #ofStream: WorkingDevice[];
  readonly #byId: (WorkingDevice | undefined)[] = [];
  readonly #engines: Engines;
  readonly #scheduler: Scheduler;
  #start: number;
  #end: number;
  /** Devices with requests that wait and nothing that is worked on. */
  #toStart: WorkingDevice[] = [];
  /** Ends of callbacks that take time. */
  #callbackEnds: number[] = [];
  readonly repetition: Repetition;
  /** Undefined where each request is carried out. */
  readonly episodes: Episodes | undefined;

  constructor(options: RunnerOptions) {
    const { session, ledger, workload, streams, machines } = options;
    this.#options = options;
    this.world = session.world;
    this.#start = this.world.now;
    this.#end = this.#start + workload.length;
    this.#ofStream = streams.map(({ plan }) => this.#working(plan.device, machines.get(plan.device)));
    this.#engines = new Engines(this.world, this.#byId, options.transfers);
    const period = periodOf(workload);
    this.repetition = new Repetition(
      {
        session,
        world: this.world,
        devices: this.devices,
        streams,
        ledger,
        heldOn: options.heldOn,
        ageLimit: longestDelay(session),
      },
      options.abbreviate ? period : undefined,
    );
    const parts = { session, devices: this.devices, streams, ledger, heldOn: options.heldOn };
    this.episodes = options.abbreviate && period === undefined ? Episodes.of(parts) : undefined;
    this.#scheduler = new Scheduler(this.world, (call, context) => this.#callback(call, context));
    ledger.onActive = (id, now) => this.#becameActive(id, now);
    ledger.onSuspended = (id) => this.#becameSuspended(id);
    const { heldOn } = options;
    const { episodes } = this;
    if (heldOn !== undefined || episodes !== undefined)
      this.#scheduler.beforeClockMoves = () => {
        heldOn?.look(this.world.now, this.#engines.holding);
        if (episodes?.isAwake === true) {
          this.#observe();
          if (this.#isAtRest()) episodes.settle();
        }
      };
  }

  #working(name: string, machine: PolicyMachine | undefined): WorkingDevice {
    const known = this.devices.find((device) => device.name === name);
    if (known !== undefined) return known;
    const id = this.#options.session.devices.get(name)!;
    const isActive = this.world.devices[id]!.power.runtimeStatus === 'active';
    const device = workingDevice(id, name, machine, isActive ? this.#start : -1);
    this.devices.push(device);
    this.#byId[id] = device;
    return device;
  }

  /** Runs the workload to its end. */
  run(): void {
    this.world.recording = true;
    if (!this.#options.keepEvents) this.world.events.length = 0;
    const result = this.#scheduler.run(this.#script());
    if (result.kind === 'hang') throw new WorkloadFault(`the kernel hangs: ${result.wait.kind}`);
    this.#options.heldOn?.close(this.world.now);
    this.#options.ledger.settle(this.world.now);
    this.world.recording = false;
  }

  /** Microseconds since the workload began. */
  get start(): number {
    return this.#start;
  }

  *#script(): Task<void> {
    const { world } = this;
    for (const device of this.devices) {
      if (device.machine !== undefined) this.#actions(device, device.machine.begin(world.now));
    }
    for (;;) {
      if (this.episodes?.isAwake === false) {
        const passed = this.episodes.pass(world.now - this.#start, this.#end - this.#start);
        this.#start -= passed;
        this.#end -= passed;
      }
      this.#engines.hasAsked = false;
      this.#act(world.now);
      if (!this.#scheduler.isIdleAtOnce()) yield IDLE;
      this.#observe();
      if (this.#toStart.length > 0) this.#startWork(world.now);
      // A worker begins to resume it now.
      if (this.#engines.hasAsked) continue;
      let next = this.#nextMoment();
      if (next <= world.now) continue;
      // In the middle of a callback the next step may be outside of one.
      if (this.repetition.isDue(world.now) && this.#scheduler.isWithoutWorkers()) {
        this.#end -= this.repetition.look(this.#end);
        next = this.#nextMoment();
      }
      if (next >= this.#end) break;
      if (!this.#scheduler.passTo(next)) yield { kind: 'wait', for: { kind: 'time', until: next } };
    }
    yield { kind: 'wait', for: { kind: 'time', until: this.#end } };
    this.#observe();
  }

  /** With nothing left to do at this moment: nothing is on its way either, no timer runs, and nobody waits. */
  #isAtRest(): boolean {
    if (this.world.work.timers.length > 0 || this.#toStart.length > 0) return false;
    for (const { current, waiting } of this.devices)
      if (current !== undefined || waiting.length > 0) return false;
    return this.#scheduler.isWithoutWorkers();
  }

  /** What is due now: work that is done, then timers of machines, then requests. */
  #act(now: number): void {
    for (const device of this.devices) {
      if (device.busyUntil <= now) this.#finish(device, now);
      const { machine } = device;
      while (machine !== undefined && machine.nextMoment() <= now)
        this.#actions(device, machine.timeOut(now));
    }
    const { streams } = this.#options;
    const since = now - this.#start;
    for (let index = 0; index < streams.length; index++) {
      const stream = streams[index]!;
      while (stream.at <= since) {
        this.#request(this.#ofStream[index]!, stream, this.#options.transfers[index], now);
        stream.advance();
      }
    }
  }

  #request(device: WorkingDevice, stream: Stream, transfer: Transfer | undefined, now: number): void {
    const { work, plan } = stream;
    const { deadline } = plan;
    this.episodes?.request(stream, now);
    device.requests++;
    if (device.waiting.length - device.first >= MOST_WAITING)
      throw new WorkloadFault(
        `more than ${MOST_WAITING} requests wait for ${device.name}: it has more to do than time`,
      );
    const { waiting } = device;
    if (waiting.length === device.first && device.current === undefined) this.#toStart.push(device);
    waiting.push({
      at: now,
      work,
      transfer,
      deadline: deadline === undefined ? Number.POSITIVE_INFINITY : now + deadline,
    });
    if (device.machine === undefined) this.#get(device);
    else this.#actions(device, device.machine.tell('request', now));
  }

  #finish(device: WorkingDevice, now: number): void {
    const { deadline, transfer } = device.current!;
    if (transfer !== undefined) this.#engines.end(transfer);
    device.current = undefined;
    device.busyUntil = Number.POSITIVE_INFINITY;
    device.finished++;
    if (now > deadline) device.missed++;
    const hasMore = device.waiting.length > device.first;
    if (hasMore) this.#toStart.push(device);
    if (device.machine === undefined) this.#put(device, now);
    else this.#actions(device, device.machine.tell(hasMore ? 'done' : 'empty', now));
    // It goes on with the next at once.
    if (hasMore) this.#startWork(now);
  }

  #get(device: WorkingDevice): void {
    const error = pmRuntimeGet(this.world, device.id);
    this.#note(`rpm get ${device.name}`);
    device.held++;
    // -EINPROGRESS and 1 are fine: it is on its way, or there.
    if (error < 0 && error !== -115) this.#fail(device);
  }

  #put(device: WorkingDevice, now: number): void {
    const { id, name } = device;
    const { power } = this.world.devices[id]!;
    device.held--;
    if (power.useAutosuspend) {
      power.lastBusy = now;
      this.#note(`rpm mark_last_busy ${name}`);
      pmRuntimePutAutosuspend(this.world, id);
      this.#note(`rpm put_autosuspend ${name}`);
    } else {
      pmRuntimePut(this.world, id);
      this.#note(`rpm put ${name}`);
    }
  }

  /** The device cannot be resumed: its requests are given up. */
  #fail(device: WorkingDevice): void {
    const count = device.waiting.length - device.first;
    this.#engines.giveUp(device);
    device.failed += count;
    device.waiting = [];
    device.first = 0;
    if (device.machine !== undefined) return;
    for (let left = count; left > 0; left--) {
      pmRuntimePutNoidle(this.world, device.id);
      this.#note(`rpm put_noidle ${device.name}`);
      device.held--;
    }
  }

  #actions(device: WorkingDevice, actions: readonly MachineAction[]): void {
    const { id, name } = device;
    for (const action of actions) {
      switch (action) {
        case 'get':
          this.#get(device);
          break;
        case 'put':
          device.held--;
          pmRuntimePut(this.world, id);
          this.#note(`rpm put ${name}`);
          break;
        case 'put_autosuspend':
          device.held--;
          pmRuntimePutAutosuspend(this.world, id);
          this.#note(`rpm put_autosuspend ${name}`);
          break;
        case 'put_sync_suspend':
          device.held--;
          pmRuntimePutNoidle(this.world, id);
          rpmSuspendAsync(this.world, id, 0);
          this.#note(`rpm put_noidle ${name}`);
          this.#note(`rpm schedule_suspend ${name} 0`);
          break;
        case 'mark_last_busy':
          this.world.devices[id]!.power.lastBusy = this.world.now;
          this.#note(`rpm mark_last_busy ${name}`);
          break;
      }
    }
  }

  #note(command: string): void {
    this.#options.log?.push({ time: this.world.now - this.#start, command });
  }

  #becameActive(id: DeviceId, now: number): void {
    const device = this.#byId[id];
    if (device === undefined) return;
    device.activeSince = now;
    if (device.machine !== undefined) this.#actions(device, device.machine.tell('active', now));
  }

  #becameSuspended(id: DeviceId): void {
    const device = this.#byId[id];
    if (device === undefined) return;
    device.activeSince = -1;
    if (device.machine !== undefined) this.#actions(device, device.machine.tell('suspended', this.world.now));
    // It was to resume and did not.
    const { runtimeError } = this.world.devices[id]!.power;
    if (runtimeError !== 0 && device.waiting.length > device.first) this.#fail(device);
  }

  #observe(): void {
    const { session, ledger, keepEvents } = this.#options;
    const { events } = this.world;
    if (keepEvents) {
      for (; session.eventsSeen < events.length; session.eventsSeen++)
        ledger.enter(events[session.eventsSeen]!);
      return;
    }
    if (session.trace.length > 0) session.trace.length = 0;
    if (events.length === 0) return;
    for (let at = 0; at < events.length; at++) ledger.enter(events[at]!);
    events.length = 0;
    session.eventsSeen = 0;
  }

  /** Devices that are active begin with what waits for them. */
  #startWork(now: number): void {
    const devices = this.#toStart;
    let kept = 0;
    for (let index = 0; index < devices.length; index++) {
      const device = devices[index]!;
      if (!this.#begin(device, now)) devices[kept++] = device;
    }
    devices.length = kept;
  }

  /** True: the device works, or has nothing to do. */
  #begin(device: WorkingDevice, now: number): boolean {
    if (device.current !== undefined || device.waiting.length === device.first) return true;
    const isActive = this.world.devices[device.id]!.power.runtimeStatus === 'active';
    if (!isActive || device.held === 0) return false;
    const { transfer } = device.waiting[device.first]!;
    if (transfer !== undefined && !this.#engines.begin(device, transfer, now)) return false;
    const request = takeRequest(device);
    device.current = request;
    device.busyUntil = now + request.work;
    const forEngine = device.askedAt < 0 ? 0 : now - device.askedAt;
    device.askedAt = -1;
    const latency = Math.max(0, device.activeSince - request.at) + forEngine;
    device.latencies.set(latency, (device.latencies.get(latency) ?? 0) + 1);
    return true;
  }

  #nextMoment(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { busyUntil, machine } of this.devices) {
      if (busyUntil < next) next = busyUntil;
      if (machine !== undefined && machine.nextMoment() < next) next = machine.nextMoment();
    }
    const offset = this.#start;
    for (const { at } of this.#options.streams) if (at + offset < next) next = at + offset;
    return this.#toStart.length === 0 ? next : Math.min(next, this.#nextCallbackEnd());
  }

  /** While a request waits, the end of any callback may be what it waits for. */
  #nextCallbackEnd(): number {
    const { now } = this.world;
    this.#callbackEnds = this.#callbackEnds.filter((end) => end > now);
    // A callback that waits in a way that is not known here: look again in a millisecond.
    return this.#callbackEnds.length === 0 ? now + 1000 : Math.min(...this.#callbackEnds);
  }

  #callback(call: CallbackEffect, context: 'cmd' | 'wq'): Task<number> | number {
    const { session } = this.#options;
    const latency = this.#latencyOf(call);
    const script = scriptOfCall(session, call);
    if (
      script === undefined ||
      (script.values.length === 0 && script.commands.length === 0 && script.delay === 0)
    )
      return latency === 0 ? 0 : this.#takes(latency);
    if (script.delay > 0) this.#callbackEnds.push(this.world.now + latency + script.delay * 1000);
    return this.#scripted(call, context, latency);
  }

  #latencyOf(call: CallbackEffect): number {
    const { ledger } = this.#options;
    if (call.kind === 'call-domain') return ledger.domainLatency(call.domain, call.callback);
    if (call.callback === 'runtime_resume') return ledger.resumeLatency(call.device);
    return call.callback === 'runtime_suspend' ? ledger.suspendLatency(call.device) : 0;
  }

  *#takes(latency: number): Task<number> {
    const until = this.world.now + latency;
    this.#callbackEnds.push(until);
    if (this.#callbackEnds.length > 64)
      this.#callbackEnds = this.#callbackEnds.filter((end) => end > this.world.now);
    yield { kind: 'wait', for: { kind: 'time', until } };
    return 0;
  }

  *#scripted(call: CallbackEffect, context: 'cmd' | 'wq', latency: number): Task<number> {
    if (latency > 0) yield* this.#takes(latency);
    const answer = runCallback(this.#options.session, call, context);
    return typeof answer === 'number' ? answer : yield* answer;
  }
}
