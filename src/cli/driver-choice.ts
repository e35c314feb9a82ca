/** Which drivers a board finds, by --drivers, --kernel and --modules-at. */
import { type KnownDrivers, NOTHING_KNOWN } from '../analysis/probe-outcome.ts';
import type { Board } from '../core/board.ts';
import { InputError } from '../core/diagnostic.ts';
import {
  type BuiltinDriver,
  type InstalledKernel,
  type KernelModule,
  namedDrivers,
} from '../kernels/index.ts';
import {
  allDrivers,
  type BootOptions,
  driversOfCompatibles,
  driversOfKernel,
  type EnvironmentName,
  type NewDriver,
  perCompatibleDrivers,
} from '../probe/index.ts';
import { type Io, UsageError } from './io.ts';
import { optionValue, type ParsedOptions } from './options.ts';

/** Drivers for a boot, and how an answer names them. */
export interface DriverChoice {
  readonly boot: Pick<BootOptions, 'builtin' | 'drivers' | 'lateDrivers'>;
  readonly known: KnownDrivers;
  /** The kernel of --kernel. */
  readonly kernel?: InstalledKernel;
  /** The modules of a running system, and those that its drivers come from. */
  readonly liveModules?: {
    readonly list: readonly KernelModule[];
    readonly ofDriver: ReadonlyMap<string, string>;
  };
  readonly text: string;
  /** What could not be learned of a kernel, in words. */
  readonly limits: readonly string[];
  /** The driver of a device that has none, made for the question what would be if it had one. */
  readonly driverFor: (compatibles: readonly string[]) => NewDriver[];
}

/** Lines of a --drivers file: words, without comments. */
function wordsOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

/** `12s`, `500ms`: seconds. */
export function secondsOf(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s)$/.exec(text);
  if (match === null)
    throw new UsageError(`--modules-at takes a time with its unit, as 12s or 500ms, not '${text}'`);
  return Number(match[1]) / (match[2] === 'ms' ? 1000 : 1);
}

/** Loading later than this comes behind the deferred-probe timeout, seconds (deferred_probe_timeout). */
export const DEFERRED_PROBE_TIMEOUT = 10;

function ofFile(
  text: string,
  input: string,
  board: Board,
  environment: EnvironmentName,
): Omit<DriverChoice, 'driverFor'> {
  const words = wordsOf(text);
  if (words.length === 0)
    throw new InputError(
      'drivers',
      { input },
      'names no driver',
      'write compatibles, one a line, or use --drivers none',
    );
  const known = new Set(
    board.nodes.flatMap(({ compatible }) => compatible ?? []).map((entry) => entry.toLowerCase()),
  );
  const unknown = words.filter((word) => !known.has(word.toLowerCase()));
  return {
    boot: {
      drivers: driversOfCompatibles(
        environment,
        words.map((word) => ({ name: word, compatibles: [word] })),
      ),
    },
    known: NOTHING_KNOWN,
    text: `drivers of ${input}`,
    limits:
      unknown.length === 0
        ? []
        : [`${unknown.length} of ${words.length} lines of ${input} name no compatible of this board`],
  };
}

/** The early boot that was modelled is that of another machine than the image's. */
function foreignImage({ architecture }: InstalledKernel, environment: EnvironmentName): string[] {
  if (architecture === undefined || environment === 'uml' || architecture === environment) return [];
  return [
    `early boot of ${architecture}, which the image is for: this is one of ${environment} (--environment says which)`,
  ];
}

