/** A machine as a Mermaid state diagram: what changes its state. */
import type { CompiledMachine, CompiledTransition } from '../../src/core/compiled-machine.ts';

const EVERY = 'every';

/** Rows of one arrow, as `event [guards]`: without guards if one of them has none. */
function labelOf(rows: readonly CompiledTransition[]): string {
  const guards = rows.flatMap(({ guard }) => guard ?? []);
  const label = `${rows[0]!.event}${guards.length < rows.length ? '' : ` [${guards.join(' / ')}]`}`;
  // Colons and semicolons end a label.
  return label.replace(/[:;]/g, ',');
}

function wordOf(states: readonly string[], state: string): string {
  return `s${states.indexOf(state)}`;
}

/**
 * Lines of a Mermaid state diagram; `initial` is the state that a new one is in. Left out is what holds in every state where some
 * state has rows of its own for the event, and what the kernel warns of.
 */
export function stateDiagram(machine: CompiledMachine, initial: string): string[] {
  const { states, transitions } = machine;
  const own = new Set(transitions.filter(({ ofEveryState }) => !ofEveryState).map(({ event }) => event));
  const arrows = new Map<string, CompiledTransition[]>();
  for (const transition of transitions) {
    const { state, event, target, actions, ofEveryState } = transition;
    const stays = target === undefined || (target === state && !ofEveryState);
    const warns = actions.some((action) => action.startsWith('WARN_ON'));
    if (stays || warns || (ofEveryState && own.has(event))) continue;
    const arrow = `    ${ofEveryState ? EVERY : wordOf(states, state)} --> ${wordOf(states, target)}: ${event}`;
    const rows = arrows.get(arrow) ?? [];
    const isThere = rows.some(({ guard }) => guard === transition.guard);
    if (!isThere) arrows.set(arrow, [...rows, transition]);
  }
  const every = transitions.some(({ ofEveryState }) => ofEveryState);
  return [
    'stateDiagram-v2',
    ...states.map((state) => `    state "${state}" as ${wordOf(states, state)}`),
    ...(every ? [`    state "whatever it is" as ${EVERY}`] : []),
    `    [*] --> ${wordOf(states, initial)}`,
    ...[...arrows].map(([arrow, rows]) => `${arrow.slice(0, arrow.indexOf(':'))}: ${labelOf(rows)}`),
  ];
}
