/** devgraph explore: all states of a small world, and a shortest way to one that breaks an invariant. */
import {
  DEFAULT_MAX_STATES,
  type Exploration,
  exploreAll,
  exploreByWalks,
  INVARIANTS,
  type Invariant,
  invariantNamed,
  NAIVE_INVARIANTS,
  readExploration,
  WALK_DEPTH,
} from '../explore/index.ts';
import { exploreText } from '../report/text-explore.ts';
import { type Io, UsageError } from './io.ts';
import { numberOf, optionValue, optionValues, type ParsedOptions } from './options.ts';
import { readScenarioBytes } from './scenario-bytes.ts';
import { emit, formatOf, jsonText, onlyOperand, styleOf } from './session.ts';

/** Limits of the options: what fits into the memory of a process, about 100 bytes a state. */
const MOST_STATES = 50_000_000;
const MOST_STEPS = 1_000_000;
const MOST_WALKS = 1_000_000_000;

function invariantsOf(options: ParsedOptions): readonly Invariant[] {
  const names = optionValues(options, 'invariant');
  if (names.length === 0) return INVARIANTS;
  return names.map((name) => {
    const invariant = invariantNamed(name);
    if (invariant !== undefined) return invariant;
    const known = [...INVARIANTS, ...NAIVE_INVARIANTS].map((one) => one.name).join(', ');
    throw new UsageError(`no invariant '${name}'; there are ${known}`);
  });
}

async function explorationOf(name: string, io: Io): Promise<Exploration> {
  return readExploration(
    new TextDecoder().decode(await readScenarioBytes(name, 'a world to explore', io)),
    name,
  );
}

function listText(): string {
  const text = ({ name, sentence }: Invariant) => `${name}\n    ${sentence}`;
  return [
    ...INVARIANTS.map(text),
    '',
    'only by name, as Linux does not keep them in every case:',
    '',
    ...NAIVE_INVARIANTS.map(text),
    '',
  ].join('\n');
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  if (options.flags.has('invariants')) {
    await emit(listText(), options, io);
    return 0;
  }
  const exploration = await explorationOf(onlyOperand(options, 'world'), io);
  const invariants = invariantsOf(options);
  const walks = optionValue(options, 'walk');
  const isDeep = optionValue(options, 'depth') !== undefined;
  if (walks === undefined && optionValue(options, 'seed') !== undefined)
    throw new UsageError('--seed goes with --walk');
  const depth = numberOf(options, 'depth', walks === undefined ? MOST_STEPS : WALK_DEPTH, {
    least: 0,
    most: MOST_STEPS,
  });
  const explored =
    walks === undefined
      ? exploreAll(exploration, {
          invariants,
          ...(isDeep ? { depth } : {}),
          maxStates: numberOf(options, 'max-states', DEFAULT_MAX_STATES, { least: 1, most: MOST_STATES }),
        })
      : exploreByWalks(exploration, {
          invariants,
          depth,
          walks: numberOf(options, 'walk', 1, { least: 1, most: MOST_WALKS }),
          seed: numberOf(options, 'seed', 0, { least: 0, most: 2 ** 32 - 1 }),
        });
  const text =
    formatOf(options) === 'json' ? jsonText(explored) : exploreText(explored, styleOf(options, io));
  await emit(text, options, io);
  return explored.breach === null ? 0 : 1;
}
