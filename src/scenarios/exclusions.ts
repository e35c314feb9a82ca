/** Who is in the middle of an item beside which others may not run: they are one work item of the kernel. */
import {
  exclusionOf,
  isLinked,
  POOLS,
  type Pool,
  type WorkItem,
  type WorkQueues,
} from '../core/work-queues.ts';

export class Exclusions<T> {
  readonly #threads = new Map<number, T>();

  /** The worker that is in the middle of the same item. */
  runnerOf(item: WorkItem): T | undefined {
    if (this.#threads.size === 0) return undefined;
    const exclusion = exclusionOf(item);
    return exclusion === undefined ? undefined : this.#threads.get(exclusion);
  }

  /** From here on until the item is done, others may have to wait for that. */
  begin(item: WorkItem, thread: T): void {
    const exclusion = exclusionOf(item);
    if (exclusion !== undefined) this.#threads.set(exclusion, thread);
  }

  end(item: WorkItem): void {
    if (this.#threads.size > 0) this.#threads.delete(exclusionOf(item) ?? Number.NaN);
  }

  /** Items that a worker could begin with now, each with its place: runtime PM work is one queue, jobs of the unbound pool have a worker each. */
  startable(work: WorkQueues): { readonly pool: Pool; readonly index: number }[] {
    return POOLS.flatMap((pool) => {
      const places = work[pool].flatMap((item, index, all) => {
        const goesWithOther = index > 0 && isLinked(all[index - 1]!, item);
        return this.runnerOf(item) === undefined && !goesWithOther ? [{ pool, index }] : [];
      });
      return pool === 'percpu' ? places.slice(0, 1) : places;
    });
  }
}
