/** What a sweep changes: a number of a scenario file, and the values that it takes, with their unit. */
import { nearest } from '../core/nearest.ts';
import type { ScenarioFile } from '../scenario-files/index.ts';

/** A number of the file. */
export interface SweepTarget {
  /** As it was asked for: `uart.autosuspend`. */
  readonly name: string;
  readonly path: readonly (string | number)[];
  /** Texts with units, or whole numbers, in ascending order. */
  readonly values: readonly (string | number)[];
}

/** Points of a sweep. */
export const MOST_POINTS = 10_000;

/** A sweep that cannot be. */
export class SweepFault extends Error {}

interface Unit {
  readonly unit: string;
  readonly factor: number;
}
/** Units by what they measure, the smallest first. */
const UNITS: readonly (readonly Unit[])[] = [
  [
    ['us', 1],
    ['ms', 1e3],
    ['s', 1e6],
    ['min', 6e7],
    ['h', 3.6e9],
  ],
  [
    ['nW', 1],
    ['uW', 1e3],
    ['mW', 1e6],
    ['W', 1e9],
  ],
  [
    ['nJ', 1],
    ['uJ', 1e3],
    ['mJ', 1e6],
    ['J', 1e9],
  ],
].map((kind) => kind.map(([unit, factor]) => ({ unit: unit as string, factor: factor as number })));

/** What the units of each kind are of, with an example; undefined: a plain number. */
const NOUNS = ['time', 'power', 'energy'] as const;
type Noun = (typeof NOUNS)[number];
const EXAMPLES: Readonly<Record<Noun, string>> = { time: '0..5s', power: '1mW..20mW', energy: '0..40uJ' };

const NUMBER = /^(\d+(?:\.\d+)?)([a-zA-Zµ]*)$/;

/** All units of the kind of one; undefined for a plain number. `noun`: what the number is. */
function kindOf(
  unit: string,
  noun: Noun | undefined,
  name: string,
  range: string,
): readonly Unit[] | undefined {
  if (unit === '') {
    if (noun === undefined) return undefined;
    throw new SweepFault(`${name} is a ${noun}, and '${range}' has no unit; write ${EXAMPLES[noun]}`);
  }
  if (noun === undefined)
    throw new SweepFault(`${name} is a plain number, and '${range}' has a unit; write 1..20`);
  const kind = UNITS.find((units) => units.some((one) => one.unit === unit.replace('µ', 'u')));
  if (kind === undefined)
    throw new SweepFault(`${name}: '${unit}' is no unit; there are us, ms, s, min, h, nW to W, nJ to J`);
  if (UNITS.indexOf(kind) !== NOUNS.indexOf(noun))
    throw new SweepFault(`${name} is a ${noun}, and '${unit}' is no unit of one; write ${EXAMPLES[noun]}`);
  return kind;
}

function amount(text: string, unit: string, kind: readonly Unit[] | undefined, name: string): number {
  const match = NUMBER.exec(text);
  if (match === null) throw new SweepFault(`${name}: '${text}' is no number with a unit`);
  const own = match[2] === '' ? unit : match[2]!.replace('µ', 'u');
  const factor = kind === undefined ? 1 : kind.find((one) => one.unit === own)?.factor;
  if (factor === undefined || (kind === undefined && match[2] !== ''))
    throw new SweepFault(`${name}: '${text}' has another unit than the end of the range`);
  return Number(match[1]) * factor;
}

/** Values as texts in the smallest unit of theirs; `grain`: whole multiples of it. */
function texts(
  amounts: readonly number[],
  kind: readonly Unit[] | undefined,
  grain: number,
): (string | number)[] {
  const whole = [...new Set(amounts.map((each) => Math.round(each / grain) * grain))].sort((a, b) => a - b);
  if (kind === undefined) return whole;
  // The largest unit in which all of them are whole numbers.
  const unit = kind.findLast(({ factor }) => whole.every((each) => each % factor === 0))!;
  return whole.map((each) => `${each / unit.factor}${unit.unit}`);
}

/** The noun of a number of the file: what its unit is of. */
function nounOf(value: string | number): Noun | undefined {
  const unit = NUMBER.exec(String(value))?.[2]?.replace('µ', 'u');
  return NOUNS[UNITS.findIndex((units) => units.some((one) => one.unit === unit))];
}

