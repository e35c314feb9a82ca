/** Scenarios in the browser: a module of its own, since only who runs them needs the reader of YAML. */
import { createStyle } from '../src/report/style.ts';
import { simulateText } from '../src/report/text-simulate.ts';
import { runScenarioFile, type SimulateOptions } from '../src/scenario-files/index.ts';
import { readScenario } from '../src/scenario-files/scenario-schema.ts';
import { parseScenarios, runScenario } from '../src/scenarios/index.ts';

/** The traces of a text in the command language, as `npm run -s kernel:replay` prints them. */
export function replay(text: string, input: string): string {
  return parseScenarios(text, input, true)
    .map((scenario) => `=== ${scenario.name}\n${runScenario(scenario).session.trace.join('\n')}\n`)
    .join('');
}

/** What `devgraph simulate` prints of a scenario in YAML or JSON, as text and as JSON. Throws InputError. */
export function simulate(
  text: string,
  input: string,
  options: Pick<SimulateOptions, 'board' | 'seed' | 'until'> = {},
): { readonly text: string; readonly json: string } {
  const { file, placeOf } = readScenario(text, input);
  const { simulation } = runScenarioFile(file, { ...options, input, placeOf });
  return {
    text: simulateText(simulation, { verbose: true, input }, createStyle(false, 100)),
    json: JSON.stringify(simulation),
  };
}
