/**
 * `npm run kernel`: scenarios on a real kernel and on the model, compared event by event. Builds the kernel if there is none
 * yet. Exits with 1 if anything differs, with 2 on wrong usage.
 */
import { writeFileSync } from 'node:fs';
import { parseScenarios } from '../../src/scenarios/index.ts';
import { boardNames, checkBoards } from './boards.ts';
import { compareTraces } from './compare.ts';
import { generateScenarios } from './generate.ts';
import { wordsOf } from './generate-board.ts';
import { type Judge, judgeScenarios } from './judge.ts';
import { runOnKernel } from './kernel-run.ts';
import {
  type KernelOptions,
  parseKernelOptions,
  type RandomOptions,
  USAGE,
  UsageError,
} from './main-options.ts';
import { checkRandomBoards } from './random-boards.ts';
import { readText, recordedFiles } from './recorded-files.ts';
import { countReturns, type ReturnCounts } from './report-returns.ts';
import { type RunOutput, returnReport, Tally } from './report-run.ts';

/** Scenarios that are made, run and compared before the next ones. */
const BATCH = 200;

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

function* batches<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += BATCH) yield list.slice(from, from + BATCH);
}

/** The options that give one scenario of a random run again. */
function againRandom({ seed, commands, theme, asynchronousPercent }: RandomOptions, name: string): string {
  const words = ['npm run kernel --', `--seed ${seed}`, `--from ${name.split('-').at(-1)}`, '--count 1'];
  words.push(`--commands ${commands.join('..')}`);
  words.push(theme === undefined ? `--asynchronous ${asynchronousPercent}` : `--theme ${theme}`);
  return words.join(' ');
}

/** Random scenarios. */
async function runRandom(options: RandomOptions, tally: Tally, judge: Judge): Promise<void> {
  const { seed, from, count } = options;
  for (let done = 0; done < count; done += BATCH) {
    const scenarios = generateScenarios(seed, from + done, Math.min(BATCH, count - done), options);
    await tally.add(await judgeScenarios(scenarios, judge), (name) => againRandom(options, name));
  }
}

/** Recorded scenarios: the model and the recording both are compared with what this kernel does. */
async function runRecorded(tally: Tally, judge: Judge, { out }: RunOutput): Promise<number> {
  let others = 0;
  for (const { name, scenarios, traces } of recordedFiles()) {
    for (const batch of batches(scenarios)) {
      const judgements = await judgeScenarios(batch, judge);
      await tally.add(judgements, () => 'npm run kernel -- --recorded');
      for (const { scenario, kernel } of judgements) {
        const difference = compareTraces(kernel, traces.get(scenario.name) ?? []);
        if (difference === undefined) continue;
        others++;
        out(`${name}, ${scenario.name}: this kernel does not do what the recorded one did\n`);
      }
    }
  }
  return others;
}

async function runFile(path: string, tally: Tally, judge: Judge, record: boolean): Promise<void> {
  let traces = '';
  for (const batch of batches(parseScenarios(readText(path), path, true))) {
    const judgements = await judgeScenarios(batch, judge);
    for (const { scenario, kernel } of judgements)
      traces += [`=== ${scenario.name}`, ...kernel, ''].join('\n');
    await tally.add(judgements, () => `npm run kernel -- --only ${path}`);
  }
  if (record) writeFileSync(`${path.replace(/\.scn(\.xz)?$/, '')}.txt`, traces);
}

/** What the recordings have, as the measure of what a run reaches. */
function recordedReturns(): ReturnCounts {
  const counts: ReturnCounts = new Map();
  for (const { traces } of recordedFiles()) for (const trace of traces.values()) countReturns(counts, trace);
  return counts;
}

/** Ways to boot boards; every board, or one of so many. */
const BOARD_RUNS = [
  { mode: 'rpm', drivers: 'none', of: 1 },
  { mode: 'permissive', drivers: 'none', of: 4 },
  { mode: 'rpm', drivers: 'all-drivers', of: 2 },
  { mode: 'rpm', drivers: 'driver-per-compatible', of: 4 },
] as const;

