/** What several recorded logs have to say together: which are compared, and what they show of a static finding. */
import type { LogChecker } from './check-log.ts';
import type { ComparedLog } from './compare-logs.ts';
import type { Finding } from './finding.ts';
import type { SleepCycle } from './sleep-cycles.ts';

/** A log that has been read to its end. */
export interface RecordedLog {
  readonly input: string;
  readonly format: string;
  readonly observed: LogChecker['observed'];
  /** The first cycle with callbacks, for the comparison with another log. */
  readonly first: SleepCycle | undefined;
}

/** Each log is compared with the next one of its format. */
export function comparedPairs(logs: readonly RecordedLog[]): [ComparedLog, ComparedLog][] {
  const pairs: [ComparedLog, ComparedLog][] = [];
  const last = new Map<string, ComparedLog>();
  for (const { input, format, first } of logs) {
    if (first === undefined) continue;
    const current = { input, cycle: first };
    const before = last.get(format);
    if (before !== undefined) pairs.push([before, current]);
    last.set(format, current);
  }
  return pairs;
}

const OBSERVED_RULES = new Set(['dma-client-unlinked', 'order-by-luck', 'order-against-dependency']);

/** What the logs show of the pair of devices that a static finding is about, as evidence. */
function observedEvidence(finding: Finding, logs: readonly RecordedLog[]): string[] {
  const [consumer, supplier] = finding.devices.map((id) => id.slice(id.indexOf(':') + 1));
  if (!OBSERVED_RULES.has(finding.rule) || consumer === undefined || supplier === undefined) return [];
  return logs.flatMap(({ input, observed }) => {
    const { kept, broken } = observed(consumer, supplier);
    if (kept + broken === 0) return [];
    const first = broken === 0 ? consumer : kept === 0 ? supplier : undefined;
    const cycles = kept + broken === 1 ? '' : ` in ${kept + broken} phases`;
    return first === undefined
      ? [`${input}: ${consumer} suspended first in ${kept} of ${kept + broken} phases`]
      : [`${input}: ${first} suspended first${cycles}`];
  });
}

/** The finding, with what the logs show of its two devices as further evidence. */
export function withObservedOrder(finding: Finding, logs: readonly RecordedLog[]): Finding {
  const evidence = observedEvidence(finding, logs);
  return evidence.length === 0 ? finding : { ...finding, evidence: [...finding.evidence, ...evidence] };
}
