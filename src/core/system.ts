/**
 * A running system as plain data: what its sysfs says of devices, drivers and links. Readers of snapshots produce it; it knows no model.
 */

/** A driver as sysfs names it. */
export interface SystemDriver {
  readonly bus: string;
  readonly name: string;
  /** The module that it comes from; null for a built-in one, and where sysfs does not say. */
  readonly module: string | null;
  /** Grows in the order of registration; null where it is not known. */
  readonly registered: number | null;
}

/** A device of a running system. */
export interface SystemDevice {
  /** `bus:name` as in /sys/class/devlink; the class stands for the bus where there is no bus. */
  readonly id: string;
  readonly name: string;
  /** Below /sys/devices. */
  readonly path: string;
  /** Path of its device-tree node, null for none. */
  readonly node: string | null;
  readonly driver: { readonly bus: string; readonly name: string } | null;
  /** `waiting_for_supplier`; null for a device that has no such attribute (it has no firmware node, or is bound). */
  readonly waitingForSupplier: boolean | null;
  /** `state_synced`; null where there is none (it is not bound, or its driver has no sync_state). */
  readonly stateSynced: boolean | null;
  /** Attributes of its power folder by name. */
  readonly power: Readonly<Record<string, string>>;
  /** Grows in the order of registration; null where it is not known. */
  readonly registered: number | null;
  /** Grows in the order in which the probes that succeeded began; null where it is not bound or that is not known. */
  readonly bound: number | null;
}

/** A device link of a running system, in the words of /sys/class/devlink. */
export interface SystemLink {
  readonly supplier: string;
  readonly consumer: string;
  /** `active`, `dormant`, `not tracked`, ... */
  readonly status: string;
  /** `never`, `supplier unbind`, `consumer unbind`. */
  readonly autoRemoveOn: string;
  readonly runtimePm: boolean;
  readonly syncStateOnly: boolean;
}

/** All that is known of a running system. */
export interface RunningSystem {
  /** The file or folder that it came from. */
  readonly input: string;
  /** `uname -r`, `uname -m`. */
  readonly release: string;
  readonly machine: string;
  /** Seconds since boot; null where it is not known. */
  readonly uptime: number | null;
  /** The kernel's command line. */
  readonly commandLine: string;
  readonly devices: readonly SystemDevice[];
  readonly links: readonly SystemLink[];
  readonly drivers: readonly SystemDriver[];
  /** Names of loaded modules; null where /proc/modules was not readable. */
  readonly modules: readonly string[] | null;
  /** devices_deferred: names of devices with the reason, null for none; null where debugfs was not readable. */
  readonly deferred: ReadonlyMap<string, string | null> | null;
  /** What could not be read, in words. */
  readonly unread: readonly string[];
}
