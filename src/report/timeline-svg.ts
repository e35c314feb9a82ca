/**
 * A sleep cycle as a picture: one panel for the way down and one for the way up, with time from left to right; below each other the
 * phases, synchronous callbacks, asynchronous ones, and the critical path, whose blocks are dark wherever they stand. Blocks
 * that have room carry their names; the others have a line to theirs below the critical path. All the rest is in the titles that
 * a browser shows under the pointer.
 */
import type { CallbackTiming, CriticalPath, PartPath } from '../analysis/critical-path.ts';
import { milliseconds, waitText } from '../analysis/wait-text.ts';
import { visibleLabel } from './visible.ts';
import { escapeXml } from './xml.ts';

const WIDTH = 1200;
const LEFT = 120;
const RIGHT = 24;
const ROW = 24;
const BLOCK = 18;
const FONT = 11;
/** Of a character of the font, on average and then some. */
const CHARACTER = 6.2;
/** Rows of asynchronous callbacks; a block that finds none is drawn on the last. */
const ASYNC_ROWS = 12;
/** Rows of names below the critical path. */
const NAME_ROWS = 5;
/** Width of a gap from which on it is named. */
const GAP_NAMED = 12;
/** Width below which nothing is drawn. */
const VISIBLE = 0.25;
/** Blocks of one panel; past it only the longest are drawn. */
const BLOCK_LIMIT = 2_000;

const DARK = '#333';
const LIGHT = '#c9d1d9';
const GAP = '#eee';

interface Panel {
  readonly title: string;
  readonly parts: readonly PartPath[];
  readonly begin: number;
  readonly end: number;
}

/** A callback in its panel. */
interface Block {
  readonly callback: CallbackTiming;
  readonly part: PartPath;
  readonly onPath: boolean;
}

/** A name that stands below its block. */
interface BlockName {
  readonly x: number;
  readonly width: number;
  readonly text: string;
  readonly first: boolean;
}

function compareNames(one: BlockName, two: BlockName): number {
  return Number(two.first) - Number(one.first) || two.width - one.width || one.x - two.x;
}

function textWidth(text: string): number {
  return text.length * CHARACTER;
}

function label(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attributes}>${escapeXml(visibleLabel(text))}</text>`;
}

function rectangle(
  x: number,
  y: number,
  width: number,
  { fill, stroke, title }: { readonly fill: string; readonly stroke?: string; readonly title: string },
): string {
  const line = stroke === undefined ? '' : ` stroke="${stroke}"`;
  return (
    `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(width, 0.5).toFixed(1)}" height="${BLOCK}" fill="${fill}"${line}>` +
    `<title>${escapeXml(visibleLabel(title))}</title></rect>`
  );
}

function panelsOf({ parts }: CriticalPath): Panel[] {
  return (['suspend', 'resume'] as const).flatMap((direction) => {
    const own = parts.filter((part) => part.direction === direction);
    if (own.length === 0) return [];
    const begin = Math.min(...own.map((part) => part.begin));
    const end = Math.max(...own.map((part) => part.end));
    if (end <= begin) return [];
    const way = direction === 'suspend' ? 'on the way down' : 'on the way up';
    return [{ title: `${milliseconds(end - begin)} ${way}`, parts: own, begin, end }];
  });
}

/** The step of the axis, in microseconds: 1, 2 or 5 times a power of ten, at most a dozen of them. */
function axisStep(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length / 10));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => length / step <= 12)!;
}

/** Draws one panel from `top` down; returns its lines and where it ends. */
class PanelDrawing {
  readonly lines: string[] = [];
  readonly #panel: Panel;
  readonly #scale: number;
  #y: number;

  constructor(panel: Panel, top: number) {
    this.#panel = panel;
    this.#scale = (WIDTH - LEFT - RIGHT) / (panel.end - panel.begin);
    this.#y = top;
  }