/** Runs what the options ask for; the number of differences. */
export async function runKernel(options: KernelOptions, judge: Judge, output: RunOutput): Promise<number> {
  let differences = 0;
  const part = async (what: string, run: (tally: Tally) => Promise<number | undefined>) => {
    const start = performance.now();
    const tally = new Tally(judge, output, options.shrink);
    differences += (await run(tally)) ?? 0;
    const allowed = what.startsWith('random') ? ((options.random?.count ?? 0) * options.allow) / 1000 : 0;
    if (tally.differences > allowed) differences += tally.differences;
    output.progress('');
    output.out(tally.summary(what, secondsSince(start)));
    return tally;
  };
  if (options.recorded) await part('recorded scenarios', (tally) => runRecorded(tally, judge, output));
  for (const path of options.only) {
    await part(`scenarios of ${path}`, (tally) => runFile(path, tally, judge, options.record).then(() => 0));
  }
  const { random } = options;
  if (random !== undefined) {
    const what = `random scenarios of seed ${random.seed}`;
    const { reached } = await part(what, (tally) => runRandom(random, tally, judge).then(() => 0));
    output.out(returnReport(recordedReturns(), reached, options.returns));
  }
  return differences;
}

const CLEAR_LINE = '\r\u001b[K';

function terminalOutput(): RunOutput {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    progress: (text) => void (stderr.isTTY && stderr.write(`${CLEAR_LINE}${text}`)),
    width: stdout.isTTY ? stdout.columns : undefined,
  };
}

/** Boards booted on the kernel and in the model, in both modes, with no driver and with one for every device. */
async function runBoards({ out, progress }: RunOutput): Promise<number> {
  const names = boardNames();
  if (names.length === 0) {
    out('boards: left out, there is no ../shared/data/kernel-6.12/boards\n');
    return 0;
  }
  let wrong = 0;
  for (const { mode, drivers, of } of BOARD_RUNS) {
    const start = performance.now();
    const some = names.filter((_, index) => index % of === 0);
    const check = await checkBoards(some, {
      mode,
      drivers,
      progress: (done) => progress(`boards, ${mode}, ${drivers}: ${done} of ${some.length}`),
    });
    progress('');
    wrong += check.wrong.length;
    const seconds = secondsSince(start).toFixed(1);
    out(
      `boards, fw_devlink=${mode}, drivers ${drivers}: ${check.equal} of ${check.boards} equal in ${seconds} s\n`,
    );
    for (const line of check.wrong) out(`  ${line}\n`);
  }
  return wrong;
}

/** Random boards with some of their drivers, in both modes. */
async function runRandomBoards(
  { count, seed }: KernelOptions['randomBoards'],
  shrink: number,
  { out, progress }: RunOutput,
): Promise<number> {
  const start = performance.now();
  const check = await checkRandomBoards(seed, count, {
    shrink,
    progress: (done) => progress(`random boards: ${done} of ${count}`),
  });
  progress('');
  const seconds = secondsSince(start).toFixed(1);
  out(`random boards of seed ${seed}: ${count - check.wrong.length} of ${count} equal in ${seconds} s\n`);
  for (const { difference, board } of check.wrong) {
    out(`  ${difference}\n`);
    out(
      `    ${JSON.stringify(board.devices)}\n    ${wordsOf(board, false).join(' ')} timeout ${wordsOf(board, true).join(' ')}\n`,
    );
  }
  return check.wrong.length;
}

async function main(): Promise<number> {
  let options: KernelOptions | undefined;
  try {
    options = parseKernelOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  if (options === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  const judge: Judge = (scenarios) => runOnKernel(scenarios);
  const output = terminalOutput();
  const differences =
    (await runKernel(options, judge, output)) +
    (options.boards ? await runBoards(output) : 0) +
    (options.randomBoards.count > 0
      ? await runRandomBoards(options.randomBoards, options.shrink, output)
      : 0);
  return differences === 0 ? 0 : 1;
}

process.exitCode = await main();
