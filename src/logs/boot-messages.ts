/**
 * What a kernel log says of devices and drivers at boot: messages of drivers/base/{core,dd}.c and of fw_devlink, in the words of
 * 5.4 to 6.18. Debug messages (dyndbg='file drivers/base/* +p') tell most; deferrals, failures and timeouts are there without.
 */

import { readDeviceColumn } from './device-column.ts';
import { readDmesgPrefix } from './dmesg-prefix.ts';
import { createLineBlocks } from './line-blocks.ts';
import { detached, NAME_LIMIT } from './memo.ts';
import { emptyPrefix } from './record.ts';

/** What a line of the log says. Times are microseconds, NaN where the line has no stamp. */
export type BootEvent = { readonly time: number; readonly line: number; readonly device: string } & (
  | { readonly kind: 'added' }
  /** A driver of the bus matches. */
  | { readonly kind: 'matched'; readonly driver: string; readonly bus: string }
  | { readonly kind: 'probing'; readonly driver: string }
  | { readonly kind: 'bound'; readonly driver: string }
  /** The driver core, or the driver through dev_err_probe(), says why the device has to wait. */
  | { readonly kind: 'waits'; readonly reason: string; readonly supplier: string | undefined }
  /** The driver's probe returned -EPROBE_DEFER. */
  | { readonly kind: 'driver-defers'; readonly driver: string }
  /** It is on the deferred list. */
  | { readonly kind: 'deferred' }
  | { readonly kind: 'retried' }
  | { readonly kind: 'failed'; readonly driver: string; readonly error: number }
  /** The driver's probe returned -ENODEV or -ENXIO. */
  | { readonly kind: 'declined'; readonly driver: string; readonly error: number }
  /** driver_deferred_probe_check_state(): the timeout is over, a missing supplier counts as absent. */
  | { readonly kind: 'timed-out' }
  /** Still on the deferred list when the timeout came. */
  | { readonly kind: 'pending'; readonly reason: string | undefined; readonly supplier: string | undefined }
  /** `device` is the supplier whose sync_state waits. */
  | { readonly kind: 'sync-state-pending'; readonly consumer: string }
);

/** What a log came to. */
export interface BootLogSummary {
  readonly lines: number;
  /** Lines that made an event. */
  readonly understood: number;
  /** Lines longer than a line may be, cut. */
  readonly cut: number;
  /** The machine's name: the model of its device tree, or what its DMI tables say; undefined where the log has neither. */
  readonly machine: string | undefined;
}

/** Kernels with a device tree name its model early in setup_arch(), others the hardware by DMI. */
const MACHINE = /^(?:(?:OF: fdt: ?)?Machine model|DMI): (.+)$/;

type Words<T = BootEvent> = T extends unknown ? Omit<T, 'time' | 'line' | 'device'> : never;

/** The supplier that a reason names: a device, or the path of a node. */
export function supplierOfReason(reason: string): string | undefined {
  const match =
    /^(?:\S+: )?supplier (\S+) not ready$/.exec(reason) ?? /^(?:\S+: )?wait for supplier (\S+)$/.exec(reason);
  return match === null ? undefined : match[1];
}

function waits(reason: string): Words {
  return { kind: 'waits', reason, supplier: supplierOfReason(reason) };
}

function pending(text: string): Words {
  const known = text !== '' && text !== '(reason unknown)';
  return {
    kind: 'pending',
    reason: known ? text : undefined,
    supplier: known ? supplierOfReason(text) : undefined,
  };
}

interface Pattern {
  /** A part of the line that is looked for first. */
  readonly word: string;
  /** The message behind `driver device: `. */
  readonly form: RegExp;
  readonly read: (parts: readonly string[]) => Words;
}

const PATTERNS: readonly Pattern[] = [
  {
    word: 'matched device',
    form: /^bus: '([^']*)': \w+: matched device(?: \S+)? with driver (.+)$/,
    read: ([bus, driver]) => ({ kind: 'matched', driver: driver!, bus: bus! }),
  },
  {
    word: 'really_probe: probing',
    form: /^bus: '[^']*': really_probe: probing driver (.+) with device(?: \S+)?$/,
    read: ([driver]) => ({ kind: 'probing', driver: driver! }),
  },
  {
    word: 'really_probe: bound',
    form: /^bus: '[^']*': really_probe: bound device(?: \S+)? to driver (.+)$/,
    read: ([driver]) => ({ kind: 'bound', driver: driver! }),
  },
  { word: 'EPROBE_DEFER', form: /^error -EPROBE_DEFER: (.+)$/, read: ([reason]) => waits(reason!) },
  { word: 'error -517', form: /^error -517: (.+)$/, read: ([reason]) => waits(reason!) },
  { word: 'probe deferral', form: /^probe deferral - (.+)$/, read: ([reason]) => waits(reason!) },
  {
    word: 'requests probe deferral',
    form: /^Driver (.+) requests probe deferral$/,
    read: ([driver]) => ({ kind: 'driver-defers', driver: driver! }),
  },
  { word: 'Added to deferred list', form: /^Added to deferred list$/, read: () => ({ kind: 'deferred' }) },
  { word: 'Retrying', form: /^Retrying from deferred list$/, read: () => ({ kind: 'retried' }) },
  {
    word: 'rejects match',
    form: /^probe with driver (.+) rejects match (-\d{1,4})$/,
    read: ([driver, error]) => ({ kind: 'declined', driver: driver!, error: Number(error) }),
  },
  {
    word: 'failed with error',
    form: /^probe with driver (.+) failed with error (-\d{1,4})$/,
    read: ([driver, error]) => ({ kind: 'failed', driver: driver!, error: Number(error) }),
  },
  {
    word: 'probe timeout',
    form: /^deferred probe timeout, ignoring dependency$/,
    read: () => ({ kind: 'timed-out' }),
  },
  {
    word: 'ignoring dependency',
    form: /^ignoring dependency for device, assuming no driver$/,
    read: () => ({ kind: 'timed-out' }),
  },
  {
    word: 'probe pending',
    form: /^deferred probe pending(?:: (.*))?$/,
    read: ([text = '']) => pending(text),
  },
  {
    word: 'sync_state() pending',
    form: /^sync_state\(\) pending due to (\S+)$/,
    read: ([consumer]) => ({ kind: 'sync-state-pending', consumer: consumer! }),
  },
];

