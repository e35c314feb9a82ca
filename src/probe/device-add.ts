/**
 * Adding, removing and moving a device. Follows drivers/base/core.c:device_add, device_del, device_move; ../semantics
 * probe.md sections 2 and 3.
 */
import { driverDeferredProbeDelete } from '../core/deferred-list.ts';
import { deviceLock, deviceTrylock, deviceUnlock, linksWriteLock } from '../core/device-lock.ts';
import { deviceOfName, leaveName, takeName } from '../core/device-names.ts';
import { EEXIST, ENOENT } from '../core/errno.ts';
import { appendId, removeId } from '../core/id-lists.ts';
import { append, insertAfter, isListed, remove } from '../core/order-list.ts';
import { devicePmAdd, devicePmMoveNextTo, devicePmUnlist, movePmTail } from '../core/pm-lists.ts';
import { duplicateMessage, nameExistsMessages } from '../core/sysfs-messages.ts';
import type { Task } from '../core/task.ts';
import {
  busNamed,
  childrenOf,
  type DeviceId,
  deviceForget,
  deviceInitialize,
  deviceMessage,
  happened,
  kernelMessage,
  type NewDevice,
  type World,
} from '../core/world.ts';
import {
  deviceIsAncestor,
  deviceIsDependent,
  deviceLinksPurge,
  fwDevlinkLinkDevice,
  fwDevlinkUnblockConsumers,
} from '../links/index.ts';
import {
  completeAll,
  devicePmCheckCallbacks,
  deviceWakeupDisable,
  devPmQosConstraintsDestroy,
  pmRuntimeRemove,
  pmWakeupSourceSysfsAdd,
} from '../pm/index.ts';
import { busProbeDevice } from './attach.ts';
import { deviceReleaseDriver } from './unbind.ts';

export type { NewDevice };

/** Entries that every device's folder in sysfs has from the start, so that no child can be called so. */
const TAKEN_NAMES = ['power', 'uevent', 'subsystem'];

/** Whether sysfs has an entry of that name in the parent's folder or on the bus, which makes device_add() fail. */
function nameExists(world: World, id: DeviceId): 'in the folder' | 'on the bus' | undefined {
  const { name, bus, parent, registered } = world.devices[id]!;
  if (registered || (parent >= 0 && TAKEN_NAMES.includes(name))) return 'in the folder';
  let found: 'on the bus' | undefined;
  for (let other = deviceOfName(world, name); other >= 0; other = world.devices[other]!.sameName) {
    const device = world.devices[other]!;
    if (device.parent === parent) return 'in the folder';
    if (bus !== '' && device.bus === bus) found = 'on the bus';
  }
  return found;
}

/** get_device_parent(): devices of a class stand in a folder with its name; DMA channels are the only ones here. */
function isOfClassDma({ dma }: World, id: DeviceId): boolean {
  return dma.channels.some((channel) => channel?.device === id);
}

/** The folder of a device, as messages of sysfs name it. */
export function folderOf(world: World, id: DeviceId): string {
  const names: string[] = [];
  for (let at = id; at >= 0; at = world.devices[at]!.parent) {
    names.unshift(world.devices[at]!.name);
    if (isOfClassDma(world, at)) names.unshift('dma');
  }
  return `/devices/${names.join('/')}`;
}

/** kobject_add(): refused if the parent has no folder in sysfs, or one that is gone. */
function refusedByParent(world: World, id: DeviceId): boolean {
  const { parent, name } = world.devices[id]!;
  if (parent < 0) return false;
  const above = world.devices[parent]!;
  if (above.registered && !above.sysfsGone) return false;
  kernelMessage(
    world,
    `kobject: kobject_add_internal failed for ${name} (error: ${-ENOENT} parent: ${above.name})`,
  );
  return true;
}

/** What is said about a name that exists. */
function sayNameExists(world: World, id: DeviceId, where: 'in the folder' | 'on the bus'): void {
  const { name, bus } = world.devices[id]!;
  if (where === 'on the bus') duplicateMessage(world, `/bus/${bus}/devices/${name}`);
  else nameExistsMessages(world, folderOf(world, id), name);
}

/**
 * device_add(): the device enters devices_kset, its bus and dpm_list, is linked by fw_devlink, gets its first probe
 * attempt, and only then joins its parent's children. Returns 0, -EEXIST if the name exists, or -ENOENT below a
 * parent that is not there.
 */
export function* deviceAdd(world: World, id: DeviceId): Task<number> {
  const device = world.devices[id]!;
  const { name, node, parent } = device;
  if (refusedByParent(world, id)) return -ENOENT;
  const taken = nameExists(world, id);
  if (taken !== undefined) {
    sayNameExists(world, id, taken);
    happened(world, { kind: 'device-exists', node, name });
    return -EEXIST;
  }
  if (world.linksLocked) yield* linksWriteLock(world);
  register(world, id);
  if (node >= 0 && world.fwnodes[node]!.device < 0) {
    world.fwnodes[node]!.device = id;
    yield* fwDevlinkLinkDevice(world, id);
  }
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  device.readyToProbe = true;
  deviceUnlock(world, id);
  yield* busProbeDevice(world, id);
  if (node >= 0 && world.driverRegistrationDone && !device.canMatch) fwDevlinkUnblockConsumers(world, id);
  if (parent >= 0) {
    appendId(world.children, parent, id);
    device.joined = true;
  }
  return 0;
}

