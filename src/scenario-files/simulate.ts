/** Runs a scenario on the model and holds what it expects against what happened. */
import type { Board } from '../core/board.ts';
import type { World } from '../core/world.ts';
import { bootBoard } from '../probe/index.ts';
import {
  createScenarioWorld,
  createSession,
  type JournalEntry,
  type Result,
  runScript,
  SCENARIO_BUS,
  type Scenario,
  type ScriptResult,
  type Session,
} from '../scenarios/index.ts';
import { callText } from './call-text.ts';
import { type CompiledScenario, compileScenario } from './compile-scenario.ts';
import type { CompiledStep } from './compile-steps.ts';
import { type KeyPath, type PlaceOf, placesByPath } from './complaints.ts';
import {
  type DeviceState,
  type DomainState,
  deviceStateOf,
  domainStateOf,
  type LinkState,
  linkStatesOf,
} from './device-state.ts';
import { judge, judgeStep, type Verdict } from './expectations.ts';
import { blockedTexts, loopTexts } from './hang-text.ts';
import { type RunEvent, runEvent } from './run-trace.ts';
import type { ScenarioFile, StepExpectations } from './scenario-file.ts';
import { seededChoice } from './seeded-choice.ts';

/** The bus on which the devices of a scenario are. */
const BUS = 'platform';

export interface SimulateOptions {
  /** The board that the scenario names, read. */
  readonly board?: Board | undefined;
  /** Virtual milliseconds after which the run stops; default never. */
  readonly until?: number | undefined;
  /** Another order where the kernel has a choice, the same for the same number; default the order of a single CPU. */
  readonly seed?: number | undefined;
  /** Names the scenario in errors; default `scenario`. */
  readonly input?: string | undefined;
  /** Where a value of the scenario stands in its text; default its key path. */
  readonly placeOf?: PlaceOf | undefined;
}

/** Where something stands in the scenario: in the text it came from, else as a key path. */
export interface PlaceInScenario {
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
}

export interface SimulatedStep extends PlaceInScenario {
  /** What the scenario sets up first, or a step of it. */
  readonly phase: 'setup' | 'steps';
  /** As a function call; null where there is only something to expect. */
  readonly text: string | null;
  /** Milliseconds since the run began. */
  readonly begin: number;
  /** null: it did not end. */
  readonly end: number | null;
  /** null: it did not return, or returns nothing. `bad`: there was no such device or driver then. */
  readonly returned: Result | null;
  /** Its events in the trace: from this one up to `to`, which is behind them. */
  readonly from: number;
  readonly to: number;
}

export interface Expectation extends PlaceInScenario {
  readonly outcome: 'holds' | 'fails' | 'not reached';
  /** Index of the step. */
  readonly step: number;
  readonly expected: string;
  /** What happened instead; null if it holds. */
  readonly instead: string | null;
}

export interface SimulationHang {
  /** What the step waits for. */
  readonly kind: string;
  /** Index of the step that does not end. */
  readonly step: number;
  /** Whether the scenario expects it. */
  readonly expected: boolean;
  /** Each task that waits: what it is in the middle of, and for what it waits. The first one is the step itself. */
  readonly tasks: readonly string[];
  /** What happens again and again; empty if nothing does. */
  readonly loop: readonly string[];
}

export interface SimulatedDevice extends DeviceState {
  readonly device: string;
}

export interface SimulatedDomain extends DomainState {
  readonly domain: string;
}

/** What came of a scenario, as plain data: the same scenario and options give the same. */
export interface Simulation {
  readonly version: 1;
  readonly kernel: string;
  readonly name: string;
  readonly board: string | null;
  readonly seed: number | null;
  /** All that was expected holds, and nothing hangs that is not expected to. */
  readonly ok: boolean;
  /** How it ended. `time`: at the time it was given; `events`: with more events than are kept. */
  readonly ended: 'end' | 'hang' | 'time' | 'events';
  /** Virtual milliseconds. */
  readonly duration: number;
  readonly steps: readonly SimulatedStep[];
  readonly expectations: readonly Expectation[];
  readonly hang: SimulationHang | null;
  /** What went on for ever, where that is why the run has more events than are kept. */
  readonly loop: readonly string[];
  readonly trace: readonly RunEvent[];
  /** State at the end, in the order in which devices were made. */
  readonly devices: readonly SimulatedDevice[];
  readonly links: readonly LinkState[];
  readonly domains: readonly SimulatedDomain[];
}

