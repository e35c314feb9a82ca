import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Edge, PathMarker, searchPaths } from '../../src/links/simple-paths.ts';

const NODES = 7;
const [SUPPLIER, CONSUMER] = [0, 1];

const randomGraph = fc
  .uniqueArray(fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1)), {
    maxLength: 24,
    selector: ([a, b]) => a * NODES + b,
  })
  .map((pairs) => {
    const edges = new Map<number, Edge[]>(Array.from({ length: NODES }, (_, node) => [node, []]));
    for (const [from, to] of pairs) {
      // As the caller prunes: nothing leaves the consumer, nothing comes back to the supplier.
      if (from !== CONSUMER && to !== SUPPLIER)
        edges.get(from)!.push({ to, fwnodeLink: undefined, link: undefined });
    }
    return edges;
  });

/** Every edge on every simple path, by trying them all. */
function literal(edges: Map<number, Edge[]>): Set<Edge> {
  const found = new Set<Edge>();
  const walk = (node: number, taken: readonly Edge[], visited: readonly number[]) => {
    if (node === CONSUMER) {
      for (const edge of taken) found.add(edge);
      return;
    }
    for (const edge of edges.get(node)!) {
      if (!visited.includes(edge.to)) walk(edge.to, [...taken, edge], [...visited, edge.to]);
    }
  };
  walk(SUPPLIER, [], [SUPPLIER]);
  return found;
}

describe('edges on simple paths', () => {
  it('are exactly those that trying all paths finds', () => {
    fc.assert(
      fc.property(randomGraph, (edges) => {
        const { marked, complete } = searchPaths(edges, CONSUMER, SUPPLIER);
        expect(complete).toBe(true);
        expect(marked).toEqual(literal(edges));
      }),
      { numRuns: 3000 },
    );
  });

  it('are never claimed by a proof that does not hold', () => {
    let proven = 0;
    fc.assert(
      fc.property(randomGraph, (edges) => {
        const marker = new PathMarker(edges, CONSUMER, SUPPLIER);
        marker.proveEach();
        const all = literal(edges);
        for (const edge of marker.marked) expect(all.has(edge)).toBe(true);
        proven += marker.marked.size;
      }),
      { numRuns: 3000 },
    );
    expect(proven).toBeGreaterThan(200);
  });
});
