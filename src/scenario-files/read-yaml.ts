/**
 * YAML and JSON as plain data, with the place of every value. The text comes from outside: its size, its depth and what its
 * aliases come to are bounded, and what YAML has beyond plain data is refused.
 */
import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  Scalar,
} from 'yaml';
import { InputError, type Place } from '../core/diagnostic.ts';
import { Complaints, type KeyPath, type PlaceOf } from './complaints.ts';

/** Bytes of a text. */
export const TEXT_LIMIT = 1 << 20;
/** Values in a text, with what its aliases stand for. */
export const VALUE_LIMIT = 500_000;
/** Maps and lists inside one another. */
export const DEPTH_LIMIT = 64;

export interface YamlText {
  readonly value: unknown;
  /** Line and column of a value, or of the key that leads to it; of the nearest value around one that is not there. */
  readonly placeOf: PlaceOf;
}

function decode(bytes: Uint8Array | string, input: string): string {
  const size = typeof bytes === 'string' ? bytes.length : bytes.byteLength;
  if (size > TEXT_LIMIT) {
    const hint = 'shorten it with repeat, or write it in the command language (.scn)';
    throw new InputError(
      'scenario-size',
      { input },
      `${size} bytes; there may be ${TEXT_LIMIT} at most`,
      hint,
    );
  }
  if (typeof bytes === 'string') return bytes;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError('scenario-encoding', { input }, 'is not UTF-8', 'save it as UTF-8');
  }
}

/** The nodes that aliases stand for, as their anchors stood where the alias is. */
type Targets = Map<Alias, Node>;

/** Converts nodes to plain data. */
class Conversion {
  readonly targets: Targets;
  readonly complaints: Complaints;
  readonly #anchors = new Map<string, Node>();
  #values = 0;

  constructor(placeOf: PlaceOf, targets: Targets) {
    this.complaints = new Complaints(placeOf);
    this.targets = targets;
  }

  #fail(path: KeyPath, what: string, hint?: string): never {
    this.complaints.add(path, what, hint);
    this.complaints.throwIfAny();
    throw new Error('a complaint was lost');
  }

  plain(node: unknown, path: KeyPath): unknown {
    if (++this.#values > VALUE_LIMIT)
      this.#fail([], `more than ${VALUE_LIMIT} values with all aliases`, 'shorten it');
    if (path.length > DEPTH_LIMIT)
      this.#fail(path.slice(0, DEPTH_LIMIT), `more than ${DEPTH_LIMIT} levels deep`, 'flatten it');
    if (isAlias(node)) {
      const target = this.targets.get(node) ?? this.#anchors.get(node.source);
      if (target === undefined) return this.#fail(path, `there is no anchor '${node.source}' before`);
      this.targets.set(node, target);
      return this.plain(target, path);
    }
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
      if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
        this.#fail(path, `the tag ${node.tag} means nothing here`, 'leave it out');
    }
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((item, at) => this.plain(item, [...path, at]));
    return isMap(node) ? this.#map(node.items, path) : null;
  }

  #map(items: readonly { readonly key: unknown; readonly value: unknown }[], path: KeyPath): unknown {
    const result: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const name = keyText(key);
      if (name === undefined) return this.#fail(path, 'a key is no text', 'write plain keys');
      if (name === '__proto__') return this.#fail(path, "'__proto__' cannot be a key", 'take another name');
      if (Object.hasOwn(result, name)) {
        this.complaints.add([...path, name], `a second '${name}' in one map`, 'remove one of the two', true);
        continue;
      }
      result[name] = this.plain(value, [...path, name]);
    }
    return result;
  }
}

/** A key as it is written: `10` stays that. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.value === null ? undefined : (key.source ?? String(key.value));
}

/** Follows a path through nodes as far as it goes; the last key of the path may be asked for instead of its value. */
function nodeAt(
  document: Document,
  targets: Targets,
  path: KeyPath,
  wantsKey: boolean,
): { node: unknown; line: number } {
  let node: unknown = document.contents;
  for (const [at, step] of path.entries()) {
    while (isAlias(node)) node = targets.get(node);
    const isLast = at === path.length - 1;
    if (isMap(node)) {
      // Of a key that is there twice the second is the fault.
      const pair = node.items.findLast(({ key }) => keyText(key) === String(step));
      if (pair === undefined) return { node, line: 0 };
      const isEmpty = pair.value === null || (isScalar(pair.value) && pair.value.value === null);
      if ((isLast && wantsKey) || isEmpty) return { node: pair.key, line: 0 };
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)];
      if (item === undefined) return { node, line: 0 };
      node = item;
    } else {
      const isBlock = isScalar(node) && node.type === Scalar.BLOCK_LITERAL;
      return { node, line: isBlock && typeof step === 'number' ? step + 1 : 0 };
    }
  }
  return { node, line: 0 };
}

/**
 * The tokens of a text, from a parser that does not call itself. Its faults and its depth are looked at here, since what comes
 * behind it does: at the end of the stack a regular expression that is compiled then takes the whole program with it.
 */
function tokensOf(source: string, lines: LineCounter, at: (offset: number) => Place): CST.Token[] {
  const tokens: CST.Token[] = [];
  for (const token of new Parser(lines.addNewLine).parse(source)) {
    if (token.type === 'error')
      throw new InputError('scenario-yaml', at(token.offset), firstLine(token.message));
    tokens.push(token);
    checkDepth(token, at);
  }
  return tokens;
}

function checkDepth(root: CST.Token, at: (offset: number) => Place): void {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token: root, depth: 0 }];
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { token, depth } = top;
    if (depth > DEPTH_LIMIT)
      throw new InputError(
        'scenario-yaml',
        at(token.offset),
        `more than ${DEPTH_LIMIT} levels deep`,
        'flatten it',
      );
    if (token.type === 'document' && token.value !== undefined) open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
}

/** The only document of a text. */
function composed(tokens: readonly CST.Token[], length: number, at: (offset: number) => Place): Document {
  const composer = new Composer({ schema: 'core', version: '1.2', prettyErrors: false, uniqueKeys: false });
  const [document, second] = composer.compose(tokens, true, length);
  const [fault] = [...document!.errors, ...document!.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (fault !== undefined)
    throw new InputError('scenario-yaml', at(fault.pos[0]), yamlFault(fault.code, fault.message));
  if (second !== undefined) {
    const what = 'a second document begins; one file is one scenario';
    throw new InputError('scenario-yaml', at(second.range[0]), what);
  }
  return document!;
}

/** Plain data of a YAML or JSON text. Throws InputError with line and column. */
export function readYaml(bytes: Uint8Array | string, input: string): YamlText {
  const source = decode(bytes, input);
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { input, line, column: col };
  };
  const document = composed(tokensOf(source, lines, at), source.length, at);
  const targets: Targets = new Map();
  const placeOf: PlaceOf = (path, key = false) => {
    const { node, line } = nodeAt(document, targets, path, key);
    const offset = (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
    const place = at(offset);
    return line === 0 ? place : { input, line: place.line! + line, column: 1 };
  };
  const conversion = new Conversion(placeOf, targets);
  const value = conversion.plain(document.contents, []);
  conversion.complaints.throwIfAny();
  return { value, placeOf };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

/** Words for the faults that people make, else the library's. */
function yamlFault(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'a tab indents; indent with spaces';
    default:
      return firstLine(message);
  }
}
