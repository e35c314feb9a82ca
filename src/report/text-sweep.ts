/** A sweep for a terminal, and as comma-separated values. */
import type { SweepPoint, SweepResult } from '../policies/index.ts';
import { energyText, percentText, timeText } from './amounts.ts';
import { clean, count, type Style } from './style.ts';
import { pointName } from './sweep-svg.ts';
import { columns } from './text-policies.ts';

/** Rows that are printed: all of a short sweep, of a long one every so many, with the front and the knee. */
const MOST_ROWS = 40;

function answer(result: SweepResult): string {
  const { points, knee, front, name } = result;
  const at = knee ?? front[0]!;
  const point = points[at]!;
  const words = `${pointName(result, point)}: ${energyText(point.energy)}, mean wake ${timeText(point.wake?.mean ?? 0)}`;
  if (knee !== null) return `${name}: the knee is at ${words}`;
  const why = front.length === 1 ? 'and no other wakes faster' : 'and the curve has no bend';
  return `${name}: least energy at ${words}; ${why}`;
}

function row(point: SweepPoint, isFront: boolean, isKnee: boolean): string[] {
  const { values, energy, ofAlwaysOn, oracle, wake, missed, suspends, wasted } = point;
  return [
    ...values.map(String),
    energyText(energy),
    percentText(ofAlwaysOn),
    oracle === 0 ? '-' : (energy / oracle).toFixed(2),
    ...(wake === null ? ['-', '-', '-'] : [wake.mean, wake.p99, wake.worst].map(timeText)),
    String(missed),
    String(suspends),
    String(wasted),
    isKnee ? 'knee' : isFront ? 'front' : '',
  ];
}

export function sweepText(result: SweepResult, verbose: boolean, style: Style): string {
  const { points, parameters, front, knee, policy, kernel } = result;
  const every = verbose ? 1 : Math.ceil(points.length / MOST_ROWS);
  const onFront = new Set(front);
  const shown = points.flatMap((point, at) =>
    at % every === 0 || at === knee || at === points.length - 1
      ? [row(point, onFront.has(at), at === knee)]
      : [],
  );
  const headings = [
    'energy',
    'of always on',
    'x oracle',
    'wake: mean',
    '99 %',
    'worst',
    'missed',
    'suspends',
    'not worth it',
    '',
  ];
  const spread = points.find((point) => point.spread !== null)?.spread;
  const seeds = spread == null ? '' : `, ${spread.seeds} seeds each (--json tells their spread)`;
  return [
    style.bold(clean(answer(result))),
    clean(`${count(points.length, 'point')} of policy '${policy}'${seeds} (Linux ${kernel})`),
    '',
    ...columns([[...parameters.map(({ name }) => clean(name)), ...headings], ...shown], 0),
    ...(every > 1 ? [`every ${every}th of ${points.length} points; --verbose prints all`] : []),
    '',
  ].join('\n');
}

/** A field as RFC 4180 has it. A name that a spreadsheet would take for a formula is quoted and begins with a blank. */
function field(value: string | number): string {
  const text = String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? ` ${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const CSV_COLUMNS = [
  'energy_nj',
  'of_always_on',
  'oracle_nj',
  'wake_mean_us',
  'wake_median_us',
  'wake_p99_us',
  'wake_worst_us',
  'missed',
  'suspends',
  'not_worth_it',
  'energy_least_nj',
  'energy_most_nj',
  'front',
  'knee',
];

/** All points, one a line, behind a line of headings. */
export function sweepCsv({ points, parameters, front, knee }: SweepResult): string {
  const onFront = new Set(front);
  const rows = points.map((point, at) => {
    const { energy, ofAlwaysOn, oracle, wake, missed, suspends, wasted, spread } = point;
    const latencies = wake === null ? ['', '', '', ''] : [wake.mean, wake.median, wake.p99, wake.worst];
    const energies = spread === null ? ['', ''] : [spread.energy.least, spread.energy.most];
    const marks = [onFront.has(at) ? 1 : 0, at === knee ? 1 : 0];
    return [
      ...point.values,
      energy,
      ofAlwaysOn,
      oracle,
      ...latencies,
      missed,
      suspends,
      wasted,
      ...energies,
      ...marks,
    ];
  });
  return [[...parameters.map(({ name }) => name), ...CSV_COLUMNS], ...rows]
    .map((cells) => `${cells.map(field).join(',')}\n`)
    .join('');
}
