/**
 * A doubly linked list of dense ids with constant-time moves, as plain data: dpm_list and devices_kset are of this kind.
 * `next[id]` and `previous[id]` are -1 at the ends and {@link UNLISTED} for an id that is not in the list.
 */
export const UNLISTED = -2;

export interface OrderList {
  head: number;
  tail: number;
  readonly next: number[];
  readonly previous: number[];
}

export function createOrderList(): OrderList {
  return { head: -1, tail: -1, next: [], previous: [] };
}

export function isListed(list: OrderList, id: number): boolean {
  return (list.next[id] ?? UNLISTED) !== UNLISTED;
}

/** Inserts an unlisted id behind `after`, or at the head for -1. */
export function insertAfter(list: OrderList, id: number, after: number): void {
  while (list.next.length <= id) {
    list.next.push(UNLISTED);
    list.previous.push(UNLISTED);
  }
  const next = after < 0 ? list.head : list.next[after]!;
  list.previous[id] = after;
  list.next[id] = next;
  if (after < 0) list.head = id;
  else list.next[after] = id;
  if (next < 0) list.tail = id;
  else list.previous[next] = id;
}

/** Appends an unlisted id. */
export function append(list: OrderList, id: number): void {
  insertAfter(list, id, list.tail);
}

/** Takes an id out of the list. */
export function remove(list: OrderList, id: number): void {
  const previous = list.previous[id]!;
  const next = list.next[id]!;
  if (previous < 0) list.head = next;
  else list.next[previous] = next;
  if (next < 0) list.tail = previous;
  else list.previous[next] = previous;
  list.next[id] = UNLISTED;
  list.previous[id] = UNLISTED;
}

/** list_move_tail() of a listed id. */
export function moveToTail(list: OrderList, id: number): void {
  if (list.tail === id) return;
  remove(list, id);
  append(list, id);
}

/** All ids from head to tail. */
export function listValues(list: OrderList): number[] {
  const values: number[] = [];
  for (let id = list.head; id >= 0; id = list.next[id]!) values.push(id);
  return values;
}

/** Where a walk over an array goes on that may have changed meanwhile: the entry at `index` was `id`, and may be gone. */
export function indexBehind(ids: readonly number[], index: number, id: number): number {
  if (ids[index] === id) return index + 1;
  const at = ids.indexOf(id);
  return at < 0 ? index : at + 1;
}
