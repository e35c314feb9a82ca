/** The logs of devgraph check: read as streams, checked cycle by cycle, compared pair by pair. */
import { createLogChecker, foreignLog, type LogChecker, unknownOf } from '../analysis/check-log.ts';
import type { CheckedLog } from '../analysis/check-result.ts';
import { type ComparedLog, compareLogs } from '../analysis/compare-logs.ts';
import type { Finding } from '../analysis/finding.ts';
import type { LogBoard } from '../analysis/log-board.ts';
import { createCycleAssembler, type SleepCycle } from '../analysis/sleep-cycles.ts';
import { createLogReader, type LogSummary } from '../logs/index.ts';
import type { Io } from './io.ts';

interface ReadLog {
  readonly input: string;
  readonly summary: LogSummary;
  readonly log: CheckedLog;
  readonly findings: readonly Finding[];
  readonly observed: LogChecker['observed'];
  /** The first cycle with callbacks, for the comparison with another log. */
  readonly first: SleepCycle | undefined;
}

async function readOne(input: string, board: LogBoard | undefined, io: Io): Promise<ReadLog> {
  const checker = createLogChecker(input, board);
  let first: SleepCycle | undefined;
  const assembler = createCycleAssembler({
    onCycle: (cycle) => {
      if (cycle.runs.length === 0 && cycle.failures.length === 0) return;
      first ??= cycle;
      checker.onCycle(cycle);
    },
  });
  const reader = createLogReader({ name: input, onEvent: (event, line) => assembler.push(event, line) });
  for await (const chunk of io.readChunks(input)) reader.push(chunk);
  const summary = reader.end();
  assembler.end();
  const devices = checker.devices();
  const onBoard = devices.map((name) => board?.idOfName(name));
  const log: CheckedLog = {
    input,
    format: summary.format,
    lines: summary.lines,
    skipped: summary.skipped,
    cycles: checker.cycles(),
    callbacks: checker.callbacks(),
    unknown: unknownOf(summary.format),
    devicesOnBoard: onBoard.filter((id) => id !== undefined),
    devicesNotOnBoard: board === undefined ? [] : devices.filter((_, index) => onBoard[index] === undefined),
  };
  return {
    input,
    summary,
    log,
    findings: [...checker.findings(), ...(board === undefined ? [] : foreignLog(input, board, devices))],
    observed: checker.observed,
    first,
  };
}

/** Each log is compared with the next one of its format. */
function comparedPairs(logs: readonly ReadLog[]): [ComparedLog, ComparedLog][] {
  const pairs: [ComparedLog, ComparedLog][] = [];
  const last = new Map<string, ComparedLog>();
  for (const { input, summary, first } of logs) {
    if (first === undefined) continue;
    const current = { input, cycle: first };
    const before = last.get(summary.format);
    if (before !== undefined) pairs.push([before, current]);
    last.set(summary.format, current);
  }
  return pairs;
}

/** What the logs show of the pair of devices that a static finding is about, as evidence. */
function observedEvidence(finding: Finding, logs: readonly ReadLog[]): string[] {
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

const OBSERVED_RULES = new Set(['dma-client-unlinked', 'order-by-luck', 'order-against-dependency']);

/**
 * Reads and checks logs, and compares those of one format with each other in the order given. `explain` adds what the
 * logs show to a finding of the static rules.
 */
export async function checkLogs(
  inputs: readonly string[],
  board: LogBoard | undefined,
  io: Io,
): Promise<{
  readonly logs: CheckedLog[];
  readonly findings: Finding[];
  readonly explain: (finding: Finding) => Finding;
}> {
  const read: ReadLog[] = [];
  for (const input of inputs) read.push(await readOne(input, board, io));
  const compared = comparedPairs(read).flatMap(([first, second]) => compareLogs(first, second, board));
  return {
    logs: read.map(({ log }) => log),
    findings: [...read.flatMap(({ findings }) => findings), ...compared],
    explain: (finding) => {
      const evidence = observedEvidence(finding, read);
      return evidence.length === 0 ? finding : { ...finding, evidence: [...finding.evidence, ...evidence] };
    },
  };
}
