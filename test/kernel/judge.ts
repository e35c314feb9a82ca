/** One scenario on the kernel and on the model, and whether they agree. */
import { checkTraceIsLegal, runScenario, type SameLine, type Scenario } from '../../src/scenarios/index.ts';
import { compareTraces, type Difference, differingField, parseLine, traceLines } from './compare.ts';

/** Runs scenarios and gives the text of each one's trace, in the recorded format: the kernel, or what stands in for it. */
export type Judge = (scenarios: readonly JudgedText[]) => Promise<readonly string[]>;

export interface JudgedText {
  readonly name: string;
  /** Commands, one a line. */
  readonly text: string;
}

/** A scenario, and whether it has many legal traces. */
export interface JudgedScenario extends Scenario {
  readonly asynchronous: boolean;
}

export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly difference: Difference }
  /** An asynchronous scenario with more schedules than were tried. */
  | { readonly kind: 'undecided' };

export interface Judgement {
  readonly scenario: JudgedScenario;
  readonly kernel: readonly string[];
  readonly model: readonly string[];
  readonly verdict: Verdict;
}

const saysTheSame: SameLine = (model, kernel) =>
  model === kernel ||
  (kernel !== undefined && differingField(parseLine(kernel), parseLine(model)) === undefined);

/** Whether the kernel's trace is one that the model can have. */
function legality(scenario: Scenario, kernel: readonly string[], model: readonly string[]): Verdict {
  const legal = checkTraceIsLegal(scenario, kernel, saysTheSame);
  if (legal.legal) return { kind: 'same' };
  if (!legal.complete) return { kind: 'undecided' };
  const difference = compareTraces(kernel, model);
  if (difference === undefined) return { kind: 'same' };
  return { kind: 'different', difference: { ...difference, event: Math.max(difference.event, legal.line) } };
}

/** What the model says of a scenario. */
export type Model = (scenario: Scenario) => readonly string[];

export const runOnModel: Model = (scenario) => runScenario(scenario).session.trace;

/** Compares the kernel's trace of a scenario with the model's. */
export function judgeTrace(
  scenario: JudgedScenario,
  kernel: readonly string[],
  runModel: Model = runOnModel,
): Judgement {
  const model = runModel(scenario);
  const difference = compareTraces(kernel, model);
  if (difference === undefined) return { scenario, kernel, model, verdict: { kind: 'same' } };
  const verdict: Verdict = scenario.asynchronous
    ? legality(scenario, kernel, model)
    : { kind: 'different', difference };
  return { scenario, kernel, model, verdict };
}

/** Runs scenarios on the kernel, all at once, and compares each. */
export async function judgeScenarios(
  scenarios: readonly JudgedScenario[],
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
