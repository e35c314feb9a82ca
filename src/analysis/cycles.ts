/**
 * Dependency cycles explained: the edges, which of them the kernel relaxes, and the line of device tree that settles one.
 */
import type { NodeIndex } from '../core/board.ts';
import type { World } from '../core/world.ts';
import { idOf } from './words.ts';

/** One edge of a cycle: `from` depends on `to`. */
export interface CycleEdge {
  readonly from: string;
  readonly to: string;
  /** The properties behind it; empty where `from` lies below `to` in the tree. */
  readonly properties: readonly string[];
}

export interface Cycle {
  /** Each edge's `to` is the next one's `from`. Edges with properties are the ones that the kernel relaxes. */
  readonly edges: readonly CycleEdge[];
  /** Devices of the nodes on the cycle. */
  readonly devices: readonly string[];
  /** A cycle that every such board has by design: two ends of a graph, or a node that is its own supplier. */
  readonly expected: boolean;
  /** Device-tree source that takes this cycle apart, if one of its devices can do without that supplier at probe. */
  readonly fix: string | undefined;
}

/** References whose consumer is the node; those of endpoints stand up to three levels below it. */
function* referencesFrom(world: World, node: NodeIndex) {
  const { nodes } = world.board;
  yield* nodes[node]!.references.filter((reference) => reference.consumer === node);
  let level: readonly NodeIndex[] = nodes[node]!.children;
  for (let depth = 0; depth < 3; depth++) {
    for (const child of level)
      yield* nodes[child]!.references.filter((reference) => reference.consumer === node);
    level = level.flatMap((child) => nodes[child]!.children);
  }
}

function isAbove(world: World, above: NodeIndex, node: NodeIndex): boolean {
  for (let at = world.board.nodes[node]!.parent; at >= 0; at = world.board.nodes[at]!.parent) {
    if (at === above) return true;
  }
  return false;
}

/** Properties that fw_devlink follows from a node to another one; failing those, to a node below that one. */
function propertiesBetween(world: World, from: NodeIndex, to: NodeIndex): string[] {
  const exact = new Set<string>();
  const below = new Set<string>();
  for (const { kind, supplier, property } of referencesFrom(world, from)) {
    if (kind === 'unlinked' || kind === 'ignored') continue;
    if (supplier === to) exact.add(property);
    else if (isAbove(world, to, supplier)) below.add(property);
  }
  // A node is below its parent whatever else it refers to there.
  if (exact.size > 0 || isAbove(world, to, from)) return [...exact];
  return [...below];
}

/** An exact reference, the only kind that post-init-providers can name. */
function hasExactReference(world: World, from: NodeIndex, to: NodeIndex): boolean {
  for (const { kind, supplier } of referencesFrom(world, from)) {
    if (supplier === to && kind !== 'unlinked' && kind !== 'ignored') return true;
  }
  return false;
}

function explain(world: World, cycle: readonly NodeIndex[]): Cycle {
  const path = (node: NodeIndex) => world.board.nodes[node]!.path;
  const pairs = cycle.map((from, index) => [from, cycle[(index + 1) % cycle.length]!] as const);
  const edges = pairs.map(([from, to]) => ({
    from: path(from),
    to: path(to),
    properties: propertiesBetween(world, from, to),
  }));
  const fixable = pairs.find(([from, to]) => hasExactReference(world, from, to));
  const properties = edges.flatMap((edge) => edge.properties);
  return {
    edges,
    devices: cycle
      .map((node) => world.fwnodes[node]!.device)
      .filter((device) => device >= 0)
      .map((device) => idOf(world, device)),
    expected: cycle.length === 1 || properties.every((property) => property === 'remote-endpoint'),
    fix: fixable && `&{${path(fixable[0])}} { post-init-providers = <&{${path(fixable[1])}}>; };`,
  };
}

/** The cycles of a world in the order in which the kernel would find them. */
export function cyclesOf(world: World): Cycle[] {
  return world.cycles.map((cycle) => explain(world, cycle));
}

/** A cycle in lines: its edges, then the fix. */
export function cycleText(cycle: Cycle): string[] {
  const lines = cycle.edges.map(({ from, to, properties }) =>
    properties.length === 0
      ? `${from} lies below ${to}`
      : `${from} depends on ${to}: ${properties.join(', ')} (relaxed)`,
  );
  if (cycle.fix !== undefined) lines.push(`settled by: ${cycle.fix}`);
  return lines;
}
