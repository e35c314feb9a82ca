import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allKeys } from '../../src/scenario-files/scenario-schema.ts';
import { devgraph } from '../support/run-cli.ts';

const guide = readFileSync(fileURLToPath(new URL('../../docs/scenario-files.md', import.meta.url)), 'utf8');

describe('the guide of scenario files', () => {
  it('names every key that a scenario can have', () => {
    const words = new Set(guide.match(/[a-z_]+/g));
    const keys = allKeys();
    expect(keys.length).toBeGreaterThan(120);
    const isNamed = (key: string) => words.has(key) || words.has(key.replace(/^pm_runtime_/, ''));
    expect(keys.filter((key) => !isNamed(key))).toEqual([]);
  });

  it('begins with a scenario that gives the output that stands below it', async () => {
    const [, scenario, output] = /```yaml\n([\s\S]*?)```\n\n((?: {4}.*\n|\n)+)/.exec(guide)!;
    const { stdout, status } = await devgraph('simulate uart.yaml', { 'uart.yaml': scenario! });
    expect(status).toBe(0);
    const shown = output!.split('\n').map((line) => line.slice(4));
    const [first, ...others] = shown.filter((line) => line !== '' && line !== '...');
    expect(first).toBe('$ devgraph simulate uart.yaml');
    expect(others.length).toBeGreaterThan(5);
    for (const line of others) expect(stdout.split('\n')).toContain(line);
  });
});
