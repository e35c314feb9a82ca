/**
 * Options of the command line as a table: parsing, --help and shell completion all come from it.
 */
import { nearest } from '../core/nearest.ts';
import type { RunningSystem } from '../core/system.ts';
import { UsageError } from './io.ts';

export { nearest };

export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** Name of the value in help, `FILE` for a file; undefined for a switch. */
  readonly value?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  readonly repeatable?: boolean;
  /** Takes all words up to the next option. */
  readonly greedy?: boolean;
  readonly help: string;
}

/** Values by option name: true for a switch, a list for a repeatable option. */
export interface ParsedOptions {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  /** The running system that stands in where the command line says nothing: a snapshot is the input. */
  readonly system?: RunningSystem;
}

/** The last value of an option. */
export function optionValue(options: ParsedOptions, name: string): string | undefined {
  return options.values.get(name)?.at(-1);
}

/** All values of a repeatable option. */
export function optionValues(options: ParsedOptions, name: string): readonly string[] {
  return options.values.get(name) ?? [];
}

/** The value of an option with choices, narrowed by the table that the choices came from. */
export function choiceOf<T extends string>(
  options: ParsedOptions,
  name: string,
  choices: readonly T[],
  fallback: T,
): T {
  const value = optionValue(options, name);
  return choices.find((choice) => choice === value) ?? fallback;
}

/** The value of an option that is a whole number in a range. */
export function numberOf(
  options: ParsedOptions,
  name: string,
  fallback: number,
  range: { readonly least: number; readonly most: number },
): number {
  const value = optionValue(options, name);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < range.least || number > range.most) {
    throw new UsageError(
      `--${name} takes a whole number from ${range.least} to ${range.most}, not '${value}'`,
    );
  }
  return number;
}

function hint(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** Reads arguments against a table. Everything behind `--` is an operand. Throws UsageError. */
export function parseOptions(args: readonly string[], specs: readonly OptionSpec[]): ParsedOptions {
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  const queue = [...args];
  while (queue.length > 0) {
    const word = queue.shift()!;
    if (word === '--') {
      operands.push(...queue);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    const spec = specs.find((one) => `--${one.name}` === name || (one.short && `-${one.short}` === name));
    if (spec === undefined) {
      throw new UsageError(
        `unknown option ${name}${hint(
          name,
          specs.map((one) => `--${one.name}`),
        )}`,
      );
    }
    if (spec.value === undefined) {
      if (equals >= 0) throw new UsageError(`--${spec.name} takes no value`);
      flags.add(spec.name);
      continue;
    }
    const value = equals >= 0 ? word.slice(equals + 1) : queue.shift();
    if (value === undefined || value === '')
      throw new UsageError(`--${spec.name} needs a value: --${spec.name} ${spec.value}`);
    if (spec.choices !== undefined && !spec.choices.includes(value)) {
      throw new UsageError(
        `--${spec.name} is one of ${spec.choices.join(', ')}; not '${value}'${hint(value, spec.choices)}`,
      );
    }
    const known = spec.repeatable ? (values.get(spec.name) ?? []) : [];
    known.push(value);
    while (spec.greedy && queue[0] !== undefined && !/^-./.test(queue[0])) known.push(queue.shift()!);
    values.set(spec.name, known);
  }
  return { flags, values, operands };
}
