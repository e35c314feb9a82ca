/** `devgraph why` for a terminal. */
import type { WhyResult } from '../analysis/why.ts';
import { clean, indented, type Style } from './style.ts';

function nameOfId(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** The answer in one sentence, then the evidence; `context` says what it holds for, in words. */
export function whyText(result: WhyResult, context: string, style: Style): string {
  const lines = indented(clean(result.sentence), 0, style.width).map(style.bold);
  for (const hop of result.path) {
    const step =
      hop.via === 'parent'
        ? `${nameOfId(hop.from)} is a child of ${nameOfId(hop.to)}`
        : `${nameOfId(hop.from)} consumes ${nameOfId(hop.to)}: ${hop.cause}`;
    lines.push(...indented(clean(step), 2, style.width));
  }
  for (const sentence of result.unlinked) lines.push(...indented(clean(`${sentence}.`), 2, style.width));
  if (result.ordered === 'list position') {
    const luck =
      'Nothing keeps this order if either is registered elsewhere, deferred, or made asynchronous.';
    lines.push(...indented(luck, 2, style.width));
  }
  for (const sentence of result.system ?? []) lines.push(...indented(clean(`${sentence}.`), 2, style.width));
  for (const sentence of result.remedies) lines.push(...indented(clean(sentence), 2, style.width));
  lines.push(...indented(`(${clean(context)})`, 2, style.width).map(style.dim));
  return `${lines.join('\n')}\n`;
}
