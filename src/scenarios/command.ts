/**
 * The command language of recorded scenarios, as data: one command a line. ../shared/data/kernel-6.12/README.md is its
 * reference.
 */
import {
  CALLBACKS,
  type Callback,
  type CallbackSet,
  callbackSet,
  RUNTIME_CALLBACKS,
  SLEEP_CALLBACKS,
} from '../core/callbacks.ts';
import { DL_FLAG } from '../core/device-link.ts';

/** Operations of `rpm`, with the number that some of them take. */
export const RUNTIME_OPERATIONS = {
  enable: false,
  disable: false,
  get_sync: false,
  resume_and_get: false,
  get: false,
  get_noresume: false,
  get_if_active: false,
  get_if_in_use: false,
  put: false,
  put_sync: false,
  put_sync_suspend: false,
  put_sync_autosuspend: false,
  put_autosuspend: false,
  put_noidle: false,
  idle: false,
  suspend: false,
  autosuspend: false,
  resume: false,
  request_idle: false,
  request_resume: false,
  request_autosuspend: false,
  schedule_suspend: true,
  set_active: false,
  set_suspended: false,
  forbid: false,
  allow: false,
  irq_safe: false,
  no_callbacks: false,
  ignore_children: true,
  use_autosuspend: false,
  dont_use_autosuspend: false,
  set_delay: true,
  mark_last_busy: false,
  barrier: false,
  force_suspend: false,
  force_resume: false,
  suspended: false,
  active: false,
} as const;

export type RuntimeOperation = keyof typeof RUNTIME_OPERATIONS;

/** What `flag` can set; `clear` takes away the driver's flags. */
export const DEVICE_FLAGS = [
  'async',
  'noasync',
  'syscore',
  'no_direct_complete',
  'smart_prepare',
  'smart_suspend',
  'may_skip_resume',
  'clear',
] as const;
export type DeviceFlag = (typeof DEVICE_FLAGS)[number];

/** A scripted return value: a number, or for probe a deferral, for good or until a device is bound. */
export type ReturnValue = number | { readonly until: string };

/** A command that was understood. Devices and drivers are names; whether they exist is known only when it runs. */
export type Command =
  | {
      readonly kind: 'dev';
      readonly name: string;
      readonly parent: string | undefined;
      readonly type: CallbackSet | undefined;
      readonly domain: CallbackSet | undefined;
      readonly async: boolean;
      readonly syscore: boolean;
      readonly add: boolean;
    }
  | {
      readonly kind: 'add' | 'del' | 'attach' | 'unbind' | 'wakeup_path';
      readonly device: string;
    }
  | {
      readonly kind: 'drv';
      readonly name: string;
      readonly matches: readonly string[];
      readonly ops: CallbackSet | undefined;
      readonly syncState: boolean;
      readonly async: boolean;
    }
  | { readonly kind: 'undrv'; readonly driver: string }
  | { readonly kind: 'bind'; readonly device: string; readonly driver: string }
  | {
      readonly kind: 'move';
      readonly device: string;
      readonly parent: string | undefined;
      readonly order: 'none' | 'dev-after-parent' | 'parent-before-dev' | 'dev-last';
    }
  | { readonly kind: 'link'; readonly consumer: string; readonly supplier: string; readonly flags: number }
  | { readonly kind: 'dellink' | 'rmlink'; readonly consumer: string; readonly supplier: string }
  | {
      readonly kind: 'rpm';
      readonly operation: RuntimeOperation;
      readonly device: string;
      readonly value: number;
    }
  | { readonly kind: 'flag'; readonly device: string; readonly flags: readonly DeviceFlag[] }
  | { readonly kind: 'wakeup'; readonly device: string; readonly enabled: boolean }
  | { readonly kind: 'pm_async'; readonly enabled: boolean }
  | {
      readonly kind: 'ret';
      readonly device: string;
      readonly callback: Callback;
      readonly values: readonly ReturnValue[];
      readonly repeat: boolean;
    }
  | { readonly kind: 'on'; readonly device: string; readonly callback: Callback; readonly command: string }
  | { readonly kind: 'off'; readonly device: string; readonly callback: Callback }
  | {
      readonly kind: 'delay';
      readonly device: string;
      readonly callback: Callback;
      readonly milliseconds: number;
    }
  | { readonly kind: 'suspend'; readonly level: 'freezer' | 'devices' | 'platform' }
  | { readonly kind: 'sleep' | 'sleep_raw'; readonly milliseconds: number }
  | { readonly kind: 'state'; readonly device: string | undefined }
  | { readonly kind: 'flush' | 'probe_wait' | 'settle' | 'links' | 'lists' | 'dump' | 'system_wakeup' };