/** A scenario in execution. */
class Run {
  readonly session: Session;
  readonly journal: readonly JournalEntry[];
  readonly steps: SimulatedStep[] = [];
  readonly expectations: Expectation[] = [];
  /** Entries of the journal before the first step. */
  #stepsFrom = 0;
  readonly #placeOf: PlaceOf;
  /** The step that runs. */
  #open:
    | { readonly path: KeyPath; readonly expect: StepExpectations | undefined; readonly from: number }
    | undefined;

  constructor(world: World, bus: string, placeOf: PlaceOf) {
    this.session = createSession({ world, bus, journal: true });
    this.journal = this.session.journal!;
    this.#placeOf = placeOf;
  }

  get now(): number {
    return this.session.world.now - this.session.start;
  }

  #placed(path: KeyPath): PlaceInScenario {
    const { line = null, column = null } = this.#placeOf(path);
    return { line, column, path: path.join('.') };
  }

  /** The commands of steps; between them steps are opened, closed and judged. */
  *commandsOf(steps: readonly CompiledStep[], phase: SimulatedStep['phase']): Iterable<string> {
    for (const step of steps) {
      if (step.kind === 'repeat') {
        for (let round = 0; round < step.times; round++) yield* this.commandsOf(step.steps, phase);
        continue;
      }
      this.#begin(step, phase);
      yield* step.commands;
      this.#end();
    }
    if (phase === 'setup') this.#stepsFrom = this.journal.length;
  }

  #begin({ path, text, expect }: CompiledStep & { kind: 'action' }, phase: SimulatedStep['phase']): void {
    const from = this.journal.length;
    this.#open = { path, expect, from };
    this.steps.push({
      phase,
      text: text ?? null,
      ...this.#placed(path),
      begin: this.now,
      end: null,
      returned: null,
      from,
      to: from,
    });
  }

  #end(): void {
    const { expect, from, path } = this.#open!;
    const step = this.steps.at(-1)!;
    const last = this.journal.at(-1);
    const isReturn = step.text !== null && last?.kind === 'trace' && last.event.e === 'ret';
    const returned = isReturn ? (last.event as { readonly v: Result }).v : null;
    this.steps[this.steps.length - 1] = { ...step, end: this.now, returned, to: this.journal.length };
    this.#open = undefined;
    if (expect === undefined) return;
    const outcome = { returned: returned ?? undefined, took: this.now - step.begin, hang: undefined };
    // What stands alone is about all that happened so far.
    const since = step.text === null ? this.#stepsFrom : from;
    const where = path.at(-1) === 'expect' ? path : [...path, 'expect'];
    this.#record([...judgeStep(outcome, expect, where), ...this.#judge(expect, since, where)]);
  }

  #judge(expect: StepExpectations, from: number, path: KeyPath): Verdict[] {
    return judge({ session: this.session, journal: this.journal, from }, expect, path);
  }

  #record(verdicts: readonly Verdict[]): void {
    for (const { path, expected, instead } of verdicts) {
      this.expectations.push({
        ...this.#placed(path),
        outcome: instead === undefined ? 'holds' : 'fails',
        step: this.steps.length - 1,
        expected,
        instead: instead ?? null,
      });
    }
  }

  /** Closes the step in which a run ended before its end. Returns whether it was expected to hang. */
  close(result: ScriptResult): boolean {
    if (this.#open === undefined) return false;
    const { expect, from, path } = this.#open;
    const step = this.steps.at(-1)!;
    this.steps[this.steps.length - 1] = { ...step, to: this.journal.length };
    this.#open = undefined;
    if (result.kind !== 'hang' || expect === undefined) {
      this.missed(
        expect === undefined ? [] : [{ kind: 'action', path, text: '', commands: [], expect }],
        'it did not end',
      );
      return false;
    }
    const outcome = { returned: undefined, took: 0, hang: result };
    const where = [...path, 'expect'];
    this.#record([...judgeStep(outcome, expect, where), ...this.#judge(expect, from, where)]);
    return expect.hangs === true || expect.hangs === result.wait.kind;
  }

  /** Steps that were not reached. */
  missed(steps: readonly CompiledStep[], why: string): void {
    for (const step of steps) {
      if (step.kind === 'repeat') this.missed(step.steps, why);
      else if (step.expect !== undefined) {
        this.expectations.push({
          ...this.#placed(step.path.at(-1) === 'expect' ? step.path : [...step.path, 'expect']),
          outcome: 'not reached',
          step: this.steps.length - 1,
          expected: 'what stands here',
          instead: why,
        });
      }
    }
  }
}

