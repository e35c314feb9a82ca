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
  /**
   * A cycle by design that costs nothing: two ends of a graph, a node that uses itself or a part of itself, or nodes that early
   * boot has set up and that never become devices.
   */
  readonly expected: boolean;
  /**
   * Lines of device-tree source, each of which opens this cycle if that device's driver probes without that supplier, the
   * likeliest first. Empty for a cycle that no such line can open, or that needs none.
   */
  readonly fixes: readonly string[];
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

/** Suppliers that a driver as a rule needs during its probe: a line that ignores one of these keeps it from probing. */
function isNeededAtProbe(property: string): boolean {
  return /^(phys|power-domains|pinctrl-\d|interrupt-map)$|-supply$/.test(property);
}

/** How likely a driver probes without what these properties name; undefined if it needs them. */
function fixRank(properties: readonly string[]): number | undefined {
  if (properties.length === 0 || properties.some(isNeededAtProbe)) return undefined;
  if (properties.every((property) => property === 'remote-endpoint')) return 0;
  return properties.every((property) => property === 'clocks' || property === 'resets') ? 1 : 2;
}

/** Properties by which a node refers to exactly that node: the only kind that post-init-providers can name. */
function exactProperties(world: World, from: NodeIndex, to: NodeIndex): string[] {
  const found = new Set<string>();
  for (const { kind, supplier, property } of referencesFrom(world, from)) {
    if (supplier === to && kind !== 'unlinked' && kind !== 'ignored') found.add(property);
  }
  return [...found];
}

function explain(world: World, cycle: readonly NodeIndex[]): Cycle {
  const path = (node: NodeIndex) => world.board.nodes[node]!.path;
  const pairs = cycle.map((from, index) => [from, cycle[(index + 1) % cycle.length]!] as const);
  const edges = pairs.map(([from, to]) => ({
    from: path(from),
    to: path(to),
    properties: propertiesBetween(world, from, to),
  }));
  const byProperty = pairs.filter((_, index) => edges[index]!.properties.length > 0);
  // A device that uses a part of itself: a pin controller its own pins, a PCI host its own interrupt controller.
  const isOwnPart = byProperty.length === 1 && isAbove(world, byProperty[0]![0], byProperty[0]![1]);
  const properties = edges.flatMap((edge) => edge.properties);
  const isGraph = properties.every((property) => property === 'remote-endpoint');
  const losesNothing = byProperty.every(([from]) => {
    const { device, initialized } = world.fwnodes[from]!;
    return device < 0 && initialized;
  });
  const isSelf = cycle.length === 1;
  const fixes = pairs
    .map(([from, to]) => ({ from, to, rank: fixRank(exactProperties(world, from, to)) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((one, two) => one.rank! - two.rank!)
    .map(({ from, to }) => `&{${path(from)}} { post-init-providers = <&{${path(to)}}>; };`);
  return {
    edges,
    devices: cycle
      .map((node) => world.fwnodes[node]!.device)
      .filter((device) => device >= 0)
      .map((device) => idOf(world, device)),
    expected: isSelf || isOwnPart || isGraph || losesNothing,
    fixes: isSelf || isOwnPart || losesNothing ? [] : fixes,
  };
}

/** The cycles of a world in the order in which the kernel would find them. */
export function cyclesOf(world: World): Cycle[] {
  return world.cycles.map((cycle) => explain(world, cycle));
}

/** What every fix depends on. */
const OPENED_BY = 'one of these lines, if that driver probes without that supplier';

/** A cycle in lines: its edges, then the fixes. */
export function cycleText(cycle: Cycle): string[] {
  const lines = cycle.edges.map(({ from, to, properties }) =>
    properties.length === 0
      ? `${from} lies below ${to}`
      : `${from} depends on ${to}: ${properties.join(', ')} (relaxed)`,
  );
  if (cycle.fixes.length > 0) lines.push(`opened by ${OPENED_BY}:`, ...cycle.fixes.slice(0, 2));
  return lines;
}

/** Cycles that share nodes, together. */
export interface Tangle {
  readonly cycles: readonly Cycle[];
  /** All of its cycles are by design. */
  readonly expected: boolean;
  /** Edges that the kernel relaxes, each once. */
  readonly relaxed: readonly CycleEdge[];
  readonly devices: readonly string[];
}

/** Cycles grouped by the nodes that they share, in the order of their first cycle. */
export function tanglesOf(world: World): Tangle[] {
  const groups: { nodes: Set<string>; cycles: Cycle[] }[] = [];
  for (const cycle of cyclesOf(world)) {
    const nodes = cycle.edges.map((edge) => edge.from);
    const touching = groups.filter((group) => nodes.some((node) => group.nodes.has(node)));
    const [first] = touching;
    if (first === undefined) {
      groups.push({ nodes: new Set(nodes), cycles: [cycle] });
      continue;
    }
    for (const other of touching.slice(1)) {
      for (const node of other.nodes) first.nodes.add(node);
      first.cycles.push(...other.cycles);
      groups.splice(groups.indexOf(other), 1);
    }
    for (const node of nodes) first.nodes.add(node);
    first.cycles.push(cycle);
  }
  return groups.map(({ cycles }) => {
    const relaxed = new Map<string, CycleEdge>();
    for (const edge of cycles.flatMap((cycle) => cycle.edges)) {
      if (edge.properties.length > 0) relaxed.set(`${edge.from} ${edge.to}`, edge);
    }
    return {
      cycles,
      expected: cycles.every((cycle) => cycle.expected),
      relaxed: [...relaxed.values()],
      devices: [...new Set(cycles.flatMap((cycle) => cycle.devices))],
    };
  });
}
