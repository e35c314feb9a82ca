/**
 * The rules of `check` on recorded runtime PM: usage counts that are not given back, devices that are active without use, suspends
 * that follow each other too fast, devices that were active without a supplier. Memory follows the number of devices, not the length of the log.
 */
import type { RunningSystem } from '../core/system.ts';
import type { LogEvent, RuntimePmEvent } from '../core/trace.ts';
import type { Finding } from './finding.ts';
import { keptUsage } from './kept-usage.ts';
import type { ActiveSuperior, LogBoard } from './log-board.ts';
import { RULES } from './rules.ts';
import { createRuntimeCalls } from './runtime-calls.ts';
import type { RuntimeDraft } from './runtime-draft.ts';
import { type LogMoment, StatusFollower } from './runtime-status.ts';
import { createRuntimeSupply, superiorsInLog } from './runtime-supply.ts';
import { PingPong } from './suspend-ping-pong.ts';
import { UnusedTimes } from './unused-times.ts';
import { UsageHolds } from './usage-holds.ts';

/** Devices that are followed: several times what the largest systems have. */
const DEVICE_LIMIT = 1 << 15;

/** All that is followed of a device. */
interface Followed {
  readonly status: StatusFollower;
  readonly holds: UsageHolds;
  readonly unused: UnusedTimes;
  readonly pingPong: PingPong;
  /** When the use before the last suspend ended. */
  unusedBeforeSuspend: LogMoment | undefined;
}

/** Checks the events of one log as they come. */
export interface RuntimeChecker {
  readonly push: (event: LogEvent, line: number) => void;
  readonly findings: () => Finding[];
  /** Devices with runtime PM events in the order of their first. */
  readonly devices: () => string[];
  /** Runtime PM events seen. */
  readonly events: () => number;
  /** Events of devices past the most that are followed. */
  readonly dropped: () => number;
}

/** Suppliers over the device links of a running system, by consumer; in sysfs, a name stands behind its bus. */
function linkedSuppliers(system: RunningSystem | undefined): ReadonlyMap<string, ActiveSuperior[]> {
  const suppliers = new Map<string, ActiveSuperior[]>();
  const nameOf = (id: string) => id.slice(id.indexOf(':') + 1);
  for (const { consumer, supplier, runtimePm, syncStateOnly } of system?.links ?? []) {
    if (syncStateOnly) continue;
    const list = suppliers.get(nameOf(consumer)) ?? [];
    suppliers.set(nameOf(consumer), list);
    list.push({ device: nameOf(supplier), how: 'a device link of the running system', isKept: runtimePm });
  }
  return suppliers;
}

/**
 * Creates a checker for one log. What devices depend on is told by the board and by the links of the running system, each of which
 * may be undefined, by the parents that the log names, and by names.
 */
export function createRuntimeChecker(
  input: string,
  board: LogBoard | undefined,
  system: RunningSystem | undefined,
): RuntimeChecker {
  const linked = linkedSuppliers(system);
  const followed = new Map<string, Followed>();
  const parents = new Map<string, string>();
  const superiors = new Map<string, readonly ActiveSuperior[]>();
  const calls = createRuntimeCalls();
  let events = 0;
  let dropped = 0;
  let first = Number.NaN;
  let last: LogMoment = { time: Number.NaN, line: 0 };

  const superiorsOf = (device: string): readonly ActiveSuperior[] => {
    const known = superiors.get(device);
    if (known !== undefined) return known;
    const onBoard = board?.activeSuperiorsOf(device) ?? [];
    const running = (linked.get(device) ?? []).filter(
      (link) => !onBoard.some((superior) => superior.device === link.device),
    );
    const found = superiorsInLog(device, [...onBoard, ...running], {
      parentOf: (name) => parents.get(name),
      isInLog: (name) => followed.has(name),
    });
    superiors.set(device, found);
    return found;
  };
  const supply = createRuntimeSupply(superiorsOf, (device) => followed.get(device)?.status.status);

  function follow(device: string): Followed | undefined {
    const known = followed.get(device);
    if (known !== undefined || followed.size >= DEVICE_LIMIT) return known;
    const made: Followed = {
      status: new StatusFollower(),
      holds: new UsageHolds(),
      unused: new UnusedTimes(),
      pingPong: new PingPong(),
      unusedBeforeSuspend: undefined,
    };
    followed.set(device, made);
    // It may be the supplier of a device that was there before it.
    superiors.clear();
    return made;
  }

  function runtimeEvent(event: RuntimePmEvent, line: number): void {
    events++;
    const device = follow(event.device);
    if (device === undefined) {
      dropped++;
      return;
    }
    const moment = { time: event.time, line };
    if (Number.isNaN(first)) first = event.time;
    last = moment;
    const nested = calls.push(event, line);
    device.holds.push(event, moment, nested);
    const news = device.status.push(event, moment, nested.returned);
    const before = device.unused.unusedSince;
    device.unused.push(event, moment, news.status, nested.returned);
    if (news.rest !== undefined) device.pingPong.push(news.rest, device.unusedBeforeSuspend);
    if (event.event === 'suspend' || news.status === 'suspending' || news.status === 'suspended')
      device.unusedBeforeSuspend = device.unused.unusedSince ?? before;
    supply.push(event.device, news, moment);
  }

  /** System sleep disables runtime PM, holds counts and sets statuses, all without events. */
  function forget(): void {
    calls.forget();
    supply.forget();
    for (const { status, unused } of followed.values()) {
      status.forget();
      unused.forget();
    }
  }

  function drafts(): RuntimeDraft[] {
    const isHeldFor = (consumer: string) => followed.get(consumer)?.status.status !== 'suspended';
    return [
      ...[...followed].flatMap(([name, { holds, unused, pingPong }]) => [
        keptUsage(name, holds, isHeldFor, last.time),
        unused.finding(name, last),
        pingPong.finding(name, last.time - first),
      ]),
      ...supply.findings(),
    ].filter((draft) => draft !== undefined);
  }

  return {
    push: (event, line) => {
      if (event.kind === 'rpm') runtimeEvent(event, line);
      else if (event.kind === 'cycle') forget();
      else if (event.kind === 'callback-begin' && event.parent !== undefined && parents.size < DEVICE_LIMIT)
        parents.set(event.device, event.parent);
    },
    findings: () =>
      drafts().map(({ rule, devices, message, at, evidence }) => ({
        rule,
        severity: RULES[rule].severity,
        subject: devices.join(' -> '),
        message,
        place: { input, line: at.line },
        devices: devices.map((name) => board?.idOfName(name) ?? name),
        evidence,
        key: devices.join(' -> '),
      })),
    devices: () => [...followed.keys()],
    events: () => events,
    dropped: () => dropped,
  };
}
