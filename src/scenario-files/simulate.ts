/** Runs a scenario on the model and holds what it expects against what happened. */
import { phasePairs } from '../analysis/phase-order.ts';
import { sleepTimingOf } from '../analysis/sleep-timing.ts';
import { traceOf } from '../analysis/world-trace.ts';
import type { Board } from '../core/board.ts';
import type { DmaPolicy } from '../core/dma-engine.ts';
import type { TraceEvent } from '../core/trace.ts';
import type { World } from '../core/world.ts';
import { bootBoard } from '../probe/index.ts';
import {
  createScenarioWorld,
  type JournalEntry,
  runScript,
  SCENARIO_BUS,
  type Scenario,
  type ScriptResult,
} from '../scenarios/index.ts';
import { callText } from './call-text.ts';
import { type CompiledScenario, compileScenario } from './compile-scenario.ts';
import type { CompiledStep } from './compile-steps.ts';
import { type PlaceOf, placesByPath } from './complaints.ts';
import { deviceStateOf, domainStateOf, linkStatesOf } from './device-state.ts';
import { blockedTexts, loopTexts } from './hang-text.ts';
import { Run } from './run.ts';
import { runEvent } from './run-trace.ts';
import type { ScenarioFile } from './scenario-file.ts';
import { seededChoice } from './seeded-choice.ts';
import type { Simulation, SimulationHang } from './simulation.ts';

/** The bus on which the devices of a scenario are. */
export const BUS = 'platform';

export interface SimulateOptions {
  /** The board that the scenario names, read. */
  readonly board?: Board | undefined;
  /** Virtual milliseconds after which the run stops; default never. */
  readonly until?: number | undefined;
  /** Another order where the kernel has a choice, the same for the same number; default the order of a single CPU. */
  readonly seed?: number | undefined;
  /** What requests of DMA channels do about links, and who keeps engines awake; default what Linux 6.12 does. */
  readonly dmaPolicy?: DmaPolicy | undefined;
  /** Names the scenario in errors; default `scenario`. */
  readonly input?: string | undefined;
  /** Where a value of the scenario stands in its text; default its key path. */
  readonly placeOf?: PlaceOf | undefined;
}

/** The World in which a scenario begins: its board's, booted, or one without devices. */
export function worldOf(
  file: ScenarioFile,
  board: Board | undefined,
  ticksPerMillisecond: number = 1,
): World {
  const { settings = {} } = file;
  if (board === undefined) return createScenarioWorld(BUS, ticksPerMillisecond);
  return bootBoard(board, {
    fwDevlink: settings.fw_devlink ?? 'rpm',
    strict: settings.fw_devlink_strict ?? false,
    environment: settings.environment ?? 'arm64',
    afterTimeout: settings.after_timeout ?? false,
    ticksPerMillisecond,
  });
}

function statesOf({ session }: Run): Pick<Simulation, 'devices' | 'links' | 'domains'> {
  const { world, devices, domains } = session;
  const known = [...devices].map(([device, id]) => ({ device, ...deviceStateOf(world, id) }));
  return {
    devices: known,
    links: [...devices.values()].flatMap((id) => linkStatesOf(world, id)),
    domains: [...domains].map(([domain, id]) => ({ domain, ...domainStateOf(world, id) })),
  };
}

/** Steps that were not begun, those of repeats too. */
function stepsNotBegun(steps: readonly CompiledStep[], run: Run): CompiledStep[] {
  const begun = new Set(run.steps.map(({ path }) => path));
  const notBegun = (step: CompiledStep): CompiledStep[] => {
    if (step.kind === 'repeat') return step.steps.flatMap(notBegun);
    return begun.has(step.path.join('.')) ? [] : [step];
  };
  return steps.flatMap(notBegun);
}

/**
 * Runs a scenario: sets up what it describes, takes its steps, and holds what it expects against what happened.
 *
 * Throws InputError for names that nothing has and values without a meaning, before anything runs. A hang of the kernel and a
 * limit that is reached are results.
 */
export function simulate(file: ScenarioFile, options: SimulateOptions = {}): Simulation {
  return runScenarioFile(file, options).simulation;
}

/** What came of a run, and its course as the events that a recorded log gives too. */
export interface ScenarioFileRun {
  readonly simulation: Simulation;
  /** For timelineOf() and every other analysis of a run; times are microseconds since the run began. */
  readonly events: readonly TraceEvent[];
  /** What the run left behind. */
  readonly world: World;
  /** Its trace as it was written; journalLines() gives the lines of the recorded format. */
  readonly journal: readonly JournalEntry[];
}

