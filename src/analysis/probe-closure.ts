/** Which modules an initramfs needs for a device, in load order. */
import { type DeviceId, deviceId, type World } from '../core/world.ts';
import { devicesNeeded, loadOrder, type ModuleNeeds } from './probe-needs.ts';

export interface ProbeClosure {
  readonly device: string;
  /** Names of modules, those to be loaded first first. */
  readonly modules: readonly string[];
  /** Devices of the closure in an order in which they can bind, the device asked for last. */
  readonly devices: readonly {
    readonly device: string;
    readonly neededBy: string;
    /** Null where none is bound: the closure is not enough then. */
    readonly driver: string | null;
    readonly from: 'built-in' | 'module' | 'nothing';
  }[];
}

/**
 * The closure of a device in a world that was booted with all modules of a kernel. `moduleOf`: the modules that drivers come from, by
 * the names of the drivers, where these differ.
 */
export function probeClosure(
  world: World,
  id: DeviceId,
  modules: readonly ModuleNeeds[],
  moduleOf: ReadonlyMap<string, string> = new Map(),
): ProbeClosure {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const devices = devicesNeeded(world, id).map(({ device, driver, neededBy }) => {
    const module = driver === null ? null : (moduleOf.get(driver) ?? driver);
    const from =
      module === null
        ? ('nothing' as const)
        : byName.has(module)
          ? ('module' as const)
          : ('built-in' as const);
    return { device, neededBy, driver, module, from };
  });
  const wanted = devices.flatMap(({ module, from }) => (from === 'module' ? [module!] : []));
  return {
    device: deviceId(world.devices[id]!),
    modules: loadOrder(wanted, byName),
    devices: devices.map(({ device, neededBy, driver, from }) => ({ device, neededBy, driver, from })),
  };
}
