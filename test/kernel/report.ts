/** What is printed about a difference: the scenario, both traces side by side, and how to have it again. */
import { compareTraces, describeDifference, differingField, parseLine, type TraceEvent } from './compare.ts';
import type { Judgement } from './judge.ts';

/** Width where the output is no terminal. */
export const DEFAULT_WIDTH = 160;
const LEAST_WIDTH = 60;
/** Lines that are shown before and behind the first difference of a long trace. */
const LINES_BEFORE = 40;
const LINES_BEHIND = 15;

/** Fields of an event in the order of the recorded format, without their names where the kind of event tells them. */
function plainWords(event: TraceEvent): string[] {
  const { e, t, ...fields } = event;
  const isBare = e === 'cmd' || e === 'ret' || e === 'cb' || e === 'cbr' || e === 'msg' || e === 'warn';
  const words = Object.entries(fields).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return isBare ? text : `${key}=${text}`;
  });
  return [t === undefined ? '' : String(t), e, ...words];
}

/** An event in one line. Of a state that differs, only the device and the fields that do. */
function eventWords(line: string | undefined, other: string | undefined): string {
  if (line === undefined) return '';
  const event = parseLine(line);
  const rival = other === undefined ? undefined : parseLine(other);
  if ((event.e !== 'dev' && event.e !== 'link') || rival?.e !== event.e || line === other) {
    return plainWords(event).join(' ');
  }
  const names = ['e', 't', 'd', 'con', 'sup'];
  const telling = Object.entries(event).filter(
    ([key, value]) => names.includes(key) || JSON.stringify(value) !== JSON.stringify(rival[key]),
  );
  return `${plainWords(Object.fromEntries(telling) as TraceEvent).join(' ')} ...`;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** ` ` same, `~` same but for words that are not compared, `|` different, `<` the kernel's alone, `>` the model's alone. */
function mark(kernel: string | undefined, model: string | undefined): string {
  if (kernel === model) return ' ';
  if (kernel === undefined) return '>';
  if (model === undefined) return '<';
  return differingField(parseLine(kernel), parseLine(model)) === undefined ? '~' : '|';
}

/** Two traces side by side, the kernel's left, around their first difference. */
export function sideBySide(kernel: readonly string[], model: readonly string[], width: number): string[] {
  const column = Math.floor((Math.max(width, LEAST_WIDTH) - 3) / 2);
  const at = compareTraces(kernel, model)?.event ?? 0;
  const from = Math.max(0, at - LINES_BEFORE);
  const to = Math.min(Math.max(kernel.length, model.length), at + LINES_BEHIND);
  const lines = [`${cut('kernel', column)}   model`];
  if (from > 0) lines.push(`(${from} events that are the same)`);
  for (let index = from; index < to; index++) {
    const left = kernel[index];
    const right = model[index];
    const words = `${cut(eventWords(left, right), column)} ${mark(left, right)} ${cut(eventWords(right, left), column)}`;
    lines.push(words.trimEnd());
  }
  const rest = Math.max(kernel.length, model.length) - to;
  if (rest > 0) lines.push(`(${rest} more events)`);
  return lines;
}

/** All about a difference, to be read or mailed. */
export function differenceReport(
  { scenario, kernel, model, verdict }: Judgement,
  width: number,
  again: string,
): string {
  const what = verdict.kind === 'different' ? describeDifference(verdict.difference) : verdict.kind;
  return [
    `${scenario.name}: ${what}`,
    `again with: ${again}`,
    '',
    `=== ${scenario.name}`,
    ...scenario.commands,
    '',
    ...sideBySide(kernel, model, width),
    '',
  ].join('\n');
}
