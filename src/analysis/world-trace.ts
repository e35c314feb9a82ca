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
  FIRST_MOMENT,
  type ModelEvent,
  type RecordedEvent,
  type World,
} from '../core/world.ts';
import { causesText, nameOf } from './words.ts';

const PHASES: ReadonlySet<string> = new Set(SLEEP_PHASES);
const RECORDED_KINDS: ReadonlySet<string> = new Set<RecordedEvent['kind']>([
  'callback-begin',
  'callback-end',
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

function callbackBegin(
  world: World,
  time: number,
  event: RecordedEvent & { kind: 'callback-begin' },
): TraceEvent {
  const { callback, task, layer } = event;
  const device = nameOf(world, event.device);
  const driver = driverOf(world, event.device, event.driver);
  if (!isSleepPhase(callback))
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

function traceEvent(world: World, time: number, event: RecordedEvent): TraceEvent {
  switch (event.kind) {
    case 'callback-begin':
      return callbackBegin(world, time, event);
    case 'callback-end': {
      const { callback, task, value } = event;
      const device = nameOf(world, event.device);
      return isSleepPhase(callback)
        ? { kind: 'callback-end', time, device, task, error: value }
        : { kind: 'driver-callback-end', time, device, callback, task, value };
    }
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
 * The run of a World that was `recording`, in order. Times are microseconds since `start` (milliseconds of the World's
 * clock; a new world begins at FIRST_MOMENT). Empty for a World that recorded nothing.
 */
export function traceOf(world: World, start: number = FIRST_MOMENT): TraceEvent[] {
  return world.events.flatMap((event) =>
    isRecorded(event) ? [traceEvent(world, Math.round((event.time - start) * 1000), event)] : [],
  );
}