/** The same as {@link simulate}, with the events of the run. */
export function runScenarioFile(file: ScenarioFile, options: SimulateOptions = {}): ScenarioFileRun {
  const { board, input = 'scenario', placeOf = placesByPath(input) } = options;
  const compiled = compileScenario(file, board, placeOf);
  return runCompiled(new Run(worldOf(file, board), BUS, placeOf), compiled, file.name ?? input, options);
}

/** Runs a scenario of the command language, on a world of its own as the recorder did; its devices are left as they are. */
export function runScenario(scenario: Scenario, options: SimulateOptions = {}): ScenarioFileRun {
  const { input = 'scenario' } = options;
  const { commands, lines = [] } = scenario;
  const placeOf: PlaceOf = ([at]) => {
    const line = lines[Number(at)];
    return line === undefined ? { input } : { input, line, column: 1 };
  };
  const steps = commands.map(
    (command, at): CompiledStep => ({
      kind: 'action',
      path: [at],
      text: callText(command),
      commands: [command],
      expect: undefined,
    }),
  );
  const run = new Run(createScenarioWorld(), SCENARIO_BUS, placeOf);
  return runCompiled(
    run,
    { setup: [], steps, policies: undefined },
    scenario.name === '' ? input : scenario.name,
    options,
  );
}

function runCompiled(
  run: Run,
  { setup, steps }: CompiledScenario,
  name: string,
  options: SimulateOptions,
): ScenarioFileRun {
  const { until, seed, dmaPolicy } = options;
  if (dmaPolicy !== undefined) run.session.world.dma.policy = dmaPolicy;
  function* script(): Iterable<string> {
    yield* run.commandsOf(setup, 'setup');
    yield* run.commandsOf(steps, 'steps');
  }
  const result = runScript(run.session, script(), {
    ...(until === undefined ? {} : { until }),
    ...(seed === undefined ? {} : { choose: seededChoice(seed) }),
  });
  const events = traceOf(run.session.world, run.session.start);
  const hang = closeRun(run, result, steps);
  const { world } = run.session;
  return {
    simulation: simulationOf(run, result, hang, name, events, options),
    events,
    world,
    journal: run.journal,
  };
}

/** Closes the step that did not end and notes what was not reached. Returns the hang, if it is one. */
function closeRun(run: Run, result: ScriptResult, steps: readonly CompiledStep[]): SimulationHang | null {
  const step = run.steps.length - 1;
  const isExpected = run.close(result);
  if (result.kind !== 'end') {
    const why = result.kind === 'hang' ? 'the run hangs before' : 'the run is stopped before';
    run.missed(stepsNotBegun(steps, run), why);
  }
  if (result.kind !== 'hang') return null;
  return {
    kind: result.wait.kind,
    step,
    expected: isExpected,
    tasks: blockedTexts(run.session.world, run.journal, result.blocked),
    loop: result.wait.kind === 'endless' ? loopTexts(run.journal) : [],
  };
}

function endOf(result: ScriptResult): Simulation['ended'] {
  if (result.kind !== 'stopped') return result.kind;
  return result.by === 'time' ? 'time' : 'events';
}

function simulationOf(
  run: Run,
  result: ScriptResult,
  hang: SimulationHang | null,
  name: string,
  events: readonly TraceEvent[],
  { board, seed }: SimulateOptions,
): Simulation {
  const ended = endOf(result);
  const isFailing = run.expectations.some(
    ({ outcome }) => outcome === 'fails' || (outcome === 'not reached' && ended !== 'time'),
  );
  const findings = run.findings();
  const hasEnded = ended === 'end' || ended === 'time' || hang?.expected === true;
  return {
    version: 1,
    kernel: run.session.world.settings.kernel,
    name,
    board: board?.model ?? board?.input ?? null,
    seed: seed ?? null,
    ok: hasEnded && !isFailing && findings.every(({ expected }) => expected),
    ended,
    duration: run.now,
    steps: run.steps,
    expectations: run.expectations,
    hang,
    findings,
    loop: ended === 'events' ? loopTexts(run.journal.slice(run.steps.at(-1)?.from ?? 0)) : [],
    trace: run.journal.map(runEvent),
    sleep: sleepTimingOf(events).timing,
    ...statesOf(run),
    phases: phasePairs(run.session.world),
  };
}
