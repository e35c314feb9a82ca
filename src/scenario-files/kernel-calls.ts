/**
 * The steps of a scenario file: each is a function of the kernel (or something that the test does), the arguments that it takes,
 * and the command of the command language that it becomes. The schema, the types and the compiler are derived from this table.
 */
import { CALLBACKS } from '../core/callbacks.ts';
import { DMA_CALLBACKS } from '../core/dma-engine.ts';
import { DOMAIN_DEVICE_CALLBACKS } from '../core/power-domain.ts';
import { DMA_CALLS, PLAIN_DMA_CALLS } from './dma-calls.ts';
import type { DmaArgumentKind } from './dma-words.ts';

/** What an argument is. */
export type ArgumentKind =
  | 'device'
  | 'domain'
  | 'latency'
  | 'driver'
  | 'duration'
  | 'switch'
  | 'link flags'
  | 'driver flags'
  | 'callback'
  | 'move order'
  | 'parent'
  | 'sleep level'
  | DmaArgumentKind;

export interface KernelCall {
  /** The arguments by name; a call with one argument takes it without its name. */
  readonly arguments: Readonly<Record<string, ArgumentKind>>;
  /** The command, with `{argument}` for each argument. */
  readonly command: string;
  readonly help: string;
}

function onDevice(command: string, help: string): KernelCall & { arguments: { device: 'device' } } {
  return { arguments: { device: 'device' }, command, help };
}

const LINK = { consumer: 'device', supplier: 'device' } as const;

