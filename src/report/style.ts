/**
 * Colour and layout of terminal text. Without colour every painter returns its text unchanged.
 */
import { printable } from '../core/diagnostic.ts';

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly yellow: Paint;
  readonly green: Paint;
  readonly cyan: Paint;
  /** Columns to lay text out in. */
  readonly width: number;
}

/** A style for a terminal of `width` columns. */
export function createStyle(colour: boolean, width = 80): Style {
  const paint =
    (code: string): Paint =>
    (text) =>
      colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    bold: paint('1'),
    dim: paint('2'),
    red: paint('31'),
    yellow: paint('33'),
    green: paint('32'),
    cyan: paint('36'),
    width: Math.max(40, width),
  };
}

/** Names from outside, safe for a terminal. Device names are short and mostly clean, so that is tested first. */
export function clean(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : printable(text);
}

/** Text broken at spaces into lines of at most `width` columns; a longer word stands on a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return lines;
}

/** Wrapped text, every line behind `indent` spaces, and continuation lines two further in. */
export function indented(text: string, indent: number, width: number): string[] {
  return wrap(text, Math.max(20, width - indent - 2)).map(
    (line, index) => ' '.repeat(indent + (index === 0 ? 0 : 2)) + line,
  );
}

/** `1 device`, `2 devices`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
