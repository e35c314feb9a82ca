/** The same scenario under several policies of DMA links and runtime PM, as rows of the table that workloads have. */
import { orderingPath } from '../analysis/dependencies.ts';
import type { DeviceId, World } from '../core/world.ts';
import { readDesign } from '../dma/index.ts';
import type { RunEvent, ScenarioFileRun, Simulation } from '../scenario-files/index.ts';
import type { Seen } from './bench.ts';
import {
  type DesignComparison,
  type DesignRow,
  type Measured,
  type Missed,
  rowOf,
} from './compare-designs.ts';
import { isBehind, onTime, weakestOf } from './measure.ts';
import type { Ordered } from './workload.ts';

/** Clients and engines of channels that are held at the end. */
function pairsOf({ dma }: World): { readonly client: DeviceId; readonly engine: DeviceId }[] {
  return dma.channels
    .filter(({ slave, state }) => slave >= 0 && state === 'exclusive')
    .map(({ slave, engine }) => ({ client: slave, engine: dma.engines[engine]!.device }));
}

function orderOf(world: World, client: DeviceId, engine: DeviceId): Ordered {
  if (orderingPath(world, client, engine) !== undefined) return 'link';
  return isBehind(world, client, engine) ? 'list position' : 'against';
}

/** Resumes that a step waits for, as the run names its calls. */
const WAITED = /^pm_runtime_(get_sync|resume_and_get|resume)\(/;

function longestResume(trace: readonly RunEvent[]): number {
  const begun = new Map<number, number>();
  let longest = 0;
  for (const event of trace) {
    if (event.kind === 'call' && WAITED.test(event.text)) begun.set(event.call, event.time);
    else if (event.kind === 'return' && begun.has(event.call))
      longest = Math.max(longest, event.time - begun.get(event.call)!);
  }
  return longest;
}

/** What was seen of a run that is worth a line. */
function findingsOf({ findings, hang, trace }: Simulation): Seen[] {
  const misuses = findings.map(({ time, device, channel, what, result }): Seen => {
    const of = channel === null ? '' : ` (${channel})`;
    const kind = what === 'sleeps in a callback' ? 'sleeping-in-atomic' : 'misuse';
    return { kind, time, text: `${device}: ${what}${of}; ${result}` };
  });
  const others = trace.flatMap((event): Seen[] => {
    if (event.kind === 'warning')
      return [{ kind: 'kernel-warning', time: event.time, text: `WARNING at ${event.text}` }];
    if (event.kind !== 'link-refused') return [];
    const { consumer, supplier, reason, time } = event;
    return [{ kind: 'link-refused', time, text: `${consumer} -> ${supplier}: ${reason}` }];
  });
  const hangs: Seen[] =
    hang === null
      ? []
      : [{ kind: 'hang', time: trace.at(-1)?.time ?? 0, text: `waits for ever: ${hang.kind}` }];
  return [...misuses, ...others, ...hangs].sort((one, other) => one.time - other.time);
}

function measured({ simulation, world }: ScenarioFileRun): Measured {
  const { trace, duration } = simulation;
  const start = world.now - duration * world.settings.ticksPerMillisecond;
  const count = (kind: RunEvent['kind']) => trace.filter((event) => event.kind === kind).length;
  const engines = [...new Set(world.dma.engines.map(({ device }) => device))];
  const asked = world.dma.descriptors.filter(({ cookie, done }) => done || cookie > 0);
  const done = asked.filter((descriptor) => descriptor.done).length;
  return {
    deferrals: count('deferred'),
    links: count('link-added'),
    order: weakestOf(pairsOf(world).map(({ client, engine }) => orderOf(world, client, engine))),
    duration,
    engines: engines.map((device) => {
      const hasRuntimePm = world.devices[device]!.power.disableDepth === 0;
      return onTime({ world, start }, device, hasRuntimePm ? undefined : 0);
    }),
    buses: [],
    latency: longestResume(trace),
    asked: asked.length,
    done,
    lost: asked.length - done,
    findings: findingsOf(simulation),
  };
}

function missedOf(row: DesignRow, { expectations }: Simulation): Missed[] {
  return expectations
    .filter(({ outcome }) => outcome !== 'holds')
    .map(({ line, path, expected, instead }) => ({
      policy: row.policy,
      field: line === null ? path : `line ${line}`,
      expected,
      instead: instead ?? '',
    }));
}

/**
 * Measures the engines of a scenario that was run under each of some designs, and what it expects is held against each. `made` are those
 * runs by the name of the design (layerPolicyOf() is the option of the run). Throws InputError for an unknown design.
 */
export function compareOnScenario(
  made: ReadonlyMap<string, ScenarioFileRun>,
  policies: readonly string[],
  name: string,
): DesignComparison {
  const runs = policies.map((policy) => {
    const run = made.get(policy)!;
    return { row: rowOf(readDesign(policy), measured(run)), simulation: run.simulation };
  });
  return {
    version: 1,
    kernel: '6.12',
    name: runs[0]?.simulation.name ?? name,
    of: 'scenario',
    description: null,
    policies: runs.map(({ row }) => row),
    expectations: runs.reduce((count, { simulation }) => count + simulation.expectations.length, 0),
    missed: runs.flatMap(({ row, simulation }) => missedOf(row, simulation)),
  };
}
