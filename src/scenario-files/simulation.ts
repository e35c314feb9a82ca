/** What came of a scenario, as plain data. */
import type { PhasePair } from '../analysis/phase-order.ts';
import type { SleepTiming } from '../analysis/sleep-timing.ts';
import type { DmaMisuse } from '../core/dma-misuse.ts';
import type { Result } from '../scenarios/index.ts';
import type { DeviceState, DomainState, LinkState } from './device-state.ts';
import type { RunEvent } from './run-trace.ts';

/** Where something stands in the scenario: in the text it came from, else as a key path. */
export interface PlaceInScenario {
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
}

export interface SimulatedStep extends PlaceInScenario {
  /** What the scenario sets up first, or a step of it. */
  readonly phase: 'setup' | 'steps';
  /** As a function call; null where there is only something to expect. */
  readonly text: string | null;
  /** Milliseconds since the run began. */
  readonly begin: number;
  /** null: it did not end. */
  readonly end: number | null;
  /** null: it did not return, or returns nothing. `bad`: there was no such device or driver then. */
  readonly returned: Result | null;
  /** Its events in the trace: from this one up to `to`, which is behind them. */
  readonly from: number;
  readonly to: number;
}

export interface Expectation extends PlaceInScenario {
  readonly outcome: 'holds' | 'fails' | 'not reached';
  /** Index of the step. */
  readonly step: number;
  readonly expected: string;
  /** What happened instead; null if it holds. */
  readonly instead: string | null;
}

export interface SimulationHang {
  /** What the step waits for. */
  readonly kind: string;
  /** Index of the step that does not end. */
  readonly step: number;
  /** Whether the scenario expects it. */
  readonly expected: boolean;
  /** Each task that waits: what it is in the middle of, and for what it waits. The first one is the step itself. */
  readonly tasks: readonly string[];
  /** What happens again and again; empty if nothing does. */
  readonly loop: readonly string[];
}

/** Something that a driver or a tree does wrong about DMA. */
export interface DmaFinding {
  /** Milliseconds since the run began. */
  readonly time: number;
  /** Index of the step, -1 for none. */
  readonly step: number;
  /** Who does it: the client, or the engine where no client is known. */
  readonly device: string;
  readonly channel: string | null;
  readonly what: DmaMisuse;
  /** What Linux makes of it. */
  readonly result: string;
  /** Whether the scenario says what it expects there. */
  readonly expected: boolean;
}

export interface SimulatedDevice extends DeviceState {
  readonly device: string;
}

export interface SimulatedDomain extends DomainState {
  readonly domain: string;
}

/** What came of a scenario, as plain data: the same scenario and options give the same. */
export interface Simulation {
  readonly version: 1;
  readonly kernel: string;
  readonly name: string;
  readonly board: string | null;
  readonly seed: number | null;
  /** All that was expected holds, nothing hangs that is not expected to, and nothing is done wrong that is not. */
  readonly ok: boolean;
  /** How it ended. `time`: at the time it was given; `events`: with more events than are kept. */
  readonly ended: 'end' | 'hang' | 'time' | 'events';
  /** Virtual milliseconds. */
  readonly duration: number;
  readonly steps: readonly SimulatedStep[];
  readonly expectations: readonly Expectation[];
  readonly hang: SimulationHang | null;
  readonly findings: readonly DmaFinding[];
  /** What went on for ever, where that is why the run has more events than are kept. */
  readonly loop: readonly string[];
  readonly trace: readonly RunEvent[];
  /** Times of its sleep cycles, and the critical path of the one that took longest; microseconds since the run began. */
  readonly sleep: SleepTiming;
  /** State at the end, in the order in which devices were made. */
  readonly devices: readonly SimulatedDevice[];
  readonly links: readonly LinkState[];
  readonly domains: readonly SimulatedDomain[];
  /** Dependent devices whose callbacks of system sleep are in different phases, at the end. */
  readonly phases: readonly PhasePair[];
}
