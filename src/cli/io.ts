/**
 * What a verb may touch of the world outside: handed in, so that tests run verbs in-process.
 */
import type { InputError } from '../core/diagnostic.ts';
import type { SweepPoint } from '../policies/index.ts';
import type { SweepTask } from './sweep.ts';

export interface Io {
  /** Bytes of a file, or of standard input for `-`. Rejects with an InputError that says what is wrong. */
  readonly readBytes: (name: string) => Promise<Uint8Array>;
  /** Bytes of a file that another input names: it may be no device and no pipe. */
  readonly readNamedFile: (name: string) => Promise<Uint8Array>;
  /** Chunks of a file or of standard input, gunzipped if it is gzip. */
  readonly readChunks: (name: string) => AsyncIterable<Uint8Array>;
  /** Writes a file whole or not at all. */
  readonly writeFile: (name: string, text: string) => Promise<void>;
  readonly exists: (name: string) => boolean;
  /** Reckons points of a sweep on several processors; absent where there are none, and then they are reckoned one after another. */
  readonly sweepInWorkers?: (
    task: SweepTask,
    grid: readonly (readonly (string | number)[])[],
    progress: (done: number) => void,
  ) => Promise<SweepPoint[]>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Terminal facts: columns is undefined in a pipe. */
  readonly columns: number | undefined;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Bad usage: the message ends in what to do. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type { InputError };
