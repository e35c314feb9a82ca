/**
 * Quantities of a scenario file in words: durations with a unit, error numbers by name.
 */
import { errnoNamed } from '../analysis/errno-names.ts';

/** Milliseconds of each unit; the clock of the model has whole milliseconds. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** The longest time that a command takes: the kernel's int, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** What a duration looks like; a delay may be negative, which keeps autosuspend off. */
export const DURATION_PATTERN = /^-?\d+(\.\d+)?(ms|s|min|h)$/;

export const DURATION_HINT = 'write a time with its unit: 10ms, 2s, 1.5s, 5min or 1h';

/** The milliseconds of a duration, or what is wrong with it, in words. */
export function parseDuration(text: string): number | { readonly wrong: string } {
  const match = /^(-?\d+(?:\.\d+)?)([a-zµ]*)$/i.exec(text);
  if (match === null) return { wrong: `'${text}' is no duration` };
  const [, number, unit] = match;
  if (unit === '') return { wrong: `'${text}' has no unit` };
  if (!Object.hasOwn(UNITS, unit!)) {
    const isFiner = ['us', 'µs', 'ns'].includes(unit!);
    return {
      wrong: isFiner
        ? `'${text}': the clock of the model has whole milliseconds`
        : `'${text}' has the unknown unit '${unit}'`,
    };
  }
  const milliseconds = Number((Number(number) * UNITS[unit!]!).toFixed(6));
  if (!Number.isInteger(milliseconds)) return { wrong: `'${text}' is no whole number of milliseconds` };
  if (Math.abs(milliseconds) > LONGEST) return { wrong: `'${text}' is longer than ${LONGEST}ms` };
  return milliseconds;
}

/** Microseconds of each unit of a latency. */
const LATENCY_UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1_000_000 };

/** What a latency looks like. */
export const LATENCY_PATTERN = /^\d+(us|ms|s)$/;

export const LATENCY_HINT = 'write a latency with its unit: 50us, 2ms; null for none';

/** The microseconds of a latency, or what is wrong with it, in words. */
export function parseLatency(text: string): number | { readonly wrong: string } {
  const unit = LATENCY_PATTERN.exec(text)?.[1];
  if (unit === undefined) return { wrong: `'${text}' is no latency` };
  const microseconds = Number.parseInt(text, 10) * LATENCY_UNITS[unit]!;
  return microseconds < LONGEST ? microseconds : { wrong: `'${text}' is too long` };
}

/** What a return value looks like: a number, or an error number by name behind a minus. */
export const RETURN_VALUE_PATTERN = /^-E[A-Z0-9_]+$/;

export const RETURN_VALUE_HINT = 'write a whole number, or an error by name: -EBUSY';

/** The number of a return value, or what is wrong with it, in words. */
export function parseReturnValue(value: number | string): number | { readonly wrong: string } {
  if (typeof value === 'number') {
    const isInt = Number.isInteger(value) && Math.abs(value) <= LONGEST;
    return isInt ? value : { wrong: `${value} is no number of the kernel's int` };
  }
  const number = value.startsWith('-E') ? errnoNamed(value.slice(1)) : undefined;
  if (number !== undefined) return -number;
  return {
    wrong: /^E[A-Z0-9_]+$/.test(value)
      ? `'${value}' has no minus: the kernel returns -${value}`
      : `'${value}' is no error number that is known here`,
  };
}
