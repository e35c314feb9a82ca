/** Moves that make and unmake devices, drivers, links and scripts. */
import { CALLBACKS, type Callback } from '../../src/core/callbacks.ts';
import { SLEEP_PHASES } from '../../src/core/trace.ts';
import type { Draft } from './generate-draft.ts';
import {
  callbackWords,
  flagWords,
  linkFlags,
  nestedCommand,
  probeWords,
  RUNTIME,
  returnWords,
} from './generate-values.ts';

/** The words of a new device. */
function deviceWords(draft: Draft): string[] {
  const parent = draft.rehearsal.devices.length > 0 && draft.chance(2) ? [`parent=${draft.device()}`] : [];
  const type = draft.chance(6) ? [callbackWords(draft, 'type')] : [];
  const domain = draft.chance(8) ? [callbackWords(draft, 'dom')] : [];
  const rare = [
    ...(draft.chance(draft.options.asynchronous ? 2 : 15) ? ['async'] : []),
    ...(draft.chance(25) ? ['syscore'] : []),
    ...(draft.chance(10) ? ['noadd'] : []),
  ];
  return [...parent, ...type, ...domain, ...rare];
}

/** A new device; now and then under a name that exists. */
export function addDevice(draft: Draft): void {
  if (!draft.room) {
    removeDevice(draft);
    return;
  }
  const name = draft.chance(60) ? draft.device() : draft.newDevice();
  draft.say('dev', name, ...deviceWords(draft));
}

/** device_add() of a device that waits for it, or of one that was added. */
export function registerDevice(draft: Draft): void {
  const waiting = draft.deviceWith(({ registered }) => !registered);
  draft.say('add', waiting ?? draft.absent());
}

export function removeDevice(draft: Draft): void {
  draft.say('del', draft.device());
}

/** A driver for some devices, or for ones that will come. */
export function addDriver(draft: Draft): void {
  const { random } = draft;
  const { devices } = draft.rehearsal;
  const unbound = draft.devicesWith(({ driver }) => driver < 0);
  const likely = unbound.length > 0 && !draft.chance(4) ? unbound : devices;
  const matches = likely.length === 0 ? [draft.absent()] : random.some(likely, 4);
  if (draft.chance(6)) matches.push(draft.absent());
  const words = [
    `match=${matches.join(',')}`,
    ...(draft.chance(6) ? [] : [callbackWords(draft, 'ops')]),
    ...(draft.chance(3) ? ['sync_state'] : []),
    ...(draft.options.asynchronous && draft.chance(2) ? ['async'] : []),
  ];
  const name = draft.chance(60) ? draft.driver() : draft.newDriver();
  draft.say('drv', name, ...words);
}

/** A driver with all callbacks for every device that has none. */
export function addDriverForAll(draft: Draft): void {
  const unbound = draft.devicesWith(({ driver }) => driver < 0);
  if (unbound.length === 0) return;
  draft.say(
    'drv',
    draft.newDriver(),
    `match=${unbound.join(',')}`,
    draft.pick(['ops=all', 'ops=all', 'ops=rpm']),
  );
}

export function removeDriver(draft: Draft): void {
  draft.say('undrv', draft.driver());
}

/** bind, attach or unbind, mostly where it does something. */
export function changeDriver(draft: Draft): void {
  const bound = draft.deviceWith((device) => device.bound);
  const unbound = draft.deviceWith(({ driver }) => driver < 0);
  const free = unbound !== undefined && !draft.chance(5) ? unbound : draft.device();
  const held = bound !== undefined && !draft.chance(5) ? bound : draft.device();
  draft.say(
    ...draft.weighted([
      [4, ['unbind', held]],
      [3, ['attach', free]],
      [3, ['bind', free, driverFor(draft, free)]],
    ]),
  );
}

/** A driver that matches the device, if there is one. */
function driverFor(draft: Draft, device: string): string {
  const { world, drivers } = draft.rehearsal;
  const matching = drivers.filter((name) =>
    world.drivers.some((driver) => driver.name === name && driver.matches?.includes(device)),
  );
  return matching.length > 0 && !draft.chance(6) ? draft.pick(matching) : draft.driver();
}

/** Under any parent, also one that depends on the device: that circle kills the kernel later, if something walks through it. */
export function moveDevice(draft: Draft): void {
  const device = draft.device();
  const parent = draft.chance(5) ? '-' : draft.device();
  draft.say('move', device, parent, draft.random.below(4));
}

export function addLink(draft: Draft): void {
  draft.say('link', ...(draft.chance(4) ? draft.linkedPair() : draft.pair()), linkFlags(draft));
}

export function removeLink(draft: Draft): void {
  draft.say(draft.pick(['dellink', 'rmlink']), ...draft.linkedPair());
}

/** A link of some kind, its consumer's driver gone and come back, and what became of the link. */
export function linkLife(draft: Draft): void {
  const [consumer, supplier] = draft.linkedPair();
  if (draft.chance(2)) draft.say('link', consumer, supplier, linkFlags(draft));
  const end = draft.pick([consumer, supplier]);
  draft.say('unbind', end);
  if (draft.chance(2)) draft.say('link', consumer, supplier, linkFlags(draft));
  if (draft.chance(2)) draft.say('links');
  draft.say(draft.chance(4) ? 'settle' : 'attach', end);
  if (draft.chance(2)) draft.say('settle');
  draft.say('links');
}

/** Which callback of a device a script is about, by what the theme is after. */
export type ScriptKind = 'runtime' | 'probe' | 'sleep';

function callbackFor(draft: Draft, kind: ScriptKind): Callback {
  if (draft.chance(8)) return draft.pick(CALLBACKS);
  if (kind === 'runtime') return draft.pick(RUNTIME);
  if (kind === 'probe')
    return draft.weighted([
      [6, 'probe'],
      [2, 'remove'],
      [1, 'sync_state'],
    ]);
  return draft.pick(SLEEP_PHASES) as Callback;
}

/** A return value, a command, a delay, or none any more. */
export function script(kind: ScriptKind): (draft: Draft) => void {
  return (draft) => {
    const device = draft.device();
    const callback = callbackFor(draft, kind);
    const values = callback === 'probe' ? probeWords(draft) : returnWords(draft, callback);
    draft.say(
      ...draft.weighted<(string | number)[]>([
        [8, ['ret', device, callback, values]],
        [6, ['on', device, callback, nestedCommand(draft, device, callback)]],
        [1, ['off', device, callback]],
        [kind === 'sleep' ? 0 : 2, ['delay', device, callback, draft.milliseconds()]],
        [1, ['delay', device, callback, 0]],
      ]),
    );
  };
}

export function setFlags(draft: Draft): void {
  draft.say('flag', draft.device(), ...flagWords(draft));
}

export function setWakeup(draft: Draft): void {
  draft.say(
    ...draft.weighted<(string | number)[]>([
      [4, ['wakeup', draft.device(), draft.chance(3) ? 0 : 1]],
      [2, ['wakeup_path', draft.device()]],
      [1, ['system_wakeup']],
    ]),
  );
}
