/** devgraph simulate --sweep: a policy over the values of one number of a scenario, or two. */

import type { Board } from '../core/board.ts';
import {
  MOST_POINTS,
  type Recordings,
  SweepFault,
  type SweepPoint,
  type SweepTarget,
  sweepGrid,
  sweepPoint,
  sweepResult,
  sweepTarget,
} from '../policies/index.ts';
import type { PlaceOf, ScenarioFile } from '../scenario-files/index.ts';
import { type Io, UsageError } from './io.ts';
import { numberOf, optionValues, type ParsedOptions } from './options.ts';
import { emit, jsonText, styleOf } from './session.ts';

/** What a point needs: plain data, so that a worker can be told. */
export interface SweepTask {
  readonly file: ScenarioFile;
  readonly targets: readonly SweepTarget[];
  readonly board: Board | undefined;
  readonly recordings: Recordings;
  readonly policies: readonly string[];
  readonly seed: number;
  readonly seeds: number;
  readonly input: string;
}

/** Points of one default sweep, and of each side of a grid. */
const POINTS = { one: 50, two: 12 };

/** Points below which workers take longer to start than to work. */
const WORTH_WORKERS = 8;

/** The point of a task. `placeOf` tells where what is wrong with it stands. */
export function pointOf(
  task: SweepTask,
  values: readonly (string | number)[],
  placeOf?: PlaceOf,
): SweepPoint {
  return sweepPoint(task.file, task.targets, values, { ...task, placeOf });
}

function targetsOf(options: ParsedOptions, file: ScenarioFile, policy: string | undefined): SweepTarget[] {
  const wanted = optionValues(options, 'sweep');
  if (wanted.length > 2) throw new UsageError('--sweep: two numbers at most, which give a grid');
  const points = numberOf(options, 'points', wanted.length === 1 ? POINTS.one : POINTS.two, {
    least: 2,
    most: MOST_POINTS,
  });
  try {
    const targets = wanted.map((text) => sweepTarget(file, text, policy, points));
    const count = targets.reduce((product, { values }) => product * values.length, 1);
    if (count > MOST_POINTS) throw new SweepFault(`${count} points; there may be ${MOST_POINTS} at most`);
    if (targets.length === 2 && targets[0]!.name === targets[1]!.name)
      throw new SweepFault(`${targets[0]!.name} twice`);
    return targets;
  } catch (error) {
    if (error instanceof SweepFault) throw new UsageError(`--sweep: ${error.message}`);
    throw error;
  }
}

async function pointsOf(task: SweepTask, placeOf: PlaceOf, io: Io): Promise<SweepPoint[]> {
  const grid = sweepGrid(task.targets);
  if (io.sweepInWorkers === undefined || grid.length < WORTH_WORKERS)
    return grid.map((values) => pointOf(task, values, placeOf));
  const isShown = io.stderrIsTerminal;
  const points = await io.sweepInWorkers(task, grid, (done) => {
    if (isShown) io.stderr(`\r${done} of ${grid.length} points`);
  });
  if (isShown) io.stderr('\r\u001b[K');
  // One that another thread could not reckon says here what is wrong with it, and where.
  return [...points, ...grid.slice(points.length).map((values) => pointOf(task, values, placeOf))];
}

/** Runs a sweep and writes it as the options want it. */
export async function runSweep(
  base: Omit<SweepTask, 'targets' | 'policies' | 'seeds'>,
  placeOf: PlaceOf,
  names: readonly string[] | undefined,
  format: string,
  options: ParsedOptions,
  io: Io,
): Promise<number> {
  if (names !== undefined && names.length > 1)
    throw new UsageError('--sweep takes one policy: --policy NAME');
  const policy = names?.[0] ?? 'as written';
  const targets = targetsOf(options, base.file, policy === 'as written' ? undefined : policy);
  const seeds = numberOf(options, 'seeds', 5, { least: 1, most: 1000 });
  const task: SweepTask = { ...base, targets, policies: [policy], seeds };
  const result = sweepResult(base.file, targets, await pointsOf(task, placeOf, io), task);
  if (format === 'json') await emit(jsonText(result), options, io);
  else if (format === 'csv')
    await emit((await import('../report/text-sweep.ts')).sweepCsv(result), options, io);
  else if (format === 'svg')
    await emit((await import('../report/sweep-svg.ts')).sweepSvg(result), options, io);
  else if (format === 'text') {
    const { sweepText } = await import('../report/text-sweep.ts');
    await emit(sweepText(result, options.flags.has('verbose'), styleOf(options, io)), options, io);
  } else throw new UsageError(`--format ${format}: a sweep is text, json, csv or svg`);
  return 0;
}
