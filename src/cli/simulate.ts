/** devgraph simulate: runs a scenario and says what of it did not come as expected. */
import { readDeviceTree } from '../boards/index.ts';
import type { Board } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import { simulateText } from '../report/text-simulate.ts';
import {
  type SimulateOptions,
  type Simulation,
  simulate,
  simulateCommands,
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

async function simulationsOf(name: string, common: SimulateOptions, io: Io): Promise<Simulation[]> {
  const bytes = await io.readBytes(name);
  if (name.endsWith('.scn')) {
    const text = new TextDecoder().decode(bytes);
    return parseScenarios(text, name).map((scenario) => simulateCommands(scenario, common));
  }
  const { readScenario } = await import('../scenario-files/scenario-schema.ts');
  const { file, placeOf } = readScenario(bytes, name);
  const board =
    file.board === undefined ? undefined : await readBoardOf(name, file.board, io, placeOf(['board']));
  return [simulate(file, { ...common, board, placeOf })];
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const name = onlyOperand(options, 'scenario');
  const format = formatOf(options);
  const seed = optionValue(options, 'seed');
  const simulations = await simulationsOf(
    name,
    {
      input: name,
      until: untilOf(options),
      seed: seed === undefined ? undefined : numberOf(options, 'seed', 0, { least: 0, most: 2 ** 32 - 1 }),
    },
    io,
  );
  if (simulations.length === 0) throw new InputError('scenario-empty', { input: name }, 'has no command');
  if (format === 'json') {
    if (simulations.length > 1)
      throw new UsageError(`${name} has ${simulations.length} scenarios; --json takes one`);
    await emit(jsonText(simulations[0]), options, io);
  } else {
    const style = styleOf(options, io);
    const verbose = options.flags.has('verbose');
    const texts = simulations.map((each) => simulateText(each, { verbose, input: name }, style));
    await emit(texts.join('\n'), options, io);
  }
  return simulations.every(({ ok }) => ok) ? 0 : 1;
}
