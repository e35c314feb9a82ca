/** Holds what a scenario expects against what happened. */
import { errorText } from '../analysis/errno-names.ts';
import { listValues } from '../core/order-list.ts';
import type { DeviceId, World } from '../core/world.ts';
import { deviceNamed, type Result, type ScriptResult, type Session } from '../scenarios/index.ts';
import { eventPatternParts } from './check-expectations.ts';
import type { KeyPath } from './complaints.ts';
import { deviceStateOf, domainStateOf, fieldKind, linkStatesOf, type StateField } from './device-state.ts';
import { matches, type Occurrence, type Occurrences } from './occurrences.ts';
import { parseDuration, parseReturnValue } from './quantities.ts';
import type { EventPattern, Expectations, ExpectedLink, StepExpectations } from './scenario-file.ts';

/** One thing that was expected. */
export interface Verdict {
  /** Where it stands in the scenario. */
  readonly path: KeyPath;
  readonly expected: string;
  /** What happened instead; undefined if it holds. */
  readonly instead: string | undefined;
}

/** What there is to look at: the state as it is now, and the journal from an entry on. */
export interface Evidence {
  readonly session: Session;
  readonly happened: Occurrences;
  readonly from: number;
}

/** What a step did, or how it hangs. */
export interface StepOutcome {
  readonly returned: Result | undefined;
  readonly took: number;
  readonly hang: Extract<ScriptResult, { kind: 'hang' }> | undefined;
}

function valueText(value: unknown): string {
  return value === null ? 'none' : String(value);
}

function resultText(value: Result): string {
  return value === 'bad' ? 'bad: there is no such device, driver or command now' : errorText(value);
}

function patternText(pattern: EventPattern): string {
  const { device, event, returns } = eventPatternParts(pattern);
  return `${device} ${event}${returns === undefined ? '' : ` returning ${returns}`}`;
}

function occurrenceText({ device, event, time, returns, isCallback }: Occurrence): string {
  const value =
    isCallback && returns !== undefined && returns !== 0 ? ` returning ${errorText(returns)}` : '';
  return `${device} ${event}${value} at ${time} ms`;
}

function stateVerdicts(
  world: World,
  id: DeviceId | undefined,
  name: string,
  fields: Readonly<Record<string, unknown>>,
  path: KeyPath,
): Verdict[] {
  const state = id === undefined ? undefined : deviceStateOf(world, id);
  return Object.entries(fields).flatMap(([field, wanted]): Verdict[] => {
    if (wanted === undefined) return [];
    const isError = fieldKind(field as StateField) === 'error';
    const value = isError ? parseReturnValue(wanted as string | number) : wanted;
    const expected = `${name} ${field} ${valueText(wanted)}`;
    const is = state?.[field as StateField];
    const holds = state !== undefined && is === value;
    const shown = isError && typeof is === 'number' ? errorText(is) : valueText(is);
    const instead = state === undefined ? 'there is no such device' : `${name} ${field} is ${shown}`;
    return [{ path: [...path, field], expected, instead: holds ? undefined : instead }];
  });
}

function domainVerdicts(
  { session }: Evidence,
  name: string,
  fields: Readonly<Record<string, unknown>>,
  path: KeyPath,
): Verdict[] {
  const id = session.domains.get(name);
  const state = id === undefined ? undefined : domainStateOf(session.world, id);
  return Object.entries(fields).flatMap(([field, wanted]): Verdict[] => {
    if (wanted === undefined) return [];
    const is = state?.[field as keyof typeof state];
    const instead = state === undefined ? 'there is no such power domain' : `${name} ${field} is ${is}`;
    const expected = `${name} ${field} ${valueText(wanted)}`;
    return [{ path: [...path, field], expected, instead: is === wanted ? undefined : instead }];
  });
}

