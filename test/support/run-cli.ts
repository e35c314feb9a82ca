/** Runs a command line in-process, on files given as data. */
import type { Io } from '../../src/cli/io.ts';
import { runCli } from '../../src/cli/run.ts';
import { InputError } from '../../src/core/index.ts';
import { exampleBoard } from './shared-data.ts';

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly written: ReadonlyMap<string, string>;
}

const EXAMPLES = ['imx8mp-evk.dtb', 'rk3399-rock-pi-4b.dtb'];

/** `line` is split at spaces. The bundled boards are there by their names; further files are given. */
export async function devgraph(
  line: string,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  terminal: { readonly columns?: number; readonly isTerminal?: boolean } = {},
): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  const written = new Map<string, string>();
  const bytesOf = (name: string): Uint8Array => {
    const given = Object.hasOwn(files, name) ? files[name] : undefined;
    if (typeof given === 'string') return new TextEncoder().encode(given);
    if (given !== undefined) return given;
    if (EXAMPLES.includes(name)) return exampleBoard(name);
    throw new InputError('file', { input: name }, 'cannot be read: no such file');
  };
  const io: Io = {
    readBytes: async (name) => bytesOf(name),
    readNamedFile: async (name) => bytesOf(name),
    async *readChunks(name) {
      yield bytesOf(name);
    },
    writeFile: async (name, text) => void written.set(name, text),
    exists: (name) => Object.hasOwn(files, name),
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    columns: terminal.columns,
    stdoutIsTerminal: terminal.isTerminal ?? false,
    stderrIsTerminal: terminal.isTerminal ?? false,
    environment: {},
  };
  const status = await runCli(
    line.split(' ').filter((word) => word !== ''),
    io,
  );
  return { status, stdout, stderr, written };
}
