/**
 * Records of the kernel log: what pm_print_times (initcall_debug_start() and initcall_debug_report() in
 * drivers/base/power/main.c) prints for each callback, in the present form and in those of older kernels. Messages
 * about failures and about the whole system are in dmesg-messages.ts.
 */

import type { LogEvent, SleepDirection } from '../core/trace.ts';
import { digitsEnd, integerAt, isDigit } from './decimal.ts';
import { type DeviceColumn, NO_DEVICE, readDeviceColumn } from './device-column.ts';
import { readMessage } from './dmesg-messages.ts';
import { readDmesgPrefix } from './dmesg-prefix.ts';
import { createMemo, detached, NAME_LIMIT } from './memo.ts';
import { directionOfFunction } from './pm-words.ts';
import { emptyPrefix, type Mutable, type Outcome } from './record.ts';

type Begin = Mutable<Extract<LogEvent, { kind: 'callback-begin' }>>;
type End = Mutable<Extract<LogEvent, { kind: 'callback-end' }>>;

const SPACE = 32;
const COLON = 58;
const OPEN = 91; // [

const PM = 'PM:';
const CALLING = 'calling';
const RUN = 'dpm_run';
const AT = ' @';
const PARENT = ', parent: ';
const RETURNED = ' returned';
const AFTER = ' after ';
const USECS = ' usecs';

/** What a mail program leaves of a record at the end of a line. */
const FUNCTION_ONLY = /^[^\s:[\]]+(?: \[[^\]\s]*\]?)?$/;
const RESULT_CUT = /^ returned(?: -?\d+(?: after(?: \d+)?)?)?$/;
const CALLING_CUT = /^calling(?:\s+\S+(?: \[[^\]\s]*\]?)?(?: @(?: \d+,?(?: parent:)?)?)?)?$/;
const OLD_CALL = /(?:^|[\s:])call$/;

/** A callback function as `%ps` or `%pS` prints it: `fn`, `fn+0x0/0x170`, each with ` [module]` where it is in one. */
const FUNCTION = /^(\S+?)(?:\+0x[\da-f]+\/0x[\da-f]+)?(?: \[[^\]\s]*\])?$/;

interface Callback {
  /** Empty if the text is not a function. */
  readonly name: string;
  readonly direction: SleepDirection | undefined;
}

function readFunction(text: string): Callback {
  const name = text.length > 2 * NAME_LIMIT ? '' : (FUNCTION.exec(text)?.[1] ?? '');
  return { name, direction: directionOfFunction(name) };
}

export interface DmesgReader {
  /** Reads the line, in which `PM:` begins at `at`. */
  readonly pm: (line: string, at: number) => Outcome;
  /**
   * Reads `calling  dev+ @ pid, parent: p` and `call dev+ returned 0 after N usecs`; `at` is where the plus sign and a
   * blank after it stand.
   */
  readonly old: (line: string, at: number) => Outcome;
  /** Reads `dpm_run_callback(): fn returns -16` of kernels that named no device there; `_callback` begins at `at`. */
  readonly oldResult: (line: string, at: number) => Outcome;
}

/** Whether the character before `at` belongs to a word, as in `RPM:`. */
function insideWord(line: string, at: number): boolean {
  const code = line.charCodeAt(at - 1);
  return (code | 32) >= 97 ? (code | 32) <= 122 : isDigit(code);
}

/** Where ` returned` stands after one word and possibly a bracketed one, which begin at `from`; -1 if not there. */
function returnedAt(line: string, from: number): number {
  let at = line.indexOf(' ', from);
  if (at > 0 && line.charCodeAt(at + 1) === OPEN) at = line.indexOf(' ', at + 1);
  return at > from && line.startsWith(RETURNED, at) ? at : -1;
}

/** Reads ` returned 0 after 3 usecs`, which begins at `at`, into the event. */
function readResult(line: string, at: number, event: End): Outcome {
  const from = at + RETURNED.length + 1;
  const after = line.indexOf(' ', from);
  const number = after + AFTER.length;
  const usecs = digitsEnd(line, number, line.length);
  if (after < 0 || !line.startsWith(AFTER, after) || !line.startsWith(USECS, usecs)) {
    return RESULT_CUT.test(line.slice(at)) ? 'incomplete' : 'broken';
  }
  event.error = integerAt(line, from, after);
  event.duration = integerAt(line, number, usecs);
  return Number.isNaN(event.error) || Number.isNaN(event.duration) ? 'broken' : event;
}

/** The device of the old forms, a single word that ends at `end`, or the empty string. */
function oldDevice(line: string, end: number): string {
  const from = line.lastIndexOf(' ', end) + 1;
  return end - from > NAME_LIMIT ? '' : detached(line.slice(from, end));
}

