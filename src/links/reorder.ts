/**
 * The dependency test and the move to the tail that keep dpm_list in an order in which suppliers and parents come first.
 * Follows drivers/base/core.c, ../semantics device-links.md sections 5 and 6.
 */
import { isSyncStateOnly } from '../core/device-link.ts';
import { isListed, moveToTail } from '../core/order-list.ts';
import { movePmTail } from '../core/pm-lists.ts';
import { createVisitMarks, newVisit } from '../core/visit-marks.ts';
import { type DeviceId, type LinkId, linkOf, type Move, type World } from '../core/world.ts';

/** device_is_ancestor(): whether `ancestor` is above `device` in the tree of devices. */
export function deviceIsAncestor(world: World, device: DeviceId, ancestor: DeviceId): boolean {
  for (let at = world.devices[device]!.parent; at >= 0; at = world.devices[at]!.parent) {
    if (at === ancestor) return true;
  }
  return false;
}

const visitedDevices = createVisitMarks();
const ancestors = createVisitMarks();

/** Nothing depends on the device: it has no consumers, and no device names it as parent. */
function hasNoSubordinates(world: World, id: DeviceId): boolean {
  return world.consumerLinks.head[id]! < 0 && world.devices[id]!.namedAsParent === 0;
}

/**
 * device_is_dependent(): whether `target` is `device` itself or depends on it, through parents and links that order.
 * Each device is looked at once; the kernel's walk gives the same answer in exponential time.
 */
export function deviceIsDependent(world: World, device: DeviceId, target: DeviceId): boolean {
  if (device === target) return true;
  if (hasNoSubordinates(world, device)) return false;
  const { devices, children, consumerLinks } = world;
  const above = newVisit(ancestors, devices.length);
  // A device inside device_add() is not yet in its parent's list of children, so every device met is looked for above the target.
  for (let at = target; at >= 0; at = devices[at]!.parent) ancestors.stamps[at] = above;
  if (ancestors.stamps[device] === above) return true;
  const seen = newVisit(visitedDevices, devices.length);
  visitedDevices.stamps[device] = seen;
  const stack = [device];
  const meet = (next: DeviceId) => {
    if (visitedDevices.stamps[next] === seen) return;
    visitedDevices.stamps[next] = seen;
    stack.push(next);
  };
  while (stack.length > 0) {
    const at = stack.pop()!;
    if (ancestors.stamps[at] === above) return true;
    for (let child = children.head[at]!; child >= 0; child = children.next[child]!) meet(child);
    for (let id = consumerLinks.head[at]!; id >= 0; id = consumerLinks.next[id]!) {
      const { flags, consumer } = linkOf(world, id);
      if (!isSyncStateOnly(flags)) meet(consumer);
    }
  }
  return false;
}

/**
 * Where the walk of {@link postorder} stands in what must come behind a device: at a consumer link, counted from the last, then
 * at a child, counted from the last. Children are below -1, so that one number says both.
 */
const NO_MORE = -1;
const asChild = (child: DeviceId) => -2 - child;

/** The last consumer link that orders, from `link` backwards, else the last child. */
function lastSuccessor(world: World, device: DeviceId, link: LinkId): number {
  const { previous } = world.consumerLinks;
  for (let id = link; id >= 0; id = previous[id]!) {
    if (!isSyncStateOnly(linkOf(world, id).flags)) return id;
  }
  const child = world.children.tail[device]!;
  return child < 0 ? NO_MORE : asChild(child);
}

/** The successor in front of one. */
function successorBefore(world: World, device: DeviceId, at: number): number {
  if (at >= 0) return lastSuccessor(world, device, world.consumerLinks.previous[at]!);
  const child = world.children.previous[-2 - at]!;
  return child < 0 ? NO_MORE : asChild(child);
}

/** All that must come behind a device, and it, in postorder of the depth-first walk that takes successors last to first. */
function postorder(world: World, device: DeviceId): DeviceId[] {
  const entered = newVisit(visitedDevices, world.devices.length);
  const { stamps } = visitedDevices;
  const left: DeviceId[] = [];
  const stack = [device];
  const places = [lastSuccessor(world, device, world.consumerLinks.tail[device]!)];
  stamps[device] = entered;
  while (stack.length > 0) {
    const top = stack.length - 1;
    const at = places[top]!;
    if (at === NO_MORE) {
      left.push(stack.pop()!);
      places.pop();
      continue;
    }
    places[top] = successorBefore(world, stack[top]!, at);
    const next = at >= 0 ? linkOf(world, at).consumer : -2 - at;
    if (stamps[next] === entered) continue;
    stamps[next] = entered;
    stack.push(next);
    places.push(lastSuccessor(world, next, world.consumerLinks.tail[next]!));
  }
  return left;
}

function moveDeviceToTail(world: World, id: DeviceId, move: Move): void {
  const device = world.devices[id]!;
  if (isListed(world.devicesKset, id)) moveToTail(world.devicesKset, id);
  if (device.power.list === 'none') return;
  // device_pm_move_last() knows dpm_list only: during system sleep it takes a device off the list of its phase.
  movePmTail(world, id, 'dpm');
  device.movedWith = move.root;
  device.movedForLink = move.by === 'link' ? move.link : -1;
}

/**
 * device_reorder_to_tail(): moves a device, then its children and consumers, to the end of dpm_list and devices_kset.
 *
 * The kernel visits a device once per path that leads to it and its last visit counts. That final order is the reverse
 * postorder of one depth-first walk that takes successors last to first, which is what this does, in linear time. Returns
 * how many devices it visited.
 */
export function deviceReorderToTail(world: World, device: DeviceId, move: Move): number {
  if (hasNoSubordinates(world, device)) {
    moveDeviceToTail(world, device, move);
    return 1;
  }
  const order = postorder(world, device);
  for (let index = order.length - 1; index >= 0; index--) moveDeviceToTail(world, order[index]!, move);
  return order.length;
}
