/**
 * What a scenario file says, as plain data: the same whether it was written as YAML, as JSON, or as an object in TypeScript.
 * scenario-schema.ts checks the form of what comes from outside; compile-scenario.ts what the names in it mean.
 */
import type { DomainCallback, DomainGovernor } from '../core/power-domain.ts';
import type { FwDevlinkMode } from '../core/world.ts';
import type { EnvironmentName } from '../probe/index.ts';
import type { StateField } from './device-state.ts';
import type { DmaArgumentTypes } from './dma-words.ts';
import type {
  CALLBACK_SETS,
  DeviceCallback,
  DRIVER_FLAGS,
  KERNEL_CALLS,
  LINK_FLAGS,
  MOVE_ORDERS,
  PlainCallName,
  SLEEP_LEVELS,
} from './kernel-calls.ts';

import type { DevicePowerData, DomainPowerData, PolicyData, WorkloadData } from './policy-file.ts';

/** `10ms`, `2s`: a number alone is an error. */
export type Duration = string;
/** `-EBUSY` or a number. */
export type ReturnValue = number | string;
type LinkFlag = (typeof LINK_FLAGS)[number];

interface ArgumentTypes extends DmaArgumentTypes {
  readonly device: string;
  readonly driver: string;
  readonly domain: string;
  /** `50us`, null for none. */
  readonly latency: string | null;
  readonly duration: Duration;
  readonly switch: boolean;
  readonly 'link flags': readonly LinkFlag[] | number;
  readonly 'driver flags': readonly (typeof DRIVER_FLAGS)[number][];
  readonly callback: DeviceCallback;
  readonly 'move order': (typeof MOVE_ORDERS)[number];
  readonly parent: string | null;
  readonly 'sleep level': (typeof SLEEP_LEVELS)[number];
}
type Value<Kind> = Kind extends keyof ArgumentTypes ? ArgumentTypes[Kind] : never;
/** The value of a call's only argument, or a map of its arguments. */
type ArgumentsOf<Wanted> = keyof Wanted extends infer Only extends keyof Wanted
  ? [Only] extends [UnionToSingle<Only>]
    ? Value<Wanted[Only]>
    : { readonly [Name in keyof Wanted]: Value<Wanted[Name]> }
  : never;
/** T if it is no union, never otherwise. */
type UnionToSingle<T> = (T extends unknown ? (one: T) => void : never) extends (all: infer All) => void
  ? All
  : never;
type CallSteps = {
  readonly [Name in keyof typeof KERNEL_CALLS]?: ArgumentsOf<(typeof KERNEL_CALLS)[Name]['arguments']>;
};

/** What a callback does. A scalar is what it always returns. */
export type CallbackBehaviour =
  | ReturnValue
  | {
      /** A value for every call, or a list of values for the next calls, behind which it returns 0. */
      readonly returns?: ReturnValue | readonly ReturnValue[] | undefined;
      /** probe only: -EPROBE_DEFER until this device is bound. */
      readonly defer_until?: string | undefined;
      readonly takes?: Duration | undefined;
      /** What it calls; `self` is the device. */
      readonly do?: readonly CallbackStep[] | undefined;
    };
export type CallbackBehaviours = { readonly [Name in DeviceCallback]?: CallbackBehaviour | null | undefined };

export interface RuntimePmSettings {
  /** Status before runtime PM is enabled; default suspended. */
  readonly status?: 'active' | 'suspended' | undefined;
  /** Default true. */
  readonly enabled?: boolean | undefined;
  /** With it autosuspend is used. */
  readonly autosuspend_delay?: Duration | undefined;
  readonly ignore_children?: boolean | undefined;
  readonly no_callbacks?: boolean | undefined;
  readonly irq_safe?: boolean | undefined;
  /** As 'on' in power/control. */
  readonly forbid?: boolean | undefined;
}

type CallbackSetName = DeviceCallback | (typeof CALLBACK_SETS)[number];

