/**
 * What is bound on a running system beside what the model binds with the same drivers, and in which order each side came to it.
 */

import type { RunningSystem } from '../core/system.ts';
import { type DeviceId, deviceId, type World } from '../core/world.ts';
import type { BootAccount, BootRoot } from './boot-account.ts';
import { treeDevices } from './links.ts';
import type { ProbeResult } from './probe-outcome.ts';
import { type DevicePairs, outOfPlace, pairDevices } from './system-devices.ts';

export interface ProbeDifference {
  readonly device: string;
  readonly what:
    | 'bound only on the system'
    | 'bound only in the model'
    | 'not on the system'
    | 'other driver'
    | 'another device there';
  readonly explanation: string;
}

/** Two orders of the same devices. */
export interface OrderAgreement {
  /** How many devices both orders have. */
  readonly compared: number;
  /** The fewest devices that stand elsewhere on the system, in its order; the others stand in the model's order. */
  readonly outOfPlace: readonly { readonly device: string; readonly after: string | null }[];
}

export interface SystemProbe {
  /** The release that runs there. */
  readonly release: string;
  /** Devices of the tree that are bound there, ids of the model, in its registration order. */
  readonly bound: readonly string[];
  /** Devices that the driver core waits with there (devices_deferred), with the reason; null where debugfs was not readable. */
  readonly deferred: readonly { readonly device: string; readonly reason: string | null }[] | null;
  /** Devices of the tree of which both say the same. */
  readonly agree: number;
  readonly differences: readonly ProbeDifference[];
  /** What the kernel log names as roots; null where it is not there. */
  readonly logRoots: readonly BootRoot[] | null;
  /** In which order drivers bound; null where the system does not tell. */
  readonly order: OrderAgreement | null;
}

function differenceOf(world: World, id: DeviceId, pairs: DevicePairs): ProbeDifference | undefined {
  const device = world.devices[id]!;
  const name = deviceId(device);
  const there = pairs.ofModel.get(id);
  if (there === undefined)
    return {
      device: name,
      what: 'not on the system',
      explanation: 'the system has made no device of its node',
    };
  const driver = device.bound ? world.drivers[device.driver]!.name : null;
  if (there.id !== name)
    return {
      device: name,
      what: 'another device there',
      explanation: `${there.id}${there.driver === null ? ', without a driver' : `, bound to ${there.driver.name}`}`,
    };
  if (there.driver !== null && !device.bound)
    return {
      device: name,
      what: 'bound only on the system',
      explanation: `to ${there.driver.name}; in the model: ${device.deferredReason ?? 'no driver has bound it'}`,
    };
  if (there.driver === null && device.bound)
    return {
      device: name,
      what: 'bound only in the model',
      explanation: `to ${driver}${there.waitingForSupplier === true ? '; on the system it waits for a supplier' : ''}`,
    };
  if (there.driver !== null && there.driver.name !== driver)
    return {
      device: name,
      what: 'other driver',
      explanation: `${there.driver.name}, in the model ${driver}`,
    };
  return undefined;
}

/** Compares an order of the model with the numbers that the system has for the same devices; null without any. */
export function agreementOf(
  expected: readonly string[],
  numbers: ReadonlyMap<string, number>,
): OrderAgreement | null {
  if (numbers.size === 0) return null;
  const known = new Set(expected);
  const actual = [...numbers.keys()]
    .filter((id) => known.has(id))
    .sort((a, b) => numbers.get(a)! - numbers.get(b)!);
  const place = new Map(actual.map((device, index) => [device, index]));
  return {
    compared: actual.length,
    outOfPlace: outOfPlace(expected, actual).map((device) => ({
      device,
      after: actual[place.get(device)! - 1] ?? null,
    })),
  };
}

/** The order in which the devices of the tree were registered, compared with the system's. */
export function registrationAgreement(world: World, system: RunningSystem): OrderAgreement | null {
  const { ofModel } = pairDevices(world, system);
  const numbers = new Map<string, number>();
  for (const [id, { registered, id: there }] of ofModel) {
    const name = deviceId(world.devices[id]!);
    if (registered !== null && there === name) numbers.set(name, registered);
  }
  return agreementOf(
    treeDevices(world).map((id) => deviceId(world.devices[id]!)),
    numbers,
  );
}

/** An outcome in which drivers that ask for deferral give the reasons that they gave on the system (devices_deferred). */
export function withSystemReasons(result: ProbeResult, { deferred }: RunningSystem): ProbeResult {
  const roots = result.roots.map((root) => {
    const name = root.device?.slice(root.device.indexOf(':') + 1);
    const reason = name === undefined ? undefined : deferred?.get(name);
    return root.kind !== 'driver-deferral' || reason == null
      ? root
      : { ...root, detail: `its driver asks for deferral: ${reason}` };
  });
  return { ...result, roots };
}

/** Compares a world, booted with the drivers of the system, with the system; `account` is that of its kernel log. */
export function systemProbe(
  world: World,
  system: RunningSystem,
  account: BootAccount | undefined,
): SystemProbe {
  const pairs = pairDevices(world, system);
  const devices = treeDevices(world).filter((id) => world.devices[id]!.registered);
  const boundThere = new Set(system.devices.filter(({ driver }) => driver !== null).map(({ name }) => name));
  const differences = devices.flatMap((id) => differenceOf(world, id, pairs) ?? []);
  const numbers = new Map<string, number>();
  for (const [id, { bound }] of pairs.ofModel) {
    if (bound !== null) numbers.set(deviceId(world.devices[id]!), bound);
  }
  // A device that was bound twice counts where it was bound last, as its number does.
  const order = world.events.flatMap((event) => (event.kind === 'bound' ? [event.device] : []));
  const last = order.filter((id, index) => order.lastIndexOf(id) === index);
  return {
    release: system.release,
    bound: devices
      .filter((id) => pairs.ofModel.get(id)?.driver != null)
      .map((id) => deviceId(world.devices[id]!)),
    deferred: system.deferred && [...system.deferred].map(([device, reason]) => ({ device, reason })),
    agree: devices.length - differences.length,
    differences,
    // What is bound by now is no cause any more, whatever the log said of it once.
    logRoots: account?.roots.filter(({ device }) => !boundThere.has(device)) ?? null,
    order: agreementOf(
      last.map((id) => deviceId(world.devices[id]!)),
      numbers,
    ),
  };
}
