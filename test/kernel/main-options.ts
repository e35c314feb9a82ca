/** The options of `npm run kernel`. */
import { parseArgs } from 'node:util';
import { DEFAULT_ASYNCHRONOUS_PERCENT, DEFAULT_COMMANDS, THEMES, type Theme } from './generate.ts';

export const USAGE = `usage: npm run kernel -- [options]

Runs scenarios on a real kernel and on the model and compares what they do, event by event.
Without --recorded, --only or --boards, and with --count, random scenarios:

  --count N          how many (default 1000)
  --seed S           of which seed: any word; "fresh" takes one from the clock and prints it (default 1)
  --from N           the first scenario of the seed (default 0)
  --commands A..B    commands of a scenario (default ${DEFAULT_COMMANDS.join('..')})
  --theme T          ${THEMES.join(', ')}
  --asynchronous P   how many in a hundred have asynchronous devices or drivers (default ${DEFAULT_ASYNCHRONOUS_PERCENT})
  --shrink N         differences that are made small and printed whole (default 3)
  --allow P          exit with 0 if no more than P in a thousand random scenarios differ (default 0)
  --returns          print which function returned what, how often

  --recorded         the recorded scenarios: bundled ones, and those of ../shared/data
  --only FILE        the scenarios of a file (.scn or .scn.xz); may be given again
  --record           write what the kernel does with them to a .txt beside each file
  --boards           the boards of ../shared/data/kernel-6.12
  --random-boards N  so many random small boards of --seed, with some drivers
`;

export class UsageError extends Error {}

export interface RandomOptions {
  readonly count: number;
  readonly seed: string;
  readonly from: number;
  readonly commands: readonly [number, number];
  readonly theme: Theme | undefined;
  readonly asynchronousPercent: number;
}

export interface KernelOptions {
  /** undefined: no random scenarios. */
  readonly random: RandomOptions | undefined;
  readonly shrink: number;
  /** Differing random scenarios in a thousand that are no failure. */
  readonly allow: number;
  readonly returns: boolean;
  readonly recorded: boolean;
  readonly only: readonly string[];
  /** Whether the kernel's traces of those files are written beside them. */
  readonly record: boolean;
  readonly boards: boolean;
  /** Random boards, how many and of which seed. */
  readonly randomBoards: { readonly count: number; readonly seed: string };
}

function count(value: string | undefined, option: string, otherwise: number, most = 10_000_000): number {
  if (value === undefined) return otherwise;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number <= most)) throw new UsageError(`--${option} ${value}: a number up to ${most} is needed`);
  return number;
}

function commandRange(value: string | undefined): readonly [number, number] {
  if (value === undefined) return DEFAULT_COMMANDS;
  const [, least, most] = /^(\d+)\.\.(\d+)$/.exec(value) ?? [];
  const range = [Number(least), Number(most)] as const;
  if (!(range[0] >= 1 && range[0] <= range[1] && range[1] <= 10_000))
    throw new UsageError(`--commands ${value}: two numbers A..B from 1 to 10000 are needed`);
  return range;
}

function themeOf(value: string | undefined): Theme | undefined {
  const theme = THEMES.find((each) => each === value);
  if (value !== undefined && theme === undefined)
    throw new UsageError(`--theme ${value}: there are ${THEMES.join(', ')}`);
  return theme;
}

/** A seed that no run before has had. */
function freshSeed(): string {
  return Date.now().toString(36);
}

/** Throws {@link UsageError}. `undefined` stands for --help. */
export function parseKernelOptions(argv: readonly string[]): KernelOptions | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const values = parsed(argv, {
    count: text,
    seed: text,
    from: text,
    commands: text,
    theme: text,
    asynchronous: text,
    shrink: text,
    allow: text,
    returns: flag,
    recorded: flag,
    only: { type: 'string', multiple: true, default: [] as string[] },
    record: flag,
    boards: flag,
    'random-boards': text,
    help: flag,
  });
  if (values.help) return undefined;
  const only = values.only as string[];
  const others =
    Boolean(values.recorded) ||
    only.length > 0 ||
    Boolean(values.boards) ||
    values['random-boards'] !== undefined;
  const word = (key: string) => values[key] as string | undefined;
  const random: RandomOptions = {
    count: count(word('count'), 'count', 1000),
    seed: word('seed') === 'fresh' ? freshSeed() : (word('seed') ?? '1'),
    from: count(word('from'), 'from', 0),
    commands: commandRange(word('commands')),
    theme: themeOf(word('theme')),
    asynchronousPercent: count(word('asynchronous'), 'asynchronous', DEFAULT_ASYNCHRONOUS_PERCENT, 100),
  };
  return {
    random: others && word('count') === undefined ? undefined : random,
    shrink: count(word('shrink'), 'shrink', 3, 1000),
    allow: count(word('allow'), 'allow', 0, 1000),
    returns: Boolean(values.returns),
    recorded: Boolean(values.recorded),
    only,
    record: Boolean(values.record),
    boards: Boolean(values.boards),
    randomBoards: { count: count(word('random-boards'), 'random-boards', 0, 1_000_000), seed: random.seed },
  };
}

type OptionTable = NonNullable<Parameters<typeof parseArgs>[0]>['options'];

function parsed(argv: readonly string[], options: OptionTable): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
