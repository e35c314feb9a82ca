/** A workload of DMA as plain data: engines, clients, and what the clients do. Which design carries it out is dma/designs.ts. */
import type { StopPhase } from '../dma/index.ts';

/** A time with its unit: `2ms`, `1s`. */
export type Duration = string;

export const STOP_PHASES = [
  'suspend',
  'suspend_late',
  'suspend_noirq',
] as const satisfies readonly StopPhase[];

/** What powers engines or clients: a device above them that follows their runtime PM. */
export interface WorkloadBus {
  readonly resume?: Duration | undefined;
  readonly suspend?: Duration | undefined;
}

export interface WorkloadEngine {
  /** Default 4. */
  readonly channels?: number | undefined;
  /** What its runtime PM callbacks take, default 0ms; system sleep takes the same. */
  readonly resume?: Duration | undefined;
  readonly suspend?: Duration | undefined;
  readonly autosuspend?: Duration | undefined;
  readonly parent?: string | undefined;
}

export interface WorkloadClient {
  /** The engine of each of its channels, by the channel's name. */
  readonly channels: Readonly<Record<string, string>>;
  readonly resume?: Duration | undefined;
  readonly suspend?: Duration | undefined;
  readonly autosuspend?: Duration | undefined;
  readonly parent?: string | undefined;
  /** Default true. */
  readonly runtime_pm?: boolean | undefined;
  /** It requests its channels before it enables runtime PM. Default false. */
  readonly requests_first?: boolean | undefined;
  /** The phase in which it stops; default suspend. */
  readonly sleep?: StopPhase | 'none' | undefined;
  /** It moves data that long by its first channel while it stops in system sleep, as a console does. */
  readonly drains?: Duration | undefined;
  /** The switch between its channels and the device. */
  readonly switch?: string | undefined;
}

export interface WorkloadTransfer {
  readonly client: string;
  readonly channel: string;
  /** Until the engine's interrupt says that the data have left memory. */
  readonly takes: Duration;
  /** How long behind that the data have arrived at the device; default 0ms. */
  readonly arrives?: Duration | undefined;
  /** Each further one is prepared and issued in the callback of the one before. Default 1. */
  readonly times?: number | undefined;
  /** It is prepared and issued in the client's interrupt handler; default in process context. */
  readonly interrupt?: boolean | undefined;
}

export type WorkloadStep =
  | { readonly probe: string | readonly string[] }
  /** The client is about to use DMA: pm_runtime_get_sync() of itself, in process context. */
  | { readonly open: string }
  /** It has done so: pm_runtime_put(). */
  | { readonly close: string }
  | { readonly transfer: WorkloadTransfer }
  /** The client says that its device has all the data. */
  | { readonly idle: string }
  /** dmaengine_synchronize(). */
  | { readonly synchronize: string }
  | { readonly wait: Duration }
  /** A cycle of system sleep. */
  | { readonly sleep: null }
  /** The driver of a client or an engine is unbound. */
  | { readonly unbind: string };

/** What a policy's row is expected to say; what is left out is not asked. */
export interface ExpectedRow {
  readonly deferrals?: number | undefined;
  readonly links?: number | undefined;
  readonly order?: Ordered | undefined;
  readonly resumes?: number | undefined;
  readonly on?: Duration | undefined;
  readonly bus_on?: Duration | undefined;
  readonly latency?: Duration | undefined;
  readonly done?: number | undefined;
  readonly lost?: number | undefined;
  readonly atomic?: number | undefined;
  /** Kinds of findings, each that there is and no other, in any order. */
  readonly findings?: readonly FindingKind[] | undefined;
}

/**
 * What keeps clients ahead of their engines in suspend, the weakest of all pairs: a path of links and parents; a later phase of the
 * engine; list position; nothing, as the engine stops first.
 */
export type Ordered = 'link' | 'phase' | 'list position' | 'against' | 'nobody has a channel';
export const ORDERED = [
  'link',
  'phase',
  'list position',
  'against',
  'nobody has a channel',
] as const satisfies readonly Ordered[];

/** What can go wrong with a workload. */
export const FINDING_KINDS = {
  'sleeping-in-atomic': 'a runtime resume that may sleep was needed in atomic context',
  'engine-asleep': 'a transfer was issued while its engine was suspended',
  'transfer-lost': 'an engine was stopped in mid-transfer',
  'data-lost': 'the switch was torn down before the data had arrived',
  'never-started': 'a transfer waited for the switch, or for its engine, to the end',
  'synchronize-pending': 'dmaengine_synchronize() while transfers are pending is undefined',
  'removed-in-use': 'an engine was unbound while a client held a channel of it',
  'request-failed': 'a channel request ended in an error',
  misuse: 'a driver or a tree does what the DMA engine layer forbids',
  'link-refused': 'device_link_add() refused the link of a request',
  'kernel-warning': 'the kernel warned',
  hang: 'the kernel would wait for ever',
} as const;
export type FindingKind = keyof typeof FINDING_KINDS;

export interface Workload {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly buses?: Readonly<Record<string, WorkloadBus | null>> | undefined;
  readonly engines: Readonly<Record<string, WorkloadEngine | null>>;
  readonly clients: Readonly<Record<string, WorkloadClient>>;
  readonly switches?: readonly string[] | undefined;
  /** Names in the order in which the devices are registered; default buses, engines, clients. */
  readonly order?: readonly string[] | undefined;
  readonly steps: readonly WorkloadStep[];
  /** Designs that are compared without --policy. */
  readonly policies?: readonly string[] | undefined;
  readonly expect?: Readonly<Record<string, ExpectedRow>> | undefined;
}
