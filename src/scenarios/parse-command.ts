/** From a line of a scenario to a command. */
import {
  CALLBACKS,
  type Callback,
  type CallbackSet,
  callbackSet,
  RUNTIME_CALLBACKS,
  SLEEP_CALLBACKS,
} from '../core/callbacks.ts';
import { DL_FLAG } from '../core/device-link.ts';
import { DMA_CALLBACKS } from '../core/dma-engine.ts';
import { EPROBE_DEFER } from '../core/errno.ts';
import { DOMAIN_CALLBACKS, DOMAIN_DEVICE_CALLBACKS, DOMAIN_GOVERNORS } from '../core/power-domain.ts';
import {
  type Command,
  DEVICE_FLAGS,
  type ReturnValue,
  RUNTIME_OPERATIONS,
  type RuntimeOperation,
  type ScriptedCallback,
} from './command.ts';
import { fail, need, parseNumber, parseOptions } from './command-words.ts';
import { DMA_PARSERS } from './parse-dma-command.ts';

export { CommandError } from './command-words.ts';

/** Names of sets of callbacks. */
const CALLBACK_GROUPS: Readonly<Record<string, CallbackSet>> = {
  all: SLEEP_CALLBACKS | RUNTIME_CALLBACKS,
  sleep: SLEEP_CALLBACKS,
  rpm: RUNTIME_CALLBACKS,
  sr: callbackSet(['runtime_suspend', 'runtime_resume']),
  basic: callbackSet(['suspend', 'resume']),
};

function parseCallback(word: string | undefined): Callback {
  const callback = CALLBACKS.find((name) => name === word);
  return callback ?? fail(`"${word ?? ''}" is no callback; there are ${CALLBACKS.join(' ')}`);
}

const SCRIPTED_CALLBACKS: readonly ScriptedCallback[] = [
  ...CALLBACKS,
  ...DOMAIN_DEVICE_CALLBACKS,
  ...DOMAIN_CALLBACKS,
  ...DMA_CALLBACKS,
];

function parseScriptedCallback(word: string | undefined): ScriptedCallback {
  const callback = SCRIPTED_CALLBACKS.find((name) => name === word);
  return callback ?? fail(`"${word ?? ''}" is no callback; there are ${SCRIPTED_CALLBACKS.join(' ')}`);
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
    if (part === 'defer') return -EPROBE_DEFER;
    if (part.startsWith('defer:')) return { until: part.slice('defer:'.length) };
    return parseNumber(part, 'return value');
  });
  return { values, repeat };
}

const MOVE_ORDERS = ['none', 'dev-after-parent', 'parent-before-dev', 'dev-last'] as const;

/** The order by its number in enum dpm_order, or by a name that says where the device goes. */
function parseMoveOrder(word: string | undefined): (typeof MOVE_ORDERS)[number] {
  if (word === undefined) return 'none';
  const numbered = MOVE_ORDERS[Number(word)];
  if (numbered !== undefined) return numbered;
  if (/after/i.test(word)) return 'dev-after-parent';
  if (/before/i.test(word)) return 'parent-before-dev';
  if (/last/i.test(word)) return 'dev-last';
  return /none/i.test(word)
    ? 'none'
    : fail(`"${word}" is no order; there are 0 to 3 (${MOVE_ORDERS.join(', ')})`);
}

const COMPATIBLE = 'compatible=';
const EXCEPTED = 'but=';

/** Callbacks that `key=` names, undefined without. */
function callbacksIn(options: ReadonlyMap<string, string>, key: string): CallbackSet | undefined {
  const value = options.get(key);
  return value === undefined ? undefined : parseCallbackSet(value);
}

type Parser = (words: readonly string[], text: string) => Command;