  draw(): number {
    const blocks = this.#blocks();
    this.lines.push(label(LEFT, this.#y + FONT, this.#panel.title, ' font-weight="bold"'));
    this.#y += ROW;
    this.#axis();
    this.#phases();
    this.#row(
      'synchronous',
      blocks.filter(({ callback }) => !callback.asynchronous),
    );
    this.#asynchronous(blocks.filter(({ callback }) => callback.asynchronous));
    this.#path();
    return this.#y;
  }

  #x(time: number): number {
    return LEFT + (time - this.#panel.begin) * this.#scale;
  }

  /** All callbacks, or the longest of very many; those of the critical path always. */
  #blocks(): Block[] {
    const blocks = this.#panel.parts.flatMap((part) => {
      const onPath = new Set(part.path);
      return part.callbacks.map((callback, index) => ({ callback, part, onPath: onPath.has(index) }));
    });
    if (blocks.length <= BLOCK_LIMIT) return blocks;
    const length = ({ callback, onPath }: Block) =>
      onPath ? Number.POSITIVE_INFINITY : callback.end - callback.begin;
    const longest = blocks.toSorted((one, two) => length(two) - length(one)).slice(0, BLOCK_LIMIT);
    return longest.sort((one, two) => one.callback.begin - two.callback.begin);
  }

  #name(text: string): void {
    this.lines.push(label(LEFT - 8, this.#y + BLOCK - 5, text, ' text-anchor="end"'));
  }

  #axis(): void {
    const { begin, end } = this.#panel;
    const step = axisStep(end - begin);
    for (let at = 0; at <= end - begin; at += step) {
      const x = this.#x(begin + at);
      this.lines.push(
        `<line x1="${x.toFixed(1)}" y1="${this.#y}" x2="${x.toFixed(1)}" y2="${this.#y + 4}" stroke="${DARK}"/>`,
        label(x + 2, this.#y + FONT, milliseconds(at), ' fill="#666"'),
      );
    }
    this.#y += ROW - 4;
  }

  #phases(): void {
    this.#name('phases');
    for (const part of this.#panel.parts) {
      const name = part.phase ?? part.direction;
      const [x, width] = [this.#x(part.begin), (part.end - part.begin) * this.#scale];
      const title = `${name}: ${milliseconds(part.end - part.begin)}, ${part.callbacks.length} callbacks`;
      this.lines.push(rectangle(x, this.#y, width, { fill: '#fff', stroke: DARK, title }));
      const text = `${name} ${milliseconds(part.end - part.begin)}`;
      if (textWidth(text) < width) this.lines.push(label(x + 3, this.#y + BLOCK - 5, text));
    }
    this.#y += ROW;
  }

  #block({ callback, part, onPath }: Block): void {
    const { device, begin, end, slack, asynchronous } = callback;
    const [x, width] = [this.#x(begin), (end - begin) * this.#scale];
    if (width < VISIBLE) return;
    const spare = onPath ? 'on the critical path' : `${milliseconds(slack)} to spare`;
    const title = `${device}: ${milliseconds(end - begin)}, ${spare}; ${waitText(callback, part)}`;
    this.lines.push(rectangle(x, this.#y, width, { fill: onPath ? DARK : LIGHT, title }));
    const text = `${device} ${milliseconds(end - begin)}`;
    // Those of the path have their names there.
    if ((asynchronous || !onPath) && textWidth(text) < width)
      this.lines.push(label(x + 3, this.#y + BLOCK - 5, text, onPath ? ' fill="#fff"' : ''));
  }

  #row(name: string, blocks: readonly Block[]): void {
    if (blocks.length === 0) return;
    this.#name(name);
    for (const block of blocks) this.#block(block);
    this.#y += ROW;
  }

  /** As few rows as the blocks need. */
  #asynchronous(blocks: readonly Block[]): void {
    const rows: Block[][] = [];
    for (const block of blocks) {
      const free = rows.find((row) => row.at(-1)!.callback.end <= block.callback.begin);
      if (free !== undefined) free.push(block);
      else if (rows.length < ASYNC_ROWS) rows.push([block]);
      else rows.at(-1)!.push(block);
    }
    for (const [index, row] of rows.entries()) this.#row(index === 0 ? 'asynchronous' : '', row);
  }

  #path(): void {
    this.#name('critical path');
    const names: BlockName[] = [];
    const segment = (begin: number, end: number, what: string | undefined, title: string) => {
      const [x, width] = [this.#x(begin), (end - begin) * this.#scale];
      if (width < VISIBLE) return;
      const colours = { fill: what === undefined ? GAP : DARK };
      this.lines.push(rectangle(x, this.#y, width, { ...colours, title }));
      const text = `${what ?? 'no callback'} ${milliseconds(end - begin)}`;
      const inside = textWidth(text) < width;
      if (inside)
        this.lines.push(
          label(x + 3, this.#y + BLOCK - 5, text, what === undefined ? ' fill="#666"' : ' fill="#fff"'),
        );
      // What ran is named before what did not.
      else if (width >= (what === undefined ? GAP_NAMED : 2))
        names.push({ x, width, text, first: what !== undefined });
    };
    for (const part of this.#panel.parts) {
      for (const index of part.path) {
        const callback = part.callbacks[index]!;
        const { device, begin, end, delay } = callback;
        segment(
          begin - delay,
          begin,
          undefined,
          `${milliseconds(delay)} before ${device}, ${milliseconds(callback.unexplained)} of them unexplained`,
        );
        segment(begin, end, device, `${device}: ${milliseconds(end - begin)}; ${waitText(callback, part)}`);
      }
      segment(
        part.end - part.rest,
        part.end,
        undefined,
        `${milliseconds(part.rest)} behind the last callback of the phase`,
      );
    }
    this.#names(names);
  }

  /** Names of blocks that are too narrow for them, the widest block first, where there is room in the rows below. */
  #names(names: readonly BlockName[]): void {
    const rows: { readonly from: number; readonly to: number }[][] = Array.from(
      { length: NAME_ROWS },
      () => [],
    );
    let used = 0;
    for (const { x, width, text } of names.toSorted(compareNames)) {
      const middle = x + width / 2;
      const from = Math.min(middle, WIDTH - textWidth(text) - 4);
      const to = from + textWidth(text);
      // A line to a name must not cross a name above it.
      const row = rows.findIndex(
        (taken, index) =>
          taken.every((other) => to + 6 < other.from || from > other.to + 6) &&
          rows
            .slice(0, index)
            .every((above) => above.every((other) => middle < other.from - 3 || middle > other.to + 3)),
      );
      if (row < 0) continue;
      rows[row]!.push({ from, to });
      used = Math.max(used, row + 1);
      const y = this.#y + BLOCK + 4 + (row + 1) * (FONT + 3);
      this.lines.push(
        `<path d="M${middle.toFixed(1)} ${this.#y + BLOCK}V${(y - FONT + 2).toFixed(1)}" stroke="#999" fill="none"/>`,
        label(from, y, text),
      );
    }
    this.#y += ROW + used * (FONT + 3) + 12;
  }
}

/** The picture of one cycle. `title` says what was recorded. A cycle without a time has no panels. */
export function timelineSvg(path: CriticalPath, title: string): string {
  const lines = [label(LEFT, 20, title, ' font-weight="bold"')];
  let y = 36;
  for (const panel of panelsOf(path)) {
    const drawing = new PanelDrawing(panel, y);
    y = drawing.draw() + 8;
    lines.push(...drawing.lines);
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="${FONT}">`,
    `<rect width="${WIDTH}" height="${y}" fill="#fff"/>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
