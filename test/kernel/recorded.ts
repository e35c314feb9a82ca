/** The recorded scenarios, run again: the kernel of build.ts has to give the same bytes. */
import type { Scenario } from '../../src/scenarios/index.ts';
import { firstDifference } from '../support/recorded-scenarios.ts';
import { type RunOptions, runOnKernel } from './kernel-run.ts';
import type { RecordedFile } from './recorded-files.ts';

export interface RecordedCheck {
  readonly file: string;
  readonly scenarios: number;
  /** How many gave the recorded bytes. */
  readonly equal: number;
  /** Where others depart first from what is recorded. */
  readonly wrong: readonly string[];
}

function difference(scenario: Scenario, recorded: readonly string[], now: readonly string[]) {
  const found = firstDifference(scenario.name, recorded, now);
  return found?.replace('the kernel has', 'recorded is').replace('the model', 'now');
}

/** Runs the scenarios of a recorded file on the kernel; see {@link runOnKernel} for its errors. */
export async function checkRecorded(file: RecordedFile, options: RunOptions = {}): Promise<RecordedCheck> {
  const { scenarios, traces } = file;
  const texts = await runOnKernel(
    scenarios.map(({ name, commands }) => ({ name, text: commands.join('\n') })),
    options,
  );
  const recorded = scenarios.map(({ name }) => traces.get(name) ?? []);
  const now = texts.map((text) => text.split('\n'));
  return {
    file: file.name,
    scenarios: scenarios.length,
    equal: recorded.filter((trace, index) => trace.join('\n') === texts[index]).length,
    wrong: scenarios.flatMap((scenario, index) => difference(scenario, recorded[index]!, now[index]!) ?? []),
  };
}
