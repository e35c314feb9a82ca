/**
 * Reads the DOT that devgraph writes, by the grammar of the language, for tests: double-quoted strings in which only `\"` is
 * an escape, identifiers, attribute lists, subgraphs. Anything else is an error.
 */
export interface DotNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Label of the innermost cluster around it. */
  readonly cluster: string | undefined;
}

export interface DotEdge {
  readonly from: string;
  readonly to: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface DotGraph {
  readonly nodes: readonly DotNode[];
  readonly edges: readonly DotEdge[];
}

const TOKEN = /\s*(?:"((?:\\.|[^"\\])*)"|([A-Za-z_][A-Za-z0-9_]*|[0-9.]+)|(->|[{}[\];,=]))/sy;

type Token = { readonly kind: 'string' | 'word' | 'mark'; readonly text: string };

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`no DOT at ${JSON.stringify(text.slice(at, at + 40))}`);
    const [, quoted, word, mark] = match;
    if (quoted !== undefined) found.push({ kind: 'string', text: quoted.replaceAll('\\"', '"') });
    else found.push({ kind: word === undefined ? 'mark' : 'word', text: (word ?? mark)! });
  }
  return found;
}

/** What a label shows: its lines. `\\` is a backslash, `\n` a line break, `&amp;` an ampersand; no other escape may be there. */
export function labelLines(label: string): string[] {
  return label.split(/(?<=(?<!\\)(?:\\\\)*)\\n/).map((line) =>
    line.replace(/\\(.?)|&(amp;)?/g, (whole, escaped: string | undefined, entity: string | undefined) => {
      if (escaped === '\\') return '\\';
      if (entity !== undefined) return '&';
      throw new Error(`'${whole}' means something in ${JSON.stringify(line)}`);
    }),
  );
}

export function readDot(text: string): DotGraph {
  const all = tokens(text);
  let at = 0;
  const peek = () => all[at] ?? { kind: 'mark', text: 'the end' };
  const take = (expected?: string): string => {
    const token = peek();
    if (expected !== undefined && (token.kind === 'string' || token.text !== expected)) {
      throw new Error(`${token.text} where ${expected} should be`);
    }
    at++;
    return token.text;
  };
  const nodes: DotNode[] = [];
  const edges: DotEdge[] = [];
  const attributeList = (): Record<string, string> => {
    const attributes: Record<string, string> = {};
    if (peek().text !== '[' || peek().kind !== 'mark') return attributes;
    take('[');
    for (;;) {
      const name = take();
      take('=');
      attributes[name] = take();
      if (peek().text === ']') break;
      take(',');
    }
    take(']');
    return attributes;
  };
  const statements = (cluster: { label?: string }): void => {
    while (peek().text !== '}' || peek().kind === 'string') {
      const token = peek();
      if (token.kind === 'word' && token.text === 'subgraph') {
        at += 2;
        take('{');
        statements({});
        take('}');
        continue;
      }
      const name = take();
      if (token.kind === 'word' && peek().text === '=') {
        take('=');
        const value = take();
        if (name === 'label') cluster.label = value;
      } else if (token.kind === 'word') {
        attributeList();
      } else if (peek().text === '->') {
        take('->');
        if (peek().kind !== 'string') throw new Error(`${peek().text} is no node name`);
        const to = take();
        edges.push({ from: name, to, attributes: attributeList() });
      } else {
        nodes.push({ name, attributes: attributeList(), cluster: cluster.label });
      }
      take(';');
    }
  };
  take('digraph');
  take('devgraph');
  take('{');
  statements({});
  take('}');
  if (at !== all.length) throw new Error(`${peek().text} behind the graph`);
  return { nodes, edges };
}