const PARSERS: Readonly<Record<string, Parser>> = {
  ...DMA_PARSERS,
  dev: ([name, ...rest]) => {
    const options = parseOptions(rest, ['parent', 'type', 'dom'], ['async', 'syscore', 'noadd']);
    return {
      kind: 'dev',
      name: need(name, 'name'),
      parent: options.get('parent'),
      type: callbacksIn(options, 'type'),
      domain: callbacksIn(options, 'dom'),
      async: options.has('async'),
      syscore: options.has('syscore'),
      add: !options.has('noadd'),
    };
  },
  drv: ([name, ...rest]) => {
    // A compatible has commas in it, so each stands in a word of its own.
    const compatibles = rest.filter((word) => word.startsWith(COMPATIBLE));
    const excepted = rest.filter((word) => word.startsWith(EXCEPTED));
    const others = rest.filter((word) => !word.startsWith(COMPATIBLE) && !word.startsWith(EXCEPTED));
    const options = parseOptions(others, ['match', 'ops', 'bus'], ['sync_state', 'async']);
    const match = options.get('match');
    if (match === undefined && compatibles.length === 0) fail('match= or compatible= is missing');
    if (match !== undefined && compatibles.length > 0) fail('match= and compatible= exclude each other');
    return {
      kind: 'drv',
      name: need(name, 'name'),
      matches: match?.split(','),
      compatibles: compatibles.map((word) => word.slice(COMPATIBLE.length)),
      excepted: excepted.map((word) => word.slice(EXCEPTED.length)),
      bus: options.get('bus'),
      ops: callbacksIn(options, 'ops'),
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
    callback: parseScriptedCallback(callback),
    ...parseReturnValues(values),
  }),
  on: ([device, callback, ...command], text) => {
    if (command.length === 0) fail('the command to run is missing');
    const parsed = parseScriptedCallback(callback);
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
    callback: parseScriptedCallback(callback),
  }),
  delay: ([device, callback, milliseconds]) => ({
    kind: 'delay',
    device: need(device, 'device'),
    callback: parseScriptedCallback(callback),
    milliseconds: Math.max(0, parseNumber(milliseconds, 'the delay')),
  }),
  genpd: ([name, ...rest]) => {
    const options = parseOptions(
      rest,
      ['gov'],
      ['off', 'always_on', 'rpm_always_on', 'irq_safe', 'active_wakeup', 'dev_ops'],
    );
    const governor = options.get('gov') ?? 'none';
    return {
      kind: 'genpd',
      wanted: {
        name: need(name, 'name'),
        off: options.has('off'),
        governor:
          DOMAIN_GOVERNORS.find((known) => known === governor) ??
          fail(`"${governor}" is no governor; there are ${DOMAIN_GOVERNORS.join(', ')}`),
        alwaysOn: options.has('always_on'),
        rpmAlwaysOn: options.has('rpm_always_on'),
        irqSafe: options.has('irq_safe'),
        activeWakeup: options.has('active_wakeup'),
        devOps: options.has('dev_ops'),
      },
    };
  },
  rmgenpd: ([domain]) => ({ kind: 'rmgenpd', domain: need(domain, 'domain') }),
  domain: ([device, domain]) => ({
    kind: 'domain',
    device: need(device, 'device'),
    domain: need(domain, 'domain'),
  }),
  undomain: ([device]) => ({ kind: 'undomain', device: need(device, 'device') }),
  domain_always_on: ([device, on]) => ({
    kind: 'domain_always_on',
    device: need(device, 'device'),
    on: parseNumber(on, '0 or 1') !== 0,
  }),
  qos: ([device, value]) => {
    const microseconds = value === 'none' ? undefined : parseNumber(value, 'the latency');
    if (microseconds !== undefined && microseconds < 0) fail('a latency is not negative');
    return { kind: 'qos', device: need(device, 'device'), microseconds };
  },
  suspend: ([level = 'platform']) =>
    level === 'platform' || level === 'devices' || level === 'freezer'
      ? { kind: 'suspend', level }
      : fail(`"${level}" is no level; there are platform, devices, freezer`),
  state: ([device]) => ({ kind: 'state', device }),
};

for (const kind of ['add', 'del', 'attach', 'unbind', 'wakeup_path', 'populate', 'clk_provider'] as const)
  (PARSERS as Record<string, Parser>)[kind] = ([device]) => ({ kind, device: need(device, 'device') });
for (const kind of ['dellink', 'rmlink'] as const)
  (PARSERS as Record<string, Parser>)[kind] = ([consumer, supplier]) => ({
    kind,
    consumer: need(consumer, 'consumer'),
    supplier: need(supplier, 'supplier'),
  });
for (const kind of ['subdomain', 'rmsubdomain'] as const)
  (PARSERS as Record<string, Parser>)[kind] = ([parent, child]) => ({
    kind,
    parent: need(parent, 'parent'),
    child: need(child, 'subdomain'),
  });
for (const kind of ['sleep', 'sleep_raw'] as const)
  (PARSERS as Record<string, Parser>)[kind] = ([milliseconds]) => ({
    kind,
    milliseconds: Math.max(0, parseNumber(milliseconds, 'the time')),
  });
for (const kind of ['flush', 'probe_wait', 'settle', 'links', 'lists', 'dump', 'system_wakeup'] as const)
  (PARSERS as Record<string, Parser>)[kind] = () => ({ kind });

/** Every command by name. */
export const COMMAND_NAMES: readonly string[] = Object.keys(PARSERS);

/** The command that a line is. Throws {@link CommandError} where it is none, with words that name the fault. */
export function parseCommand(text: string): Command {
  const [name = '', ...words] = text.trim().split(/\s+/);
  const parser = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  return parser === undefined ? fail(`"${name}" is no command`) : parser(words, text);
}

/** Most commands that stand inside each other: `on DEV CB on DEV CB ...`. */
const MOST_NESTED = 32;

/**
 * The command that a line is, with all that stands inside it understood as well: the command itself comes first, then what it has a
 * callback do, and so on. Throws {@link CommandError} on what is no command, or has more than 32 inside.
 */
export function parseNested(text: string): readonly [Command, ...Command[]] {
  const outermost = parseCommand(text);
  const commands: [Command, ...Command[]] = [outermost];
  for (let inner = outermost; inner.kind === 'on'; commands.push(inner)) {
    if (commands.length > MOST_NESTED) fail(`more than ${MOST_NESTED} commands inside each other`);
    inner = parseCommand(inner.command);
  }
  return commands;
}
