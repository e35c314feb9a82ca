/** Wakeup sources, by the numbers that their entries in sysfs have. The rules are pm/wakeup.ts. */
import type { DeviceId } from './world.ts';

export interface WakeupSource {
  readonly device: DeviceId;
  /** It has an entry in sysfs: the device is registered. */
  inSysfs: boolean;
}

export interface WakeupSources {
  /** undefined where the number is free. */
  readonly all: (WakeupSource | undefined)[];
  /** No number below is free. */
  free: number;
}
