/** Smaller versions of a scenario, for shrinking: without commands, without a device, with simpler commands. */

/** `commands` without those at `from` to below `to`. */
export function without<T>(commands: readonly T[], from: number, to: number): T[] {
  return [...commands.slice(0, from), ...commands.slice(to)];
}

/** Names that a scenario gives to devices and drivers. */
function namesIn(commands: readonly string[]): string[] {
  return [...new Set(commands.flatMap((command) => /\b(?:dev|drv) (\S+)/.exec(command)?.[1] ?? []))];
}

function mentions(command: string, name: string): boolean {
  return command.split(/[\s,=:]+/).includes(name);
}

/** The scenario without all commands about one device or driver, for each of them. */
export function withoutNames(commands: readonly string[]): string[][] {
  return namesIn(commands).map((name) => commands.filter((command) => !mentions(command, name)));
}

/** Words of a list with commas, one less each time. */
function shorterLists(word: string): string[] {
  const at = word.indexOf('=');
  const [key, list] = at < 0 ? ['', word] : [word.slice(0, at + 1), word.slice(at + 1)];
  const parts = list.split(',');
  if (parts.length < 2) return [];
  return parts.map((_, index) => key + without(parts, index, index + 1).join(','));
}

const SIMPLER: Readonly<Record<string, readonly string[]>> = {
  'ops=all': ['ops=rpm', 'ops=sleep', 'ops=sr', 'ops=basic'],
  'ops=rpm': ['ops=sr', 'ops=runtime_suspend', 'ops=runtime_resume'],
  'ops=sr': ['ops=runtime_suspend', 'ops=runtime_resume'],
};

/** Simpler words in the place of one word; an empty one leaves it out. */
function simplerWords(word: string, index: number): string[] {
  const shorter = [...shorterLists(word), ...(SIMPLER[word] ?? [])];
  if (word.endsWith('*')) shorter.push(word.slice(0, -1));
  // The first two words say what the command does and to whom.
  return index < 2 ? shorter : ['', ...shorter];
}

/** Versions of a command with one word simpler. `on`'s own command is simplified as one. */
export function simplerCommands(command: string): string[] {
  const words = command.trim().split(/\s+/);
  if (words[0] === 'on') {
    const head = words.slice(0, 3).join(' ');
    return simplerCommands(words.slice(3).join(' ')).map((inner) => `${head} ${inner}`);
  }
  return words.flatMap((word, index) =>
    simplerWords(word, index).map((simpler) =>
      [...words.slice(0, index), simpler, ...words.slice(index + 1)].filter((each) => each !== '').join(' '),
    ),
  );
}

/** The scenario with one command simpler, in all ways. */
export function withSimplerCommands(commands: readonly string[]): string[][] {
  return commands.flatMap((command, index) =>
    simplerCommands(command).map((simpler) => [
      ...commands.slice(0, index),
      simpler,
      ...commands.slice(index + 1),
    ]),
  );
}
