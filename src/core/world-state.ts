/**
 * A World as a thing: written down, read back, compared. All of it works on any plain data (plain-data.ts), so that a
 * field which a World gains is covered; how a World is copied is world-copy.ts, and how it is hashed world-hash.ts.
 */
import type { Board } from './board.ts';
import { InputError } from './diagnostic.ts';
import { listValues, type OrderList } from './order-list.ts';
import { canonicalText, type DataPath, plainDifferences } from './plain-data.ts';
import { ShapeFault } from './shape.ts';
import { createWorld, type World } from './world.ts';
import { worldInconsistency } from './world-consistency.ts';
import { worldShape } from './world-shape.ts';

/** The first line of a saved World: what it is, and the version of its fields. */
const HEADER = 'devgraph-world 1';

/** Longest saved World, characters: some 140,000 devices with three links each. */
const TEXT_LIMIT = 2 ** 28;

/**
 * A World as text: a header line with a version, then one line of canonical JSON. The same World gives the same text. Throws a
 * TypeError while a worker is in the middle of its item (`work.running`): where that stands is in no World. Throws a RangeError
 * for a World of which the text would be longer than {@link restoreWorld} reads.
 */
export function saveWorld(world: World): string {
  if (world.work.running.length > 0) {
    throw new TypeError('a worker is in the middle of its item: save a World when nothing is running');
  }
  const text = shortEnough(world);
  if (text === undefined) {
    throw new RangeError(
      `a World of ${world.devices.length} devices does not fit into a text of ${TEXT_LIMIT} characters`,
    );
  }
  return text;
}

/** The text of a World; undefined where it is longer than the limit, or than a string can be at all. */
function shortEnough(world: World): string | undefined {
  try {
    const text = `${HEADER}\n${canonicalText(world)}\n`;
    return text.length > TEXT_LIMIT ? undefined : text;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** `devices[3].power.list`. */
function pathText(path: DataPath): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

/**
 * The World of a text that {@link saveWorld} wrote, as plain data built anew. The text may come from anywhere: {@link InputError}
 * says what is wrong and where (`input` names it) if it is no World of this version.
 */
export function restoreWorld(text: string, input = 'saved world'): World {
  const line = text.indexOf('\n');
  if (text.slice(0, line) !== HEADER) {
    const hint = `the first line of a saved world is '${HEADER}'`;
    throw new InputError('world-header', { input, line: 1 }, 'not a world of this version', hint);
  }
  if (text.length > TEXT_LIMIT) {
    throw new InputError(
      'world-size',
      { input },
      `more than ${TEXT_LIMIT} characters`,
      'save a smaller world',
    );
  }
  const world = shapedWorld(text.slice(line + 1), input);
  const wrong = worldInconsistency(world);
  if (wrong === undefined) return world;
  throw new InputError('world-inconsistent', { input, path: pathText(wrong.path) }, wrong.what);
}

function shapedWorld(text: string, input: string): World {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError('world-json', { input, line: 2 }, 'not JSON', 'the file may have been cut');
  }
  try {
    const world = worldShape(value);
    return Object.assign(createWorld(NO_NODES, world.settings), world);
  } catch (error) {
    if (!(error instanceof ShapeFault)) throw error;
    throw new InputError('world-shape', { input, path: pathText(error.path) }, error.message);
  }
}

const NO_NODES: Board = {
  input: '',
  model: undefined,
  compatible: [],
  kernel: '',
  nodes: [],
  stdout: undefined,
  nodesTooDeep: 0,
};

/** Something in which two Worlds differ. */
export interface WorldDifference {
  /** `device uart0: power.usageCount`, `link uart0 -> clk: status`, `dpmList`, or a path of keys. */
  readonly where: string;
  /** The values as JSON, `nothing` where there is none. */
  readonly first: string;
  readonly second: string;
}

/** Differences that are told of one pair of Worlds. */
const DIFFERENCE_LIMIT = 10_000;

/** In what two Worlds differ, in words; empty exactly if {@link saveWorld} writes the same. At most 10,000 differences. */
export function compareWorlds(first: World, second: World): WorldDifference[] {
  const told = new Set<string>();
  const differences: WorldDifference[] = [];
  for (const difference of plainDifferences(first, second, DIFFERENCE_LIMIT)) {
    const order = orderAt(first, second, difference.path);
    if (order === undefined) {
      differences.push({
        where: wordsOf(first, second, difference.path),
        first: valueText(difference.first),
        second: valueText(difference.second),
      });
    } else if (!told.has(order.where)) {
      told.add(order.where);
      differences.push(order);
    }
  }
  return differences;
}

function valueText(value: unknown): string {
  return value === undefined ? 'nothing' : canonicalText(value);
}

/** A difference inside a list of devices, as the two orders; undefined where it is none, or the orders are the same. */
function orderAt(first: World, second: World, path: DataPath): WorldDifference | undefined {
  const depth = path[0] === 'sleep' ? 2 : 1;
  const orders = [first, second].map((world) => {
    const list = partAt(world, path.slice(0, depth)) as Partial<OrderList> | undefined;
    if (typeof list !== 'object' || list.head === undefined || path.length === depth) return undefined;
    return listValues(list as OrderList)
      .map((id) => world.devices[id]?.name ?? id)
      .join(' ');
  });
  const [before, after] = orders;
  if (before === undefined || after === undefined || before === after) return undefined;
  return { where: pathText(path.slice(0, depth)), first: before, second: after };
}

function partAt(value: unknown, path: DataPath): unknown {
  let part = value;
  for (const key of path) part = (part as Record<string | number, unknown> | undefined)?.[key];
  return part;
}

/** A path with the names of things instead of their ids. */
function wordsOf(first: World, second: World, path: DataPath): string {
  const [kind, id, ...rest] = path;
  if (typeof id !== 'number') return pathText(path);
  const subject = subjectOf(first, kind!, id) ?? subjectOf(second, kind!, id);
  if (subject === undefined) return pathText(path);
  return rest.length === 0 ? subject : `${subject}: ${pathText(rest)}`;
}

function subjectOf(world: World, kind: string | number, id: number): string | undefined {
  const named = (index: number) => world.devices[index]?.name ?? index;
  switch (kind) {
    case 'devices':
      return world.devices[id] === undefined ? undefined : `device ${named(id)}`;
    case 'links': {
      const link = world.links[id];
      return link === undefined ? undefined : `link ${named(link.consumer)} -> ${named(link.supplier)}`;
    }
    case 'drivers':
      return world.drivers[id] === undefined ? undefined : `driver ${world.drivers[id].name}`;
    case 'buses':
      return world.buses[id] === undefined ? undefined : `bus ${world.buses[id].name}`;
    case 'fwnodes':
      return world.board.nodes[id] === undefined ? undefined : `node ${world.board.nodes[id].path}`;
    default:
      return undefined;
  }
}
