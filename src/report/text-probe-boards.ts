/** `devgraph probe` of several boards for a terminal: a line for each, then what is behind all of them. */
import type { CommonRoot, ProbedBoard, ProbedBoards } from '../analysis/probe-boards.ts';
import { clean, count, indented, type Style } from './style.ts';

/** So many root causes are listed without --verbose. */
const LISTED = 25;

/** Names without the folder that all of them share. */
function shortNames(names: readonly string[]): string[] {
  const [first = ''] = names;
  let shared = first.lastIndexOf('/') + 1;
  for (const name of names) {
    while (shared > 0 && !name.startsWith(first.slice(0, shared)))
      shared = first.lastIndexOf('/', shared - 2) + 1;
  }
  return names.map((name) => name.slice(shared));
}

function boardLine({ bound, devices, heldBack, roots }: ProbedBoard, name: string, width: number): string {
  const counts = `${String(bound).padStart(4)} of ${String(devices).padStart(4)} bind`;
  const held = heldBack === 0 ? '' : `, ${heldBack} held back by ${count(roots.length, 'root cause')}`;
  return `${name.padEnd(width)}  ${counts}${held}`;
}

function rootLines({ kind, detail, devices, boards }: CommonRoot, style: Style): string[] {
  const where = boards.length === 1 ? fileName(boards[0]!) : count(boards.length, 'board');
  return indented(clean(`${devices} on ${where}  ${kind}: ${detail}`), 2, style.width);
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The answer: boards in the order given, inputs that are none, and causes by how much they hold back. */
export function probeBoardsText(
  result: ProbedBoards,
  {
    heading,
    verbose,
    quiet,
  }: { readonly heading: string; readonly verbose: boolean; readonly quiet: boolean },
  style: Style,
): string {
  const names = shortNames(result.boards.map(({ input }) => input)).map(clean);
  const width = Math.min(Math.max(0, ...names.map(({ length }) => length)), 60);
  const lines = quiet ? [] : result.boards.map((board, index) => boardLine(board, names[index]!, width));
  for (const { input, reason } of result.skipped)
    lines.push(...indented(clean(`${input}  skipped: ${reason}`), 0, style.width).map(style.yellow));
  const sum = (of: 'devices' | 'bound' | 'heldBack') =>
    result.boards.reduce((all, board) => all + board[of], 0);
  const held = result.boards.filter(({ heldBack }) => heldBack > 0).length;
  const skipped = result.skipped.length === 0 ? '' : `, ${result.skipped.length} skipped`;
  if (lines.length > 0) lines.push('');
  lines.push(
    ...indented(
      `${count(result.boards.length, 'board')}${skipped}: ${sum('bound')} of ${count(sum('devices'), 'device')} bind (${clean(heading)}).`,
      0,
      style.width,
    ).map(style.bold),
  );
  if (result.roots.length === 0) lines.push('No device waits for another.');
  else {
    lines.push(
      `${count(result.roots.length, 'root cause')} ${result.roots.length === 1 ? 'holds' : 'hold'} back ${count(sum('heldBack'), 'device')} on ${count(held, 'board')}:`,
    );
    const shown = verbose ? result.roots : result.roots.slice(0, LISTED);
    for (const root of shown) lines.push(...rootLines(root, style));
    if (shown.length < result.roots.length)
      lines.push(`  and ${result.roots.length - shown.length} more (--verbose lists them)`);
  }
  return `${lines.join('\n')}\n`;
}
