/** The column `<driver or bus> <device>` that dev_printk() and the device_pm_callback tracepoints share. */

import { NAME_LIMIT } from './memo.ts';

export interface DeviceColumn {
  /** Empty if the column is not one: no device, or a name too long to be one. */
  readonly device: string;
  /** Empty where the kernel printed none. */
  readonly driver: string;
}

export const NO_DEVICE: DeviceColumn = { device: '', driver: '' };

/**
 * Device names may hold blanks, and so may driver names (`i8042 kbd`), so where one ends and the other begins cannot
 * always be told. The device is the last word, except after these buses and classes, whose name is printed alone.
 * (`Fixed MDIO bus.0` is a platform device.)
 */
const PRINTED_ALONE = ['platform ', 'leds ', 'power_supply '] as const;

/** Reads the text of a column; what another program wrote before it ends in a colon. */
export function readDeviceColumn(text: string): DeviceColumn {
  const column = text.slice(text.lastIndexOf(': ') + 1).trim();
  const alone = PRINTED_ALONE.find((name) => column.startsWith(name));
  const split = alone === undefined ? column.lastIndexOf(' ') + 1 : alone.length;
  const device = column.slice(split).trimStart();
  const driver = column.slice(0, split).trimEnd();
  return device.length > NAME_LIMIT || driver.length > NAME_LIMIT ? NO_DEVICE : { device, driver };
}
