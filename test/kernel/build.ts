/**
 * Builds the kernel that judges: Debian's linux-source-6.12 as User-Mode Linux, with the code of module/ built in. All lives in
 * a cache outside of the checkout; a build that was interrupted is gone on with, and a change of module/ alone takes seconds.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, runLogged, withLock } from './build-tools.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MODULE = join(HERE, 'module');
const CONFIG = join(HERE, 'kernel.config');
const TARBALL = '/usr/src/linux-source-6.12.tar.xz';
const TARBALL_FOLDER = 'linux-source-6.12';

/** Kernels for older code of module/ that are kept. */
const KERNELS_KEPT = 6;

/** What a variant sets beside kernel.config. */
const VARIANTS = {
  /** The configuration of the recorded traces and boards. */
  plain: '',
  /** Generic PM domains: a provider's consumers wait for it, so boards come out differently. DMA operations that depend on others. */
  genpd: 'CONFIG_PM_GENERIC_DOMAINS=y\nCONFIG_ASYNC_TX_ENABLE_CHANNEL_SWITCH=y\n',
} as const;

export type Variant = keyof typeof VARIANTS;

export interface BuildOptions {
  readonly variant?: Variant;
  /** Called with each step; by default steps go to stderr. */
  readonly report?: (line: string) => void;
}

/** Folders of which only the Kconfig and make files are unpacked: nothing there is built. */
const NOT_BUILT = [
  ...['Documentation', 'net', 'samples', 'sound', 'tools'],
  ...['accel', 'acpi', 'crypto', 'gpu', 'hid', 'iio', 'infiniband', 'md', 'media', 'misc'].map(driver),
  ...['mtd', 'net', 'phy', 'pinctrl', 'platform', 's390', 'scsi', 'staging', 'usb', 'video'].map(driver),
  ...['alpha', 'arc', 'arm', 'arm64', 'csky', 'hexagon', 'loongarch', 'm68k', 'microblaze', 'mips'].map(arch),
  ...['nios2', 'openrisc', 'parisc', 'powerpc', 'riscv', 's390', 'sh', 'sparc', 'xtensa'].map(arch),
];
const NOT_NEEDED = ['c', 'h', 'S', 'dts', 'dtsi', 'json', 'rst', 'yaml', 'txt', 'svg', 'py', 'sh'];

function driver(name: string): string {
  return `drivers/${name}`;
}

function arch(name: string): string {
  return `arch/${name}`;
}

function cacheRoot(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'devgraph');
}

function hash(...parts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('hex').slice(0, 12);
}

function moduleFiles(): string[] {
  return readdirSync(MODULE)
    .filter((name) => /\.[ch]$|^Makefile$/.test(name))
    .sort();
}

function moduleHash(): string {
  return hash(...moduleFiles().flatMap((name) => [name, readFileSync(join(MODULE, name), 'utf8')]));
}

/** The folder of one source version and configuration. */
function cacheFolder(): string {
  const { size, mtimeMs } = statSync(TARBALL);
  const key = hash(String(size), String(mtimeMs), readFileSync(CONFIG, 'utf8'), NOT_BUILT.join());
  return join(cacheRoot(), `kernel-6.12-${key}`);
}

/** Unpacks the source; what stands there in the end is complete. */
async function unpack(folder: string, report: (line: string) => void): Promise<string> {
  const source = join(folder, 'source');
  if (existsSync(source)) return source;
  const part = `${source}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  report('unpacking the kernel source');
  const excluded = NOT_BUILT.flatMap((name) =>
    NOT_NEEDED.map((ending) => `--exclude=${TARBALL_FOLDER}/${name}/*.${ending}`),
  );
  const options = ['--strip-components=1', '--anchored', '--wildcards', ...excluded];
  await runLogged('tar', ['-C', part, '-I', 'xz -dT0', '-xf', TARBALL, ...options], folder);
  writeFileSync(join(part, 'drivers/Makefile'), '\nobj-y += orc/\n', { flag: 'a' });
  renameSync(part, source);
  return source;
}

/** An option without a prompt can only be selected; with one, a configuration can set it. */
function addPrompt(path: string, option: string, prompt: string): void {
  const text = readFileSync(path, 'utf8');
  const declared = `config ${option}\n\tbool\n`;
  if (text.includes(`config ${option}\n\tbool "`)) return;
  if (!text.includes(declared)) throw new Error(`${path} does not declare ${option} as expected`);
  writeFileSync(path, text.replace(declared, `config ${option}\n\tbool "${prompt}"\n`));
}

/** Copies our code into the source; files that are the same keep their times, so that only changes are compiled. */
function placeModule(source: string): void {
  const target = join(source, 'drivers/orc');
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(target)) {
    if (!moduleFiles().includes(name)) rmSync(join(target, name));
  }
  for (const name of moduleFiles()) {
    const text = readFileSync(join(MODULE, name), 'utf8');
    const path = join(target, name);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  }
}

