/**
 * The curve of a sweep as a picture: mean wake latency to the right, energy upwards, a point for each value, joined in the order of the
 * values; the front of points that no other beats, and its knee, named. What always on and the oracle take are lines with their names.
 */
import type { SweepPoint, SweepResult } from '../policies/index.ts';
import { energyText, timeText } from './amounts.ts';
import { visibleLabel } from './visible.ts';
import { escapeXml } from './xml.ts';

const WIDTH = 900;
const HEIGHT = 560;
const LEFT = 90;
const RIGHT = 40;
const TOP = 76;
const BOTTOM = 64;
const FONT = 12;
/** Points that are named, at most. */
const MOST_NAMED = 9;

/** A white edge around words that lie on lines. */
const HALO = 'paint-order="stroke" stroke="#fff" stroke-width="4"';

interface Scale {
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

/** A scale from 0 (or from near the least) to behind the most, with steps of 1, 2 or 5 times a power of ten. */
function scaleOf(least: number, most: number, steps: number): Scale {
  const from = least > most * 0.6 ? least - (most - least) * 0.2 : 0;
  const length = Math.max(most - from, most * 0.01, 1e-9);
  const power = 10 ** Math.floor(Math.log10(length / steps));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => length / one <= steps)!;
  return {
    least: Math.max(0, Math.floor(from / step) * step),
    most: (Math.floor(most / step) + 1) * step,
    step,
  };
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escapeXml(visibleLabel(words))}</text>`;
}

/** `uart.autosuspend 50ms`. */
export function pointName(result: SweepResult, { values }: SweepPoint): string {
  return result.parameters.map(({ name }, at) => `${name} ${values[at]}`).join(', ');
}

/** A few points along the curve, evenly by number, the first and the last among them. */
function namedPoints(points: readonly SweepPoint[]): Set<number> {
  const count = Math.min(MOST_NAMED, points.length);
  return new Set(
    Array.from({ length: count }, (_, at) => Math.round((at * (points.length - 1)) / Math.max(count - 1, 1))),
  );
}

export function sweepSvg(result: SweepResult): string {
  const { points, front, knee, parameters } = result;
  const latency = ({ wake }: SweepPoint) => wake?.mean ?? 0;
  const { alwaysOn } = points[0]!;
  const energies = points.map(({ energy }) => energy);
  const oracles = points.map(({ oracle }) => oracle);
  const isFar = alwaysOn > 2.5 * Math.max(...energies);
  const lines = [
    { name: 'ideal oracle', energy: Math.min(...oracles) },
    // Far above the curve it would press that to the ground.
    ...(isFar ? [] : [{ name: 'always on', energy: alwaysOn }]),
  ];
  const all = [...energies, ...lines.map(({ energy }) => energy)];
  const y = scaleOf(Math.min(...all), Math.max(...all), 8);
  const x = scaleOf(0, Math.max(...points.map(latency), 1), 8);
  const px = (value: number) => LEFT + ((value - x.least) / (x.most - x.least)) * (WIDTH - LEFT - RIGHT);
  const py = (value: number) =>
    HEIGHT - BOTTOM - ((value - y.least) / (y.most - y.least)) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (let at = x.least; at <= x.most + x.step / 2; at += x.step) {
    parts.push(
      `<path d="M${px(at).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#eee"/>`,
      text(px(at), HEIGHT - BOTTOM + 18, timeText(at), ' text-anchor="middle" fill="#444"'),
    );
  }
  for (let at = y.least; at <= y.most + y.step / 2; at += y.step) {
    parts.push(
      `<path d="M${LEFT} ${py(at).toFixed(1)}H${WIDTH - RIGHT}" stroke="#eee"/>`,
      text(LEFT - 8, py(at) + 4, energyText(at), ' text-anchor="end" fill="#444"'),
    );
  }
  for (const { name, energy } of lines) {
    parts.push(
      `<path d="M${LEFT} ${py(energy).toFixed(1)}H${WIDTH - RIGHT}" stroke="#999" stroke-dasharray="6 4"/>`,
      text(
        WIDTH - RIGHT,
        py(energy) - 5,
        `${name}, ${energyText(energy)}`,
        ` ${HALO} text-anchor="end" fill="#666"`,
      ),
    );
  }
  const at = (index: number) =>
    `${px(latency(points[index]!)).toFixed(1)} ${py(points[index]!.energy).toFixed(1)}`;
  // The values of one number lie on a curve; those of two only their front does.
  const order = parameters.length === 1 ? points.map((_, index) => index) : front;
  parts.push(`<path d="M${order.map(at).join('L')}" fill="none" stroke="#36c" stroke-width="1.5"/>`);
  const named = parameters.length === 1 ? namedPoints(points) : new Set(front.slice(0, MOST_NAMED));
  const onFront = new Set(front);
  const taken: { readonly x: number; readonly y: number }[] = [];
  if (knee !== null) taken.push({ x: px(latency(points[knee]!)), y: py(points[knee]!.energy) });
  for (const [index, point] of points.entries()) {
    const [cx, cy] = [px(latency(point)), py(point.energy)];
    const late = point.missed > 0 ? `, ${point.missed} late` : '';
    const title = `${pointName(result, point)}: ${energyText(point.energy)}, mean wake ${timeText(latency(point))}${late}`;
    parts.push(
      `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="3.5" fill="${onFront.has(index) ? '#36c' : '#fff'}" stroke="${point.missed > 0 ? '#c33' : '#36c'}"><title>${escapeXml(visibleLabel(title))}</title></circle>`,
    );
    if (
      !named.has(index) ||
      index === knee ||
      taken.some((one) => Math.abs(one.x - cx) < 70 && Math.abs(one.y - cy) < 16)
    )
      continue;
    taken.push({ x: cx, y: cy });
    const isRight = cx > WIDTH - 190;
    parts.push(
      text(
        cx + (isRight ? -9 : 9),
        cy + 4,
        `${point.values.join(', ')}${late}`,
        ` ${HALO} fill="#222"${isRight ? ' text-anchor="end"' : ''}`,
      ),
    );
  }
  if (knee !== null) {
    const point = points[knee]!;
    const [cx, cy] = [px(latency(point)), py(point.energy)];
    const words = `knee: ${pointName(result, point)}, ${energyText(point.energy)}, ${timeText(latency(point))}`;
    const isRight = cx > WIDTH / 2;
    parts.push(
      `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="8" fill="none" stroke="#c33" stroke-width="2"/>`,
      text(
        cx + (isRight ? -12 : 12),
        cy - 12,
        words,
        ` ${HALO} font-weight="bold" fill="#c33"${isRight ? ' text-anchor="end"' : ''}`,
      ),
    );
  }
  if (isFar)
    parts.push(
      text(
        WIDTH - RIGHT,
        TOP - 8,
        `always on takes ${energyText(alwaysOn)}, above the picture`,
        ' text-anchor="end" fill="#666"',
      ),
    );
  const names = parameters.map(({ name }) => name).join(' and ');
  const first = points[0]!.values.join(', ');
  const last = points.at(-1)!.values.join(', ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="${FONT}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(
      LEFT,
      24,
      `${result.name}: ${names} from ${first} to ${last}, policy '${result.policy}'`,
      ' font-weight="bold" font-size="14"',
    ),
    text(
      LEFT,
      44,
      'energy of the whole run (upwards) and mean wake latency (to the right); filled points are beaten by no other in both; red ones miss deadlines',
      ' fill="#444" font-size="11"',
    ),
    ...parts,
    text(
      (LEFT + WIDTH - RIGHT) / 2,
      HEIGHT - 16,
      'mean wake latency: from a request to an active device',
      ' text-anchor="middle" fill="#444"',
    ),
    text(LEFT - 8, TOP - 10, 'energy', ' text-anchor="end" fill="#444"'),
    '</svg>',
    '',
  ].join('\n');
}
