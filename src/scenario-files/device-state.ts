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

/** What a field can be: a count, an error number, true or false, a text or null, or one of some words. */
type FieldKind = 'count' | 'error' | 'flag' | 'text' | readonly string[];

interface FieldOf<T> {
  readonly kind: FieldKind;
  readonly help: string;
  readonly read: (device: Device, world: World) => T;
}

function field<T extends string | number | boolean | null>(
  kind: FieldKind,
  help: string,
  read: (device: Device, world: World) => T,
): FieldOf<T> {
  return { kind, help, read };
}

const RUNTIME_STATUSES = ['active', 'suspended', 'resuming', 'suspending'];

/** Fields of a device's state, in the order in which they are printed. */
const FIELDS = {
  runtime_status: field(RUNTIME_STATUSES, 'power.runtime_status.', ({ power }) => power.runtimeStatus),
  usage: field('count', 'The usage count.', ({ power }) => power.usageCount),
  child_count: field('count', 'How many children are active.', ({ power }) => power.childCount),
  disable_depth: field('count', '0: runtime PM is enabled.', ({ power }) => power.disableDepth),
  runtime_error: field('error', 'The error that stays, 0 for none.', ({ power }) => power.runtimeError),
  runtime_auto: field('flag', 'false after pm_runtime_forbid().', ({ power }) => power.runtimeAuto),
  request: field(RUNTIME_REQUESTS, 'The runtime PM request that is queued.', ({ power }) =>
    power.requestPending ? power.request : RUNTIME_REQUESTS[0],
  ),
  timer: field('flag', 'A suspend timer is set.', ({ power }) => power.timerExpires > 0),
  last_status: field(
    [...RUNTIME_STATUSES, 'invalid', 'blocked'],
    'The status when runtime PM was last disabled.',
    ({ power }) => power.lastStatus,
  ),
  driver: field('text', 'The driver that is bound; null for none.', ({ bound, driver }, world) =>
    bound ? world.drivers[driver]!.name : null,
  ),
  links_status: field(
    ['no driver', 'probing', 'driver bound', 'unbinding'],
    'What the driver core does with it, as its links see it.',
    ({ linksStatus }) => linksStatus,
  ),
  links_count: field(
    'count',
    'How many of its supplier links have PM_RUNTIME.',
    ({ linksCount }) => linksCount,
  ),
  deferred: field('flag', 'It is on the list of deferred probes.', ({ deferred }) => deferred !== 'none'),
  deferred_reason: field(
    'text',
    'What devices_deferred says; null for nothing.',
    ({ deferredReason }) => deferredReason ?? null,
  ),
  state_synced: field('flag', 'sync_state was called.', ({ stateSynced }) => stateSynced),
  registered: field('flag', 'device_is_registered().', ({ registered }) => registered),
  parent: field('text', 'Its parent; null for none.', ({ parent }, world) =>
    parent < 0 ? null : world.devices[parent]!.name,
  ),
};

export type StateField = keyof typeof FIELDS;
export const STATE_FIELDS = Object.keys(FIELDS) as StateField[];

/** What a field can be. */
export function fieldKind(field: StateField): FieldKind {
  return FIELDS[field].kind;
}

/** What a field says. */
export function fieldHelp(field: StateField): string {
  return FIELDS[field].help;
}

export type DeviceState = { readonly [Field in StateField]: ReturnType<(typeof FIELDS)[Field]['read']> };

export function deviceStateOf(world: World, id: DeviceId): DeviceState {
  const device = world.devices[id]!;
  return Object.fromEntries(
    STATE_FIELDS.map((field) => [field, FIELDS[field].read(device, world)]),
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