function linkVerdicts({ session }: Evidence, wanted: ExpectedLink, path: KeyPath): Verdict[] {
  const { consumer, supplier, exists = true, ...fields } = wanted;
  const id = deviceNamed(session, consumer);
  const link =
    id === undefined ? undefined : linkStatesOf(session.world, id).find((each) => each.supplier === supplier);
  const name = `link ${consumer} -> ${supplier}`;
  const there: Verdict = {
    path,
    expected: exists ? `a ${name}` : `no ${name}`,
    instead: (link !== undefined) === exists ? undefined : exists ? 'there is none' : 'there is one',
  };
  if (!exists || link === undefined) return [there];
  const verdicts = Object.entries(fields).flatMap(([field, value]): Verdict[] => {
    if (value === undefined) return [];
    const text = (each: unknown) => (Array.isArray(each) ? [...each].sort().join(', ') : String(each));
    const is = text(link[field as keyof typeof link]);
    const instead = is === text(value) ? undefined : `its ${field} is ${is}`;
    return [{ path: [...path, field], expected: `${name} ${field} ${text(value)}`, instead }];
  });
  return [there, ...verdicts];
}

/** Each pattern is looked for behind the one before it. */
function orderVerdict(evidence: Evidence, patterns: readonly EventPattern[], path: KeyPath): Verdict {
  const { happened } = evidence;
  const expected = patterns.map(patternText).join(', then ');
  const first = happened.placeOf(evidence.from);
  let at = first;
  for (const [index, pattern] of patterns.entries()) {
    const found = happened.firstMatch(pattern, at);
    if (found < 0) {
      const before = happened.lastMatch(pattern, first);
      const behind = index === 0 ? '' : ` behind ${patternText(patterns[index - 1]!)}`;
      const earlier =
        before >= 0 ? `; the last was ${occurrenceText(happened.at(before))}` : index === 0 ? ' at all' : '';
      return { path: [...path, index], expected, instead: `no ${patternText(pattern)}${behind}${earlier}` };
    }
    at = found + 1;
  }
  return { path, expected, instead: undefined };
}

/** The callbacks are these and no others. */
function callbacksVerdict(evidence: Evidence, patterns: readonly EventPattern[], path: KeyPath): Verdict {
  const { happened } = evidence;
  const expected = patterns.length === 0 ? 'no callback' : `exactly ${patterns.map(patternText).join(', ')}`;
  const from = happened.placeOf(evidence.from);
  for (let at = 0; ; at++) {
    const ran = happened.callback(at, from);
    const wanted = patterns[at];
    if (ran === undefined) {
      return wanted === undefined
        ? { path, expected, instead: undefined }
        : { path: [...path, at], expected, instead: `${patternText(wanted)} did not come` };
    }
    if (wanted === undefined) return { path, expected, instead: `${occurrenceText(ran)} came too` };
    if (!matches(wanted, ran)) {
      const instead = `${occurrenceText(ran)} came in the place of ${patternText(wanted)}`;
      return { path: [...path, at], expected, instead };
    }
  }
}

function neverVerdict({ happened, from }: Evidence, pattern: EventPattern, path: KeyPath): Verdict {
  const found = happened.firstMatch(pattern, happened.placeOf(from));
  return {
    path,
    expected: `never ${patternText(pattern)}`,
    instead: found < 0 ? undefined : occurrenceText(happened.at(found)),
  };
}

function dpmListVerdict(world: World, names: readonly string[], path: KeyPath): Verdict {
  const list = listValues(world.dpmList).map((id) => world.devices[id]!.name);
  const places = names.map((name) => list.indexOf(name));
  const wrong = places.findIndex((place, at) => place < 0 || (at > 0 && place < places[at - 1]!));
  const instead =
    wrong < 0
      ? undefined
      : places[wrong]! < 0
        ? `${names[wrong]} is not in dpm_list`
        : `${names[wrong]} stands before ${names[wrong - 1]}`;
  return { path: wrong < 0 ? path : [...path, wrong], expected: `dpm_list ${names.join(', ')}`, instead };
}

