/**
 * Powers, energies and times of a scenario file in words, as whole numbers: nanowatts, nanojoules, microseconds. A nanowatt for
 * a microsecond is a femtojoule, so a sum over whole numbers is exact however long the run; doubles would lose the last digits of a day.
 */

/** What is wrong with a text, in words. */
export interface Wrong {
  readonly wrong: string;
}

interface Quantity {
  readonly noun: string;
  readonly hint: string;
  /** How many of the smallest unit each unit is. */
  readonly units: Readonly<Record<string, bigint>>;
  readonly most: bigint;
  readonly mostText: string;
}

const POWER: Quantity = {
  noun: 'power',
  hint: 'write a power with its unit: 250nW, 1.2uW, 45mW, 2W',
  units: { nW: 1n, uW: 1_000n, µW: 1_000n, mW: 1_000_000n, W: 1_000_000_000n },
  most: 10n ** 15n,
  mostText: '1000000W',
};

const ENERGY: Quantity = {
  noun: 'energy',
  hint: 'write an energy with its unit: 120nJ, 40uJ, 3mJ, 1J',
  units: { nJ: 1n, uJ: 1_000n, µJ: 1_000n, mJ: 1_000_000n, J: 1_000_000_000n },
  most: 10n ** 15n,
  mostText: '1000000J',
};

const TIME: Quantity = {
  noun: 'time',
  hint: 'write a time with its unit: 250us, 10ms, 2s, 5min, 24h',
  units: { us: 1n, µs: 1n, ms: 1_000n, s: 1_000_000n, min: 60_000_000n, h: 3_600_000_000n },
  most: 366n * 24n * 3_600_000_000n,
  mostText: '366 days',
};

export const POWER_HINT: string = POWER.hint;
export const ENERGY_HINT: string = ENERGY.hint;
export const TIME_HINT: string = TIME.hint;
export const RANGE_HINT = 'write a time, or a range of times: 10ms..2s';

export const POWER_PATTERN = /^\d+(\.\d+)?(nW|uW|µW|mW|W)$/;
export const ENERGY_PATTERN = /^\d+(\.\d+)?(nJ|uJ|µJ|mJ|J)$/;
export const TIME_PATTERN = /^\d+(\.\d+)?(us|µs|ms|s|min|h)$/;
export const RANGE_PATTERN = /^\d+(\.\d+)?(us|µs|ms|s|min|h)?(\.\.\d+(\.\d+)?(us|µs|ms|s|min|h))?$/;
export const COUNT_RANGE_PATTERN = /^\d+(\.\.\d+)?$/;

function parse(text: string, { noun, units, most, mostText }: Quantity): number | Wrong {
  const match = /^(-?)(\d{1,20})(?:\.(\d{1,20}))?\s*(\S*)$/.exec(text);
  if (match === null) return { wrong: `'${text}' is no ${noun}` };
  const [, minus, whole, fraction = '', unit] = match;
  if (unit === '') return { wrong: `'${text}' has no unit` };
  if (!Object.hasOwn(units, unit!))
    return { wrong: `'${text}' has the unit '${unit}', which is none of ${noun}` };
  if (minus === '-') return { wrong: `'${text}' is negative` };
  const scaled = BigInt(`${whole}${fraction}`) * units[unit!]!;
  const divisor = 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n)
    return {
      wrong: `'${text}' is finer than ${Object.keys(units)[0] === 'us' ? 'a microsecond' : `1${Object.keys(units)[0]}`}`,
    };
  const value = scaled / divisor;
  if (value > most) return { wrong: `'${text}' is more than ${mostText}` };
  return Number(value);
}

/** Nanowatts of a power, or what is wrong with it. */
export function parsePower(text: string): number | Wrong {
  return parse(text, POWER);
}

/** Nanojoules of an energy, or what is wrong with it. */
export function parseEnergy(text: string): number | Wrong {
  return parse(text, ENERGY);
}

/** Microseconds of a time, or what is wrong with it. */
export function parseMicroseconds(text: string): number | Wrong {
  return parse(text, TIME);
}

/** From the least to the most, both inclusive. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

function rangeOf(
  text: string,
  parseOne: (text: string) => number | Wrong,
  unitOf: (text: string) => string,
): Range | Wrong {
  const at = text.indexOf('..');
  if (at < 0) {
    const value = parseOne(text);
    return typeof value === 'number' ? { least: value, most: value } : value;
  }
  const to = text.slice(at + 2);
  // `0..5s`: the first may leave its unit to the second.
  const from = /^\d+(\.\d+)?$/.test(text.slice(0, at))
    ? `${text.slice(0, at)}${unitOf(to)}`
    : text.slice(0, at);
  const [least, most] = [parseOne(from), parseOne(to)];
  if (typeof least !== 'number') return least;
  if (typeof most !== 'number') return most;
  if (least > most) return { wrong: `'${text}' begins behind its end` };
  return { least, most };
}

/** A time or a range of times, microseconds. */
export function parseTimeRange(text: string): Range | Wrong {
  return rangeOf(text, parseMicroseconds, (to) => /[^\d.]*$/.exec(to)![0]);
}

/** A count or a range of counts. */
export function parseCountRange(value: number | string): Range | Wrong {
  const one = (text: string): number | Wrong =>
    /^\d{1,6}$/.test(text) ? Number(text) : { wrong: `'${text}' is no count up to 999999` };
  return rangeOf(String(value), one, () => '');
}
