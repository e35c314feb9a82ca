/**
 * Parts of lines that recur, read once. A log names the same few hundred devices and functions over and over, so a
 * part is looked up by its text before it is read.
 *
 * A string cut from a block of text keeps the whole block alive in most engines. What a memo gives is read from a copy,
 * so memory follows the number of names in use and not the length of the log.
 */

/** Texts kept by a memo at a time; a log with more of them is read as well, only more slowly. */
const KEPT = 1 << 13;
/** The longest text that is kept. */
const KEPT_LENGTH = 640;

/** The longest device or driver name believed: sysfs cannot show a longer one (NAME_MAX). */
export const NAME_LIMIT = 256;

/** A copy of a text that does not keep alive what it was cut from. */
export function detached(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}

interface Entry<T> {
  readonly text: string;
  readonly value: T;
  /** What was looked up after it the last time: devices come in much the same order in each cycle. */
  next: Entry<T> | undefined;
}

/**
 * @param read a pure function
 * @returns the same function, remembering what it gave
 */
export function createMemo<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, Entry<T>>();
  let last: Entry<T> | undefined;

  function remember(text: string): Entry<T> {
    const copy = detached(text);
    const entry = { text: copy, value: read(copy), next: undefined };
    if (known.size >= KEPT) known.clear();
    if (copy.length <= KEPT_LENGTH) known.set(copy, entry);
    return entry;
  }

  return (text) => {
    if (last !== undefined) {
      if (last.text === text) return last.value;
      if (last.next !== undefined && last.next.text === text) {
        last = last.next;
        return last.value;
      }
    }
    const entry = known.get(text) ?? remember(text);
    if (last !== undefined) last.next = entry;
    last = entry;
    return entry.value;
  };
}
