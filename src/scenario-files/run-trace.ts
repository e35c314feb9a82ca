/**
 * What a run did, as plain data for reports, timelines and other programs. Times are virtual milliseconds since the run began.
 */
import type { DriverCoreEvent, JournalEntry, Layer, Result, ScriptedCallback } from '../scenarios/index.ts';
import { callText } from './call-text.ts';

/** One thing that happened. `task` is 1 for the steps themselves, another number for each worker at work at the same time. */
export type RunEvent =
  /** A function of the kernel is called, by a step or inside a callback, and returns. */
  | {
      readonly kind: 'call';
      readonly time: number;
      readonly task: number;
      readonly call: number;
      readonly text: string;
    }
  | {
      readonly kind: 'return';
      readonly time: number;
      readonly task: number;
      readonly call: number;
      readonly value: Result;
    }
  | {
      readonly kind: 'callback-begin';
      readonly time: number;
      readonly task: number;
      /** A power domain where the layer is genpd and the callback power_on or power_off. */
      readonly device: string;
      readonly callback: ScriptedCallback;
      readonly layer: Layer;
    }
  | {
      readonly kind: 'callback-end';
      readonly time: number;
      readonly task: number;
      readonly device: string;
      readonly callback: ScriptedCallback;
      readonly value: number;
    }
  | { readonly kind: 'message' | 'warning'; readonly time: number; readonly text: string }
  | ({ readonly time: number } & DriverCoreEvent)
  /** What a `show_*` step printed, with the keys of the recorded format. */
  | { readonly kind: 'shown'; readonly time: number; readonly fields: Readonly<Record<string, unknown>> };

/** An entry of the journal as an event. */
export function runEvent(entry: JournalEntry): RunEvent {
  const { time } = entry;
  if (entry.kind === 'driver-core') return { time, ...entry.event };
  const { task, event } = entry;
  switch (event.e) {
    case 'cmd':
      return { kind: 'call', time, task, call: event.n, text: callText(event.c) };
    case 'ret':
      return { kind: 'return', time, task, call: event.n, value: event.v };
    case 'cb':
      return { kind: 'callback-begin', time, task, device: event.d, callback: event.c, layer: event.l };
    case 'cbr':
      return { kind: 'callback-end', time, task, device: event.d, callback: event.c, value: event.v };
    case 'msg':
    case 'warn':
      return { kind: event.e === 'msg' ? 'message' : 'warning', time, text: event.m };
    default: {
      const { e: _, ...fields } = event;
      return { kind: 'shown', time, fields };
    }
  }
}