/** Steps that take arguments, by name. */
export const KERNEL_CALLS = {
  pm_runtime_enable: onDevice('rpm enable {device}', 'Lets runtime PM work on the device.'),
  pm_runtime_disable: onDevice('rpm disable {device}', 'Stops runtime PM of the device, one level deeper.'),
  pm_runtime_get_sync: onDevice(
    'rpm get_sync {device}',
    'Takes a usage count and resumes the device now. 0: resumed; 1: was active; the count stays even on an error.',
  ),
  pm_runtime_resume_and_get: onDevice(
    'rpm resume_and_get {device}',
    'The same, but an error gives the usage count back.',
  ),
  pm_runtime_get: onDevice('rpm get {device}', 'Takes a usage count and queues a resume.'),
  pm_runtime_get_noresume: onDevice(
    'rpm get_noresume {device}',
    'Takes a usage count and does nothing else.',
  ),
  pm_runtime_get_if_active: onDevice(
    'rpm get_if_active {device}',
    'Takes a usage count if the device is active: 1, else 0.',
  ),
  pm_runtime_get_if_in_use: onDevice(
    'rpm get_if_in_use {device}',
    'Takes a usage count if the device is active and used: 1, else 0.',
  ),
  pm_runtime_put: onDevice('rpm put {device}', 'Drops a usage count; at 0 an idle check is queued.'),
  pm_runtime_put_sync: onDevice(
    'rpm put_sync {device}',
    'Drops a usage count; at 0 the idle check runs now.',
  ),
  pm_runtime_put_sync_suspend: onDevice(
    'rpm put_sync_suspend {device}',
    'Drops a usage count; at 0 the device is suspended now.',
  ),
  pm_runtime_put_sync_autosuspend: onDevice(
    'rpm put_sync_autosuspend {device}',
    'Drops a usage count; at 0 the device is suspended now or when its autosuspend delay is over.',
  ),
  pm_runtime_put_autosuspend: onDevice(
    'rpm put_autosuspend {device}',
    'Drops a usage count; at 0 an autosuspend is queued. Does not mark the device busy.',
  ),
  pm_runtime_put_noidle: onDevice('rpm put_noidle {device}', 'Drops a usage count and does nothing else.'),
  pm_runtime_idle: onDevice('rpm idle {device}', 'Runs the idle check now.'),
  pm_runtime_suspend: onDevice('rpm suspend {device}', 'Suspends the device now, if nothing uses it.'),
  pm_runtime_autosuspend: onDevice(
    'rpm autosuspend {device}',
    'Suspends the device now, or when its autosuspend delay is over.',
  ),
  pm_runtime_resume: onDevice('rpm resume {device}', 'Resumes the device now, without a usage count.'),
  pm_request_idle: onDevice('rpm request_idle {device}', 'Queues an idle check.'),
  pm_request_resume: onDevice('rpm request_resume {device}', 'Queues a resume.'),
  pm_request_autosuspend: onDevice('rpm request_autosuspend {device}', 'Queues an autosuspend.'),
  pm_schedule_suspend: {
    arguments: { device: 'device', delay: 'duration' },
    command: 'rpm schedule_suspend {device} {delay}',
    help: 'Suspends the device after the delay.',
  },
  pm_runtime_set_active: onDevice(
    'rpm set_active {device}',
    'Says that the device is active; clears an error.',
  ),
  pm_runtime_set_suspended: onDevice(
    'rpm set_suspended {device}',
    'Says that the device is suspended; clears an error.',
  ),
  pm_runtime_forbid: onDevice('rpm forbid {device}', "As 'on' in power/control: resumed and kept so."),
  pm_runtime_allow: onDevice('rpm allow {device}', "As 'auto' in power/control."),
  pm_runtime_irq_safe: onDevice(
    'rpm irq_safe {device}',
    'Callbacks of the device may run with interrupts off; its parent stays active for good.',
  ),
  pm_runtime_no_callbacks: onDevice('rpm no_callbacks {device}', 'The device has no runtime PM callbacks.'),
  pm_suspend_ignore_children: {
    arguments: { device: 'device', enable: 'switch' },
    command: 'rpm ignore_children {device} {enable}',
    help: 'Whether the device may be suspended while its children are active.',
  },
  pm_runtime_use_autosuspend: onDevice(
    'rpm use_autosuspend {device}',
    'Suspends of the device wait for its autosuspend delay.',
  ),
  pm_runtime_dont_use_autosuspend: onDevice('rpm dont_use_autosuspend {device}', 'They do not any more.'),
  pm_runtime_set_autosuspend_delay: {
    arguments: { device: 'device', delay: 'duration' },
    command: 'rpm set_delay {device} {delay}',
    help: 'The autosuspend delay; a negative one keeps the device active.',
  },
  pm_runtime_mark_last_busy: onDevice('rpm mark_last_busy {device}', 'The autosuspend delay begins anew.'),
  pm_runtime_barrier: onDevice('rpm barrier {device}', 'Waits for requests of the device, or cancels them.'),
  pm_runtime_force_suspend: onDevice('rpm force_suspend {device}', 'Suspends the device for system sleep.'),
  pm_runtime_force_resume: onDevice('rpm force_resume {device}', 'Undoes that, if the device is needed.'),
  pm_runtime_suspended: onDevice('rpm suspended {device}', 'Returns 1 if the device is suspended.'),
  pm_runtime_active: onDevice(
    'rpm active {device}',
    'Returns 1 if the device is active or runtime PM is off.',
  ),
  device_add: onDevice('add {device}', 'Registers a device that was declared with add: false.'),
  device_del: onDevice(
    'del {device}',
    'Removes a device: its driver and the consumers of it are unbound first.',
  ),
  device_attach: onDevice(
    'attach {device}',
    'Offers a device to the drivers: 1 if it is bound then, else 0.',
  ),
  device_driver_attach: {
    arguments: { device: 'device', driver: 'driver' },
    command: 'bind {device} {driver}',
    help: "Binds a device to a driver, as sysfs' bind does.",
  },
  device_release_driver: onDevice(
    'unbind {device}',
    "Unbinds a device, as sysfs' unbind does; consumers first.",
  ),
  driver_unregister: {
    arguments: { driver: 'driver' },
    command: 'undrv {driver}',
    help: 'Unbinds all devices of a driver and removes it.',
  },
  device_move: {
    arguments: { device: 'device', parent: 'parent', order: 'move order' },
    command: 'move {device} {parent} {order}',
    help: 'Gives a device another parent, and a place in dpm_list.',
  },
  device_link_add: {
    arguments: { ...LINK, flags: 'link flags' },
    command: 'link {consumer} {supplier} {flags}',
    help: 'Makes a device link: 1, or 0 where the kernel returns NULL.',
  },
  device_link_del: {
    arguments: LINK,
    command: 'dellink {consumer} {supplier}',
    help: 'Drops a stateless link; -ENOENT if there is none.',
  },
  device_link_remove: {
    arguments: LINK,
    command: 'rmlink {consumer} {supplier}',
    help: 'Drops a stateless link if there is one.',
  },
  dev_pm_set_driver_flags: {
    arguments: { device: 'device', flags: 'driver flags' },
    command: 'flag {device} clear {flags}',
    help: 'Sets the DPM_FLAG_* of a device; they are cleared when its driver goes.',
  },
  device_enable_async_suspend: onDevice('flag {device} async', 'The device sleeps and wakes asynchronously.'),
  device_disable_async_suspend: onDevice('flag {device} noasync', 'It does not any more.'),
  dev_pm_syscore_device: onDevice('flag {device} syscore', 'System sleep leaves the device out.'),
  device_init_wakeup: {
    arguments: { device: 'device', enable: 'switch' },
    command: 'wakeup {device} {enable}',
    help: 'Whether the device may wake the system up.',
  },
  device_set_wakeup_path: onDevice(
    'wakeup_path {device}',
    'The device must stay as it is for a wakeup to get through.',
  ),
  pm_async: {
    arguments: { enable: 'switch' },
    command: 'pm_async {enable}',
    help: '/sys/power/pm_async: whether asynchronous devices are that.',
  },
  suspend: {
    arguments: { level: 'sleep level' },
    command: 'suspend {level}',
    help: 'Suspends the system down to a level of /sys/power/pm_test and resumes it; returns the error of the suspend.',
  },
  sleep: {
    arguments: { time: 'duration' },
    command: 'sleep {time}',
    help: 'Lets time pass; timers that are due then have fired, and their work is done.',
  },
  sleep_raw: {
    arguments: { time: 'duration' },
    command: 'sleep_raw {time}',
    help: 'Lets time pass and goes on at once, beside the work that is due then.',
  },
  pm_genpd_remove: {
    arguments: { domain: 'domain' },
    command: 'rmgenpd {domain}',
    help: 'Removes a power domain; -EBUSY while it has subdomains or devices.',
  },
  pm_genpd_add_subdomain: {
    arguments: { domain: 'domain', subdomain: 'domain' },
    command: 'subdomain {domain} {subdomain}',
    help: 'Puts a power domain below another, which is on as long as it is.',
  },
  pm_genpd_remove_subdomain: {
    arguments: { domain: 'domain', subdomain: 'domain' },
    command: 'rmsubdomain {domain} {subdomain}',
    help: 'Undoes that.',
  },
  pm_genpd_add_device: {
    arguments: { domain: 'domain', device: 'device' },
    command: 'domain {device} {domain}',
    help: 'Puts a device into a power domain.',
  },
  pm_genpd_remove_device: onDevice('undomain {device}', 'Takes a device out of its power domain.'),
  dev_pm_genpd_rpm_always_on: {
    arguments: { device: 'device', on: 'switch' },
    command: 'domain_always_on {device} {on}',
    help: 'Whether runtime PM keeps the power domain of the device on.',
  },
  pm_qos_resume_latency: {
    arguments: { device: 'device', latency: 'latency' },
    command: 'qos {device} {latency}',
    help: 'The one PM QoS request of a resume latency: a time such as 50us, or null for none; 1 if the constraint has changed.',
  },
  of_platform_populate: onDevice(
    'populate {device}',
    "On a board: makes devices of the child nodes of the device's node; of an I2C or SPI controller, its clients.",
  ),
  of_clk_add_hw_provider: onDevice(
    'clk_provider {device}',
    'On a board: the device is a clock provider from now on, so that assigned-clocks can name it.',
  ),
  ...DMA_CALLS,
  show_state: onDevice('state {device}', 'Prints the state of a device.'),
} as const satisfies Readonly<Record<string, KernelCall>>;

