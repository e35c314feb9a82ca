/**
 * Circles of parents and links. Nothing keeps device_move() from putting a device below one that depends on it, and the kernel's walks
 * through what depends on a device have no mark of where they have been: in a circle they call themselves until the stack is full.
 */
import { isSyncStateOnly } from '../core/device-link.ts';
import type { Task } from '../core/task.ts';
import { type DeviceId, linkOf, type World } from '../core/world.ts';
import { deviceIsAncestor } from './reorder.ts';

/** What a walk goes to from a device: its children, then the consumers of links that order. */
function subordinates(world: World, device: DeviceId): DeviceId[] {
  const { children, consumerLinks } = world;
  const found: DeviceId[] = [];
  for (let child = children.head[device]!; child >= 0; child = children.next[child]!) found.push(child);
  for (let id = consumerLinks.head[device]!; id >= 0; id = consumerLinks.next[id]!) {
    const { flags, consumer } = linkOf(world, id);
    if (!isSyncStateOnly(flags)) found.push(consumer);
  }
  return found;
}

/** The circle that a walk from a device comes into, undefined if it ends or has found `target` before. */
function circleBelow(world: World, device: DeviceId, target: DeviceId): readonly DeviceId[] | undefined {
  const isTarget = (id: DeviceId) => target >= 0 && (id === target || deviceIsAncestor(world, target, id));
  if (isTarget(device)) return undefined;
  const path = [{ device, left: subordinates(world, device) }];
  const met = new Set([device]);
  while (path.length > 0) {
    const next = path.at(-1)!.left.shift();
    if (next === undefined) {
      path.pop();
      continue;
    }
    if (isTarget(next)) return undefined;
    const at = path.findIndex((step) => step.device === next);
    if (at >= 0) return path.slice(at).map((step) => step.device);
    if (met.has(next)) continue;
    met.add(next);
    path.push({ device: next, left: subordinates(world, next) });
  }
  return undefined;
}

/** device_is_dependent() with a target, or device_reorder_to_tail(): dies where it comes into a circle. */
export function* walkSubordinates(world: World, device: DeviceId, target: DeviceId = -1): Task<void> {
  if (!world.hasCircle) return;
  const devices = circleBelow(world, device, target);
  if (devices !== undefined) yield { kind: 'wait', for: { kind: 'circle', devices, dies: true } };
}
