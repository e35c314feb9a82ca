/** One scenario on the kernel and on the model, and whether they agree. */
import { runScenario, type Scenario } from '../../src/scenarios/index.ts';
import { compareTraces, type Difference, traceLines } from './compare.ts';

/** Runs scenarios and gives the text of each one's trace, in the recorded format: the kernel, or what stands in for it. */
export type Judge = (scenarios: readonly JudgedText[]) => Promise<readonly string[]>;

export interface JudgedText {
  readonly name: string;
  /** Commands, one a line. */
  readonly text: string;
}

export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly difference: Difference };

export interface Judgement {
  readonly scenario: Scenario;
  readonly kernel: readonly string[];
  readonly model: readonly string[];
  readonly verdict: Verdict;
}

/** What the model says of a scenario. */
export type Model = (scenario: Scenario) => readonly string[];

export const runOnModel: Model = (scenario) => runScenario(scenario).session.trace;

/** Compares the kernel's trace of a scenario with the model's. */
export function judgeTrace(
  scenario: Scenario,
  kernel: readonly string[],
  runModel: Model = runOnModel,
): Judgement {
  const model = runModel(scenario);
  const difference = compareTraces(kernel, model);
  const verdict: Verdict = difference === undefined ? { kind: 'same' } : { kind: 'different', difference };
  return { scenario, kernel, model, verdict };
}

/** Runs scenarios on the kernel, all at once, and compares each. */
export async function judgeScenarios(
  scenarios: readonly Scenario[],
  judge: Judge,
  runModel: Model = runOnModel,
): Promise<Judgement[]> {
  const texts = await judge(
    scenarios.map(({ name, commands }) => ({
      name,
      text: commands.map((command) => `${command}\n`).join(''),
    })),
  );
  return scenarios.map((scenario, index) => judgeTrace(scenario, traceLines(texts[index] ?? ''), runModel));
}
