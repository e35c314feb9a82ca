/** Whether a device may wake the system up. Follows drivers/base/power/wakeup.c and wakeup_stats.c. */
import { givePlaceBack, takePlace } from '../core/async-jobs.ts';
import { ENOENT } from '../core/errno.ts';
import { spinUnlockIrq } from '../core/interrupts.ts';
import { keep } from '../core/kept.ts';
import { synchronizeSrcu } from '../core/srcu.ts';
import type { Task } from '../core/task.ts';
import type { WakeupSource } from '../core/wakeup-source.ts';
import { type DeviceId, kernelMessage, type World } from '../core/world.ts';

/** A source of the device that has an entry in sysfs. Nearly always there is none but the device's own, so nobody is looked for. */
function sourceInSysfs({ devices, wakeupSources, srcu }: World, id: DeviceId): WakeupSource | undefined {
  if (devices[id]!.power.wakeupSource < 0 && srcu.wakeup.waiting === 0) return undefined;
  return wakeupSources.all.find((source) => source?.device === id && source.inSysfs);
}

/** The folder of a device for entries of its sources: class_dir_create_and_add() of drivers/base/core.c, if there is none yet. */
function folderOf(world: World, id: DeviceId): number {
  return sourceInSysfs(world, id)?.folder ?? takePlace(world);
}

/**
 * wakeup_source_register(): the source gets the lowest free number. Returns it, or -1 where the device's folder in sysfs is gone,
 * in which a folder `wakeup` holds the entries of the device's sources.
 */
function wakeupSourceRegister(world: World, id: DeviceId): number {
  const { wakeupSources } = world;
  const { registered, sysfsGone, name } = world.devices[id]!;
  let number = wakeupSources.free;
  while (wakeupSources.all[number] !== undefined) number++;
  if (registered && sysfsGone) {
    const hasFolder = wakeupSources.all.some((source) => source?.device === id && source.inSysfs);
    const [entry, folder] = hasFolder ? [`wakeup${number}`, 'wakeup'] : ['wakeup', name];
    kernelMessage(
      world,
      `kobject: kobject_add_internal failed for ${entry} (error: ${-ENOENT} parent: ${folder})`,
    );
    return -1;
  }
  wakeupSources.all[number] = {
    device: id,
    inSysfs: registered,
    folder: registered ? folderOf(world, id) : 0,
  };
  wakeupSources.free = number + 1;
  return number;
}

/** wakeup_source_unregister(): waits until nobody reads the list of wakeup sources, and other work gets its turn meanwhile. */
function* wakeupSourceUnregister(world: World, number: number): Task<void> {
  yield* synchronizeSrcu(world, 'wakeup');
  const { wakeupSources } = world;
  const { device, folder, inSysfs } = wakeupSources.all[number]!;
  wakeupSources.all[number] = undefined;
  wakeupSources.free = Math.min(wakeupSources.free, number);
  // cleanup_glue_dir()
  const isLast = inSysfs && sourceInSysfs(world, device) === undefined;
  if (isLast) givePlaceBack(world, folder);
}

/** device_wakeup_enable(): makes a wakeup source. The one made for a device that has one goes again. */
export function* deviceWakeupEnable(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  const number = keep(wakeupSourceRegister(world, id));
  if (number < 0) return;
  // device_wakeup_attach()
  spinUnlockIrq(world);
  if (power.wakeupSource >= 0) yield* wakeupSourceUnregister(world, number);
  else power.wakeupSource = number;
}

/** device_wakeup_disable(). */
export function* deviceWakeupDisable(world: World, id: DeviceId): Task<void> {
  const { power } = world.devices[id]!;
  const number = keep(power.wakeupSource);
  if (number < 0) return;
  power.wakeupSource = -1;
  // device_wakeup_detach()
  spinUnlockIrq(world);
  yield* wakeupSourceUnregister(world, number);
}

/** pm_wakeup_source_sysfs_add(): device_add() makes the entry of a source that the device has already. */
export function pmWakeupSourceSysfsAdd(world: World, id: DeviceId): void {
  const { wakeupSource } = world.devices[id]!.power;
  const source = wakeupSource < 0 ? undefined : world.wakeupSources.all[wakeupSource];
  if (source === undefined) return;
  if (!source.inSysfs) source.folder = folderOf(world, id);
  source.inSysfs = true;
}
