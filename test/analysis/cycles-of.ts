/** Sleep cycles out of logs, and out of a short notation, for tests. */

import { readFileSync } from 'node:fs';
import { type CallbackRun, createCycleAssembler, type SleepCycle } from '../../src/analysis/sleep-cycles.ts';
import type { LogEvent, TraceEvent } from '../../src/core/trace.ts';
import { readLog } from '../../src/logs/index.ts';
import { sharedPath } from '../support/shared-data.ts';

/** The cycles that events make. */
export function cyclesOf(
  events: readonly TraceEvent[],
  options: { readonly runLimit?: number } = {},
): SleepCycle[] {
  const cycles: SleepCycle[] = [];
  const assembler = createCycleAssembler({
    ...options,
    onCycle: (cycle) => {
      cycles.push(cycle);
    },
  });
  for (const event of events) assembler.push(event);
  assembler.end();
  return cycles;
}

/** The one cycle of a recorded log. */
export function recordedCycle(name: string): SleepCycle {
  const cycles = cyclesOf(readLog(name, readFileSync(sharedPath(name))).events);
  if (cycles.length !== 1) throw new Error(`${name}: ${cycles.length} cycles`);
  return cycles[0]!;
}

/** The runs of the phases that a kernel log has. */
export function runsOfBothFormats(cycle: SleepCycle): CallbackRun[] {
  return cycle.runs.filter(({ phase }) => phase !== 'prepare' && phase !== 'complete');
}

/**
 * A cycle of the suspend direction in which callbacks begin and end in the given order: `+a` begins and `-a` ends,
 * a bare `a` does both. Device `a.b` is a child of `a`.
 */
export function suspended(order: string): SleepCycle {
  const events = order.split(' ').flatMap((word): LogEvent[] => {
    const device = word.replace(/^[+-]/, '');
    const parent = device.includes('.') ? { parent: device.slice(0, device.lastIndexOf('.')) } : {};
    const begin: LogEvent = {
      kind: 'callback-begin',
      time: 0,
      device,
      direction: 'suspend',
      phase: 'suspend',
      ...parent,
    };
    const end: LogEvent = { kind: 'callback-end', time: 0, device, error: 0 };
    if (word.startsWith('+')) return [begin];
    return word.startsWith('-') ? [end] : [begin, end];
  });
  return cyclesOf(events)[0]!;
}
