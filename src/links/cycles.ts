/**
 * Dependency cycles among firmware nodes, found while a fwnode link becomes a device link.
 * Follows drivers/base/core.c:__fw_devlink_relax_cycles, ../semantics fw-devlink.md section 8.
 *
 * The kernel enumerates every simple path from the supplier back to the consumer and marks each edge of each. Most
 * searches find none, which one linear walk tells; only where there is a cycle are paths enumerated, and only among
 * the nodes that lie between (simple-paths.ts), up to a stated limit.
 */
import type { NodeIndex } from '../core/board.ts';
import { DL_FLAG, isSyncStateOnly } from '../core/device-link.ts';
import { createVisitMarks, newVisit } from '../core/visit-marks.ts';
import {
  type DeviceId,
  deviceOfNode,
  type FwnodeLinkId,
  happened,
  type LinkId,
  linkOf,
  type World,
} from '../core/world.ts';
import { pmRuntimeDropLink } from '../pm/index.ts';
import { fwnodeLinkOf, fwnodeNextParentDevice } from './fwnode-links.ts';
import { type Edge, searchPaths } from './simple-paths.ts';

/**
 * Steps of all searches of one world; the most that a real board needs is 53,000. Past it a search reports
 * `cycle-search-limit` and finds nothing.
 */
export const SEARCH_STEP_LIMIT = 10_000_000;
/** Cycles of a world that are kept as evidence; real boards have up to 40. */
const CYCLE_LIMIT = 2_000;

/** Rule 3: a bound supplier does not depend on a consumer that no driver has touched. */
function isSettled(world: World, node: NodeIndex, consumer: NodeIndex): boolean {
  const device = deviceOfNode(world, node);
  const consumerDevice = deviceOfNode(world, consumer);
  return (
    device >= 0 &&
    world.devices[device]!.linksStatus === 'driver bound' &&
    consumerDevice >= 0 &&
    world.devices[consumerDevice]!.linksStatus === 'no driver'
  );
}

/** What a node depends on, in the kernel's order: its fwnode links, its parent, its device links. */
function forEachEdge(
  world: World,
  node: NodeIndex,
  consumer: NodeIndex,
  visit: (to: NodeIndex, fwnodeLink: FwnodeLinkId | undefined, link: LinkId | undefined) => void,
): void {
  if (isSettled(world, node, consumer)) return;
  const { suppliers } = world.fwnodes[node]!;
  for (let index = suppliers.length - 1; index >= 0; index--) {
    const id = suppliers[index]!;
    const link = fwnodeLinkOf(world, id);
    if (!link.ignore) visit(link.supplier, id, undefined);
  }
  const device = deviceOfNode(world, node);
  const parent: DeviceId = device >= 0 ? world.devices[device]!.parent : fwnodeNextParentDevice(world, node);
  if (parent >= 0 && world.devices[parent]!.node >= 0)
    visit(world.devices[parent]!.node, undefined, undefined);
  if (device < 0) return;
  const { head, next } = world.supplierLinks;
  for (let id = head[device]!; id >= 0; id = next[id]!) {
    const link = linkOf(world, id);
    if (isSyncStateOnly(link.flags) && !(link.flags & DL_FLAG.CYCLE)) continue;
    const to = world.devices[link.supplier]!.node;
    if (to >= 0) visit(to, undefined, id);
  }
}

const visitedNodes = createVisitMarks();

/** Whether a walk over everything that `supplier` depends on comes to `consumer`; the nodes walked, if it does. */
function reachable(world: World, consumer: NodeIndex, supplier: NodeIndex): NodeIndex[] | undefined {
  const mark = newVisit(visitedNodes, world.fwnodes.length);
  const visited = visitedNodes.stamps;
  const nodes = [supplier];
  visited[supplier] = mark;
  for (let at = 0; at < nodes.length; at++) {
    if (nodes[at] === consumer) continue;
    world.searchSteps++;
    forEachEdge(world, nodes[at]!, consumer, (to) => {
      world.searchSteps++;
      if (visited[to] === mark) return;
      visited[to] = mark;
      nodes.push(to);
    });
  }
  return visited[consumer] === mark ? nodes : undefined;
}

