/** Checks the names in what a scenario expects, before anything runs. */
import { DMA_MISUSES } from '../core/dma-misuse.ts';
import { DOMAIN_CALLBACKS } from '../core/power-domain.ts';
import type { KeyPath } from './complaints.ts';
import { fieldKind, STATE_FIELDS } from './device-state.ts';
import { DEVICE_CALLBACKS } from './kernel-calls.ts';
import { nearHint } from './near-name.ts';
import type { EventPattern, StepExpectations } from './scenario-file.ts';
import {
  type Context,
  checkSubject,
  deviceWord,
  domainWord,
  durationWord,
  returnValueWord,
} from './scenario-words.ts';

/** What can happen to a device beside a callback. */
export const DEVICE_EVENTS = ['bound', 'unbound', 'deferred'] as const;
export const EVENT_NAMES: readonly string[] = [...DEVICE_CALLBACKS, ...DEVICE_EVENTS, ...DOMAIN_CALLBACKS];

/** The parts of an event pattern. */
export function eventPatternParts(pattern: EventPattern): {
  readonly device: string;
  readonly event: string;
  readonly returns: number | string | undefined;
} {
  if (typeof pattern !== 'string') return { returns: undefined, ...pattern };
  const space = pattern.indexOf(' ');
  return { device: pattern.slice(0, space), event: pattern.slice(space + 1).trim(), returns: undefined };
}

function checkPattern(context: Context, pattern: EventPattern, path: KeyPath): void {
  const { complaints } = context;
  if (typeof pattern === 'string' && !pattern.includes(' ')) {
    complaints.add(path, `'${pattern}' is no event`, "write a device and a callback: 'uart runtime_resume'");
    return;
  }
  const { device, event, returns } = eventPatternParts(pattern);
  const isText = typeof pattern === 'string';
  checkSubject(context, device, isText ? path : [...path, 'device']);
  if (!EVENT_NAMES.includes(event))
    complaints.add(
      isText ? path : [...path, 'event'],
      `there is no callback or event '${event}'`,
      nearHint(event, EVENT_NAMES, 'event'),
    );
  if (returns !== undefined) returnValueWord(context, returns, [...path, 'returns']);
}

/** Things that are expected in a scenario, with all repeats. */
export const EXPECTATION_LIMIT = 1_000_000;

/** How many things are expected, each of which is looked for by itself; for a part of dpm_list all of it is looked at. */
export function expectationCount(expect: StepExpectations, devices: number): number {
  const fieldsOf = (all: object = {}) =>
    Object.values(all).reduce((sum: number, fields: object) => sum + Object.keys(fields).length, 0);
  const lists = [expect.order, expect.callbacks, expect.never, expect.messages, expect.misuses];
  const inLists = lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
  const inOrder = expect.dpm_list === undefined ? 0 : expect.dpm_list.length + devices;
  return inLists + inOrder + fieldsOf(expect.devices) + fieldsOf(expect.domains) + fieldsOf(expect.links);
}

/** `ofStep`: the step does something, so that what it returns can be expected. */
export function checkExpectations(
  context: Context,
  expect: StepExpectations,
  path: KeyPath,
  ofStep: boolean,
): void {
  const { complaints } = context;
  for (const key of ['returns', 'takes', 'hangs'] as const) {
    if (expect[key] !== undefined && !ofStep)
      complaints.add(
        [...path, key],
        `${key} is expected of no step`,
        'put expect beside what the step does',
        true,
      );
  }
  if (expect.returns !== undefined) returnValueWord(context, expect.returns, [...path, 'returns']);
  if (expect.takes !== undefined) durationWord(context, expect.takes, [...path, 'takes']);
  for (const [device, fields] of Object.entries(expect.devices ?? {})) {
    const where = [...path, 'devices', device];
    deviceWord(context, device, where);
    for (const field of STATE_FIELDS) {
      const value = fields[field];
      if (fieldKind(field) === 'error' && typeof value === 'string')
        returnValueWord(context, value, [...where, field]);
    }
  }
  for (const domain of Object.keys(expect.domains ?? {}))
    domainWord(context, domain, [...path, 'domains', domain]);
  for (const [at, { consumer, supplier }] of (expect.links ?? []).entries()) {
    deviceWord(context, consumer, [...path, 'links', at, 'consumer']);
    deviceWord(context, supplier, [...path, 'links', at, 'supplier']);
  }
  for (const key of ['order', 'callbacks', 'never'] as const) {
    for (const [at, pattern] of (expect[key] ?? []).entries())
      checkPattern(context, pattern, [...path, key, at]);
  }
  for (const [at, text] of (expect.misuses ?? []).entries()) {
    const { device, event } = eventPatternParts(text);
    checkSubject(context, device, [...path, 'misuses', at]);
    const isKnown = (DMA_MISUSES as readonly string[]).includes(event);
    if (!isKnown)
      complaints.add(
        [...path, 'misuses', at],
        `there is no misuse '${event}'`,
        nearHint(event, DMA_MISUSES, 'misuse'),
      );
  }
  for (const [at, device] of (expect.dpm_list ?? []).entries())
    deviceWord(context, device, [...path, 'dpm_list', at]);
}
