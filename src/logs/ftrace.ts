/**
 * Events of the ftrace text format: device_pm_callback_start/end and suspend_resume
 * (include/trace/events/power.h). Runtime PM events are in runtime-pm.ts.
 *
 * The phase of a callback is not recorded with it, but dpm_suspend() and its kin put a begin and an end mark around
 * all callbacks of their phase, so the reader keeps the mark it is in. Lost records may have been marks: then only
 * the words of the record count until the next mark.
 */

import { directionOfPhase, type LogEvent, type SleepDirection, type SleepPhase } from '../core/trace.ts';
import { digitsEnd, integerAt } from './decimal.ts';
import { readDeviceColumn } from './device-column.ts';
import { readFtracePrefix } from './ftrace-prefix.ts';
import { createMemo, NAME_LIMIT } from './memo.ts';
import { ACTION_PHASE, phaseOfWords, phaseWithoutMark, VERB_DIRECTION } from './pm-words.ts';
import { emptyPrefix, type Mutable, type Outcome } from './record.ts';

type Begin = Mutable<Extract<LogEvent, { kind: 'callback-begin' }>>;
type End = Mutable<Extract<LogEvent, { kind: 'callback-end' }>>;

const DEVICE_PM = 'device_pm';
const CALLBACK = '_callback_';
const START = 'start:';
const END = 'end:';
const SUSPEND_RESUME = 'suspend_resume:';
const PARENT = ', parent: ';
const ERROR = ', err=';
const UNNAMED_VERB = /^0x[\da-f]{1,8}$/;

/** What stands after `, parent: ` of a start record. */
interface StartTail {
  readonly parent: string;
  /** `late driver`, or empty. */
  readonly words: string;
  readonly verb: string;
  readonly direction: SleepDirection | undefined;
  /** The phase that the words say themselves. */
  readonly stated: SleepPhase | undefined;
  /** The phase that they mean where no mark tells it. */
  readonly implied: SleepPhase | undefined;
}

/** Reads `soc, noirq power domain [suspend]`. */
function readStartTail(text: string): StartTail | 'incomplete' | 'broken' {
  const open = text.lastIndexOf('[');
  const close = text.indexOf(']', open);
  if (open < 0 || close < 0) return 'incomplete';
  const comma = text.lastIndexOf(', ', open);
  const verb = text.slice(open + 1, close);
  const direction = VERB_DIRECTION.get(verb);
  // A PM event that the kernel has no verb for is printed as a hexadecimal number.
  const known = direction !== undefined || UNNAMED_VERB.test(verb);
  if (!known || comma < 0 || comma > NAME_LIMIT || open - comma > NAME_LIMIT) return 'broken';
  const words = text.slice(comma + 2, open).trim();
  return {
    parent: text.slice(0, comma),
    words,
    verb,
    direction,
    stated: direction && phaseOfWords(words, direction),
    implied: direction && phaseWithoutMark(words, direction),
  };
}

/** Where `label`, which begins with a comma, stands at or after `from`; -1 if nowhere. */
function fieldAt(line: string, label: string, from: number): number {
  let at = line.indexOf(',', from);
  while (at >= 0 && !line.startsWith(label, at)) at = line.indexOf(',', at + 1);
  return at;
}

export interface FtraceReader {
  /** Reads the line as a device_pm_callback event, in whose name `_callback_` begins at `at`. */
  readonly callback: (line: string, at: number) => Outcome;
  /** Reads the line as a suspend_resume event, whose name begins at `at`. */
  readonly suspendResume: (line: string, at: number) => Outcome;
  /** Records are missing here, so the enclosing phase is not known until the next mark. */
  readonly forgetPhase: () => void;
}

