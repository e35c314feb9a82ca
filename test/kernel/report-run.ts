/** The tally of a run: what was compared, what differed, what was reached; and its progress on a terminal. */
import { describeDifference } from './compare.ts';
import type { Judge, Judgement } from './judge.ts';
import { DEFAULT_WIDTH, differenceReport } from './report.ts';
import { countPairs, countReturns, notReached, type ReturnCounts, returnTable } from './report-returns.ts';
import { shrink } from './shrink.ts';

/** Where a run writes. */
export interface RunOutput {
  readonly out: (text: string) => void;
  /** A line that the next one replaces; nothing where no one looks. */
  readonly progress: (text: string) => void;
  readonly width: number | undefined;
}

/** More differences than this are counted, not named. */
const NAMED_DIFFERENCES = 20;

export class Tally {
  readonly reached: ReturnCounts = new Map();
  #scenarios = 0;
  #commands = 0;
  #events = 0;
  #different = 0;
  #toShrink: number;
  readonly #judge: Judge;
  readonly #output: RunOutput;

  constructor(judge: Judge, output: RunOutput, shrinkMost: number) {
    this.#judge = judge;
    this.#output = output;
    this.#toShrink = shrinkMost;
  }

  get differences(): number {
    return this.#different;
  }

  get scenarios(): number {
    return this.#scenarios;
  }

  /** Counts judged scenarios; shrinks and prints the first that differ. `again` says how to have one again. */
  async add(judgements: readonly Judgement[], again: (name: string) => string): Promise<void> {
    for (const judgement of judgements) {
      this.#scenarios++;
      this.#commands += judgement.scenario.commands.length;
      this.#events += judgement.kernel.length;
      countReturns(this.reached, judgement.kernel);
      if (judgement.verdict.kind === 'different')
        await this.#report(judgement, again(judgement.scenario.name));
    }
    this.#output.progress(`${this.#scenarios} scenarios, ${this.#different} differences`);
  }

  async #report(judgement: Judgement, again: string): Promise<void> {
    this.#different++;
    const { out, width = DEFAULT_WIDTH } = this.#output;
    if (this.#toShrink > 0) {
      this.#toShrink--;
      this.#output.progress(`shrinking ${judgement.scenario.name}`);
      const small = await shrink(judgement, this.#judge);
      this.#output.progress('');
      out(differenceReport(small, width, again));
    } else if (this.#different <= NAMED_DIFFERENCES && judgement.verdict.kind === 'different') {
      out(`${judgement.scenario.name}: ${describeDifference(judgement.verdict.difference)}\n`);
    }
  }

  /** One line: how much was compared, and with what result. */
  summary(what: string, seconds: number): string {
    const number = (value: number) => value.toLocaleString('en-US');
    const rate = seconds > 0 ? `, ${number(Math.round(this.#scenarios / seconds))} a second` : '';
    return (
      `${number(this.#scenarios)} ${what}, ${number(this.#commands)} commands, ${number(this.#events)} events ` +
      `in ${seconds.toFixed(1)} s${rate}: ${number(this.#different)} different\n`
    );
  }
}

/** What recordings have and a run has not reached, and with `whole` all that it has. */
export function returnReport(recorded: ReturnCounts, reached: ReturnCounts, whole: boolean): string {
  const missing = notReached(recorded, reached);
  const lines = whole ? [...returnTable(reached), ''] : [];
  const pairs = countPairs(recorded);
  const left = missing.reduce((sum, line) => sum + line.split(': ')[1]!.split(' ').length, 0);
  lines.push(`return values, messages and warnings of the recordings: ${pairs - left} of ${pairs} reached`);
  lines.push(...missing.map((line) => `  not reached: ${line}`));
  return `${lines.join('\n')}\n`;
}
