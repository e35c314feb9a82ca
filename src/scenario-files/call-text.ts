/** Commands of the command language in the kernel's words: `rpm get_sync uart` as `pm_runtime_get_sync(uart)`. */
import { KERNEL_CALLS, PLAIN_CALLS } from './kernel-calls.ts';

interface Pattern {
  readonly name: string;
  readonly words: readonly string[];
}

const PATTERNS: readonly Pattern[] = [...Object.entries(KERNEL_CALLS), ...Object.entries(PLAIN_CALLS)].map(
  ([name, { command }]) => ({ name, words: command.split(' ') }),
);

/** The words that stand for arguments; undefined if the command is another one. The last argument takes all that is left. */
function argumentsIn(pattern: Pattern, words: readonly string[]): string[] | undefined {
  if (words.length < pattern.words.length) return undefined;
  const found: string[] = [];
  for (const [at, word] of pattern.words.entries()) {
    const isLast = at === pattern.words.length - 1;
    if (!word.startsWith('{')) {
      if (word !== words[at] || (isLast && words.length > pattern.words.length)) return undefined;
    } else found.push(isLast ? words.slice(at).join(' ') : words[at]!);
  }
  return found;
}

/** The command as a call of the kernel; as it stands where it is none. */
export function callText(command: string): string {
  const words = command.trim().split(/\s+/);
  for (const pattern of PATTERNS) {
    const found = argumentsIn(pattern, words);
    if (found !== undefined) return `${pattern.name}(${found.join(', ')})`;
  }
  return command;
}
