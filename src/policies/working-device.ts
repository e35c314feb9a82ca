/** A device that requests come to: what waits, what is worked on, what came of all. */
import type { DeviceId } from '../core/world.ts';
import type { PolicyMachine } from './machine.ts';
import type { Transfer } from './transfers.ts';

export interface Request {
  readonly at: number;
  readonly work: number;
  /** The work is a transfer. */
  readonly transfer: Transfer | undefined;
  readonly deadline: number;
}

/** What is counted of requests. */
export const COUNTS = ['requests', 'finished', 'missed', 'failed'] as const;
export type Count = (typeof COUNTS)[number];

/** A device that requests come to. */
export interface WorkingDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly machine: PolicyMachine | undefined;
  /** Requests that wait, oldest first, from `first` on. */
  waiting: Request[];
  first: number;
  /** The request that is worked on, and when that is done; Infinity for none. */
  current: Request | undefined;
  busyUntil: number;
  /** Since when it is active, -1 while it is not. */
  activeSince: number;
  /** When it began to wait for the engine of its next transfer, -1 where it does not. */
  askedAt: number;
  /** Usage counts that the script holds. */
  held: number;
  requests: number;
  finished: number;
  missed: number;
  failed: number;
  /** Requests by the microseconds from their coming to an active device. */
  readonly latencies: Map<number, number>;
}

/** A device to which nothing has come yet. `activeSince`: since when it is active, -1 if it is not. */
export function workingDevice(
  id: DeviceId,
  name: string,
  machine: PolicyMachine | undefined,
  activeSince: number,
): WorkingDevice {
  return {
    id,
    name,
    machine,
    waiting: [],
    first: 0,
    current: undefined,
    busyUntil: Number.POSITIVE_INFINITY,
    activeSince,
    askedAt: -1,
    held: 0,
    requests: 0,
    finished: 0,
    missed: 0,
    failed: 0,
    latencies: new Map(),
  };
}

/** Takes the request that has waited longest. */
export function takeRequest(device: WorkingDevice): Request {
  const request = device.waiting[device.first++]!;
  if (device.first === device.waiting.length) {
    device.waiting = [];
    device.first = 0;
  } else if (device.first > 1024 && device.first * 2 > device.waiting.length) {
    device.waiting.splice(0, device.first);
    device.first = 0;
  }
  return request;
}

/** Requests that may wait in a state that could come again. */
const MOST_OPEN = 100;

/** All that decides how a device goes on, relative to now; undefined where its machine does not tell, or too much waits. */
export function workText(device: WorkingDevice, now: number): string | undefined {
  const { machine, current, busyUntil, waiting, first, activeSince, askedAt, held } = device;
  // So many are on their way to more: such a state does not come again.
  if (waiting.length - first > MOST_OPEN) return undefined;
  const own = machine?.stateText(now);
  if (machine !== undefined && own === undefined) return undefined;
  const onChannel = (transfer: Transfer | undefined) => transfer?.channel ?? -1;
  const open = waiting
    .slice(first)
    .map(
      ({ at, work, deadline, transfer }) => `${at - now} ${work} ${deadline - now} ${onChannel(transfer)}`,
    );
  const isWorking =
    current === undefined
      ? ''
      : `${busyUntil - now} ${current.deadline - now} ${onChannel(current.transfer)}`;
  // Only of a request that waits does it matter since when the device is active.
  return `${own ?? ''}/${isWorking}/${open.join()}/${open.length > 0 ? activeSince - now : ''}/${askedAt < 0 ? '' : askedAt - now}/${held}`;
}
