/** The kernel's trace of a scenario against the model's: event by event, field by field, to the first difference. */
import { readMessage, readWarning } from './compare-messages.ts';

/** One line of a trace. */
export type TraceEvent = Readonly<Record<string, unknown>> & { readonly e: string };

/** Where two traces part. */
export interface Difference {
  /** Index of the first event that differs, from 0. */
  readonly event: number;
  /** Its kind in the kernel's trace, or in the model's if the kernel's has ended. */
  readonly kind: string;
  /** The field that differs; `event` if the kinds do, or one side has no such event. */
  readonly field: string;
  readonly kernel: unknown;
  readonly model: unknown;
  /** The command that was running, as written. */
  readonly command: string | undefined;
}

/** A line that is no JSON is an event of its own kind, so that nothing a kernel prints is lost. */
export function parseLine(line: string): TraceEvent {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'e' in value) return value as TraceEvent;
  } catch {
    // Falls through.
  }
  return { e: 'unreadable', text: line };
}

/** Lines of a trace, without the empty ones around them. */
export function traceLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('=== '));
}

/** What of an event is compared: messages by what they say. */
function compared(event: TraceEvent): Readonly<Record<string, unknown>> {
  const { t } = event;
  if (event.e === 'msg') return { e: 'msg', t, ...readMessage(String(event.m)) };
  if (event.e === 'warn') return { e: 'warn', t, ...readWarning(String(event.m)) };
  return event;
}

function isEqual(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Whether two warnings have the same place: the function, or the line. A function that ends in its warning is not on the stack,
 * and its caller's name stands there.
 */
function isSameWarning(kernel: string, model: string): boolean {
  const [left, right] = [readWarning(kernel), readWarning(model)];
  const at = (text: string) => text.split(' ')[0];
  return left.kind === right.kind && (left.place === right.place || at(kernel) === at(model));
}

/** The first field in which two events differ, or undefined. */
export function differingField(kernel: TraceEvent, model: TraceEvent): string | undefined {
  if (kernel.e !== model.e) return 'event';
  if (kernel.e === 'warn' && isSameWarning(String(kernel.m), String(model.m))) return undefined;
  const left = compared(kernel);
  const right = compared(model);
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].find(
    (field) => !isEqual(left[field], right[field]),
  );
}

/** The command that runs at an event: the last begun and not returned. */
function commandAt(trace: readonly TraceEvent[], index: number): string | undefined {
  const open: TraceEvent[] = [];
  for (const event of trace.slice(0, index + 1)) {
    if (event.e === 'cmd') open.push(event);
    else if (event.e === 'ret' && event !== trace[index]) {
      const at = open.findLastIndex(({ n }) => n === event.n);
      if (at >= 0) open.splice(at, 1);
    }
  }
  return open.at(-1)?.c as string | undefined;
}

/** Events of one command behind which the module ends a trace with a hang. */
const EVENT_LIMIT = 100_000;

/** Both go on for ever at one command: the module has given up before the model has. */
function areEndless(kernel: readonly string[], model: readonly string[], index: number): boolean {
  const isOver = index >= EVENT_LIMIT && index === kernel.length - 1;
  return isOver && kernel[index] === model.at(-1) && parseLine(kernel[index]!).e === 'hang';
}

/** The first difference between two traces, undefined if they say the same. */
export function compareTraces(kernel: readonly string[], model: readonly string[]): Difference | undefined {
  const length = Math.max(kernel.length, model.length);
  for (let index = 0; index < length; index++) {
    if (kernel[index] === model[index]) continue;
    if (areEndless(kernel, model, index)) return undefined;
    const left = kernel[index] === undefined ? undefined : parseLine(kernel[index]!);
    const right = model[index] === undefined ? undefined : parseLine(model[index]!);
    const field = left === undefined || right === undefined ? 'event' : differingField(left, right);
    if (field === undefined) continue;
    const whole = field === 'event';
    return {
      event: index,
      kind: (left ?? right)!.e,
      field,
      kernel: whole ? left : compared(left!)[field],
      model: whole ? right : compared(right!)[field],
      command: commandAt(kernel.map(parseLine), index) ?? commandAt(model.map(parseLine), index),
    };
  }
  return undefined;
}

/** The difference in words. */
export function describeDifference({ event, kind, field, kernel, model, command }: Difference): string {
  const where = field === 'event' ? `event ${event + 1}` : `event ${event + 1} (${kind}), ${field}`;
  const during = command === undefined ? '' : ` during "${command}"`;
  const words = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
  return `${where}${during}: the kernel has ${words(kernel)}, the model ${words(model)}`;
}
