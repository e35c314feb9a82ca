/**
 * The order of two recorded cycles as findings: rule `order-differs`.
 */

import { comparableParts } from './compared-runs.ts';
import type { Finding, Severity } from './finding.ts';
import type { LogBoard } from './log-board.ts';
import { type DisplacedDevice, orderDifferences } from './order-differences.ts';
import type { SleepCycle } from './sleep-cycles.ts';
import type { OrderDifference, Suspicion } from './suspicion.ts';

/** A log's name and its first complete cycle. */
export interface ComparedLog {
  readonly input: string;
  readonly cycle: SleepCycle;
}

/** Devices listed for each direction and phase. */
const LISTED = 10;

/** What a suspicion means for a reader, and how grave it is. */
const SUSPICION_WORDS: Record<Suspicion, readonly [Severity, string]> = {
  unlinked: ['warning', 'they depend on each other and no link keeps their order'],
  contradicts: ['warning', 'links or parents keep their order, and one log shows otherwise'],
  overlapping: ['note', 'nothing is known to order them'],
  reversed: ['note', 'nothing is known to order them'],
  unrelated: ['note', 'the board has no dependency between them'],
};

function differenceText({ earlier, later, orderedIn, otherwise, suspicion }: OrderDifference): string {
  const [, words] = SUSPICION_WORDS[suspicion];
  const other = otherwise === 'reversed' ? 'after it' : 'at the same time';
  return `${earlier.device} ended before ${later.device} began in the ${orderedIn} log, in the other one it ran ${other}; ${words}`;
}

function deviceFinding(
  second: ComparedLog,
  first: ComparedLog,
  part: string,
  board: LogBoard | undefined,
  displaced: DisplacedDevice,
): Finding {
  const { device } = displaced.run;
  const [severity] = SUSPICION_WORDS[displaced.suspicion];
  const places = Math.abs(displaced.displacement);
  const moved =
    displaced.cause === 'moved'
      ? `moved ${places} ${places === 1 ? 'place' : 'places'} ${displaced.displacement < 0 ? 'towards the beginning' : 'towards the end'}`
      : 'ran at the same time as devices that came after it';
  const shown = displaced.differences.slice(0, 3).map(differenceText);
  const hidden = displaced.pairs - shown.length;
  return {
    rule: 'order-differs',
    severity,
    subject: device,
    message: `in the ${part} of ${second.input} it ${moved}, compared with ${first.input}`,
    place: {
      input: second.input,
      ...(displaced.run.second.beginLine !== undefined && { line: displaced.run.second.beginLine }),
    },
    devices: [board?.idOfName(device) ?? device],
    evidence: hidden > 0 ? [...shown, `and ${hidden} more pairs`] : shown,
    key: `${part} ${device} ${displaced.suspicion}`,
  };
}

/** Differences between two logs, the most suspicious devices of each direction and phase first. */
export function compareLogs(first: ComparedLog, second: ComparedLog, board: LogBoard | undefined): Finding[] {
  const findings: Finding[] = [];
  for (const part of comparableParts(first.cycle, second.cycle)) {
    if (part.phase === 'prepare' || part.phase === 'complete') continue;
    const differences = orderDifferences(first.cycle, second.cycle, {
      ...part,
      ...(board !== undefined && {
        ordered: (one: string, two: string) => board.pairOrder(one, two),
        suspects: board.suspects,
      }),
    });
    const words = part.phase ?? part.direction;
    const listed = differences.devices.slice(0, LISTED);
    findings.push(...listed.map((displaced) => deviceFinding(second, first, words, board, displaced)));
    const hidden = differences.devices.length - listed.length;
    if (hidden > 0) {
      findings.push({
        rule: 'order-differs',
        severity: 'note',
        subject: words,
        message: `${hidden} less suspicious devices of the ${words} phase differ too (${differences.differingPairs} pairs in all)`,
        place: { input: second.input },
        devices: [],
        evidence: [],
        key: `${words} others`,
      });
    }
  }
  return findings;
}
