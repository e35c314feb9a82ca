/** Decimal fields of log lines, read digit by digit: exact, without regular expressions, NaN where malformed. */

const ZERO = 48;
const NINE = 57;
const DOT = 46;
const MINUS = 45;

/** Integers of more digits than this may not be exact as numbers. */
const EXACT_DIGITS = 15;
/** Seconds of more digits than this (317 years) are not the time of a kernel. */
const SECOND_DIGITS = 10;
const FRACTION_DIGITS = 6;

export function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** The index after the digits that begin at `from`. */
export function digitsEnd(text: string, from: number, limit: number): number {
  let at = from;
  while (at < limit && isDigit(text.charCodeAt(at))) at++;
  return at;
}

/** The integer in `[from, to)`, with an optional minus; NaN if it is anything else. */
export function integerAt(text: string, from: number, to: number): number {
  const negative = text.charCodeAt(from) === MINUS;
  const start = negative ? from + 1 : from;
  if (start >= to || to - start > EXACT_DIGITS) return Number.NaN;
  let value = 0;
  for (let at = start; at < to; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return Number.NaN;
    value = value * 10 + (code - ZERO);
  }
  return negative && value !== 0 ? -value : value;
}

/**
 * The seconds `S.F` in `[from, to)` as whole microseconds; NaN if it is anything else. A shorter fraction is padded
 * (`1.5` is 1500000), a longer one cut (trace clocks shown in nanoseconds).
 */
export function microsecondsAt(text: string, from: number, to: number): number {
  const dot = digitsEnd(text, from, to);
  if (dot === from || dot >= to || dot - from > SECOND_DIGITS || text.charCodeAt(dot) !== DOT) {
    return Number.NaN;
  }
  const end = digitsEnd(text, dot + 1, to);
  if (end !== to || end === dot + 1) return Number.NaN;
  let value = 0;
  for (let at = from; at < dot; at++) value = value * 10 + (text.charCodeAt(at) - ZERO);
  for (let digit = 1; digit <= FRACTION_DIGITS; digit++) {
    value = value * 10 + (dot + digit < end ? text.charCodeAt(dot + digit) - ZERO : 0);
  }
  return value;
}
