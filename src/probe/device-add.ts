/**
 * Adding a device. Follows drivers/base/core.c:device_add, ../semantics probe.md section 2.
 */
import type { NodeIndex } from '../core/board.ts';
import { append } from '../core/order-list.ts';
import type { Device, DeviceId, World } from '../core/world.ts';
import { fwDevlinkLinkDevice, fwDevlinkUnblockConsumers } from '../links/index.ts';
import { busProbeDevice } from './attach.ts';

export interface NewDevice {
  readonly name: string;
  /** Empty for none. */
  readonly bus: string;
  /** -1 for none. */
  readonly parent: DeviceId;
  /** -1 for none. */
  readonly node: NodeIndex;
}

/** Entries that every device's folder in sysfs has from the start, so that no child can be called so. */
const TAKEN_NAMES = ['power', 'uevent'];

/** Whether sysfs has an entry of that name on the bus or in the parent's folder, which makes device_add() fail. */
function nameExists(world: World, { name, bus, parent }: NewDevice): boolean {
  if (parent >= 0 && TAKEN_NAMES.includes(name)) return true;
  const sameName = world.names[nameKey(name)] ?? [];
  return sameName.some((id) => {
    const other = world.devices[id]!;
    return (bus !== '' && other.bus === bus) || other.parent === parent;
  });
}

/** A key that no name can make special in an object. */
function nameKey(name: string): string {
  return `:${name}`;
}

/**
 * device_add(): the device enters devices_kset, its bus and dpm_list, is linked by fw_devlink, gets its first probe
 * attempt, and only then joins its parent's children. Returns its id, or undefined if the name exists (-EEXIST).
 */
export function deviceAdd(world: World, wanted: NewDevice): DeviceId | undefined {
  if (nameExists(world, wanted)) {
    world.events.push({ kind: 'device-exists', node: wanted.node, name: wanted.name });
    return undefined;
  }
  const id = world.devices.length;
  const device: Device = {
    name: wanted.name,
    bus: wanted.bus,
    parent: wanted.parent,
    node: wanted.node,
    children: [],
    suppliers: [],
    consumers: [],
    linksStatus: 'no driver',
    canMatch: false,
    driver: -1,
    bound: false,
    deferred: 'none',
    deferredReason: undefined,
    deferrals: 0,
    asyncSuspend: false,
    stateSynced: false,
    linksCount: 0,
    placement: { by: 'registration' },
  };
  world.devices.push(device);
  const key = nameKey(wanted.name);
  const sameName = world.names[key];
  if (sameName === undefined) world.names[key] = [id];
  else sameName.push(id);
  append(world.devicesKset, id);
  world.buses.find((bus) => bus.name === wanted.bus)?.devices.push(id);
  append(world.dpmList, id);
  world.events.push({ kind: 'device-add', device: id });
  const ownsNode = wanted.node >= 0 && world.fwnodes[wanted.node]!.device < 0;
  if (ownsNode) {
    world.fwnodes[wanted.node]!.device = id;
    fwDevlinkLinkDevice(world, id);
  }
  busProbeDevice(world, id);
  if (wanted.node >= 0 && world.driverRegistrationDone && !device.canMatch)
    fwDevlinkUnblockConsumers(world, id);
  if (wanted.parent >= 0) world.devices[wanted.parent]!.children.push(id);
  return id;
}
