/** A scenario while it runs: steps are opened and closed around their commands, and judged when they have ended. */
import { DMA_MISUSE_RESULTS } from '../core/dma-misuse.ts';
import type { World } from '../core/world.ts';
import {
  createSession,
  type JournalEntry,
  type Result,
  type ScriptResult,
  type Session,
} from '../scenarios/index.ts';
import type { CompiledStep } from './compile-steps.ts';
import type { KeyPath, PlaceOf } from './complaints.ts';
import { judge, judgeStep, type Verdict } from './expectations.ts';
import { Occurrences } from './occurrences.ts';
import type { StepExpectations } from './scenario-file.ts';
import type { DmaFinding, Expectation, PlaceInScenario, SimulatedStep } from './simulation.ts';

/** A scenario in execution: its session, its steps so far, and what was expected of them. */
export class Run {
  readonly session: Session;
  readonly journal: readonly JournalEntry[];
  readonly steps: SimulatedStep[] = [];
  readonly expectations: Expectation[] = [];
  /** Entries of the journal before the first step. */
  #stepsFrom = 0;
  readonly #placeOf: PlaceOf;
  readonly #happened: Occurrences;
  /** Entries of the journal that a scenario has said something about. */
  readonly #expectedMisuses = new Set<number>();
  /** The step that runs. */
  #open:
    | { readonly path: KeyPath; readonly expect: StepExpectations | undefined; readonly from: number }
    | undefined;

  constructor(world: World, bus: string, placeOf: PlaceOf) {
    this.session = createSession({ world, bus, journal: true });
    this.journal = this.session.journal!;
    this.#placeOf = placeOf;
    this.#happened = new Occurrences(this.journal);
  }

  get now(): number {
    return this.session.world.now - this.session.start;
  }

  /** A step was begun and has not ended. */
  get isInStep(): boolean {
    return this.#open !== undefined;
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
    this.#record(judgeStep(outcome, expect, where));
    this.#record(this.#judge(expect, since, where));
  }

  #judge(expect: StepExpectations, from: number, path: KeyPath): Verdict[] {
    if (expect.misuses !== undefined)
      for (const { entry } of this.#happened.misuses(from)) this.#expectedMisuses.add(entry);
    return judge({ session: this.session, happened: this.#happened, from }, expect, path);
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

  /** What was done wrong about DMA, and whether that was expected. */
  findings(): DmaFinding[] {
    return this.#happened.misuses(0).map(({ time, device, channel, what, entry }) => ({
      time,
      step: this.steps.findIndex(({ from, to }) => entry >= from && entry < to),
      device,
      channel,
      what,
      result: DMA_MISUSE_RESULTS[what],
      expected: this.#expectedMisuses.has(entry),
    }));
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
          expected: 'what this step expects',
          instead: why,
        });
      }
    }
  }
}