/** The lists that device_add() puts a device on before its first probe attempt. */
function register(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  const bus = busNamed(world, device.bus);
  takeName(world, id);
  append(world.devicesKset, id);
  if (bus >= 0) appendId(world.busDevices, bus, id);
  pmWakeupSourceSysfsAdd(world, id);
  devicePmCheckCallbacks(world, id);
  if (device.parent >= 0 && world.devices[device.parent]!.power.isPrepared) {
    const { name } = world.devices[device.parent]!;
    deviceMessage(world, id, `PM: parent ${name} should not be sleeping`);
  }
  devicePmAdd(world, id);
  happened(world, { kind: 'device-add', device: id });
}

/** device_register(): a new device, or undefined if its name exists. */
export function* deviceRegister(world: World, wanted: NewDevice): Task<DeviceId | undefined> {
  const id = deviceInitialize(world, wanted);
  if ((yield* deviceAdd(world, id)) === 0) return id;
  if (id === world.devices.length - 1) deviceForget(world);
  return undefined;
}

/** device_del(): the driver is unbound, with consumers first, and all links go. Children stay. */
export function* deviceDel(world: World, id: DeviceId): Task<void> {
  const device = world.devices[id]!;
  if (!deviceTrylock(world, id)) yield* deviceLock(world, id);
  device.dead = true;
  deviceUnlock(world, id);
  if (device.node >= 0 && world.fwnodes[device.node]!.device === id) world.fwnodes[device.node]!.device = -1;
  yield* devPmQosConstraintsDestroy(world, id);
  leaveParent(world, id);
  const bus = busNamed(world, device.bus);
  if (bus >= 0) {
    removeId(world.busDevices, bus, id);
    yield* deviceReleaseDriver(world, id);
  }
  if (world.linksLocked) yield* linksWriteLock(world);
  completeAll(world, id);
  devicePmUnlist(world, id);
  yield* deviceWakeupDisable(world, id);
  yield* pmRuntimeRemove(world, id);
  devicePmCheckCallbacks(world, id);
  driverDeferredProbeDelete(world, id);
  deviceLinksPurge(world, id);
  leaveName(world, id);
  remove(world.devicesKset, id);
  removeFolders(world, id);
}

/** sysfs_remove_dir(): the folders of all that is below go too. */
function removeFolders(world: World, id: DeviceId): void {
  const below = childrenOf(world, id);
  for (let at = below.pop(); at !== undefined; at = below.pop()) {
    world.devices[at]!.sysfsGone = true;
    for (const child of childrenOf(world, at)) below.push(child);
  }
}

function leaveParent(world: World, id: DeviceId): void {
  const device = world.devices[id]!;
  if (!device.joined) return;
  removeId(world.children, device.parent, id);
  device.joined = false;
}

/** enum dpm_order. */
export type MoveOrder = 'none' | 'dev-after-parent' | 'parent-before-dev' | 'dev-last';

/** A device whose device_add() has not run, or has not come to put it below its parent: the kernel has no test for that. */
function* needAdded(world: World, id: DeviceId, joined: boolean): Task<void> {
  const device = world.devices[id]!;
  if (!device.registered || (joined && !device.joined))
    yield { kind: 'wait', for: { kind: 'crash', device: id } };
}

/** A device and those above it, up to one of them. */
function withAncestors(world: World, id: DeviceId, last: DeviceId): DeviceId[] {
  const path = [id];
  while (path.at(-1) !== last) path.push(world.devices[path.at(-1)!]!.parent);
  return path;
}

/**
 * device_move(): a new parent (-1 for none), and one entry moved in both orders; children and consumers stay where they are.
 * Returns 0, or -ENOENT for a folder in sysfs that is gone. For a parent that is the device itself or below it the kernel has no test
 * and is lost in a circle of parents; a circle of parents and links kills it later (links/circles.ts).
 */
export function* deviceMove(world: World, id: DeviceId, parent: DeviceId, order: MoveOrder): Task<number> {
  const device = world.devices[id]!;
  yield* needAdded(world, id, false);
  if (device.sysfsGone || (parent >= 0 && world.devices[parent]!.sysfsGone)) return -ENOENT;
  if (parent >= 0) yield* needAdded(world, parent, false);
  if (parent >= 0 && (parent === id || deviceIsAncestor(world, parent, id)))
    yield { kind: 'wait', for: { kind: 'circle', devices: withAncestors(world, parent, id), dies: false } };
  const needsParent = order === 'dev-after-parent' || order === 'parent-before-dev';
  if (device.parent >= 0) yield* needAdded(world, id, true);
  if (parent < 0 && needsParent) yield { kind: 'wait', for: { kind: 'crash', device: id } };
  leaveParent(world, id);
  if (device.parent >= 0) world.devices[device.parent]!.namedAsParent--;
  if (parent >= 0 && deviceIsDependent(world, id, parent)) world.hasCircle = true;
  device.parent = parent;
  if (parent >= 0) {
    world.devices[parent]!.namedAsParent++;
    appendId(world.children, parent, id);
    device.joined = true;
  }
  moveInOrders(world, id, parent, order);
  return 0;
}

function moveInOrders(world: World, id: DeviceId, parent: DeviceId, order: MoveOrder): void {
  if (order === 'dev-after-parent') moveNextTo(world, id, parent, 'after');
  else if (order === 'parent-before-dev') moveNextTo(world, parent, id, 'before');
  else if (order === 'dev-last') {
    movePmTail(world, id, 'dpm');
    if (isListed(world.devicesKset, id)) {
      remove(world.devicesKset, id);
      append(world.devicesKset, id);
    }
  }
}

function moveNextTo(world: World, id: DeviceId, other: DeviceId, side: 'after' | 'before'): void {
  if (id < 0 || other < 0 || id === other) return;
  devicePmMoveNextTo(world, id, other, side);
  const kset = world.devicesKset;
  if (!isListed(kset, id) || !isListed(kset, other)) return;
  remove(kset, id);
  insertAfter(kset, id, side === 'after' ? other : kset.previous[other]!);
}
