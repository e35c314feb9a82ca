/** The drivers of a snapshot: what bound there binds, what was refused there is refused, and which modules could come. */
import { type BootAccount, BootAccounts, type DeviceAccount } from '../analysis/boot-account.ts';
import type { Board } from '../core/board.ts';
import type { RunningSystem } from '../core/system.ts';
import { type KernelModule, readModuleTexts } from '../kernels/index.ts';
import { createBootLogReader, supplierOfReason } from '../logs/index.ts';
import { driversOfSystem, type RefusedDevice } from '../probe/index.ts';
import type { DriverChoice } from './driver-choice.ts';
import { type Io, UsageError } from './io.ts';
import type { ParsedOptions } from './options.ts';
import { snapshotFile } from './snapshot-input.ts';

const EPROBE_DEFER = 517;
const ENODEV = 19;

async function textOf(system: RunningSystem, path: string, io: Io): Promise<string | undefined> {
  const name = snapshotFile(system, path);
  return io.exists(name) ? new TextDecoder().decode(await io.readBytes(name)) : undefined;
}

/** The account of the kernel log of a snapshot and of its devices_deferred; undefined where the log is not in it. */
export async function snapshotAccount(
  board: Board,
  system: RunningSystem,
  io: Io,
): Promise<BootAccount | undefined> {
  const accounts = new BootAccounts();
  const name = snapshotFile(system, 'dmesg');
  if (!io.exists(name)) return undefined;
  const reader = createBootLogReader(accounts.onEvent);
  for await (const chunk of io.readChunks(name)) reader.push(chunk);
  reader.end();
  const deferred = [...(system.deferred ?? [])].map(([device, reason]) => ({
    device,
    reason: reason ?? undefined,
  }));
  accounts.addDeferred(deferred, supplierOfReason);
  return accounts.end(board);
}

async function modulesOf(system: RunningSystem, io: Io): Promise<KernelModule[] | undefined> {
  const read = (name: string) => textOf(system, `lib/modules/${system.release}/modules.${name}`, io);
  const [alias, dep, softdep, order] = [
    await read('alias'),
    await read('dep'),
    await read('softdep'),
    await read('order'),
  ];
  if (alias === undefined) return undefined;
  return readModuleTexts({
    alias,
    ...(dep && { dep }),
    ...(softdep && { softdep }),
    ...(order && { order }),
  });
}

/** Modules by the compatibles of a board for which they are loaded, lower case. */
function modulesByCompatible(board: Board, modules: readonly KernelModule[]): Map<string, string> {
  const wanted = new Set(
    board.nodes.flatMap(({ compatible }) => compatible ?? []).map((entry) => entry.toLowerCase()),
  );
  const found = new Map<string, string>();
  for (const { name, compatibles } of modules) {
    for (const entry of compatibles.map((one) => one.toLowerCase())) {
      if (wanted.has(entry) && !found.has(entry)) found.set(entry, name);
    }
  }
  return found;
}

/** Devices of the tree that a driver took up there and did not bind. */
function refusedDevices(
  board: Board,
  system: RunningSystem,
  log: ReadonlyMap<string, DeviceAccount>,
  moduleOf: ReadonlyMap<string, string>,
): RefusedDevice[] {
  const compatibles = new Map(board.nodes.map(({ path, compatible }) => [path, compatible ?? []]));
  const loaded = new Set(system.modules ?? []);
  const driverOf = new Map(system.drivers.map(({ name, module }) => [module ?? '', name]));
  return system.devices.flatMap(({ id, name, node, driver }) => {
    if (node === null || driver !== null) return [];
    const said = log.get(name);
    const module = (compatibles.get(node) ?? [])
      .map((entry) => moduleOf.get(entry.toLowerCase()))
      .find((one) => one !== undefined && loaded.has(one));
    const refused = (returns: number) => [
      {
        device: name,
        bus: id.slice(0, id.indexOf(':')),
        driver: said?.driver ?? driverOf.get(module ?? '') ?? module ?? '(unknown)',
        returns,
      },
    ];
    if (system.deferred?.has(name)) {
      // Where the driver core names a supplier it will do so in the model too.
      const reason = system.deferred.get(name);
      return refused(reason != null && supplierOfReason(reason) != null ? 0 : -EPROBE_DEFER);
    }
    if (said?.error != null && said.error !== 0) return refused(said.error);
    // Any other error would stand in the log, and a deferral in devices_deferred.
    return module === undefined ? [] : refused(-ENODEV);
  });
}

/** Modules that drivers come from, by the drivers' names; null of sysfs stands for a driver that is built in. */
function modulesOfDrivers({ drivers }: RunningSystem): Map<string, string> {
  return new Map(drivers.flatMap(({ name, module }) => (module === null ? [] : [[name, module] as const])));
}

/** The drivers of the running system that is the input. Throws UsageError where that is none. */
export async function liveDrivers(
  board: Board,
  { system }: ParsedOptions,
  io: Io,
): Promise<Omit<DriverChoice, 'driverFor'>> {
  if (system === undefined) throw new UsageError('--drivers live goes with a snapshot of a running system');
  const account = await snapshotAccount(board, system, io);
  const log = new Map(account?.devices.map((device) => [device.device, device]));
  const modules = await modulesOf(system, io);
  const moduleOf = modulesByCompatible(board, modules ?? []);
  const { builtin, drivers } = driversOfSystem(system, refusedDevices(board, system, log, moduleOf));
  const loaded = new Set(system.modules ?? []);
  const notLoaded = [...moduleOf].filter(([, name]) => !loaded.has(name));
  const limits: string[] = [];
  if (system.deferred === null)
    limits.push('which devices are deferred: devices_deferred is not in the snapshot');
  if (log.size === 0)
    limits.push('which probes failed: the kernel log is not in the snapshot, or says nothing of devices');
  if (modules === undefined) limits.push('modules that are not loaded: modules.alias is not in the snapshot');
  return {
    boot: { builtin, drivers },
    known: { moduleOf: new Map(notLoaded), early: new Set() },
    ...(modules && { liveModules: { list: modules, ofDriver: modulesOfDrivers(system) } }),
    text: 'drivers of the running system',
    limits,
  };
}
