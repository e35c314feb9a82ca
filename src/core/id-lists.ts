/**
 * Many doubly linked lists of dense ids as plain data, each with an owner that is a dense id too: the children of devices, the
 * links of suppliers. An id is in one list at most. Adding and removing take constant time, and order is that of adding.
 *
 * A loop that changes nothing reads `head[owner]` and `next[id]`; one that may remove the id it stands on reads `next` first.
 * A loop across callbacks, in which anything may be added and removed, is a {@link Walk}.
 */
import { UNLISTED } from './order-list.ts';

/** A walk over the list of an owner that stands at `at`, an id of the list, or -1 for in front of it. */
export interface Walk {
  readonly owner: number;
  at: number;
}

export interface IdLists {
  /** First and last id by owner, -1 for an empty list. */
  readonly head: number[];
  readonly tail: number[];
  /** Neighbours by id, -1 at the ends; `next` is {@link UNLISTED} for an id in no list. */
  readonly next: number[];
  readonly previous: number[];
  /** Walks that go on. */
  readonly walks: Walk[];
}

export function createIdLists(): IdLists {
  return { head: [], tail: [], next: [], previous: [], walks: [] };
}

/** An empty list for the next owner. */
export function addOwner(lists: IdLists): void {
  lists.head.push(-1);
  lists.tail.push(-1);
}

/** Takes back the newest owner, whose list is empty. */
export function dropOwner(lists: IdLists): void {
  lists.head.pop();
  lists.tail.pop();
}

export function isInList(lists: IdLists, id: number): boolean {
  return (lists.next[id] ?? UNLISTED) !== UNLISTED;
}

/** Appends an id that is in no list. */
export function appendId(lists: IdLists, owner: number, id: number): void {
  const { head, tail, next, previous } = lists;
  while (next.length <= id) {
    next.push(UNLISTED);
    previous.push(UNLISTED);
  }
  const last = tail[owner]!;
  previous[id] = last;
  next[id] = -1;
  if (last < 0) head[owner] = id;
  else next[last] = id;
  tail[owner] = id;
}

/** Takes an id out of the list of its owner. A walk that stands on it goes on with what is behind it. */
export function removeId(lists: IdLists, owner: number, id: number): void {
  const { head, tail } = lists;
  const next = lists.next[id]!;
  const previous = lists.previous[id]!;
  if (previous < 0) head[owner] = next;
  else lists.next[previous] = next;
  if (next < 0) tail[owner] = previous;
  else lists.previous[next] = previous;
  lists.next[id] = UNLISTED;
  lists.previous[id] = UNLISTED;
  for (const walk of lists.walks) if (walk.at === id) walk.at = previous;
}

/** The ids of an owner, first to last. */
export function idsOf(lists: IdLists, owner: number): number[] {
  const ids: number[] = [];
  for (let id = lists.head[owner]!; id >= 0; id = lists.next[id]!) ids.push(id);
  return ids;
}

/** Begins a walk; {@link endWalk} must follow. */
export function beginWalk(lists: IdLists, owner: number): Walk {
  const walk = { owner, at: -1 };
  lists.walks.push(walk);
  return walk;
}

/** The next id of a walk, -1 behind the last; what is appended until then is still visited. */
export function walkOn(lists: IdLists, walk: Walk): number {
  const next = walk.at < 0 ? lists.head[walk.owner]! : lists.next[walk.at]!;
  if (next >= 0) walk.at = next;
  return next;
}

export function endWalk(lists: IdLists, walk: Walk): void {
  const { walks } = lists;
  // Nearly always the one that began last ends first.
  if (walks[walks.length - 1] === walk) {
    walks.pop();
    return;
  }
  const at = walks.indexOf(walk);
  if (at >= 0) walks.splice(at, 1);
}
