/** Wakeup sources, by the numbers that their entries in sysfs have. The rules are pm/wakeup.ts. */
import type { DeviceId } from './world.ts';

export interface WakeupSource {
  readonly device: DeviceId;
  /** It has an entry in sysfs: the device is registered. */
  inSysfs: boolean;
  /** Where the folder lies that holds the entries of all sources of the device (async-jobs.ts), 0 without an entry. */
  folder: number;
}

export interface WakeupSources {
  /** undefined where the number is free. */
  readonly all: (WakeupSource | undefined)[];
  /** No number below is free. */
  free: number;
}
