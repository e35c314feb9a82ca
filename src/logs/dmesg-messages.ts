/**
 * Messages of the kernel log about the whole system and about failures: kernel/power/suspend.c and hibernate.c,
 * pm_dev_err(), dpm_show_time() and __suspend_report_result() of drivers/base/power/main.c.
 */

import type { CycleMark, SleepFailure } from '../core/trace.ts';
import { integerAt } from './decimal.ts';
import type { DeviceColumn } from './device-column.ts';
import { detached, NAME_LIMIT } from './memo.ts';
import { phaseOfShowTime, VERB_DIRECTION } from './pm-words.ts';
import type { Mutable, Outcome } from './record.ts';

/** The longest message looked at; those that concern us are far shorter. */
const MESSAGE_LIMIT = 4 * NAME_LIMIT;

const CYCLE_MARKS: readonly (readonly [message: string, mark: CycleMark['mark']])[] = [
  ['suspend entry', 'entry'],
  ['suspend exit', 'exit'],
  ['suspend-to-idle', 'asleep'],
  ['suspend debug: Waiting for', 'asleep'],
  ['hibernation: hibernation entry', 'entry'],
  ['hibernation: hibernation exit', 'exit'],
  ['hibernation: debug: Waiting for', 'asleep'],
  ['hibernation entry', 'entry'],
  ['hibernation exit', 'exit'],
];

/** Failures of the whole system, in the words that pm_dev_err() would have for the phase. */
const SYSTEM_FAILURES: readonly (readonly [message: string, what: string])[] = [
  ['Some devices failed to suspend, or early wake event detected', 'suspend'],
  ['late suspend of devices failed', 'suspend late'],
  ['noirq suspend of devices failed', 'suspend noirq'],
  ['hibernation: Some devices failed to power down, aborting', 'power down'],
  ['Some devices failed to power down, aborting', 'power down'],
];

const NOT_PREPARED = 'not prepared for power transition: code ';
const STATE = /^ \(([^)\s]{1,32})\)/;
const SHOW_TIME = /^(?:(\w+) )?(\w+) of devices (?:complete|aborted) after \d+\.\d+ msecs/;
const SHOW_TIME_CUT =
  /^(?:(?:late|early|noirq|start|end) )?(\w+) of devices(?: (?:complete|aborted)(?: after(?: \d+\.\d+)?)?)?$/;
const FAILED = /^failed to (\w+)((?: async| noirq| late| early)*): error (\S+)/;
const FAILED_CUT = /^failed to(?: (\w+)(?: async| noirq| late| early)*(?::(?: error)?)?)?$/;
const OLD_FAILED = /^Device (\S+) (failed to .*)$/;
const REPORTED = /^(\w+)\(\): (\S+)(?: \[[^\]\s]*\])? returns (\S+)/;
const REPORTED_CUT = /^\w+\(\):(?: \S+(?: \[[^\]\s]*\]?)?(?: returns)?)?$/;

interface Context {
  readonly time: number;
  readonly column: DeviceColumn;
}

function failure({ time, column }: Context, what: string, error?: number): Outcome {
  const event: Mutable<SleepFailure> = { kind: 'sleep-failure', time, what };
  if (column.device !== '') event.device = column.device;
  if (column.driver !== '') event.driver = column.driver;
  if (error !== undefined) event.error = error;
  return event;
}

function failureWithCode(context: Context, what: string, code: string): Outcome {
  const error = integerAt(code, 0, code.length);
  return Number.isNaN(error) ? 'broken' : failure(context, detached(what), error);
}

function cycleMark(message: string, time: number): Outcome {
  for (const [text, mark] of CYCLE_MARKS) {
    if (!message.startsWith(text)) continue;
    const state = STATE.exec(message.slice(text.length))?.[1];
    return state === undefined
      ? { kind: 'cycle', time, mark }
      : { kind: 'cycle', time, mark, state: detached(state) };
  }
  return 'foreign';
}

function systemFailure(message: string, context: Context): Outcome {
  // All that older kernels said.
  if (message === 'Some devices failed to suspend') return failure(context, 'suspend');
  for (const [text, what] of SYSTEM_FAILURES) {
    if (message.startsWith(text)) return failure(context, what);
    if (message.length >= 'Some devices'.length && text.startsWith(message)) return 'incomplete';
  }
  return 'foreign';
}

function showTime(message: string, time: number): Outcome {
  const complete = SHOW_TIME.exec(message);
  if (complete === null) {
    const verb = SHOW_TIME_CUT.exec(message)?.[1];
    return verb !== undefined && VERB_DIRECTION.has(verb) ? 'incomplete' : 'foreign';
  }
  const [, info = '', verb = ''] = complete;
  if (!VERB_DIRECTION.has(verb)) return 'foreign';
  const phase = phaseOfShowTime(info, verb);
  return phase === undefined ? 'step' : { kind: 'phase-end', time, phase };
}

/** `failed to suspend async: error -11`; drivers print their own `failed to ...`, so the verb must be one of PM. */
function deviceFailure(message: string, context: Context): Outcome {
  const failed = FAILED.exec(message);
  if (failed !== null) {
    const [, verb = '', info = '', code = ''] = failed;
    return VERB_DIRECTION.has(verb) ? failureWithCode(context, verb + info, code) : 'foreign';
  }
  const cut = FAILED_CUT.exec(message);
  if (cut === null) return 'foreign';
  if (cut[1] === undefined) return 'undecided';
  return VERB_DIRECTION.has(cut[1]) ? 'incomplete' : 'foreign';
}

/** `dpm_run_callback(): fn returns -16`: said by whoever called the function, so its name is part of what failed. */
function reportedResult(message: string, context: Context): Outcome {
  const reported = REPORTED.exec(message);
  if (reported !== null) {
    const [, caller = '', callback = '', code = ''] = reported;
    const plus = callback.indexOf('+0x');
    const what = `${caller}(): ${plus < 0 ? callback : callback.slice(0, plus)}`;
    return failureWithCode(context, what, code);
  }
  return REPORTED_CUT.test(message) ? 'undecided' : 'foreign';
}

function notPrepared(message: string, context: Context): Outcome {
  if (!message.startsWith(NOT_PREPARED)) {
    return message.startsWith('not prepared') && NOT_PREPARED.startsWith(message) ? 'incomplete' : 'foreign';
  }
  return failureWithCode(context, 'prepare', message.slice(NOT_PREPARED.length).split(' ', 1)[0]!);
}

/** Which reader a message is for, by its first character: most messages are for none. */
function dispatch(message: string, context: Context): Outcome {
  if (message.startsWith('failed to')) return deviceFailure(message, context);
  if (message.startsWith('not ')) return notPrepared(message, context);
  const old = message.startsWith('Device ') ? OLD_FAILED.exec(message) : null;
  if (old !== null && old[1]!.length <= NAME_LIMIT) {
    return deviceFailure(old[2]!, { ...context, column: { device: detached(old[1]!), driver: '' } });
  }
  const mark = cycleMark(message, context.time);
  if (mark !== 'foreign') return mark;
  const system = systemFailure(message, context);
  if (system !== 'foreign') return system;
  const shown = showTime(message, context.time);
  return shown === 'foreign' && message.includes('():') ? reportedResult(message, context) : shown;
}

/**
 * Reads a message, which stands after `PM: ` and a device if it is about one.
 * @param column the device that the message is about, or NO_DEVICE
 */
export function readMessage(message: string, column: DeviceColumn, time: number): Outcome {
  return message.length > MESSAGE_LIMIT ? 'foreign' : dispatch(message, { time, column });
}
