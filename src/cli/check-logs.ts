/** The logs of devgraph check: read as streams, checked cycle by cycle, compared pair by pair. */
import { createLogChecker, foreignLog, unknownOf } from '../analysis/check-log.ts';
import type { CheckedLog } from '../analysis/check-result.ts';
import { createRuntimeChecker } from '../analysis/check-runtime.ts';
import { compareLogs } from '../analysis/compare-logs.ts';
import type { Finding } from '../analysis/finding.ts';
import type { LogBoard } from '../analysis/log-board.ts';
import { comparedPairs, type RecordedLog, withObservedOrder } from '../analysis/recorded-evidence.ts';
import { createCycleAssembler, type SleepCycle } from '../analysis/sleep-cycles.ts';
import type { RunningSystem } from '../core/system.ts';
import { createLogReader } from '../logs/index.ts';
import type { Io } from './io.ts';

interface ReadLog extends RecordedLog {
  readonly log: CheckedLog;
  readonly findings: readonly Finding[];
}

/** What logs are held against: what is known of where they were recorded. */
export interface LogSubject {
  readonly board: LogBoard | undefined;
  readonly system: RunningSystem | undefined;
}

async function readOne(input: string, { board, system }: LogSubject, io: Io): Promise<ReadLog> {
  const checker = createLogChecker(input, board);
  const runtime = createRuntimeChecker(input, board, system);
  let first: SleepCycle | undefined;
  const assembler = createCycleAssembler({
    onCycle: (cycle) => {
      if (cycle.runs.length === 0 && cycle.failures.length === 0) return;
      first ??= cycle;
      checker.onCycle(cycle);
    },
  });
  const reader = createLogReader({
    name: input,
    onEvent: (event, line) => {
      assembler.push(event, line);
      runtime.push(event, line);
    },
  });
  for await (const chunk of io.readChunks(input)) reader.push(chunk);
  const summary = reader.end();
  assembler.end();
  const devices = [...new Set([...checker.devices(), ...runtime.devices()])];
  const onBoard = devices.map((name) => board?.idOfName(name));
  const log: CheckedLog = {
    input,
    format: summary.format,
    lines: summary.lines,
    skipped: summary.skipped,
    lost: summary.lost,
    droppedCallbacks: checker.dropped(),
    droppedRuntimeEvents: runtime.dropped(),
    findingsLeftOut: checker.leftOut(),
    cycles: checker.cycles(),
    callbacks: checker.callbacks(),
    runtimeEvents: runtime.events(),
    unknown: unknownOf(summary.format),
    devicesOnBoard: onBoard.filter((id) => id !== undefined),
    devicesNotOnBoard: board === undefined ? [] : devices.filter((_, index) => onBoard[index] === undefined),
  };
  return {
    input,
    format: summary.format,
    log,
    findings: [
      ...checker.findings(),
      ...runtime.findings(),
      ...(board === undefined ? [] : foreignLog(input, board, devices)),
    ],
    observed: checker.observed,
    first,
  };
}

/**
 * Reads and checks logs, and compares those of one format with each other in the order given. `explain` adds what the
 * logs show to a finding of the static rules.
 */
export async function checkLogs(
  inputs: readonly string[],
  subject: LogSubject,
  io: Io,
): Promise<{
  readonly logs: CheckedLog[];
  readonly findings: Finding[];
  readonly explain: (finding: Finding) => Finding;
}> {
  const read: ReadLog[] = [];
  for (const input of inputs) read.push(await readOne(input, subject, io));
  const compared = comparedPairs(read).flatMap(([first, second]) =>
    compareLogs(first, second, subject.board),
  );
  return {
    logs: read.map(({ log }) => log),
    findings: [...read.flatMap(({ findings }) => findings), ...compared],
    explain: (finding) => withObservedOrder(finding, read),
  };
}
