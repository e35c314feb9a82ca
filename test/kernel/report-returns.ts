/** Which functions have returned what, and which kinds of messages came, in some traces: what a run has reached. */
import { parseLine, type TraceEvent } from './compare.ts';
import { readMessage, readWarning } from './compare-messages.ts';

/** Counts by function (a command, or `rpm OPERATION`), then by what it returned. */
export type ReturnCounts = Map<string, Map<string, number>>;

/** The function that a command stands for. */
export function functionOf(command: string): string {
  const [name = '', operation = ''] = command.trim().split(/\s+/);
  return name === 'rpm' ? `rpm ${operation}` : name;
}

function add(counts: ReturnCounts, name: string, value: string): void {
  let values = counts.get(name);
  if (values === undefined) {
    values = new Map();
    counts.set(name, values);
  }
  values.set(value, (values.get(value) ?? 0) + 1);
}

/** Adds what a trace's commands returned, and the kinds of its messages and warnings under `message` and `warning`. */
export function countReturns(counts: ReturnCounts, trace: readonly string[]): void {
  const commands = new Map<unknown, string>();
  for (const line of trace) {
    // Most lines of a trace are states, which tell nothing here.
    if (line.includes('"e":"dev"') || line.includes('"e":"link"')) continue;
    countEvent(counts, commands, parseLine(line));
  }
}

function countEvent(counts: ReturnCounts, commands: Map<unknown, string>, event: TraceEvent): void {
  if (event.e === 'cmd') commands.set(event.n, String(event.c));
  else if (event.e === 'ret') add(counts, functionOf(commands.get(event.n) ?? ''), String(event.v));
  else if (event.e === 'msg') add(counts, 'message', readMessage(String(event.m)).kind);
  else if (event.e === 'warn') add(counts, 'warning', String(readWarning(String(event.m)).place ?? event.m));
  else if (event.e === 'hang' || event.e === 'crash') add(counts, event.e, String(event.in));
}

/** What `wanted` has and `reached` has not: `FUNCTION: VALUE VALUE`, by name. */
export function notReached(wanted: ReturnCounts, reached: ReturnCounts): string[] {
  const lines: string[] = [];
  for (const name of [...wanted.keys()].sort()) {
    const missing = [...wanted.get(name)!.keys()].filter((value) => !reached.get(name)?.has(value)).sort();
    if (missing.length > 0) lines.push(`${name}: ${missing.join(' ')}`);
  }
  return lines;
}

/** How many pairs of a function and a value there are. */
export function countPairs(counts: ReturnCounts): number {
  let pairs = 0;
  for (const values of counts.values()) pairs += values.size;
  return pairs;
}

/** A table of what was returned, how often. */
export function returnTable(counts: ReturnCounts): string[] {
  return [...counts.keys()].sort().map((name) => {
    const values = [...counts.get(name)!].sort(([one], [other]) => (one < other ? -1 : 1));
    return `${name.padEnd(28)}${values.map(([value, count]) => `${value} (${count})`).join('  ')}`;
  });
}
