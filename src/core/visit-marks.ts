/**
 * Marks on dense ids for walks over a graph: no state of the model, only memory that every walk would otherwise allocate anew.
 * A new walk begins with every id unmarked, in constant time.
 */
export interface VisitMarks {
  /** The walk that an id was marked in last. */
  stamps: Uint32Array;
  walk: number;
}

export function createVisitMarks(): VisitMarks {
  return { stamps: new Uint32Array(0), walk: 0 };
}

/** Begins a walk over ids below `count`. Returns what to write into `stamps` for a marked id. */
export function newVisit(marks: VisitMarks, count: number): number {
  if (marks.stamps.length < count || marks.walk === 0xffffffff) {
    marks.stamps = new Uint32Array(Math.max(2 * count, marks.stamps.length));
    marks.walk = 0;
  }
  return ++marks.walk;
}
