/**
 * The rpm_resume(), rpm_suspend() and rpm_idle() of a trace as calls: which has returned, and which runs inside which. A resume that
 * runs inside that of another device was made for it: by the driver core for a parent or a supplier, or by a driver's callback.
 */
import type { RuntimePmEvent } from '../core/trace.ts';
import type { LogMoment } from './runtime-status.ts';

/** A call that has begun. */
export interface RuntimeCall extends LogMoment {
  readonly device: string;
  readonly event: 'resume' | 'suspend' | 'idle';
  readonly flags: number;
  /** Another device's call ran inside it: a suspend that tells its parent and suppliers has been carried out. */
  readonly notified: boolean;
}

type OpenCall = { -readonly [K in keyof RuntimeCall]: RuntimeCall[K] };

export interface NestedEvent {
  /** The call of another device, on the same task, that the event lies in. */
  readonly inside?: RuntimeCall;
  /** The call that the event returns from. */
  readonly returned?: RuntimeCall;
}

/** Calls of one task that are kept open: returns may be lost. */
const DEPTH_LIMIT = 32;
/** Tasks with open calls that are kept. */
const TASK_LIMIT = 1 << 12;

function isBegin(event: RuntimePmEvent['event']): event is RuntimeCall['event'] {
  return event === 'resume' || event === 'suspend' || event === 'idle';
}

export interface RuntimeCalls {
  /** Takes the next event. */
  readonly push: (event: RuntimePmEvent, line: number) => NestedEvent;
  /** Forgets all calls that are open. */
  readonly forget: () => void;
}

export function createRuntimeCalls(): RuntimeCalls {
  /** By task; without one, by device: then nothing is known of what runs inside what. */
  const open = new Map<string | number, OpenCall[]>();

  function stackOf(key: string | number): OpenCall[] {
    const known = open.get(key);
    if (known !== undefined) return known;
    if (open.size >= TASK_LIMIT) open.clear();
    const stack: OpenCall[] = [];
    open.set(key, stack);
    return stack;
  }

  /** The innermost call of the device that a return with this caller can end. */
  function endOf(stack: OpenCall[], { device, caller = '' }: RuntimePmEvent): OpenCall | undefined {
    for (let at = stack.length - 1; at >= 0; at--) {
      const call = stack[at]!;
      if (call.device !== device || !caller.startsWith(`rpm_${call.event}`)) continue;
      stack.length = at;
      return call;
    }
    return undefined;
  }

  function insideOf(stack: readonly OpenCall[], device: string): OpenCall | undefined {
    return stack.findLast((call) => call.device !== device);
  }

  return {
    push: (event, line) => {
      const key = event.task ?? event.device;
      const stack = open.get(key) ?? (isBegin(event.event) ? stackOf(key) : []);
      const returned = event.event === 'return' ? endOf(stack, event) : undefined;
      const inside = insideOf(stack, event.device);
      if (isBegin(event.event)) {
        if (inside !== undefined) inside.notified = true;
        if (stack.length >= DEPTH_LIMIT) stack.shift();
        const { device, time, flags = 0 } = event;
        stack.push({ device, event: event.event, time, line, flags, notified: false });
      }
      if (stack.length === 0) open.delete(key);
      return { ...(inside !== undefined && { inside }), ...(returned !== undefined && { returned }) };
    },
    forget: () => open.clear(),
  };
}