/**
 * The edges among some nodes that can lie on a simple path from the supplier to the consumer: none leads back to the
 * supplier, and from all of them the consumer can be reached.
 */
function edgesBetween(
  world: World,
  nodes: readonly NodeIndex[],
  consumer: NodeIndex,
  supplier: NodeIndex,
): Map<NodeIndex, Edge[]> {
  const edges = new Map<NodeIndex, Edge[]>();
  const incoming = new Map<NodeIndex, NodeIndex[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) {
    const out: Edge[] = [];
    edges.set(node, out);
    if (node === consumer) continue;
    forEachEdge(world, node, consumer, (to, fwnodeLink, link) => {
      if (to === supplier) return;
      out.push({ to, fwnodeLink, link });
      incoming.get(to)!.push(node);
    });
  }
  const leadsBack = new Set([consumer]);
  const stack = [consumer];
  while (stack.length > 0) {
    for (const from of incoming.get(stack.pop()!)!) {
      if (leadsBack.has(from)) continue;
      leadsBack.add(from);
      stack.push(from);
    }
  }
  const kept = new Map<NodeIndex, Edge[]>();
  for (const node of leadsBack)
    kept.set(
      node,
      edges.get(node)!.filter(({ to }) => leadsBack.has(to)),
    );
  return kept;
}

/** The same cycle, whatever node it was found from. */
function canonical(cycle: readonly NodeIndex[]): NodeIndex[] {
  const least = cycle.indexOf(Math.min(...cycle));
  return [...cycle.slice(least), ...cycle.slice(0, least)];
}

function isSameCycle(one: readonly NodeIndex[], two: readonly NodeIndex[]): boolean {
  return one.length === two.length && one.every((node, index) => node === two[index]);
}

function recordCycles(world: World, consumer: NodeIndex, paths: readonly NodeIndex[][]): void {
  for (const path of paths) {
    if (world.cycles.length >= CYCLE_LIMIT) return;
    const cycle = canonical([consumer, ...path]);
    if (!world.cycles.some((known) => isSameCycle(known, cycle))) world.cycles.push(cycle);
  }
}

/**
 * fw_devlink_relax_link(): an inferred link stops ordering and blocking; it only holds back the supplier's sync_state.
 * Nothing moves in dpm_list. Links that a driver asked for are left alone.
 */
export function fwDevlinkRelaxLink(world: World, id: LinkId, why: 'cycle' | 'no driver'): void {
  const link = linkOf(world, id);
  if (!(link.flags & DL_FLAG.INFERRED) || isSyncStateOnly(link.flags)) return;
  pmRuntimeDropLink(world, id);
  link.flags = DL_FLAG.MANAGED | DL_FLAG.INFERRED | DL_FLAG.SYNC_STATE_ONLY;
  happened(world, { kind: 'link-relax', link: id, why });
}

/**
 * __fw_devlink_relax_cycles(): whether `supplier`, what is above it or what it depends on leads back to `consumer`. If so,
 * every fwnode link on the way is marked CYCLE, every device link on the way is relaxed and marked, and the cycles are
 * recorded in the world.
 */
export function fwDevlinkRelaxCycles(world: World, consumer: NodeIndex, supplier: NodeIndex): boolean {
  if (world.searchSteps > SEARCH_STEP_LIMIT) {
    happened(world, { kind: 'cycle-search-limit', consumer, supplier });
    return false;
  }
  const nodes = reachable(world, consumer, supplier);
  if (nodes === undefined) return false;
  const search = searchPaths(edgesBetween(world, nodes, consumer, supplier), consumer, supplier);
  world.searchSteps += search.steps;
  for (const edge of search.marked) {
    if (edge.fwnodeLink !== undefined) fwnodeLinkOf(world, edge.fwnodeLink).cycle = true;
    if (edge.link !== undefined) {
      fwDevlinkRelaxLink(world, edge.link, 'cycle');
      linkOf(world, edge.link).flags |= DL_FLAG.CYCLE;
    }
  }
  recordCycles(world, consumer, search.paths);
  if (!search.complete) happened(world, { kind: 'cycle-search-limit', consumer, supplier });
  happened(world, { kind: 'cycle', consumer, supplier });
  return true;
}