export interface ScenarioDevice {
  readonly name: string;
  readonly parent?: string | undefined;
  /** Callbacks of its device type, and of a PM domain that is no power domain (dev_pm_domain_set()). */
  readonly type?: readonly CallbackSetName[] | undefined;
  readonly pm_domain?: readonly CallbackSetName[] | undefined;
  readonly async?: boolean | undefined;
  readonly syscore?: boolean | undefined;
  readonly wakeup?: boolean | undefined;
  /** false: it exists and is registered by a later device_add. Default true. */
  readonly add?: boolean | undefined;
  /** The power domain that it is put into before drivers are offered. */
  readonly power_domain?: string | undefined;
  /** Set when the device is made. */
  readonly runtime_pm?: RuntimePmSettings | undefined;
  readonly power?: DevicePowerData | undefined;
  /** What callbacks do for this device, whoever has them. */
  readonly callbacks?: CallbackBehaviours | undefined;
}

/** A power domain (struct generic_pm_domain). */
export interface ScenarioDomain {
  readonly name: string;
  /** The power domains that it is a subdomain of. */
  readonly parents?: readonly string[] | undefined;
  /** It is off at first. */
  readonly off?: boolean | undefined;
  readonly governor?: DomainGovernor | undefined;
  /** GENPD_FLAG_*. */
  readonly always_on?: boolean | undefined;
  readonly rpm_always_on?: boolean | undefined;
  readonly irq_safe?: boolean | undefined;
  readonly active_wakeup?: boolean | undefined;
  /** It has start and stop for its devices. */
  readonly dev_ops?: boolean | undefined;
  readonly power?: DomainPowerData | undefined;
  readonly callbacks?:
    | { readonly [Name in DomainCallback]?: CallbackBehaviour | null | undefined }
    | undefined;
}

export interface ScenarioLink {
  readonly consumer: string;
  readonly supplier: string;
  readonly flags?: readonly LinkFlag[] | number | undefined;
}

export interface ScenarioDriver {
  readonly name: string;
  /** Names of the devices that it matches. */
  readonly match?: string | readonly string[] | undefined;
  /** On a board: what it is compatible with; `*` for every device with a compatible that no other driver here matches. */
  readonly compatible?: string | readonly string[] | undefined;
  /** On a board: default platform. */
  readonly bus?: string | undefined;
  /** PROBE_PREFER_ASYNCHRONOUS. */
  readonly async_probe?: boolean | undefined;
  /** Callbacks that it has beside those that `callbacks` names. */
  readonly ops?: readonly CallbackSetName[] | undefined;
  /** Set at the start of its probe. */
  readonly runtime_pm?: RuntimePmSettings | undefined;
  readonly callbacks?: CallbackBehaviours | undefined;
}

/** `uart runtime_suspend` or `pd power_off`, or the same with what it returns. */
export type EventPattern =
  | string
  | { readonly device: string; readonly event: string; readonly returns?: ReturnValue | undefined };

export type ExpectedDevice = {
  readonly [Field in StateField]?: string | number | boolean | null | undefined;
};

export interface ExpectedDomain {
  readonly status?: 'on' | 'off' | undefined;
  /** How often it was powered off. */
  readonly usage?: number | undefined;
  /** How often its power_off refused. */
  readonly rejected?: number | undefined;
}

export interface ExpectedLink {
  readonly consumer: string;
  readonly supplier: string;
  /** false: there is no such link. Default true. */
  readonly exists?: boolean | undefined;
  readonly status?: string | undefined;
  readonly flags?: readonly LinkFlag[] | undefined;
  /** 1, and one more for each runtime PM reference that it holds on the supplier. */
  readonly rpm_active?: number | undefined;
}

