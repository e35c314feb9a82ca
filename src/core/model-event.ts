/** What happened in a World, in order, and what its kernel printed. */
import type { NodeIndex } from './board.ts';
import type { Callback, CallbackLayer } from './callbacks.ts';
import type { DeviceId, DriverId, LinkId } from './device.ts';
import type { RuntimeStatus } from './device-power.ts';
import type { DmaCallback, DmaChannelId } from './dma-engine.ts';
import type { DmaMisuse } from './dma-misuse.ts';
import type { DomainCallback, DomainDeviceCallback, PowerDomainId } from './power-domain.ts';
import type { SleepPhase } from './trace.ts';
import type { World } from './world.ts';

/** What the driver core did: kept where the World keeps its history or is `recording`. */
export type CoreEvent =
  | { readonly kind: 'device-add'; readonly device: DeviceId }
  | { readonly kind: 'link-add'; readonly link: LinkId }
  | { readonly kind: 'link-relax'; readonly link: LinkId; readonly why: 'cycle' | 'no driver' }
  | {
      readonly kind: 'link-refused';
      readonly consumer: DeviceId;
      readonly supplier: DeviceId;
      readonly reason: string;
    }
  /** A DMA client has asked for a channel by name. */
  | {
      readonly kind: 'dma-request';
      readonly client: DeviceId;
      readonly name: string;
      /** 0 or a negative errno. */
      readonly result: number;
      /** The engine and the channel's own device, -1 where the request came to none. */
      readonly engine: DeviceId;
      readonly channel: DeviceId;
      /** The link that the request made or found, -1 for none. */
      readonly link: LinkId;
      /** Why device_link_add() refused it; empty if it did not. */
      readonly refused: string;
    }
  | { readonly kind: 'device-exists'; readonly node: NodeIndex; readonly name: string }
  | { readonly kind: 'cycle'; readonly consumer: NodeIndex; readonly supplier: NodeIndex }
  | { readonly kind: 'cycle-search-limit'; readonly consumer: NodeIndex; readonly supplier: NodeIndex }
  | { readonly kind: 'probe'; readonly device: DeviceId; readonly driver: DriverId }
  | { readonly kind: 'defer'; readonly device: DeviceId; readonly reason: string | undefined }
  | { readonly kind: 'bound'; readonly device: DeviceId }
  | { readonly kind: 'unbound'; readonly device: DeviceId; readonly driver: DriverId }
  | {
      readonly kind: 'probe-error';
      readonly device: DeviceId;
      readonly driver: DriverId;
      readonly error: number;
    }
  /** Boot is over; what comes behind is due to drivers that were registered later. */
  | { readonly kind: 'booted' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'sync-state'; readonly device: DeviceId }
  /** What the rules of the DMA engine layer forbid; -1 for no device, and for no channel. */
  | {
      readonly kind: 'dma-misuse';
      readonly what: DmaMisuse;
      readonly device: DeviceId;
      readonly channel: DmaChannelId;
    };

/** What happened in the model, in order. */
export type ModelEvent =
  | CoreEvent
  /** A kernel message at warning level or above; `device` stands before the words as in dev_warn(). */
  | {
      readonly kind: 'message';
      readonly time: number;
      readonly device: DeviceId;
      readonly text: string;
    }
  /** A WARN_ON, by its place in the source. */
  | { readonly kind: 'warning'; readonly time: number; readonly place: string }
  | RecordedEvent;

/**
 * What stands among the events only while the World is `recording`. Times are milliseconds of its clock; the task is who ran
 * then: 1 is the script, others are workers.
 */
export type RecordedEvent = { readonly time: number; readonly task: number } & (
  | {
      readonly kind: 'callback-begin';
      readonly device: DeviceId;
      readonly callback: Callback | DomainDeviceCallback | DmaCallback;
      /** `genpd` for start and stop; the callback of a power domain's own layer is around those of the driver. */
      readonly layer: CallbackLayer | 'genpd' | 'dma';
      /** The driver of the device then, -1 for none. */
      readonly driver: DriverId;
    }
  | {
      readonly kind: 'callback-end';
      readonly device: DeviceId;
      readonly callback: Callback | DomainDeviceCallback | DmaCallback;
      readonly value: number;
    }
  | {
      readonly kind: 'domain-callback-begin';
      readonly domain: PowerDomainId;
      readonly callback: DomainCallback;
    }
  | {
      readonly kind: 'domain-callback-end';
      readonly domain: PowerDomainId;
      readonly callback: DomainCallback;
      readonly value: number;
    }
  | { readonly kind: 'domain-status'; readonly domain: PowerDomainId; readonly status: 'on' | 'off' }
  | { readonly kind: 'runtime-status'; readonly device: DeviceId; readonly status: RuntimeStatus }
  | { readonly kind: 'sleep-cycle'; readonly mark: 'entry' | 'asleep' | 'exit' }
  | { readonly kind: 'sleep-phase'; readonly phase: SleepPhase; readonly edge: 'begin' | 'end' }
  /** A device is prepared, and that is what it will wait for. */
  | {
      readonly kind: 'sleep-device';
      readonly device: DeviceId;
      readonly parent: DeviceId;
      readonly asynchronous: boolean;
      readonly syscore: boolean;
      /** Over links that are not dormant. */
      readonly suppliers: readonly { readonly supplier: DeviceId; readonly link: LinkId }[];
    }
  /** A device stays runtime-suspended and is left alone until complete(). */
  | { readonly kind: 'direct-complete'; readonly device: DeviceId }
  /** pm_dev_err(): -1 for a failure of the system. */
  | {
      readonly kind: 'sleep-failure';
      readonly device: DeviceId;
      readonly what: string;
      readonly error: number;
    }
);

type WithoutTime<T> = T extends unknown ? Omit<T, 'time' | 'task'> : never;

/** Writes down what happens now, if the World is recording. */
export function record(world: World, event: WithoutTime<RecordedEvent>): void {
  if (!world.recording) return;
  const { now: time, currentTask: task } = world;
  world.events.push({ time, task, ...event } as RecordedEvent);
}

/** Writes down what the driver core has done, if anybody will ask. */
export function happened(world: World, event: CoreEvent): void {
  if (world.settings.history || world.recording) world.events.push(event);
}

/** dev_driver_string(): the driver's name, else the bus's, else the class's, which only the devices of DMA channels have here. */
export function driverString(world: World, id: DeviceId): string {
  const { driver, bus, parent } = world.devices[id]!;
  // A channel's device is told by its engine: while it is being registered the channel does not know it yet.
  if (driver < 0 && bus === '' && world.dma.engines.some(({ device }) => device === parent)) return 'dma';
  return driver < 0 ? bus : world.drivers[driver]!.name;
}

/** dev_warn() and dev_err(). */
export function deviceMessage(world: World, device: DeviceId, words: string): void {
  const text = `${driverString(world, device)} ${world.devices[device]!.name}: ${words}`;
  kernelMessage(world, text, device);
}

/** A kernel message; -1 for one about no device. */
export function kernelMessage(world: World, text: string, device: DeviceId = -1): void {
  world.events.push({ kind: 'message', time: world.now, device, text });
}

/** WARN_ON(), if the condition holds. */
export function warnOn(world: World, condition: boolean, place: string): void {
  if (condition) world.events.push({ kind: 'warning', time: world.now, place });
}
