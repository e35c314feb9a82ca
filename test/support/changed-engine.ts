/** The explorer with its engine as another module, in which the source of some files is changed before it is compiled. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

export type Explorer = typeof import('../../src/explore/index.ts');

const ENTRY = fileURLToPath(new URL('../../src/explore/index.ts', import.meta.url));

/** Compiles and loads it; `change` is asked for every file by its path below src/, and returns its new source. */
export async function changedExplorer(change: (path: string, source: string) => string): Promise<Explorer> {
  const bundle = await rolldown({
    input: ENTRY,
    platform: 'neutral',
    logLevel: 'silent',
    plugins: [
      {
        name: 'change',
        transform(code, id) {
          const path = id.split('/src/').at(-1)!;
          const changed = change(path, code);
          return changed === code ? null : { code: changed, map: null };
        },
      },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'devgraph-changed-'));
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    const file = join(folder, 'engine.mjs');
    writeFileSync(file, output[0].code);
    return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Explorer;
  } finally {
    rmSync(folder, { recursive: true });
    await bundle.close();
  }
}

/** One rule of the engine made wrong. */
export interface WrongRule {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The explorer on an engine with a wrong rule. Throws where the rule is not written as it was. */
export async function wrongExplorer({ file, from, to }: WrongRule): Promise<Explorer> {
  let count = 0;
  const explorer = await changedExplorer((path, source) => {
    if (path !== file) return source;
    count = source.split(from).length - 1;
    return source.replace(from, () => to);
  });
  if (count !== 1) throw new Error(`${file} has ${count} times: ${from}`);
  return explorer;
}
