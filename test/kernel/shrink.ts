/**
 * Makes a differing scenario small: delta debugging over its commands, then over devices, options and arguments. Candidates go to
 * the kernel in batches, as a boot costs more than a scenario.
 */
import type { Scenario } from '../../src/scenarios/index.ts';
import type { Difference } from './compare.ts';
import { type Judge, type Judgement, judgeScenarios, type Model, runOnModel } from './judge.ts';
import { without, withoutNames, withSimplerCommands } from './shrink-candidates.ts';

/** Candidates that go to the kernel at once. */
const BATCH = 64;
/** Batches in all, past which the smallest scenario so far is good enough. */
const MOST_BATCHES = 200;

/** What makes two differences the same one: a shrunk scenario shall not differ for another reason. */
function signature({ kind, field }: Difference): string {
  return `${kind} ${field}`;
}

class Shrinking {
  best: Judgement;
  #batchesLeft = MOST_BATCHES;
  readonly #wanted: string;
  readonly #judge: Judge;
  readonly #runModel: Model;

  constructor(first: Judgement & { verdict: { kind: 'different' } }, judge: Judge, runModel: Model) {
    this.best = first;
    this.#wanted = signature(first.verdict.difference);
    this.#judge = judge;
    this.#runModel = runModel;
  }

  get commands(): readonly string[] {
    return this.best.scenario.commands;
  }

  /** Judges candidates, in batches; those that still differ in the same way. `all` goes on behind the first. */
  async #differing(
    candidates: readonly (readonly string[])[],
    all: boolean,
  ): Promise<(Judgement | undefined)[]> {
    const found: (Judgement | undefined)[] = [];
    for (let from = 0; from < candidates.length && this.#batchesLeft > 0; from += BATCH) {
      this.#batchesLeft--;
      const scenarios = candidates.slice(from, from + BATCH).map(
        (commands, index): Scenario => ({
          ...this.best.scenario,
          name: `${this.best.scenario.name}-${from + index}`,
          commands,
        }),
      );
      for (const { verdict, ...rest } of await judgeScenarios(scenarios, this.#judge, this.#runModel)) {
        const same = verdict.kind === 'different' && signature(verdict.difference) === this.#wanted;
        const scenario = { ...rest.scenario, name: this.best.scenario.name };
        found.push(same ? { ...rest, scenario, verdict } : undefined);
      }
      if (!all && found.some((each) => each !== undefined)) break;
    }
    return found;
  }

  /** Takes the first candidate that still differs; whether there is one. */
  async takeFirst(candidates: readonly (readonly string[])[]): Promise<boolean> {
    const smaller = candidates.filter((commands) => commands.length > 0);
    const first = (await this.#differing(smaller, false)).find((each) => each !== undefined);
    if (first !== undefined) this.best = first;
    return first !== undefined;
  }

  /** Takes away every chunk of so many commands that the difference does not need; whether there was one. */
  async dropChunks(size: number): Promise<boolean> {
    const starts: number[] = [];
    for (let from = 0; from < this.commands.length; from += size) starts.push(from);
    const { commands } = this;
    const judged = await this.#differing(
      starts.map((from) => without(commands, from, from + size)),
      true,
    );
    const needless = starts.filter((_, index) => judged[index] !== undefined);
    if (needless.length === 0) return false;
    // All of them at once if that works, else the last half of them, and so on.
    for (let count = needless.length; count > 1; count = Math.floor(count / 2)) {
      const gone = needless.slice(-count);
      const left = commands.filter((_, at) => !gone.some((from) => at >= from && at < from + size));
      if (await this.takeFirst([left])) return true;
    }
    this.best = judged.findLast((each) => each !== undefined)!;
    return true;
  }

  get exhausted(): boolean {
    return this.#batchesLeft <= 0;
  }
}

/** Drops chunks of half the commands, then of a quarter, down to single ones, until nothing can be left out. */
async function dropCommands(shrinking: Shrinking): Promise<void> {
  let size = Math.ceil(shrinking.commands.length / 2);
  while (size >= 1 && !shrinking.exhausted) {
    const dropped = await shrinking.dropChunks(size);
    if (dropped) continue;
    if (size === 1) return;
    size = Math.ceil(size / 2);
  }
}

/**
 * The smallest scenario found that differs in the same kind of event and the same field. The result is deterministic for a
 * deterministic judge.
 */
export async function shrink(
  judgement: Judgement,
  judge: Judge,
  runModel: Model = runOnModel,
): Promise<Judgement> {
  const { verdict } = judgement;
  if (verdict.kind !== 'different') throw new Error('only a difference can be shrunk');
  const shrinking = new Shrinking({ ...judgement, verdict }, judge, runModel);
  for (;;) {
    const before = shrinking.commands.join('\n');
    await dropCommands(shrinking);
    while (!shrinking.exhausted && (await shrinking.takeFirst(withoutNames(shrinking.commands))));
    while (!shrinking.exhausted && (await shrinking.takeFirst(withSimplerCommands(shrinking.commands))));
    if (shrinking.exhausted || shrinking.commands.join('\n') === before) return shrinking.best;
  }
}
