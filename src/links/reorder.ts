/**
 * The dependency test and the move to the tail that keep dpm_list in an order in which suppliers and parents come first.
 * Follows drivers/base/core.c, ../semantics device-links.md sections 5 and 6.
 */
import { isSyncStateOnly } from '../core/device-link.ts';
import { isListed, moveToTail } from '../core/order-list.ts';
import { movePmTail } from '../core/pm-lists.ts';
import { type DeviceId, linkOf, type Placement, type World } from '../core/world.ts';

/** device_is_ancestor(): whether `ancestor` is above `device` in the tree of devices. */
export function deviceIsAncestor(world: World, device: DeviceId, ancestor: DeviceId): boolean {
  for (let at = world.devices[device]!.parent; at >= 0; at = world.devices[at]!.parent) {
    if (at === ancestor) return true;
  }
  return false;
}

/** What must come behind a device: its children, then the consumers over links that order. */
function successors(world: World, device: DeviceId): DeviceId[] {
  const { children, consumers } = world.devices[device]!;
  const all = [...children];
  for (const id of consumers) {
    const link = linkOf(world, id);
    if (!isSyncStateOnly(link.flags)) all.push(link.consumer);
  }
  return all;
}

/**
 * device_is_dependent(): whether `target` is `device` itself or depends on it, through parents and links that order.
 * Each device is looked at once; the kernel's walk gives the same answer in exponential time.
 */
export function deviceIsDependent(world: World, device: DeviceId, target: DeviceId): boolean {
  // A device inside device_add() is not yet in its parent's list of children, so its parents are asked first.
  if (device === target || deviceIsAncestor(world, target, device)) return true;
  const seen = new Set([device]);
  const stack = [device];
  while (stack.length > 0) {
    for (const next of successors(world, stack.pop()!)) {
      if (next === target || deviceIsAncestor(world, target, next)) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      stack.push(next);
    }
  }
  return false;
}

/**
 * device_reorder_to_tail(): moves a device, then its children and consumers, to the end of dpm_list and devices_kset.
 *
 * The kernel visits a device once per path that leads to it and its last visit counts. That final order is the reverse
 * postorder of one depth-first walk that takes successors last to first, which is what this does, in linear time. Returns
 * how many devices it visited.
 */
export function deviceReorderToTail(world: World, device: DeviceId, placement: Placement): number {
  const postorder: DeviceId[] = [];
  const entered = new Set([device]);
  const stack = [{ device, rest: successors(world, device) }];
  while (stack.length > 0) {
    const top = stack.at(-1)!;
    const next = top.rest.pop();
    if (next === undefined) {
      postorder.push(top.device);
      stack.pop();
    } else if (!entered.has(next)) {
      entered.add(next);
      stack.push({ device: next, rest: successors(world, next) });
    }
  }
  for (const moved of postorder.reverse()) {
    if (isListed(world.devicesKset, moved)) moveToTail(world.devicesKset, moved);
    if (world.devices[moved]!.power.list === 'none') continue;
    // device_pm_move_last() knows dpm_list only: during system sleep it takes a device off the list of its phase.
    movePmTail(world, moved, 'dpm');
    world.devices[moved]!.placement = placement;
  }
  return postorder.length;
}
