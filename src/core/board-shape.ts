/** The shape of a Board, typed against board.ts as world-shape.ts is. */
import type {
  AssignedClock,
  Board,
  BoardNode,
  BoardReference,
  DmaClientNode,
  DmaControllerNode,
  DmaSpecifier,
  ReferenceProblem,
} from './board.ts';
import {
  count,
  flag,
  id,
  idOrNone,
  ids,
  list,
  maybe,
  object,
  oneOf,
  optional,
  type Shape,
  text,
  whole,
} from './shape.ts';

export const reference = object<BoardReference>({
  kind: oneOf('supplier', 'optional', 'ignored', 'unlinked'),
  property: text,
  entry: count,
  consumer: id,
  supplier: id,
});

const problem = object<ReferenceProblem>({
  kind: oneOf('dangling', 'truncated', 'no-cells', 'empty', 'unresolved', 'endless'),
  property: text,
  entry: count,
  phandle: optional(whole(0, 2 ** 32)),
  cells: optional(text),
  supplier: optional(id),
  wanted: optional(whole(0, 2 ** 32)),
  found: optional(whole(0, 2 ** 32)),
  hidden: optional(count),
});

const provider = object<{ readonly provider: number }>({ provider: id });
const assignedClock: Shape<AssignedClock> = (value) =>
  value === 'end' || value === 'error' ? value : provider(value);

const cell = whole(0, 2 ** 32);
const specifier = object<NonNullable<DmaSpecifier>>({ controller: id, cells: list(cell) });
const dmaSpecifier: Shape<DmaSpecifier> = (value) => (value === null ? null : specifier(value));
const dmaClient = object<DmaClientNode>({
  names: optional(list(text)),
  entries: list(dmaSpecifier),
  withoutCells: optional(id),
});
const dmaController = object<DmaControllerNode>({
  cells: cell,
  channels: optional(cell),
  requests: optional(cell),
  masters: optional(list(id)),
});

const node = object<BoardNode>({
  path: text,
  parent: idOrNone,
  children: ids,
  available: flag,
  compatible: maybe(list(text)),
  deviceName: maybe(text),
  hasResource: flag,
  references: list(reference),
  problems: list(problem),
  assignedClocks: optional(list(assignedClock)),
  interruptControllerParent: optional(idOrNone),
  alias: optional(text),
  dmaClient: optional(dmaClient),
  dmaController: optional(dmaController),
  hasClockFactor: optional(flag),
});

export const board = object<Board>({
  input: text,
  model: maybe(text),
  compatible: list(text),
  kernel: text,
  nodes: list(node),
  stdout: maybe(id),
  nodesTooDeep: count,
});
