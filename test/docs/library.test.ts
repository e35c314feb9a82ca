/** The examples of docs/library.md run, and print what stands behind them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { readonly types: string }>;
};

/** The source of an entry of the package: its types are made of it. */
function sourceOf(entry: string): string {
  const target = exports[entry.replace(/^devgraph/, '.')];
  if (target === undefined || typeof target === 'string') throw new Error(`no entry ${entry}`);
  const path = target.types.replace('./dist/types/', 'src/').replace(/\.d\.ts$/, '.ts');
  return pathToFileURL(join(ROOT, path)).href;
}

const examples = PAGE.split(/^## /m).flatMap((section) => {
  const title = section.split('\n', 1)[0]!;
  return [...section.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => ({ title, code: code! }));
});

describe('docs/library.md', () => {
  let folder: string;
  // Inside the project, so that packages are found.
  beforeAll(() => {
    folder = mkdtempSync(join(ROOT, 'node_modules/.library-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has an example for every section with code', () => {
    expect(examples.length).toBe(PAGE.match(/^```js$/gm)?.length);
    expect(examples.length).toBeGreaterThan(3);
  });

  it('names every entry of the package', () => {
    const entries = Object.keys(exports).filter((entry) => entry !== './package.json');
    const missing = entries
      .map((entry) => entry.replace(/^\./, 'devgraph'))
      .filter((entry) => !PAGE.includes(`\`${entry}\``));
    expect(missing).toEqual([]);
  });

  it.each(examples)('$title: does what it says', ({ code }) => {
    const file = join(folder, 'example.mts');
    writeFileSync(
      file,
      code.replace(/from '(devgraph[^']*)'/g, (_, entry) => `from '${sourceOf(entry)}'`),
    );
    const printed = execFileSync(process.execPath, ['--import', 'tsx', file], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const said = [...code.matchAll(/^console\.log.*\n((?:\/\/ .*\n?)+)/gm)].map(([, lines]) =>
      lines!.replace(/^\/\/ /gm, ''),
    );
    expect(printed.trimEnd()).toBe(said.join('').trimEnd());
  });
});
