/** devgraph probe: what binds, what never does, and the causes. */
import { type ProbeResult, probeOutcome } from '../analysis/probe-outcome.ts';
import type { Board } from '../core/board.ts';
import type { World } from '../core/world.ts';
import type { NewDriver } from '../probe/index.ts';
import { count } from '../report/style.ts';
import { probeText } from '../report/text-probe.ts';
import { type DriverChoice, driverChoice } from './driver-choice.ts';
import type { Io } from './io.ts';
import { optionValue, type ParsedOptions } from './options.ts';
import { viewOf } from './probe-views.ts';
import {
  bootAs,
  bootOptionsOf,
  contextText,
  dmaLinksOf,
  emit,
  formatOf,
  jsonText,
  onlyOperand,
  readBoard,
  styleOf,
} from './session.ts';

/** Boots a board with drivers chosen in this way. */
function bootWith(board: Board, options: ParsedOptions, boot: DriverChoice['boot']): World {
  const base = bootOptionsOf(options);
  const afterTimeout = base.afterTimeout || (boot.lateDrivers ?? []).length > 0;
  return bootAs(board, { ...base, ...boot, afterTimeout }, dmaLinksOf(options) ?? null);
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  if (optionValue(options, 'log') !== undefined)
    return (await import('./probe-log.ts')).runProbeLog(options, io);
  const board = await readBoard(onlyOperand(options, 'board'), options, io);
  const choice = await driverChoice(board, bootOptionsOf(options).environment, options, io);
  const { boot, known, driverFor } = choice;
  const world = bootWith(board, options, boot);
  const result = probeOutcome(world, known);
  const withDrivers = (drivers: readonly NewDriver[]): ProbeResult => {
    const builtin = boot.builtin && { ...boot.builtin, afterDevices: [] };
    return probeOutcome(bootWith(board, options, { ...boot, ...(builtin && { builtin }), drivers }), known);
  };
  const withDriversFor = (paths: readonly string[]): ProbeResult => {
    const nodes = board.nodes.filter(({ path }) => paths.includes(path));
    const added = nodes.flatMap(({ compatible }) => driverFor(compatible ?? []));
    return probeOutcome(
      bootWith(board, options, { ...boot, drivers: [...(boot.drivers ?? []), ...added] }),
      known,
    );
  };
  const isJson = formatOf(options) === 'json';
  const view = viewOf({ world, result, choice, withDriversFor, withDrivers }, options);
  if (view !== undefined) {
    const json = { version: 1, kernel: result.kernel, ...view.json };
    await emit(isJson ? jsonText(json) : view.text(styleOf(options, io)), options, io);
    return 0;
  }
  const devices = count(result.bound.length + result.unbound.length, 'device');
  const heading =
    `${board.model ?? board.input}: ${result.bound.length} of ${devices} bind ` +
    `(${contextText(options)}, ${choice.text})`;
  const verbose = options.flags.has('verbose');
  const text = () => probeText({ result, heading, limits: choice.limits, verbose }, styleOf(options, io));
  await emit(isJson ? jsonText(result) : text(), options, io);
  return options.flags.has('fail') && result.roots.some(({ blocks }) => blocks.length > 0) ? 1 : 0;
}
