/** Snapshots as inputs: packed or unpacked, and what they say where the command line says nothing. */
import { InputError, printable } from '../core/diagnostic.ts';
import type { RunningSystem } from '../core/system.ts';
import { FW_DEVLINK_MODES } from '../core/world.ts';
import {
  readSnapshot,
  SNAPSHOT_MARK,
  type SnapshotFiles,
  snapshotPaths,
  snapshotRelease,
  unpackSnapshot,
} from '../snapshots/index.ts';
import type { Io } from './io.ts';
import { optionValue, type ParsedOptions } from './options.ts';

export { snapshotTree } from '../snapshots/index.ts';

/** A snapshot that has been read. */
export interface OpenSnapshot {
  readonly system: RunningSystem;
  readonly files: SnapshotFiles;
}

/** Seconds after the deferred-probe timeout at which it has surely come: it starts behind the last initcall, and drivers prolong it. */
const TIMEOUT_SLACK = 20;
const DEFAULT_TIMEOUT = 10;

async function readFolder(name: string, io: Io): Promise<SnapshotFiles> {
  const files = new Map([[SNAPSHOT_MARK, await io.readNamedFile(`${name}/${SNAPSHOT_MARK}`)]]);
  for (const path of snapshotPaths(snapshotRelease(files.get(SNAPSHOT_MARK)!, name))) {
    if (io.exists(`${name}/${path}`)) files.set(path, await io.readNamedFile(`${name}/${path}`));
  }
  return files;
}

/** Reads a snapshot: a folder, or the bytes of a packed one. */
export async function openSnapshot(
  name: string,
  bytes: Uint8Array | undefined,
  io: Io,
): Promise<OpenSnapshot> {
  const files = bytes === undefined ? await readFolder(name, io) : await unpackSnapshot(bytes, name);
  return { system: readSnapshot(files, name), files };
}

/** A name of a file in a snapshot, as the Io of {@link withSnapshotFiles} knows it. */
export function snapshotFile(system: RunningSystem, path: string): string {
  return `${system.input}/${path}`;
}

/** The world outside, with the files of a snapshot as `SNAPSHOT/path`. */
export function withSnapshotFiles(io: Io, { system, files }: OpenSnapshot): Io {
  const prefix = `${system.input}/`;
  const inside = (name: string) =>
    name.startsWith(prefix) ? files.get(name.slice(prefix.length)) : undefined;
  return {
    ...io,
    exists: (name) => inside(name) !== undefined || io.exists(name),
    readBytes: async (name) => inside(name) ?? io.readBytes(name),
    readNamedFile: async (name) => inside(name) ?? io.readNamedFile(name),
    async *readChunks(name) {
      const bytes = inside(name);
      if (bytes === undefined) yield* io.readChunks(name);
      else yield bytes;
    },
  };
}

/** The last value of a parameter of the kernel's command line; undefined without it. Blanks within quotes belong to a value. */
export function kernelParameter(commandLine: string, name: string): string | undefined {
  const words = commandLine.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  const found = words.findLast((word) => word.startsWith(`${name}=`));
  return found?.slice(name.length + 1).replaceAll('"', '');
}

/** Words by which the kernel takes a boolean as set (kstrtobool). */
const YES = /^(1|y|t|on)/i;

function isAfterTimeout({ commandLine, uptime }: RunningSystem): boolean {
  const given = Number(kernelParameter(commandLine, 'deferred_probe_timeout') ?? DEFAULT_TIMEOUT);
  const timeout = Number.isFinite(given) ? given : DEFAULT_TIMEOUT;
  return timeout >= 0 && uptime !== null && uptime > timeout + TIMEOUT_SLACK;
}

/** Options with what the system says where the command line says nothing. */
export function withSystemDefaults(options: ParsedOptions, system: RunningSystem): ParsedOptions {
  const values = new Map(options.values);
  const flags = new Set(options.flags);
  const byDefault = (name: string, value: string | undefined) => {
    if (value !== undefined && optionValue(options, name) === undefined) values.set(name, [value]);
  };
  const mode = kernelParameter(system.commandLine, 'fw_devlink');
  byDefault(
    'fw-devlink',
    FW_DEVLINK_MODES.find((known) => known === mode),
  );
  if (YES.test(kernelParameter(system.commandLine, 'fw_devlink.strict') ?? '')) flags.add('strict');
  if (isAfterTimeout(system)) flags.add('after-timeout');
  byDefault('environment', /^armv|^arm$/.test(system.machine) ? 'arm' : undefined);
  byDefault('async', system.devices.some(({ power }) => power.async === 'enabled') ? 'live' : undefined);
  if (optionValue(options, 'kernel') === undefined) byDefault('drivers', 'live');
  return { ...options, values, flags, system };
}

/** The fault of a snapshot without a device tree, where one is needed. */
export function noTree({ input, unread }: RunningSystem): InputError {
  const why = unread.find((line) => line.startsWith('/sys/firmware/fdt: '));
  return new InputError(
    'snapshot-tree',
    { input },
    `has no device tree${why === undefined ? '' : ` (${printable(why)})`}`,
    why?.endsWith('does not exist')
      ? 'of a system without one (ACPI) links, check, probe and timeline tell what they can'
      : 'make the snapshot as root',
  );
}

/** Options of `probe --log` that ask a snapshot's own kernel log. Throws InputError where it has neither tree nor log. */
export function logOfSnapshot(options: ParsedOptions, system: RunningSystem, io: Io): ParsedOptions {
  const values = new Map(options.values);
  const [log, deferred] = ['dmesg', 'sys/kernel/debug/devices_deferred'].map((path) =>
    snapshotFile(system, path),
  );
  if (!io.exists(log!)) throw noTree(system);
  values.set('log', [log!]);
  if (io.exists(deferred!) && optionValue(options, 'deferred') === undefined)
    values.set('deferred', [deferred!]);
  // The input is read: its log stands for it.
  return { ...options, values, operands: [] };
}
