/** Scenarios that are run and recorded, as trace events and as sleep cycles. */

import type { SleepCycle } from '../../src/analysis/sleep-cycles.ts';
import { traceOf } from '../../src/analysis/world-trace.ts';
import type { TraceEvent } from '../../src/core/trace.ts';
import { createSession, runCommands } from '../../src/scenarios/index.ts';
import { cyclesOf } from '../analysis/cycles-of.ts';

/** What happens in a scenario, as trace events. */
export function traceOfScenario(...commands: string[]): TraceEvent[] {
  const session = createSession({ recording: true });
  const result = runCommands(session, commands);
  if (result.kind !== 'end') throw new Error(`the scenario hangs: ${JSON.stringify(result)}`);
  return traceOf(session.world, session.start);
}

/** The sleep cycles of a scenario. */
export function cyclesOfScenario(...commands: string[]): SleepCycle[] {
  return cyclesOf(traceOfScenario(...commands));
}
