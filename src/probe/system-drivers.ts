/**
 * The drivers of a running system: those that have bound devices there, in the order in which they registered there, and those of
 * which it is known that they refused a device.
 */
import type { RunningSystem, SystemDevice, SystemDriver } from '../core/system.ts';
import { CLIENT_BUSES } from './client-devices.ts';
import type { NewDriver } from './driver-sets.ts';

/** Buses on which the model makes devices. */
const BUSES: ReadonlySet<string> = new Set(['platform', 'amba', ...CLIENT_BUSES]);

/** A device that a driver took up there and did not bind. */
export interface RefusedDevice {
  readonly device: string;
  readonly bus: string;
  readonly driver: string;
  /** Negative errno of its probe. */
  readonly returns: number;
}

/** The drivers by the moment at which they come. */
export interface SystemDriverSet {
  readonly builtin: {
    readonly beforeDevices: readonly NewDriver[];
    readonly afterDevices: readonly NewDriver[];
  };
  readonly drivers: readonly NewDriver[];
}

interface Growing {
  readonly driver: SystemDriver;
  readonly names: string[];
  readonly refused: RefusedDevice[];
  hasSyncState: boolean;
}

function driversOf({ driver: { name, bus }, names, refused, hasSyncState }: Growing): NewDriver[] {
  const common = { name, bus, compatibles: [], syncState: hasSyncState };
  const binding: NewDriver = {
    ...common,
    matches: names,
    probe: name === 'simple-pm-bus' ? { kind: 'simple-pm-bus' } : { kind: 'typical' },
  };
  return [
    ...(names.length > 0 ? [binding] : []),
    ...refused.map(
      ({ device, returns }): NewDriver => ({
        ...common,
        matches: [device],
        probe: { kind: 'return', value: returns },
      }),
    ),
  ];
}

/** When the first device of the tree was registered; before all drivers where it is not known. */
function firstTreeDevice(devices: readonly SystemDevice[]): number {
  const known = devices.filter(({ node, registered, id }) => {
    return node !== null && registered !== null && BUSES.has(id.slice(0, id.indexOf(':')));
  });
  if (known.length === 0) return Number.NEGATIVE_INFINITY;
  return known.reduce((least, { registered }) => Math.min(least, registered!), Number.POSITIVE_INFINITY);
}

/**
 * Drivers that do in the model what they did there: each binds the devices of the tree that it has bound, and refuses those of `refused`
 * with the error given. Built-in drivers come before the devices exist if they were registered before them, modules after boot.
 */
export function driversOfSystem(system: RunningSystem, refused: readonly RefusedDevice[]): SystemDriverSet {
  const byKey = new Map<string, Growing>();
  const growing = (bus: string, name: string): Growing => {
    const key = `${bus}\n${name}`;
    const known = byKey.get(key) ?? {
      driver: { bus, name, module: null, registered: null },
      names: [],
      refused: [],
      hasSyncState: false,
    };
    byKey.set(key, known);
    return known;
  };
  for (const driver of system.drivers) {
    const { bus, name } = driver;
    if (BUSES.has(bus)) byKey.set(`${bus}\n${name}`, { ...growing(bus, name), driver });
  }
  for (const { name, node, driver, stateSynced } of system.devices) {
    if (driver === null || node === null || !BUSES.has(driver.bus)) continue;
    const entry = growing(driver.bus, driver.name);
    entry.names.push(name);
    if (stateSynced !== null) entry.hasSyncState = true;
  }
  for (const one of refused) if (BUSES.has(one.bus)) growing(one.bus, one.driver).refused.push(one);
  const first = firstTreeDevice(system.devices);
  const all = [...byKey.values()];
  const isModule = ({ driver }: Growing) => driver.module !== null && driver.module !== 'kernel';
  const isEarly = ({ driver }: Growing) => driver.registered !== null && driver.registered < first;
  return {
    builtin: {
      beforeDevices: all.filter((one) => !isModule(one) && isEarly(one)).flatMap(driversOf),
      afterDevices: all.filter((one) => !isModule(one) && !isEarly(one)).flatMap(driversOf),
    },
    drivers: all.filter(isModule).flatMap(driversOf),
  };
}
