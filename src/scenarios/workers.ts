/** Workers that have begun an item and not ended it, each at the place of its item among those that are being run. */
import type { WorkItem, WorkQueues } from '../core/work-queues.ts';
import { type Blocked, NOT_BEGUN, type Thread } from './thread.ts';

export class Workers {
  readonly #work: WorkQueues;
  readonly #threads: Thread[] = [];
  #begun = 0;

  constructor(work: WorkQueues) {
    this.#work = work;
  }

  get threads(): readonly Thread[] {
    return this.#threads;
  }

  /** A worker that begins with an item, and takes the `scheduled` ones behind it. Written out: a spread costs more than a short item. */
  begin(item: WorkItem, number: number, scheduled: WorkItem[]): Thread {
    const worker: Thread = {
      stack: [NOT_BEGUN],
      calls: [],
      age: ++this.#begun,
      number,
      item,
      place: this.#work.running.push(item) - 1,
      wait: undefined,
      woken: undefined,
      scheduled,
      barrier: 0,
    };
    this.#threads.push(worker);
    return worker;
  }

  /** A worker is done: the last one takes its place. */
  end({ place }: Thread): void {
    const { running } = this.#work;
    const item = running.pop()!;
    const thread = this.#threads.pop()!;
    if (place === running.length) return;
    running[place] = item;
    this.#threads[place] = thread;
    thread.place = place;
  }

  byAge(): Thread[] {
    return [...this.#threads].sort((one, other) => one.age - other.age);
  }

  /** Those that wait, and for what. */
  blocked(): Blocked[] {
    return this.byAge().flatMap(({ item, wait, woken, number }) => {
      const waited = wait ?? woken?.wait;
      return waited === undefined ? [] : [{ item, wait: waited, task: number }];
    });
  }
}
