/**
 * Dispatch: one command line, in-process. Exit status: 0 done, 1 findings, 2 bad usage or input.
 */
import { InputError } from '../core/diagnostic.ts';
import { type Io, UsageError } from './io.ts';
import { nearest, parseOptions } from './options.ts';
import { GLOBAL_OPTIONS, VERBS, type Verb, verbNamed } from './verbs.ts';

const VERSION_WORDS = ['--version', '-V', 'version'];
const HELP_WORDS = ['--help', '-h'];

async function runVerb(verb: Verb, args: readonly string[], io: Io): Promise<number> {
  const options = parseOptions(args, [...verb.options, ...GLOBAL_OPTIONS]);
  if (options.flags.has('help')) {
    io.stdout((await import('./help-text.ts')).verbHelp(verb));
    return 0;
  }
  const { run } = await verb.load();
  return run(options, io);
}

/** Runs a command line and returns its exit status; never throws for what a user can cause. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  const [word, ...rest] = args;
  const verb = word === undefined ? undefined : verbNamed(word);
  try {
    if (word === undefined || HELP_WORDS.includes(word)) {
      io.stdout((await import('./help-text.ts')).overview());
      return word === undefined ? 2 : 0;
    }
    if (VERSION_WORDS.includes(word)) {
      io.stdout(`devgraph ${(await import('./version.ts')).VERSION}\n`);
      return 0;
    }
    if (verb === undefined) {
      const near = nearest(
        word,
        VERBS.map((one) => one.name),
      );
      throw new UsageError(
        `unknown verb '${word}'; ${near === undefined ? 'devgraph --help lists them' : `did you mean ${near}?`}`,
      );
    }
    return await runVerb(verb, rest, io);
  } catch (error) {
    if (args.includes('--debug') && error instanceof Error) io.stderr(`${error.stack ?? error.message}\n`);
    const who = verb === undefined ? 'devgraph' : `devgraph ${verb.name}`;
    if (error instanceof InputError) {
      for (const { message } of [error, ...error.others]) io.stderr(`${who}: ${message}\n`);
    } else if (error instanceof UsageError)
      io.stderr(`${who}: ${error.message} (devgraph ${verb?.name ?? ''} --help)\n`.replace('  ', ' '));
    else throw error;
    return 2;
  }
}
