/** The state of a device and of a link in the words of sysfs and of struct device: what scenarios expect and runs report. */

import { type DeviceLinkStatus, deviceLinkFlagNames } from '../core/device-link.ts';
import { RUNTIME_REQUESTS } from '../core/device-power.ts';
import type { PowerDomainId } from '../core/power-domain.ts';
import {
  type Device,
  type DeviceId,
  type DeviceLink,
  domainOf,
  linkOf,
  supplierLinksOf,
  type World,
} from '../core/world.ts';

type Read = (device: Device, world: World) => string | number | boolean | null;

/** Fields of a device's state, in the order in which they are printed. */
const FIELDS = {
  runtime_status: ({ power }) => power.runtimeStatus,
  usage: ({ power }) => power.usageCount,
  child_count: ({ power }) => power.childCount,
  disable_depth: ({ power }) => power.disableDepth,
  runtime_error: ({ power }) => power.runtimeError,
  runtime_auto: ({ power }) => power.runtimeAuto,
  request: ({ power }) => (power.requestPending ? power.request : RUNTIME_REQUESTS[0]),
  timer: ({ power }) => power.timerExpires > 0,
  last_status: ({ power }) => power.lastStatus,
  driver: ({ bound, driver }, world) => (bound ? world.drivers[driver]!.name : null),
  links_status: ({ linksStatus }) => linksStatus,
  links_count: ({ linksCount }) => linksCount,
  deferred: ({ deferred }) => deferred !== 'none',
  deferred_reason: ({ deferredReason }) => deferredReason ?? null,
  state_synced: ({ stateSynced }) => stateSynced,
  registered: ({ registered }) => registered,
  parent: ({ parent }, world) => (parent < 0 ? null : world.devices[parent]!.name),
} as const satisfies Readonly<Record<string, Read>>;

export type StateField = keyof typeof FIELDS;
export const STATE_FIELDS = Object.keys(FIELDS) as StateField[];

/** Fields that hold an error number. */
export const ERROR_FIELDS: readonly StateField[] = ['runtime_error'];

export type DeviceState = { readonly [Field in StateField]: ReturnType<(typeof FIELDS)[Field]> };

export function deviceStateOf(world: World, id: DeviceId): DeviceState {
  const device = world.devices[id]!;
  return Object.fromEntries(
    STATE_FIELDS.map((field) => [field, FIELDS[field](device, world)]),
  ) as DeviceState;
}

export interface DomainState {
  readonly status: 'on' | 'off';
  /** How often it was powered off, and how often its power_off refused. */
  readonly usage: number;
  readonly rejected: number;
  readonly devices: readonly string[];
}

export function domainStateOf(world: World, id: PowerDomainId): DomainState {
  const { status, usage, rejected, devices } = domainOf(world, id);
  return { status, usage, rejected, devices: devices.map((device) => world.devices[device]!.name) };
}

export interface LinkState {
  readonly consumer: string;
  readonly supplier: string;
  readonly status: DeviceLinkStatus;
  readonly flags: readonly string[];
  readonly rpm_active: number;
}

function linkState(world: World, link: DeviceLink): LinkState {
  return {
    consumer: world.devices[link.consumer]!.name,
    supplier: world.devices[link.supplier]!.name,
    status: link.status,
    flags: deviceLinkFlagNames(link.flags).map((flag) => flag.toLowerCase()),
    rpm_active: link.rpmActive,
  };
}

/** The links of a consumer, oldest first. */
export function linkStatesOf(world: World, consumer: DeviceId): LinkState[] {
  return [...supplierLinksOf(world, consumer)].map((link) => linkState(world, linkOf(world, link)));
}
