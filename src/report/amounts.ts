/** Energies, times and shares in words. */

function scaled(value: number, units: readonly (readonly [unit: string, factor: number])[]): string {
  if (value === 0) return `0 ${units.at(-1)![0]}`;
  const [unit, factor] = units.find(([, size]) => Math.abs(value) >= size) ?? units.at(-1)!;
  const number = value / factor;
  // Four digits, and no zeros behind them: 0.5 ms, 12.34 mJ, 2310 us.
  const text = Math.abs(number) >= 1000 ? number.toFixed(0) : number.toPrecision(4);
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text} ${unit}`;
}

const ENERGIES = [
  ['J', 1e9],
  ['mJ', 1e6],
  ['uJ', 1e3],
  ['nJ', 1],
] as const;
const TIMES = [
  ['h', 3.6e9],
  ['s', 1e6],
  ['ms', 1e3],
  ['us', 1],
] as const;

/** An energy in nanojoules: `811.5 mJ`. */
export function energyText(nanojoules: number): string {
  return scaled(nanojoules, ENERGIES);
}

/** A time in microseconds: `400 us`, `2.5 ms`, `18 s`. */
export function timeText(microseconds: number): string {
  return scaled(microseconds, TIMES);
}

/** A share: `27.0 %`. */
export function percentText(share: number): string {
  const percent = share * 100;
  if (share > 0 && percent < 0.05) return '< 0.1 %';
  return `${percent > 99.95 && share < 1 ? '> 99.9' : percent.toFixed(1)} %`;
}
