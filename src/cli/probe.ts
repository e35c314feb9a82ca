/** devgraph probe: what binds, what never does, and the causes. */
import { type ProbeResult, type ProbeRoot, probeOutcome } from '../analysis/probe-outcome.ts';
import { unblock } from '../analysis/unblock.ts';
import type { Board } from '../core/board.ts';
import { bootBoard } from '../probe/index.ts';
import { count } from '../report/style.ts';
import { probeText, unblockText } from '../report/text-probe.ts';
import { type DriverChoice, driverChoice } from './driver-choice.ts';
import { type Io, UsageError } from './io.ts';
import { nearest, optionValue, type ParsedOptions } from './options.ts';
import {
  bootOptionsOf,
  contextText,
  emit,
  formatOf,
  jsonText,
  onlyOperand,
  readBoard,
  styleOf,
} from './session.ts';

/** The device that --unblock names, as an id; null for `all`. */
function deviceNamed(name: string, ids: readonly string[]): string | null {
  if (name === 'all') return null;
  const found = ids.find((id) => id === name || id.slice(id.indexOf(':') + 1) === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    ids.map((id) => id.slice(id.indexOf(':') + 1)),
  );
  throw new UsageError(
    `the board has no device '${name}'${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

/** Boots the board with the drivers chosen, and with drivers for the devices of these root causes. */
function outcomeWith(
  board: Board,
  options: ParsedOptions,
  { boot, moduleOf, driverFor }: DriverChoice,
  fixes: readonly ProbeRoot[],
): ProbeResult {
  const base = bootOptionsOf(options);
  const nodes = new Set(fixes.map(({ node }) => node));
  const mended = board.nodes.filter(({ path }) => nodes.has(path));
  const drivers = [
    ...(boot.drivers ?? []),
    ...mended.flatMap(({ compatible }) => driverFor(compatible ?? [])),
  ];
  const afterTimeout = base.afterTimeout || (boot.lateDrivers ?? []).length > 0;
  return probeOutcome(bootBoard(board, { ...base, ...boot, drivers, afterTimeout }), moduleOf);
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const board = await readBoard(onlyOperand(options, 'board'), options, io);
  const choice = await driverChoice(board, bootOptionsOf(options).environment, options, io);
  const result = outcomeWith(board, options, choice, []);
  const isJson = formatOf(options) === 'json';
  const wanted = optionValue(options, 'unblock');
  if (wanted !== undefined) {
    const device = deviceNamed(wanted, [...result.bound, ...result.unbound.map((row) => row.device)]);
    const answer = unblock(device, (fixes) => outcomeWith(board, options, choice, fixes));
    const json = { version: 1, kernel: result.kernel, ...answer };
    await emit(isJson ? jsonText(json) : unblockText(answer, styleOf(options, io)), options, io);
    return 0;
  }
  const devices = count(result.bound.length + result.unbound.length, 'device');
  const heading =
    `${board.model ?? board.input}: ${result.bound.length} of ${devices} bind ` +
    `(${contextText(options)}, ${choice.text})`;
  const verbose = options.flags.has('verbose');
  const text = () => probeText({ result, heading, limits: choice.limits, verbose }, styleOf(options, io));
  await emit(isJson ? jsonText(result) : text(), options, io);
  return 0;
}
