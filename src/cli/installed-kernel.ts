/** Reads an installed or unpacked kernel from a folder: its image and what lib/modules says of its modules. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../core/diagnostic.ts';
import {
  builtinDriversOf,
  type Compression,
  findMatchTables,
  type InstalledKernel,
  type KernelInMemory,
  type KernelModule,
  kernelOfZImage,
  moduleName,
  primecellDrivers,
  readModinfo,
  readModinfos,
  readModuleTexts,
  recognizeKernel,
} from '../kernels/index.ts';

/** No kernel image or module is larger once it is unpacked. */
const UNPACKED_LIMIT = 512 * 1024 * 1024;
/** Images in the order in which they are looked for: with the release in the name first. */
const IMAGE_NAMES = ['vmlinuz', 'Image', 'zImage', 'vmlinux', 'Image.gz', 'kernel'];

/** Where a compression is not Node's own, the program that undoes it. */
const PROGRAMS: Readonly<Record<Exclude<Compression, 'gzip'>, readonly string[]>> = {
  xz: ['xz', '-dc'],
  lzma: ['xz', '--format=lzma', '-dc'],
  zstd: ['zstd', '-dcq'],
  lz4: ['lz4', '-dcq'],
  lzo: ['lzop', '-dcq'],
};

function unpack(compression: Compression, payload: Uint8Array, input: string): Uint8Array {
  try {
    if (compression === 'gzip') return gunzipSync(payload, { maxOutputLength: UNPACKED_LIMIT });
    const [program, ...options] = PROGRAMS[compression];
    return execFileSync(program!, options, {
      input: payload,
      maxBuffer: UNPACKED_LIMIT,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch (error) {
    // What follows a compressed kernel in its wrapper is no fault: the program has written all of it by then.
    const { stdout, code } = error as { stdout?: Uint8Array; code?: string };
    if (stdout !== undefined && stdout.length > 1 << 20) return stdout;
    const program = compression === 'gzip' ? undefined : PROGRAMS[compression][0];
    throw code === 'ENOENT'
      ? new InputError('file', { input }, `compressed with ${compression}`, `install the program ${program}`)
      : new InputError(
          'file',
          { input },
          `compressed with ${compression}, and damaged or larger than ${UNPACKED_LIMIT} bytes`,
        );
  }
}

/** The kernel inside an image file, whatever is around it. */
export function readKernelImage(bytes: Uint8Array, input: string): KernelInMemory {
  let at = bytes;
  for (let layer = 0; layer < 4; layer++) {
    const file = recognizeKernel(at, input);
    if (file.kind === 'kernel') return file.kernel;
    const unpacked = unpack(file.compression, file.payload, input);
    if (at.length > 0x28 && new DataView(at.buffer, at.byteOffset).getUint32(0x24, true) === 0x016f2818)
      return kernelOfZImage(unpacked);
    at = unpacked;
  }
  throw new InputError('kernel-image', { input }, 'compressed more than four times over');
}

/** Whether there is a file to read; a folder or a device of that name is none. */
function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** Throws InputError for what cannot be read. */
function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      'file',
      { input: path },
      `cannot be read: ${code === 'EACCES' ? 'permission denied' : code}`,
    );
  }
}

function textOf(path: string): string | undefined {
  return isFile(path) ? bytesOf(path).toString('latin1') : undefined;
}

const UNPACKERS: readonly { readonly ending: string; readonly compression: Compression }[] = [
  { ending: '.xz', compression: 'xz' },
  { ending: '.zst', compression: 'zstd' },
  { ending: '.gz', compression: 'gzip' },
];

function moduleFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ko(\.(xz|zst|gz))?$/.test(path))
    .sort();
}

/** So many xz files are unpacked by one process; a process for each takes eight times as long. */
const BATCH = 256;

/** Sizes that files will have, by `xz --robot --list`, in their order. */
function unpackedSizes(files: readonly string[]): number[] {
  const listed = execFileSync('xz', ['--robot', '--list', ...files], {
    encoding: 'utf8',
    maxBuffer: 1 << 24,
  });
  return listed
    .split('\n')
    .filter((line) => line.startsWith('file\t'))
    .map((line) => Number(line.split('\t')[4]));
}

/** Unpacks xz files in one go. */
function unpackAll(files: readonly string[]): Uint8Array[] {
  const sizes = unpackedSizes(files);
  const whole = execFileSync('xz', ['-dc', ...files], { maxBuffer: UNPACKED_LIMIT });
  let at = 0;
  return sizes.map((size) => {
    at += size;
    return whole.subarray(at - size, at);
  });
}

