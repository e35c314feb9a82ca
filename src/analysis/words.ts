/**
 * Sentences about devices and properties that several answers share.
 */
import type { BoardReference } from '../core/board.ts';
import { type DeviceId, deviceId, type LinkId, linkOf, type World } from '../core/world.ts';
import type { UnlinkedBecause } from './dependencies.ts';

export function idOf(world: World, id: DeviceId): string {
  return deviceId(world.devices[id]!);
}

export function nameOf(world: World, id: DeviceId): string {
  return world.devices[id]!.name;
}

/** `dmas in /soc/mmc@7e202000`. */
export function referenceText(world: World, { property, consumer }: BoardReference): string {
  return `${property} in ${world.board.nodes[consumer]!.path}`;
}

/** The properties behind a link: `clocks, resets in /soc/mmc@7e202000`; at most three nodes are named. */
export function causesText(world: World, id: LinkId): string {
  const byNode = new Map<string, Set<string>>();
  for (const { property, consumer } of linkOf(world, id).causes ?? []) {
    const { path } = world.board.nodes[consumer]!;
    byNode.set(path, (byNode.get(path) ?? new Set()).add(property));
  }
  const parts = [...byNode].map(([path, properties]) => `${[...properties].join(', ')} in ${path}`);
  if (parts.length === 0) return 'a link that a driver asked for';
  return parts.length > 3
    ? `${parts.slice(0, 3).join('; ')}; and ${parts.length - 3} more nodes`
    : parts.join('; ');
}

/** Why a dependency makes no link: ends a sentence that began with the property. */
export function becauseText(world: World, because: UnlinkedBecause): string {
  const { kernel, fwDevlink } = world.settings;
  switch (because) {
    case 'optional':
      return `makes no device link in Linux ${kernel} (optional supplier)`;
    case 'not followed':
      return `makes no device link in Linux ${kernel} (fw_devlink does not know the property)`;
    case 'cycle':
      return 'lies on a dependency cycle, so its device link orders nothing';
    case 'mode':
      return `makes no device link that orders with fw_devlink=${fwDevlink}`;
  }
}

/** The head of a name list: `a, b, c and 4 more`. */
export function someOf(names: readonly string[], most = 3): string {
  if (names.length <= most) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}
