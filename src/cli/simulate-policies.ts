/** devgraph simulate of a scenario with a workload: what its runtime PM policies cost. */
import { InputError } from '../core/diagnostic.ts';
import { nearest } from '../core/nearest.ts';
import type { TraceEvent } from '../core/trace.ts';
import {
  chosenPolicies,
  comparisonOf,
  compiledPolicies,
  createRequestCollector,
  FinerThanMilliseconds,
  type LoggedAction,
  type RecordedRequest,
  type Recordings,
  replayCommands,
  runForTimeline,
  runPolicy,
  WorkloadFault,
} from '../policies/index.ts';
import { policiesText } from '../report/text-policies.ts';
import type { CompiledPolicies, PolicyPlan, ScenarioFile } from '../scenario-files/index.ts';
import { type Io, UsageError } from './io.ts';
import { numberOf, optionValue, optionValues, type ParsedOptions } from './options.ts';
import { formatOrFileEnd } from './output-format.ts';
import { beside, type ReadScenario } from './scenario-input.ts';
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
    if (policy.dma !== undefined)
      throw new UsageError(
        `--format scn: '${policy.name}' has a DMA policy, which no kernel and no command has`,
      );
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

/** The traces that streams replay, read. Each has to have requests for its device. */
async function recordingsOf(
  { workload }: CompiledPolicies,
  name: string,
  placeOf: ReadScenario['placeOf'],
  io: Io,
): Promise<Recordings> {
  const recordings = new Map<string, ReadonlyMap<string, readonly RecordedRequest[]>>();
  for (const [at, plan] of workload.streams.entries()) {
    if (plan.kind !== 'replayed') continue;
    const path = ['workload', 'streams', at, 'replay'];
    let requests = recordings.get(plan.file);
    if (requests === undefined) {
      requests = await requestsOf(beside(name, plan.file), placeOf(path), io);
      recordings.set(plan.file, requests);
    }
    if ((requests.get(plan.recorded)?.length ?? 0) > 0) continue;
    const known = [...requests.keys()].filter((device) => requests.get(device)!.length > 0);
    const near = nearest(plan.recorded, known);
    const hint =
      near === undefined ? `it has ${known.slice(0, 8).join(', ') || 'none'}` : `did you mean ${near}?`;
    const what = `${plan.file} has no use of '${plan.recorded}' by rpm_* events`;
    throw new InputError('workload-replay', placeOf(path), what, hint);
  }
  return recordings;
}

async function requestsOf(
  path: string,
  place: InputError['place'],
  io: Io,
): Promise<ReadonlyMap<string, readonly RecordedRequest[]>> {
  const collector = createRequestCollector();
  const { createLogReader } = await import('../logs/index.ts');
  const onEvent = (event: TraceEvent) => {
    if (event.kind === 'rpm') collector.push(event);
  };
  const reader = createLogReader({ name: path, onEvent });
  try {
    reader.push(await io.readNamedFile(path));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      'workload-replay',
      place,
      error.message,
      'replay: names an ftrace text trace, relative to the scenario',
    );
  }
  reader.end();
  return collector.requests();
}

/** The course of a run, as a picture or as a trace file. */
async function pictureOf(
  file: ScenarioFile,
  compiled: CompiledPolicies,
  policy: PolicyPlan,
  format: 'svg' | 'perfetto',
  settings: Parameters<typeof runPolicy>[3],
): Promise<string> {
  const { run, timeline } = runForTimeline(file, compiled, policy, settings);
  if (format === 'svg') return (await import('../report/policy-svg.ts')).policySvg(timeline);
  const { timelineOf } = await import('../analysis/timeline.ts');
  const { traceOf } = await import('../analysis/world-trace.ts');
  const { chromeTrace } = await import('../report/perfetto.ts');
  return chromeTrace(timelineOf(traceOf(run.world, run.start)), `${timeline.name}, policy '${policy.name}'`);
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
  const recordings = await recordingsOf(compiled, name, placeOf, io);
  const seeds = numberOf(options, 'seeds', 5, { least: 1, most: 1000 });
  const settings = { ...common, recordings, seed, seeds, policies: names };
  const format = formatOrFileEnd(options);
  try {
    if (optionValues(options, 'sweep').length > 0) {
      const { runSweep } = await import('./sweep.ts');
      return await runSweep(
        { file, board, recordings, seed, input: name },
        placeOf,
        names,
        format,
        options,
        io,
      );
    }
    if (format === 'scn') {
      await emit(commandsOf(file, compiled, chosenPolicies(compiled, names), settings), options, io);
      return 0;
    }
    if (format === 'svg' || format === 'perfetto') {
      const [policy, second] = chosenPolicies(compiled, names);
      if (second !== undefined) throw new UsageError(`--format ${format} shows one policy: --policy NAME`);
      await emit(await pictureOf(file, compiled, policy!, format, settings), options, io);
      return 0;
    }
    const runs = chosenPolicies(compiled, names).map((policy) => runPolicy(file, compiled, policy, settings));
    const comparison = comparisonOf(file, compiled, runs, settings);
    if (format === 'json') await emit(jsonText(comparison), options, io);
    else if (format === 'text')
      await emit(policiesText(comparison, options.flags.has('verbose'), styleOf(options, io)), options, io);
    else throw new UsageError(`--format ${format}: a comparison of policies is text or json`);
  } catch (error) {
    if (!(error instanceof WorkloadFault)) throw error;
    throw new InputError('workload', placeOf(error.path), error.message, error.todo);
  }
  return 0;
}
