/**
 * The devices of a model beside those of the running system that it was made from: by id, or, where a driver of another bus made the device
 * (a serdev below a serial port), by the node of the tree.
 */
import type { RunningSystem, SystemDevice } from '../core/system.ts';
import { type DeviceId, deviceId, type World } from '../core/world.ts';
import { treeDevices } from './links.ts';

/** Which device of the system is which of the model. */
export interface DevicePairs {
  readonly ofModel: ReadonlyMap<DeviceId, SystemDevice>;
  /** Ids of the model by ids of the system. */
  readonly modelId: ReadonlyMap<string, string>;
  /** Devices of the model that the system has not, in registration order. */
  readonly onlyModel: readonly DeviceId[];
}

/** Pairs the devices made from the tree with those of the system. */
export function pairDevices(world: World, system: RunningSystem): DevicePairs {
  const byId = new Map(system.devices.map((device) => [device.id, device]));
  const byNode = new Map<string, SystemDevice>();
  // Children share the node of their parent (ports of a serial controller): the device nearest to the root was made from it.
  for (const device of system.devices.toSorted((a, b) => a.path.length - b.path.length)) {
    if (device.node !== null && !byNode.has(device.node)) byNode.set(device.node, device);
  }
  const ofModel = new Map<DeviceId, SystemDevice>();
  const modelId = new Map<string, string>();
  const onlyModel: DeviceId[] = [];
  for (const id of treeDevices(world)) {
    const device = world.devices[id]!;
    if (!device.registered) continue;
    const path = world.board.nodes[device.node]!.path;
    const found = byId.get(deviceId(device)) ?? byNode.get(path);
    if (found === undefined) onlyModel.push(id);
    else {
      ofModel.set(id, found);
      modelId.set(found.id, deviceId(device));
    }
  }
  return { ofModel, modelId, onlyModel };
}

/**
 * The fewest elements that have to move so that two orders of the same elements are equal: those outside of a longest common
 * subsequence, in the order of `actual`. Elements that only one of the two has are not looked at.
 */
export function outOfPlace(expected: readonly string[], actual: readonly string[]): string[] {
  const place = new Map(expected.map((element, index) => [element, index]));
  const common = actual.filter((element) => place.has(element));
  // tails[n]: index into common of the last element of an increasing run of n + 1, as early in `expected` as can be.
  const tails: number[] = [];
  const previous: number[] = [];
  for (const [index, element] of common.entries()) {
    const at = place.get(element)!;
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place.get(common[tails[middle]!]!)! < at) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : tails[low - 1]!);
    tails[low] = index;
  }
  const kept = new Set<number>();
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at]!) kept.add(at);
  return common.filter((_, index) => !kept.has(index));
}
