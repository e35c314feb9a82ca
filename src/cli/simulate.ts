/** devgraph simulate: runs a scenario and says what of it did not come as expected. */
import { readDeviceTree } from '../boards/index.ts';
import type { Board } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import { simulateText } from '../report/text-simulate.ts';
import {
  runScenario,
  runScenarioFile,
  type ScenarioFileRun,
  type SimulateOptions,
} from '../scenario-files/index.ts';
import { parseDuration } from '../scenario-files/quantities.ts';
import { parseScenarios } from '../scenarios/index.ts';
import { type Io, UsageError } from './io.ts';
import { numberOf, optionValue, type ParsedOptions } from './options.ts';
import { emit, formatOf, jsonText, onlyOperand, styleOf } from './session.ts';

/** A path in a scenario file starts where the file lies. */
function beside(file: string, path: string): string {
  if (/^([/\\]|[a-z]:)/i.test(path) || file === '-') return path;
  const folder = file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return `${folder}${path}`;
}

function untilOf(options: ParsedOptions): number | undefined {
  const value = optionValue(options, 'until');
  if (value === undefined) return undefined;
  const time = parseDuration(value);
  if (typeof time === 'object') throw new UsageError(`--until: ${time.wrong}; write 10ms or 2s`);
  if (time < 0) throw new UsageError(`--until: '${value}' is negative`);
  return time;
}

async function readBoardOf(name: string, path: string, io: Io, place: InputError['place']): Promise<Board> {
  const input = beside(name, path);
  try {
    return readDeviceTree(await io.readBytes(input), { input });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      'scenario-board',
      place,
      error.message,
      'board: names a .dtb, relative to the scenario',
    );
  }
}

async function runsOf(name: string, common: SimulateOptions, io: Io): Promise<ScenarioFileRun[]> {
  const bytes = await io.readBytes(name);
  if (name.endsWith('.scn')) {
    const text = new TextDecoder().decode(bytes);
    return parseScenarios(text, name).map((scenario) => runScenario(scenario, common));
  }
  const { readScenario } = await import('../scenario-files/scenario-schema.ts');
  const { file, placeOf } = readScenario(bytes, name);
  const board =
    file.board === undefined ? undefined : await readBoardOf(name, file.board, io, placeOf(['board']));
  return [runScenarioFile(file, { ...common, board, placeOf })];
}

/** Formats by how the name of the output file ends; the longest end counts. */
const ENDS: readonly (readonly [end: string, format: string])[] = [
  ['.perfetto.json', 'perfetto'],
  ['.trace.json', 'perfetto'],
  ['.json', 'json'],
];

/** The format asked for, else the one that the name of the output file tells. */
function formatAsked(options: ParsedOptions): string {
  if (optionValue(options, 'format') !== undefined || options.flags.has('json')) return formatOf(options);
  const output = optionValue(options, 'output') ?? '';
  return ENDS.find(([end]) => output.endsWith(end))?.[1] ?? 'text';
}

async function render(
  runs: readonly ScenarioFileRun[],
  name: string,
  options: ParsedOptions,
  io: Io,
): Promise<string> {
  const format = formatAsked(options);
  if (format === 'text') {
    const style = styleOf(options, io);
    const text = { verbose: options.flags.has('verbose'), input: name };
    return runs.map(({ simulation }) => simulateText(simulation, text, style)).join('\n');
  }
  const [first, second] = runs;
  if (second !== undefined)
    throw new UsageError(`${name} has ${runs.length} scenarios; --format ${format} takes one`);
  if (format === 'json') return jsonText(first!.simulation);
  const { timelineOf } = await import('../analysis/timeline.ts');
  const { chromeTrace } = await import('../report/perfetto.ts');
  return chromeTrace(timelineOf(first!.events), name);
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const name = onlyOperand(options, 'scenario');
  const seed = optionValue(options, 'seed');
  const common = {
    input: name,
    until: untilOf(options),
    seed: seed === undefined ? undefined : numberOf(options, 'seed', 0, { least: 0, most: 2 ** 32 - 1 }),
  };
  const runs = await runsOf(name, common, io);
  if (runs.length === 0) throw new InputError('scenario-empty', { input: name }, 'has no command');
  await emit(await render(runs, name, options, io), options, io);
  return runs.every(({ simulation }) => simulation.ok) ? 0 : 1;
}
