/** Moves about system sleep. */
import type { Callback } from '../../src/core/callbacks.ts';
import { SLEEP_PHASES } from '../../src/core/trace.ts';
import type { Draft } from './generate-draft.ts';
import { ERRORS, flagWords, linkFlags, nestedCommand } from './generate-values.ts';

const DOWN: readonly Callback[] = ['prepare', 'suspend', 'suspend_late', 'suspend_noirq'];

/** A cycle down to some level, and what it has left. */
export function sleepCycle(draft: Draft): void {
  const level = draft.weighted([
    [8, ''],
    [1, 'platform'],
    [2, 'devices'],
    [1, 'freezer'],
  ]);
  draft.say('suspend', level);
  if (draft.chance(2)) draft.say('settle');
  draft.say(draft.pick(['dump', 'state', 'lists']));
}

/** Devices that agree to stay suspended through a cycle: one of them with a reason not to. */
export function directComplete(draft: Draft): void {
  const agreeing = draft.devicesWith(() => !draft.chance(4));
  for (const device of agreeing) draft.say('ret', device, 'prepare', '1*');
  spoil(draft, agreeing.length > 0 ? draft.pick(agreeing) : draft.device());
  sleepCycle(draft);
}

/** Something that ends the agreement of a device and of those above it. */
function spoil(draft: Draft, device: string): void {
  const callback = draft.pick(SLEEP_PHASES) as Callback;
  draft.say(
    ...draft.weighted<(string | number)[]>([
      [3, ['wakeup', device, 1]],
      [2, ['on', device, callback, `wakeup_path ${draft.device()}`]],
      [2, ['on', device, callback, 'system_wakeup']],
      [2, ['rpm', 'get_sync', device]],
      [2, ['on', device, 'prepare', `rpm get ${draft.device()}`]],
      [2, ['on', device, 'suspend', `rpm request_resume ${draft.device()}`]],
      [2, ['flag', device, 'no_direct_complete']],
      [2, ['ret', device, 'prepare', draft.pick(['0', '-16', '-11', '0*'])]],
      [1, ['rpm', 'disable', device]],
      [1, ['flag', device, 'syscore']],
    ]),
  );
}

/** Devices that stay suspended through the late phases, with parents and suppliers that do or do not. */
export function smartSuspend(draft: Draft): void {
  for (const device of draft.devicesWith(() => !draft.chance(3))) {
    draft.say('flag', device, ...flagWords(draft));
  }
  if (draft.chance(2)) draft.say('rpm', 'ignore_children', draft.device(), 1);
  if (draft.chance(2)) draft.say('link', ...draft.pair(), linkFlags(draft));
  if (draft.chance(2)) failPhase(draft);
  sleepCycle(draft);
}

/** A device that fails a phase of sleep or of resume. */
export function failPhase(draft: Draft): void {
  const device = draft.device();
  const callback = draft.pick(draft.chance(3) ? SLEEP_PHASES : DOWN) as Callback;
  draft.say('ret', device, callback, draft.pick([-16, -5, ...ERRORS, 1]));
}

/** A wakeup event in some phase, or before it. */
export function wakeupAbort(draft: Draft): void {
  const device = draft.device();
  const callback = draft.pick(draft.chance(3) ? SLEEP_PHASES : DOWN);
  draft.say('on', device, callback, 'system_wakeup');
  sleepCycle(draft);
  if (draft.chance(2)) draft.say('off', device, callback);
}

/** Commands in callbacks of sleep. */
export function nestedInSleep(draft: Draft): void {
  for (let count = draft.random.between(1, 3); count > 0; count--) {
    const device = draft.device();
    const callback = draft.pick(SLEEP_PHASES) as Callback;
    draft.say('on', device, callback, nestedCommand(draft, device, callback));
  }
  sleepCycle(draft);
}

/** Runtime PM that drivers switch on or force inside a cycle, where it is blocked or disabled. */
export function runtimeInSleep(draft: Draft): void {
  const device = draft.device();
  const callback = draft.pick(SLEEP_PHASES) as Callback;
  const operation = draft.pick([
    'enable',
    'disable',
    'set_active',
    'set_suspended',
    'force_suspend',
    'force_resume',
  ]);
  draft.say('on', device, callback, `rpm ${operation} ${draft.chance(3) ? draft.device() : device}`);
  if (operation === 'force_suspend') {
    const up = draft.pick(['resume', 'resume_early', 'resume_noirq']);
    draft.say('on', device, up, `rpm force_resume ${device}`);
  }
  sleepCycle(draft);
  if (draft.chance(2)) draft.say('off', device, callback);
}

/** A late abort while devices are suspended that may stay so. */
export function smartAbort(draft: Draft): void {
  for (const device of draft.devicesWith(() => !draft.chance(3))) {
    draft.say('flag', device, 'smart_suspend', draft.chance(2) ? 'may_skip_resume' : '');
  }
  const failing = draft.device();
  const phase = draft.pick(['suspend_noirq', 'suspend_noirq', 'suspend_late']);
  if (draft.chance(2)) draft.say('ret', failing, phase, -16);
  else draft.say('on', failing, phase, 'system_wakeup');
  sleepCycle(draft);
  draft.say('off', failing, phase);
  if (draft.chance(2)) sleepCycle(draft);
}

/** Probes that a sleep cycle puts off: a driver or a supplier comes inside one. */
export function probeInSleep(draft: Draft): void {
  const device = draft.device();
  const callback = draft.pick(SLEEP_PHASES);
  const unbound = draft.deviceWith(({ driver }) => driver < 0) ?? draft.device();
  const command = draft.weighted<string>([
    [3, `attach ${unbound}`],
    [2, `bind ${unbound} ${draft.driver()}`],
    [2, `dev ${draft.newDevice()} parent=${device}`],
    [2, `dev ${draft.newDevice()}`],
    [2, `drv ${draft.newDriver()} match=${unbound} ops=rpm`],
    [1, `unbind ${draft.device()}`],
    [1, `del ${unbound}`],
  ]);
  draft.say('on', device, callback, command);
  sleepCycle(draft);
  draft.say('off', device, callback);
}
