/**
 * Words of device links: flags and states, with the names that the kernel prints (include/linux/device.h;
 * ../semantics device-links.md section 1).
 */

/** Flag bits by the kernel's name without its DL_FLAG_ prefix, in bit order. */
export const DL_FLAG = {
  STATELESS: 0x001,
  AUTOREMOVE_CONSUMER: 0x002,
  PM_RUNTIME: 0x004,
  RPM_ACTIVE: 0x008,
  AUTOREMOVE_SUPPLIER: 0x010,
  AUTOPROBE_CONSUMER: 0x020,
  MANAGED: 0x040,
  SYNC_STATE_ONLY: 0x080,
  INFERRED: 0x100,
  CYCLE: 0x200,
} as const;

export type DeviceLinkFlag = keyof typeof DL_FLAG;

const FLAG_NAMES = Object.keys(DL_FLAG) as DeviceLinkFlag[];

/** Names of the set bits, lowest first. */
export function deviceLinkFlagNames(flags: number): DeviceLinkFlag[] {
  return FLAG_NAMES.filter((name) => (flags & DL_FLAG[name]) !== 0);
}

/** device_link_flag_is_sync_state_only(): the link orders nothing and blocks nothing. */
export function isSyncStateOnly(flags: number): boolean {
  return (flags & ~(DL_FLAG.INFERRED | DL_FLAG.CYCLE | DL_FLAG.MANAGED)) === DL_FLAG.SYNC_STATE_ONLY;
}

/** enum device_link_state, in the words of /sys/class/devlink/.../status. */
export type DeviceLinkStatus =
  | 'not tracked'
  | 'dormant'
  | 'available'
  | 'consumer probing'
  | 'active'
  | 'supplier unbinding';

/** enum dl_dev_state: what the driver core is doing with a device, as its links see it. */
export type DeviceLinksStatus = 'no driver' | 'probing' | 'driver bound' | 'unbinding';
