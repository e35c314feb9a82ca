/**
 * Tasks that wait for work items: each has put a barrier behind an item, and is woken when that has its turn.
 * Follows kernel/workqueue.c:__flush_work, start_flush_work and __cancel_work_sync.
 */
import { insertBarrier, insertBehind, nextBarrier } from '../core/flush-work.ts';
import { excludes, type FlushedItem, type WorkItem, type WorkQueues } from '../core/work-queues.ts';
import type { Thread } from './thread.ts';
import { WorkerNumbers } from './worker-numbers.ts';
import type { Workers } from './workers.ts';

export class Flushes {
  readonly #work: WorkQueues;
  readonly #workers: Workers;
  readonly #waiting = new Map<number, Thread>();
  readonly #numbers = new WorkerNumbers(1);

  constructor(work: WorkQueues, workers: Workers) {
    this.#work = work;
    this.#workers = workers;
  }

  /** start_flush_work(): false if there is nothing to wait for. Who has cancelled the item waits only for one that is being carried out. */
  start(thread: Thread, of: FlushedItem, hasCancelled: boolean): boolean {
    const barrier = this.#numbers.take();
    if (hasCancelled) this.#grabScheduled(of);
    if (
      (!hasCancelled && (insertBarrier(this.#work, of, barrier) || this.#insertScheduled(of, barrier))) ||
      this.#insertNext(of, barrier)
    ) {
      this.#waiting.set(barrier, thread);
      thread.barrier = barrier;
      return true;
    }
    this.#numbers.release(barrier);
    return false;
  }

  /** complete() of a barrier; the task that waited. */
  complete(barrier: number): Thread | undefined {
    const thread = this.#waiting.get(barrier);
    this.#waiting.delete(barrier);
    this.#numbers.release(barrier);
    if (thread !== undefined) thread.barrier = 0;
    return thread;
  }

  /** Changes the first list that can be changed so, of items that workers have to carry out behind their own. */
  #changeScheduled(change: (items: WorkItem[]) => boolean): boolean {
    if (this.#workers.threads.some(({ scheduled }) => change(scheduled))) return true;
    const { woken } = this.#work;
    return woken.some((worker, index) => {
      const scheduled = [...worker.scheduled];
      if (!change(scheduled)) return false;
      woken[index] = { ...worker, scheduled };
      return true;
    });
  }

  /** try_to_grab_pending() of an item that is left to the worker which carries it out. */
  #grabScheduled(of: FlushedItem): void {
    this.#changeScheduled((items) => {
      const at = items.findIndex((item) => excludes(item, of));
      if (at >= 0) items.splice(at, 1);
      return at >= 0;
    });
  }

  #insertScheduled(of: FlushedItem, barrier: number): boolean {
    return this.#changeScheduled((items) => insertBehind(items, of, barrier));
  }

  /** The barrier comes before whatever else the worker has to do that carries the item out. */
  #insertNext(of: FlushedItem, barrier: number): boolean {
    const runner = this.#workers.threads.find(({ item }) => excludes(item!, of));
    runner?.scheduled.unshift(nextBarrier(of, barrier));
    if (runner !== undefined) return true;
    const { woken } = this.#work;
    const at = woken.findIndex(({ ending }) => ending !== undefined && excludes(ending, of));
    if (at < 0) return false;
    woken[at] = { ...woken[at]!, scheduled: [nextBarrier(of, barrier), ...woken[at]!.scheduled] };
    return true;
  }
}
