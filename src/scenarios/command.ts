/**
 * The command language of recorded scenarios, as data: one command a line. ../shared/data/kernel-6.12/README.md is its
 * reference.
 */
import type { Callback, CallbackSet } from '../core/callbacks.ts';
import type { DmaCallback, DmaCapabilities, DmaCapability, NewDmaEngine } from '../core/dma-engine.ts';
import type { DomainCallback, DomainDeviceCallback, NewPowerDomain } from '../core/power-domain.ts';

/** Operations of `rpm`, with the number that some of them take. */
export const RUNTIME_OPERATIONS = {
  enable: false,
  disable: false,
  get_sync: false,
  resume_and_get: false,
  get: false,
  get_noresume: false,
  get_if_active: false,
  get_if_in_use: false,
  put: false,
  put_sync: false,
  put_sync_suspend: false,
  put_sync_autosuspend: false,
  put_autosuspend: false,
  put_noidle: false,
  idle: false,
  suspend: false,
  autosuspend: false,
  resume: false,
  request_idle: false,
  request_resume: false,
  request_autosuspend: false,
  schedule_suspend: true,
  set_active: false,
  set_suspended: false,
  forbid: false,
  allow: false,
  irq_safe: false,
  no_callbacks: false,
  ignore_children: true,
  use_autosuspend: false,
  dont_use_autosuspend: false,
  set_delay: true,
  mark_last_busy: false,
  barrier: false,
  force_suspend: false,
  force_resume: false,
  suspended: false,
  active: false,
} as const;

export type RuntimeOperation = keyof typeof RUNTIME_OPERATIONS;

/** What `flag` can set; `clear` takes away the driver's flags. */
export const DEVICE_FLAGS = [
  'async',
  'noasync',
  'syscore',
  'no_direct_complete',
  'smart_prepare',
  'smart_suspend',
  'may_skip_resume',
  'clear',
] as const;
export type DeviceFlag = (typeof DEVICE_FLAGS)[number];

/** A scripted return value: a number, or for probe a deferral, for good or until a device is bound. */
export type ReturnValue = number | { readonly until: string };

/** A callback that can be scripted: of a device (an engine, a router and a client of DMA are devices too), or of a power domain. */
export type ScriptedCallback = Callback | DomainDeviceCallback | DomainCallback | DmaCallback;

/** A word of `dmas`: a name for dma-names, and an entry of dmas. */
export interface DmasWord {
  readonly name: string | undefined;
  /** The device whose node it refers to; `!` for a phandle that no node has, `0` for an empty entry. */
  readonly reference: string | undefined;
  readonly args: readonly number[];
}

/** Commands about DMA engines and channels. A channel is known by the handle that a request gave it. */
export type DmaCommand =
  | {
      readonly kind: 'dmadev';
      readonly device: string;
      readonly wanted: Omit<NewDmaEngine, 'device'>;
    }
  | { readonly kind: 'rmdmadev'; readonly device: string }
  | { readonly kind: 'rmdmaof'; readonly device: string }
  | { readonly kind: 'dmacells'; readonly device: string; readonly cells: number }
  | { readonly kind: 'dmas'; readonly device: string; readonly words: readonly DmasWord[] }
  | {
      readonly kind: 'dmaof';
      readonly device: string;
      readonly translation: 'simple' | 'chan_id';
      readonly capabilities: DmaCapabilities;
    }
  | { readonly kind: 'dmarouter'; readonly device: string; readonly target: string }
  | { readonly kind: 'dmareq'; readonly device: string; readonly handle: string; readonly name: string }
  | {
      readonly kind: 'dmareq_filter';
      readonly device: string;
      readonly handle: string;
      readonly capabilities: DmaCapabilities;
    }
  | { readonly kind: 'dmareq_mask'; readonly handle: string; readonly capabilities: DmaCapabilities }
  | {
      readonly kind: 'dmaslave';
      readonly device: string;
      readonly handle: string;
      readonly channel: number;
    }
  | { readonly kind: 'dmaany'; readonly device: string; readonly handle: string }
  | { readonly kind: 'dmarel'; readonly handle: string }
  | { readonly kind: 'dmafind'; readonly capability: DmaCapability }
  | {
      readonly kind: 'dmaprep';
      readonly handle: string;
      readonly descriptor: string;
      /** The device that has the callback; undefined for none. */
      readonly client: string | undefined;
      readonly cyclic: boolean;
      /** Milliseconds that the hardware needs, -1 where `dmairq` ends it, and behind that the data to the device. */
      readonly takes: number;
      readonly arrives: number;
    }
  | { readonly kind: 'dmasubmit'; readonly descriptor: string }
  | { readonly kind: 'dmadepend'; readonly descriptor: string; readonly on: string }
  | {
      readonly kind:
        | ('dmaissue' | 'dmairq' | 'dmaterm' | 'dmasync' | 'dmapause' | 'dmaresume')
        | ('dmaprepare' | 'dmaunprepare' | 'dmateardown');
      readonly handle: string;
    }
  | { readonly kind: 'dmaswitch'; readonly handle: string; readonly name: string }
  | { readonly kind: 'dmastatus'; readonly handle: string; readonly cookie: number }
  | { readonly kind: 'dmaissueall' }
  | { readonly kind: 'dmaget' | 'dmaput' };

