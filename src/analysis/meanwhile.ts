/** What else is on record for the time in which a callback of system sleep had not begun though nothing held it back. */
import type { OtherSpan } from './other-spans.ts';

/** Something else that ran in that time. */
export interface Meanwhile {
  /** The device, or the power domain. */
  readonly device: string;
  /** `runtime_resume`, `power_off`, `rpm_resume`. */
  readonly name: string;
  /** Microseconds of it in that time. */
  readonly took: number;
}

export interface MeanwhileFound {
  readonly meanwhile: readonly Meanwhile[];
  /** Microseconds of the time in which none of them ran. */
  readonly unexplained: number;
}

/** Spans of one task or device that are looked at for one callback, the latest ones. */
const LOOKED_AT = 64;

function groupedBy<K>(spans: readonly OtherSpan[], keyOf: (span: OtherSpan) => K): Map<K, OtherSpan[]> {
  const groups = new Map<K, OtherSpan[]>();
  for (const span of spans) {
    const group = groups.get(keyOf(span));
    if (group === undefined) groups.set(keyOf(span), [span]);
    else group.push(span);
  }
  for (const group of groups.values()) group.sort((one, two) => one.begin - two.begin);
  return groups;
}

/** The latest of a list, ascending by begin, that began before a moment. */
function latestBefore(spans: readonly OtherSpan[] | undefined, moment: number): readonly OtherSpan[] {
  if (spans === undefined) return [];
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.begin < moment) low = middle + 1;
    else high = middle;
  }
  return spans.slice(Math.max(0, low - LOOKED_AT), low);
}

/** How long at least one of some intervals lasts. */
function covered(intervals: readonly (readonly [number, number])[]): number {
  let sum = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [begin, end] of intervals.toSorted((one, two) => one[0] - two[0])) {
    if (end <= until) continue;
    sum += end - Math.max(begin, until);
    until = end;
  }
  return sum;
}

/**
 * Finds, among what else ran in a cycle, what the task of a callback did before it, or any task with its device.
 * @returns a function of the callback's device, task, and of the time, in microseconds
 */
export function createMeanwhile(
  others: readonly OtherSpan[],
): (device: string, task: number | undefined, from: number, to: number) => MeanwhileFound {
  const byTask = groupedBy(others, ({ task }) => task);
  const byDevice = groupedBy(others, (span) => span.device);
  return (device, task, from, to) => {
    if (to <= from || others.length === 0) return { meanwhile: [], unexplained: to - from };
    const near = new Set([
      ...latestBefore(byTask.get(task ?? Number.NaN), to),
      ...latestBefore(byDevice.get(device), to),
    ]);
    const found = [...near].flatMap((span) => {
      const [begin, end] = [Math.max(from, span.begin), Math.min(to, span.end ?? to)];
      return end > begin ? [{ span, begin, end }] : [];
    });
    return {
      meanwhile: found
        .sort((one, two) => one.begin - two.begin || two.end - one.end)
        .map(({ span, begin, end }) => ({ device: span.device, name: span.name, took: end - begin })),
      unexplained: to - from - covered(found.map(({ begin, end }) => [begin, end] as const)),
    };
  };
}
