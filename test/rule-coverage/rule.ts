/**
 * Rules of the kernel as the coverage table lists them: each in our words, with the place in the model that keeps it and what
 * the model would do without it. A recording tells a rule if it is not replayed any more once the rule is changed.
 */

/**
 * A piece of code that stands once in its file, and what stands there otherwise: an expression, whole statements, or a property
 * `name: value`, of which the value changes. Where only « a part » of it is meant, that is the expression or statement.
 */
export interface CodeChange {
  readonly kind: 'code';
  readonly file: string;
  readonly code: string;
  readonly otherwise: string;
}

export const MACHINES = ['runtime PM', 'device link', 'DMA channel'] as const;
export type MachineName = (typeof MACHINES)[number];

/** Rows of a machine's table: without them their event would find the next row. `guard: null` is the row without one. */
export interface RowsChange {
  readonly kind: 'rows';
  readonly machine: MachineName;
  readonly state?: string;
  readonly event?: string;
  readonly guard?: string | null;
  /** Only this action of the rows is left out. */
  readonly action?: string;
}

/** The model does not have it. */
export interface NotModelled {
  readonly kind: 'not modelled';
  readonly because: string;
}

export interface Rule {
  readonly rule: string;
  readonly change: CodeChange | RowsChange | NotModelled;
}

export interface Section {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** What one sheet of rules is about. */
export interface Sheet {
  readonly title: string;
  readonly sections: readonly Section[];
}

/** A rule kept by code of one file. */
export function inFile(file: string) {
  return (rule: string, code: string, otherwise: string): Rule => ({
    rule,
    change: { kind: 'code', file: `src/${file}`, code, otherwise },
  });
}

/** A rule kept by rows of a machine. */
export function inMachine(machine: MachineName) {
  return (rule: string, rows: Omit<RowsChange, 'kind' | 'machine'>): Rule => ({
    rule,
    change: { kind: 'rows', machine, ...rows },
  });
}

export function notModelled(rule: string, because: string): Rule {
  return { rule, change: { kind: 'not modelled', because } };
}
