/** The command line's world outside on Node.js. */
import { createReadStream, existsSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { InputError } from '../core/diagnostic.ts';
import type { Io } from './io.ts';

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  EACCES: 'not readable for you',
  EISDIR: 'a folder, not a file',
  ENOTDIR: 'a part of its path is no folder',
};

function fileError(name: string, error: unknown, verb: 'read' | 'written'): InputError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new InputError('file', { input: name }, `cannot be ${verb}: ${REASONS[code] ?? code}`);
}

/** No input that a verb reads whole is larger than this. */
const WHOLE_FILE_LIMIT = 256 * 1024 * 1024;

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > WHOLE_FILE_LIMIT)
      throw new InputError('file', { input: '-' }, `larger than ${WHOLE_FILE_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readBytes(name: string): Promise<Uint8Array> {
  if (name === '-') return readStandardInput();
  try {
    const { size } = statSync(name);
    if (size > WHOLE_FILE_LIMIT)
      throw new InputError('file', { input: name }, `larger than ${WHOLE_FILE_LIMIT} bytes`);
    return await readFile(name);
  } catch (error) {
    throw error instanceof InputError ? error : fileError(name, error, 'read');
  }
}

async function readNamedFile(name: string): Promise<Uint8Array> {
  try {
    if (!statSync(name).isFile())
      throw new InputError('file', { input: name }, 'cannot be read: no regular file');
  } catch (error) {
    throw error instanceof InputError ? error : fileError(name, error, 'read');
  }
  return readBytes(name);
}

async function* readChunks(name: string): AsyncIterable<Uint8Array> {
  const source: AsyncIterable<Uint8Array> =
    name === '-' ? process.stdin : createReadStream(name, { highWaterMark: 1 << 18 });
  const iterator = source[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    if (first.done) return;
    const rest = async function* () {
      yield first.value;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    };
    if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) {
      yield* rest();
      return;
    }
    const { constants, createGunzip } = await import('node:zlib');
    const { Readable } = await import('node:stream');
    // A file that was cut off is read as far as it goes.
    const gunzip = createGunzip({ chunkSize: 1 << 18, finishFlush: constants.Z_SYNC_FLUSH });
    yield* Readable.from(rest()).pipe(gunzip);
  } catch (error) {
    throw fileError(name, error, 'read');
  }
}

/** Writes next to the file and renames, so that a reader never sees a half. */
async function writeFile(name: string, text: string): Promise<void> {
  const part = `${name}.${process.pid}.part`;
  try {
    writeFileSync(part, text, { flag: 'wx' });
    renameSync(part, name);
  } catch (error) {
    try {
      unlinkSync(part);
    } catch {
      // It was never there.
    }
    throw fileError(name, error, 'written');
  }
}

/** Threads of this program; sources that are run as they are have none. */
function workersOf(program: string | undefined): Pick<Io, 'sweepInWorkers'> {
  if (program === undefined || program.endsWith('.ts')) return {};
  return {
    sweepInWorkers: async (task, grid, progress) => {
      const { sweepInWorkers } = await import('./sweep-workers.ts');
      return sweepInWorkers(program, task, grid, progress);
    },
  };
}

/** A reader that closes early (head, less) is no error. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** The streams, files and environment of this process. */
export function nodeIo(): Io {
  endWithReader();
  return {
    readBytes,
    readNamedFile,
    readChunks,
    writeFile,
    exists: existsSync,
    ...workersOf(process.argv[1]),
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    columns: process.stdout.columns,
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    environment: process.env,
  };
}
