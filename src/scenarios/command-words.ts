/** Words of a command: numbers, options, and what is wrong with them. */
/** Largest delay, sleep or number that a command takes: the kernel's int. */
const LARGEST_NUMBER = 2 ** 31 - 1;

/** A command that is not one, with what is wrong about it. */
export class CommandError extends Error {}

/** Throws {@link CommandError}. */
export function fail(what: string): never {
  throw new CommandError(what);
}

/** A number of the kernel's int. */
export function parseNumber(word: string | undefined, what: string): number {
  if (word === undefined) return fail(`${what} is missing`);
  const value = /^-?(0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : Number.NaN;
  if (!(Math.abs(value) <= LARGEST_NUMBER)) return fail(`${what} "${word}" is no number of the kernel's int`);
  return value;
}

/** Values of `key=value` words, and which bare words there are, whose value is empty. */
export function parseOptions(
  words: readonly string[],
  keys: readonly string[],
  bare: readonly string[],
): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const key = at < 0 ? word : word.slice(0, at);
    if (!(at < 0 ? bare : keys).includes(key)) fail(`"${word}" is not understood here`);
    options.set(key, at < 0 ? '' : word.slice(at + 1));
  }
  return options;
}

/** A word that must be there. */
export function need(word: string | undefined, what: string): string {
  return word ?? fail(`the ${what} is missing`);
}
