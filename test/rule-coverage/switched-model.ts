/**
 * The model built once with a switch at the place of each rule: a switch notes that the model came there, and one of them at a
 * time makes it do something else.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import type { CompiledMachine } from '../../src/core/compiled-machine.ts';
import { type CodeChange, MACHINES, type MachineName } from './rule.ts';

type Subject = typeof import('./subject.ts');

/** A part of a row of a machine that can be left out; a number is that of an action. */
export type RowPart = 'guard' | 'target' | 'result' | number;

export interface SwitchedModel extends Subject {
  readonly switches: Switches;
}

/** The table that the built model runs a machine by. */
export function tableOf(model: Subject, machine: MachineName): CompiledMachine {
  return {
    'runtime PM': model.RUNTIME_TABLE,
    'device link': model.LINK_TABLE,
    'DMA channel': model.CHANNEL_TABLE,
  }[machine];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Bit of no guard: a row that asks for it is never taken. */
const NEVER = 1 << 30;
/** An errno that no rule returns. */
const WRONG_RESULT = -77;

/** A board asks less than a million. */
const MOST_QUESTIONS = 5_000_000;

/** State of the switches, which the built model asks through a global of this name. */
export class Switches {
  /** Numbers of the code changes that were come to. */
  readonly come = new Set<number>();
  /** Rows taken, as `machine/row`. */
  readonly rows = new Set<string>();
  /** Questions and rows in one replay, past which it counts as endless. */
  most = MOST_QUESTIONS;
  #code = -1;
  #asked = 0;
  #out: { machine: MachineName; rows: readonly number[]; part: RowPart | 'all' } | undefined;
  readonly #machines: ReadonlyMap<MachineName, CompiledMachine>;
  readonly #restore: (() => void)[] = [];

  constructor(machines: ReadonlyMap<MachineName, CompiledMachine>) {
    this.#machines = machines;
    for (const [name, machine] of machines) {
      machine.watcher = (row) => {
        this.rows.add(`${name}/${row}`);
        this.#count();
      };
    }
  }

  #count(): void {
    if (++this.#asked > this.most) throw new Error('endless');
  }

  /** Asked by the built model: whether code change `number` is made. Throws in an endless loop. */
  code(number: number): boolean {
    this.come.add(number);
    this.#count();
    return number === this.#code;
  }

  /** Asked by the built model: whether a part of a row is left out. */
  leavesOut(machine: MachineName, row: number, part: RowPart): boolean {
    const out = this.#out;
    if (out === undefined || out.machine !== machine || !out.rows.includes(row)) return false;
    return out.part === part || out.part === 'all';
  }

  /** Asked by the built model: the result of a row. */
  result<T>(machine: MachineName, row: number, result: T, wrong: T | number = WRONG_RESULT): T | number {
    return this.leavesOut(machine, row, 'result') ? wrong : result;
  }

  forgetWhatWasCome(): void {
    this.#asked = 0;
    this.come.clear();
    this.rows.clear();
  }

  /** Makes one code change. */
  changeCode(number: number): void {
    this.#code = number;
  }

  /** Leaves rows out: those with a guard are never taken, others do nothing and return a wrong result. */
  leaveOutRows(machine: MachineName, rows: readonly number[]): void {
    const { needs } = this.#machines.get(machine)!;
    for (const row of rows) {
      const guard = needs[row]!;
      if (guard === 0) continue;
      needs[row] = NEVER;
      this.#restore.push(() => {
        needs[row] = guard;
      });
    }
    this.#out = { machine, rows, part: 'all' };
  }

  /** Leaves out an action of rows. */
  leaveOutAction(machine: MachineName, rows: readonly number[], action: string): void {
    const { transitions } = this.#machines.get(machine)!;
    const [at] = new Set(rows.map((row) => transitions[row]!.actions.indexOf(action)));
    if (at === undefined || at < 0) throw new Error(`${action} is no action of these rows`);
    this.#out = { machine, rows, part: at };
  }

  /** Leaves out one part of a row. */
  leaveOut(machine: MachineName, row: number, part: RowPart): void {
    if (part === 'guard') this.leaveOutRows(machine, [row]);
    else this.#out = { machine, rows: [row], part };
  }

  /** All rules as they are. */
  reset(): void {
    this.#code = -1;
    this.#asked = 0;
    this.#out = undefined;
    for (const restore of this.#restore.splice(0)) restore();
  }
}

const GLOBAL = 'devgraphSwitches';
const ASK = `globalThis.${GLOBAL}`;

/** Where the engine carries out rows, and the same with switches. */
const ROW_SWITCHES: readonly CodeChange[] = [
  {
    kind: 'code',
    file: 'src/pm/runtime-rules.ts',
    code: 'if (target !== undefined) updateRuntimeStatus',
    otherwise: `if (target !== undefined && !${ASK}.leavesOut('runtime PM', row, 'target')) updateRuntimeStatus`,
  },
  {
    kind: 'code',
    file: 'src/pm/runtime-rules.ts',
    code: 'actions[index]!(world, id, parent);',
    otherwise: `if (!${ASK}.leavesOut('runtime PM', row, index)) actions[index]!(world, id, parent);`,
  },
  {
    kind: 'code',
    file: 'src/pm/runtime-rules.ts',
    code: 'return OUTCOMES[row]!;',
    otherwise: `return ${ASK}.result('runtime PM', row, OUTCOMES[row]!);`,
  },
  {
    kind: 'code',
    file: 'src/links/link-transitions.ts',
    code: 'if (warning !== undefined) warnOn',
    otherwise: `if (warning !== undefined && !${ASK}.leavesOut('device link', row, 0)) warnOn`,
  },
  {
    kind: 'code',
    file: 'src/links/link-transitions.ts',
    code: 'if (target !== undefined) link.status',
    otherwise: `if (target !== undefined && !${ASK}.leavesOut('device link', row, 'target')) link.status`,
  },
  {
    kind: 'code',
    file: 'src/links/link-transitions.ts',
    code: 'return outcome;',
    otherwise: `return ${ASK}.result('device link', row, outcome, undefined);`,
  },
  {
    kind: 'code',
    file: 'src/dma/channel-transitions.ts',
    code: 'if (target !== undefined) channel.state',
    otherwise: `if (target !== undefined && !${ASK}.leavesOut('DMA channel', row, 'target')) channel.state`,
  },
  {
    kind: 'code',
    file: 'src/dma/channel-transitions.ts',
    code: 'return OUTCOMES[row]!;',
    otherwise: `return ${ASK}.result('DMA channel', row, OUTCOMES[row]!);`,
  },
];

interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The code around the part that is meant, and that part. */
function partsOf(code: string): { before: string; part: string; behind: string } {
  const [before = '', rest] = code.split('«');
  if (rest !== undefined) {
    const [part = '', behind = ''] = rest.split('»');
    return { before, part, behind };
  }
  const name = /^(?:'[^']*'|\w+): (?=\S)/.exec(code)?.[0] ?? '';
  return { before: name, part: code.slice(name.length), behind: '' };
}

function placeOf(text: string, { file, code }: CodeChange): { from: number; to: number } {
  const { before, part, behind } = partsOf(code);
  const whole = before + part + behind;
  const from = text.indexOf(whole);
  if (from < 0) throw new Error(`${file} has no ${JSON.stringify(whole)}`);
  if (text.indexOf(whole, from + 1) >= 0) throw new Error(`${file} has ${JSON.stringify(whole)} twice`);
  return { from: from + before.length, to: from + before.length + part.length };
}

function isStatement(code: string): boolean {
  return /[;}]$/.test(code.trimEnd());
}

/** Code with a switch for each of its changes. */
function switched(code: string, changes: readonly (readonly [number: number, otherwise: string])[]): string {
  return changes.reduce(
    (otherwise, [number, change]) =>
      isStatement(code)
        ? `{ if (${ASK}.code(${number})) { ${change} } else ${otherwise} }`
        : `(${ASK}.code(${number}) ? (${change}) : ${otherwise})`,
    isStatement(code) ? `{ ${code} }` : `(${code})`,
  );
}

/** The text of a file with switches in it. Changes of the same code share their place, others may not overlap. */
function withSwitches(text: string, file: string, changes: readonly CodeChange[]): string {
  const byCode = new Map<string, [number, string][]>();
  for (const [number, change] of changes.entries()) {
    if (change.file !== file) continue;
    byCode.set(change.code, [...(byCode.get(change.code) ?? []), [number, change.otherwise]]);
  }
  const replacements: Replacement[] = [...byCode].map(([code, here]) => ({
    ...placeOf(text, { kind: 'code', file, code, otherwise: '' }),
    text: switched(partsOf(code).part, here),
  }));
  for (const change of ROW_SWITCHES) {
    if (change.file === file) replacements.push({ ...placeOf(text, change), text: change.otherwise });
  }
  replacements.sort((a, b) => b.from - a.from);
  let result = text;
  let end = text.length;
  for (const { from, to, text: replacement } of replacements) {
    if (to > end) throw new Error(`${file}: changes overlap at ${JSON.stringify(text.slice(from, to))}`);
    result = result.slice(0, from) + replacement + result.slice(to);
    end = from;
  }
  return result;
}

/** Says which changes have no place of their own any more. */
function checkPlaces(changes: readonly CodeChange[]): void {
  const lost = [...changes, ...ROW_SWITCHES].flatMap((change) => {
    try {
      placeOf(repositoryFile(change.file), change);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  if (lost.length === 0) return;
  const what = 'The code of these rules has changed; say in test/rule-coverage/rules-*.ts where it is now';
  throw new Error([what, ...new Set(lost)].join('\n'));
}

/** Builds the model with a switch for each change, and loads it. Throws where a change has no place of its own. */
export async function loadSwitchedModel(changes: readonly CodeChange[]): Promise<SwitchedModel> {
  checkPlaces(changes);
  const seen = new Set<string>();
  const build = await rolldown({
    input: join(ROOT, 'test/rule-coverage/subject.ts'),
    platform: 'node',
    plugins: [
      {
        name: 'switches',
        transform(text, id) {
          const file = relative(ROOT, id);
          seen.add(file);
          return withSwitches(text, file, changes);
        },
      },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'devgraph-coverage-'));
  try {
    const path = join(folder, 'model.mjs');
    await build.write({ file: path, format: 'esm' });
    const unseen = changes.find(({ file }) => !seen.has(file));
    if (unseen !== undefined) throw new Error(`${unseen.file} is no part of the model`);
    // A switch that is asked while the model is loaded would have its say once and for all.
    (globalThis as Record<string, unknown>)[GLOBAL] = {
      code(number: number): never {
        throw new Error(`the code of ${JSON.stringify(changes[number])} runs once`);
      },
    };
    const loaded = (await import(pathToFileURL(path).href)) as Subject;
    const switches = new Switches(
      new Map(MACHINES.map((name): [MachineName, CompiledMachine] => [name, tableOf(loaded, name)])),
    );
    (globalThis as Record<string, unknown>)[GLOBAL] = switches;
    return { ...loaded, switches };
  } finally {
    await build.close();
    rmSync(folder, { recursive: true });
  }
}

/** Text of a file of the repository. */
export function repositoryFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
