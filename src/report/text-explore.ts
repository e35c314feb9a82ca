/** `devgraph explore` for a terminal: what is wrong and the way there, or how much was looked at. */
import type { DescribedBreach, Explored } from '../explore/index.ts';
import { clean, count, indented, type Style } from './style.ts';

/** How much was looked at: never more than was. */
function coverageText({ coverage, states, transitions, walks, depth }: Explored): string {
  const seen = `${count(states, 'state')}, ${count(transitions, 'step')} between them`;
  switch (coverage) {
    case 'complete':
      return `all that can be reached: ${seen}`;
    case 'depth':
      return `paths of up to ${count(depth, 'step')}: ${seen}; there are more`;
    case 'states':
      return `${seen}; the limit of states is reached, there are more`;
    case 'walks':
      return `${count(walks ?? 0, 'random walk')}: ${seen}; there may be more`;
    case 'breach':
      return `${seen} until then`;
  }
}

function answerText(explored: Explored, style: Style): string {
  const { name, breach, invariants, kernel, coverage } = explored;
  if (breach !== null) return style.red(clean(`${name}: ${breach.what}`));
  const seen = `${coverageText(explored)} (Linux ${kernel})`;
  const answer =
    coverage === 'complete'
      ? `${count(invariants.length, 'invariant')} hold in ${seen}`
      : `NOT ALL WAS LOOKED AT; none of ${count(invariants.length, 'invariant')} is broken in ${seen}`;
  return style.bold(clean(`${name}: ${answer}`));
}

function stepLines({ steps }: DescribedBreach, style: Style): string[] {
  const widest = Math.max(0, ...steps.map(({ who }) => clean(who).length));
  const doing = Math.max(0, ...steps.map(({ does }) => clean(does).length));
  return steps.flatMap(({ who, does, until, changes }, at) => {
    const number = String(at + 1).padStart(4);
    const line = `${number}  ${clean(who).padEnd(widest)}  ${clean(does).padEnd(doing)}  ${clean(until)}`;
    const changed = changes.map((change) => `${' '.repeat(widest + 8)}${style.dim(clean(change))}`);
    return [line.trimEnd(), ...changed];
  });
}

function breachLines(breach: DescribedBreach, walks: number | null, style: Style): string[] {
  const { invariant, sentence, steps, script } = breach;
  const length = count(steps.length, 'step');
  const way =
    walks === null ? `${length} lead there, and no fewer:` : `${length} lead there, found by walking:`;
  const replay =
    script === null
      ? ['no run of one script goes this way: it takes several processors, or a slower one']
      : [
          'the same as a scenario, for devgraph simulate and for a kernel:',
          '',
          ...script.map((line) => `    ${clean(line)}`),
        ];
  return [
    ...indented(`${invariant}: ${sentence}`, 2, style.width),
    '',
    steps.length === 0 ? 'the setup alone leads there' : way,
    ...stepLines(breach, style),
    '',
    ...replay,
  ];
}

/** Answer, sentence, path, script, and how much was looked at. */
export function exploreText(explored: Explored, style: Style): string {
  const { breach, invariants, withheld, actors, ends, walks } = explored;
  const lines = [answerText(explored, style)];
  if (breach !== null)
    lines.push(
      ...breachLines(breach, walks, style),
      '',
      `${coverageText(explored)} (Linux ${explored.kernel})`,
    );
  else {
    lines.push(
      ...indented(`actors: ${actors.map(clean).join(', ')}; ${count(ends, 'end')}`, 2, style.width),
      ...indented(`invariants: ${invariants.join(', ')}`, 2, style.width),
    );
  }
  if (withheld.length > 0)
    lines.push(
      ...indented(
        `not asked, as a command of the scenario takes their ground: ${withheld.join(', ')}`,
        2,
        style.width,
      ),
    );
  return `${lines.join('\n')}\n`;
}
