/** Recorded scenarios: the commands that a kernel was given, and its trace. */
import { parseScenarios, type Scenario } from '../../src/scenarios/index.ts';

export interface RecordedScenario {
  readonly scenario: Scenario;
  /** Lines, without the `=== NAME` line. */
  readonly trace: readonly string[];
}

function tracesByName(text: string): Map<string, string[]> {
  const traces = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('=== ')) {
      lines = [];
      traces.set(line.slice('=== '.length), lines);
    } else if (line !== '') {
      lines.push(line);
    }
  }
  return traces;
}

/** The scenarios of a .scn text, commands that are none among them, with the traces of its .txt. */
export function recordedScenarios(scn: string, txt: string): RecordedScenario[] {
  const traces = tracesByName(txt);
  return parseScenarios(scn, 'recorded.scn', true).map((scenario) => {
    const trace = traces.get(scenario.name);
    if (trace === undefined) throw new Error(`${scenario.name} has no recorded trace`);
    return { scenario, trace };
  });
}

/** Where two traces part, in words; undefined if they are the same. */
export function firstDifference(
  name: string,
  kernel: readonly string[],
  model: readonly string[],
): string | undefined {
  const length = Math.max(kernel.length, model.length);
  for (let line = 0; line < length; line++) {
    if (kernel[line] !== model[line])
      return `${name}, line ${line + 1}: the kernel has ${kernel[line]}, the model ${model[line]}`;
  }
  return undefined;
}
