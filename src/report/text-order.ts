/** `devgraph order` for a terminal. */
import type { BrokenEdgeRow, DeadlockRow, LuckyPair, OrderResult } from '../analysis/order.ts';
import { clean, count, indented, type Style } from './style.ts';
import { phasePairLines } from './text-phases.ts';
import { systemOrderLines } from './text-system.ts';

export interface OrderTextInput {
  readonly result: OrderResult;
  readonly heading: string;
  readonly assumptions: string;
}

function nameOfId(id: string): string {
  return clean(id.slice(id.indexOf(':') + 1));
}

function stepLines(result: OrderResult, style: Style): string[] {
  const digits = String(result.steps.length).length;
  const nameWidth = result.steps.reduce(
    (width, step) => Math.min(36, Math.max(width, nameOfId(step.device).length)),
    0,
  );
  const position = new Map(result.suspend.map((id, index) => [id, index + 1]));
  return result.steps.flatMap((step) => {
    const number = String(position.get(step.device) ?? 0).padStart(digits);
    const name = nameOfId(step.device).padEnd(nameWidth);
    const mark = step.asynchronous ? style.cyan(' async') : '';
    const reason = clean(step.reason);
    const head = `${style.dim(number)}  ${name}${mark}`;
    const used = digits + 2 + name.length + (step.asynchronous ? 6 : 0) + 2;
    const lines =
      used + reason.length <= style.width
        ? [`${head}  ${style.dim(reason)}`]
        : [head.trimEnd(), ...indented(reason, digits + 4, style.width).map(style.dim)];
    const { mayBeOvertakenBy } = step;
    if (mayBeOvertakenBy.length > 0) {
      const some = mayBeOvertakenBy.slice(0, 3).map(nameOfId).join(', ');
      const more = mayBeOvertakenBy.length > 3 ? ` and ${mayBeOvertakenBy.length - 3} more` : '';
      lines.push(
        ...indented(`may be overtaken by ${some}${more}`, digits + 4, style.width).map(style.yellow),
      );
    }
    return lines;
  });
}

function luckLines(pairs: readonly LuckyPair[], style: Style): string[] {
  return pairs.flatMap((pair) => [
    `  ${nameOfId(pair.first)} before ${nameOfId(pair.second)}`,
    ...indented(clean(pair.reason), 6, style.width).map(style.dim),
  ]);
}

function deadlockLines(deadlocks: readonly DeadlockRow[], style: Style): string[] {
  return deadlocks.flatMap((deadlock) => [
    style.red(`deadlock in the ${deadlock.phase} phase: ${clean(deadlock.reason)}`),
    ...deadlock.waits.flatMap((wait) => indented(clean(wait), 4, style.width)),
  ]);
}

function edgeLines(title: string, edges: readonly BrokenEdgeRow[], style: Style): string[] {
  if (edges.length === 0) return [];
  return [
    '',
    style.red(title),
    ...edges.flatMap(({ subordinate, superior, reason }) =>
      indented(
        clean(`${nameOfId(subordinate)} belongs before ${nameOfId(superior)}: ${reason}`),
        2,
        style.width,
      ),
    ),
  ];
}

/** How much of the order parents and links keep. */
function graphLines({ graph }: OrderResult, style: Style): string[] {
  const { pairs, orderedPairs, longestChain, contradicted, broken } = graph;
  const kept =
    orderedPairs === null
      ? 'too many devices to count the pairs that parents and links order'
      : `parents and links order ${orderedPairs} of ${count(pairs, 'pair')} of devices, all others stand as the list has them`;
  return [
    '',
    ...indented(`${kept}; the longest chain has ${count(longestChain, 'device')}`, 0, style.width),
    ...edgeLines('the list stands against parents or links', contradicted, style),
    ...edgeLines('parents and links on a circle', broken, style),
  ];
}

/** The order that parents and links alone give, without the kernel's list. */
export function graphOrderText({ result, heading, assumptions }: OrderTextInput, style: Style): string {
  const digits = String(result.graph.suspend.length).length;
  const title = 'suspend by parents and links alone, first to last; where they leave it open, by name';
  return `${[
    ...indented(clean(heading), 0, style.width).map(style.bold),
    ...indented(assumptions, 0, style.width).map(style.dim),
    '',
    style.bold(title),
    ...result.graph.suspend.map(
      (id, index) => `${style.dim(String(index + 1).padStart(digits))}  ${nameOfId(id)}`,
    ),
    ...graphLines(result, style),
  ].join('\n')}\n`;
}

/** Every step of the suspend phase, then what only luck keeps, what is in the wrong order, and deadlocks. */
export function orderText({ result, heading, assumptions }: OrderTextInput, style: Style): string {
  const lines = [
    ...indented(clean(heading), 0, style.width).map(style.bold),
    ...indented(assumptions, 0, style.width).map(style.dim),
    '',
  ];
  lines.push(style.bold('suspend, first to last (resume is the reverse)'), ...stepLines(result, style));
  const kept = result.luck.filter((pair) => pair.kind === 'list position');
  const against = result.luck.filter((pair) => pair.kind === 'against');
  if (against.length > 0) {
    lines.push(
      '',
      style.bold(`${count(against.length, 'dependency', 'dependencies')} without a link, in the wrong order`),
    );
    lines.push(...luckLines(against, style));
  }
  if (kept.length > 0) {
    lines.push(
      '',
      style.bold(`${count(kept.length, 'dependency', 'dependencies')} kept by list position only`),
    );
    lines.push(...luckLines(kept, style));
  }
  if (result.luck.length === 0) lines.push('', 'no dependency is kept by list position only');
  lines.push(...graphLines(result, style), ...phasePairLines(result.phases, style));
  if (result.system !== undefined) lines.push('', ...systemOrderLines(result.system, style));
  if (result.deadlocks.length > 0) lines.push('', ...deadlockLines(result.deadlocks, style));
  return `${lines.join('\n')}\n`;
}
