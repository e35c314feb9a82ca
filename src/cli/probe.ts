/** devgraph probe: what binds, what never does, and the causes. */
import { type ProbeResult, type ProbeRoot, probeOutcome } from '../analysis/probe-outcome.ts';
import { compatiblesWanted, withSources } from '../analysis/probe-sources.ts';
import { systemProbe, withSystemReasons } from '../analysis/system-probe.ts';
import type { Board } from '../core/board.ts';
import type { RunningSystem } from '../core/system.ts';
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
  openSubject,
  styleOf,
} from './session.ts';

/** Boots a board with drivers chosen in this way. */
export function bootWith(board: Board, options: ParsedOptions, boot: DriverChoice['boot']): World {
  const base = bootOptionsOf(options);
  const afterTimeout = base.afterTimeout || (boot.lateDrivers ?? []).length > 0;
  return bootAs(board, { ...base, ...boot, afterTimeout }, dmaLinksOf(options) ?? null);
}

/** Roots with what the folder of --source has for them. */
export async function withSourceOf(
  options: ParsedOptions,
  config: string | undefined,
  roots: readonly ProbeRoot[],
  io: Io,
): Promise<readonly ProbeRoot[]> {
  const folder = optionValue(options, 'source');
  if (folder === undefined) return roots;
  const { sourceDrivers } = await import('./source-tree.ts');
  const { environment } = bootOptionsOf(options);
  const kernel = { architecture: environment === 'arm' ? 'arm' : 'arm64', config };
  const progress = (files: number) => {
    if (io.stderrIsTerminal && !options.flags.has('quiet'))
      io.stderr(files < 0 ? '\r\u001b[K' : `\rreading source files: ${files}`);
  };
  return withSources(roots, sourceDrivers(folder, kernel, compatiblesWanted(roots), progress));
}

/** The outcome with what the running system says beside it. */
async function withSystem(
  outcome: ProbeResult,
  world: World,
  system: RunningSystem,
  io: Io,
): Promise<ProbeResult> {
  const { snapshotAccount } = await import('./live-drivers.ts');
  const account = await snapshotAccount(world.board, system, io);
  return { ...withSystemReasons(outcome, system), system: systemProbe(world, system, account) };
}

export async function run(given: ParsedOptions, outside: Io): Promise<number> {
  if (optionValue(given, 'log') !== undefined)
    return (await import('./probe-log.ts')).runProbeLog(given, outside);
  if (given.operands.length > 1) return (await import('./probe-boards.ts')).runProbeBoards(given, outside);
  const { board, options, io, system } = await openSubject(onlyOperand(given, 'board'), given, outside);
  if (board === undefined) {
    // Without a tree there is no model: what the kernel log of the snapshot says.
    const { logOfSnapshot } = await import('./snapshot-input.ts');
    return (await import('./probe-log.ts')).runProbeLog(logOfSnapshot(options, system!, io), io);
  }
  const choice = await driverChoice(board, bootOptionsOf(options).environment, options, io);
  const { boot, known, driverFor } = choice;
  const world = bootWith(board, options, boot);
  const outcome = probeOutcome(world, known);
  const roots = await withSourceOf(options, choice.kernel?.config, outcome.roots, io);
  const named = { ...outcome, roots };
  const result = system === undefined ? named : await withSystem(named, world, system, io);
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