/** Configures a build folder, beginning with the objects of another variant where there are some. */
async function configure(
  folder: string,
  variant: Variant,
  make: (...goals: string[]) => Promise<void>,
): Promise<void> {
  const build = join(folder, variant);
  const wanted = readFileSync(CONFIG, 'utf8') + VARIANTS[variant];
  const config = join(build, 'orc.config');
  if (existsSync(config) && readFileSync(config, 'utf8') === wanted) return;
  const other = (Object.keys(VARIANTS) as Variant[]).find((name) => existsSync(join(folder, name, 'linux')));
  if (!existsSync(build) && other !== undefined) {
    rmSync(`${build}.part`, { recursive: true, force: true });
    cpSync(join(folder, other), `${build}.part`, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
    });
    renameSync(`${build}.part`, build);
  }
  mkdirSync(build, { recursive: true });
  const fragment = join(build, 'orc.config.new');
  writeFileSync(fragment, wanted);
  await make(`KCONFIG_ALLCONFIG=${fragment}`, 'alldefconfig');
  checkConfig(wanted, readFileSync(join(build, '.config'), 'utf8'));
  renameSync(fragment, config);
}

/** What was asked for and does not stand in the result would change the kernel silently. */
function checkConfig(wanted: string, made: string): void {
  const lines = new Set(made.split('\n'));
  const lost = wanted.split('\n').filter((line) => /^CONFIG_\w+=y$/.test(line) && !lines.has(line));
  if (lost.length > 0) throw new Error(`the kernel's configuration does not have ${lost.join(', ')}`);
}

/** Deletes the kernels of older code, the longest unused first. */
function dropOldKernels(folder: string): void {
  const kernels = readdirSync(folder)
    .filter((name) => name.startsWith('linux-'))
    .map((name) => ({ path: join(folder, name), used: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.used - a.used || (a.path < b.path ? -1 : 1));
  for (const { path } of kernels.slice(KERNELS_KEPT)) rmSync(path, { force: true });
}

async function build(folder: string, variant: Variant, kernel: string, report: (line: string) => void) {
  const source = await unpack(folder, report);
  const make = (...goals: string[]) =>
    runLogged('make', ['-C', source, `O=${join(folder, variant)}`, 'ARCH=um', ...goals], folder);
  addPrompt(join(source, 'kernel/power/Kconfig'), 'PM_GENERIC_DOMAINS', 'Generic PM domains');
  addPrompt(join(source, 'drivers/dma/Kconfig'), 'ASYNC_TX_ENABLE_CHANNEL_SWITCH', 'Dependent operations');
  placeModule(source);
  await configure(folder, variant, make);
  report(`building the kernel (${variant})`);
  await make(`-j${availableParallelism()}`, 'linux');
  cpSync(join(folder, variant, 'linux'), `${kernel}.part`);
  renameSync(`${kernel}.part`, kernel);
  dropOldKernels(folder);
}

/** Whether a kernel is built; one that is asked for counts as used. */
function isThere(kernel: string): boolean {
  if (!existsSync(kernel)) return false;
  utimesSync(kernel, new Date(), new Date());
  return true;
}

/**
 * Path of the kernel for the present code, built where it is missing: minutes at the first time, then seconds. The cache lies
 * in XDG_CACHE_HOME or ~/.cache, under devgraph/. Throws an Error that says what is missing or what failed.
 */
export async function ensureKernel(options: BuildOptions = {}): Promise<string> {
  const { variant = 'genpd', report = (line: string) => process.stderr.write(`${line}\n`) } = options;
  ensurePackages(report);
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  const kernel = join(folder, `linux-${variant}-${moduleHash()}`);
  // One that is there is whole; nobody waits for the build of another.
  if (isThere(kernel)) return kernel;
  await withLock(join(folder, 'lock'), report, async () => {
    if (isThere(kernel)) return;
    const begun = Date.now();
    await build(folder, variant, kernel, report);
    report(`built in ${Math.round((Date.now() - begun) / 1000)} s: ${kernel}`);
  });
  return kernel;
}