export function createDmesgReader(): DmesgReader {
  const prefix = emptyPrefix();
  const columnOf = createMemo(readDeviceColumn);
  const functionOf = createMemo(readFunction);
  const parentOf = createMemo(detached);

  /** Reads prefix and device column of a line whose message begins with `PM:` at `at`. */
  function readHead(line: string, at: number): DeviceColumn {
    const end = line.charCodeAt(at - 1) === SPACE && line.charCodeAt(at - 2) === COLON ? at - 2 : -1;
    readDmesgPrefix(line, end < 0 ? at : end, prefix);
    return end < 0 ? NO_DEVICE : columnOf(line.slice(prefix.start, end));
  }

  /** Reads ` @ 195, parent: soc`, in which the at sign is at `at`; the parent's name may hold blanks. */
  function readTaskAndParent(line: string, at: number, event: Begin): Outcome {
    const pid = at + 2;
    const comma = digitsEnd(line, pid, line.length);
    const from = comma + PARENT.length;
    if (comma === pid || !line.startsWith(PARENT, comma)) return 'broken';
    if (from === line.length || line.length - from > NAME_LIMIT) return 'broken';
    event.task = integerAt(line, pid, comma);
    const parent = parentOf(line.slice(from));
    if (parent !== 'none') event.parent = parent;
    return Number.isNaN(event.task) ? 'broken' : event;
  }

  function calling(line: string, at: number, message: number): Outcome {
    const sign = line.indexOf('@', message);
    const from = message + CALLING.length + 1;
    if (sign < from || line.charCodeAt(from - 1) !== SPACE) return 'broken';
    const called = line.slice(from, sign).trim();
    if (called.endsWith('+')) return oldCalling(line, line.lastIndexOf('+', sign));
    const { name, direction } = functionOf(called);
    const { device, driver } = readHead(line, at);
    if (name === '' || device === '') return 'broken';
    const event: Begin = { kind: 'callback-begin', time: prefix.time, device };
    if (driver !== '') event.driver = driver;
    if (direction !== undefined) event.direction = direction;
    event.callback = name;
    return readTaskAndParent(line, sign, event);
  }

  function returned(line: string, at: number, message: number, to: number): Outcome {
    const { name } = functionOf(line.slice(message, to));
    if (name === '') return 'foreign';
    const { device, driver } = readHead(line, at);
    if (device === '') return 'broken';
    const event: End = { kind: 'callback-end', time: prefix.time, device, error: 0 };
    if (driver !== '') event.driver = driver;
    if (prefix.task >= 0) event.task = prefix.task;
    event.callback = name;
    return readResult(line, to, event);
  }

  function oldCalling(line: string, at: number): Outcome {
    const device = oldDevice(line, at);
    const word = line.slice(0, at - device.length).trimEnd();
    if (device === '' || !word.endsWith(CALLING)) return 'foreign';
    const message = word.length - CALLING.length;
    readDmesgPrefix(line, message, prefix);
    const event: Begin = { kind: 'callback-begin', time: prefix.time, device };
    const outcome = readTaskAndParent(line, at + 2, event);
    return outcome === 'broken' && CALLING_CUT.test(line.slice(message)) ? 'incomplete' : outcome;
  }

  function oldReturned(line: string, at: number): Outcome {
    const device = oldDevice(line, at);
    const word = line.slice(0, at - device.length).trimEnd();
    if (device === '' || !OLD_CALL.test(word)) return 'foreign';
    readDmesgPrefix(line, word.length - 'call'.length, prefix);
    const event: End = { kind: 'callback-end', time: prefix.time, device, error: 0 };
    if (prefix.task >= 0) event.task = prefix.task;
    return readResult(line, at + 1, event);
  }

  function message(line: string, at: number, from: number): Outcome {
    const column = readHead(line, at);
    const outcome = readMessage(line.slice(from), column, prefix.time);
    if (outcome !== 'foreign' || column.device === '') return outcome;
    // A soft break of quoted-printable may stand anywhere.
    if (from >= line.length || line.endsWith('=')) return 'undecided';
    return FUNCTION_ONLY.test(line.slice(from, from + 2 * NAME_LIMIT)) ? 'undecided' : 'foreign';
  }

  function pm(line: string, at: number): Outcome {
    if (at > 0 && insideWord(line, at)) return 'foreign';
    let from = at + PM.length;
    while (line.charCodeAt(from) === SPACE) from++;
    if (line.startsWith(CALLING, from)) {
      const outcome = calling(line, at, from);
      return outcome === 'broken' && CALLING_CUT.test(line.slice(from)) ? 'incomplete' : outcome;
    }
    const to = returnedAt(line, from);
    const outcome = to < 0 ? 'foreign' : returned(line, at, from, to);
    return outcome === 'foreign' ? message(line, at, from) : outcome;
  }

  return {
    pm,
    old: (line, at) => {
      if (line.startsWith(AT, at + 1)) return oldCalling(line, at);
      return line.startsWith(RETURNED, at + 1) ? oldReturned(line, at) : 'foreign';
    },
    oldResult: (line, at) => {
      const message = at - RUN.length;
      if (!line.startsWith(RUN, message)) return 'foreign';
      readDmesgPrefix(line, message, prefix);
      return readMessage(line.slice(message), NO_DEVICE, prefix.time);
    },
  };
}