/** What is expected of the state at this point, and of what has happened. */
export interface Expectations {
  readonly devices?: Readonly<Record<string, ExpectedDevice>> | undefined;
  readonly links?: readonly ExpectedLink[] | undefined;
  readonly domains?: Readonly<Record<string, ExpectedDomain>> | undefined;
  /** These happened, in this order; others may have come between. */
  readonly order?: readonly EventPattern[] | undefined;
  /** These are all callbacks that ran, in the order in which they began. */
  readonly callbacks?: readonly EventPattern[] | undefined;
  /** None of these happened. */
  readonly never?: readonly EventPattern[] | undefined;
  /** Each is part of a kernel message or warning. */
  readonly messages?: readonly string[] | undefined;
  /** What drivers and trees do wrong about DMA, all of it, each as a device and a misuse: `uart released twice`. */
  readonly misuses?: readonly string[] | undefined;
  /** These devices stand in dpm_list in this order; others may stand between. */
  readonly dpm_list?: readonly string[] | undefined;
}

/** Of a single step also what it returns, how long it takes, and that it never ends. */
export interface StepExpectations extends Expectations {
  readonly returns?: ReturnValue | undefined;
  readonly takes?: Duration | undefined;
  /** The kernel hangs in this step, in this way; true for any. */
  readonly hangs?: HangKind | true | undefined;
}

export const HANG_KINDS = [
  'livelock',
  'endless',
  'circle',
  'device-lock',
  'links-lock',
  'domain-lock',
  'domain-list-lock',
  'domain-work',
  'dma-mutex',
  'runtime-status',
  'runtime-barrier',
  'runtime-work',
  'driver-walk',
  'probes',
  'sleep-completion',
  'async',
] as const;
export type HangKind = (typeof HANG_KINDS)[number];

interface OtherSteps {
  readonly device_register?: ScenarioDevice | undefined;
  readonly pm_genpd_init?: ScenarioDomain | undefined;
  readonly driver_register?: ScenarioDriver | undefined;
  /** Changes what a callback of a device does from now on. */
  readonly on_callback?:
    | ({ readonly device: string; readonly callback: DeviceCallback } & Exclude<
        CallbackBehaviour,
        ReturnValue
      >)
    | undefined;
  /** Forgets what a callback of a device does inside. */
  readonly forget_callback?: { readonly device: string; readonly callback: DeviceCallback } | undefined;
  /** Lines of the command language. */
  readonly commands?: string | undefined;
}

/** One thing to do inside a callback. */
export type CallbackStep = PlainCallName | (CallSteps & OtherSteps);

/** One thing to do, or only to expect. */
export type Step =
  | PlainCallName
  | (CallSteps &
      OtherSteps & {
        readonly [Name in PlainCallName as Name extends keyof typeof KERNEL_CALLS ? never : Name]?:
          | null
          | undefined;
      } & {
        readonly repeat?: { readonly times: number; readonly steps: readonly Step[] } | undefined;
        /** Behind an action what it did; alone all that happened since the first step. */
        readonly expect?: StepExpectations | undefined;
      });

export interface ScenarioSettings {
  readonly kernel?: '6.12' | undefined;
  /** fw_devlink=; default rpm. */
  readonly fw_devlink?: FwDevlinkMode | undefined;
  readonly fw_devlink_strict?: boolean | undefined;
  /** Early boot of a board; default arm64. */
  readonly environment?: EnvironmentName | undefined;
  /** A board in the state after the deferred-probe timeout; default false. */
  readonly after_timeout?: boolean | undefined;
  /** /sys/power/pm_async; default true, as in the kernel. */
  readonly pm_async?: boolean | undefined;
}

export interface ScenarioFile {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** A device-tree blob, as a path relative to the file. */
  readonly board?: string | undefined;
  readonly settings?: ScenarioSettings | undefined;
  readonly devices?: readonly (string | ScenarioDevice)[] | undefined;
  /** Power domains, made before the devices. */
  readonly domains?: readonly (string | ScenarioDomain)[] | undefined;
  readonly links?: readonly ScenarioLink[] | undefined;
  readonly drivers?: readonly ScenarioDriver[] | undefined;
  readonly steps?: readonly Step[] | undefined;
  /** What the devices have to do, in the place of steps, and the policies that are compared on it. */
  readonly workload?: WorkloadData | undefined;
  readonly policies?: Readonly<Record<string, PolicyData | null>> | undefined;
  /** Of the end, and of all that happened since the first step. */
  readonly expect?: Expectations | undefined;
}
