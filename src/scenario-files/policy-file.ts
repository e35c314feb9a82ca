/** What a scenario file says about power, work and policies, as plain data. Times, powers and energies are texts with a unit. */
import type { Duration, ScenarioLink } from './scenario-file.ts';

/** What going from one state to another costs. Without an energy: what the active state draws in that time. */
export interface TransitionData {
  readonly latency?: Duration | undefined;
  readonly energy?: string | undefined;
}

/** A deeper state in which a suspended device can rest. */
export interface IdleStateData {
  readonly name: string;
  readonly power: string;
  /** How long runtime_resume takes from it, and what that costs; default those of `resume`. */
  readonly latency?: Duration | undefined;
  readonly energy?: string | undefined;
  /** The least time in it that is worth the way, as its data sheet has it. */
  readonly residency?: Duration | undefined;
}

export interface DevicePowerData {
  readonly active: string;
  readonly suspended: string;
  /** While its power domain is off; default nothing. */
  readonly off?: string | undefined;
  /** runtime_suspend and runtime_resume. */
  readonly suspend?: TransitionData | undefined;
  readonly resume?: TransitionData | undefined;
  /** From the shallowest to the deepest. */
  readonly idle_states?: readonly IdleStateData[] | undefined;
}

export interface DomainPowerData {
  readonly on: string;
  readonly off: string;
  readonly power_on?: TransitionData | undefined;
  readonly power_off?: TransitionData | undefined;
}

/** Requests that come to one device, which works on one at a time. */
export interface WorkloadStreamData {
  readonly device: string;
  /** Periodic: the period, and when the first one comes. */
  readonly every?: Duration | undefined;
  readonly offset?: Duration | undefined;
  /** Bursty, by a seed: the time between two bursts, the requests of one, and the time between those. */
  readonly bursts?:
    | { readonly gap: string; readonly requests: number | string; readonly spacing?: string | undefined }
    | undefined;
  readonly seed?: number | undefined;
  /** Replayed: an ftrace text trace with rpm_* events, and the device in it, if it has another name there. */
  readonly replay?: string | undefined;
  readonly replay_device?: string | undefined;
  /** How long the device works on one: a time or a range. A replay tells it. */
  readonly busy?: string | undefined;
  /** The DMA channel, by its handle, on which the work on each request is a transfer. */
  readonly dma?: string | undefined;
  /** From its coming to the end of the work. */
  readonly deadline?: Duration | undefined;
}

export interface WorkloadData {
  readonly length: Duration;
  readonly streams: readonly WorkloadStreamData[];
}

/** A transition of a user's machine: where to, and what to do. */
export type MachineTransitionData =
  | string
  | { readonly target?: string | undefined; readonly actions?: string | readonly string[] | undefined };

/** A machine in the form of an xstate configuration, flat, that decides when a device is got and put. */
export interface PolicyMachineData {
  readonly initial: string;
  readonly states: Readonly<
    Record<
      string,
      {
        readonly entry?: string | readonly string[] | undefined;
        readonly on?: Readonly<Record<string, MachineTransitionData>> | undefined;
        readonly after?: Readonly<Record<string, MachineTransitionData>> | undefined;
      }
    >
  >;
}

/** A link that is otherwise with a policy. */
export type ScenarioLinkChange = ScenarioLink & { readonly exists?: boolean | undefined };

export interface PolicyData {
  readonly description?: string | undefined;
  /** Autosuspend delay by device; negative: never; null: without autosuspend. */
  readonly autosuspend?: Readonly<Record<string, Duration | null>> | undefined;
  /** 'on' in power/control, and 'auto'. */
  readonly forbid?: readonly string[] | undefined;
  readonly allow?: readonly string[] | undefined;
  /** Links that are otherwise with this policy; exists: false takes one away. */
  readonly links?: readonly ScenarioLinkChange[] | undefined;
  /** PM QoS resume latency by device; null for none. */
  readonly resume_latency?: Readonly<Record<string, string | null>> | undefined;
  /** The deepest idle state that a device may rest in, by device; `suspended` for none. */
  readonly deepest_state?: Readonly<Record<string, string>> | undefined;
  /** What requests of DMA channels do, and who keeps engines awake, in the words of docs/dma-workloads.md. */
  readonly dma?: string | undefined;
  /** Machines that decide when a device is got and put, by device. */
  readonly machines?: Readonly<Record<string, PolicyMachineData>> | undefined;
}
