/**
 * Scenarios whose commands are drawn one by one, with no look at the state that they meet: short, as the recorded ones of ../shared
 * are, and made of the same words. What the moves of the other themes are after is left to chance here.
 */
import { CALLBACKS, type Callback } from '../../src/core/callbacks.ts';
import { SLEEP_PHASES } from '../../src/core/trace.ts';
import type { RuntimeOperation } from '../../src/scenarios/command.ts';
import type { Draft } from './generate-draft.ts';
import type { Weighted } from './generate-random.ts';
import { callbackWords, linkFlags, OPERATIONS, operationWords, RUNTIME } from './generate-values.ts';

type Words = readonly (string | number)[];

/** Operations that are drawn more often than the rest. */
const FREQUENT: readonly RuntimeOperation[] = [
  'get_sync',
  'get_sync',
  'put_sync',
  'put',
  'get',
  'get_noresume',
  'suspend',
  'idle',
  'resume',
  'set_active',
  'resume_and_get',
  'request_idle',
  'request_resume',
  'mark_last_busy',
  'disable',
  'enable',
];

const PROBE_OPERATIONS: readonly RuntimeOperation[] = [
  'enable',
  'enable',
  'enable',
  'get_sync',
  'get_sync',
  'set_active',
  'put',
  'put_sync',
  'get_noresume',
  'use_autosuspend',
  'mark_last_busy',
  'put_noidle',
  'resume',
  'irq_safe',
  'no_callbacks',
];

const REMOVE_OPERATIONS: readonly RuntimeOperation[] = [
  'disable',
  'put_sync',
  'get_sync',
  'put_noidle',
  'put',
];

const CALLBACK_OPERATIONS: readonly RuntimeOperation[] = [
  'get_noresume',
  'put_noidle',
  'get',
  'put',
  'mark_last_busy',
  'put_autosuspend',
  'get_sync',
  'put_sync',
  'request_idle',
  'request_resume',
];

const PAUSES = [1, 5, 10, 17, 30, 40, 60, 110, 130, 240, 300, 1100, 3000] as const;
const DELAYS = [-1, 0, 20, 50, 100, 200, 1000, 1500] as const;

/** Any device, whatever it is in. */
function anyDevice(draft: Draft): string {
  const { devices } = draft.rehearsal;
  return devices.length === 0 || draft.chance(60) ? draft.absent() : draft.pick(devices);
}

/** Two devices, the later on the earlier one but for one time in six. */
function anyPair(draft: Draft): [consumer: string, supplier: string] {
  const { devices } = draft.rehearsal;
  const one = anyDevice(draft);
  const others = devices.filter((name) => name !== one);
  const other = others.length === 0 || draft.chance(30) ? anyDevice(draft) : draft.pick(others);
  return devices.indexOf(one) > devices.indexOf(other) !== draft.chance(6) ? [one, other] : [other, one];
}

function operation(draft: Draft): Words {
  const { random } = draft;
  const name = draft.chance(2) ? random.pick(FREQUENT) : random.pick(OPERATIONS);
  return operationWords(draft, name, anyDevice(draft));
}

function newDevice(draft: Draft): Words {
  const { random } = draft;
  const words = ['dev', draft.newDevice()];
  if (draft.chance(3) && draft.rehearsal.devices.length > 0) words.push(`parent=${anyDevice(draft)}`);
  if (draft.chance(10)) words.push(callbackWords(draft, 'type'));
  if (draft.chance(12)) words.push(callbackWords(draft, 'dom'));
  if (draft.chance(draft.options.asynchronous ? 3 : 20)) words.push('async');
  if (draft.chance(60)) words.push(random.pick(['syscore', 'noadd']));
  return words;
}

function newDriver(draft: Draft, devices: readonly string[]): Words {
  const words = ['drv', draft.newDriver(), `match=${devices.join(',')}`];
  if (!draft.chance(12)) words.push(draft.chance(2) ? 'ops=all' : callbackWords(draft, 'ops'));
  if (draft.chance(2)) words.push('sync_state');
  if (draft.options.asynchronous && draft.chance(4)) words.push('async');
  return words;
}

function probeValue(draft: Draft): string {
  return draft.weighted<() => string>([
    [6, () => 'defer'],
    [4, () => `defer:${anyDevice(draft)}`],
    [5, () => '-5'],
    [3, () => '-19'],
    [1, () => 'defer,defer'],
    [1, () => '0'],
  ])();
}

