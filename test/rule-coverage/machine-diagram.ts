/**
 * What changes the state of a machine, as a Mermaid state diagram and as a graph for Graphviz. Left out is what holds in every
 * state where some state has rows of its own for the event, and what the kernel warns of.
 */
import type { CompiledMachine, CompiledTransition } from '../../src/core/compiled-machine.ts';

/** Arrows from one state to another: their labels, in the order of the table. */
interface Arrow {
  /** Undefined: from whatever state. */
  readonly from: string | undefined;
  readonly to: string;
  readonly labels: readonly string[];
}

function isDrawn(
  { state, event, target, actions, ofEveryState }: CompiledTransition,
  own: Set<string>,
): boolean {
  if (target === undefined || (target === state && !ofEveryState)) return false;
  const warns = actions.some((action) => action.startsWith('WARN_ON'));
  return !warns && !(ofEveryState && own.has(event));
}

/** `event [guards]`, without guards if one of the rows has none. */
function labelOf(event: string, guards: ReadonlySet<string | undefined>): string {
  const all = [...guards];
  return all.includes(undefined) ? event : `${event} [${all.join(' / ')}]`;
}

function arrowsOf({ transitions }: CompiledMachine): Arrow[] {
  const own = new Set(transitions.filter(({ ofEveryState }) => !ofEveryState).map(({ event }) => event));
  const arrows = new Map<
    string,
    { from: string | undefined; to: string; events: Map<string, Set<string | undefined>> }
  >();
  for (const transition of transitions.filter((each) => isDrawn(each, own))) {
    const { event, guard, ofEveryState } = transition;
    const from = ofEveryState ? undefined : transition.state;
    const to = transition.target!;
    const key = `${from} -> ${to}`;
    const arrow = arrows.get(key) ?? { from, to, events: new Map() };
    arrow.events.set(event, (arrow.events.get(event) ?? new Set()).add(guard));
    arrows.set(key, arrow);
  }
  return [...arrows.values()].map(({ from, to, events }) => ({
    from,
    to,
    labels: [...events].map(([event, guards]) => labelOf(event, guards)),
  }));
}

/** Lines of a Mermaid state diagram; `initial` is the state that a new one is in. */
export function stateDiagram(machine: CompiledMachine, initial: string): string[] {
  const { states } = machine;
  const word = (state: string | undefined) => (state === undefined ? 'every' : `s${states.indexOf(state)}`);
  const arrows = arrowsOf(machine);
  return [
    'stateDiagram-v2',
    ...states.map((state) => `    state "${state}" as ${word(state)}`),
    ...(arrows.some(({ from }) => from === undefined) ? ['    state "whatever it is" as every'] : []),
    `    [*] --> ${word(initial)}`,
    // Colons and semicolons end a label.
    ...arrows.flatMap(({ from, to, labels }) =>
      labels.map((label) => `    ${word(from)} --> ${word(to)}: ${label.replace(/[:;]/g, ',')}`),
    ),
  ];
}

/** The same in the DOT language. */
export function stateGraph(machine: CompiledMachine, initial: string): string {
  const arrows = arrowsOf(machine);
  const name = (state: string | undefined) => JSON.stringify(state ?? 'whatever it is');
  const lines = [
    'digraph machine {',
    '  graph [bgcolor=white, nodesep=0.6, ranksep=0.7];',
    '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=12];',
    '  edge [fontname="Helvetica", fontsize=9, arrowsize=0.7];',
    '  new [shape=circle, width=0.12, label="", style=filled, fillcolor=black];',
    ...machine.states.map((state) => `  ${name(state)};`),
    ...(arrows.some(({ from }) => from === undefined)
      ? [`  ${name(undefined)} [style="rounded,dashed"];`]
      : []),
    `  new -> ${name(initial)};`,
    ...arrows.map(
      ({ from, to, labels }) =>
        `  ${name(from)} -> ${name(to)} [label=${JSON.stringify(`${labels.join('\\l')}\\l`).replaceAll('\\\\l', '\\l')}];`,
    ),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
