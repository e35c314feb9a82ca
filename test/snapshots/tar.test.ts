import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/index.ts';
import { readTar } from '../../src/snapshots/tar.ts';
import { tarArchive, tarEntry } from '../support/tar-writer.ts';

function textsOf(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...files].map(([name, data]) => [name, new TextDecoder().decode(data)]));
}

/** What GNU tar makes of a folder. */
function gnuTar(files: Readonly<Record<string, string>>, ...options: string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'devgraph-tar-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return execFileSync('tar', ['-c', ...options, '-C', folder, '.'], { maxBuffer: 1 << 26 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function faultOf(bytes: Uint8Array): string {
  try {
    readTar(bytes, 'x.tar');
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'none';
}

describe('an archive of a snapshot', () => {
  const long = `${'deep-folder-name/'.repeat(12)}a-file-with-a-long-name-${'x'.repeat(90)}`;

  it.each(['ustar', 'gnu', 'pax', 'v7'])('has the files that GNU tar put into it, as %s', (format) => {
    const files = {
      'snapshot/snapshot.txt': 'one\n',
      'snapshot/empty': '',
      'snapshot/block': 'b'.repeat(512),
      ...(format === 'gnu' || format === 'pax' ? { [long]: 'found by its whole name' } : {}),
    };
    expect(textsOf(readTar(gnuTar(files, `--format=${format}`), 'x.tar'))).toEqual(files);
  });

  it('has the files that any tar of any small files has', () => {
    const name = fc.stringMatching(/^[a-z0-9._@:-]{1,20}$/).filter((text) => !/^\.+$/.test(text));
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.string({ maxLength: 1500 }), { maxKeys: 5, noNullPrototype: true }),
        fc.constantFrom('ustar', 'gnu', 'pax'),
        (files, format) => {
          expect(textsOf(readTar(gnuTar(files, `--format=${format}`), 'x.tar'))).toEqual(files);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('passes over links, devices and folders, and takes no part of a name for a place to write to', () => {
    const archive = tarArchive([
      { name: 'link', type: '2' },
      { name: 'device', type: '3', size: 999_999 },
      { name: 'folder/', type: '5' },
      { name: '../../etc/passwd', data: 'data under a key' },
      { name: 'file', prefix: '/abs', data: 'data' },
    ]);
    expect(textsOf(readTar(archive, 'x.tar'))).toEqual({
      '../../etc/passwd': 'data under a key',
      '/abs/file': 'data',
    });
  });

  it('is refused where it is cut off, with the place', () => {
    const whole = tarArchive([{ name: 'a', data: 'x'.repeat(1000) }]);
    expect(faultOf(whole.subarray(0, 700))).toBe(
      'x.tar, offset 0x0: the archive is cut off: an entry of 1000 bytes, 188 are left; make the snapshot again, or copy it again',
    );
    expect(faultOf(whole.subarray(0, 300))).toContain('cut off within a header');
  });

  it('is refused with sizes that no archive has, without memory for them', () => {
    const size = new Uint8Array(12).fill(0xff);
    expect(faultOf(tarEntry({ name: 'a', size }))).toContain('a size that is no number');
    expect(faultOf(tarEntry({ name: 'a', size: 2 ** 32 }))).toContain('cut off');
    expect(
      faultOf(
        tarArchive([{ name: 'x', type: 'x', data: '30 size=99999999999999999999999\n' }, { name: 'a' }]),
      ),
    ).toContain('a size that is no number');
  });

  it('is refused where a header is damaged', () => {
    const archive = tarArchive([
      { name: 'a', data: 'x' },
      { name: 'b', data: 'y' },
    ]);
    archive[1024 + 3] = 7;
    expect(faultOf(archive)).toContain('offset 0x400: a header is damaged');
    expect(faultOf(new Uint8Array(2048).fill(1))).toContain('no tar archive');
  });

  it('is refused with more entries than a snapshot can have', () => {
    const entry = tarEntry({ name: 'a' });
    const many = new Uint8Array(entry.length * 10_001);
    for (let at = 0; at < many.length; at += entry.length) many.set(entry, at);
    expect(faultOf(many)).toContain('more than 10000 entries');
  });

  it('never does worse than an error of input, whatever the bytes', () => {
    const good = tarArchive([
      { name: 'pax', type: 'x', data: '12 path=abc\n' },
      { name: 'a', data: 'hello' },
      { name: 'long', type: 'L', data: 'longer-name' },
      { name: 'b', data: 'hello' },
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.nat(good.length),
        (changes, length) => {
          const bytes = good.slice();
          for (const [at, value] of changes) bytes[at] = value;
          faultOf(bytes.subarray(0, length));
          faultOf(bytes);
        },
      ),
    );
  });
});
