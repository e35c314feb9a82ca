/**
 * The course of a policy run as a picture: a row for each device and power domain, a block for as long as it is on, with what holds it
 * on in words; requests are marks above the row. As much of the run is drawn as can be read.
 */
import type { OnRow, OnSpan, PolicyTimeline } from '../policies/index.ts';
import { timeText } from './amounts.ts';
import { visibleLabel } from './visible.ts';
import { escapeXml } from './xml.ts';

const WIDTH = 1200;
const LEFT = 190;
const RIGHT = 24;
const ROW = 44;
const BLOCK = 24;
const TOP = 92;
const FONT = 11;
/** Blocks of one row that are drawn, about. */
const MOST_BLOCKS = 24;
const COLOURS = { work: '#2b6cb0', held: '#dd8a2b', way: '#9aa5b1' };

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escapeXml(visibleLabel(words))}</text>`;
}

/** Rough width of a text, pixels. */
function widthOf(words: string): number {
  return words.length * FONT * 0.56;
}

/** `work`, `autosuspend timer`, `consumer uart works`. */
function spanWords({ holder, by, isWork }: OnSpan): string {
  if (holder === 'transition') return 'on its way';
  if (by === null) return holder;
  return isWork ? `for ${by}` : `${holder} ${by}, without work`;
}

function colourOf({ holder, isWork }: OnSpan): string {
  if (holder === 'transition') return COLOURS.way;
  return isWork ? COLOURS.work : COLOURS.held;
}

/** How much of the run is drawn: until some row has as many blocks as can be read. */
function windowOf({ rows, length }: PolicyTimeline): number {
  const ends = rows.flatMap(({ spans }) => spans[MOST_BLOCKS]?.begin ?? []);
  return ends.length === 0 ? length : Math.max(1, Math.min(length, ...ends));
}

/** The step of the axis: 1, 2 or 5 times a power of ten, at most a dozen of them. */
function axisStep(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length / 10));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => length / step <= 12)!;
}

function rowParts(
  row: OnRow,
  y: number,
  x: (time: number) => number,
  window: number,
  isFirst: boolean,
): string[] {
  const parts = [
    text(LEFT - 10, y + BLOCK / 2 + 4, row.name, ' text-anchor="end"'),
    `<path d="M${LEFT} ${y + BLOCK}H${WIDTH - RIGHT}" stroke="#bbb"/>`,
  ];
  let last = 0;
  const rest = (begin: number, end: number) => {
    const words = row.of === 'domain' ? 'off' : 'suspended';
    if (x(end) - x(begin) > widthOf(words) + 8)
      parts.push(text((x(begin) + x(end)) / 2, y + BLOCK - 7, words, ' text-anchor="middle" fill="#888"'));
  };
  for (const span of row.spans) {
    if (span.begin >= window) break;
    if (span.begin > last) rest(last, span.begin);
    const end = Math.min(span.end, window);
    last = end;
    const [from, width] = [x(span.begin), Math.max(x(end) - x(span.begin), 0.6)];
    const words = spanWords(span);
    const title = `${row.name}: ${words}, ${timeText(span.end - span.begin)} from ${timeText(span.begin)}`;
    parts.push(
      `<rect x="${from.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${BLOCK}" fill="${colourOf(span)}" stroke="#fff" stroke-width="0.5"><title>${escapeXml(visibleLabel(title))}</title></rect>`,
    );
    const long = `${words} ${timeText(span.end - span.begin)}`;
    const shown = [long, words].find((one) => widthOf(one) + 6 < width);
    if (shown !== undefined) parts.push(text(from + 4, y + BLOCK - 8, shown, ' fill="#fff"'));
  }
  if (last < window) rest(last, window);
  const requests = row.requests.filter((time) => time < window);
  for (const [at, time] of requests.entries()) {
    parts.push(`<path d="M${x(time).toFixed(1)} ${y - 9}l3.5 0l-3.5 8l-3.5 -8z" fill="#222"/>`);
    if (at === 0 && isFirst)
      parts.push(text(x(time) + 7, y - 2, requests.length === 1 ? 'request' : 'requests', ' fill="#222"'));
  }
  return parts;
}

export function policySvg(timeline: PolicyTimeline): string {
  const { rows, policy, name, of } = timeline;
  const window = windowOf(timeline);
  const x = (time: number) => LEFT + (time / window) * (WIDTH - LEFT - RIGHT);
  const height = TOP + rows.length * ROW + 30;
  const shown = window === of ? `all ${timeText(of)}` : `the first ${timeText(window)} of ${timeText(of)}`;
  const parts: string[] = [];
  const step = axisStep(window);
  for (let at = 0; at <= window; at += step) {
    parts.push(
      `<path d="M${x(at).toFixed(1)} ${TOP - 24}V${height - 20}" stroke="#eee"/>`,
      text(x(at) + 2, TOP - 28, timeText(at), ' fill="#666"'),
    );
  }
  const firstAsked = rows.findIndex(({ requests }) => requests.length > 0);
  for (const [index, row] of rows.entries())
    parts.push(...rowParts(row, TOP + index * ROW, x, window, index === firstAsked));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="${FONT}">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(16, 22, `${name}, policy '${policy}': ${shown}`, ' font-weight="bold" font-size="14"'),
    `<text x="16" y="42">Blocks: on, and what holds it on. <tspan fill="${COLOURS.work}" font-weight="bold">Blue: for work.</tspan> <tspan fill="#b5651d" font-weight="bold">Orange: without work.</tspan> <tspan fill="#6b7785" font-weight="bold">Grey: on its way up or down.</tspan></text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
