/**
 * The words that drivers/base/power/main.c prints, and what they say about phase and direction (pm_verb(), pm_op(),
 * the `info` strings, dpm_show_time()). Data and small rules only; where the words stand in a line is for the readers.
 */

import type { SleepDirection, SleepPhase } from '../core/trace.ts';

/** pm_verb(): the word for each PM event, and the half of a sleep cycle that it belongs to. */
export const VERB_DIRECTION: ReadonlyMap<string, SleepDirection> = new Map([
  ['suspend', 'suspend'],
  ['freeze', 'suspend'],
  ['quiesce', 'suspend'],
  ['hibernate', 'suspend'],
  ['resume', 'resume'],
  ['thaw', 'resume'],
  ['restore', 'resume'],
  ['recover', 'resume'],
]);

/** The actions of the suspend_resume tracepoint that enclose one phase of all devices. */
export const ACTION_PHASE: ReadonlyMap<string, SleepPhase> = new Map([
  ['dpm_prepare', 'prepare'],
  ['dpm_suspend', 'suspend'],
  ['dpm_suspend_late', 'suspend_late'],
  ['dpm_suspend_noirq', 'suspend_noirq'],
  ['dpm_resume_noirq', 'resume_noirq'],
  ['dpm_resume_early', 'resume_early'],
  ['dpm_resume', 'resume'],
  ['dpm_complete', 'complete'],
]);

/**
 * The phase that the first of the words says in itself: `late`, `early`, `noirq`, and `preparing`, `completing` of
 * kernels that passed them to the tracepoint. Absent for plain layer words ("bus", "driver", "legacy bus").
 */
export function phaseOfWords(words: string, direction: SleepDirection): SleepPhase | undefined {
  const space = words.indexOf(' ');
  switch (space < 0 ? words : words.slice(0, space)) {
    case 'late':
      return direction === 'suspend' ? 'suspend_late' : undefined;
    case 'early':
      return direction === 'resume' ? 'resume_early' : undefined;
    case 'noirq':
      return direction === 'suspend' ? 'suspend_noirq' : 'resume_noirq';
    case 'preparing':
      return 'prepare';
    case 'completing':
      return 'complete';
    default:
      return undefined;
  }
}

/**
 * The phase that words and verb mean where no mark tells it. dpm_prepare() and dpm_complete() print the same verbs as
 * suspend and resume, with empty words; every other phase prints the layer that it calls into.
 */
export function phaseWithoutMark(words: string, direction: SleepDirection): SleepPhase {
  if (words !== '') return direction;
  return direction === 'suspend' ? 'prepare' : 'complete';
}

/**
 * The phase that a line of dpm_show_time() closes: `info` is its first word or empty, `verb` its verb. Absent for
 * `start` and `end`, which span several phases.
 */
export function phaseOfShowTime(info: string, verb: string): SleepPhase | undefined {
  const direction = VERB_DIRECTION.get(verb);
  if (direction === undefined) return undefined;
  return info === '' ? direction : phaseOfWords(info, direction);
}

const SUSPEND_NAME = /suspend|freeze|poweroff/;
const RESUME_NAME = /resume|thaw|restore/;

/** The direction that a callback function's name tells, as in `usb_dev_suspend`; absent if it tells none or both. */
export function directionOfFunction(name: string): SleepDirection | undefined {
  const suspends = SUSPEND_NAME.test(name);
  const resumes = RESUME_NAME.test(name);
  if (suspends === resumes) return undefined;
  return suspends ? 'suspend' : 'resume';
}
