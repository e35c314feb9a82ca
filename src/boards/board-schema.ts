/**
 * Boards as JSON: a schema of core's Board, and the reader that makes one of data from outside. What it returns is as sound as
 * what the other readers return: a world can be made of it.
 *
 * The only file of boards/ that needs zod: import it on its own, since zod is slow to load.
 */
import { z } from 'zod';
import type { Board, BoardNode } from '../core/board.ts';
import { InputError, printable } from '../core/diagnostic.ts';
import { FDT_MAX_NODES } from './fdt.ts';
import { KERNEL_VERSIONS } from './supplier-bindings.ts';

/** The most entries that a list of one node may have; in the trees of Linux the longest has some hundred. */
const MAX_NODE_ENTRIES = 65_536;
/** The most references that a board may have; the boards of Linux have some thousand. */
const MAX_REFERENCES = 4_000_000;
/** The longest chain of nodes from the root; Linux reads 63. */
const MAX_DEPTH = 64;

const text = (description: string) => z.string().describe(description);
const count = (description: string) => z.int().min(0).describe(description);
const index = (description: string) =>
  z
    .int()
    .min(0)
    .max(FDT_MAX_NODES - 1)
    .describe(`${description}, as its index in nodes`);
const entries = <T extends z.ZodType>(item: T, description: string) =>
  z.array(item).max(MAX_NODE_ENTRIES).describe(description);

const referenceSchema = z.strictObject({
  kind: z
    .enum(['supplier', 'optional', 'ignored', 'unlinked'])
    .describe(
      'supplier: fw_devlink follows it. optional: only with fw_devlink.strict=1. ' +
        'ignored: an entry of post-init-providers. unlinked: a dependency that this kernel does not follow.',
    ),
  property: text('The property that refers to the supplier.'),
  entry: count('Which entry of the property, from 0.'),
  consumer: index(
    'The node that depends: the one with the property, or for remote-endpoint the one whose port it is',
  ),
  supplier: index('The node depended upon'),
});

const problemSchema = z.strictObject({
  kind: z
    .enum(['dangling', 'truncated', 'no-cells', 'empty', 'unresolved', 'endless'])
    .describe('What is wrong with the entry.'),
  property: text('The property.'),
  entry: count('Which entry of the property, from 0.'),
  phandle: z
    .exactOptional(z.int().min(0).max(0xffffffff))
    .describe('dangling: the phandle that no node has.'),
  cells: z.exactOptional(z.string()).describe("The provider's property that counts the arguments."),
  supplier: z.exactOptional(index('')).describe('The provider, as its index in nodes.'),
  wanted: z.exactOptional(z.int().min(0)).describe('truncated: arguments wanted.'),
  found: z.exactOptional(z.int().min(0)).describe('truncated: arguments found.'),
  hidden: z.exactOptional(z.int().min(0)).describe('How many later entries are lost.'),
});

const nodeSchema = z.strictObject({
  path: text('Full path; / for the root.'),
  parent: z
    .int()
    .min(-1)
    .describe('The parent, as its index in nodes; -1 for the root. Parents stand before their children.'),
  children: z
    .array(index('A child'))
    .max(FDT_MAX_NODES)
    .describe('The children in tree order, as indices in nodes.'),
  available: z.boolean().describe('Whether status is absent, "okay" or "ok".'),
  compatible: z.exactOptional(z.array(z.string()).max(MAX_NODE_ENTRIES)).describe('Entries of compatible.'),
  deviceName: z
    .exactOptional(z.string())
    .describe('Name of the device that Linux would make of the node; only with compatible.'),
  hasResource: z
    .boolean()
    .describe('Whether its first reg entry is a CPU address, which an AMBA device needs.'),
  references: entries(
    referenceSchema.describe('A reference.'),
    'References to suppliers, in the order in which fw_devlink parses them.',
  ),
  problems: entries(problemSchema.describe('A problem.'), 'What ends a list of references early.'),
  assignedClocks: z
    .exactOptional(
      entries(
        z
          .union([
            z.strictObject({ provider: index('The provider') }),
            z.enum(['end', 'error']).describe('The walk ends here, with success or with an error.'),
          ])
          .describe('A clock default.'),
        '',
      ),
    )
    .describe('Clock defaults that are applied before a probe, in the order of of_clk_set_defaults().'),
  interruptControllerParent: z
    .exactOptional(z.int().min(-1))
    .describe(
      'Of an interrupt controller: the controller above it, as its index in nodes; -1 for a root controller.',
    ),
  alias: z.exactOptional(z.string()).describe('Its first name in /aliases.'),
  dmaClient: z
    .exactOptional(
      z.strictObject({
        names: z.exactOptional(entries(z.string(), 'Entries of dma-names.')),
        entries: entries(
          z
            .strictObject({
              controller: index('The controller'),
              cells: entries(z.int().min(0).max(0xffffffff), 'Arguments.'),
            })
            .nullable()
            .describe('An entry; null for one left out on purpose.'),
          'Entries of dmas, up to the first one that cannot be read.',
        ),
        withoutCells: z
          .exactOptional(index('What it names'))
          .describe('Named by the entry behind them, which cannot be read for want of #dma-cells there.'),
      }),
    )
    .describe('The DMA channels that it uses.'),
  dmaController: z
    .exactOptional(
      z.strictObject({
        cells: z.int().min(0).max(0xffffffff).describe('#dma-cells.'),
        channels: z.exactOptional(z.int().min(0).max(0xffffffff)).describe('dma-channels.'),
        requests: z.exactOptional(z.int().min(0).max(0xffffffff)).describe('dma-requests.'),
        masters: z.exactOptional(
          entries(index('A controller'), 'Of a router: the controllers of dma-masters.'),
        ),
      }),
    )
    .describe('The DMA channels that it offers.'),
  hasClockFactor: z
    .exactOptional(z.boolean())
    .describe('Whether a fixed-factor-clock has both clock-div and clock-mult.'),
});