export type KernelCallName = keyof typeof KERNEL_CALLS;
export const KERNEL_CALL_NAMES = Object.keys(KERNEL_CALLS) as KernelCallName[];

/** Steps that take no arguments, with their commands. */
export const PLAIN_CALLS = {
  suspend: { command: 'suspend platform', help: 'Suspends the system through all phases and resumes it.' },
  flush: { command: 'flush', help: 'Lets workers run until no device has a runtime PM request pending.' },
  settle: { command: 'settle', help: 'Lets workers run until nothing is queued; timers may still be set.' },
  wait_for_device_probe: { command: 'probe_wait', help: 'Waits until no probe is running or queued.' },
  pm_system_wakeup: { command: 'system_wakeup', help: 'A wakeup event: a suspend under way is aborted.' },
  ...PLAIN_DMA_CALLS,
  show_links: { command: 'links', help: 'Prints all device links.' },
  show_lists: { command: 'lists', help: 'Prints dpm_list and devices_kset.' },
  show_all: { command: 'dump', help: 'Prints all devices, links and both lists.' },
} as const;

export type PlainCallName = keyof typeof PLAIN_CALLS;
export const PLAIN_CALL_NAMES = Object.keys(PLAIN_CALLS) as PlainCallName[];

/** What a driver or a device type can have callbacks for, beside single names: the sets of the command language. */
export const CALLBACK_SETS = ['all', 'sleep', 'rpm', 'sr', 'basic'] as const;

/** Callbacks of a struct dev_pm_ops: those that a device type or a PM domain can have. */
export const PM_CALLBACKS = CALLBACKS.slice(0, CALLBACKS.indexOf('probe'));

/** Callbacks of a device: its driver's, those of its type and its PM domain, those that a power domain has for it, and those of
 * DMA engines, routers and clients. */
export const DEVICE_CALLBACKS = [...CALLBACKS, ...DOMAIN_DEVICE_CALLBACKS, ...DMA_CALLBACKS] as const;
export type DeviceCallback = (typeof DEVICE_CALLBACKS)[number];

export const MOVE_ORDERS = ['none', 'dev-after-parent', 'parent-before-dev', 'dev-last'] as const;
export const SLEEP_LEVELS = ['platform', 'devices', 'freezer'] as const;
export const DRIVER_FLAGS = [
  'no_direct_complete',
  'smart_prepare',
  'smart_suspend',
  'may_skip_resume',
] as const;
export const LINK_FLAGS = [
  'stateless',
  'autoremove_consumer',
  'pm_runtime',
  'rpm_active',
  'autoremove_supplier',
  'autoprobe_consumer',
  'managed',
  'sync_state_only',
  'inferred',
  'cycle',
] as const;