/** Drivers of an installed kernel; with a list of words, only those that it names. */
function ofKernel(
  kernel: InstalledKernel,
  options: ParsedOptions,
  board: Board,
  environment: EnvironmentName,
  words: readonly string[] | undefined,
): Omit<DriverChoice, 'driverFor'> {
  const named = new Set(words?.map((word) => word.toLowerCase()));
  const chosen = <T extends BuiltinDriver | KernelModule>(drivers: readonly T[]): T[] =>
    drivers.filter(
      ({ name, compatibles }) =>
        words === undefined ||
        named.has(name.toLowerCase()) ||
        compatibles.some((entry) => named.has(entry.toLowerCase())),
    );
  const byName = namedDrivers(board, kernel);
  const set = driversOfKernel(board, environment, {
    builtin: chosen([
      ...kernel.builtin,
      ...[...byName.builtin].map(([name, compatibles]) => ({
        name,
        compatibles,
        level: undefined,
        asynchronous: false,
      })),
    ]),
    modules: chosen(
      byName.modules.size === 0
        ? kernel.modules
        : kernel.modules.map((module) => {
            const more = byName.modules.get(module.name);
            return more === undefined ? module : { ...module, compatibles: [...module.compatibles, ...more] };
          }),
    ),
  });
  const at = optionValue(options, 'modules-at');
  const late = at !== undefined && (at === 'never' || secondsOf(at) > DEFERRED_PROBE_TIMEOUT);
  const modules = at === 'never' ? [] : set.modules;
  return {
    boot: { builtin: set.builtin, drivers: late ? [] : modules, lateDrivers: late ? modules : [] },
    known: {
      moduleOf: set.moduleOf,
      early: new Set(kernel.early.map((entry) => entry.toLowerCase())),
      ...(late && at !== 'never' && { lateAt: at }),
    },
    kernel,
    text: `drivers of ${kernel.release ?? 'a kernel image'}${at === undefined ? '' : `, modules at ${at}`}`,
    limits: [...kernel.limits, ...foreignImage(kernel, environment)],
  };
}

/** Compatibles of a board, in lower case. */
function compatiblesOf(board: Board): string[] {
  return board.nodes.flatMap(({ compatible }) => compatible ?? []).map((entry) => entry.toLowerCase());
}

/** What the options name, read once for all boards. */
export type DriverSource = (
  board: Board,
  environment: EnvironmentName,
) => DriverChoice | Promise<DriverChoice>;

async function kernelSource(
  folder: string,
  options: ParsedOptions,
  io: Io,
  text?: string,
): Promise<DriverSource> {
  const { ComponentDrivers, readInstalledKernel } = await import('./installed-kernel.ts');
  const progress = (done: number, all: number) => {
    if (io.stderrIsTerminal && !options.flags.has('quiet'))
      io.stderr(done < all ? `\rreading modules: ${done} of ${all}` : '\r\u001b[K');
  };
  const components = new ComponentDrivers(readInstalledKernel(folder, progress));
  const words = text === undefined ? undefined : wordsOf(text);
  return (board, environment) => ({
    ...ofKernel(components.kernelFor(new Set(compatiblesOf(board))), options, board, environment, words),
    driverFor: driverFor(environment),
  });
}

/** The driver that would be made for a device without one. */
function driverFor(environment: EnvironmentName): DriverChoice['driverFor'] {
  return (compatibles) => driversOfCompatibles(environment, [{ name: 'added', compatibles }]);
}

/** Reads what the options name. The answer gives the drivers that they mean for a board. */
export async function driverSource(options: ParsedOptions, io: Io): Promise<DriverSource> {
  const set = optionValue(options, 'drivers');
  const folder = optionValue(options, 'kernel');
  const isFile = set !== undefined && !['none', 'all', 'per-compatible', 'live'].includes(set);
  if (folder !== undefined && set !== undefined && !isFile)
    throw new UsageError(`--kernel and --drivers ${set} exclude each other`);
  if (folder === undefined && optionValue(options, 'modules-at') !== undefined)
    throw new UsageError('--modules-at goes with --kernel: only a kernel has modules');
  const text = isFile ? new TextDecoder().decode(await io.readBytes(set)) : undefined;
  if (folder !== undefined) return kernelSource(folder, options, io, text);
  if (set === 'live') {
    const { liveDrivers } = await import('./live-drivers.ts');
    return async (board, environment) => ({
      ...(await liveDrivers(board, options, io)),
      driverFor: driverFor(environment),
    });
  }
  return (board, environment) => {
    const common = { known: NOTHING_KNOWN, limits: [], driverFor: driverFor(environment) };
    if (text !== undefined) return { ...common, ...ofFile(text, set!, board, environment) };
    if (set === 'none') return { ...common, boot: {}, text: 'no drivers' };
    if (set === 'per-compatible')
      return {
        ...common,
        boot: { drivers: perCompatibleDrivers(board, environment) },
        text: 'a driver for each first compatible',
      };
    return { ...common, boot: { drivers: allDrivers(environment) }, text: 'a driver for every compatible' };
  };
}

/** The drivers that the options ask for. */
export async function driverChoice(
  board: Board,
  environment: EnvironmentName,
  options: ParsedOptions,
  io: Io,
): Promise<DriverChoice> {
  return (await driverSource(options, io))(board, environment);
}
