/**
 * Which elements of an order have moved: the fewest whose removal leaves the rest in the order they had. When one
 * device goes from the head of a list to its tail, all others shift by one, yet only one has moved.
 */

/**
 * The elements that did not move: a longest increasing subsequence, and among those of equal length the one whose
 * elements shifted least in sum (ties: the earlier in the old order). O(n log n).
 * @param positions the new position of each element, in the old order: a permutation of 0..n-1
 * @returns for each element of the old order, 1 if it has moved
 */
export function movedElements(positions: Readonly<Int32Array>): Uint8Array {
  const size = positions.length;
  const length = new Int32Array(size);
  const shift = new Float64Array(size);
  const before = new Int32Array(size).fill(-1);
  // A Fenwick tree over new positions: the best subsequence that ends at or before a position.
  const tree = new Int32Array(size + 1).fill(-1);

  const better = (one: number, two: number): boolean =>
    two < 0 || length[one]! > length[two]! || (length[one] === length[two] && shift[one]! < shift[two]!);

  let last = -1;
  for (let element = 0; element < size; element++) {
    const position = positions[element]!;
    let best = -1;
    for (let node = position; node > 0; node -= node & -node) {
      if (tree[node]! >= 0 && better(tree[node]!, best)) best = tree[node]!;
    }
    before[element] = best;
    length[element] = (best < 0 ? 0 : length[best]!) + 1;
    shift[element] = (best < 0 ? 0 : shift[best]!) + Math.abs(position - element);
    for (let node = position + 1; node <= size; node += node & -node) {
      if (better(element, tree[node]!)) tree[node] = element;
    }
    if (better(element, last)) last = element;
  }

  const moved = new Uint8Array(size).fill(1);
  for (let element = last; element >= 0; element = before[element]!) moved[element] = 0;
  return moved;
}
