/** devgraph probe of several boards: what the drivers of one kernel come to on each. */
import { commonRoots, type ProbedBoard, type ProbedBoards, probedBoard } from '../analysis/probe-boards.ts';
import { probeOutcome } from '../analysis/probe-outcome.ts';
import { InputError } from '../core/diagnostic.ts';
import { probeBoardsText } from '../report/text-probe-boards.ts';
import { driverChoice, driverSource } from './driver-choice.ts';
import { type Io, UsageError } from './io.ts';
import { optionValue, type ParsedOptions } from './options.ts';
import { bootWith, withSourceOf } from './probe.ts';
import {
  bootOptionsOf,
  contextText,
  emit,
  formatOf,
  jsonText,
  openBoard,
  progressOf,
  styleOf,
} from './session.ts';

/** Options that ask something of one board. */
const OF_ONE_BOARD = ['unblock', 'log', 'deferred', 'closure', 'chain', 'sync-state', 'shuffle', 'seed'];

export async function runProbeBoards(options: ParsedOptions, io: Io): Promise<number> {
  const wrong = OF_ONE_BOARD.find(
    (name) => options.flags.has(name) || optionValue(options, name) !== undefined,
  );
  if (wrong !== undefined) throw new UsageError(`--${wrong} goes with one board at a time`);
  const driversOf = await driverSource(options, io);
  const { environment } = bootOptionsOf(options);
  const progress = progressOf(options.operands.length, options, io);
  const boards: ProbedBoard[] = [];
  const skipped: { input: string; reason: string }[] = [];
  const limits = new Set<string>();
  let text = '';
  let config: string | undefined;
  for (const [index, input] of options.operands.entries()) {
    progress(input, index);
    try {
      const subject = await openBoard(input, options, io);
      const { board } = subject;
      const choice =
        subject.system === undefined
          ? await driversOf(board, environment)
          : await driverChoice(board, environment, subject.options, subject.io);
      // Those of a list of drivers are about one board.
      if (choice.kernel !== undefined) for (const limit of choice.limits) limits.add(limit);
      ({ text } = choice);
      config ??= choice.kernel?.config;
      const result = probeOutcome(bootWith(board, subject.options, choice.boot), choice.known);
      boards.push(probedBoard(input, board.model, result));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      skipped.push({ input, reason: error.message });
    }
  }
  progress(undefined, options.operands.length);
  const all = await withSourceOf(
    options,
    config,
    boards.flatMap(({ roots }) => roots),
    io,
  );
  let at = 0;
  for (const [index, board] of boards.entries()) {
    boards[index] = { ...board, roots: all.slice(at, at + board.roots.length) };
    at += board.roots.length;
  }
  const result: ProbedBoards = {
    version: 1,
    kernel: optionValue(options, 'kernel-version') ?? '6.12',
    drivers: text,
    boards,
    roots: commonRoots(boards),
    skipped,
  };
  const heading = [contextText(options), text, ...[...limits].map((limit) => `not known: ${limit}`)].join(
    ', ',
  );
  const flags = { heading, verbose: options.flags.has('verbose'), quiet: options.flags.has('quiet') };
  const answer =
    formatOf(options) === 'json' ? jsonText(result) : probeBoardsText(result, flags, styleOf(options, io));
  await emit(answer, options, io);
  if (skipped.length > 0) return 2;
  return options.flags.has('fail') && result.roots.length > 0 ? 1 : 0;
}
