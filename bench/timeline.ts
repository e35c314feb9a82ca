/**
 * Speed of timelines: `npx tsx bench/timeline.ts [events]`. A simulated suspend of a machine with as many callbacks as make that many
 * events, asynchronous devices, parents and links among them; each measure is the best of five, in CPU time.
 */
import { criticalPath } from '../src/analysis/critical-path.ts';
import { createCycleAssembler, type SleepCycle } from '../src/analysis/sleep-cycles.ts';
import { timelineOf } from '../src/analysis/timeline.ts';
import { traceOf } from '../src/analysis/world-trace.ts';
import { callbackSet, runToEnd, SLEEP_PHASES, type TraceEvent } from '../src/core/index.ts';
import { deviceLinkAdd } from '../src/links/index.ts';
import { pmSuspend } from '../src/pm/index.ts';
import { deviceRegister, driverRegister } from '../src/probe/index.ts';
import { chromeTrace } from '../src/report/perfetto.ts';
import { createScenarioWorld, SCENARIO_BUS, Scheduler } from '../src/scenarios/index.ts';

/** A callback begins and ends. */
const EVENTS_PER_DEVICE = 2 * SLEEP_PHASES.length;

/** One sleep cycle of a machine whose callbacks take from 0 to 6 ms; every third device is asynchronous. */
function recordedRun(devices: number): TraceEvent[] {
  const world = createScenarioWorld();
  world.sleep.async = true;
  const names: string[] = [];
  for (let at = 0; at < devices; at++) {
    const name = `d${at}`;
    names.push(name);
    const parent = at === 0 ? -1 : Math.floor((at - 1) / 10);
    const id = runToEnd(deviceRegister(world, { name, bus: SCENARIO_BUS, parent, node: -1 }))!;
    world.devices[id]!.asyncSuspend = at % 3 === 0;
    for (const step of [7, 101]) if (id - step > 0) runToEnd(deviceLinkAdd(world, id, id - step, 1));
  }
  const driver = { name: 'driver', bus: SCENARIO_BUS, compatibles: [], matches: names };
  runToEnd(
    driverRegister(world, { ...driver, ops: callbackSet(SLEEP_PHASES), probe: { kind: 'return', value: 0 } }),
  );
  world.recording = true;
  const scheduler = new Scheduler(world, function* takeTime(call) {
    const until = world.now + (call.kind === 'call' ? (call.device * 7919) % 7 : 0);
    yield { kind: 'wait', for: { kind: 'time', until } };
    return 0;
  });
  scheduler.run(
    (function* script() {
      yield* pmSuspend(world, 'platform');
    })(),
  );
  return traceOf(world);
}

function cpuMilliseconds(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function row(what: string, run: () => void): void {
  const best = Math.min(...Array.from({ length: 5 }, () => cpuMilliseconds(run)));
  process.stdout.write(`${what.padEnd(56)}${`${best.toFixed(0)} ms`.padStart(10)}\n`);
}

function cycleOf(events: readonly TraceEvent[]): SleepCycle {
  const cycles: SleepCycle[] = [];
  const assembler = createCycleAssembler({ onCycle: (cycle) => cycles.push(cycle) });
  for (const event of events) assembler.push(event);
  assembler.end();
  return cycles[0]!;
}

const wanted = Number(process.argv[2] ?? 100_000);
const events = recordedRun(Math.ceil(wanted / EVENTS_PER_DEVICE));
const cycle = cycleOf(events);
const { parts } = criticalPath(cycle);
process.stdout.write(`${events.length} events, ${cycle.runs.length} callbacks in ${parts.length} phases\n`);
row('events into a cycle', () => void cycleOf(events));
row('critical path and slack', () => void criticalPath(cycle, { candidates: 0 }));
row('the same, and what 20 devices would save', () => void criticalPath(cycle));
row('timeline', () => void timelineOf(events));
const timeline = timelineOf(events);
row('Chrome trace file', () => void chromeTrace(timeline, 'bench'));
process.stdout.write(`its size: ${(chromeTrace(timeline, 'bench').length / 1e6).toFixed(1)} MB\n`);
