/** What a schema says against a value, in words that say what to do. */
import type { z } from 'zod';
import { printable } from '../core/diagnostic.ts';
import { nearest } from '../core/nearest.ts';
import { type KeyPath, MOST_COMPLAINTS } from './complaints.ts';

type Issue = z.core.$ZodIssue;

interface Fault {
  readonly path: KeyPath;
  readonly what: string;
  readonly hint?: string;
  readonly isKey?: boolean;
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string'
    ? `the text '${printable(value)}'`
    : `the ${typeof value} ${String(value)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
  return at;
}

/** Of the ways to read a value the one that comes nearest: for a map that of the map, for a list that of the list. */
function nearestReading(issue: Issue & { code: 'invalid_union' }): readonly Issue[] | undefined {
  const readings = issue.errors.filter(
    (reading) =>
      !reading.some(
        ({ code, path }) =>
          path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_union'].includes(code),
      ),
  );
  return readings.length === 1 ? readings[0] : undefined;
}

function unionFaults(
  issue: Issue & { code: 'invalid_union' },
  path: KeyPath,
  root: unknown,
  keys: readonly string[],
): Fault[] {
  const reading = nearestReading(issue);
  const hasOwnWords =
    !issue.message.startsWith('Invalid') && reading?.every((inner) => inner.path.length === 0);
  if (reading !== undefined && !hasOwnWords) {
    return reading.flatMap((inner) =>
      issueFaults({ ...inner, path: [...issue.path, ...inner.path] } as Issue, root, keys),
    );
  }
  const choices = issue.errors.flatMap((errors) =>
    errors.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : [])),
  );
  const value = valueAt(root, issue.path);
  if (typeof value === 'string' && choices.length > 0) return [choiceFault(path, value, choices)];
  const own = [issue, ...issue.errors.flat()].find(({ message }) => !message.startsWith('Invalid'));
  return [{ path, what: own?.message ?? `${typeOf(value)} cannot stand here` }];
}

function choiceFault(path: KeyPath, value: unknown, choices: readonly string[]): Fault {
  const near = typeof value === 'string' ? nearest(value, choices) : undefined;
  const hint = near === undefined ? `there are ${choices.slice(0, 20).join(', ')}` : `did you mean ${near}?`;
  return { path, what: `${typeOf(value)} is not known here`, hint };
}

/** An issue of zod as faults; an issue about several keys gives one for each. `root` is the whole value, `keys` are all that
 * it could have anywhere. */
export function issueFaults(issue: Issue, root: unknown, keys: readonly string[]): Fault[] {
  const path = issue.path as KeyPath;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MOST_COMPLAINTS).map((key) => {
        const near = keys.includes(key) ? undefined : nearest(key, keys);
        const hint = near === undefined ? 'docs/scenario-files.md has them all' : `did you mean ${near}?`;
        return { path: [...path, key], what: `there is no key '${key}' here`, hint, isKey: true };
      });
    case 'invalid_type': {
      const own = issue.message.startsWith('Invalid input') ? undefined : issue.message;
      const value = valueAt(root, issue.path);
      if (value === undefined)
        return [{ path: path.slice(0, -1), what: `'${String(path.at(-1))}' is missing` }];
      if (own !== undefined) return [{ path, what: own }];
      const quote = issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
      const hint = quote
        ? `quote it: '${String(value)}'`
        : `${TYPES[issue.expected] ?? issue.expected} is expected`;
      const what = value === null ? 'nothing stands here' : `${typeOf(value)} cannot stand here`;
      return [{ path, what, hint }];
    }
    case 'invalid_value':
      return [choiceFault(path, valueAt(root, issue.path), issue.values.map(String))];
    case 'invalid_union':
      return unionFaults(issue, path, root, keys);
    case 'too_big':
      return [{ path, what: `is larger or longer than ${issue.maximum}` }];
    case 'too_small':
      return [
        {
          path,
          what:
            issue.minimum === 1 && issue.origin === 'string' ? 'is empty' : `is less than ${issue.minimum}`,
        },
      ];
    default:
      return [{ path, what: issue.message }];
  }
}
