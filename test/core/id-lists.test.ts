import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addOwner,
  appendId,
  beginWalk,
  createIdLists,
  endWalk,
  type IdLists,
  idsOf,
  isInList,
  removeId,
  walkOn,
} from '../../src/core/index.ts';

const OWNERS = 3;
const step = fc.record({ owner: fc.nat(OWNERS - 1), id: fc.nat(9), remove: fc.boolean() });

function emptyLists(): IdLists {
  const lists = createIdLists();
  for (let owner = 0; owner < OWNERS; owner++) addOwner(lists);
  return lists;
}

/** The same with arrays. */
function takeStep(
  lists: IdLists,
  arrays: number[][],
  { owner, id, remove }: typeof step extends fc.Arbitrary<infer T> ? T : never,
) {
  const holder = arrays.findIndex((ids) => ids.includes(id));
  if (remove && holder >= 0) {
    removeId(lists, holder, id);
    arrays[holder]!.splice(arrays[holder]!.indexOf(id), 1);
  } else if (!remove && holder < 0) {
    appendId(lists, owner, id);
    arrays[owner]!.push(id);
  }
}

describe('lists of ids', () => {
  it('hold what was appended and not removed, in that order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lists = emptyLists();
        const arrays: number[][] = Array.from({ length: OWNERS }, () => []);
        for (const each of steps) {
          takeStep(lists, arrays, each);
          expect(arrays.map((_, owner) => idsOf(lists, owner))).toEqual(arrays);
          expect(isInList(lists, each.id)).toBe(arrays.some((ids) => ids.includes(each.id)));
        }
      }),
    );
  });

  it('let a walk meet, once and in order, all that is there when it comes to its place', () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 4 }), { minLength: 6, maxLength: 12 }), (turns) => {
        const lists = emptyLists();
        const arrays: number[][] = [[0, 1, 2, 3, 4, 5], [], []];
        for (const id of arrays[0]!) appendId(lists, 0, id);
        const walk = beginWalk(lists, 0);
        // Ids are never added anew while somebody walks: those that were removed go out of use.
        const gone = new Set<number>();
        const met: number[] = [];
        for (const turn of turns) {
          const behind = arrays[0]!.filter((id) => !met.includes(id));
          const next = walkOn(lists, walk);
          expect(next).toBe(behind[0] ?? -1);
          if (next >= 0) met.push(next);
          for (const each of turn) {
            if (!each.remove && gone.has(each.id)) continue;
            takeStep(lists, arrays, each);
            if (each.remove) gone.add(each.id);
          }
        }
        endWalk(lists, walk);
        expect(lists.walks).toEqual([]);
      }),
    );
  });
});
