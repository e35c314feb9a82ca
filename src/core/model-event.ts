/** What happened in a World, in order, and what its kernel printed. */
import type { NodeIndex } from './board.ts';
import type { DeviceId, DriverId, LinkId } from './device.ts';
import type { World } from './world.ts';

/** What happened in the model, in order. */
export type ModelEvent =
  | { readonly kind: 'device-add'; readonly device: DeviceId }
  | { readonly kind: 'link-add'; readonly link: LinkId }
  | { readonly kind: 'link-relax'; readonly link: LinkId; readonly why: 'cycle' | 'no driver' }
  | {
      readonly kind: 'link-refused';
      readonly consumer: DeviceId;
      readonly supplier: DeviceId;
      readonly reason: string;
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
  /** A kernel message at warning level or above; `device` stands before the words as in dev_warn(). */
  | {
      readonly kind: 'message';
      readonly time: number;
      readonly device: DeviceId;
      readonly text: string;
    }
  /** A WARN_ON, by its place in the source. */
  | { readonly kind: 'warning'; readonly time: number; readonly place: string };

/** dev_driver_string(): the driver's name, else the bus's. */
export function driverString(world: World, id: DeviceId): string {
  const { driver, bus } = world.devices[id]!;
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