/** Names of sets of callbacks. */
const CALLBACK_GROUPS: Readonly<Record<string, CallbackSet>> = {
  all: SLEEP_CALLBACKS | RUNTIME_CALLBACKS,
  sleep: SLEEP_CALLBACKS,
  rpm: RUNTIME_CALLBACKS,
  sr: callbackSet(['runtime_suspend', 'runtime_resume']),
  basic: callbackSet(['suspend', 'resume']),
};

/** Largest delay, sleep or number that a command takes: the kernel's int. */
const LARGEST_NUMBER = 2 ** 31 - 1;

/** A command that is not one, with what is wrong about it. */
export class CommandError extends Error {}

function fail(what: string): never {
  throw new CommandError(what);
}

function parseNumber(word: string | undefined, what: string): number {
  if (word === undefined) return fail(`${what} is missing`);
  const value = /^-?(0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : Number.NaN;
  if (!(Math.abs(value) <= LARGEST_NUMBER)) return fail(`${what} "${word}" is no number of the kernel's int`);
  return value;
}

function parseCallback(word: string | undefined): Callback {
  const callback = CALLBACKS.find((name) => name === word);
  return callback ?? fail(`"${word ?? ''}" is no callback; there are ${CALLBACKS.join(' ')}`);
}

function parseCallbackSet(words: string): CallbackSet {
  let set = 0;
  for (const word of words.split(',')) {
    const group = Object.hasOwn(CALLBACK_GROUPS, word) ? CALLBACK_GROUPS[word] : undefined;
    set |= group ?? callbackSet([parseCallback(word)]);
  }
  return set;
}

const LINK_FLAGS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(DL_FLAG).map(([name, bit]) => [name.toLowerCase(), bit]),
);

/** A number, or names joined by commas (a number among them counts too). */
function parseLinkFlags(word: string | undefined): number {
  if (word === undefined) return fail('the flags are missing');
  let flags = 0;
  for (const part of word.split(',')) {
    const named = Object.hasOwn(LINK_FLAGS, part) ? LINK_FLAGS[part] : undefined;
    flags |= named ?? parseNumber(part, 'link flag');
  }
  return flags;
}

function parseReturnValues(word: string | undefined): { values: ReturnValue[]; repeat: boolean } {
  if (word === undefined) return fail('the return values are missing');
  const repeat = word.endsWith('*');
  const values = (repeat ? word.slice(0, -1) : word).split(',').map((part): ReturnValue => {
    if (part === 'defer') return -517;
    if (part.startsWith('defer:')) return { until: part.slice('defer:'.length) };
    return parseNumber(part, 'return value');
  });
  return { values, repeat };
}

const MOVE_ORDERS = ['none', 'dev-after-parent', 'parent-before-dev', 'dev-last'] as const;

function parseMoveOrder(word: string | undefined): (typeof MOVE_ORDERS)[number] {
  if (word === undefined) return 'none';
  const byNumber = MOVE_ORDERS[Number(word)];
  const named = MOVE_ORDERS.find((name) => name === word.replaceAll('_', '-'));
  return byNumber ?? named ?? fail(`"${word}" is no order; there are 0 to 3 (${MOVE_ORDERS.join(', ')})`);
}

/** Values of `key=value` words, and which bare words there are. */
function parseOptions(words: readonly string[], keys: readonly string[], bare: readonly string[]) {
  const options = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const key = at < 0 ? word : word.slice(0, at);
    if (!(at < 0 ? bare : keys).includes(key)) fail(`"${word}" is not understood here`);
    options.set(key, at < 0 ? '' : word.slice(at + 1));
  }
  const callbacks = (key: string) => {
    const value = options.get(key);
    return value === undefined ? undefined : parseCallbackSet(value);
  };
  return { options, callbacks };
}

function need(word: string | undefined, what: string): string {
  return word ?? fail(`the ${what} is missing`);
}

type Parser = (words: readonly string[], text: string) => Command;

