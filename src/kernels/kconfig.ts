/**
 * Kconfig files, as far as it takes to say what an option is called, what it depends on, and which dependency a configuration lacks.
 * Follows Documentation/kbuild/kconfig-language.rst.
 */

/** One option, all its definitions together. */
export interface KconfigOption {
  readonly name: string;
  /** What menuconfig shows; undefined for an option that only others select. */
  readonly prompt: string | undefined;
  /** The conditions of its definitions, own and of enclosing blocks and menus; one has to hold. Empty where there is none. */
  readonly dependsOn: readonly string[];
  /** File of the first definition, below the root of the source. */
  readonly file: string;
}

/** Reads a file below the root of the source; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

interface Definition {
  prompt: string | undefined;
  readonly conditions: string[];
  readonly file: string;
}

/** Blocks that end with their own word. */
type Block = { readonly word: string; readonly conditions: string[] };

/** Deeper nesting of `source` than this is a circle. */
const DEEPEST = 32;

/** Lines with those that end in a backslash joined. */
function logicalLines(text: string): string[] {
  return text.replace(/\\\r?\n/g, ' ').split(/\r?\n/);
}

const indentOf = (line: string): number => /^[\t ]*/.exec(line)![0].replaceAll('\t', '        ').length;

/** Reads the options of an architecture from its `Kconfig` on. */
class Reader {
  readonly options = new Map<string, Definition[]>();
  readonly #read: ReadText;
  readonly #architecture: string;
  readonly #visited = new Set<string>();

  constructor(read: ReadText, architecture: string) {
    this.#read = read;
    this.#architecture = architecture;
  }

  file(path: string, outer: readonly string[], depth: number): void {
    if (depth > DEEPEST || this.#visited.has(path)) return;
    const text = this.#read(path);
    if (text === undefined) return;
    this.#visited.add(path);
    const blocks: Block[] = [];
    let definition: Definition | undefined;
    let target: string[] | undefined;
    let helpIndent: number | undefined;
    const conditions = () => [...outer, ...blocks.flatMap((block) => block.conditions)];
    for (const line of logicalLines(text)) {
      if (helpIndent !== undefined) {
        if (line.trim() === '') continue;
        if (helpIndent < 0) helpIndent = Math.max(indentOf(line), 1);
        if (indentOf(line) >= helpIndent) continue;
        helpIndent = undefined;
      }
      const [, word = '', rest = ''] = /^\s*([a-z-]+)\s*(.*?)\s*$/.exec(line.replace(/(^|\s)#.*$/, '')) ?? [];
      switch (word) {
        case 'config':
        case 'menuconfig': {
          const name = /^\w+$/.exec(rest)?.[0];
          if (name === undefined) break;
          definition = { prompt: undefined, conditions: conditions(), file: path };
          target = definition.conditions;
          this.options.set(name, [...(this.options.get(name) ?? []), definition]);
          break;
        }
        case 'if':
        case 'menu':
        case 'choice':
          definition = undefined;
          blocks.push({ word, conditions: word === 'if' ? [rest] : [] });
          target = blocks.at(-1)!.conditions;
          break;
        case 'endif':
        case 'endmenu':
        case 'endchoice':
          definition = undefined;
          target = undefined;
          blocks.pop();
          break;
        case 'comment':
          definition = undefined;
          target = undefined;
          break;
        case 'source':
        case 'rsource':
        case 'osource':
          this.#source(path, word, rest, conditions(), depth);
          break;
        case 'bool':
        case 'tristate':
        case 'prompt':
        case 'string':
        case 'hex':
        case 'int':
          if (definition) definition.prompt ??= /^"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1];
          break;
        case 'depends':
          target?.push(rest.replace(/^on\s+/, ''));
          break;
        case 'help':
          helpIndent = -1;
      }
    }
  }

  #source(path: string, word: string, rest: string, outer: readonly string[], depth: number): void {
    const name = /^"?([^"\s]+)"?/.exec(rest)?.[1]?.replace(/\$\(?SRCARCH\)?/g, this.#architecture);
    if (name === undefined || name.includes('$') || name.split('/').includes('..') || name.startsWith('/'))
      return;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    this.file(word === 'rsource' ? `${folder}${name}` : name, outer, depth + 1);
  }
}

