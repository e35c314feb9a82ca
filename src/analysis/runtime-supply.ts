/**
 * Devices that were runtime-active while a device that they depend on was not. The driver core sees to parents and to suppliers over links
 * with DL_FLAG_PM_RUNTIME (drivers/base/power/runtime.c); where it did not, there was no such link, or status was set by hand.
 */
import type { ActiveSuperior } from './log-board.ts';
import type { RuntimeDraft } from './runtime-draft.ts';
import type { LogMoment, RuntimeStatus, StatusNews } from './runtime-status.ts';
import { milliseconds } from './wait-text.ts';

/** Findings of one log that are kept. */
const FINDING_LIMIT = 10_000;

/** What each bus names its children after, where the child's name tells the parent's. */
const NAMED_AFTER: readonly (readonly [child: RegExp, parent: string])[] = [
  // USB: hubs and devices (1-1.2), their interfaces (1-1.2:1.0), the root hub (usb1).
  [/^(\d+)-\d+$/, 'usb$1'],
  [/^(\d+-\d+(?:\.\d+)*)\.\d+$/, '$1'],
  [/^(\d+-\d+(?:\.\d+)*):\d+\.\d+$/, '$1'],
  // Serial ports: the controller (X:0) and the port (X:0.0) of a UART.
  [/^(.+:\d+)\.\d+$/, '$1'],
  [/^(.+):\d+$/, '$1'],
  // SCSI: targets and devices.
  [/^(\d+:\d+:\d+):\d+$/, 'target$1'],
  [/^target(\d+):\d+:\d+$/, 'host$1'],
];

/** Parents that never count their children: their bus sets pm_suspend_ignore_children(). */
const IGNORES_CHILDREN = /^(?:i2c-|spi|i3c-|serial)\d+$/;

/** Relations of devices that the log itself tells. */
export interface LogRelations {
  /** The parent that a callback record of system sleep names. */
  readonly parentOf: (device: string) => string | undefined;
  readonly isInLog: (device: string) => boolean;
}

/** What a device depends on by its board, by the parents that the log names, and by its name. */
export function superiorsInLog(
  device: string,
  onBoard: readonly ActiveSuperior[],
  { parentOf, isInLog }: LogRelations,
): ActiveSuperior[] {
  const found = onBoard.filter((superior) => isInLog(superior.device));
  const add = (parent: string | undefined, how: string) => {
    if (parent === undefined || IGNORES_CHILDREN.test(parent) || !isInLog(parent)) return;
    if (!found.some((known) => known.device === parent)) found.push({ device: parent, how, isKept: true });
  };
  add(parentOf(device), 'its parent, by the log');
  for (const [child, parent] of NAMED_AFTER)
    if (child.test(device)) add(device.replace(child, parent), 'its parent, by their names');
  return found;
}

interface Violation {
  readonly consumer: string;
  readonly superior: ActiveSuperior;
  readonly at: LogMoment;
  readonly what: string;
  /** Microseconds until the superior was active; absent while it is not. */
  later?: number;
  times: number;
}

/** An activation whose superior has not said yet what it is. */
interface Pending {
  readonly consumer: string;
  readonly superior: ActiveSuperior;
  readonly at: LogMoment;
}

export interface RuntimeSupply {
  /** Takes news of the status of a device. */
  readonly push: (device: string, news: StatusNews, moment: LogMoment) => void;
  /** Nothing of what was before counts any more. */
  readonly forget: () => void;
  readonly findings: () => RuntimeDraft[];
}

/**
 * @param superiorsOf what a device depends on, as far as the log has it
 * @param statusOf the status of a device before the event that is pushed, if it is known
 */
export function createRuntimeSupply(
  superiorsOf: (device: string) => readonly ActiveSuperior[],
  statusOf: (device: string) => RuntimeStatus | undefined,
): RuntimeSupply {
  const violations = new Map<string, Violation>();
  /** Active consumers by superior, and violations that wait for it. */
  const consumers = new Map<string, Map<string, ActiveSuperior>>();
  const waiting = new Map<string, Violation[]>();
  const pending = new Map<string, Pending[]>();

  function violated(consumer: string, superior: ActiveSuperior, at: LogMoment, what: string): void {
    const key = `${consumer}\0${superior.device}`;
    const known = violations.get(key);
    if (known !== undefined) {
      known.times++;
      return;
    }
    if (violations.size >= FINDING_LIMIT) return;
    const violation: Violation = { consumer, superior, at, what, times: 1 };
    violations.set(key, violation);
    const list = waiting.get(superior.device);
    if (list === undefined) waiting.set(superior.device, [violation]);
    else list.push(violation);
  }

  function activated(consumer: string, moment: LogMoment): void {
    for (const superior of superiorsOf(consumer)) {
      const { device } = superior;
      const active = consumers.get(device) ?? new Map<string, ActiveSuperior>();
      consumers.set(device, active);
      active.set(consumer, superior);
      const status = statusOf(device);
      if (status === undefined)
        pending.set(device, [...(pending.get(device) ?? []), { consumer, superior, at: moment }]);
      else if (status !== 'active')
        violated(consumer, superior, moment, `became active while ${device} was ${status}`);
    }
  }

  /** Who became active before the superior showed that it had been suspended all the time. */
  function settle(device: string, wasSuspended: boolean): void {
    const list = pending.get(device);
    if (list === undefined) return;
    pending.delete(device);
    if (!wasSuspended) return;
    for (const { consumer, superior, at } of list)
      violated(consumer, superior, at, `became active while ${device} was suspended`);
  }

  function deactivated(device: string): void {
    for (const superior of superiorsOf(device)) consumers.get(superior.device)?.delete(device);
  }

  return {
    push: (device, { status, wasSuspended = false }, moment) => {
      if (status === undefined) return;
      settle(device, wasSuspended);
      if (status === 'active') {
        for (const violation of waiting.get(device) ?? [])
          violation.later ??= moment.time - violation.at.time;
        waiting.delete(device);
        activated(device, moment);
        return;
      }
      if (status === 'suspended') {
        for (const [consumer, superior] of consumers.get(device) ?? [])
          violated(consumer, superior, moment, `stayed active when ${device} was suspended`);
      }
      deactivated(device);
    },
    forget: () => {
      consumers.clear();
      pending.clear();
      waiting.clear();
    },
    findings: () =>
      [...violations.values()].map(({ consumer, superior, at, what, later, times }) => ({
        rule: 'active-without-supplier',
        devices: [consumer, superior.device],
        message:
          `${consumer} ${what}` +
          (later === undefined || Number.isNaN(later)
            ? ''
            : `, which became active ${milliseconds(later)} later`) +
          (times === 1 ? '' : `; ${times} times`),
        at,
        evidence: [
          `${consumer} depends on ${superior.device}: ${superior.how}`,
          ...(superior.isKept ? [] : ['that link has no DL_FLAG_PM_RUNTIME: runtime PM does not follow it']),
        ],
      })),
  };
}