function worldOf(file: ScenarioFile, board: Board | undefined): World {
  const { settings = {} } = file;
  if (board === undefined) return createScenarioWorld(BUS);
  return bootBoard(board, {
    fwDevlink: settings.fw_devlink ?? 'rpm',
    strict: settings.fw_devlink_strict ?? false,
    environment: settings.environment ?? 'arm64',
    afterTimeout: settings.after_timeout ?? false,
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

/** The steps that were begun, without repeats: as many as have a place in the run. */
function stepsNotBegun(steps: readonly CompiledStep[], run: Run): CompiledStep[] {
  const begun = new Set(run.steps.map(({ path }) => path));
  return steps.filter((step) => step.kind === 'action' && !begun.has(step.path.join('.')));
}

/**
 * Runs a scenario: sets up what it describes, takes its steps, and holds what it expects against what happened.
 *
 * Throws InputError for names that nothing has and values without a meaning, before anything runs. A hang of the kernel and a
 * limit that is reached are results.
 */
export function simulate(file: ScenarioFile, options: SimulateOptions = {}): Simulation {
  const { board, input = 'scenario', placeOf = placesByPath(input) } = options;
  const compiled = compileScenario(file, board, placeOf);
  return runCompiled(new Run(worldOf(file, board), BUS, placeOf), compiled, file.name ?? input, options);
}

/** Runs a scenario of the command language, on a world of its own as the recorder did; its devices are left as they are. */
export function simulateCommands(scenario: Scenario, options: SimulateOptions = {}): Simulation {
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
  return runCompiled(run, { setup: [], steps }, scenario.name === '' ? input : scenario.name, options);
}

function runCompiled(
  run: Run,
  { setup, steps }: CompiledScenario,
  name: string,
  { board, until, seed }: SimulateOptions,
): Simulation {
  function* script(): Iterable<string> {
    yield* run.commandsOf(setup, 'setup');
    yield* run.commandsOf(steps, 'steps');
  }
  const result = runScript(run.session, script(), {
    ...(until === undefined ? {} : { until }),
    ...(seed === undefined ? {} : { choose: seededChoice(seed) }),
  });
  const { world } = run.session;
  const step = run.steps.length - 1;
  const isExpected = run.close(result);
  const ended = result.kind === 'stopped' ? (result.by === 'time' ? 'time' : 'events') : result.kind;
  if (ended !== 'end') {
    const why = {
      hang: 'the run hangs before',
      time: 'the run is stopped before',
      events: 'the run is stopped before',
    };
    run.missed(stepsNotBegun(steps, run), why[ended]);
  }
  const failing = run.expectations.some(
    ({ outcome }) => outcome === 'fails' || (outcome === 'not reached' && ended !== 'time'),
  );
  const hang: SimulationHang | null =
    result.kind !== 'hang'
      ? null
      : {
          kind: result.wait.kind,
          step,
          expected: isExpected,
          tasks: blockedTexts(world, run.journal, result.blocked),
          loop: result.wait.kind === 'endless' ? loopTexts(run.journal) : [],
        };
  return {
    version: 1,
    kernel: world.settings.kernel,
    name,
    board: board?.model ?? board?.input ?? null,
    seed: seed ?? null,
    ok: !failing && (ended === 'end' || ended === 'time' || (ended === 'hang' && isExpected)),
    ended,
    duration: run.now,
    steps: run.steps,
    expectations: run.expectations,
    hang,
    loop: ended === 'events' ? loopTexts(run.journal) : [],
    trace: run.journal.map(runEvent),
    ...statesOf(run),
  };
}
