/** Spans side by side: which lane of a track each one is drawn in. */

/** Something with a begin and an end; `kind` tells a device's turn from what it calls. */
export interface Lying {
  readonly begin: number;
  readonly end: number;
  readonly kind?: string;
}

/** Spans of one task, outer before inner: by begin, the longer first, a device's turn before what it calls. */
function compareNested(one: Lying, two: Lying): number {
  return (
    one.begin - two.begin || two.end - one.end || Number(two.kind === 'sleep') - Number(one.kind === 'sleep')
  );
}

/**
 * The lane of each span, so that within a lane any two are apart or one inside of the other, as a track needs it. 0 for all
 * in a run without damage.
 */
export function lanesOf(spans: readonly Lying[]): number[] {
  const order = [...spans.keys()].sort((one, two) => compareNested(spans[one]!, spans[two]!) || one - two);
  const lanes = new Array<number>(spans.length).fill(0);
  const open: Lying[][] = [];
  for (const index of order) {
    const span = spans[index]!;
    let lane = 0;
    for (; lane < LANE_LIMIT; lane++) {
      open[lane] ??= [];
      const stack = open[lane]!;
      while (stack.length > 0 && stack.at(-1)!.end <= span.begin) stack.pop();
      const around = stack.at(-1);
      if (around === undefined || span.end <= around.end) {
        stack.push(span);
        break;
      }
    }
    lanes[index] = lane;
  }
  return lanes;
}

/** Lanes of one task: in a damaged log all callbacks may seem to run at once. */
const LANE_LIMIT = 64;
