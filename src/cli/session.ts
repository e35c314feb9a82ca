/**
 * What all verbs on boards do alike: read the board, boot it as the options say, and write the answer.
 */
import { readDeviceTree } from '../boards/index.ts';
import type { Board } from '../core/board.ts';
import { InputError, printable } from '../core/diagnostic.ts';
import type { RunningSystem } from '../core/system.ts';
import { deviceId, FW_DEVLINK_MODES, type World } from '../core/world.ts';
import { bootBoardWithDma, type DmaLinkPolicy, readDmaLinkPolicy } from '../dma/index.ts';
import { enableAsyncSuspend } from '../pm/index.ts';
import { allDrivers, type BootOptions, bootBoard, ENVIRONMENTS } from '../probe/index.ts';
import { createStyle, type Style } from '../report/style.ts';
import { looksPacked } from '../snapshots/packed.ts';
import { type Io, UsageError } from './io.ts';
import { choiceOf, optionValue, optionValues, type ParsedOptions } from './options.ts';
import { isSnapshotFolder } from './snapshot-name.ts';

/** Boot options from the command line. */
export function bootOptionsOf(
  options: ParsedOptions,
): Required<Pick<BootOptions, 'fwDevlink' | 'strict' | 'environment' | 'afterTimeout'>> {
  return {
    fwDevlink: choiceOf(options, 'fw-devlink', FW_DEVLINK_MODES, 'rpm'),
    strict: options.flags.has('strict'),
    environment: choiceOf(options, 'environment', ENVIRONMENTS, 'arm64'),
    afterTimeout: options.flags.has('after-timeout'),
  };
}

async function boardOf(bytes: Uint8Array, input: string, options: ParsedOptions, io: Io): Promise<Board> {
  const overlays = [];
  for (const overlay of optionValues(options, 'overlay'))
    overlays.push({ input: overlay, bytes: await io.readBytes(overlay) });
  return readDeviceTree(bytes, { input, overlays });
}

/** An input of a verb: a board, and the options and the world outside with what a snapshot adds to them. */
export interface Subject {
  /** Undefined for a snapshot of a system without a device tree. */
  readonly board: Board | undefined;
  readonly options: ParsedOptions;
  readonly io: Io;
  /** The running system, if the input is a snapshot of one. */
  readonly system: RunningSystem | undefined;
}

/** Opens an input: a device-tree blob, or a snapshot, packed or unpacked. */
export async function openSubject(name: string, options: ParsedOptions, io: Io): Promise<Subject> {
  const bytes = isSnapshotFolder(name, io) ? undefined : await io.readBytes(name);
  if (bytes !== undefined && !looksPacked(bytes))
    return { board: await boardOf(bytes, name, options, io), options, io, system: undefined };
  const { openSnapshot, snapshotTree, withSnapshotFiles, withSystemDefaults } = await import(
    './snapshot-input.ts'
  );
  const snapshot = await openSnapshot(name, bytes, io);
  const tree = snapshotTree(snapshot.files, name);
  const { system } = snapshot;
  return {
    board: tree === undefined ? undefined : await boardOf(tree, name, options, io),
    options: withSystemDefaults(options, system),
    io: withSnapshotFiles(io, snapshot),
    system,
  };
}

/** Opens an input that has to have a device tree. Throws InputError for a snapshot without one. */
export async function openBoard(
  name: string,
  options: ParsedOptions,
  io: Io,
): Promise<Subject & { readonly board: Board }> {
  const subject = await openSubject(name, options, io);
  if (subject.board !== undefined) return { ...subject, board: subject.board };
  throw (await import('./snapshot-input.ts')).noTree(subject.system!);
}

/** The policy of --dma-links; undefined where drivers request no channels. Throws InputError for an unknown one. */
export function dmaLinksOf(options: ParsedOptions): DmaLinkPolicy | undefined {
  const text = optionValue(options, 'dma-links');
  return text === undefined ? undefined : readDmaLinkPolicy(text);
}

/** Boots a board; with --dma-links its drivers request channels. */
export function bootAs(board: Board, boot: BootOptions, policy: DmaLinkPolicy | null): World {
  return policy === null ? bootBoard(board, boot) : bootBoardWithDma(board, boot, policy);
}

/** The word of --drivers: all, none, per-compatible, or a file. */
export function driverSetOf(options: ParsedOptions): string {
  return optionValue(options, 'drivers') ?? 'all';
}

/** Boots a board with the drivers asked for; `changes` go before the options, `policy` before --dma-links. */
export async function bootWithDrivers(
  board: Board,
  options: ParsedOptions,
  io: Io,
  changes: Partial<BootOptions> = {},
  policy: DmaLinkPolicy | null = dmaLinksOf(options) ?? null,
): Promise<World> {
  const base = { ...bootOptionsOf(options), ...changes };
  const set = driverSetOf(options);
  if (set === 'none') {
    if (policy === null) return bootBoard(board, base);
    throw new UsageError('--dma-links is about what drivers request; it does not go with --drivers none');
  }
  if (set === 'all') return bootAs(board, { ...base, drivers: allDrivers(base.environment) }, policy);
  const { driverChoice } = await import('./driver-choice.ts');
  const { boot } = await driverChoice(board, base.environment, options, io);
  return bootAs(board, { ...base, ...boot }, policy);
}

