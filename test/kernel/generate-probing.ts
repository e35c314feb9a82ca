/** Moves about probing: deferrals, probes that do a lot, and what meets a probe or an unbind in its middle. */
import type { Draft } from './generate-draft.ts';
import { ERRORS, linkFlags, nestedCommand, probeWords } from './generate-values.ts';

/** Deferrals that wait for one another, and the driver that ends the wait. */
export function deferralWeb(draft: Draft): void {
  const { devices } = draft.rehearsal;
  if (devices.length === 0) return;
  const web = draft.random.some(devices, 4);
  for (const device of web) draft.say('ret', device, 'probe', probeWords(draft));
  if (draft.chance(2)) draft.say('link', ...draft.pair(), linkFlags(draft));
  const free = draft.devicesWith(({ driver }) => driver < 0);
  if (free.length > 0) {
    const words = draft.chance(2) ? ['ops=all', 'sync_state'] : ['ops=rpm'];
    draft.say('drv', draft.newDriver(), `match=${draft.random.some(free, 4).join(',')}`, ...words);
  }
  draft.say(draft.pick(['settle', 'probe_wait', 'state', 'lists']));
}

/** A probe that makes children, links or uses runtime PM, and then succeeds, fails or is deferred. */
export function busyProbe(draft: Draft): void {
  const device = draft.deviceWith(({ driver }) => driver < 0) ?? draft.device();
  for (let count = draft.random.between(1, 3); count > 0; count--) {
    const command = draft.weighted<() => string>([
      [6, () => nestedCommand(draft, device, 'probe')],
      [2, () => `dev ${draft.newDevice()} parent=${device}${draft.chance(2) ? ' noadd' : ''}`],
      [3, () => `link ${device} ${draft.device()} ${linkFlags(draft)}`],
      [1, () => `link ${draft.device()} ${device} ${linkFlags(draft)}`],
      [1, () => `add ${draft.device()}`],
    ])();
    draft.say('on', device, 'probe', command);
  }
  if (draft.chance(2)) draft.say('ret', device, 'probe', probeWords(draft));
  if (draft.chance(2))
    draft.say('drv', draft.newDriver(), `match=${device}`, draft.pick(['ops=all', 'ops=rpm', '']));
  else draft.say('attach', device);
  draft.say(draft.pick(['settle', 'dump', 'links', 'state']));
  if (draft.chance(2)) draft.say('off', device, 'probe');
}

/** Two drivers for one device: an error of the first lets the second try, a refusal ends it. */
export function twoDrivers(draft: Draft): void {
  const device = draft.deviceWith(({ driver }) => driver < 0) ?? draft.device();
  if (draft.chance(2))
    draft.say(
      'ret',
      device,
      'probe',
      `${draft.pick([...ERRORS, -517, 1, 'defer'])},${draft.pick([0, -5, 'defer'])}`,
    );
  for (let count = 2; count > 0; count--) {
    draft.say('drv', draft.newDriver(), `match=${device}`, draft.pick(['ops=all', 'ops=sr', '']));
  }
  draft.say(draft.pick(['unbind', 'attach', 'state']), device);
  if (draft.chance(2)) draft.say('attach', device);
}

function unboundDevice(draft: Draft): string {
  return draft.deviceWith(({ driver }) => driver < 0) ?? draft.device();
}

/** A probe that takes its time in the worker of deferred probes, and what is asked meanwhile. */
export function catchInProbe(draft: Draft): void {
  const [consumer, supplier] = draft.pair();
  draft.say('unbind', consumer);
  draft.say('unbind', supplier);
  draft.say(
    'link',
    consumer,
    supplier,
    draft.pick(['autoprobe_consumer', 'autoprobe_consumer,pm_runtime', '0']),
  );
  draft.say('attach', consumer);
  draft.say('delay', consumer, 'probe', draft.pick([10, 20]));
  if (draft.chance(3)) draft.say('ret', consumer, 'probe', probeWords(draft));
  draft.say('attach', supplier);
  draft.say(draft.pick(['sleep 3', 'sleep_raw 3', 'sleep 5']));
  for (let more = draft.random.between(1, 2); more > 0; more--) meetProbe(draft, consumer, supplier);
  draft.say('sleep', 30);
  draft.say('delay', consumer, 'probe', 0);
  draft.say('dump');
}

