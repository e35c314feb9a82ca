/**
 * Registered devices by their names. Which they are follows from the devices themselves ({@link Device.registered} and
 * {@link Device.sameName}); the index over them is no state of the model, only memory that a World of many devices is fast with.
 */
import type { DeviceId, World } from './world.ts';

/** By World and name: the registered device that came last; the others follow in `sameName`. */
const indexes = new WeakMap<World, Map<string, DeviceId>>();

function indexOf(world: World): Map<string, DeviceId> {
  let index = indexes.get(world);
  if (index === undefined) {
    index = newIndex(world);
    indexes.set(world, index);
  }
  return index;
}

/** Of several devices of one name, the last is the one that no other is followed by. */
function newIndex({ devices }: World): Map<string, DeviceId> {
  const followers = new Set<DeviceId>();
  for (const { sameName } of devices) if (sameName >= 0) followers.add(sameName);
  const index = new Map<string, DeviceId>();
  for (let id = 0; id < devices.length; id++) {
    const { registered, name } = devices[id]!;
    if (registered && !followers.has(id)) index.set(name, id);
  }
  return index;
}

/** The registered device of a name that came last, -1 for none; others of that name follow in `sameName`. */
export function deviceOfName(world: World, name: string): DeviceId {
  return indexOf(world).get(name) ?? -1;
}

/** A device's name is taken from here on: it is registered. */
export function takeName(world: World, id: DeviceId): void {
  const index = indexOf(world);
  const device = world.devices[id]!;
  device.sameName = index.get(device.name) ?? -1;
  device.registered = true;
  index.set(device.name, id);
}

/** A device is no longer registered. */
export function leaveName(world: World, id: DeviceId): void {
  const index = indexOf(world);
  const device = world.devices[id]!;
  device.registered = false;
  let at = index.get(device.name)!;
  if (at !== id) {
    while (world.devices[at]!.sameName !== id) at = world.devices[at]!.sameName;
    world.devices[at]!.sameName = device.sameName;
  } else if (device.sameName >= 0) {
    index.set(device.name, device.sameName);
  } else {
    index.delete(device.name);
  }
  device.sameName = -1;
}