export function createFtraceReader(): FtraceReader {
  const prefix = emptyPrefix();
  const columnOf = createMemo(readDeviceColumn);
  const tailOf = createMemo(readStartTail);
  /** The phase whose begin mark stands last, if its end has not come and no records were lost since. */
  let enclosing: SleepPhase | undefined;
  let enclosingDirection: SleepDirection | undefined;

  function enclose(phase: SleepPhase | undefined): void {
    enclosing = phase;
    enclosingDirection = phase && directionOfPhase(phase);
  }

  /** Its own words count most; a mark of the other direction has lost its end. */
  function phaseOf({ direction, stated, implied }: StartTail): SleepPhase | undefined {
    if (stated !== undefined) return stated;
    const marked = direction === undefined || direction === enclosingDirection ? enclosing : undefined;
    return marked ?? implied;
  }

  function callbackStart(line: string, at: number, body: number): Outcome {
    const parentAt = fieldAt(line, PARENT, body);
    if (parentAt < 0) return 'incomplete';
    const tail = tailOf(line.slice(parentAt + PARENT.length));
    if (typeof tail === 'string') return tail;
    const { device, driver } = columnOf(line.slice(body, parentAt));
    if (device === '') return 'broken';
    readFtracePrefix(line, at, prefix);
    const { parent, words, verb, direction } = tail;
    const phase = phaseOf(tail);
    const event: Begin = { kind: 'callback-begin', time: prefix.time, device };
    if (driver !== '') event.driver = driver;
    if (parent !== 'none') event.parent = parent;
    if (phase !== undefined) event.phase = phase;
    if (direction !== undefined) event.direction = direction;
    if (words !== '') event.callback = words;
    if (prefix.task >= 0) event.task = prefix.task;
    event.verb = verb;
    return event;
  }

  function callbackEnd(line: string, at: number, body: number): Outcome {
    const errorAt = fieldAt(line, ERROR, body);
    const from = errorAt + ERROR.length;
    if (errorAt < 0 || from === line.length) return 'incomplete';
    const space = line.indexOf(' ', from);
    const error = integerAt(line, from, space < 0 ? line.length : space);
    const { device, driver } = columnOf(line.slice(body, errorAt));
    if (Number.isNaN(error) || device === '') return 'broken';
    readFtracePrefix(line, at, prefix);
    const event: End = { kind: 'callback-end', time: prefix.time, device, error };
    if (driver !== '') event.driver = driver;
    if (prefix.task >= 0) event.task = prefix.task;
    return event;
  }

  function mark(action: string, begins: boolean): Outcome {
    const time = prefix.time;
    const phase = ACTION_PHASE.get(action);
    if (phase !== undefined) {
      enclose(begins ? phase : undefined);
      return { kind: begins ? 'phase-begin' : 'phase-end', time, phase };
    }
    if (begins && action === 'suspend_enter') return { kind: 'cycle', time, mark: 'entry' };
    if (begins && action === 'machine_suspend') return { kind: 'cycle', time, mark: 'asleep' };
    if (!begins && action === 'thaw_processes') return { kind: 'cycle', time, mark: 'exit' };
    return 'step';
  }

  return {
    callback: (line, at) => {
      const event = at - DEVICE_PM.length;
      const word = at + CALLBACK.length;
      if (!line.startsWith(DEVICE_PM, event)) return 'foreign';
      if (line.startsWith(START, word)) return callbackStart(line, event, word + START.length);
      return line.startsWith(END, word) ? callbackEnd(line, event, word + END.length) : 'foreign';
    },
    suspendResume: (line, at) => {
      const body = line.slice(at + SUSPEND_RESUME.length).trimStart();
      const open = body.indexOf('[');
      const close = digitsEnd(body, open + 1, body.length);
      if (open < 0) return body.includes(' ') ? 'broken' : 'incomplete';
      if (open === 0 || open > NAME_LIMIT) return 'broken';
      if (close === open + 1 || body.charCodeAt(close) !== 93)
        return close === body.length ? 'incomplete' : 'broken';
      const [word] = body
        .slice(close + 1, close + 16)
        .trimStart()
        .split(' ', 1);
      if (word === '') return 'incomplete';
      if (word !== 'begin' && word !== 'end') return 'broken';
      readFtracePrefix(line, at, prefix);
      return mark(body.slice(0, open), word === 'begin');
    },
    forgetPhase: () => enclose(undefined),
  };
}