/** Something that another task does to a device in its probe or to its supplier. */
function meetProbe(draft: Draft, consumer: string, supplier: string): void {
  draft.say(
    ...draft.weighted<(string | number)[]>([
      [3, ['unbind', supplier]],
      [2, ['unbind', consumer]],
      [2, ['link', draft.device(), draft.device(), linkFlags(draft)]],
      [2, ['probe_wait']],
      [1, ['state']],
      [1, ['attach', consumer]],
      [1, ['del', supplier]],
      [1, ['suspend']],
      [1, ['rpm', 'get_sync', supplier]],
    ]),
  );
}

/** A probe that binds another device and is then deferred: what has come meanwhile ends its wait. */
export function changeInProbe(draft: Draft): void {
  const device = unboundDevice(draft);
  const other = unboundDevice(draft);
  draft.say('on', device, 'probe', `${draft.pick(['attach', 'unbind'])} ${other}`);
  draft.say('ret', device, 'probe', draft.pick(['defer', 'defer,defer', `defer:${other}`, '-5']));
  draft.say('drv', draft.newDriver(), `match=${device},${other}`, draft.pick(['ops=rpm', '']));
  draft.say(draft.pick(['state', 'settle']));
  draft.say('off', device, 'probe');
}

/** A link made in a probe resumes its supplier with the lock of all links held. */
export function linkUnderLock(draft: Draft): void {
  const [consumer, supplier] = draft.pair();
  draft.say('unbind', consumer);
  draft.say('rpm', 'enable', supplier);
  draft.say(
    'on',
    consumer,
    'probe',
    `link ${consumer} ${supplier} ${draft.pick(['', 'autoprobe_consumer,', 'inferred,'])}pm_runtime`,
  );
  draft.say('ret', consumer, 'probe', 'defer,0');
  draft.say('delay', supplier, 'runtime_resume', draft.pick([10, 20]));
  draft.say('attach', consumer);
  draft.say('sleep', draft.pick([1, 3]));
  draft.say('link', ...draft.pair(), linkFlags(draft));
  draft.say('sleep', 40);
  draft.say('delay', supplier, 'runtime_resume', 0);
  draft.say('off', consumer, 'probe');
}

/** What {@link hangAtRemoval} says. */
export const COMMANDS_TO_HANG_AT_REMOVAL = 7;

/**
 * A consumer that waits for one supplier and has got a link to another, which is bound: the removal of that one, which comes first as
 * it is the last device, never ends.
 */
export function hangAtRemoval(draft: Draft): void {
  const awaited = draft.newDevice();
  draft.say('dev', awaited);
  const consumer = draft.newDevice();
  draft.say('dev', consumer);
  const supplier = draft.newDevice();
  draft.say('dev', supplier);
  draft.say('link', consumer, awaited, 0);
  for (const device of [supplier, consumer]) draft.say('drv', draft.newDriver(), `match=${device}`);
  draft.say('link', consumer, supplier, 0);
}

/** A link to a supplier that is on its way out, made by its own callbacks. */
export function linkWhileUnbinding(draft: Draft): void {
  const supplier = draft.deviceWith(({ bound }) => bound) ?? draft.device();
  const consumer = draft.device();
  const callback = draft.pick(['remove', 'remove', 'runtime_idle', 'runtime_suspend']);
  draft.say('on', supplier, callback, `link ${consumer} ${supplier} ${linkFlags(draft)}`);
  if (draft.chance(2)) draft.say('on', supplier, callback, 'links');
  draft.say(draft.pick(['unbind', 'unbind', 'del']), supplier);
  draft.say('links');
  draft.say('off', supplier, callback);
  if (draft.chance(2)) draft.say('attach', supplier);
}
