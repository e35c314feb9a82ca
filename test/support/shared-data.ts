/**
 * Recorded answers of real kernels. The large set lies beside the project in ../shared/data and may be absent; the
 * answers for the bundled boards are part of the project (test/fixtures).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

const SHARED = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** Path of a file in ../shared/data. */
export function sharedPath(name: string): string {
  return `${SHARED}/${name}`;
}

export function exampleBoard(name: string): Uint8Array {
  return readFileSync(fileURLToPath(new URL(`../../examples/boards/${name}`, import.meta.url)));
}

function hasXz(): boolean {
  try {
    execFileSync('xz', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Why tests on a shared file cannot run here; undefined if they can. */
export function sharedDataMissing(name: string): string | undefined {
  if (!existsSync(sharedPath(name))) return `../shared/data/${name} is not here`;
  if (name.endsWith('.xz') && !hasXz()) return 'xz is not installed (Debian: xz-utils)';
  return undefined;
}

/** A group of tests on shared files; where one is absent the reason is printed and the group is skipped. */
export function describeWithSharedData(title: string, names: readonly string[], body: () => void): void {
  const missing = names.map(sharedDataMissing).find((reason) => reason !== undefined);
  if (missing === undefined) {
    describe(title, body);
    return;
  }
  console.warn(`skipped: ${title}: ${missing}`);
  // Not the body: it may read the files before its first test.
  describe.skip(`${title} (${missing})`, () => {
    it('is not run here', () => {});
  });
}

/** Lines of an .xz file in ../shared/data, decompressed by xz. */
export function sharedLines(name: string): string[] {
  const text = execFileSync('xz', ['-dc', sharedPath(name)], { maxBuffer: 2 ** 30 }).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}
