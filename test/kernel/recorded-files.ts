/** Recorded scenarios in files: those bundled with the tests and those of ../shared/data. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseScenarios, type Scenario } from '../../src/scenarios/index.ts';
import { traceLines } from './compare.ts';

const BUNDLED = fileURLToPath(new URL('../fixtures/kernel-6.12/scenarios/', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/data/kernel-6.12/scenarios/', import.meta.url));

/** The text of a file, unpacked if its name ends in .xz. */
export function readText(path: string): string {
  if (!path.endsWith('.xz')) return readFileSync(path, 'utf8');
  return execFileSync('xz', ['-dc', path], { maxBuffer: 2 ** 30 }).toString('utf8');
}

export interface RecordedFile {
  /** The name without its endings. */
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** Lines by scenario. */
  readonly traces: ReadonlyMap<string, readonly string[]>;
}

function tracesOf(text: string): Map<string, readonly string[]> {
  const traces = new Map<string, readonly string[]>();
  for (const part of text.split(/^=== /m).slice(1)) {
    const [name = '', ...lines] = part.split('\n');
    traces.set(name, traceLines(lines.join('\n')));
  }
  return traces;
}

function filesIn(folder: string): RecordedFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /\.scn(\.xz)?$/.test(file))
    .sort()
    .map((file) => {
      const path = join(folder, file);
      return {
        name: basename(file).replace(/\.scn(\.xz)?$/, ''),
        scenarios: parseScenarios(readText(path), path, true),
        traces: tracesOf(readText(path.replace('.scn', '.txt'))),
      };
    });
}

/** All recorded files that are there, bundled ones first. */
export function recordedFiles(): RecordedFile[] {
  return [...filesIn(BUNDLED), ...filesIn(SHARED)];
}
