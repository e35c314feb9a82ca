/** Percentiles of latencies that were counted. */
import type { WakeLatency } from './comparison.ts';

/** Counts by latency as one. */
export function addedUp(all: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const sum = new Map<number, number>();
  for (const latencies of all)
    for (const [latency, count] of latencies) sum.set(latency, (sum.get(latency) ?? 0) + count);
  return sum;
}

/** Worst, median and 99th percentile by nearest rank; null for none. */
export function wakeLatencyOf(latencies: ReadonlyMap<number, number>): WakeLatency | null {
  const sorted = [...latencies].sort(([one], [other]) => one - other);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const ranked = (share: number) => {
    const rank = Math.ceil(total * share);
    let seen = 0;
    for (const [latency, count] of sorted) {
      seen += count;
      if (seen >= rank) return latency;
    }
    return sorted.at(-1)![0];
  };
  const sum = sorted.reduce((all, [latency, count]) => all + latency * count, 0);
  const mean = Math.round((sum / total) * 1000) / 1000;
  return { worst: sorted.at(-1)![0], mean, median: ranked(0.5), p99: ranked(0.99) };
}
