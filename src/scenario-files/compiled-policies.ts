/** Power, work and policies of a scenario as whole numbers: nanowatts, nanojoules, microseconds. */
import type { DmaPolicy } from '../core/dma-engine.ts';
import type { PolicyMachineData, ScenarioLinkChange } from './policy-file.ts';
import type { Range } from './power-quantities.ts';

/** A transition: microseconds, and nanojoules, undefined for what the active state draws in that time. */
export interface TransitionCost {
  readonly latency: number;
  readonly energy: number | undefined;
}

const FEMTOJOULES_PER_NANOJOULE = 1_000_000n;

/** Femtojoules of one transition: nanowatts for microseconds, or nanojoules. Without an energy it draws what the active state does. */
export function transitionFemtojoules({ latency, energy }: TransitionCost, active: number): bigint {
  return energy === undefined ? BigInt(active) * BigInt(latency) : BigInt(energy) * FEMTOJOULES_PER_NANOJOULE;
}

/** A state in which a suspended device rests. */
export interface RestState {
  readonly name: string;
  /** Nanowatts. */
  readonly power: number;
  /** Of runtime_resume from here. */
  readonly exit: TransitionCost;
  /** Microseconds; 0 where nothing is said. */
  readonly residency: number;
}

export interface DeviceCosts {
  readonly name: string;
  /** Nanowatts. */
  readonly active: number;
  readonly off: number;
  readonly suspend: TransitionCost;
  /** `suspended`, and its idle states behind it, the deepest last. */
  readonly rest: readonly RestState[];
}

export interface DomainCosts {
  readonly name: string;
  /** Nanowatts. */
  readonly on: number;
  readonly off: number;
  readonly powerOn: TransitionCost;
  readonly powerOff: TransitionCost;
}

interface StreamPlanBase {
  readonly device: string;
  readonly deadline: number | undefined;
  /** How long the device works on a request; undefined for a replay, which tells it. */
  readonly busy: Range | undefined;
  readonly seed: number;
  /** The handle of the DMA channel on which the work is a transfer. */
  readonly dma: string | undefined;
}

/** Where requests come from, microseconds. */
export type StreamPlan = StreamPlanBase &
  (
    | { readonly kind: 'periodic'; readonly every: number; readonly offset: number }
    | { readonly kind: 'bursty'; readonly gap: Range; readonly requests: Range; readonly spacing: Range }
    | { readonly kind: 'replayed'; readonly file: string; readonly recorded: string }
  );

export interface WorkPlan {
  readonly length: number;
  readonly streams: readonly StreamPlan[];
}

export interface PolicyPlan {
  readonly name: string;
  readonly description: string | null;
  /** Commands that set it, behind those that set the scenario up. */
  readonly commands: readonly string[];
  readonly links: readonly ScenarioLinkChange[];
  /** What the DMA engine layer does with it; undefined for what Linux 6.12 does. */
  readonly dma: DmaPolicy | undefined;
  /** By device: how many of its rest states it may use. */
  readonly restStates: Readonly<Record<string, number>>;
  /** By device. */
  readonly machines: Readonly<Record<string, PolicyMachineData>>;
}

/** What there is to compare. */
export interface CompiledPolicies {
  readonly devices: readonly DeviceCosts[];
  readonly domains: readonly DomainCosts[];
  readonly workload: WorkPlan;
  /** In the order of the file. */
  readonly policies: readonly PolicyPlan[];
}
