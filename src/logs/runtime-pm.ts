/** Runtime PM events of the ftrace text format (include/trace/events/rpm.h). */

import type { RuntimePmEvent } from '../core/trace.ts';
import { integerAt } from './decimal.ts';
import { readFtracePrefix } from './ftrace-prefix.ts';
import { createMemo, detached, NAME_LIMIT } from './memo.ts';
import { emptyPrefix, type Mutable, type Outcome } from './record.ts';

type Event = Mutable<RuntimePmEvent>;

/** Characters of a task's name that are read; the kernel's own are shorter (TASK_COMM_LEN, longer for kernel threads). */
const TASK_NAME_LIMIT = 64;
const QUOTE_MARKS = /^\s*(?:>\s?)+/;

/** What stands after `rpm_` in the names of the events. */
const EVENTS: readonly (readonly [text: string, event: RuntimePmEvent['event']])[] = [
  ['resume:', 'resume'],
  ['suspend:', 'suspend'],
  ['idle:', 'idle'],
  ['usage:', 'usage'],
  ['return_int:', 'return'],
  ['status:', 'status'],
];

const FLAGS = ' flags-';
const RESULT = ' ret=';
const STATUS = ' status=';

/** The counters in the order of the event, each with its label. */
const COUNTERS = [
  ['cnt-', 'usage'],
  ['dep-', 'disableDepth'],
  ['auto-', 'runtimeAuto'],
  ['p-', 'requestPending'],
  ['irq-', 'irqSafe'],
  ['child-', 'childCount'],
] as const;

type Counters = { flags: number } & { [K in (typeof COUNTERS)[number][1]]: number };

const HEXADECIMAL = /^[\da-f]{1,8}$/;

/** Reads `5 cnt-1  dep-0  auto-1 p-0 irq-0 child-0`: flags in hexadecimal, counters padded with blanks. */
function readCounters(text: string): Counters | 'incomplete' | 'broken' {
  const [flags = '', ...fields] = text.split(' ').filter(Boolean);
  if (!HEXADECIMAL.test(flags)) return 'broken';
  const counters: Counters = {
    flags: Number.parseInt(flags, 16),
    usage: 0,
    disableDepth: 0,
    runtimeAuto: 0,
    requestPending: 0,
    irqSafe: 0,
    childCount: 0,
  };
  for (const [index, [label, key]] of COUNTERS.entries()) {
    const field = fields[index];
    if (field === undefined) return 'incomplete';
    counters[key] = field.startsWith(label) ? integerAt(field, label.length, field.length) : Number.NaN;
    if (Number.isNaN(counters[key])) return 'broken';
  }
  return counters;
}

/** The end of the word that begins at `from`. */
function wordEnd(line: string, from: number): number {
  const space = line.indexOf(' ', from);
  return space < 0 ? line.length : space;
}

/** The task's name in `  kworker/u8:3-123`, whose number begins at `pid`; empty where it is not known. */
function taskNameBefore(line: string, pid: number): string {
  const before = line.slice(Math.max(pid - 1 - TASK_NAME_LIMIT, 0), Math.max(pid - 1, 0));
  return before
    .slice(before.lastIndexOf('  ') + 1)
    .replace(QUOTE_MARKS, '')
    .trim();
}

/** @returns a function that reads the line as a runtime PM event, whose name begins at `at` */
export function createRuntimePmReader(): (line: string, at: number) => Outcome {
  const prefix = emptyPrefix();
  const countersOf = createMemo(readCounters);
  const nameOf = createMemo(detached);

  function device(line: string, from: number, to: number, event: Event): Outcome {
    const text = line.slice(from, to).trim();
    if (text === '' || text.length > NAME_LIMIT) return 'broken';
    event.device = nameOf(text);
    return event;
  }

  /** `5b130000.cdns3 flags-5 cnt-1  dep-0  auto-1 p-0 irq-0 child-0` */
  function counted(line: string, body: number, event: Event): Outcome {
    const flagsAt = line.indexOf(FLAGS, body);
    if (flagsAt < 0) return 'incomplete';
    const counters = countersOf(line.slice(flagsAt + FLAGS.length));
    return typeof counters === 'string'
      ? counters
      : device(line, body, flagsAt, Object.assign(event, counters));
  }

  /** `rpm_resume+0x114/0x758:5b130000.cdns3 ret=0`: symbols have no colon, device names may. */
  function returned(line: string, body: number, event: Event): Outcome {
    const resultAt = line.indexOf(RESULT, body);
    const colon = line.indexOf(':', body);
    if (resultAt < 0 || resultAt + RESULT.length === line.length) return 'incomplete';
    if (colon < 0 || colon > resultAt || colon - body > 2 * NAME_LIMIT) return 'broken';
    const result = integerAt(line, resultAt + RESULT.length, wordEnd(line, resultAt + RESULT.length));
    if (Number.isNaN(result)) return 'broken';
    event.caller = nameOf(line.slice(body, colon).trim());
    event.result = result;
    return device(line, colon + 1, resultAt, event);
  }

  /** `5b130000.cdns3 status=RPM_SUSPENDED` */
  function status(line: string, body: number, event: Event): Outcome {
    const statusAt = line.indexOf(STATUS, body);
    const from = statusAt + STATUS.length;
    if (statusAt < 0 || from === line.length) return 'incomplete';
    event.status = nameOf(line.slice(from, Math.min(wordEnd(line, from), from + NAME_LIMIT)));
    return device(line, body, statusAt, event);
  }

  function fields(line: string, body: number, event: Event): Outcome {
    if (event.event === 'return') return returned(line, body, event);
    return event.event === 'status' ? status(line, body, event) : counted(line, body, event);
  }

  return (line, at) => {
    const found = EVENTS.find(([text]) => line.startsWith(text, at + 'rpm_'.length));
    if (found === undefined) return 'foreign';
    readFtracePrefix(line, at, prefix);
    const event: Event = { kind: 'rpm', time: prefix.time, device: '', event: found[1] };
    if (prefix.task >= 0) event.task = prefix.task;
    const taskName = taskNameBefore(line, prefix.taskAt);
    if (taskName !== '') event.taskName = nameOf(taskName);
    const outcome = fields(line, at + 'rpm_'.length + found[0].length, event);
    // Drivers name these functions in messages of their own; an event stands right after its stamp.
    return typeof outcome === 'string' && !(prefix.found && prefix.start === at) ? 'foreign' : outcome;
  };
}
