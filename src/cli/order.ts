/** devgraph order: in which order the board suspends and resumes, and what of it is luck. */
import { nearDevices } from '../analysis/focus.ts';
import { type LinksResult, linksOf } from '../analysis/links.ts';
import { type OrderResult, orderOf } from '../analysis/order.ts';
import { pictureFocus } from '../analysis/picture-focus.ts';
import type { SleepCycle } from '../analysis/sleep-cycles.ts';
import { type SystemOrder, systemOrder } from '../analysis/system-order.ts';
import type { RunningSystem } from '../core/system.ts';
import type { World } from '../core/world.ts';
import { driverAssumption } from '../report/assumptions.ts';
import type { PictureOptions } from '../report/picture.ts';
import { count } from '../report/style.ts';
import { graphOrderText, orderText } from '../report/text-order.ts';
import { type Io, UsageError } from './io.ts';
import { depthOf, focusOf } from './links.ts';
import { optionValue, type ParsedOptions } from './options.ts';
import {
  bootWorld,
  driverSetOf,
  emit,
  formatOf,
  headingText,
  jsonText,
  onlyOperand,
  openBoard,
  styleOf,
} from './session.ts';

const ASYNC_ASSUMPTION =
  'Asynchronous devices: every link counts as waited on, as it is once its supplier is bound.';

/** The steps and pairs of some devices; their positions stay those of the whole order. */
function focusOrder(result: OrderResult, chosen: ReadonlySet<string>): OrderResult {
  return {
    ...result,
    steps: result.steps.filter((step) => chosen.has(step.device)),
    luck: result.luck.filter((pair) => chosen.has(pair.consumer) || chosen.has(pair.supplier)),
    deadlocks: result.deadlocks.filter((deadlock) => deadlock.devices.some((id) => chosen.has(id))),
    phases: result.phases.filter((pair) => chosen.has(pair.consumer) || chosen.has(pair.supplier)),
  };
}

/** What the order is asked of: a board as booted, or a scenario as it ends. */
interface Subject {
  readonly world: World;
  /** `Raspberry Pi 3 Model B: 38 devices (Linux 6.12, ...)`. */
  readonly heading: (devices: string) => string;
  readonly assumptions: string;
  /** The orders of the running system, if the input is a snapshot of one. */
  readonly system?: SystemOrder;
}

/** The last sleep cycle in the kernel log of a snapshot; undefined without one. */
async function lastCycle(system: RunningSystem, io: Io): Promise<SleepCycle | undefined> {
  const log = `${system.input}/dmesg`;
  if (!io.exists(log)) return undefined;
  const { createCycleAssembler } = await import('../analysis/sleep-cycles.ts');
  const { createLogReader } = await import('../logs/index.ts');
  let last: SleepCycle | undefined;
  const assembler = createCycleAssembler({
    onCycle: (cycle) => {
      if (cycle.runs.length > 0) last = cycle;
    },
  });
  const reader = createLogReader({ name: log, onEvent: assembler.push });
  for await (const chunk of io.readChunks(log)) reader.push(chunk);
  reader.end();
  assembler.end();
  return last;
}

async function boardSubject(name: string, given: ParsedOptions, outside: Io): Promise<Subject> {
  const { board, options, io, system } = await openBoard(name, given, outside);
  const world = await bootWorld(board, options, io);
  const isAsync = (optionValue(options, 'async') ?? 'none') !== 'none';
  const drivers = driverAssumption(driverSetOf(options));
  return {
    world,
    heading: (devices) => headingText(world, devices, options),
    assumptions: isAsync ? `${drivers} ${ASYNC_ASSUMPTION}` : drivers,
    ...(system && { system: systemOrder(world, system, await lastCycle(system, io)) }),
  };
}

/** Names of scenario files. */
const SCENARIO = /\.(ya?ml|json|scn)$/;

/** Options that say what a board is and how it boots: a scenario says so itself. */
const OF_BOARDS = [
  ...['async', 'fw-devlink', 'strict', 'overlay', 'environment', 'drivers', 'after-timeout', 'kernel'],
  'kernel-version',
];

async function scenarioSubject(name: string, options: ParsedOptions, io: Io): Promise<Subject> {
  const wrong = OF_BOARDS.find((option) => options.flags.has(option) || options.values.has(option));
  if (wrong !== undefined) throw new UsageError(`--${wrong} goes with a board; a scenario says so itself`);
  const { scenarioRuns } = await import('./scenario-input.ts');
  const [run, second] = await scenarioRuns(name, { input: name }, io);
  if (second !== undefined) throw new UsageError(`${name} has several scenarios; order takes one`);
  const { world, simulation } = run!;
  const ends = {
    end: 'as it ends',
    hang: 'where it hangs',
    time: 'where it stops',
    events: 'where it stops',
  };
  return {
    world,
    heading: (devices) => `${simulation.name}: ${devices} (Linux ${simulation.kernel})`,
    assumptions: `Devices, links and drivers are those of the scenario, ${ends[simulation.ended]}.`,
  };
}

export async function run(options: ParsedOptions, io: Io): Promise<number> {
  const depth = depthOf(options);
  const input = onlyOperand(options, 'board');
  const subjectOf = SCENARIO.test(input) ? scenarioSubject : boardSubject;
  const { world, heading, assumptions, system } = await subjectOf(input, options, io);
  const order = orderOf(world);
  const whole = system === undefined ? order : { ...order, system };
  const links = linksOf(world);
  const focus = focusOf(links, options);
  const result = focus === undefined ? whole : focusOrder(whole, nearDevices(links, focus, depth));
  const picture = (): [OrderResult, LinksResult, PictureOptions] => {
    const narrowed = focus === undefined ? pictureFocus(world) : undefined;
    if (narrowed === undefined) return [result, links, {}];
    const chosen = nearDevices(links, narrowed.ids, narrowed.depth);
    return [focusOrder(whole, chosen), links, { title: narrowed.title }];
  };
  switch (formatOf(options)) {
    case 'json':
      await emit(jsonText(result), options, io);
      break;
    case 'dot':
      await emit((await import('../report/dot.ts')).orderDot(...picture()), options, io);
      break;
    case 'mermaid':
      await emit((await import('../report/mermaid.ts')).orderMermaid(...picture()), options, io);
      break;
    default: {
      const text = options.flags.has('graph') ? graphOrderText : orderText;
      const devices = count(result.suspend.length, 'device');
      await emit(text({ result, heading: heading(devices), assumptions }, styleOf(options, io)), options, io);
    }
  }
  return 0;
}