/** Messages without a device column. */
const BARE: readonly (Pattern & { readonly device: (parts: readonly string[]) => string })[] = [
  {
    word: "device: '",
    form: /(?:^|\s)device: '([^']+)': device_add$/,
    read: () => ({ kind: 'added' }),
    device: ([name]) => name!,
  },
  {
    word: 'really_probe: bound',
    form: /(?:^|\s)bus: '[^']*': really_probe: bound device (\S+) to driver (\S.*)$/,
    read: ([, driver]) => ({ kind: 'bound', driver: driver! }),
    device: ([name]) => name!,
  },
  {
    word: 'really_probe: probing',
    form: /(?:^|\s)bus: '[^']*': really_probe: probing driver (.+) with device (\S+)$/,
    read: ([driver]) => ({ kind: 'probing', driver: driver! }),
    device: ([, name]) => name!,
  },
  {
    word: 'matched device',
    form: /(?:^|\s)bus: '([^']*)': \w+: matched device (\S+) with driver (\S.*)$/,
    read: ([bus, , driver]) => ({ kind: 'matched', driver: driver!, bus: bus! }),
    device: ([, name]) => name!,
  },
  {
    word: 'failed with error',
    form: /^(.+): probe of (\S+) failed with error (-\d{1,4})$/,
    read: ([driver, , error]) => ({ kind: 'failed', driver: driver!, error: Number(error) }),
    device: ([, name]) => name!,
  },
];

/** Longer messages are none of these. */
const MESSAGE_LIMIT = 4 * NAME_LIMIT;

function parts(match: RegExpExecArray): string[] {
  return match.slice(1).map((part) => (part === undefined ? part! : detached(part)));
}

/** What a message says, and of which device; undefined for any other message. */
function readBootMessage(message: string): (Words & { readonly device: string }) | undefined {
  for (const { word, form, read, device } of BARE) {
    if (!message.includes(word)) continue;
    const match = form.exec(message);
    if (match !== null) return { ...read(parts(match)), device: device(parts(match)) };
  }
  for (const { word, form, read } of PATTERNS) {
    const at = message.indexOf(word);
    if (at < 0) continue;
    // The column ends at the first ": " behind which the message has the form; names may hold colons.
    for (
      let colon = message.indexOf(': ');
      colon >= 0 && colon <= at;
      colon = message.indexOf(': ', colon + 1)
    ) {
      const match = form.exec(message.slice(colon + 2));
      if (match === null) continue;
      const { device } = readDeviceColumn(message.slice(0, colon));
      return device === '' ? undefined : { ...read(parts(match)), device };
    }
  }
  return undefined;
}

/** A reader of one boot log; see {@link BootEvent}. */
export interface BootLogReader {
  /** Takes the next bytes, cut anywhere. */
  readonly push: (chunk: Uint8Array) => void;
  readonly end: () => BootLogSummary;
}

/** Reads a boot log in pieces of any size. No input is an error: what is no message of these is passed over. */
export function createBootLogReader(onEvent: (event: BootEvent) => void): BootLogReader {
  const prefix = emptyPrefix();
  let [lines, understood, cut] = [0, 0, 0];
  let machine: string | undefined;
  const readLine = (text: string): void => {
    lines++;
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (line.length > MESSAGE_LIMIT + 200) return;
    readDmesgPrefix(line, line.length, prefix);
    const { time, start } = prefix;
    const message = line.slice(start).trim();
    const named = machine === undefined ? MACHINE.exec(message) : null;
    if (named !== null) machine = detached(named[1]!.slice(0, NAME_LIMIT));
    const found = readBootMessage(message);
    if (found === undefined) return;
    understood++;
    onEvent({ ...found, device: detached(found.device), time, line: lines } as BootEvent);
  };
  const blocks = createLineBlocks(
    (block) => {
      const text = block.endsWith('\n') ? block.slice(0, -1) : block;
      for (const line of text.split('\n')) readLine(line);
    },
    () => {
      cut++;
    },
  );
  return {
    push: blocks.push,
    end: () => {
      blocks.end();
      return { lines, understood, cut, machine };
    },
  };
}

/** A line of /sys/kernel/debug/devices_deferred. */
export interface DeferredLine {
  readonly device: string;
  /** Undefined where the kernel knows none. */
  readonly reason: string | undefined;
}

/** Reads devices_deferred: a device a line, then a tab and the reason. Other lines are passed over. */
export function readDevicesDeferred(text: string): DeferredLine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [device = '', reason = ''] = line.split('\t', 2);
    const name = device.trim();
    if (name === '' || name.length > NAME_LIMIT) return [];
    return [{ device: name, reason: reason.trim() === '' ? undefined : reason.trim() }];
  });
}
