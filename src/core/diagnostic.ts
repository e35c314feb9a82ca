/**
 * Faults in what a user handed in. A property of the modelled system that is wrong is a Finding (analysis/), and a
 * broken invariant of ours is an assertion; neither is one of these.
 */

/** Where in an input a fault lies. All parts are optional but the input's name. */
export interface Place {
  /** File name, or `-` for standard input. */
  readonly input: string;
  /** Byte offset in a blob. */
  readonly offset?: number;
  /** Line in a text, from 1. */
  readonly line?: number;
  /** Column in a text, from 1. */
  readonly column?: number;
  /** Path of a device-tree node, or a key path of a JSON document. */
  readonly path?: string;
}

/**
 * Text from outside, safe to print on a terminal or in a log: control characters, bidirectional overrides and line
 * breaks are escaped as \xNN or \u{N}, and a very long text is cut at 200 characters.
 */
export function printable(text: string): string {
  return escaped(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/** The same without a cut, for words of ours that have names from outside in them. */
export function escaped(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu,
    (character) => {
      const code = character.codePointAt(0)!;
      return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
    },
  );
}

/** `board.dtb, offset 0x38`, as it stands at the head of an error line. */
export function placeText(place: Place): string {
  const parts = [printable(place.input)];
  if (place.path !== undefined) parts.push(printable(place.path));
  if (place.line !== undefined) {
    parts.push(`line ${place.line}${place.column === undefined ? '' : `, column ${place.column}`}`);
  }
  if (place.offset !== undefined) parts.push(`offset 0x${place.offset.toString(16)}`);
  return parts.join(', ');
}

/**
 * Bad input: one line that says what, where and what to do. `code` is stable and never reused; `hint` is the
 * imperative part.
 */
export class InputError extends Error {
  readonly code: string;
  readonly place: Place;
  readonly hint: string | undefined;
  /** Further faults of the same input, each as complete as this one. */
  others: readonly InputError[] = [];

  constructor(code: string, place: Place, what: string, hint?: string) {
    super(`${placeText(place)}: ${what}${hint === undefined ? '' : `; ${hint}`}`);
    this.name = 'InputError';
    this.code = code;
    this.place = place;
    this.hint = hint;
  }

  /** The first of several faults, which carries the others. */
  static withOthers(first: InputError, others: readonly InputError[]): InputError {
    first.others = others;
    return first;
  }
}
