/**
 * A world as a graph of graphlib, for layout (@dagrejs/dagre), for export, and for those who have algorithms of their own.
 *
 * The engine does not use it, and a large world is not for it: a graph of 10^6 nodes takes minutes, and the algorithms of
 * graphlib recurse, so that a chain of some thousand devices overflows them. Apart from the library's index nothing
 * imports this file, so that a command line does not load graphlib.
 */
import { Graph } from '@dagrejs/graphlib';
import type { DeviceLinkFlag, DeviceLinkStatus } from '../core/device-link.ts';
import { type DeviceId, deviceId, PLATFORM_ROOT, type World } from '../core/world.ts';
import { type LinkCause, linkRow, linksInOrder } from './links.ts';

/** Label of the graph. */
export interface DeviceGraphLabel {
  /** The Linux version whose rules the world follows. */
  readonly kernel: string;
  readonly fwDevlink: string;
}

/** Label of a node: a device. */
export interface DeviceNodeLabel {
  readonly name: string;
  readonly bus: string;
  /** Path of its firmware node, null for none. */
  readonly node: string | null;
  /** Driver that is bound, null for none. */
  readonly driver: string | null;
}

/** Label of an edge: a device link. */
export interface LinkEdgeLabel {
  readonly status: DeviceLinkStatus;
  readonly flags: readonly DeviceLinkFlag[];
  readonly causes: readonly LinkCause[];
}

export type DeviceGraph = Graph<DeviceGraphLabel, DeviceNodeLabel, LinkEdgeLabel>;

function nodeLabel(world: World, id: DeviceId): DeviceNodeLabel {
  const device = world.devices[id]!;
  return {
    name: device.name,
    bus: device.bus,
    node: device.node < 0 ? null : world.board.nodes[device.node]!.path,
    driver: device.bound ? world.drivers[device.driver]!.name : null,
  };
}

/**
 * Devices and device links as a directed, compound multigraph.
 *
 * Nodes are devices in registration order under their ids (`bus:name`, as in /sys/class/devlink; no id is a name that
 * graphlib would lose, such as `__proto__`). A device is nested in its parent. The `platform` device at the root is no node,
 * as it is no parent in `devgraph links`, unless a link has it as an end. Edges are device links from consumer to supplier,
 * named as the kernel names them in /sys/class/devlink (`supplier--consumer`), in the order of linksOf().
 */
export function toGraph(world: World): DeviceGraph {
  const { kernel, fwDevlink } = world.settings;
  const graph: DeviceGraph = new Graph({ directed: true, multigraph: true, compound: true });
  graph.setGraph({ kernel, fwDevlink });
  const ids = world.devices.map(deviceId);
  for (const [id, device] of world.devices.entries()) {
    if (id === PLATFORM_ROOT) continue;
    graph.setNode(ids[id]!, nodeLabel(world, id));
    // A parent is registered before its children.
    if (device.parent > PLATFORM_ROOT) graph.setParent(ids[id]!, ids[device.parent]!);
  }
  for (const id of linksInOrder(world)) {
    const { supplier, consumer, status, flags, causes } = linkRow(world, id);
    if (supplier === ids[PLATFORM_ROOT] || consumer === ids[PLATFORM_ROOT]) {
      graph.setNode(ids[PLATFORM_ROOT]!, nodeLabel(world, PLATFORM_ROOT));
    }
    graph.setEdge(consumer, supplier, { status, flags, causes }, `${supplier}--${consumer}`);
  }
  return graph;
}
