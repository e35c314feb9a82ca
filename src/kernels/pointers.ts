/**
 * Pointers in a 64-bit kernel image: those that stand in place, and those that a relocation fills in at boot
 * (R_AARCH64_RELATIVE, R_X86_64_RELATIVE, R_RISCV_RELATIVE in .rela.dyn).
 */

/** The address of an image in memory, in two halves of 32 bits. */
export interface ImageBase {
  readonly high: number;
  readonly low: number;
}

/** Types of relative relocations: aarch64, x86-64, RISC-V. */
const RELATIVE_TYPES = [0x403, 8, 3];
/** A run of relocations shorter than this is chance. */
const SHORTEST_RUN = 64;

/** Which place of the image points where, both in bytes from its start. */
export class Pointers {
  readonly #view: DataView;
  readonly #base: ImageBase;
  readonly #filledIn = new Map<number, number>();

  constructor(bytes: Uint8Array, base: ImageBase) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#base = base;
    this.#readRelocations();
  }

  #offsetOf(at: number): number | undefined {
    const offset = this.#view.getUint32(at, true) - this.#base.low;
    if (this.#view.getUint32(at + 4, true) !== this.#base.high) return undefined;
    return offset >= 0 && offset < this.#view.byteLength ? offset : undefined;
  }

  #readRelocations(): void {
    const { byteLength } = this.#view;
    for (let at = 0; at + 24 <= byteLength; at += 8) {
      if (!this.#isRelocation(at)) continue;
      let end = at;
      while (end + 24 <= byteLength && this.#isRelocation(end)) end += 24;
      if (end - at < 24 * SHORTEST_RUN) continue;
      for (let entry = at; entry < end; entry += 24) {
        const target = this.#offsetOf(entry + 16);
        if (target !== undefined) this.#filledIn.set(this.#offsetOf(entry)!, target);
      }
      at = end - 8;
    }
  }

  #isRelocation(at: number): boolean {
    if (this.#view.getUint32(at + 12, true) !== 0) return false;
    return RELATIVE_TYPES.includes(this.#view.getUint32(at + 8, true)) && this.#offsetOf(at) !== undefined;
  }

  /** Where the pointer at a place points to; undefined for none. */
  at(place: number): number | undefined {
    if (place < 0 || place + 8 > this.#view.byteLength) return undefined;
    return this.#filledIn.get(place) ?? this.#offsetOf(place);
  }

  /** Places that point to one of these targets, in order of address. */
  placesOf(targets: ReadonlySet<number>): { readonly place: number; readonly target: number }[] {
    const found: { place: number; target: number }[] = [];
    for (const [place, target] of this.#filledIn) if (targets.has(target)) found.push({ place, target });
    for (let place = 0; place + 8 <= this.#view.byteLength; place += 8) {
      const target = this.#offsetOf(place);
      if (target !== undefined && targets.has(target) && !this.#filledIn.has(place) && !this.#isAddend(place))
        found.push({ place, target });
    }
    return found.sort((a, b) => a.place - b.place);
  }

  /** The last field of a relocation holds an address too, and is no pointer. */
  #isAddend(place: number): boolean {
    return place >= 16 && this.#isRelocation(place - 16);
  }
}