function unpackModules(files: readonly string[]): Uint8Array[] {
  if (files.length === 0) return [];
  if (files.every((file) => file.endsWith('.xz'))) {
    try {
      return unpackAll(files);
    } catch {
      // One of them is damaged, or there is no xz: each by itself tells which.
    }
  }
  return files.map((file) => {
    const raw = bytesOf(file);
    const packed = UNPACKERS.find(({ ending }) => file.endsWith(ending));
    return packed ? unpack(packed.compression, raw, file) : raw;
  });
}

/** Modules by their own .modinfo, for a kernel on which depmod never ran. `progress` hears how many of how many are read. */
function modulesByThemselves(folder: string, progress: (done: number, all: number) => void): KernelModule[] {
  const paths = moduleFiles(folder);
  const read: { path: string; entries: string[] }[] = [];
  for (let start = 0; start < paths.length; start += BATCH) {
    const batch = paths.slice(start, start + BATCH);
    const files = batch.map((path) => join(folder, path));
    for (const [index, bytes] of unpackModules(files).entries()) {
      read.push({ path: batch[index]!, entries: readModinfo(bytes, files[index]!) });
    }
    progress(read.length, paths.length);
  }
  return readModinfos(read);
}

function readModules(folder: string, progress: (done: number, all: number) => void): KernelModule[] {
  const alias = textOf(join(folder, 'modules.alias'));
  if (alias === undefined) return modulesByThemselves(folder, progress);
  const [dep, softdep, order] = ['dep', 'softdep', 'order'].map((name) =>
    textOf(join(folder, `modules.${name}`)),
  );
  return readModuleTexts({
    alias,
    ...(dep && { dep }),
    ...(softdep && { softdep }),
    ...(order && { order }),
  });
}

/** The one folder lib/modules/RELEASE below a root, or the folder itself if it is one. */
function modulesFolder(root: string): string | undefined {
  if (existsSync(join(root, 'modules.builtin')) || existsSync(join(root, 'modules.alias'))) return root;
  for (const modules of [join(root, 'lib/modules'), join(root, 'usr/lib/modules')]) {
    if (!existsSync(modules)) continue;
    const releases = readdirSync(modules).filter((name) => statSync(join(modules, name)).isDirectory());
    if (releases.length === 1) return join(modules, releases[0]!);
    if (releases.length > 1)
      throw new InputError(
        'kernel',
        { input: modules },
        `has ${releases.length} kernels: ${releases.sort().join(', ')}`,
        'name one of these folders',
      );
  }
  return undefined;
}

/** The kernel's configuration, beside its image or its modules. */
function configText(
  root: string,
  folder: string | undefined,
  image: string | undefined,
  release: string | undefined,
): string | undefined {
  const ofImage = image === undefined ? undefined : releaseOfImage(image);
  const names =
    release === undefined
      ? []
      : [`boot/config-${release}`, `../../../boot/config-${release}`, `config-${release}`];
  const files = [
    ...names.map((name) => join(root, name)),
    ...(folder === undefined ? [] : [join(folder, 'config')]),
    ...(ofImage === undefined ? [] : [join(dirname(image!), `config-${ofImage}`)]),
  ];
  return files.map(textOf).find((text) => text !== undefined);
}

/** The image that belongs to a folder of modules: beside it, in boot/, or two folders up in boot/. */
function imageFile(root: string, release: string | undefined): string | undefined {
  const folders = [root, join(root, 'boot'), join(root, '../../../boot'), join(root, 'arch/arm64/boot')];
  const names = IMAGE_NAMES.flatMap((name) =>
    release === undefined ? [name] : [`${name}-${release}`, name],
  );
  for (const folder of folders) {
    for (const name of names) if (isFile(join(folder, name))) return join(folder, name);
  }
  return release === undefined ? onlyImage(root) : undefined;
}

/** The one image of a folder as /boot, whose name ends in a release. */
function onlyImage(root: string): string | undefined {
  const images = [root, join(root, 'boot')]
    .filter((folder) => existsSync(folder) && statSync(folder).isDirectory())
    .flatMap((folder) =>
      readdirSync(folder)
        .sort()
        .map((name) => join(folder, name)),
    )
    .filter((file) => releaseOfImage(file) !== undefined && isFile(file));
  if (images.length > 1)
    throw new InputError(
      'kernel',
      { input: root },
      `has ${images.length} kernels: ${images
        .slice(0, 5)
        .map((file) => basename(file))
        .join(', ')}`,
      'hand in one of these files',
    );
  return images[0];
}

/** The release that the name of an image ends in. */
function releaseOfImage(file: string): string | undefined {
  const name = basename(file);
  const prefix = IMAGE_NAMES.find((each) => name.startsWith(`${each}-`));
  return prefix === undefined ? undefined : name.slice(prefix.length + 1);
}

/**
 * Reads a kernel: a folder that has lib/modules/RELEASE and boot/ (an unpacked package, a root file system), a folder
 * lib/modules/RELEASE, or an image alone. Throws InputError if there is none in it.
 */
