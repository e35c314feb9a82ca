/** Packages, locks and logged commands for the build of the kernel. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What has to be there, and the Debian package that brings it. */
const NEEDED: Readonly<Record<string, string>> = {
  '/usr/src/linux-source-6.12.tar.xz': 'linux-source-6.12',
  '/usr/bin/flex': 'flex',
  '/usr/bin/bison': 'bison',
  '/usr/bin/bc': 'bc',
  '/usr/bin/gcc': 'gcc',
  '/usr/bin/make': 'make',
  '/usr/bin/xz': 'xz-utils',
};

/** Installs what is missing, or says what to install. */
export function ensurePackages(report: (line: string) => void): void {
  const missing = Object.entries(NEEDED).flatMap(([path, name]) => (existsSync(path) ? [] : [name]));
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends -y ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`packages are missing: run, as root, ${command}`);
  report(command);
  const [program = '', ...words] = command.split(' ');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update'], { stdio: 'ignore', env: environment });
  execFileSync(program, words, { stdio: 'ignore', env: environment });
}

/** Runs a program with its output in `folder`/build.log. Throws an Error with the end of the log where it fails. */
export async function runLogged(program: string, words: readonly string[], folder: string): Promise<void> {
  const log = join(folder, 'build.log');
  const file = openSync(log, 'w');
  const child = spawn(program, words, { stdio: ['ignore', file, file] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code === 0) return;
  const end = readFileSync(log, 'utf8').split('\n').slice(-30).join('\n');
  throw new Error(`${program} failed (${log}):\n${end}`);
}

/**
 * Does something while no other process does it. The lock is held by a child that ends with its input, so it is free
 * again however this process ends.
 */
export async function withLock(
  path: string,
  report: (line: string) => void,
  action: () => Promise<void>,
): Promise<void> {
  const holder = spawn('flock', [path, 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = setTimeout(() => report('waiting for another build'), 1_000);
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.on('error', reject);
    holder.on('exit', () => reject(new Error(`cannot lock ${path}`)));
  });
  clearTimeout(waiting);
  try {
    await action();
  } finally {
    holder.stdin.end();
  }
}
