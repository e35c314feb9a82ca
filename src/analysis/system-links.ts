/**
 * The device links of a running system (/sys/class/devlink) beside those of the model: which both have and in which state, which only the
 * system has and which only the model.
 */
import type { RunningSystem, SystemLink } from '../core/system.ts';
import { deviceId, type World } from '../core/world.ts';
import { type LinkRow, linkRow, linksInOrder } from './links.ts';
import { pairDevices } from './system-devices.ts';

/** A link that only one side has, or that the two have in different states. */
export interface LinkDifference {
  /** Ids as the model has them where it has the device, else as the system has them. */
  readonly supplier: string;
  readonly consumer: string;
  readonly what: 'other state' | 'only on the system' | 'only in the model';
  /** What differs and, as far as it can be told, why. */
  readonly explanation: string;
}

export interface SystemLinks {
  /** The release that runs there. */
  readonly release: string;
  /** Links of the system, as /sys/class/devlink has them. */
  readonly links: readonly SystemLink[];
  /** Links that both have, in the same state. */
  readonly same: number;
  readonly differences: readonly LinkDifference[];
}

/** What /sys/class/devlink would say of a link of the model. */
function shown({ status, flags, supplier, consumer }: LinkRow): SystemLink {
  const autoRemoveOn = flags.includes('AUTOREMOVE_SUPPLIER')
    ? 'supplier unbind'
    : flags.includes('AUTOREMOVE_CONSUMER')
      ? 'consumer unbind'
      : 'never';
  return {
    supplier,
    consumer,
    status,
    autoRemoveOn,
    runtimePm: flags.includes('PM_RUNTIME'),
    syncStateOnly: flags.includes('SYNC_STATE_ONLY'),
  };
}

const ATTRIBUTES = [
  ['status', 'status'],
  ['autoRemoveOn', 'auto_remove_on'],
  ['runtimePm', 'runtime_pm'],
  ['syncStateOnly', 'sync_state_only'],
] as const;

function attributeText(value: string | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : value;
}

/** `status dormant, in the model active; ...`; empty for equal links. */
function stateDifference(system: SystemLink, model: SystemLink): string {
  return ATTRIBUTES.filter(([key]) => system[key] !== model[key])
    .map(([key, name]) => `${name} ${attributeText(system[key])}, in the model ${attributeText(model[key])}`)
    .join('; ');
}

function withoutBus(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** Why the model may not have a link of the system. */
function onlySystemText(link: SystemLink, isKnown: (id: string) => boolean): string {
  const { supplier, consumer, status, autoRemoveOn, runtimePm } = link;
  const state = `${status}, runtime_pm ${attributeText(runtimePm)}`;
  if (status === 'not tracked') return `${state}: stateless, so a driver or a subsystem made it`;
  const foreign = [supplier, consumer].filter((id) => !isKnown(id));
  if (foreign.length > 0) {
    const names = foreign.map(withoutBus).join(' and ');
    return `${state}: ${names} ${foreign.length === 1 ? 'is' : 'are'} not made from the tree`;
  }
  if (autoRemoveOn !== 'never') return `${state}, removed on ${autoRemoveOn}: a driver made it`;
  return `${state}: nothing in the tree tells of it`;
}

/**
 * Compares the links of a world with those of the system that its board was taken from; with `near`, only links that
 * one of these devices has.
 */
export function systemLinks(world: World, system: RunningSystem, near?: ReadonlySet<string>): SystemLinks {
  const pairs = pairDevices(world, system);
  const modelIds = new Set(world.devices.map(deviceId));
  const missing = new Set(pairs.onlyModel.map((id) => deviceId(world.devices[id]!)));
  const idOf = (id: string) => pairs.modelId.get(id) ?? id;
  const isNear = (...ids: string[]) => near === undefined || ids.some((id) => near.has(id));
  const key = (supplier: string, consumer: string) => `${supplier}\n${consumer}`;
  const model = new Map(
    linksInOrder(world).map((id) => {
      const row = linkRow(world, id);
      return [key(row.supplier, row.consumer), row];
    }),
  );
  const differences: LinkDifference[] = [];
  const found = new Set<string>();
  const links = system.links.filter((link) => isNear(idOf(link.supplier), idOf(link.consumer)));
  let same = 0;
  for (const link of links) {
    const [supplier, consumer] = [idOf(link.supplier), idOf(link.consumer)];
    const row = model.get(key(supplier, consumer));
    if (row === undefined) {
      const explanation = onlySystemText(link, (id) => modelIds.has(idOf(id)));
      differences.push({ supplier, consumer, what: 'only on the system', explanation });
      continue;
    }
    found.add(key(supplier, consumer));
    const explanation = stateDifference(link, shown(row));
    if (explanation === '') same++;
    else differences.push({ supplier, consumer, what: 'other state', explanation });
  }
  for (const [name, { supplier, consumer, status, flags, causes }] of model) {
    if (found.has(name) || !isNear(supplier, consumer)) continue;
    const absent = [supplier, consumer].find((id) => missing.has(id));
    const properties = [...new Set(causes.map(({ property }) => property))].join(', ');
    const explanation =
      absent === undefined
        ? `${status}${properties === '' ? '' : `, by ${properties}`}: the system has both devices and no link${flags.includes('INFERRED') ? ' (the kernel drops one whose supplier bound only after the deferred-probe timeout)' : ''}`
        : `${status}: the system has no ${withoutBus(absent)}`;
    differences.push({ supplier, consumer, what: 'only in the model', explanation });
  }
  return { release: system.release, links, same, differences };
}
