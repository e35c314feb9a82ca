/** `devgraph diff` for a terminal. */
import type { BeforeAfter, BoardDiff, ChangedEnginePhase, DiffSide } from '../analysis/board-diff.ts';
import { type Cycle, cycleText } from '../analysis/cycles.ts';
import type { DmaRequests } from '../analysis/dma-requests.ts';
import type { LinkRow } from '../analysis/links.ts';
import type { LuckyPair } from '../analysis/order.ts';
import { clean, count, indented, type Style } from './style.ts';
import { failureLines } from './text-dma.ts';

/** Rows of one kind that are listed; the rest is counted, and in the JSON. */
const LISTED = 20;

function nameOfId(id: string): string {
  return clean(id.slice(id.indexOf(':') + 1));
}

type Sign = '+' | '-' | '~';

/** A block: what it is, then rows behind their sign. */
function block(
  title: string,
  rows: readonly (readonly [Sign, string])[],
  style: Style,
  most = LISTED,
): string[] {
  if (rows.length === 0) return [];
  const paint = { '+': style.green, '-': style.red, '~': style.yellow };
  const listed = rows.slice(0, most).flatMap(([sign, text]) => {
    const [first, ...rest] = indented(clean(text), 2, style.width);
    return [`${sign}${first!.slice(1)}`, ...rest].map(paint[sign]);
  });
  const more = rows.length - most;
  return ['', style.bold(title), ...listed, ...(more > 0 ? [`  and ${more} more (--json has all)`] : [])];
}

function linkText({ consumer, supplier, status, flags, causes }: LinkRow): string {
  const properties = [...new Set(causes.map(({ property }) => property))].join(', ');
  const why = properties === '' ? '' : ` (${properties})`;
  return `${nameOfId(consumer)} -> ${nameOfId(supplier)}${why}  ${status}, ${flags.join(' ')}`;
}

/** `8 links more, 1 less, 2 otherwise`. */
function counts(added: number, removed: number, changed: number, noun: string): string {
  const parts = [
    ...(added > 0 ? [`${count(added, noun)} more`] : []),
    ...(removed > 0 ? [`${count(removed, noun)} less`] : []),
    ...(changed > 0 ? [`${count(changed, noun)} otherwise`] : []),
  ];
  return parts.join(', ');
}

function deviceLines({ devices }: BoardDiff, style: Style): string[] {
  const { added, removed, changed } = devices;
  const word = (value: string | null) => (value === null ? 'none' : value);
  return block(
    counts(added.length, removed.length, changed.length, 'device'),
    [
      ...removed.map(({ id, node }) => ['-', `${nameOfId(id)}  ${node}`] as const),
      ...added.map(({ id, node }) => ['+', `${nameOfId(id)}  ${node}`] as const),
      ...changed.map(
        ({ device, what, before, after }) =>
          ['~', `${nameOfId(device)}: ${what} ${word(before)} -> ${word(after)}`] as const,
      ),
    ],
    style,
  );
}

function linkLines({ links }: BoardDiff, style: Style): string[] {
  const { added, removed, changed } = links;
  return block(
    counts(added.length, removed.length, changed.length, 'link'),
    [
      ...removed.map((link) => ['-', linkText(link)] as const),
      ...added.map((link) => ['+', linkText(link)] as const),
      ...changed.map(
        ({ before, after }) =>
          ['~', `${linkText(before)}; now ${after.status}, ${after.flags.join(' ')}`] as const,
      ),
    ],
    style,
  );
}

function cycleRow(cycle: Cycle): string {
  return cycleText({ ...cycle, fixes: [] }).join('; ');
}

function cycleLines({ cycles }: BoardDiff, style: Style): string[] {
  const { added, removed } = cycles;
  return block(
    counts(added.length, removed.length, 0, 'dependency cycle'),
    [
      ...removed.map((cycle) => ['-', cycleRow(cycle)] as const),
      ...added.map((cycle) => ['+', cycleRow(cycle)] as const),
    ],
    style,
  );
}

function orderLines({ order }: BoardDiff, style: Style): string[] {
  const { moved, swappedPairs, devices } = order;
  if (moved.length === 0) return [];
  const title = `order of suspend: ${moved.length} of ${count(devices, 'device')} moved, ${count(swappedPairs, 'pair')} swapped`;
  const rows = moved.map(
    ({ device, before, after }) => ['~', `${nameOfId(device)}: place ${before} -> ${after}`] as const,
  );
  return block(title, rows, style, 12);
}

function luckText({ first, second, property, kind }: LuckyPair): string {
  const how = kind === 'against' ? 'against the dependency' : 'by list position only';
  return `${nameOfId(first)} before ${nameOfId(second)} (${property}), ${how}`;
}

