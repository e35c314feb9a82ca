/** Which state leads to which, for what only the whole graph can tell. */

/** Pairs of states: 8 bytes a step. */
export class Edges {
  #pairs = new Int32Array(2048);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#pairs.byteLength;
  }

  add(from: number, to: number): void {
    if (2 * this.#size === this.#pairs.length) {
      const grown = new Int32Array(2 * this.#pairs.length);
      grown.set(this.#pairs);
      this.#pairs = grown;
    }
    this.#pairs[2 * this.#size] = from;
    this.#pairs[2 * this.#size + 1] = to;
    this.#size++;
  }

  from(edge: number): number {
    return this.#pairs[2 * edge]!;
  }

  to(edge: number): number {
    return this.#pairs[2 * edge + 1]!;
  }
}

/** Edges by the state that they lead to: those of state n are at `starts[n]` to `starts[n + 1]`. */
function byTarget(
  edges: Edges,
  states: number,
): { readonly starts: Int32Array; readonly sources: Int32Array } {
  const starts = new Int32Array(states + 1);
  for (let edge = 0; edge < edges.size; edge++) starts[edges.to(edge) + 1]!++;
  for (let state = 0; state < states; state++) starts[state + 1]! += starts[state]!;
  const sources = new Int32Array(edges.size);
  const places = starts.slice();
  for (let edge = 0; edge < edges.size; edge++) sources[places[edges.to(edge)]!++] = edges.from(edge);
  return { starts, sources };
}

/** The state with the lowest number from which none of `ends` can be reached, undefined if there is none. */
export function deadEnd(edges: Edges, ends: readonly number[], states: number): number | undefined {
  const { starts, sources } = byTarget(edges, states);
  const reaches = new Uint8Array(states);
  const stack = [...ends];
  for (const end of ends) reaches[end] = 1;
  for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
    for (let at = starts[state]!; at < starts[state + 1]!; at++) {
      const source = sources[at]!;
      if (reaches[source] === 1) continue;
      reaches[source] = 1;
      stack.push(source);
    }
  }
  const lost = reaches.indexOf(0);
  return lost < 0 ? undefined : lost;
}
