/** Hashes of states that were seen, each with a number: 12 bytes a place, and at least a third of the places free. */
export class Visited {
  #places = new Int32Array(3 * 1024);
  #mask = 1023;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.#places.byteLength;
  }

  /** The number of the state with this hash: `number`, if it is new. */
  add(high: number, low: number, number: number): number {
    if (3 * this.#size > 2 * this.#mask) this.#grow();
    const at = this.#find(high, low);
    const known = this.#places[at + 2]!;
    if (known !== 0) return known - 1;
    this.#places[at] = high;
    this.#places[at + 1] = low;
    this.#places[at + 2] = number + 1;
    this.#size++;
    return number;
  }

  /** Where a hash stands, or would stand. */
  #find(high: number, low: number): number {
    const places = this.#places;
    for (let place = low & this.#mask; ; place = (place + 1) & this.#mask) {
      const at = 3 * place;
      if (places[at + 2] === 0 || (places[at] === high && places[at + 1] === low)) return at;
    }
  }

  #grow(): void {
    const old = this.#places;
    this.#mask = 2 * this.#mask + 1;
    this.#places = new Int32Array(3 * (this.#mask + 1));
    for (let at = 0; at < old.length; at += 3) {
      if (old[at + 2] === 0) continue;
      const to = this.#find(old[at]!, old[at + 1]!);
      this.#places.set(old.subarray(at, at + 3), to);
    }
  }
}
