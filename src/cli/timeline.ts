/** devgraph timeline: what took how long in recorded suspends, and what determined it. */
import { unknownOf } from '../analysis/check-log.ts';
import { createCycleAssembler } from '../analysis/sleep-cycles.ts';
import type { SuperiorsOf } from '../analysis/sleep-jobs.ts';
import { createSleepTiming, type TimelineResult } from '../analysis/sleep-timing.ts';
import { InputError } from '../core/diagnostic.ts';
import type { TraceEvent } from '../core/trace.ts';
import { createLogReader, type LogSummary } from '../logs/index.ts';
import { timelineText } from '../report/text-timeline.ts';
import { type Io, UsageError } from './io.ts';
import { numberOf, optionValue, type ParsedOptions } from './options.ts';
import { formatOrFileEnd } from './output-format.ts';
import { bootWorld, emit, jsonText, openSubject, type Subject, styleOf } from './session.ts';
import { isSnapshotName } from './snapshot-name.ts';

interface Operands {
  readonly log: string;
  readonly board: string | undefined;
}

function operandsOf({ operands }: ParsedOptions, io: Io): Operands {
  const isBoard = (name: string) => name.endsWith('.dtb') || isSnapshotName(name, io);
  const boards = operands.filter(isBoard);
  const logs = operands.filter((name) => !isBoard(name));
  const snapshot = boards.find((name) => isSnapshotName(name, io));
  const [log = snapshot && `${snapshot}/dmesg`, second] = logs;
  if (log === undefined) throw new UsageError('name a recorded log');
  if (second !== undefined) throw new UsageError(`one log at a time; '${second}' is a second one`);
  if (boards.length > 1) throw new UsageError(`one board at a time; '${boards[1]}' is a second one`);
  return { log, board: boards[0] };
}

/** Reads a log to its end. */
async function readEvents(
  log: string,
  io: Io,
  take: (event: TraceEvent, line: number) => void,
): Promise<LogSummary> {
  const reader = createLogReader({ name: log, onEvent: take });
  for await (const chunk of io.readChunks(log)) reader.push(chunk);
  return reader.end();
}

async function superiorsOf({ board, options, io }: Subject): Promise<SuperiorsOf | undefined> {
  if (board === undefined) return undefined;
  const world = await bootWorld(board, options, io);
  const { LogBoard } = await import('../analysis/log-board.ts');
  const known = new LogBoard(world);
  return (device) => known.superiorsOf(device);
}

export async function run(given: ParsedOptions, outside: Io): Promise<number> {
  const { log, board } = operandsOf(given, outside);
  const format = formatOrFileEnd(given);
  const subject = board === undefined ? undefined : await openSubject(board, given, outside);
  const { options, io } = subject ?? { options: given, io: outside };
  const superiors = subject && (await superiorsOf(subject));
  const known = superiors === undefined ? {} : { superiorsOf: superiors };
  if (format === 'perfetto') {
    const { createTimelineCollector } = await import('../analysis/timeline.ts');
    const { chromeTrace } = await import('../report/perfetto.ts');
    const collector = createTimelineCollector(known);
    await readEvents(log, io, collector.push);
    await emit(chromeTrace(collector.end(), log), options, io);
    return 0;
  }
  const cycle =
    optionValue(options, 'cycle') === undefined
      ? {}
      : { cycle: numberOf(options, 'cycle', 1, { least: 1, most: Number.MAX_SAFE_INTEGER }) };
  const collector = createSleepTiming({ ...known, ...cycle });
  const assembler = createCycleAssembler({ onCycle: collector.onCycle });
  const summary = await readEvents(log, io, assembler.push);
  assembler.end();
  const { timing, path } = collector.end();
  if (path === undefined) {
    const what =
      timing.cycles.length === 0
        ? 'has no callback of a sleep cycle'
        : `has no cycle ${cycle.cycle}: there are ${timing.cycles.length}`;
    throw new InputError(
      'timeline-cycle',
      { input: log },
      what,
      'record a suspend with pm_print_times or the power events of ftrace',
    );
  }
  const result: TimelineResult = {
    version: 1,
    kernel: optionValue(options, 'kernel-version') ?? '6.12',
    input: log,
    format: summary.format,
    board: board ?? null,
    unknown: unknownOf(summary.format),
    ...timing,
  };
  await emit(
    await render(
      format,
      result,
      async () => {
        const { timelineSvg } = await import('../report/timeline-svg.ts');
        return timelineSvg(path, `${log}, cycle ${timing.cycle}`);
      },
      options,
      io,
    ),
    options,
    io,
  );
  return 0;
}

async function render(
  format: string,
  result: TimelineResult,
  svg: () => Promise<string>,
  options: ParsedOptions,
  io: Io,
): Promise<string> {
  switch (format) {
    case 'json':
      return jsonText(result);
    case 'svg':
      return svg();
    default:
      return timelineText(result, styleOf(options, io));
  }
}
