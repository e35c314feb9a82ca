/** Devices that wait for one another, directly or over others. */
import type { DeviceId } from '../core/world.ts';

/** Strongly connected components of what devices wait for (Tarjan), without recursion. */
export class Components {
  readonly #index = new Map<DeviceId, number>();
  readonly #low = new Map<DeviceId, number>();
  readonly #open = new Set<DeviceId>();
  readonly #stack: DeviceId[] = [];
  /** Components in the order in which they are complete: those waited for come first. */
  readonly list: DeviceId[][] = [];

  constructor(start: readonly DeviceId[], next: (id: DeviceId) => readonly DeviceId[]) {
    for (const id of start) if (!this.#index.has(id)) this.#visit(id, next);
  }

  #enter(id: DeviceId): void {
    this.#index.set(id, this.#index.size);
    this.#low.set(id, this.#index.get(id)!);
    this.#stack.push(id);
    this.#open.add(id);
  }

  #visit(root: DeviceId, next: (id: DeviceId) => readonly DeviceId[]): void {
    this.#enter(root);
    const walk = [{ id: root, rest: [...next(root)] }];
    while (walk.length > 0) {
      const { id, rest } = walk.at(-1)!;
      const to = rest.shift();
      if (to === undefined) {
        walk.pop();
        const above = walk.at(-1);
        if (above !== undefined) this.#lower(above.id, this.#low.get(id)!);
        if (this.#low.get(id) === this.#index.get(id)) this.#close(id);
      } else if (!this.#index.has(to)) {
        this.#enter(to);
        walk.push({ id: to, rest: [...next(to)] });
      } else if (this.#open.has(to)) {
        this.#lower(id, this.#index.get(to)!);
      }
    }
  }

  #lower(id: DeviceId, to: number): void {
    this.#low.set(id, Math.min(this.#low.get(id)!, to));
  }

  #close(id: DeviceId): void {
    const component: DeviceId[] = [];
    for (;;) {
      const member = this.#stack.pop()!;
      this.#open.delete(member);
      component.push(member);
      if (member === id) break;
    }
    this.list.push(component.sort((a, b) => a - b));
  }
}
