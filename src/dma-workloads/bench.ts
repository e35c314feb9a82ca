/** A workload in execution: a World with its drivers, which are code here, and what has been seen of it. */
import type { Task } from '../core/task.ts';
import type { DeviceId, World } from '../core/world.ts';
import type { DmaDesign, DmaLinkResult } from '../dma/index.ts';
import { parseDuration } from '../scenario-files/quantities.ts';
import type { Duration, FindingKind, Ordered, Workload, WorkloadClient, WorkloadEngine } from './workload.ts';

/** A transfer that was prepared. */
export interface Transfer {
  readonly client: Client;
  readonly grant: Grant;
  readonly takes: number;
  readonly arrives: number;
  /** Further ones that follow in its callback. */
  readonly left: number;
  /** Where the client asked for it, if in no step: ` in suspend_noirq`. */
  readonly where: string;
  /** When it was asked for. */
  readonly asked: number;
  /** When the engine's interrupt comes, and the data have arrived; not known before it is started. */
  ends: number;
  arrived: number;
}

/** A channel that a client holds. */
export interface Grant {
  readonly name: string;
  readonly engine: Engine;
  readonly number: number;
  link: DmaLinkResult;
}

export interface Engine {
  readonly kind: 'engine';
  readonly name: string;
  readonly file: WorkloadEngine;
  device: DeviceId;
  /** Devices of its channels, while its driver is bound. */
  channels: DeviceId[];
  /** Who holds each channel. */
  holders: (Client | undefined)[];
  registered: boolean;
  /** System sleep has stopped it. */
  stopped: boolean;
  /** Started and not ended. */
  readonly running: Set<Transfer>;
  /** Prepared in atomic context while it was suspended. */
  readonly waiting: Transfer[];
}

export interface Client {
  readonly kind: 'client';
  readonly name: string;
  readonly file: WorkloadClient;
  device: DeviceId;
  readonly grants: Map<string, Grant>;
  /** open() without close(). */
  opened: number;
  /** Its transfers whose data may still be on their way. */
  readonly inFlight: Set<Transfer>;
}

export interface Bus {
  readonly kind: 'bus';
  readonly name: string;
  readonly file: { readonly resume?: Duration | undefined; readonly suspend?: Duration | undefined };
  device: DeviceId;
}

export type Actor = Engine | Client | Bus;

/** A switch between channels and devices; one client at a time. */
export interface SwitchBox {
  owner: Client | undefined;
  readonly queue: Transfer[];
}

/** Something seen: when, in milliseconds since the start. */
export interface Seen {
  readonly kind: FindingKind;
  readonly time: number;
  readonly text: string;
}

/** Something that will happen by itself. */
interface Due {
  readonly time: number;
  readonly run: () => Task<void> | undefined;
}

export class Bench {
  readonly world: World;
  readonly workload: Workload;
  readonly design: DmaDesign;
  readonly start: number;
  readonly actors = new Map<string, Actor>();
  readonly byDevice = new Map<DeviceId, Actor>();
  readonly boxes = new Map<string, SwitchBox>();
  readonly seen: Seen[] = [];
  readonly due: Due[] = [];
  /** Counts and times that a row tells. */
  asked = 0;
  done = 0;
  lost = 0;
  worstLatency = 0;
  links = 0;
  engineCount = 0;
  ordered: Ordered | undefined;

  constructor(world: World, workload: Workload, design: DmaDesign) {
    this.world = world;
    this.workload = workload;
    this.design = design;
    this.start = world.now;
    for (const [name, file] of Object.entries(workload.buses ?? {}))
      this.actors.set(name, { kind: 'bus', name, file: file ?? {}, device: -1 });
    for (const [name, file] of Object.entries(workload.engines))
      this.actors.set(name, {
        kind: 'engine',
        name,
        file: file ?? {},
        device: -1,
        channels: [],
        holders: [],
        registered: false,
        stopped: false,
        running: new Set(),
        waiting: [],
      });
    for (const [name, file] of Object.entries(workload.clients))
      this.actors.set(name, {
        kind: 'client',
        name,
        file,
        device: -1,
        grants: new Map(),
        opened: 0,
        inFlight: new Set(),
      });
    for (const name of workload.switches ?? []) this.boxes.set(name, { owner: undefined, queue: [] });
  }

  get now(): number {
    return this.world.now - this.start;
  }

  engines(): Engine[] {
    return [...this.actors.values()].filter((actor) => actor.kind === 'engine');
  }

  clients(): Client[] {
    return [...this.actors.values()].filter((actor) => actor.kind === 'client');
  }

  client(name: string): Client {
    const actor = this.actors.get(name);
    if (actor?.kind !== 'client') throw new Error(`${name} is no client`);
    return actor;
  }

  saw(kind: FindingKind, text: string): void {
    this.seen.push({ kind, time: this.now, text });
  }

  /** Something happens in so many milliseconds, behind all that is due then. */
  after(milliseconds: number, run: Due['run']): void {
    const time = this.world.now + milliseconds;
    const at = this.due.findLastIndex((other) => other.time <= time) + 1;
    this.due.splice(at, 0, { time, run });
  }
}

/** Milliseconds of a time that the schema has accepted. */
export function milliseconds(text: Duration | undefined): number {
  const parsed = text === undefined ? 0 : parseDuration(text);
  return typeof parsed === 'number' ? parsed : 0;
}

/** Lets the clock run. */
export function* pass(world: World, time: number): Task<void> {
  if (time > 0) yield { kind: 'wait', for: { kind: 'time', until: world.now + time } };
}
