/** What policies cost, as plain data. Times are microseconds, energies nanojoules to the nearest one. */
import type { Holder } from './held-on.ts';

/** Requests by how long they waited for an active device. */
export interface WakeLatency {
  readonly worst: number;
  /** To the nanosecond. */
  readonly mean: number;
  readonly median: number;
  /** The 99th percentile: 99 of 100 waited no longer. */
  readonly p99: number;
}

export interface StateShare {
  readonly state: string;
  readonly time: number;
  readonly energy: number;
}

/** Why something was on: who held it, for how long. */
export interface HeldShare {
  readonly holder: Holder;
  /** The device or power domain that held it; null where the holder is no other. */
  readonly by: string | null;
  readonly time: number;
}

export interface DeviceResult {
  readonly device: string;
  readonly energy: number;
  readonly states: readonly StateShare[];
  readonly suspends: number;
  readonly resumes: number;
  /** Callbacks that returned an error. */
  readonly failed: number;
  /** Suspends that cost more than they saved. */
  readonly wasted: number;
  readonly requests: number;
  readonly missed: number;
  readonly wake: WakeLatency | null;
  readonly held: readonly HeldShare[];
}

export interface DomainResult {
  readonly domain: string;
  readonly energy: number;
  readonly states: readonly StateShare[];
  readonly offs: number;
  readonly ons: number;
  readonly wasted: number;
  readonly held: readonly HeldShare[];
}

/** A cause that keeps devices and domains on, with what that costs beyond their resting. */
export interface Cause {
  readonly holder: Holder;
  /** The device or power domain that it is about. */
  readonly of: string;
  readonly energy: number;
  /** All that it keeps on, with the time; those that cost most first. */
  readonly keeps: readonly { readonly name: string; readonly time: number }[];
  /** The autosuspend delay of that device, milliseconds; null where it has nothing to do with it. */
  readonly delay: number | null;
}

/** What other seeds of the same workload come to. */
export interface Spread {
  readonly seeds: number;
  readonly energy: { readonly least: number; readonly most: number };
  /** Mean wake latency. */
  readonly wake: { readonly least: number; readonly most: number };
  /** The most that missed their deadline. */
  readonly missed: number;
}

export interface PolicyResult {
  readonly policy: string;
  readonly description: string | null;
  readonly energy: number;
  /** The energy in relation to that of always on, and to that of the oracle. */
  readonly ofAlwaysOn: number;
  readonly ofOracle: number | null;
  readonly requests: number;
  readonly finished: number;
  /** Requests that were given up because the device could not be resumed. */
  readonly failed: number;
  readonly missed: number;
  readonly wake: WakeLatency | null;
  readonly suspends: number;
  readonly wasted: number;
  readonly devices: readonly DeviceResult[];
  readonly domains: readonly DomainResult[];
  /** What keeps devices on that no work needs, the dearest first. */
  readonly causes: readonly Cause[];
  /** null: nothing follows from a seed, or no other was tried. */
  readonly spread: Spread | null;
  /** The run came to a state that it had been in: what followed was multiplied. null: it was run to the end. */
  readonly repeated: { readonly period: number; readonly times: number } | null;
}

export interface PolicyComparison {
  readonly version: 1;
  readonly kernel: string;
  readonly name: string;
  readonly length: number;
  /** What is added to the seeds of the workload; null where nothing in it follows from a seed. */
  readonly seed: number | null;
  readonly alwaysOn: number;
  readonly oracle: number;
  readonly policies: readonly PolicyResult[];
}
