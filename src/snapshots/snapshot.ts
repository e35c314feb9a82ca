/**
 * A snapshot of a running system: the files that the script packs (script.ts), and what they say as plain data.
 */
import { InputError } from '../core/diagnostic.ts';
import type { RunningSystem } from '../core/system.ts';
import { flattenTree } from './live-tree.ts';
import { isGzip } from './packed.ts';
import { keyValues, readDevices, readDrivers, readLinks, readNumbers } from './tables.ts';
import { readTar } from './tar.ts';

/** The file by which a snapshot is known. */
export const SNAPSHOT_MARK = 'snapshot.txt';
/** Its first word, and the only version so far. */
const FORMAT = 'devgraph-snapshot 1';
/** A snapshot has a few megabytes. */
const UNPACKED_LIMIT = 64 * 1024 * 1024;

/** The largest tree in Linux has some 3,500 nodes. */
const TREE_ENTRY_LIMIT = 200_000;

/** Files of a snapshot by their path in it, as `sys/firmware/fdt`. */
export type SnapshotFiles = ReadonlyMap<string, Uint8Array>;

/** Paths that a snapshot of a kernel may have. */
export function snapshotPaths(release: string): string[] {
  return [
    ...[
      'sys/firmware/fdt',
      'devicetree.tar',
      'devicetree-numbers.txt',
      'proc/cmdline',
      'proc/uptime',
      'proc/modules',
      'proc/config.gz',
      'dmesg',
    ],
    ...['devices.txt', 'devlinks.txt', 'drivers.txt', 'numbers.txt', 'power.txt', 'unread.txt'],
    ...['devices_deferred', 'pm_genpd/pm_genpd_summary', 'dmaengine/summary'].map(
      (name) => `sys/kernel/debug/${name}`,
    ),
    ...['alias', 'builtin', 'builtin.modinfo', 'dep', 'softdep', 'order'].map(
      (name) => `lib/modules/${release}/modules.${name}`,
    ),
    `boot/config-${release}`,
  ];
}

async function gunzip(bytes: Uint8Array, input: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > UNPACKED_LIMIT)
        throw new InputError('snapshot-archive', { input }, `unpacks to more than ${UNPACKED_LIMIT} bytes`);
      chunks.push(value);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    if (error instanceof InputError) throw error;
    throw new InputError(
      'snapshot-archive',
      { input },
      'gzip data that are damaged or cut off',
      'make the snapshot again, or copy it again',
    );
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * Files of a packed snapshot: a .tar.gz or .tar that the script wrote, or the same unpacked and packed again. Throws InputError for an
 * archive that is damaged or no snapshot.
 */
export async function unpackSnapshot(bytes: Uint8Array, input: string): Promise<SnapshotFiles> {
  const files = readTar(isGzip(bytes) ? await gunzip(bytes, input) : bytes, input);
  const marks = [...files.keys()].filter(
    (name) => name === SNAPSHOT_MARK || name.endsWith(`/${SNAPSHOT_MARK}`),
  );
  const mark = marks.sort((a, b) => a.length - b.length)[0];
  if (mark === undefined)
    throw new InputError(
      'snapshot-archive',
      { input },
      `an archive without ${SNAPSHOT_MARK}: no snapshot`,
      'make one with the script that devgraph snapshot-script prints',
    );
  const root = mark.slice(0, -SNAPSHOT_MARK.length);
  return new Map(
    [...files]
      .filter(([name]) => name.startsWith(root))
      .map(([name, data]) => [name.slice(root.length), data]),
  );
}

function textOf(files: SnapshotFiles, name: string): string | undefined {
  const bytes = files.get(name);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** Kernel release of a snapshot, by its mark. Throws InputError for another format. */
export function snapshotRelease(mark: Uint8Array, input: string): string {
  const text = new TextDecoder().decode(mark);
  if (!text.startsWith(`${FORMAT}\n`))
    throw new InputError(
      'snapshot-format',
      { input, path: SNAPSHOT_MARK },
      `does not begin with '${FORMAT}'`,
      'make the snapshot with the script of this version of devgraph',
    );
  const release = keyValues(text).get('release') ?? '';
  // It becomes part of a path.
  return /^[\w.+~-]{1,100}$/.test(release) && !release.startsWith('.') ? release : '';
}

/**
 * The device tree of a snapshot as a blob: that of the boot loader, or one made of the folders that the system showed. Undefined where it
 * has none. Throws InputError for folders whose archive is damaged.
 */
export function snapshotTree(files: SnapshotFiles, input: string): Uint8Array | undefined {
  const blob = files.get('sys/firmware/fdt');
  const folders = files.get('devicetree.tar');
  if (blob !== undefined || folders === undefined) return blob;
  const entries = readTar(folders, `${input}/devicetree.tar`, TREE_ENTRY_LIMIT);
  if (entries.size === 0) return undefined;
  const numbers = readNumbers(textOf(files, 'devicetree-numbers.txt') ?? '');
  const below = new Map([...entries].map(([name, data]) => [name.replace(/^base\//, ''), data]));
  return flattenTree(below, (path) => numbers.get(`base${path}`) ?? 0);
}

function deferredOf(text: string | undefined): Map<string, string | null> | null {
  if (text === undefined) return null;
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [name = '', reason = ''] = line.split('\t', 2).map((part) => part.trim());
      return name === '' ? [] : [[name, reason === '' ? null : reason] as const];
    }),
  );
}

/** What the files of a snapshot say of the system. Throws InputError for another format. */
export function readSnapshot(files: SnapshotFiles, input: string): RunningSystem {
  const mark = files.get(SNAPSHOT_MARK) ?? new Uint8Array();
  const release = snapshotRelease(mark, input);
  const numbers = readNumbers(textOf(files, 'numbers.txt') ?? '');
  const devices = readDevices(textOf(files, 'devices.txt') ?? '', numbers);
  const uptime = Number.parseFloat(textOf(files, 'proc/uptime') ?? '');
  const modules = textOf(files, 'proc/modules');
  const unread = (textOf(files, 'unread.txt') ?? '').split('\n').filter((line) => line !== '');
  return {
    input,
    release,
    machine: keyValues(new TextDecoder().decode(mark)).get('machine') ?? '',
    uptime: Number.isFinite(uptime) ? uptime : null,
    // The kernel's own is shorter than any of these.
    commandLine: (textOf(files, 'proc/cmdline') ?? '').trim().slice(0, 65_536),
    devices,
    links: readLinks(textOf(files, 'devlinks.txt') ?? '', devices),
    drivers: readDrivers(textOf(files, 'drivers.txt') ?? '', numbers),
    modules:
      modules === undefined
        ? null
        : modules
            .split('\n')
            .flatMap((line) => line.split(' ', 1))
            .filter(Boolean),
    deferred: deferredOf(textOf(files, 'sys/kernel/debug/devices_deferred')),
    unread,
  };
}