/** The values of `0..5s` (so many points), `0..5s:20`, or `1ms,5ms,20ms`, of a number that is a `noun`. */
function sweepValues(
  text: string,
  name: string,
  noun: Noun | undefined,
  points: number,
  grain: number,
): (string | number)[] {
  const [range, own] = text.split(':') as [string, string | undefined];
  if (own !== undefined && !/^\d{1,5}$/.test(own))
    throw new SweepFault(`${name}: '${own}' is no count of points`);
  const count = own === undefined ? points : Number(own);
  if (count > MOST_POINTS)
    throw new SweepFault(`${name}: ${count} points; there may be ${MOST_POINTS} at most`);
  const parts = range.includes('..') ? range.split('..') : range.split(',');
  const last = NUMBER.exec(parts.at(-1)!.trim());
  if (last === null) throw new SweepFault(`${name}: '${range}' is no range; write 0..5s`);
  const kind = kindOf(last[2]!, noun, name, range);
  const amounts = parts.map((part) => amount(part.trim(), last[2]!.replace('µ', 'u'), kind, name));
  if (!range.includes('..')) {
    const values = texts(amounts, kind, grain);
    if (values.length < 2) throw new SweepFault(`${name}: one value is no sweep; write 0..5s`);
    return values;
  }
  const [from, to] = amounts as [number, number];
  if (parts.length !== 2) throw new SweepFault(`${name}: '${range}' is no range; write 0..5s`);
  if (from > to) throw new SweepFault(`${name}: '${range}' begins behind its end`);
  if (from === to || count < 2) throw new SweepFault(`${name}: a sweep over nothing; write 0..5s`);
  const step = (to - from) / (count - 1);
  const values = texts(
    Array.from({ length: count }, (_, at) => from + at * step),
    kind,
    grain,
  );
  if (values.length < 2) throw new SweepFault(`${name}: '${range}' holds a single value`);
  return values;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How an entry of a list is called: by its name, a stream by its device, a link by both of its ends. */
function entryName(entry: unknown): string | undefined {
  if (typeof entry === 'string') return entry;
  if (!isMap(entry)) return undefined;
  const { name, device, consumer, supplier } = entry;
  if (typeof name === 'string') return name;
  if (typeof device === 'string') return device;
  return typeof consumer === 'string' ? `${consumer}->${String(supplier)}` : undefined;
}

/** The keys or names below a value, as paths. */
function below(value: unknown): { readonly word: string; readonly key: string | number }[] {
  if (Array.isArray(value)) {
    return value.flatMap((entry, key) => {
      const name = entryName(entry);
      return [{ word: String(key), key }, ...(name === undefined ? [] : [{ word: name, key }])];
    });
  }
  return isMap(value) ? Object.keys(value).map((word) => ({ word, key: word })) : [];
}

/** Follows words through a value; names may have dots in them, so the longest that fits comes first. */
function follow(
  value: unknown,
  rest: string,
  path: readonly (string | number)[],
): (string | number)[] | undefined {
  if (rest === '') return [...path];
  const fitting = below(value)
    .filter(({ word }) => rest === word || rest.startsWith(`${word}.`))
    .sort((one, other) => other.word.length - one.word.length);
  for (const { word, key } of fitting) {
    const next = (value as Record<string | number, unknown>)[key];
    const found = follow(next, rest.slice(word.length + 1), [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function valueAt(file: ScenarioFile, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | undefined)?.[key],
    file,
  );
}

/** Paths of all numbers with a unit in a file, for a hint. */
function numbersOf(file: ScenarioFile): string[] {
  const found: string[] = [];
  const walk = (value: unknown, words: readonly string[]) => {
    if (found.length > 200) return;
    if ((typeof value === 'string' && NUMBER.test(value)) || typeof value === 'number')
      found.push(words.join('.'));
    else if (Array.isArray(value))
      for (const [at, entry] of value.entries()) walk(entry, [...words, entryName(entry) ?? String(at)]);
    else if (isMap(value)) for (const [key, entry] of Object.entries(value)) walk(entry, [...words, key]);
  };
  for (const part of ['devices', 'domains'] as const)
    for (const entry of file[part] ?? []) if (typeof entry === 'object') walk(entry, [entry.name]);
  walk(file.workload, ['workload']);
  walk(file.policies, ['policies']);
  return found;
}

/** Autosuspend of a device is a number of every file: a policy's, or the device's own. */
function autosuspendPath(
  file: ScenarioFile,
  words: string,
  policy: string | undefined,
): (string | number)[] | undefined {
  const device = /^(.*)\.autosuspend(?:_delay)?$/.exec(words)?.[1];
  const at = (file.devices ?? []).findIndex((each) => entryName(each) === device);
  if (device === undefined || at < 0) return undefined;
  return policy === undefined
    ? ['devices', at, 'runtime_pm', 'autosuspend_delay']
    : ['policies', policy, 'autosuspend', device];
}

/**
 * The number that `NAME=RANGE` names, with its values. `policy`: the one that is run, undefined for the scenario as it is written.
 * Throws {@link SweepFault}.
 */
export function sweepTarget(
  file: ScenarioFile,
  text: string,
  policy: string | undefined,
  points: number,
): SweepTarget {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (at < 1 || text.length === at + 1)
    throw new SweepFault(`'${text}' is no sweep; write uart.autosuspend=0..5s`);
  const delay = autosuspendPath(file, name, policy);
  if (delay !== undefined)
    return { name, path: delay, values: sweepValues(text.slice(at + 1), name, 'time', points, 1000) };
  const path =
    follow(file, name, []) ??
    (['devices', 'domains', 'policies'] as const)
      .map((part) => follow(file[part], name, [part]))
      .find((found) => found !== undefined);
  const value = path === undefined ? undefined : valueAt(file, path);
  const isNumber = typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value));
  if (path === undefined || !isNumber) {
    const numbers = numbersOf(file);
    const near = nearest(name, numbers);
    const hint = near === undefined ? `there are ${numbers.slice(0, 6).join(', ')}` : `did you mean ${near}?`;
    throw new SweepFault(
      path === undefined ? `the file has no '${name}'; ${hint}` : `'${name}' is no number; ${hint}`,
    );
  }
  const isDelay =
    path.includes('autosuspend') || path.at(-1) === 'autosuspend_delay' || path.at(-1) === 'takes';
  const grain = isDelay ? 1000 : 1;
  return { name, path, values: sweepValues(text.slice(at + 1), name, nounOf(value), points, grain) };
}

/** The file with another value at a path; what is not there yet is made. */
export function withValue(
  file: ScenarioFile,
  path: readonly (string | number)[],
  value: string | number,
): ScenarioFile {
  const put = (node: unknown, depth: number): unknown => {
    if (depth === path.length) return value;
    const key = path[depth]!;
    if (Array.isArray(node)) return node.map((entry, at) => (at === key ? put(entry, depth + 1) : entry));
    const map = typeof node === 'string' ? { name: node } : isMap(node) ? node : {};
    return { ...map, [key]: put(map[key as string], depth + 1) };
  };
  return put(file, 0) as ScenarioFile;
}
