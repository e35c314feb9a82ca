/**
 * `npm run -s kernel:replay -- FILE.scn[.xz]...`: runs recorded scenarios on the model and prints, for each, a line
 * `=== NAME` and its trace in the recorded format.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { InputError } from '../core/index.ts';
import { parseScenarios, runScenario } from '../scenarios/index.ts';
import { endWithReader } from './node-io.ts';

function readText(path: string): string {
  if (!path.endsWith('.xz')) return readFileSync(path, 'utf8');
  return execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 30 }).toString('utf8');
}

/** Prints the traces of one file's scenarios. */
function replay(path: string): void {
  for (const scenario of parseScenarios(readText(path), path, true)) {
    process.stdout.write(`=== ${scenario.name}\n${runScenario(scenario).session.trace.join('\n')}\n`);
  }
}

function main(paths: readonly string[]): number {
  if (paths.length === 0) {
    process.stderr.write('usage: npm run -s kernel:replay -- FILE.scn[.xz]...\n');
    return 2;
  }
  for (const path of paths) {
    try {
      replay(path);
    } catch (error) {
      const isKnown = error instanceof InputError || (error as NodeJS.ErrnoException).code !== undefined;
      if (!isKnown) throw error;
      process.stderr.write(`${(error as Error).message}\n`);
      return 2;
    }
  }
  return 0;
}

endWithReader();
process.exitCode = main(process.argv.slice(2));
