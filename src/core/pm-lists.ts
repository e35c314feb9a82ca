/**
 * The five lists of drivers/base/power/main.c; a registered device is on one of them. Outside of system sleep that is
 * dpm_list. ../semantics system-sleep.md sections 1 and 2.
 */
import type { PmList } from './device-power.ts';
import { append, insertAfter, type OrderList, remove } from './order-list.ts';
import type { DeviceId, World } from './world.ts';

/** The list of that name. */
export function pmList(world: World, name: Exclude<PmList, 'none'>): OrderList {
  switch (name) {
    case 'dpm':
      return world.dpmList;
    case 'prepared':
      return world.sleep.prepared;
    case 'suspended':
      return world.sleep.suspended;
    case 'late-early':
      return world.sleep.lateEarly;
    case 'noirq':
      return world.sleep.noirq;
    case 'completed':
      return world.sleep.completed;
  }
}

function unlist(world: World, id: DeviceId): void {
  const { power } = world.devices[id]!;
  if (power.list !== 'none') remove(pmList(world, power.list), id);
}

/** list_move_tail() of a device to a list. */
export function movePmTail(world: World, id: DeviceId, to: Exclude<PmList, 'none'>): void {
  unlist(world, id);
  append(pmList(world, to), id);
  world.devices[id]!.power.list = to;
}

/** list_move() of a device to the head of a list. */
export function movePmHead(world: World, id: DeviceId, to: Exclude<PmList, 'none'>): void {
  unlist(world, id);
  insertAfter(pmList(world, to), id, -1);
  world.devices[id]!.power.list = to;
}

/** device_pm_add(): last in dpm_list. */
export function devicePmAdd(world: World, id: DeviceId): void {
  movePmTail(world, id, 'dpm');
}

/** The list part of device_pm_remove(). */
export function devicePmUnlist(world: World, id: DeviceId): void {
  unlist(world, id);
  world.devices[id]!.power.list = 'none';
}

/** device_pm_move_after() and device_pm_move_before(): next to another device, on whatever list that is. */
export function devicePmMoveNextTo(
  world: World,
  id: DeviceId,
  other: DeviceId,
  side: 'after' | 'before',
): void {
  const { list } = world.devices[other]!.power;
  if (list === 'none' || id === other) return;
  unlist(world, id);
  const target = pmList(world, list);
  insertAfter(target, id, side === 'after' ? other : target.previous[other]!);
  world.devices[id]!.power.list = list;
}
