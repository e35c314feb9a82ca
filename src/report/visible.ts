/**
 * Text of a board or a log on its way into a report: names are whatever the firmware or the log says they are.
 */
import { printable } from '../core/diagnostic.ts';

/**
 * Text with all characters escaped that {@link printable} escapes (control characters, line breaks, bidirectional
 * overrides, lone surrogates) and the two more that XML forbids, but whole: a path or a message in a report is never cut.
 * The result is one line of well-formed Unicode.
 */
export function visible(text: string): string {
  // printable() cuts at 200 UTF-16 units; 100 characters are never more.
  return text
    .replace(/.{1,100}/gsu, (part) => printable(part))
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** The same for the label of a picture: cut after 200 characters. */
export function visibleLabel(text: string): string {
  return visible(printable(text));
}