const PARSERS: Readonly<Record<string, Parser>> = {
  dev: ([name, ...rest]) => {
    const { options, callbacks } = parseOptions(
      rest,
      ['parent', 'type', 'dom'],
      ['async', 'syscore', 'noadd'],
    );
    return {
      kind: 'dev',
      name: need(name, 'name'),
      parent: options.get('parent'),
      type: callbacks('type'),
      domain: callbacks('dom'),
      async: options.has('async'),
      syscore: options.has('syscore'),
      add: !options.has('noadd'),
    };
  },
  drv: ([name, ...rest]) => {
    const { options, callbacks } = parseOptions(rest, ['match', 'ops'], ['sync_state', 'async']);
    return {
      kind: 'drv',
      name: need(name, 'name'),
      matches: need(options.get('match'), 'match=').split(','),
      ops: callbacks('ops'),
      syncState: options.has('sync_state'),
      async: options.has('async'),
    };
  },
  undrv: ([driver]) => ({ kind: 'undrv', driver: need(driver, 'driver') }),
  bind: ([device, driver]) => ({
    kind: 'bind',
    device: need(device, 'device'),
    driver: need(driver, 'driver'),
  }),
  move: ([device, parent, order]) => ({
    kind: 'move',
    device: need(device, 'device'),
    parent: parent === '-' || parent === 'none' ? undefined : need(parent, 'new parent'),
    order: parseMoveOrder(order),
  }),
  link: ([consumer, supplier, flags]) => ({
    kind: 'link',
    consumer: need(consumer, 'consumer'),
    supplier: need(supplier, 'supplier'),
    flags: parseLinkFlags(flags),
  }),
  rpm: ([operation, device, value]) => {
    const known = Object.hasOwn(RUNTIME_OPERATIONS, operation ?? '')
      ? (operation as RuntimeOperation)
      : fail(`"${operation ?? ''}" is no operation of rpm`);
    const takesNumber = RUNTIME_OPERATIONS[known];
    return {
      kind: 'rpm',
      operation: known,
      device: need(device, 'device'),
      value: takesNumber ? parseNumber(value, 'the number') : 0,
    };
  },
  flag: ([device, ...flags]) => ({
    kind: 'flag',
    device: need(device, 'device'),
    flags: flags.map(
      (word) => DEVICE_FLAGS.find((name) => name === word) ?? fail(`"${word}" is no flag of a device`),
    ),
  }),
  wakeup: ([device, enabled]) => ({
    kind: 'wakeup',
    device: need(device, 'device'),
    enabled: parseNumber(enabled, '0 or 1') !== 0,
  }),
  pm_async: ([enabled]) => ({ kind: 'pm_async', enabled: parseNumber(enabled, '0 or 1') !== 0 }),
  ret: ([device, callback, values]) => ({
    kind: 'ret',
    device: need(device, 'device'),
    callback: parseCallback(callback),
    ...parseReturnValues(values),
  }),
  on: ([device, callback, ...command], text) => {
    if (command.length === 0) fail('the command to run is missing');
    const parsed = parseCallback(callback);
    parseCommand(command.join(' '));
    const words = text.trim().split(/\s+/, 3).length;
    return {
      kind: 'on',
      device: need(device, 'device'),
      callback: parsed,
      command: text.trim().replace(new RegExp(`^(\\S+\\s+){${words}}`), ''),
    };
  },
  off: ([device, callback]) => ({
    kind: 'off',
    device: need(device, 'device'),
    callback: parseCallback(callback),
  }),
  delay: ([device, callback, milliseconds]) => ({
    kind: 'delay',
    device: need(device, 'device'),
    callback: parseCallback(callback),
    milliseconds: Math.max(0, parseNumber(milliseconds, 'the delay')),
  }),
  suspend: ([level = 'platform']) =>
    level === 'platform' || level === 'devices' || level === 'freezer'
      ? { kind: 'suspend', level }
      : fail(`"${level}" is no level; there are platform, devices, freezer`),
  state: ([device]) => ({ kind: 'state', device }),
};

for (const kind of ['add', 'del', 'attach', 'unbind', 'wakeup_path'] as const)
  (PARSERS as Record<string, Parser>)[kind] = ([device]) => ({ kind, device: need(device, 'device') });
for (const kind of ['dellink', 'rmlink'] as const)
  (PARSERS as Record<string, Parser>)[kind] = ([consumer, supplier]) => ({
    kind,
    consumer: need(consumer, 'consumer'),
    supplier: need(supplier, 'supplier'),
  });
for (const kind of ['sleep', 'sleep_raw'] as const)
  (PARSERS as Record<string, Parser>)[kind] = ([milliseconds]) => ({
    kind,
    milliseconds: Math.max(0, parseNumber(milliseconds, 'the time')),
  });
for (const kind of ['flush', 'probe_wait', 'settle', 'links', 'lists', 'dump', 'system_wakeup'] as const)
  (PARSERS as Record<string, Parser>)[kind] = () => ({ kind });

/** The command that a line is. Throws {@link CommandError} where it is none, with words that name the fault. */
export function parseCommand(text: string): Command {
  const [name = '', ...words] = text.trim().split(/\s+/);
  const parser = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  return parser === undefined ? fail(`"${name}" is no command`) : parser(words, text);
}
