/** The trace of a simulated run as callbacks and calls inside one another. */
import type { RunEvent } from '../scenario-files/index.ts';

/** The task of the steps themselves. */
const STEPS = 1;

/** A callback or call with what happens inside it. */
export interface Frame {
  readonly begin: number;
  readonly text: string;
  /** A worker ran it, outside of all other frames. */
  readonly isWorker: boolean;
  readonly inside: (Frame | string)[];
  /** undefined: it did not end. */
  end: number | undefined;
  value: number | 'bad' | undefined;
}

/** What happened that is neither a call nor a callback, in words; undefined for what needs none. */
function happeningText(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'message':
      return `kernel: ${event.text}`;
    case 'warning':
      return `kernel: WARNING at ${event.text}`;
    case 'bound':
      return `${event.device} bound to ${event.driver}`;
    case 'unbound':
      return `${event.device} unbound from ${event.driver}`;
    case 'deferred':
      return `${event.device} deferred${event.reason === null ? '' : `: ${event.reason}`}`;
    case 'link-refused':
      return `link ${event.consumer} -> ${event.supplier} refused: ${event.reason}`;
    case 'dma-misuse':
      return `misuse${event.channel === null ? '' : ` of ${event.channel}`} by ${event.device}: ${event.what}`;
    case 'link-added':
      return `link ${event.consumer} -> ${event.supplier} ${event.flags.join(',')}`;
    case 'shown':
      return Object.entries(event.fields)
        .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(',') : String(value)}`)
        .join(' ');
    default:
      return undefined;
  }
}

/** A change of state, told where everything is. */
function statusText(event: RunEvent): string | undefined {
  if (event.kind === 'runtime-status') return `${event.device} is ${event.status}`;
  return event.kind === 'domain-status' ? `${event.domain} is ${event.status}` : undefined;
}

export interface FrameOptions {
  /** Changes of runtime status and of power domains too. */
  readonly states: boolean;
}

/** Events as frames inside one another, each task with its own; what is no frame stands in the one that is open. */
export function framesOf(events: readonly RunEvent[], { states }: FrameOptions): (Frame | string)[] {
  const top: (Frame | string)[] = [];
  const stacks = new Map<number, Frame[]>();
  let latest: (Frame | string)[] = top;
  for (const event of events) {
    if (event.kind === 'call' || event.kind === 'callback-begin') {
      const text = event.kind === 'call' ? event.text : `${event.device} ${event.callback}`;
      const stack = stacks.get(event.task) ?? [];
      stacks.set(event.task, stack);
      const isWorker = event.task !== STEPS && stack.length === 0;
      const frame: Frame = {
        begin: event.time,
        text,
        isWorker,
        inside: [],
        end: undefined,
        value: undefined,
      };
      (stack.at(-1)?.inside ?? top).push(frame);
      stack.push(frame);
      latest = frame.inside;
    } else if (event.kind === 'return' || event.kind === 'callback-end') {
      const stack = stacks.get(event.task);
      const frame = stack?.pop();
      if (frame !== undefined) {
        frame.end = event.time;
        frame.value = event.value;
      }
      latest = stack?.at(-1)?.inside ?? top;
    } else {
      const text = happeningText(event) ?? (states ? statusText(event) : undefined);
      if (text !== undefined) latest.push(text);
    }
  }
  return top;
}