function runtimeValue(draft: Draft): string {
  return draft.pick(['-16', '-11', '-5', '-13', '0,-16', '-16,-16', '-5*', '1', '1*', '0,1', '-16*', '0,-5']);
}

function sleepValue(draft: Draft, callback: Callback): string {
  if (callback === 'prepare') return draft.pick(['1*', '1*', '1', '-11', '-16', '-5']);
  return draft.pick(['-5', '-16', '-110']);
}

/** `ret` for the kinds of callbacks. */
const returns = {
  probe: (draft: Draft): Words => ['ret', anyDevice(draft), 'probe', probeValue(draft)],
  runtime: (draft: Draft): Words => ['ret', anyDevice(draft), draft.pick(RUNTIME), runtimeValue(draft)],
  sleep: (draft: Draft): Words => {
    const callback = draft.chance(3) ? 'prepare' : draft.pick(SLEEP_PHASES);
    return ['ret', anyDevice(draft), callback, sleepValue(draft, callback)];
  },
};

function scripted(draft: Draft, callback: Callback): Words {
  const device = anyDevice(draft);
  if (callback === 'probe' && draft.chance(8)) {
    const [consumer, supplier] = anyPair(draft);
    return ['on', consumer, 'probe', 'link', consumer, supplier, linkFlags(draft)];
  }
  if (callback !== 'probe' && callback !== 'remove' && draft.chance(12))
    return ['on', device, callback, ...draft.pick([['system_wakeup'], ['wakeup_path', anyDevice(draft)]])];
  const operations =
    callback === 'probe' ? PROBE_OPERATIONS : callback === 'remove' ? REMOVE_OPERATIONS : CALLBACK_OPERATIONS;
  const about = draft.chance(4) ? anyDevice(draft) : device;
  return ['on', device, callback, ...operationWords(draft, draft.pick(operations), about)];
}

/** `on` for the kinds of callbacks. */
const scripts = {
  probe: (draft: Draft): Words => scripted(draft, draft.chance(3) ? 'remove' : 'probe'),
  runtime: (draft: Draft): Words => scripted(draft, draft.pick(RUNTIME)),
  sleep: (draft: Draft): Words => scripted(draft, draft.pick(SLEEP_PHASES)),
  any: (draft: Draft): Words => scripted(draft, draft.pick(CALLBACKS)),
};

const link = (draft: Draft): Words => ['link', ...anyPair(draft), linkFlags(draft)];
const unlink = (draft: Draft): Words => [
  draft.pick(['dellink', 'rmlink']),
  ...(draft.chance(2) ? draft.linkedPair() : anyPair(draft)),
];
const bound = (draft: Draft): Words =>
  draft.weighted<() => Words>([
    [4, () => ['unbind', anyDevice(draft)]],
    [4, () => ['attach', anyDevice(draft)]],
    [1, () => ['bind', anyDevice(draft), draft.driver()]],
  ])();
const gone = (draft: Draft): Words =>
  draft.chance(3) ? ['undrv', draft.driver()] : ['del', anyDevice(draft)];
const pause = (draft: Draft): Words => ['sleep', draft.pick(PAUSES)];
const flags = (draft: Draft): Words => [
  'flag',
  anyDevice(draft),
  ...draft.random.some(
    ['smart_prepare', 'smart_suspend', 'may_skip_resume', 'no_direct_complete', 'async'],
    3,
  ),
];
const said =
  (...words: Words) =>
  (): Words =>
    words;

/** Words that the README of the recordings tells of and that no recorded random scenario has. */
const SELDOM: Weighted<(draft: Draft) => Words> = [
  [3, (draft) => ['wakeup', anyDevice(draft), draft.random.below(2)]],
  [2, (draft) => ['wakeup_path', anyDevice(draft)]],
  [2, said('system_wakeup')],
  [2, (draft) => ['off', anyDevice(draft), draft.pick(CALLBACKS)]],
  [2, (draft) => ['sleep_raw', draft.pick(PAUSES)]],
  [2, said('probe_wait')],
  [1, (draft) => ['delay', anyDevice(draft), draft.pick(CALLBACKS), draft.pick([5, 20])]],
  [1, (draft) => ['add', anyDevice(draft)]],
];

type Lines = Weighted<(draft: Draft) => Words>;

