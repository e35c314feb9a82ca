import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { nodeIo } from '../../src/cli/node-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'devgraph-'));
const io = nodeIo();
afterAll(() => rmSync(folder, { recursive: true }));

async function textOf(name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.readChunks(name)) chunks.push(chunk.slice());
  return Buffer.concat(chunks).toString('utf8');
}

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const LINES = Array.from({ length: 5000 }, (_, index) => `[ ${index}.000000] line ${index}\n`).join('');

describe('files', () => {
  it('are read plain and gzipped alike, whatever their name says', async () => {
    expect(await textOf(file('plain.log', LINES))).toBe(LINES);
    expect(await textOf(file('zipped.log', gzipSync(LINES)))).toBe(LINES);
    expect(await textOf(file('empty', ''))).toBe('');
  });

  it('that were cut off while gzipped are read as far as they go', async () => {
    const whole = gzipSync(LINES);
    const text = await textOf(file('cut.gz', whole.subarray(0, Math.floor(whole.length / 2))));
    expect(text.length).toBeGreaterThan(1000);
    expect(LINES.startsWith(text)).toBe(true);
  });

  it('are written whole or not at all, and leave nothing else behind', async () => {
    const path = join(folder, 'out.json');
    await io.writeFile(path, 'one');
    await io.writeFile(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    await expect(io.writeFile(join(folder, 'none', 'out.json'), 'x')).rejects.toThrow('cannot be written');
    await expect(io.writeFile(folder, 'x')).rejects.toThrow('cannot be written');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('that are not there, or are folders, are named in one line', async () => {
    await expect(io.readBytes(join(folder, 'none'))).rejects.toThrow('none: cannot be read: no such file');
    await expect(io.readBytes(folder)).rejects.toThrow('cannot be read: a folder, not a file');
    await expect(textOf(join(folder, 'none'))).rejects.toThrow('cannot be read: no such file');
  });
});