function luckLines({ luck }: BoardDiff, style: Style): string[] {
  return [
    ...block(
      `${count(luck.removed.length, 'dependency', 'dependencies')} no longer left to list position`,
      luck.removed.map((pair) => ['-', luckText(pair)] as const),
      style,
    ),
    ...block(
      `${count(luck.added.length, 'dependency', 'dependencies')} now left to list position`,
      luck.added.map((pair) => ['+', luckText(pair)] as const),
      style,
    ),
  ];
}

function phaseRow({ before, after }: ChangedEnginePhase): readonly [Sign, string] | undefined {
  const { engine, driver, phase, clients } = (after ?? before)!;
  const what =
    phase === 'none' ? `${driver} has no callback of system sleep` : `${driver} stops it in ${phase}`;
  const left = (after ?? before)!.unordered.length;
  const head = `${nameOfId(engine)}: ${what}`;
  if (before === null)
    return ['+', `${head}; ${left} of ${count(clients, 'client')} ordered by nothing else`];
  if (after === null) return ['-', head];
  const late = phase === 'suspend_late' || phase === 'suspend_noirq';
  const need =
    left === 0
      ? late
        ? 'which the order no longer needs'
        : 'and every client now goes before it'
      : `${left} of ${count(clients, 'client')} still ordered by nothing else`;
  return ['~', `${head}, ${need} (${before.unordered.length} of ${clients} were ordered by nothing else)`];
}

function phaseLines({ enginePhases }: BoardDiff, style: Style): string[] {
  const rows = enginePhases.flatMap((change) => {
    const row = phaseRow(change);
    return row === undefined ? [] : [row];
  });
  return block('phases of DMA engines, by their drivers in Linux 6.12', rows, style);
}

function beforeAfter({ before, after }: BeforeAfter): string {
  return before === after ? `${before}, as before` : `${before} -> ${after}`;
}

/** Links that clients have to engines or channels of theirs. */
function dmaLine(name: string, dma: DmaRequests | null): string | undefined {
  if (dma === null) return undefined;
  const granted = dma.requests.filter(({ result }) => result === 0);
  const links = new Set(granted.flatMap(({ client, link }) => (link === null ? [] : [`${client} ${link}`])));
  const refused = dma.requests.filter(({ refused: reason }) => reason !== null).length;
  const warnings = dma.warnings.reduce((sum, { times }) => sum + times, 0);
  return (
    `${name}: ${granted.length} of ${count(dma.requests.length, 'request')} granted, ${count(links.size, 'link')}, ${refused} refused; ` +
    `client probes put off: ${dma.deferredByRequest} by -EPROBE_DEFER of a request, ${dma.deferredByLink} by a missing supplier` +
    (warnings > 0 ? `; ${count(warnings, 'kernel warning')}` : '')
  );
}

function dmaLines({ dma, from, to }: BoardDiff, style: Style): string[] {
  const lines = [dmaLine(sideName(from), dma.before), dmaLine(sideName(to), dma.after)].filter(
    (line) => line !== undefined,
  );
  if (lines.length === 0) return [];
  return [
    '',
    style.bold('DMA channels'),
    ...lines.flatMap((line) => indented(clean(line), 2, style.width)),
    ...(dma.after === null ? [] : failureLines(dma.after.requests, style)),
  ];
}

/** A side in a word: what was asked of it, else its file. */
function sideName({ context, input }: DiffSide): string {
  return context === '' ? input : context;
}

/** What differs, block by block; a line for what does not. */
export function diffText(diff: BoardDiff, heading: string, assumptions: string, style: Style): string {
  const { order, deferrals } = diff;
  const pairs = order.orderedPairs === null ? undefined : beforeAfter(order.orderedPairs);
  const none = [
    ...(diff.cycles.added.length === 0 ? ['no new cycle'] : []),
    ...(diff.order.moved.length === 0 ? ['the order of suspend is the same'] : []),
    ...(pairs === undefined ? [] : [`pairs ordered by parents and links: ${pairs}`]),
    `deferred probes: ${beforeAfter(deferrals)}`,
  ];
  return `${[
    ...indented(clean(heading), 0, style.width).map(style.bold),
    ...indented(clean(assumptions), 0, style.width).map(style.dim),
    '',
    ...indented(`${none.join('; ')}.`, 0, style.width),
    ...deviceLines(diff, style),
    ...linkLines(diff, style),
    ...cycleLines(diff, style),
    ...orderLines(diff, style),
    ...luckLines(diff, style),
    ...phaseLines(diff, style),
    ...dmaLines(diff, style),
  ].join('\n')}\n`;
}
