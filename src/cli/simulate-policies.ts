/** devgraph simulate of a scenario with a workload: what its runtime PM policies cost. */
import { InputError } from '../core/diagnostic.ts';
import { nearest } from '../core/nearest.ts';
import {
  chosenPolicies,
  comparisonOf,
  compiledPolicies,
  FinerThanMilliseconds,
  type LoggedAction,
  type Recordings,
  replayCommands,
  runPolicy,
  WorkloadFault,
} from '../policies/index.ts';
import { policiesText } from '../report/text-policies.ts';
import type { CompiledPolicies, PolicyPlan, ScenarioFile } from '../scenario-files/index.ts';
import { type Io, UsageError } from './io.ts';
import { numberOf, optionValue, optionValues, type ParsedOptions } from './options.ts';
import { formatOrFileEnd } from './output-format.ts';
import type { ReadScenario } from './scenario-input.ts';
import { emit, jsonText, styleOf } from './session.ts';

/** The names of --policy, which the file has to have. */
function policyNames(options: ParsedOptions, compiled: CompiledPolicies): string[] | undefined {
  const value = optionValue(options, 'policy');
  if (value === undefined) return undefined;
  const known = compiled.policies.map(({ name }) => name);
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new UsageError(`--policy names no policy; the file has ${known.join(', ')}`);
  for (const name of names) {
    if (known.includes(name) || name === 'as written') continue;
    const near = nearest(name, known);
    const hint = near === undefined ? `the file has ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
    throw new UsageError(`--policy: there is no policy '${name}'; ${hint}`);
  }
  return [...new Set(names)];
}

/** Runs as commands of the command language, one scenario for each policy. */
function commandsOf(
  file: ScenarioFile,
  compiled: CompiledPolicies,
  policies: readonly PolicyPlan[],
  settings: Parameters<typeof runPolicy>[3],
): string {
  const parts = policies.map((policy) => {
    const log: LoggedAction[] = [];
    const { setup } = runPolicy(file, compiled, policy, { ...settings, because: false, log });
    try {
      return [`=== ${policy.name}`, ...replayCommands(compiled, setup, log), ''];
    } catch (error) {
      if (error instanceof FinerThanMilliseconds) throw new UsageError(`--format scn: ${error.message}`);
      throw error;
    }
  });
  return parts.flat().join('\n');
}

/** Prints the comparison. Returns the exit status: 0. */
export async function runPolicies(
  { file, placeOf, board }: ReadScenario,
  name: string,
  options: ParsedOptions,
  io: Io,
): Promise<number> {
  if (optionValue(options, 'until') !== undefined)
    throw new UsageError('--until: the workload says how long it goes on; change its length');
  const common = { input: name, placeOf, board };
  const compiled = compiledPolicies(file, common);
  const names = policyNames(options, compiled);
  const seed = numberOf(options, 'seed', 0, { least: 0, most: 2 ** 32 - 1 });
  const recordings: Recordings = new Map();
  const seeds = numberOf(options, 'seeds', 5, { least: 1, most: 1000 });
  const settings = { ...common, recordings, seed, seeds, policies: names };
  const format = formatOrFileEnd(options);
  try {
    if (optionValues(options, 'sweep').length > 0) {
      const { runSweep } = await import('./sweep.ts');
      return await runSweep({ file, board, recordings, seed, input: name }, names, format, options, io);
    }
    if (format === 'scn') {
      await emit(commandsOf(file, compiled, chosenPolicies(compiled, names), settings), options, io);
      return 0;
    }
    const runs = chosenPolicies(compiled, names).map((policy) => runPolicy(file, compiled, policy, settings));
    const comparison = comparisonOf(file, compiled, runs, settings);
    if (format === 'json') await emit(jsonText(comparison), options, io);
    else if (format === 'text')
      await emit(policiesText(comparison, options.flags.has('verbose'), styleOf(options, io)), options, io);
    else
      throw new UsageError(
        `--format ${format}: a comparison of policies is text or json; --sweep has others`,
      );
  } catch (error) {
    if (!(error instanceof WorkloadFault)) throw error;
    throw new InputError('workload', placeOf(['workload']), error.message, 'make the work shorter or rarer');
  }
  return 0;
}
