/** States by how they were reached: from which state, by which step. */
import { STEP_KINDS, type Step } from './steps.ts';

/** A step as a number of 31 bits. */
export function encodeStep({ kind, index, choice }: Step): number {
  return (STEP_KINDS.indexOf(kind) << 24) | (index << 8) | choice;
}

export function decodeStep(code: number): Step {
  return { kind: STEP_KINDS[code >> 24]!, index: (code >> 8) & 0xffff, choice: code & 0xff };
}

/** The tree in which every state but the first hangs on the one that it was first reached from: 8 bytes a state. */
export class ReachedTree {
  #parents = new Int32Array(1024);
  #steps = new Int32Array(1024);
  #size = 1;

  constructor() {
    this.#parents[0] = -1;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#parents.byteLength + this.#steps.byteLength;
  }

  add(parent: number, step: Step): number {
    if (this.#size === this.#parents.length) this.#grow();
    this.#parents[this.#size] = parent;
    this.#steps[this.#size] = encodeStep(step);
    return this.#size++;
  }

  parentOf(state: number): number {
    return this.#parents[state]!;
  }

  stepTo(state: number): Step {
    return decodeStep(this.#steps[state]!);
  }

  /** The steps that lead from an ancestor to a state. */
  stepsBetween(ancestor: number, state: number): Step[] {
    const steps: Step[] = [];
    for (let at = state; at !== ancestor; at = this.parentOf(at)) steps.push(this.stepTo(at));
    return steps.reverse();
  }

  #grow(): void {
    const double = (old: Int32Array) => {
      const grown = new Int32Array(2 * old.length);
      grown.set(old);
      return grown;
    };
    this.#parents = double(this.#parents);
    this.#steps = double(this.#steps);
  }
}
