/**
 * Simple paths in a graph of dependencies: which edges lie on one, up to a stated number of steps.
 *
 * Enumerating simple paths is exponential. Nearly all edges are found by a short walk or by a proof of their own; only what is
 * left is walked for, and a graph that is tangled on purpose ends the walk at {@link PATH_STEP_LIMIT}.
 */
import type { NodeIndex } from '../core/board.ts';
import type { FwnodeLinkId, LinkId } from '../core/world.ts';

/** Steps of one path enumeration, past which the search reports `cycle-search-limit` and keeps what it has marked. */
export const PATH_STEP_LIMIT = 200_000;
/** Steps of the first walk over paths, enough for all but the most tangled graphs. */
const FIRST_PATH_STEPS = 2_000;
/** Paths of one search that are kept as evidence. */
const CYCLES_KEPT = 16;
/** A way from a node to one that it depends on. */
export interface Edge {
  readonly to: NodeIndex;
  /** What is marked when the edge lies on a cycle: a fwnode link, a device link, or nothing for a parent. */
  readonly fwnodeLink: FwnodeLinkId | undefined;
  readonly link: LinkId | undefined;
}

/** What a search has found. */
export interface PathSearch {
  /** Edges that lie on a simple path from the supplier to the consumer. */
  readonly marked: Set<Edge>;
  /** The first paths found, each from the supplier to the node before the consumer. */
  readonly paths: NodeIndex[][];
  readonly complete: boolean;
  readonly steps: number;
}

/** A shortest path of edges that avoids some nodes; undefined if there is none. Counts its steps. */
function shortestPath(
  edges: Map<NodeIndex, Edge[]>,
  from: NodeIndex,
  to: NodeIndex,
  avoided: ReadonlySet<NodeIndex>,
  count: () => void,
): Edge[] | undefined {
  const reachedBy = new Map<NodeIndex, { readonly edge: Edge; readonly from: NodeIndex }>();
  const queue = [from];
  for (let at = 0; at < queue.length && !reachedBy.has(to); at++) {
    for (const edge of from === to ? [] : edges.get(queue[at]!)!) {
      count();
      if (edge.to === from || avoided.has(edge.to) || reachedBy.has(edge.to)) continue;
      reachedBy.set(edge.to, { edge, from: queue[at]! });
      queue.push(edge.to);
    }
  }
  if (from !== to && !reachedBy.has(to)) return undefined;
  const path: Edge[] = [];
  for (let node = to; node !== from; ) {
    const step = reachedBy.get(node)!;
    path.unshift(step.edge);
    node = step.from;
  }
  return path;
}

/** Marks the edges of simple paths from a supplier to a consumer. */
export class PathMarker {
  readonly marked = new Set<Edge>();
  readonly paths: NodeIndex[][] = [];
  steps = 0;
  readonly #edges: Map<NodeIndex, Edge[]>;
  readonly #consumer: NodeIndex;
  readonly #supplier: NodeIndex;
  readonly #all: number;

  constructor(edges: Map<NodeIndex, Edge[]>, consumer: NodeIndex, supplier: NodeIndex) {
    this.#edges = edges;
    this.#consumer = consumer;
    this.#supplier = supplier;
    let all = 0;
    for (const out of edges.values()) all += out.length;
    this.#all = all;
  }

  get isComplete(): boolean {
    return this.marked.size === this.#all;
  }

  /** Walks simple paths depth-first, with a stack of its own. Whether it came to an end within so many steps. */
  enumerate(most: number): boolean {
    const onPath = new Set([this.#supplier]);
    const frames: { node: NodeIndex; next: number; taken: Edge | undefined }[] = [
      { node: this.#supplier, next: 0, taken: undefined },
    ];
    for (let steps = 0; frames.length > 0 && !this.isComplete; steps++, this.steps++) {
      if (steps >= most) return false;
      const frame = frames.at(-1)!;
      const edge = this.#edges.get(frame.node)![frame.next++];
      if (edge === undefined) {
        frames.pop();
        onPath.delete(frame.node);
      } else if (edge.to === this.#consumer) {
        for (const { taken } of frames) if (taken !== undefined) this.marked.add(taken);
        this.marked.add(edge);
        if (this.paths.length < CYCLES_KEPT) this.paths.push(frames.map(({ node }) => node));
      } else if (!onPath.has(edge.to)) {
        onPath.add(edge.to);
        frames.push({ node: edge.to, next: 0, taken: edge });
      }
    }
    return true;
  }

  /**
   * For each edge that is left, a shortest way to it and a shortest way on that does not cross the first: proof that the edge
   * lies on a simple path. Edges for which these two do cross stay unmarked.
   */
  proveEach(): void {
    const count = () => {
      this.steps++;
    };
    for (const [node, out] of this.#edges) {
      for (const edge of out) {
        if (this.marked.has(edge)) continue;
        const before = new Set([edge.to, this.#consumer]);
        const there = shortestPath(this.#edges, this.#supplier, node, before, count);
        if (there === undefined) continue;
        const used = new Set([this.#supplier, ...there.map(({ to }) => to)]);
        const back = shortestPath(this.#edges, edge.to, this.#consumer, used, count);
        if (back === undefined) continue;
        for (const one of [...there, edge, ...back]) this.marked.add(one);
      }
    }
  }
}

/**
 * Which edges lie on a simple path from the supplier to the consumer: by walking a few paths, then by a proof for each edge
 * that is left, then by walking all paths up to the limit.
 */
export function searchPaths(
  edges: Map<NodeIndex, Edge[]>,
  consumer: NodeIndex,
  supplier: NodeIndex,
): PathSearch {
  if (supplier === consumer) return { marked: new Set(), paths: [[]], complete: true, steps: 0 };
  const marker = new PathMarker(edges, consumer, supplier);
  let complete = marker.enumerate(FIRST_PATH_STEPS);
  if (!complete) {
    marker.proveEach();
    complete = marker.enumerate(PATH_STEP_LIMIT);
  }
  return { marked: marker.marked, paths: marker.paths, complete, steps: marker.steps };
}