/** All options that the source has for an architecture (arm64, arm, riscv), by name. */
export function readKconfig(read: ReadText, architecture: string): ReadonlyMap<string, KconfigOption> {
  const reader = new Reader(read, architecture);
  reader.file('Kconfig', [], 0);
  return new Map(
    [...reader.options].map(([name, definitions]) => {
      const conditions = definitions.map((one) =>
        one.conditions.map((text) => (/\|\|/.test(text) ? `(${text})` : text)).join(' && '),
      );
      return [
        name,
        {
          name,
          prompt: definitions.find(({ prompt }) => prompt !== undefined)?.prompt,
          dependsOn: conditions.includes('') ? [] : conditions,
          file: definitions[0]!.file,
        },
      ];
    }),
  );
}

/** Values of a configuration: y, m, or a text; options that are not set are missing. */
export type ConfigValues = ReadonlyMap<string, string>;

/** A .config file. */
export function readConfig(text: string): ConfigValues {
  return new Map([...text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]));
}

const LEVELS: Readonly<Record<string, number>> = { y: 2, m: 1, n: 0 };

/** An expression being read: each part by the grammar of the language, 0 for n, 1 for m, 2 for y. */
class Expression {
  readonly #tokens: string[];
  readonly #values: ConfigValues;
  #at = 0;

  constructor(text: string, values: ConfigValues) {
    this.#tokens = text.match(/\$\([^)]*\)|"[^"]*"|'[^']*'|&&|\|\||!=|<=|>=|[()!=<>]|[\w.-]+/g) ?? [];
    this.#values = values;
  }

  or(depth = 0): number {
    let value = this.#and(depth);
    while (this.#take('||')) value = Math.max(value, this.#and(depth));
    return value;
  }

  #and(depth: number): number {
    let value = this.#not(depth);
    while (this.#take('&&')) value = Math.min(value, this.#not(depth));
    return value;
  }

  #not(depth: number): number {
    // What nests deeper is nobody's Kconfig.
    if (depth > 100) return 2;
    if (this.#take('!')) return 2 - this.#not(depth + 1);
    if (this.#take('(')) {
      const value = this.or(depth + 1);
      this.#take(')');
      return value;
    }
    const left = this.#tokens[this.#at++] ?? 'y';
    const operator = ['=', '!=', '<', '>', '<=', '>='].find((one) => this.#take(one));
    if (operator === undefined) return this.#level(left);
    const right = this.#tokens[this.#at++] ?? 'y';
    if (operator !== '=' && operator !== '!=') return 2;
    return (this.#text(left) === this.#text(right)) === (operator === '=') ? 2 : 0;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #text(token: string): string {
    if (/^["']/.test(token)) return token.slice(1, -1);
    return token in LEVELS ? token : (this.#values.get(token) ?? 'n').replace(/^"(.*)"$/, '$1');
  }

  /** What only a shell or a compiler can tell counts as given. */
  #level(token: string): number {
    if (token.startsWith('$(')) return 2;
    return LEVELS[this.#text(token)] ?? 0;
  }
}

/** Parts of an expression that `&&` joins at its top level. */
function conjuncts(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    else if (depth === 0 && text.startsWith('&&', at)) {
      parts.push(text.slice(start, at));
      start = at + 2;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim()).filter((part) => part !== '');
}

/** The conditions that keep an option from being set in a configuration: those of the definition that lacks fewest; empty if none do. */
export function missingDependencies({ dependsOn }: KconfigOption, values: ConfigValues): string[] {
  const lacking = dependsOn.map((text) =>
    [...new Set(conjuncts(text))].filter((part) => new Expression(part, values).or() === 0),
  );
  return lacking.toSorted((a, b) => a.length - b.length)[0] ?? [];
}
