/** devgraph diff: what differs between two boards, or between two ways to boot one. */
import { type BoardDiff, type DiffSide, diffBoards } from '../analysis/board-diff.ts';
import type { World } from '../core/world.ts';
import { type DmaLinkPolicy, readDmaLinkPolicy } from '../dma/index.ts';
import { driverAssumption } from '../report/assumptions.ts';
import { diffText } from '../report/text-diff.ts';
import { type Io, UsageError } from './io.ts';
import { optionValues, type ParsedOptions } from './options.ts';
import {
  bootWithDrivers,
  contextText,
  driverSetOf,
  emit,
  formatOf,
  jsonText,
  openBoard,
  styleOf,
} from './session.ts';

/** One of the two boots. */
interface Side {
  readonly board: string;
  /** Without the overlays of the options. */
  readonly isBare: boolean;
  readonly policy: { readonly name: string; readonly policy: DmaLinkPolicy } | undefined;
}

const isBoard = (word: string) =>
  /\.(dtb|dtbo|json|tar|tgz|gz)$/.test(word) || word === '-' || word.includes('/');

function policyNamed(name: string): NonNullable<Side['policy']> {
  return { name, policy: readDmaLinkPolicy(name) };
}

/** Two boards; or one under two policies (the first of them `none` where one is named); or one without and with overlays. */
function sidesOf(options: ParsedOptions): readonly [Side, Side] {
  // --dma-links takes all words that follow it, so a board may stand among them.
  const words = optionValues(options, 'dma-links');
  const boards = [...options.operands, ...words.filter(isBoard)];
  const policies = words.filter((word) => !isBoard(word)).map(policyNamed);
  const [first, second, third] = boards;
  if (first === undefined) throw new UsageError('name a board, or two');
  if (third !== undefined) throw new UsageError(`two boards at most; '${third}' is a third one`);
  if (policies.length > 2)
    throw new UsageError(`two policies at most; '${policies[2]!.name}' is a third one`);
  const [one, other] = policies;
  if (second !== undefined)
    return [
      { board: first, isBare: false, policy: one },
      { board: second, isBare: false, policy: other ?? one },
    ];
  if (one !== undefined)
    return [
      { board: first, isBare: false, policy: other === undefined ? policyNamed('none') : one },
      { board: first, isBare: false, policy: other ?? one },
    ];
  if (optionValues(options, 'overlay').length > 0)
    return [
      { board: first, isBare: true, policy: undefined },
      { board: first, isBare: false, policy: undefined },
    ];
  throw new UsageError('name a second board, a policy with --dma-links, or an overlay with --overlay');
}

/** The options without overlays, for the side that has none. */
function withoutOverlays(options: ParsedOptions): ParsedOptions {
  const values = new Map(options.values);
  values.delete('overlay');
  return { ...options, values };
}

/** The world of a side, and the options that hold for it: a snapshot adds to them. */
async function boot(
  { board, isBare, policy }: Side,
  given: ParsedOptions,
  outside: Io,
): Promise<{ readonly world: World; readonly options: ParsedOptions }> {
  const subject = await openBoard(board, isBare ? withoutOverlays(given) : given, outside);
  const world = await bootWithDrivers(subject.board, subject.options, subject.io, {}, policy?.policy ?? null);
  return { world, options: subject.options };
}

function contextOf({ isBare, policy }: Side, other: Side, options: ParsedOptions): string {
  const overlays = optionValues(options, 'overlay');
  return [
    ...(policy === undefined ? [] : [`--dma-links ${policy.name}`]),
    ...(isBare ? ['without overlays'] : []),
    ...(other.isBare ? [overlays.map((name) => `--overlay ${name}`).join(' ')] : []),
  ].join(', ');
}

function heading({ from, to }: BoardDiff, options: ParsedOptions): string {
  const name = ({ model, input }: DiffSide) => model ?? input;
  const side = (one: DiffSide) => [one.input, one.context].filter((part) => part !== '').join(' ');
  const context = contextText(options, false);
  if (from.input === to.input && from.context === to.context)
    return `${name(from)} beside itself (${context})`;
  if (from.input === to.input) return `${name(to)}: ${from.context} -> ${to.context} (${context})`;
  return `${side(from)} (${name(from)}) -> ${side(to)} (${name(to)}) (${context})`;
}

export async function run(given: ParsedOptions, io: Io): Promise<number> {
  const [from, to] = sidesOf(given);
  const sides = [await boot(from, given, io), await boot(to, given, io)] as const;
  const worlds = [sides[0].world, sides[1].world] as const;
  const { options } = sides[1];
  const sideOf = (side: Side, other: Side, { board }: World): DiffSide => ({
    input: side.board,
    model: board.model ?? null,
    context: contextOf(side, other, given),
  });
  const result = diffBoards(...worlds, {
    from: sideOf(from, to, worlds[0]),
    to: sideOf(to, from, worlds[1]),
  });
  const text = () =>
    diffText(result, heading(result, options), driverAssumption(driverSetOf(options)), styleOf(options, io));
  await emit(formatOf(options) === 'json' ? jsonText(result) : text(), options, io);
  return 0;
}
