/** From values of a scenario to words of the command language. Each complains where a value has no word. */
import type { Complaints, KeyPath } from './complaints.ts';
import { dmaArgumentWord } from './dma-words.ts';
import type { ArgumentKind } from './kernel-calls.ts';
import { nearHint } from './near-name.ts';
import {
  DURATION_HINT,
  LATENCY_HINT,
  parseDuration,
  parseLatency,
  parseReturnValue,
  RETURN_VALUE_HINT,
} from './quantities.ts';
import type { CallbackStep } from './scenario-file.ts';

/** What the names in a scenario may mean. */
export interface Context {
  readonly complaints: Complaints;
  /** Devices that the scenario or its board has, or may have later. */
  readonly devices: ReadonlySet<string>;
  readonly drivers: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  /** Compatibles of the board, lower case; undefined without one. */
  readonly compatibles: ReadonlySet<string> | undefined;
  /** Names and compatibles that drivers of the scenario match. */
  readonly matched: readonly string[];
  /** Inside a callback `self` is the device. */
  readonly self: boolean;
  /** The commands of a step inside a callback. */
  readonly compileInside: (context: Context, step: CallbackStep, path: KeyPath) => string[];
}

/** Names that stand between spaces in a line of the command language. */
const NAME = /^[^\s]{1,200}$/;
const TAKEN = ['self', '-', 'none'];

/** Complains of a name that cannot be one. */
export function checkNewName({ complaints }: Context, name: string, path: KeyPath): void {
  if (!NAME.test(name))
    complaints.add(path, `'${name}' cannot be a name`, 'a name has 1 to 200 characters and no space');
  else if (TAKEN.includes(name))
    complaints.add(path, `'${name}' has a meaning of its own`, 'take another name');
}

export function deviceWord(context: Context, name: string, path: KeyPath): string {
  const { devices, complaints, self } = context;
  if (devices.has(name) || (name === 'self' && self)) return name;
  if (name === 'self')
    complaints.add(path, "'self' is a device only in what a callback does", 'name a device');
  else complaints.add(path, `there is no device '${name}'`, () => nearHint(name, [...devices], 'device'));
  return name;
}

export function driverWord({ drivers, complaints }: Context, name: string, path: KeyPath): string {
  if (!drivers.has(name))
    complaints.add(path, `there is no driver '${name}'`, () => nearHint(name, [...drivers], 'driver'));
  return name;
}

export function domainWord({ domains, complaints }: Context, name: string, path: KeyPath): string {
  if (!domains.has(name))
    complaints.add(path, `there is no power domain '${name}'`, () =>
      nearHint(name, [...domains], 'power domain'),
    );
  return name;
}

/** A device, or a power domain: what an event can be about. */
export function checkSubject(context: Context, name: string, path: KeyPath): void {
  if (!context.domains.has(name)) deviceWord(context, name, path);
}

function latencyWord({ complaints }: Context, latency: unknown, path: KeyPath): string {
  if (latency === null) return 'none';
  const microseconds = parseLatency(String(latency));
  if (typeof microseconds === 'number') return String(microseconds);
  complaints.add(path, microseconds.wrong, LATENCY_HINT);
  return '0';
}

/** Whole milliseconds; `negative`: a delay that may be below 0. */
export function durationWord({ complaints }: Context, text: string, path: KeyPath, negative = false): string {
  const milliseconds = parseDuration(text);
  if (typeof milliseconds === 'object') complaints.add(path, milliseconds.wrong, DURATION_HINT);
  else if (milliseconds < 0 && !negative) complaints.add(path, `'${text}' is negative`, DURATION_HINT);
  else return String(milliseconds);
  return '0';
}

export function returnValueWord({ complaints }: Context, value: number | string, path: KeyPath): string {
  const number = parseReturnValue(value);
  if (typeof number === 'number') return String(number);
  complaints.add(path, number.wrong, RETURN_VALUE_HINT);
  return '0';
}

/** The word of an argument of a kernel call, by what the argument is. */
export function argumentWord(context: Context, kind: ArgumentKind, value: unknown, path: KeyPath): string {
  switch (kind) {
    case 'device':
      return deviceWord(context, String(value), path);
    case 'domain':
      return domainWord(context, String(value), path);
    case 'latency':
      return latencyWord(context, value, path);
    case 'driver':
      return driverWord(context, String(value), path);
    case 'duration':
      return durationWord(context, String(value), path, path.at(-1) === 'delay');
    case 'takes':
    case 'arrives':
      return value === undefined ? '' : `${kind}=${durationWord(context, String(value), path)}`;
    case 'switch':
      return value === true ? '1' : '0';
    case 'parent':
      return value === null ? '-' : deviceWord(context, String(value), path);
    case 'link flags':
      return linkFlagsWord(value as number | readonly string[]);
    case 'driver flags':
      return (value as readonly string[]).join(' ');
    case 'sleep level':
      return value === null ? 'platform' : String(value);
    case 'callback':
    case 'move order':
      return String(value);
    default:
      return dmaArgumentWord((name, where) => deviceWord(context, name, where), kind, value, path);
  }
}

export function linkFlagsWord(flags: number | readonly string[] | undefined): string {
  if (typeof flags === 'number') return String(flags);
  return flags === undefined || flags.length === 0 ? '0' : flags.join(',');
}