function messageVerdicts({ happened, from }: Evidence, wanted: readonly string[], path: KeyPath): Verdict[] {
  const messages = wanted.length === 0 ? [] : happened.messages(from);
  const instead = messages.length === 0 ? 'no message came' : `the last one was: ${messages.at(-1)}`;
  return wanted.map((each, at) => {
    const holds = messages.some((message) => message.includes(each));
    const expected = `a message with '${each}'`;
    return { path: [...path, at], expected, instead: holds ? undefined : instead };
  });
}

function misusesVerdict({ happened, from }: Evidence, wanted: readonly string[], path: KeyPath): Verdict {
  const found = happened.misuses(from).map(({ device, what }) => `${device} ${what}`);
  const text = (misuses: readonly string[]) =>
    misuses.length === 0 ? 'nothing' : misuses.map((each) => `'${each}'`).join(', then ');
  const holds = found.length === wanted.length && found.every((each, at) => each === wanted[at]);
  const expected = `done wrong: ${text(wanted)}`;
  return { path, expected, instead: holds ? undefined : `done wrong: ${text(found)}` };
}

/** Verdicts on a state and on what happened. */
export function judge(evidence: Evidence, expect: Expectations, path: KeyPath): Verdict[] {
  const { session } = evidence;
  const { world } = session;
  const {
    devices = {},
    domains = {},
    links = [],
    order,
    callbacks,
    never = [],
    messages = [],
    misuses,
    dpm_list,
  } = expect;
  return [
    ...Object.entries(devices).flatMap(([name, fields]) =>
      stateVerdicts(world, deviceNamed(session, name), name, fields, [...path, 'devices', name]),
    ),
    ...Object.entries(domains).flatMap(([name, fields]) =>
      domainVerdicts(evidence, name, { ...fields }, [...path, 'domains', name]),
    ),
    ...links.flatMap((link, at) => linkVerdicts(evidence, link, [...path, 'links', at])),
    ...(order === undefined ? [] : [orderVerdict(evidence, order, [...path, 'order'])]),
    ...(callbacks === undefined ? [] : [callbacksVerdict(evidence, callbacks, [...path, 'callbacks'])]),
    ...never.map((pattern, at) => neverVerdict(evidence, pattern, [...path, 'never', at])),
    ...messageVerdicts(evidence, messages, [...path, 'messages']),
    ...(misuses === undefined ? [] : [misusesVerdict(evidence, misuses, [...path, 'misuses'])]),
    ...(dpm_list === undefined ? [] : [dpmListVerdict(world, dpm_list, [...path, 'dpm_list'])]),
  ];
}

/** Verdicts on a step that has ended, or that hangs. */
export function judgeStep(outcome: StepOutcome, expect: StepExpectations, path: KeyPath): Verdict[] {
  const { returned, took, hang } = outcome;
  const verdicts: Verdict[] = [];
  const { returns, takes, hangs } = expect;
  if (returns !== undefined) {
    const holds = returned !== undefined && returned === parseReturnValue(returns);
    const instead = returned === undefined ? 'it does not return' : `it returns ${resultText(returned)}`;
    verdicts.push({
      path: [...path, 'returns'],
      expected: `returns ${returns}`,
      instead: holds ? undefined : instead,
    });
  }
  if (takes !== undefined) {
    const holds = hang === undefined && took === parseDuration(takes);
    const instead = hang === undefined ? `it takes ${took} ms` : 'it never ends';
    verdicts.push({
      path: [...path, 'takes'],
      expected: `takes ${takes}`,
      instead: holds ? undefined : instead,
    });
  }
  if (hangs !== undefined) {
    const holds = hang !== undefined && (hangs === true || hang.wait.kind === hangs);
    const instead = hang === undefined ? 'it ends' : `it hangs otherwise: ${hang.wait.kind}`;
    verdicts.push({
      path: [...path, 'hangs'],
      expected: hangs === true ? 'a hang' : `a hang: ${hangs}`,
      instead: holds ? undefined : instead,
    });
  }
  return verdicts;
}
