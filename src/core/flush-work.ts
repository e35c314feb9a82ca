/**
 * Waiting for a work item. Follows kernel/workqueue.c:__flush_work, insert_wq_barrier, move_linked_works: the task that waits puts a barrier behind the item, which goes with
 * it to its worker, or before what the worker does next that carries the item out; when the barrier's turn comes, the task is woken.
 */
import {
  type Barrier,
  excludes,
  type FlushedItem,
  firstItems,
  isLinked,
  takeItem,
  type WorkItem,
  type WorkList,
  type WorkQueues,
} from './work-queues.ts';

/** move_linked_works(): takes the item at an index of the first items of a list, and the barriers that go with it. */
export function takeLinked(work: WorkQueues, list: WorkList, index: number): WorkItem[] {
  const items = [takeItem(work, list, index)];
  while (isLinked(items[items.length - 1]!, firstItems(work, list)[index]))
    items.push(takeItem(work, list, index));
  return items;
}

/** Puts a barrier behind an item in a list of items; false where that is not in it. */
export function insertBehind(items: WorkItem[], of: FlushedItem, barrier: number): boolean {
  const at = items.findIndex((item) => excludes(item, of));
  if (at < 0) return false;
  const next = items[at + 1];
  const chain = isLinked(items[at]!, next) ? next.chain : barrier;
  items.splice(at + 1, 0, { kind: 'flush-barrier', of, barrier, chain });
  return true;
}

/** Puts a barrier behind an item that is queued; false where it is not. */
export function insertBarrier(work: WorkQueues, of: FlushedItem, barrier: number): boolean {
  const lists: WorkList[] = of.kind === 'deferred-probe' ? ['unbound'] : ['percpu', 'frozenItems'];
  const pieces = lists.flatMap((list) => [work[list], ...work.later[list]]);
  return pieces.some((items) => insertBehind(items as WorkItem[], of, barrier));
}

/** A barrier that the worker which carries the item out takes next. */
export function nextBarrier(of: FlushedItem, barrier: number): Barrier {
  return { kind: 'flush-barrier', of, barrier, chain: barrier };
}