/** A board as JSON. What lies between its nodes is checked by {@link parseBoard}. */
export const boardSchema = z
  .strictObject({
    input: text('The file that the board was read from.'),
    model: z.exactOptional(z.string()).describe('model of the root node.'),
    compatible: entries(text('An entry.'), 'compatible of the root node.'),
    kernel: z.enum(KERNEL_VERSIONS).describe('The kernel whose tables of supplier properties were used.'),
    nodes: z
      .array(nodeSchema.describe('A node.'))
      .min(1)
      .max(FDT_MAX_NODES)
      .describe('All nodes, parents before their children; the first one is the root.'),
    stdout: z.exactOptional(index('')).describe('The console of /chosen, as its index in nodes.'),
    nodesTooDeep: count('How many nodes Linux leaves out because they lie too deep.'),
  })
  .meta({ title: 'devgraph board', description: 'A board: firmware nodes and what each refers to.' });

/** All of a board but its nodes, which are checked one by one so that a million faults are not a million messages. */
const headSchema = boardSchema.omit({ nodes: true });

/** The JSON Schema (draft 2020-12) of a board: a plain object, ready for JSON.stringify. */
export function boardJsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(boardSchema, { io: 'input' });
}

type KeyPath = readonly PropertyKey[];

function fail(input: string, path: KeyPath, what: string): never {
  const key = path.map(String).join('.');
  throw new InputError('board-json', key === '' ? { input } : { input, path: key }, printable(what));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, input: string, path: KeyPath): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  return fail(input, [...path, ...issue.path], issue.message);
}

/** Sizes first: zod looks at all entries of a list before it says that there are too many, and lists each bad one. */
function parseNode(value: unknown, input: string, at: number, nodeCount: number): BoardNode {
  const path = ['nodes', at];
  if (isRecord(value)) {
    for (const [key, list] of Object.entries(value)) {
      const most = key === 'children' ? nodeCount : MAX_NODE_ENTRIES;
      if (!Array.isArray(list)) continue;
      if (list.length > most)
        fail(input, [...path, key], `${list.length} entries; there may be ${most} at most`);
      const bad = key === 'children' ? list.findIndex((child) => !Number.isInteger(child)) : -1;
      if (bad >= 0) fail(input, [...path, key, bad], 'is not the index of a node');
    }
  }
  const { compatible, deviceName, ...rest } = parsed(nodeSchema, value, input, path);
  return { ...rest, compatible, deviceName };
}

/** What a node's indices point at exists. */
function checkIndices(
  { references, problems, assignedClocks, dmaClient, dmaController, ...node }: BoardNode,
  at: number,
  context: Context,
) {
  const { nodeCount, complain } = context;
  const inRange = (target: number | undefined) => target === undefined || target < nodeCount;
  for (const [entry, { consumer, supplier }] of references.entries()) {
    const path = ['nodes', at, 'references', entry];
    if (!inRange(supplier)) complain([...path, 'supplier'], `there is no node ${supplier}`);
    if (!isAtOrAbove(context.nodes, consumer, at)) {
      complain([...path, 'consumer'], `node ${consumer} is neither this node nor above it`);
    }
  }
  for (const [entry, { supplier }] of problems.entries()) {
    if (!inRange(supplier))
      complain(['nodes', at, 'problems', entry, 'supplier'], `there is no node ${supplier}`);
  }
  for (const [entry, clock] of (assignedClocks ?? []).entries()) {
    if (typeof clock === 'object' && !inRange(clock.provider)) {
      complain(['nodes', at, 'assignedClocks', entry, 'provider'], `there is no node ${clock.provider}`);
    }
  }
  for (const [entry, dma] of (dmaClient?.entries ?? []).entries()) {
    if (dma !== null && !inRange(dma.controller)) {
      complain(
        ['nodes', at, 'dmaClient', 'entries', entry, 'controller'],
        `there is no node ${dma.controller}`,
      );
    }
  }
  if (!inRange(dmaClient?.withoutCells))
    complain(['nodes', at, 'dmaClient', 'withoutCells'], `there is no node ${dmaClient?.withoutCells}`);
  for (const [entry, master] of (dmaController?.masters ?? []).entries()) {
    if (!inRange(master))
      complain(['nodes', at, 'dmaController', 'masters', entry], `there is no node ${master}`);
  }
  if (!inRange(node.interruptControllerParent)) {
    complain(
      ['nodes', at, 'interruptControllerParent'],
      `there is no node ${node.interruptControllerParent}`,
    );
  }
}

