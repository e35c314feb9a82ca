/**
 * Kernel messages and warnings by what they say: a kind, the device, the place. Words may change between builds of one kernel
 * (a line number in a warning, a driver's name before the device); what is compared does not.
 */

/**
 * A message or warning as it is compared: `kind` of the tables below, or `unknown` with the whole `text`; the `device` that
 * it is about; the `place` (a function, callback or phase), the `error` and the `other` device or driver that it names.
 */
export type Said = Readonly<Record<string, string>> & { readonly kind: string };

/** Kinds of messages, with the pattern of their words behind "DRIVER DEVICE: ". */
const ABOUT_A_DEVICE: Readonly<Record<string, RegExp>> = {
  'usage-underflow': /^Runtime PM usage count underflow!$/,
  'unbalanced-enable': /^Unbalanced pm_runtime_enable!$/,
  'enable-blocked': /^Attempt to enable runtime PM when it is blocked$/,
  'enable-with-active-children': /^Enabling runtime PM for inactive device with active children$/,
  'child-of-suspended-parent':
    /^runtime PM trying to activate child device \S+ but parent \((?<other>\S+)\) is not active$/,
  'suspended-with-active-children': /^runtime PM trying to suspend device but active child$/,
  'probe-failed': /^probe with driver (?<other>\S+) failed with error (?<error>-?\d+)$/,
  'callback-failed': /^PM: dpm_run_callback\(\): (?<place>\S+) (?:\[\w+\] )?returns (?<error>-?\d+)$/,
  'prepare-failed': /^PM: device_prepare\(\): (?<place>\S+) (?:\[\w+\] )?returns (?<error>-?\d+)$/,
  'not-prepared': /^PM: not prepared for power transition: code (?<error>-?\d+)$/,
  'suspend-failed': /^PM: failed to (?<place>suspend(?: async)?(?: late| noirq)?): error (?<error>-?\d+)$/,
  'resume-failed': /^PM: failed to (?<place>resume(?: async)?(?: early| noirq)?): error (?<error>-?\d+)$/,
  'parent-sleeps': /^PM: parent (?<other>\S+) should not be sleeping$/,
  'device-name-taken': /^device_add\(\) failed/,
  'driver-pm-ops-refused': /^(?:Driver '.*' )?needs updating - please use bus_type methods/,
  'deferred-pending': /^deferred probe pending: (?<place>.*)$/,
};

/** Kinds of messages about no device. */
const ABOUT_NONE: Readonly<Record<string, RegExp>> = {
  'managed-link-kept': /^Unable to drop a managed device link reference$/,
  'suspend-failed-for-some': /^PM: Some devices failed to suspend, or early wake event detected$/,
  'late-failed': /^PM: late suspend of devices failed$/,
  'noirq-failed': /^PM: noirq suspend of devices failed$/,
  'device-not-prepared': /^PM: Device not prepared: code (?<error>-?\d+)$/,
  'driver-exists': /^Error: Driver '(?<other>.*)' is already registered, aborting\.\.\.$/,
  'name-exists': /^(?:sysfs|kobject).*(?:duplicate filename|-EEXIST).*?(?<other>\S+)$/,
  'tasks-not-frozen': /^Freezing (?:user space|remaining freezable) .*(?:failed|aborted)/,
  'workqueue-not-frozen': /^Freezing of tasks (?:failed|aborted)/,
  lockup: /^(?:INFO: task |watchdog: BUG: )/,
};

/** Functions in which a WARN_ON stands; the line is not compared. */
const WARNING = /^(?<file>\S+?):(?<line>\d+) (?<place>\S+)$/;

function matched(kinds: Readonly<Record<string, RegExp>>, words: string): Said | undefined {
  for (const [kind, pattern] of Object.entries(kinds)) {
    const groups = pattern.exec(words)?.groups;
    if (groups !== undefined) return { kind, ...groups };
    if (pattern.test(words)) return { kind };
  }
  return undefined;
}

/** What a `msg` says. */
export function readMessage(text: string): Said {
  const about = matched(ABOUT_NONE, text);
  if (about !== undefined) return about;
  const [, device, words] = /^\S+ (\S+): (.*)$/s.exec(text) ?? [];
  const said = words === undefined ? undefined : matched(ABOUT_A_DEVICE, words);
  return said === undefined ? { kind: 'unknown', text } : { ...said, device: device! };
}

/** What a `warn` says: the function, and the line of the recorded kernel where a function has several. */
export function readWarning(text: string): Said {
  const groups = WARNING.exec(text)?.groups;
  return groups === undefined
    ? { kind: 'unknown', text }
    : { kind: `warning ${groups.file}`, place: groups.place! };
}

/** How many kinds the tables know. */
export const KNOWN_KINDS = Object.keys(ABOUT_A_DEVICE).length + Object.keys(ABOUT_NONE).length;