/** Boots a board and marks the devices that --async names. */
export async function bootWorld(board: Board, options: ParsedOptions, io: Io): Promise<World> {
  const world = await bootWithDrivers(board, options, io);
  const set = optionValue(options, 'async') ?? 'none';
  if (set === 'live') markAsyncAsThere(world, options);
  else if (set !== 'none') await markAsync(world, set, io);
  return world;
}

/** Marks the devices that are asynchronous on the running system. */
function markAsyncAsThere(world: World, { system }: ParsedOptions): void {
  if (system === undefined) throw new UsageError('--async live goes with a snapshot of a running system');
  const there = new Set(system.devices.filter(({ power }) => power.async === 'enabled').map(({ id }) => id));
  enableAsyncSuspend(world, (id) => there.has(deviceId(world.devices[id]!)));
}

async function markAsync(world: World, set: string, io: Io): Promise<void> {
  if (set === 'all') {
    enableAsyncSuspend(world, () => true);
    return;
  }
  const text = new TextDecoder().decode(await io.readBytes(set));
  const wanted = text
    .split(/\r?\n/)
    .map((line, index) => ({ name: line.replace(/#.*/, '').trim(), line: index + 1 }))
    .filter(({ name }) => name !== '');
  const names = new Map<string, number[]>();
  for (const [id, device] of world.devices.entries()) {
    const aliases = [device.name, `${device.bus}:${device.name}`];
    for (const alias of aliases) names.set(alias, [...(names.get(alias) ?? []), id]);
  }
  const chosen = new Set<number>();
  for (const { name, line } of wanted) {
    const ids = names.get(name);
    if (ids === undefined) {
      throw new InputError(
        'async-device',
        { input: set, line },
        `the board has no device '${name}'`,
        'name a device as devgraph links prints it',
      );
    }
    for (const id of ids) chosen.add(id);
  }
  enableAsyncSuspend(world, (id) => chosen.has(id));
}

/** `Linux 6.12, fw_devlink=rpm, arm64`: what a result holds for; without --dma-links where a side of a comparison says that itself. */
export function contextText(options: ParsedOptions, withDmaLinks = true): string {
  const { fwDevlink, environment, afterTimeout, strict } = bootOptionsOf(options);
  const dmaLinks = withDmaLinks ? optionValue(options, 'dma-links') : undefined;
  return [
    `Linux ${optionValue(options, 'kernel-version') ?? '6.12'}`,
    `fw_devlink=${fwDevlink}${strict ? ' strict' : ''}`,
    environment,
    ...(afterTimeout ? ['after the deferred-probe timeout'] : []),
    ...(dmaLinks === undefined ? [] : [`dma-links ${dmaLinks}`]),
  ].join(', ');
}

/** `Raspberry Pi 3 Model B: 38 devices, 23 links (Linux 6.12, ...)`. */
export function headingText(world: World, counts: string, options: ParsedOptions): string {
  return `${world.board.model ?? world.board.input}: ${counts} (${contextText(options)})`;
}

/** The style that --color, the terminal and NO_COLOR ask for. */
export function styleOf(options: ParsedOptions, io: Io): Style {
  const when = optionValue(options, 'color') ?? 'auto';
  const toFile = optionValue(options, 'output') !== undefined;
  const auto = io.stdoutIsTerminal && !toFile && !io.environment.NO_COLOR && io.environment.TERM !== 'dumb';
  return createStyle(when === 'always' || (when === 'auto' && auto), Math.min(io.columns ?? 80, 120));
}

/** Writes the answer to standard output, or whole to the file of --output. */
export async function emit(text: string, options: ParsedOptions, io: Io): Promise<void> {
  const file = optionValue(options, 'output');
  if (file === undefined) io.stdout(text);
  else await io.writeFile(file, text);
}

/** The format asked for; --json is short for --format json. */
export function formatOf(options: ParsedOptions): string {
  const format = optionValue(options, 'format') ?? 'text';
  if (!options.flags.has('json')) return format;
  if (format !== 'text' && format !== 'json')
    throw new UsageError(`--json and --format ${format} exclude each other`);
  return 'json';
}

/** The only operand of a verb that takes one. */
export function onlyOperand(options: ParsedOptions, what: string): string {
  const [first, second] = options.operands;
  if (first === undefined) throw new UsageError(`name a ${what}`);
  if (second !== undefined) throw new UsageError(`one ${what} at a time; '${second}' is a second one`);
  return first;
}

/** A result as JSON, the same bytes for the same result. */
export function jsonText(result: unknown): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** A line on a terminal's standard error that says how far it is; nothing in a pipe. */
export function progressOf(
  total: number,
  options: ParsedOptions,
  io: Io,
): (input: string | undefined, done: number) => void {
  if (total < 20 || !io.stderrIsTerminal || options.flags.has('quiet')) return () => {};
  return (input, done) =>
    io.stderr(input === undefined ? '\r\u001b[K' : `\r\u001b[K${done}/${total} ${printable(input)}`);
}
