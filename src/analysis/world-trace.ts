/**
 * What happened in a World, as trace events: the same type as a recorded log gives, so that every analysis of a run works
 * on both.
 */
import type { CallbackLayer } from '../core/callbacks.ts';
import {
  directionOfPhase,
  SLEEP_PHASES,
  type SleepDirection,
  type SleepPhase,
  type TraceEvent,
} from '../core/trace.ts';
import {
  type DeviceId,
  type DriverId,
  domainOf,
  FIRST_MOMENT,
  inTicks,
  type ModelEvent,
  type RecordedEvent,
  type World,
} from '../core/world.ts';
import { causesText, nameOf } from './words.ts';

const PHASES: ReadonlySet<string> = new Set(SLEEP_PHASES);
const RECORDED_KINDS: ReadonlySet<string> = new Set<RecordedEvent['kind']>([
  'callback-begin',
  'callback-end',
  'domain-callback-begin',
  'domain-callback-end',
  'domain-status',
  'runtime-status',
  'sleep-cycle',
  'sleep-phase',
  'sleep-device',
  'direct-complete',
  'sleep-failure',
]);

const LAYER_WORDS: Readonly<Record<CallbackLayer, string>> = {
  drv: 'driver',
  type: 'type',
  dom: 'power domain',
};

function isRecorded(event: ModelEvent): event is RecordedEvent {
  return RECORDED_KINDS.has(event.kind);
}

function isSleepPhase(callback: string): callback is SleepPhase {
  return PHASES.has(callback);
}

/** The words of the device_pm_callback_start tracepoint; prepare and complete have none. */
function tracepointWords(phase: SleepPhase, layer: CallbackLayer): string | undefined {
  if (phase === 'prepare' || phase === 'complete') return undefined;
  const level = /late|noirq|early/.exec(phase)?.[0];
  return level === undefined ? LAYER_WORDS[layer] : `${level} ${LAYER_WORDS[layer]}`;
}

function driverOf(world: World, device: DeviceId, driver: DriverId): { driver: string } {
  return { driver: driver < 0 ? world.devices[device]!.bus : world.drivers[driver]!.name };
}

function parentOf(world: World, parent: DeviceId): { parent?: string } {
  return parent < 0 ? {} : { parent: nameOf(world, parent) };
}

/** Turns in a phase of sleep that have not ended, by task: a power domain calls the driver inside of its own. */
type OpenTurns = Map<number, string[]>;

/** Whether the callback is a device's turn in a phase of sleep, and not one inside of such a turn. */
function beginsTurn(turns: OpenTurns, { task, device, callback }: CallbackEvent): boolean {
  if (!isSleepPhase(callback)) return false;
  const open = turns.get(task) ?? [];
  turns.set(task, open);
  const key = `${device} ${callback}`;
  const inside = open.includes(key);
  open.push(key);
  return !inside;
}

function endsTurn(turns: OpenTurns, { task, device, callback }: CallbackEvent): boolean {
  if (!isSleepPhase(callback)) return false;
  const key = `${device} ${callback}`;
  const open = turns.get(task) ?? [];
  const at = open.lastIndexOf(key);
  if (at >= 0) open.splice(at, 1);
  return !open.includes(key);
}

type CallbackEvent = RecordedEvent & { kind: 'callback-begin' | 'callback-end' };

function callbackBegin(
  world: World,
  time: number,
  event: RecordedEvent & { kind: 'callback-begin' },
  turns: OpenTurns,
): TraceEvent {
  const { callback, task, layer } = event;
  const device = nameOf(world, event.device);
  const driver = driverOf(world, event.device, event.driver);
  if (!beginsTurn(turns, event) || !isSleepPhase(callback) || layer === 'genpd' || layer === 'dma')
    return { kind: 'driver-callback-begin', time, device, ...driver, callback, task };
  const direction: SleepDirection = directionOfPhase(callback);
  const words = tracepointWords(callback, layer);
  return {
    kind: 'callback-begin',
    time,
    device,
    ...driver,
    ...parentOf(world, world.devices[event.device]!.parent),
    phase: callback,
    direction,
    ...(words === undefined ? {} : { callback: words }),
    task,
    verb: direction,
  };
}

function traceEvent(world: World, time: number, event: RecordedEvent, turns: OpenTurns): TraceEvent {
  switch (event.kind) {
    case 'callback-begin':
      return callbackBegin(world, time, event, turns);
    case 'callback-end': {
      const { callback, task, value } = event;
      const device = nameOf(world, event.device);
      return endsTurn(turns, event)
        ? { kind: 'callback-end', time, device, task, error: value }
        : { kind: 'driver-callback-end', time, device, callback, task, value };
    }
    case 'domain-callback-begin':
    case 'domain-callback-end': {
      const { kind, callback, task } = event;
      const { name } = domainOf(world, event.domain);
      const value = event.kind === 'domain-callback-end' ? { value: event.value } : {};
      return { kind, time, domain: name, callback, task, ...value };
    }
    case 'domain-status':
      return {
        kind: 'domain-status',
        time,
        domain: domainOf(world, event.domain).name,
        status: event.status,
      };
    case 'runtime-status': {
      const status = `RPM_${event.status.toUpperCase()}`;
      return { kind: 'rpm', time, device: nameOf(world, event.device), event: 'status', status };
    }
    case 'sleep-cycle':
      return { kind: 'cycle', time, mark: event.mark };
    case 'sleep-phase':
      return { kind: event.edge === 'begin' ? 'phase-begin' : 'phase-end', time, phase: event.phase };
    case 'sleep-device': {
      const { asynchronous, syscore, suppliers } = event;
      return {
        kind: 'sleep-device',
        time,
        device: nameOf(world, event.device),
        ...parentOf(world, event.parent),
        asynchronous,
        syscore,
        suppliers: suppliers.map(({ supplier, link }) => ({
          device: nameOf(world, supplier),
          link: world.links[link] === undefined ? 'a link that is gone' : causesText(world, link),
        })),
      };
    }
    case 'direct-complete':
      return { kind: 'direct-complete', time, device: nameOf(world, event.device) };
    case 'sleep-failure': {
      const { what, error } = event;
      const device = event.device < 0 ? {} : { device: nameOf(world, event.device) };
      return { kind: 'sleep-failure', time, ...device, error, what };
    }
  }
}

/**
 * The run of a World that was `recording`, in order. Times are microseconds since `start` (a moment of the World's
 * clock; without it that at which a new world begins). Empty for a World that recorded nothing.
 */
export function traceOf(world: World, start: number = inTicks(world, FIRST_MOMENT)): TraceEvent[] {
  const turns: OpenTurns = new Map();
  const microseconds = 1000 / world.settings.ticksPerMillisecond;
  return world.events.flatMap((event) =>
    isRecorded(event)
      ? [traceEvent(world, Math.round((event.time - start) * microseconds), event, turns)]
      : [],
  );
}