/** What each kind of scenario is made of. */
const KINDS: readonly Lines[] = [
  // System sleep.
  [
    [5, said('suspend')],
    [1, said('suspend', 'devices')],
    [1, said('suspend', 'freezer')],
    [7, returns.sleep],
    [2, scripts.sleep],
    [3, flags],
    [5, operation],
    [3, link],
    [1, bound],
    [2, (draft) => draft.weighted(SELDOM)(draft)],
    [2, said('dump')],
  ],
  // Deferred probes.
  [
    [6, returns.probe],
    [4, link],
    [4, bound],
    [1, gone],
    [2, scripts.any],
    [3, said('settle')],
    [3, said('dump')],
    [1, newDevice],
  ],
  // Links.
  [
    [6, link],
    [3, unlink],
    [4, bound],
    [1, gone],
    [2, operation],
    [8, said('links')],
    [2, said('dump')],
    [1, said('settle')],
  ],
  // Probes that use runtime PM.
  [
    [6, scripts.probe],
    [2, returns.probe],
    [5, bound],
    [2, link],
    [3, operation],
    [4, said('state')],
    [2, said('settle')],
    [1, said('flush')],
  ],
  // Autosuspend.
  [
    [6, pause],
    [3, (draft) => ['rpm', 'set_delay', anyDevice(draft), draft.pick(DELAYS)]],
    [3, (draft) => ['rpm', 'mark_last_busy', anyDevice(draft)]],
    [2, (draft) => ['rpm', draft.pick(['use_autosuspend', 'dont_use_autosuspend']), anyDevice(draft)]],
    [6, operation],
    [1, returns.runtime],
    [1, said('state')],
  ],
  // Runtime PM.
  [
    [18, operation],
    [2, returns.runtime],
    [1, scripts.runtime],
    [2, said('flush')],
    [1, said('state')],
    [1, pause],
    [1, link],
  ],
  // Everything.
  [
    [10, operation],
    [3, link],
    [2, unlink],
    [4, bound],
    [1, gone],
    [2, newDevice],
    [2, returns.runtime],
    [2, returns.sleep],
    [1, returns.probe],
    [3, scripts.any],
    [2, said('suspend')],
    [1, flags],
    [2, (draft) => draft.weighted(SELDOM)(draft)],
    [2, said('settle')],
    [2, said('state')],
    [1, said('flush')],
    [1, pause],
  ],
];

/** A line that is often followed by a look, or by a moment for the workers. */
function sayLine(draft: Draft, words: Words): void {
  draft.say(...words);
  const isChange = ['unbind', 'attach', 'bind', 'suspend', 'del', 'undrv'].includes(String(words[0]));
  if (isChange && !draft.chance(3)) draft.say(draft.pick(['settle', 'settle', 'state', 'dump']));
}

/** A few devices with drivers, links and runtime PM, in an order of chance. */
function beginBlind(draft: Draft): void {
  const { random, rehearsal } = draft;
  for (let count = random.between(1, 6); count > 0; count--) {
    draft.say(...newDevice(draft));
    if (draft.chance(4)) draft.say(...link(draft));
    if (draft.chance(10)) draft.say(...scripts.any(draft));
  }
  if (draft.chance(3)) draft.say(...returns.probe(draft));
  const groups: string[][] = [];
  for (const device of rehearsal.devices) {
    const group = draft.chance(3) ? groups.at(-1) : undefined;
    if (group !== undefined) group.push(device);
    else if (!draft.chance(5)) groups.push([device]);
  }
  const enable = () => {
    for (const device of rehearsal.devices) {
      if (draft.chance(4)) draft.say('rpm', 'set_active', device);
      if (draft.chance(6)) draft.say('rpm', 'get_noresume', device);
      if (!draft.chance(5)) draft.say('rpm', 'enable', device);
    }
  };
  const isEnabledFirst = draft.chance(2);
  if (isEnabledFirst) enable();
  for (const group of groups) draft.say(...newDriver(draft, group));
  if (!isEnabledFirst && !draft.chance(4)) enable();
}

/** A whole scenario of one of the kinds. */
export function composeBlind(draft: Draft): void {
  beginBlind(draft);
  const lines = draft.pick(KINDS);
  for (let left = 10 * draft.options.length; left > 0 && !draft.isFull; left--)
    sayLine(draft, draft.weighted(lines)(draft));
}