interface Context {
  readonly nodes: readonly BoardNode[];
  readonly nodeCount: number;
  readonly complain: (path: KeyPath, what: string) => never;
}

/** Parents are known to stand before their children, at most MAX_DEPTH levels deep. */
function isAtOrAbove(nodes: readonly BoardNode[], above: number, node: number): boolean {
  let at = node;
  while (at > above) at = nodes[at]!.parent;
  return at === above;
}

/** Node 0 is the root, each other node stands behind its parent, below its path, and not too deep. */
function checkTree({ nodes, complain }: Context): void {
  const depths = new Uint8Array(nodes.length);
  for (const [at, { parent, path }] of nodes.entries()) {
    if (at === 0) {
      if (parent !== -1)
        complain(['nodes', 0, 'parent'], `the first node is the root; its parent is -1, not ${parent}`);
      if (path !== '/') complain(['nodes', 0, 'path'], "the first node is the root; its path is '/'");
      continue;
    }
    if (parent < 0 || parent >= at) complain(['nodes', at, 'parent'], `${parent} is no node before this one`);
    const above = parent === 0 ? '/' : `${nodes[parent]!.path}/`;
    if (!path.startsWith(above)) complain(['nodes', at, 'path'], `'${path}' does not lie below '${above}'`);
    depths[at] = depths[parent]! + 1;
    if (depths[at] >= MAX_DEPTH) complain(['nodes', at, 'parent'], `lies more than ${MAX_DEPTH} levels deep`);
  }
}

/** Each node but the root is a child of its parent, once, and of no other. */
function checkChildren({ nodes, complain }: Context): void {
  const listed = new Uint8Array(nodes.length);
  for (const [at, { children }] of nodes.entries()) {
    for (const [entry, child] of children.entries()) {
      const path = ['nodes', at, 'children', entry];
      if (nodes[child]?.parent !== at) complain(path, `node ${child} has another parent`);
      if (listed[child] === 1) complain(path, `node ${child} is listed twice`);
      listed[child] = 1;
    }
  }
  const missing = listed.indexOf(0, 1);
  if (missing >= 0) complain(['nodes', nodes[missing]!.parent, 'children'], `node ${missing} is missing`);
}

/**
 * A board from JSON, such as JSON.stringify() makes of one.
 *
 * `json` is the parsed document; `input` names it in errors and becomes the board's name. Throws InputError with the key path
 * (`nodes.3.references.0.supplier`) for data of another shape, too many nodes or entries, an index that points nowhere, or
 * nodes that are no tree.
 */
export function parseBoard(json: unknown, input: string): Board {
  if (!isRecord(json)) return fail(input, [], 'is no board: a JSON object is expected');
  const { nodes: values, ...others } = json;
  const { model, stdout, ...head } = parsed(headSchema, others, input, []);
  if (!Array.isArray(values) || values.length === 0) return fail(input, ['nodes'], 'is no list of nodes');
  if (values.length > FDT_MAX_NODES) {
    return fail(input, ['nodes'], `${values.length} nodes; there may be ${FDT_MAX_NODES} at most`);
  }
  let references = 0;
  const nodes = Array.from(values, (value: unknown, at) => {
    const node = parseNode(value, input, at, values.length);
    references += node.references.length;
    if (references > MAX_REFERENCES)
      fail(input, ['nodes', at, 'references'], `more than ${MAX_REFERENCES} in all`);
    return node;
  });
  const complain = (path: KeyPath, what: string): never => fail(input, path, what);
  const context: Context = { nodes, nodeCount: nodes.length, complain };
  checkTree(context);
  checkChildren(context);
  for (const [at, node] of nodes.entries()) checkIndices(node, at, context);
  if (stdout !== undefined && stdout >= nodes.length) complain(['stdout'], `there is no node ${stdout}`);
  return { ...head, input, model, nodes, stdout };
}

/** JSON has no undefined: such a field is absent. */
type InJson<T> = T extends readonly (infer Item)[]
  ? InJson<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T as undefined extends T[Key] ? never : Key]: InJson<T[Key]> } & {
        -readonly [Key in keyof T as undefined extends T[Key] ? Key : never]?: InJson<
          Exclude<T[Key], undefined>
        >;
      }
    : T;
type Flat<T> = T extends readonly (infer Item)[]
  ? Flat<Item>[]
  : T extends object
    ? { [Key in keyof T]: Flat<T[Key]> }
    : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Holds<T extends true> = T;

/** Does not compile while the schema and core's Board differ in a field, its type, or whether it is optional. */
export type BoardSchemaIsTheType = Holds<
  Same<Flat<InJson<Omit<Board, 'kernel'>>>, Flat<Omit<z.output<typeof boardSchema>, 'kernel'>>>
>;
