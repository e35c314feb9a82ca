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
  let value = 0;
  let at = from;
  for (; at < to; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) break;
    value = value * 10 + (code - ZERO);
  }
  if (at === from || at - from > SECOND_DIGITS || text.charCodeAt(at) !== DOT) return Number.NaN;
  const fraction = at + 1;
  if (fraction >= to) return Number.NaN;
  for (at = fraction; at < to; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return Number.NaN;
    if (at < fraction + FRACTION_DIGITS) value = value * 10 + (code - ZERO);
  }
  for (; at < fraction + FRACTION_DIGITS; at++) value *= 10;
  return value;
}
