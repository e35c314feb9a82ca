/**
 * The explorer with an engine in which every task shows where it stands: its function, the yield, and all its parameters and local
 * variables that are used behind that yield. Nobody but tests can look into a generator like that.
 */
import { parseAst } from 'rolldown/parseAst';
import { changedExplorer, type Explorer } from './changed-engine.ts';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function visit(
  value: unknown,
  enter: (node: Node, parents: readonly Node[]) => boolean,
  parents: Node[] = [],
): void {
  if (Array.isArray(value)) {
    for (const part of value) visit(part, enter, parents);
    return;
  }
  if (!isNode(value) || !enter(value, parents)) return;
  for (const key of Object.keys(value)) visit(value[key], enter, [...parents, value]);
}

function isGenerator(node: Node): boolean {
  return /^Function(Declaration|Expression)$/.test(node.type) && node.generator === true && isNode(node.body);
}

function isType(node: Node): boolean {
  return node.type.startsWith('TS') && node.type !== 'TSNonNullExpression' && node.type !== 'TSAsExpression';
}

/** The names that a pattern declares. */
function namesIn(pattern: unknown): string[] {
  const names: string[] = [];
  visit(pattern, (node, parents) => {
    const parent = parents.at(-1);
    const isKey = parent?.type === 'Property' && parent.key === node && parent.value !== node;
    const isDefault = parent?.type === 'AssignmentPattern' && parent.right === node;
    if (isType(node) || isKey || isDefault) return false;
    if (node.type === 'Identifier') names.push(node.name as string);
    return true;
  });
  return names;
}

interface Variable {
  readonly name: string;
  /** Where it begins to have a value, and where the statement that gives it one ends. */
  readonly start: number;
  readonly end: number;
}

interface Body {
  readonly variables: Variable[];
  readonly uses: Map<string, number[]>;
  readonly loops: Node[];
  readonly yields: { readonly node: Node; readonly assigned: string | undefined }[];
}

function readBody(generator: Node): Body {
  const body: Body = { variables: [], uses: new Map(), loops: [], yields: [] };
  for (const name of namesIn(generator.params))
    body.variables.push({ name, start: generator.start, end: (generator.body as Node).start });
  visit(generator.body, (node, parents) => {
    if (isGenerator(node) || isType(node)) return false;
    if (/^(For|While|DoWhile).*Statement$/.test(node.type)) body.loops.push(node);
    if (node.type === 'VariableDeclarator') {
      // The variable of for-of has its value before the body of the loop.
      const loop = parents.at(-2);
      const end = loop?.type === 'ForOfStatement' ? (loop.body as Node).start : node.end;
      for (const name of namesIn(node.id)) body.variables.push({ name, start: node.start, end });
    }
    if (node.type === 'Identifier') {
      const name = node.name as string;
      body.uses.set(name, [...(body.uses.get(name) ?? []), node.start]);
    }
    if (node.type === 'YieldExpression') {
      const parent = parents.findLast(
        ({ type }) => type !== 'TSAsExpression' && type !== 'ParenthesizedExpression',
      );
      const isAssigned =
        parent?.type === 'AssignmentExpression' && parent.right === node && parent.operator === '=';
      const target = isAssigned ? (parent.left as Node) : undefined;
      body.yields.push({
        node,
        assigned: target?.type === 'Identifier' ? (target.name as string) : undefined,
      });
    }
    return true;
  });
  return body;
}

/** The variables that have a value before a yield and are used behind it. */
function liveAt({ variables, uses, loops }: Body, at: Node, assigned: string | undefined): string[] {
  const around = loops.filter(({ start, end }) => start <= at.start && at.end <= end);
  const live = variables.filter((variable) => {
    const { name, start, end } = variable;
    if (end > at.start || name === assigned) return false;
    const later = (uses.get(name) ?? []).filter((use) => use > start);
    return later.some(
      (use) =>
        use >= at.end || around.some((loop) => loop.start > start && loop.start <= use && use <= loop.end),
    );
  });
  return [...new Set(live.map(({ name }) => name))];
}

/** The source with every task telling `globalThis.framesOfTasks` where it stands. */
export function framed(path: string, source: string): string {
  const edits: { readonly at: number; readonly text: string }[] = [];
  visit(parseAst(source, { lang: 'ts' }), (generator) => {
    if (!isGenerator(generator)) return true;
    const body = readBody(generator);
    const name = `${path} ${isNode(generator.id) ? (generator.id.name as string) : 'task'}`;
    const { start, end } = generator.body as Node;
    edits.push({
      at: start + 1,
      text: ` const framed_ = globalThis.framesOfTasks.enter(${JSON.stringify(name)}); try { `,
    });
    edits.push({ at: end - 1, text: ' } finally { globalThis.framesOfTasks.leave(framed_); } ' });
    for (const [index, { node, assigned }] of body.yields.entries()) {
      const live = liveAt(body, node, assigned).join(', ');
      edits.push({ at: node.start, text: `(globalThis.framesOfTasks.at(framed_, ${index}, { ${live} }), ` });
      edits.push({ at: node.end, text: ')' });
    }
    return true;
  });
  let result = '';
  let done = 0;
  for (const { at, text } of edits.toSorted((one, other) => one.at - other.at)) {
    result += source.slice(done, at) + text;
    done = at;
  }
  return result + source.slice(done);
}

interface TaskFrame {
  readonly name: string;
  place: number;
  variables: Readonly<Record<string, unknown>>;
}

/** The frames of each thread, outermost first. */
export class FramesOfTasks {
  thread: object = {};
  readonly #frames = new WeakMap<object, TaskFrame[]>();
  readonly #owners = new WeakMap<TaskFrame, object>();

  of(thread: object): readonly TaskFrame[] {
    return this.#frames.get(thread) ?? [];
  }

  enter(name: string): TaskFrame {
    const frame: TaskFrame = { name, place: -1, variables: {} };
    const frames = this.#frames.get(this.thread) ?? [];
    this.#frames.set(this.thread, frames);
    frames.push(frame);
    this.#owners.set(frame, this.thread);
    return frame;
  }

  at(frame: TaskFrame, place: number, variables: Readonly<Record<string, unknown>>): void {
    frame.place = place;
    frame.variables = variables;
  }

  leave(frame: TaskFrame): void {
    const frames = this.#frames.get(this.#owners.get(frame)!)!;
    frames.splice(frames.indexOf(frame), 1);
  }
}

const TASKS = /^(pm|links|probe|scenarios|explore)\//;

export interface FramedExplorer {
  readonly explorer: Explorer;
  readonly frames: FramesOfTasks;
}

/** The explorer on such an engine, and the frames that its tasks are in; `change` comes before. */
export async function framedExplorer(
  change: (path: string, source: string) => string = (_, source) => source,
): Promise<FramedExplorer> {
  const frames = new FramesOfTasks();
  (globalThis as unknown as { framesOfTasks: FramesOfTasks }).framesOfTasks = frames;
  const head =
    'function run<State>(thread: Thread, answer: number, state: State, around: Surroundings<State>): Advance {';
  let isTold = false;
  const explorer = await changedExplorer((path, source) => {
    if (!TASKS.test(path)) return source;
    const changed = framed(path, change(path, source));
    if (path !== 'explore/thread.ts') return changed;
    isTold = changed.includes(head);
    return changed.replace(head, `${head} globalThis.framesOfTasks.thread = thread;`);
  });
  if (!isTold) throw new Error('src/explore/thread.ts runs its threads elsewhere now');
  return { explorer, frames };
}
