/**
 * A scenario in the making, run on the model while it grows, so that the next command can be chosen by the state that the ones
 * before have led to. A command that the model would hang on is taken back.
 */
import type { PowerDomain } from '../../src/core/power-domain.ts';
import type { Device, DeviceId, World } from '../../src/core/world.ts';
import { runCallback, runCommand } from '../../src/scenarios/interpreter.ts';
import { cleanUp } from '../../src/scenarios/scenario.ts';
import { type RunResult, Scheduler } from '../../src/scenarios/scheduler.ts';
import { createSession, type Session } from '../../src/scenarios/session.ts';

/** Callbacks and waits of one command, past which it counts as endless here. A command of a few devices takes some hundred. */
const STEPS_PER_COMMAND = 5_000;

/** Lines of trace that one command may cause: a kernel's answer to a scenario shall be read whole. */
const LINES_PER_COMMAND = 1_500;

export class Rehearsal {
  readonly commands: string[] = [];
  #session!: Session;
  #scheduler!: Scheduler;
  /** How the scenario hangs, if it does; nothing can be said behind that. */
  #hang: RunResult | undefined;

  constructor() {
    this.#begin();
  }

  #begin(): void {
    this.#session = createSession();
    this.#scheduler = new Scheduler(this.#session.world, (call, context) =>
      runCallback(this.#session, call, context),
    );
  }

  #run(text: string): RunResult {
    const session = this.#session;
    this.#scheduler.stepsLeft = STEPS_PER_COMMAND;
    return this.#scheduler.run(
      (function* script() {
        yield* runCommand(session, text);
      })(),
    );
  }

  /**
   * Adds a command and runs it. Returns false, with nothing added, if the model hangs on it; with `mayHang` such a command stays and
   * is the last, unless it goes on for ever without waiting.
   */
  say(text: string, mayHang = false): boolean {
    if (this.#hang !== undefined) return false;
    const lines = this.#session.trace.length;
    const result = this.#run(text);
    const isLong =
      this.#session.trace.length - lines > LINES_PER_COMMAND || this.#addsTwice(lines) || this.#dangles();
    const isHang = result.kind === 'hang' && result.wait.kind !== 'endless';
    if (result.kind === 'end' && !isLong) {
      this.commands.push(text);
      return true;
    }
    if (isHang && mayHang && !isLong) {
      this.commands.push(text);
      this.#hang = result;
      return true;
    }
    this.#begin();
    for (const command of this.commands) this.#run(command);
    return false;
  }

  /** Removes all devices and drivers, as the run of a scenario does at its end; whether that hangs. */
  cleanUpHangs(): boolean {
    this.#scheduler.stepsLeft = STEPS_PER_COMMAND;
    return cleanUp(this.#scheduler, this.#session).kind === 'hang';
  }

  /** device_add() of a registered device fails, and frees what the kernel then reads at every turn. */
  #addsTwice(from: number): boolean {
    return this.#session.trace.slice(from).some((line) => {
      const name = /kobject_add_internal failed for (\S+) with -EEXIST/.exec(line)?.[1];
      return name !== undefined && this.device(name)?.registered === true;
    });
  }

  /** An operation waits for another and was freed before it: the kernel would submit freed memory. */
  #dangles(): boolean {
    const { descriptors } = this.world.dma;
    return descriptors.some(
      ({ state, next }) => state !== 'freed' && next >= 0 && descriptors[next]!.state === 'freed',
    );
  }

  get hung(): boolean {
    return this.#hang !== undefined;
  }

  get world(): World {
    return this.#session.world;
  }

  /** Names of devices that exist, registered or not, in the order of creation. */
  get devices(): string[] {
    return [...this.#session.devices.keys()];
  }

  get domains(): string[] {
    return [...this.#session.domains.keys()];
  }

  domain(name: string): PowerDomain | undefined {
    const id = this.#session.domains.get(name);
    return id === undefined ? undefined : this.world.powerDomains.all[id];
  }

  /** A handle of a DMA channel that has not been released. */
  isHandleHeld(handle: string): boolean {
    return this.#session.dmaHandles.get(handle)?.held ?? false;
  }

  get drivers(): string[] {
    return [...this.#session.drivers.keys()];
  }

  /** A device that exists. */
  device(name: string): Device | undefined {
    const id = this.#session.devices.get(name);
    return id === undefined ? undefined : this.world.devices[id];
  }

  id(name: string): DeviceId | undefined {
    return this.#session.devices.get(name);
  }

  /** The value of the command said last. */
  get trace(): readonly string[] {
    return this.#session.trace;
  }

  nameOf(id: DeviceId): string {
    return this.world.devices[id]!.name;
  }
}
