/** Reads a Linux source tree for `probe --source`: which file has a driver for a compatible, and which option builds it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceDriver } from '../analysis/probe-sources.ts';
import { InputError } from '../core/diagnostic.ts';
import {
  type ConfigValues,
  type KconfigOption,
  KernelBuild,
  missingDependencies,
  readConfig,
  readKconfig,
} from '../kernels/index.ts';

/** Folders that have drivers. */
const FOLDERS = ['drivers', 'sound', 'arch', 'block', 'crypto', 'kernel', 'lib', 'mm', 'net', 'security'];
/** No source file is longer, no tree has more files or is deeper. */
const LONGEST = 16 * 1024 * 1024;
const MOST_FILES = 200_000;
const DEEPEST = 24;

function* sourceFiles(root: string): Generator<string> {
  let count = 0;
  const stack = FOLDERS.filter((folder) => existsSync(join(root, folder))).reverse();
  for (let folder = stack.pop(); folder !== undefined; folder = stack.pop()) {
    const entries = readdirSync(join(root, folder), { withFileTypes: true });
    // Neither kind is true of a symbolic link, so that nothing outside is read.
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && path.split('/').length < DEEPEST) stack.push(path);
      if (!entry.isFile() || !entry.name.endsWith('.c')) continue;
      if (++count > MOST_FILES)
        throw new InputError(
          'source',
          { input: root },
          `more than ${MOST_FILES} source files`,
          'hand in a Linux source folder',
        );
      yield path;
    }
  }
}

/** Why a file is named: the stronger, the likelier that the driver is there. */
type Mention = 'table' | 'declared' | 'named';
const RANKS: readonly Mention[] = ['table', 'declared', 'named'];

function mentionsIn(text: string, wanted: ReadonlySet<string>): [string, Mention][] {
  const found = new Map<string, Mention>();
  // Quotes are few; what stands before one is looked at only for the strings that are wanted.
  for (let open = text.indexOf('"'); open >= 0; ) {
    const close = text.indexOf('"', open + 1);
    if (close < 0) break;
    const compatible = text.slice(open + 1, close);
    if (wanted.has(compatible)) {
      const before = text.slice(Math.max(0, open - 160), open);
      const mention: Mention = /\.compatible\s*=\s*$/.test(before)
        ? 'table'
        : /_(?:DECLARE|MATCH)\w*\s*\([^")]*$/.test(before)
          ? 'declared'
          : 'named';
      const known = found.get(compatible);
      if (known === undefined || RANKS.indexOf(mention) < RANKS.indexOf(known))
        found.set(compatible, mention);
      open = text.indexOf('"', close + 1);
    } else open = close;
  }
  return [...found];
}

/** Files that have a table with one of these compatibles, by compatible; the one most likely to be the driver first. */
function findTables(
  root: string,
  wanted: ReadonlySet<string>,
  progress: (files: number) => void,
): Map<string, { readonly file: string; readonly mention: Mention }[]> {
  const found = new Map<string, { file: string; mention: Mention }[]>();
  let files = 0;
  for (const path of sourceFiles(root)) {
    if (++files % 500 === 0) progress(files);
    const file = join(root, path);
    const bytes = readFileSync(file);
    if (bytes.length > LONGEST) continue;
    if (!bytes.includes('of_device_id') && !bytes.includes('_DECLARE') && !bytes.includes('IRQCHIP_MATCH'))
      continue;
    for (const [compatible, mention] of mentionsIn(bytes.toString('latin1'), wanted))
      found.set(compatible, [...(found.get(compatible) ?? []), { file: path, mention }]);
  }
  progress(-1);
  for (const list of found.values()) list.sort((a, b) => RANKS.indexOf(a.mention) - RANKS.indexOf(b.mention));
  return found;
}

/** A Linux source folder. Nothing is kept on disk; a scan reads every .c file once. */
export class SourceTree {
  readonly #root: string;
  readonly #build: KernelBuild;
  readonly #options: ReadonlyMap<string, KconfigOption>;
  readonly #config: ConfigValues | undefined;

  /** Throws InputError for a folder that is no Linux source. */
  constructor(root: string, architecture: string, config: ConfigValues | undefined) {
    if (!existsSync(join(root, 'Kconfig')) || !existsSync(join(root, 'drivers')))
      throw new InputError(
        'source',
        { input: root },
        'no Linux source: it has no Kconfig and no drivers folder',
        'hand in an unpacked source, as /usr/src/linux-source-6.12',
      );
    const read = (path: string): string | undefined => {
      const file = join(root, path);
      const isReadable = existsSync(file) && statSync(file).isFile() && statSync(file).size <= LONGEST;
      return isReadable ? readFileSync(file, 'latin1') : undefined;
    };
    this.#root = root;
    this.#build = new KernelBuild(read);
    this.#options = readKconfig(read, architecture);
    this.#config = config;
  }

  /** The drivers of these compatibles, as far as the source has any. */
  driversFor(
    compatibles: Iterable<string>,
    progress: (files: number) => void = () => {},
  ): ReadonlyMap<string, SourceDriver> {
    const wanted = new Set(compatibles);
    const drivers = new Map<string, SourceDriver>();
    if (wanted.size === 0) return drivers;
    for (const [compatible, places] of findTables(this.#root, wanted, progress)) {
      const built = places.find(({ file }) => this.#build.builtFor(file) !== undefined) ?? places[0]!;
      drivers.set(compatible, this.#driver(compatible, built.file));
    }
    return drivers;
  }

  #driver(compatible: string, file: string): SourceDriver {
    const built = this.#build.builtFor(file);
    const options = built?.options ?? [];
    // Options without a prompt are selected by others: the one to set has one.
    const option = options.find((name) => this.#options.get(name)?.prompt !== undefined) ?? options[0];
    const known = option === undefined ? undefined : this.#options.get(option);
    const further = options.filter((name) => name !== option);
    const config = this.#config;
    const valueIn = (name: string) => config?.get(name) ?? 'n';
    const values = options.map(valueIn);
    const lacking =
      config === undefined || option === undefined || !values.includes('n')
        ? []
        : [
            ...(known !== undefined && valueIn(option) === 'n' ? missingDependencies(known, config) : []),
            ...further.filter(
              (name) => valueIn(name) === 'n' && this.#options.get(name)?.prompt !== undefined,
            ),
          ];
    return {
      compatible,
      file,
      option: option ?? null,
      further,
      prompt: known?.prompt ?? null,
      dependsOn: known?.dependsOn ?? [],
      value:
        config === undefined || option === undefined
          ? null
          : values.includes('n')
            ? 'n'
            : values.includes('m')
              ? 'm'
              : 'y',
      missing: [...new Set(lacking)],
      module: built === undefined || option === undefined ? null : `${built.module}.ko`,
    };
  }
}

/** The source of --source, with the configuration of the kernel that is asked about; `progress` hears how many files were read. */
export function sourceDrivers(
  root: string,
  { architecture, config }: { readonly architecture: string; readonly config: string | undefined },
  compatibles: Iterable<string>,
  progress: (files: number) => void,
): ReadonlyMap<string, SourceDriver> {
  const tree = new SourceTree(root, architecture, config === undefined ? undefined : readConfig(config));
  return tree.driversFor(compatibles, progress);
}