/** Kinds of commands about transfers. */
const TRANSFER_KINDS = [
  ...(['dmaprep', 'dmasubmit', 'dmadepend', 'dmaissue', 'dmaissueall', 'dmairq', 'dmastatus'] as const),
  ...(['dmaterm', 'dmasync', 'dmapause', 'dmaresume'] as const),
  ...(['dmaprepare', 'dmaunprepare', 'dmaswitch', 'dmateardown'] as const),
] as const satisfies readonly DmaCommand['kind'][];

/** Commands about transfers. */
export type TransferCommand = Extract<DmaCommand, { readonly kind: (typeof TRANSFER_KINDS)[number] }>;

/** All other kinds about DMA; the type says that none is left out. */
const OTHER_DMA_KINDS: Readonly<Record<Exclude<DmaCommand, TransferCommand>['kind'], true>> = {
  dmadev: true,
  rmdmadev: true,
  rmdmaof: true,
  dmacells: true,
  dmas: true,
  dmaof: true,
  dmarouter: true,
  dmareq: true,
  dmareq_filter: true,
  dmareq_mask: true,
  dmaslave: true,
  dmaany: true,
  dmarel: true,
  dmafind: true,
  dmaget: true,
  dmaput: true,
};

export function isTransferCommand(command: Command): command is TransferCommand {
  return (TRANSFER_KINDS as readonly string[]).includes(command.kind);
}

export function isDmaCommand(command: Command): command is DmaCommand {
  return isTransferCommand(command) || Object.hasOwn(OTHER_DMA_KINDS, command.kind);
}

/** A command that was understood. Devices and drivers are names; whether they exist is known only when it runs. */
export type Command =
  | {
      readonly kind: 'dev';
      readonly name: string;
      readonly parent: string | undefined;
      readonly type: CallbackSet | undefined;
      readonly domain: CallbackSet | undefined;
      readonly async: boolean;
      readonly syscore: boolean;
      readonly add: boolean;
    }
  | {
      readonly kind: 'add' | 'del' | 'attach' | 'unbind' | 'wakeup_path' | 'populate' | 'clk_provider';
      readonly device: string;
    }
  | {
      readonly kind: 'drv';
      readonly name: string;
      /** Names of devices; without them the driver matches by compatible. */
      readonly matches: readonly string[] | undefined;
      /** `*` for all that have a compatible. */
      readonly compatibles: readonly string[];
      /** Names and compatibles that `*` leaves out. */
      readonly excepted: readonly string[];
      /** undefined for the bus of the session. */
      readonly bus: string | undefined;
      readonly ops: CallbackSet | undefined;
      readonly syncState: boolean;
      readonly async: boolean;
    }
  | { readonly kind: 'undrv'; readonly driver: string }
  | { readonly kind: 'bind'; readonly device: string; readonly driver: string }
  | {
      readonly kind: 'move';
      readonly device: string;
      readonly parent: string | undefined;
      readonly order: 'none' | 'dev-after-parent' | 'parent-before-dev' | 'dev-last';
    }
  | { readonly kind: 'link'; readonly consumer: string; readonly supplier: string; readonly flags: number }
  | { readonly kind: 'dellink' | 'rmlink'; readonly consumer: string; readonly supplier: string }
  | {
      readonly kind: 'rpm';
      readonly operation: RuntimeOperation;
      readonly device: string;
      readonly value: number;
    }
  | { readonly kind: 'flag'; readonly device: string; readonly flags: readonly DeviceFlag[] }
  | { readonly kind: 'wakeup'; readonly device: string; readonly enabled: boolean }
  | { readonly kind: 'pm_async'; readonly enabled: boolean }
  | {
      readonly kind: 'ret';
      /** The name of a domain where the callback is one of a domain; so with `on`, `off` and `delay`. */
      readonly device: string;
      readonly callback: ScriptedCallback;
      readonly values: readonly ReturnValue[];
      readonly repeat: boolean;
    }
  | {
      readonly kind: 'on';
      readonly device: string;
      readonly callback: ScriptedCallback;
      readonly command: string;
    }
  | { readonly kind: 'off'; readonly device: string; readonly callback: ScriptedCallback }
  | {
      readonly kind: 'delay';
      readonly device: string;
      readonly callback: ScriptedCallback;
      readonly milliseconds: number;
    }
  | { readonly kind: 'genpd'; readonly wanted: NewPowerDomain }
  | { readonly kind: 'rmgenpd'; readonly domain: string }
  | { readonly kind: 'subdomain' | 'rmsubdomain'; readonly parent: string; readonly child: string }
  | { readonly kind: 'domain'; readonly device: string; readonly domain: string }
  | { readonly kind: 'undomain'; readonly device: string }
  | { readonly kind: 'domain_always_on'; readonly device: string; readonly on: boolean }
  | { readonly kind: 'qos'; readonly device: string; readonly microseconds: number | undefined }
  | DmaCommand
  | { readonly kind: 'suspend'; readonly level: 'freezer' | 'devices' | 'platform' }
  | { readonly kind: 'sleep' | 'sleep_raw'; readonly milliseconds: number }
  | { readonly kind: 'state'; readonly device: string | undefined }
  | { readonly kind: 'flush' | 'probe_wait' | 'settle' | 'links' | 'lists' | 'dump' | 'system_wakeup' };
