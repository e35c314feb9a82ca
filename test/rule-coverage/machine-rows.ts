/** Rows of the machines: which recordings take each, and which of them tell what the row does. */
import type { CompiledMachine, CompiledTransition } from '../../src/core/compiled-machine.ts';
import { isReplayed, type Recording } from './recordings.ts';
import type { MachineName } from './rule.ts';
import type { RowPart, SwitchedModel } from './switched-model.ts';

export interface RowEvidence {
  readonly row: number;
  readonly transition: CompiledTransition;
  /** Names of the recordings that take it, cheapest first. */
  readonly taken: readonly string[];
  /** A recording that tells the first of its parts that any tells. */
  readonly witness: string | undefined;
  /** What of it no recording tells, in words; empty also for a row that none takes. */
  readonly untold: readonly string[];
}

/** What each recording comes to when the model is as it is. */
export interface Visit {
  readonly recording: Recording;
  readonly come: ReadonlySet<number>;
  readonly rows: ReadonlySet<string>;
}

/** Replays all recordings once. Throws if one is not replayed: then nothing can be said. */
export function visitAll(model: SwitchedModel, recordings: readonly Recording[]): Visit[] {
  const { switches } = model;
  switches.reset();
  return recordings.map((recording) => {
    switches.forgetWhatWasCome();
    if (!recording.isReplayed(model)) throw new Error(`${recording.name} is not replayed`);
    return { recording, come: new Set(switches.come), rows: new Set(switches.rows) };
  });
}

/** The first recording of some that is not replayed any more behind `change`. */
export function firstTold(
  model: SwitchedModel,
  recordings: readonly Recording[],
  change: () => void,
): Recording | undefined {
  model.switches.reset();
  change();
  const told = recordings.find((recording) => !isReplayed(recording, model));
  model.switches.reset();
  return told;
}

/** Parts of a row that could be otherwise, with words for each. */
export function partsOf({ guard, target, state, actions }: CompiledTransition): [RowPart, string][] {
  const parts: [RowPart, string][] = [];
  if (guard !== undefined) parts.push(['guard', `that it asks "${guard}"`]);
  if (target !== undefined && target !== state) parts.push(['target', `that it becomes ${target}`]);
  for (const [index, action] of actions.entries()) {
    if (/^return -?[E\d]/.test(action)) parts.push(['result', action]);
    else if (index < actions.length - 1 || action.startsWith('WARN_ON')) parts.push([index, action]);
    // What else stands last is a step of the caller: calling back, waiting.
  }
  return parts;
}

function evidenceOf(
  model: SwitchedModel,
  name: MachineName,
  row: number,
  transition: CompiledTransition,
  visits: readonly Visit[],
): RowEvidence {
  const takers = visits.filter(({ rows }) => rows.has(`${name}/${row}`)).map(({ recording }) => recording);
  const tellers = partsOf(transition).map(
    ([part, words]) =>
      [words, firstTold(model, takers, () => model.switches.leaveOut(name, row, part))] as const,
  );
  return {
    row,
    transition,
    taken: takers.map((each) => each.name),
    witness: tellers.find(([, teller]) => teller !== undefined)?.[1]?.name,
    untold:
      takers.length === 0 ? [] : tellers.filter(([, teller]) => teller === undefined).map(([words]) => words),
  };
}

/** Evidence for every row of a machine, in the order of its table. */
export function machineEvidence(
  model: SwitchedModel,
  name: MachineName,
  machine: CompiledMachine,
  visits: readonly Visit[],
): RowEvidence[] {
  return machine.transitions.map((transition, row) => evidenceOf(model, name, row, transition, visits));
}