export function readInstalledKernel(
  root: string,
  progress: (done: number, all: number) => void = () => {},
): InstalledKernel {
  if (!existsSync(root)) throw new InputError('file', { input: root }, 'cannot be read: no such file');
  const isFolder = statSync(root).isDirectory();
  const folder = isFolder ? modulesFolder(root) : undefined;
  const release = folder?.split('/').at(-1);
  const image = isFolder ? imageFile(root, release) : root;
  if (folder === undefined && image === undefined)
    throw new InputError(
      'kernel',
      { input: root },
      'no kernel in this folder: neither lib/modules/RELEASE nor an image in boot/',
      'hand in the folder of an unpacked kernel package, or an image',
    );
  const limits: string[] = [];
  if (folder === undefined) limits.push('no modules: only an image was given');
  if (image === undefined) limits.push(`no kernel image beside ${root}: built-in drivers are not known`);
  const config = configText(root, folder, image, release);
  const amba = primecellDrivers(config ?? '');
  if (config === undefined)
    limits.push('no configuration (boot/config-RELEASE): drivers of the AMBA bus are not known');
  const inMemory = image === undefined ? undefined : readKernelImage(bytesOf(image), image);
  const builtin = inMemory && builtinDriversOf(inMemory);
  if (inMemory?.architecture === 'x86')
    throw new InputError(
      'kernel-image',
      { input: image! },
      'a kernel for x86, which has no drivers of device trees',
      'hand in one for arm64, arm or riscv',
    );
  return {
    release,
    ...(inMemory && { architecture: inMemory.architecture }),
    modulesFolder: folder,
    builtin: [
      ...(builtin?.drivers ?? []),
      ...amba.builtin.map((driver) => ({ ...driver, level: undefined, asynchronous: false })),
    ],
    early: builtin?.early ?? [],
    ...(config !== undefined && { config }),
    builtinNames: new Set(
      (folder === undefined ? '' : (textOf(join(folder, 'modules.builtin')) ?? ''))
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => moduleName(line.trim())),
    ),
    modules: (folder === undefined ? [] : readModules(folder, progress)).map((module) => ({
      ...module,
      compatibles: [...module.compatibles, ...(amba.modules.get(module.name) ?? [])],
    })),
    limits: [...limits, ...(builtin?.limits ?? [])],
  };
}

/** No board has a use for more modules than this. */
const COMPONENT_LIMIT = 512;

/**
 * A kernel with the match tables of the modules themselves, for those that are loaded for a board: a module may hold further drivers
 * that no alias names (vc4 has one for each component of the display). Each module is read once for all boards.
 */
export class ComponentDrivers {
  readonly #kernel: InstalledKernel;
  /** Compatibles in the tables of a module, by its name. */
  readonly #tables = new Map<string, readonly string[]>();
  readonly #byCompatible = new Map<string, KernelModule[]>();

  constructor(kernel: InstalledKernel) {
    this.#kernel = kernel;
    for (const module of kernel.modules) {
      if (module.path === undefined) continue;
      for (const compatible of module.compatibles) {
        const entry = compatible.toLowerCase();
        this.#byCompatible.set(entry, [...(this.#byCompatible.get(entry) ?? []), module]);
      }
    }
  }

  #read(modules: readonly KernelModule[], folder: string): void {
    const missing = modules.filter(({ name }) => !this.#tables.has(name));
    const files = missing.map(({ path }) => join(folder, path!));
    const present = missing.filter((_, index) => existsSync(files[index]!));
    const bytes = unpackModules(files.filter((file) => existsSync(file)));
    for (const { name } of missing) this.#tables.set(name, []);
    for (const [index, { name }] of present.entries()) {
      const aligned = Uint8Array.from(bytes[index]!);
      const tables = findMatchTables(aligned, aligned[4] === 1 ? 4 : 8);
      this.#tables.set(
        name,
        tables.flatMap(({ compatibles }) => compatibles),
      );
    }
  }

  /** The kernel as it is for a board with these compatibles (lower case). */
  kernelFor(wanted: ReadonlySet<string>): InstalledKernel {
    const { modulesFolder: folder } = this.#kernel;
    if (folder === undefined) return this.#kernel;
    const loaded = [...new Set([...wanted].flatMap((entry) => this.#byCompatible.get(entry) ?? []))];
    const read = loaded.slice(0, COMPONENT_LIMIT);
    this.#read(read, folder);
    const further = new Map(read.map((module) => [module, this.#tables.get(module.name)!]));
    return {
      ...this.#kernel,
      modules: this.#kernel.modules.map((module) => {
        const more = further.get(module) ?? [];
        return more.length === 0
          ? module
          : { ...module, compatibles: [...new Set([...module.compatibles, ...more])] };
      }),
    };
  }
}
