/**
 * The running model as data: devices, drivers, firmware nodes, links and lists. Everything in it is a plain object, array,
 * number or string, so that a World can be cloned, compared, hashed, saved and restored; ids are indices into its
 * arrays and never reused. Rules that change it are functions in links/, pm/ and probe/.
 */
import type { Board, BoardReference, NodeIndex } from './board.ts';
import type { CallbackSet } from './callbacks.ts';
import type { DeviceLinkStatus, DeviceLinksStatus } from './device-link.ts';
import { createDevicePower, type DevicePower } from './device-power.ts';
import { createOrderList, type OrderList } from './order-list.ts';
import { createWorkQueues, type WorkQueues } from './work-queues.ts';

export type DeviceId = number;
export type LinkId = number;
export type DriverId = number;
export type FwnodeLinkId = number;

/** The kernel command line's `fw_devlink=`. */
export type FwDevlinkMode = 'off' | 'permissive' | 'on' | 'rpm';
export const FW_DEVLINK_MODES: readonly FwDevlinkMode[] = ['off', 'permissive', 'on', 'rpm'];

/** What the kernel command line and configuration decide. */
export interface WorldSettings {
  readonly kernel: string;
  readonly fwDevlink: FwDevlinkMode;
  /** fw_devlink.strict=1: optional suppliers are followed too. No effect in permissive mode. */
  readonly fwDevlinkStrict: boolean;
  /** CONFIG_ARM_AMBA: nodes compatible with arm,primecell become AMBA devices. */
  readonly amba: boolean;
  /** CONFIG_MODULES: drivers may still come after boot. */
  readonly modules: boolean;
  /** deferred_probe_timeout, seconds. */
  readonly deferredProbeTimeout: number;
}

/** include/linux/fwnode.h FWNODE_FLAG_*, those that the model needs. */
export interface Fwnode {
  /** The device that claimed this node, -1 for none. */
  device: DeviceId;
  linksAdded: boolean;
  notDevice: boolean;
  initialized: boolean;
  /** OF_POPULATED and OF_POPULATED_BUS of the device node. */
  populated: boolean;
  populatedBus: boolean;
  /** Links as consumer and as supplier, oldest first; the kernel's lists are newest first. */
  readonly suppliers: FwnodeLinkId[];
  readonly consumers: FwnodeLinkId[];
}

/** A dependency between two firmware nodes that is no device link yet (struct fwnode_link). */
export interface FwnodeLink {
  readonly consumer: NodeIndex;
  readonly supplier: NodeIndex;
  cycle: boolean;
  ignore: boolean;
  /** The references that made it. */
  readonly causes: BoardReference[];
}

/** Why a device stands where it stands in dpm_list. */
export type Placement =
  /** Where device_add() put it. */
  | { readonly by: 'registration' }
  /** Moved behind a supplier when this link was added; `root` is the link's consumer, this device or one that it follows. */
  | { readonly by: 'link'; readonly link: LinkId; readonly root: DeviceId }
  /** Moved to the tail before a retry of the deferred device `root`, this device or one that it follows. */
  | { readonly by: 'deferred-retry'; readonly root: DeviceId };

/** struct device, as far as the driver core's rules read it. */
export interface Device {
  readonly name: string;
  /** Name of the bus, empty for a device on none. */
  readonly bus: string;
  /** -1 for none; device_move() changes it. */
  parent: DeviceId;
  /** Its firmware node, -1 for none. */
  readonly node: NodeIndex;
  /** Children in the order in which their device_add() ended. */
  readonly children: DeviceId[];
  /** Links as consumer and as supplier, oldest first. */
  readonly suppliers: LinkId[];
  readonly consumers: LinkId[];
  linksStatus: DeviceLinksStatus;
  canMatch: boolean;
  /** The driver bound or being probed, -1 for none. */
  driver: DriverId;
  /** Whether the driver is bound: it has the device in its list. */
  bound: boolean;
  /** Which deferred list it is on. */
  deferred: 'none' | 'pending' | 'active';
  deferredReason: string | undefined;
  /** The driver or bus that stands before the reason. */
  deferredBy: string;
  /** How often it was put on the pending list. */
  deferrals: number;
  asyncSuspend: boolean;
  stateSynced: boolean;
  /** power.links_count: supplier links with PM_RUNTIME. */
  linksCount: number;
  placement: Placement;
  /** device_is_registered(): it is in sysfs. */
  registered: boolean;
  /** dev.p.dead: device_del() has begun. */
  dead: boolean;
  readyToProbe: boolean;
  /** It is in its parent's list of children. */
  joined: boolean;
  /** device_lock() is held. */
  locked: boolean;
  /** The asynchronous driver that has scheduled a probe of it, -1 for none. */
  asyncDriver: DriverId;
  /** Callbacks of its device type and of its PM domain; undefined without one. */
  typeOps: CallbackSet | undefined;
  domainOps: CallbackSet | undefined;
  readonly power: DevicePower;
}

/** struct device_link. */
export interface DeviceLink {
  readonly supplier: DeviceId;
  readonly consumer: DeviceId;
  flags: number;
  status: DeviceLinkStatus;
  /** Reference count: one for MANAGED, one for each stateless add. */
  references: number;
  /** rpm_active: 1 and one for each runtime PM reference held on the supplier. */
  rpmActive: number;
  /** A probe of the consumer holds a reference on the supplier. */
  supplierPreactivated: boolean;
  /** References of the board that made it, in the order in which they did. */
  readonly causes: BoardReference[];
}

/** What a driver's probe does: data, so that it can be saved and compared. */
export type ProbeBehaviour =
  /** Returns this: 0 or a negative errno. */
  | { readonly kind: 'return'; readonly value: number }
  /** drivers/bus/simple-pm-bus.c: binds transparent buses by their first compatible, populates a simple-pm-bus. */
  | { readonly kind: 'simple-pm-bus' }
  /** Registers a clock provider, as of_fixed_clk does. */
  | { readonly kind: 'clock-provider' }
  /** The same, if the node says both clock-div and clock-mult, as of_fixed_factor_clk does. */
  | { readonly kind: 'fixed-factor-clock' }
  /** Makes devices of the child nodes and binds. */
  | { readonly kind: 'populate' }
  /** Is a callback of the driver, whatever that does. */
  | { readonly kind: 'callback' };

/** struct device_driver. */
export interface Driver {
  readonly name: string;
  readonly bus: string;
  /** Compatibles it matches, lower case (the kernel compares without case). */
  readonly compatibles: readonly string[];
  /** It matches every device that has a compatible. */
  readonly matchesAll?: boolean;
  /** Names of devices that it matches, for a bus that matches by name. */
  readonly matches?: readonly string[];
  readonly probe: ProbeBehaviour;
  /** Callbacks of its dev_pm_ops; absent without one. */
  readonly ops?: CallbackSet;
  /** It has a sync_state callback. */
  readonly syncState?: boolean;
  /** PROBE_PREFER_ASYNCHRONOUS. */
  readonly asyncProbe?: boolean;
  /** Devices bound to it, in bind order. */
  readonly devices: DeviceId[];
}

/** struct bus_type. */
export interface Bus {
  readonly name: string;
  readonly devices: DeviceId[];
  readonly drivers: DriverId[];
}

/** What happened in the model, in order. */
export type ModelEvent =
  | { readonly kind: 'device-add'; readonly device: DeviceId }
  | { readonly kind: 'link-add'; readonly link: LinkId }
  | { readonly kind: 'link-relax'; readonly link: LinkId; readonly why: 'cycle' | 'no driver' }
  | {
      readonly kind: 'link-refused';
      readonly consumer: DeviceId;
      readonly supplier: DeviceId;
      readonly reason: string;
    }
  | { readonly kind: 'device-exists'; readonly node: NodeIndex; readonly name: string }
  | { readonly kind: 'cycle'; readonly consumer: NodeIndex; readonly supplier: NodeIndex }
  | { readonly kind: 'cycle-search-limit'; readonly consumer: NodeIndex; readonly supplier: NodeIndex }
  | { readonly kind: 'probe'; readonly device: DeviceId; readonly driver: DriverId }
  | { readonly kind: 'defer'; readonly device: DeviceId; readonly reason: string | undefined }
  | { readonly kind: 'bound'; readonly device: DeviceId }
  | { readonly kind: 'unbound'; readonly device: DeviceId; readonly driver: DriverId }
  | {
      readonly kind: 'probe-error';
      readonly device: DeviceId;
      readonly driver: DriverId;
      readonly error: number;
    }
  /** Boot is over; what comes behind is due to drivers that were registered later. */
  | { readonly kind: 'booted' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'sync-state'; readonly device: DeviceId }
  /** A kernel message at warning level or above; `device` stands before the words as in dev_warn(). */
  | {
      readonly kind: 'message';
      readonly time: number;
      readonly device: DeviceId;
      readonly text: string;
    }
  /** A WARN_ON, by its place in the source. */
  | { readonly kind: 'warning'; readonly time: number; readonly place: string };

/** System sleep (drivers/base/power/main.c). */
export interface SystemSleep {
  /** The lists beside dpm_list; a device is on one of them all. `completed` is the local list of dpm_complete(). */
  readonly prepared: OrderList;
  readonly suspended: OrderList;
  readonly lateEarly: OrderList;
  readonly noirq: OrderList;
  readonly completed: OrderList;
  /** pm_async_enabled. */
  async: boolean;
  /** async_error. */
  asyncError: number;
  /** A wakeup event came since the suspend began (pm_abort_suspend). */
  wakeupPending: boolean;
}

/** The model. */
export interface World {
  readonly settings: WorldSettings;
  readonly board: Board;
  readonly fwnodes: Fwnode[];
  /** Deleted ones leave a hole, so that ids stay. */
  readonly fwnodeLinks: (FwnodeLink | undefined)[];
  readonly devices: Device[];
  /** Devices by `:` and their name. */
  readonly names: Record<string, DeviceId[]>;
  /** Deleted ones leave a hole, so that ids stay. */
  readonly links: (DeviceLink | undefined)[];
  readonly drivers: Driver[];
  readonly buses: Bus[];
  /** Order of system suspend: suspend walks it from the tail, resume from the head. */
  readonly dpmList: OrderList;
  /** Order of shutdown, walked from the tail. */
  readonly devicesKset: OrderList;
  /** Deferred probing (drivers/base/dd.c). */
  readonly deferred: {
    readonly pending: DeviceId[];
    readonly active: DeviceId[];
    /** driver_deferred_probe_enable: off until late_initcall. */
    enabled: boolean;
    /** deferred_trigger_count. */
    triggers: number;
    initcallsDone: boolean;
    /** The work item is queued. */
    workQueued: boolean;
    /** defer_all_probes: system sleep blocks them. */
    blocked: boolean;
    /** probe_count: probes that are running. */
    probing: number;
  };
  /** defer_sync_state_count: sync_state callbacks wait while it is not 0. */
  deferSyncState: number;
  /** deferred_sync: devices whose sync_state is looked at when that count comes to 0. */
  readonly deferredSync: DeviceId[];
  /** Milliseconds. It starts far from 0, as 0 stands for boot: a device that was never busy has been idle for ever. */
  now: number;
  readonly work: WorkQueues;
  readonly sleep: SystemSleep;
  /** fw_devlink_drv_reg_done. */
  driverRegistrationDone: boolean;
  /** Dependency cycles in the order found, each a path of nodes. */
  readonly cycles: NodeIndex[][];
  readonly events: ModelEvent[];
}

/** The `platform` device: parent of everything that is populated at the root of the tree. */
export const PLATFORM_ROOT: DeviceId = 0;

/** A world before its first device: the platform bus (and AMBA where configured) and the firmware nodes of the board. */
export function createWorld(board: Board, settings: WorldSettings): World {
  const buses = ['platform', ...(settings.amba ? ['amba'] : [])];
  return {
    settings,
    board,
    fwnodes: board.nodes.map(() => ({
      device: -1,
      linksAdded: false,
      notDevice: false,
      initialized: false,
      populated: false,
      populatedBus: false,
      suppliers: [],
      consumers: [],
    })),
    fwnodeLinks: [],
    devices: [],
    names: {},
    links: [],
    drivers: [],
    buses: buses.map((name) => ({ name, devices: [], drivers: [] })),
    dpmList: createOrderList(),
    devicesKset: createOrderList(),
    deferred: {
      pending: [],
      active: [],
      enabled: false,
      triggers: 0,
      initcallsDone: false,
      workQueued: false,
      blocked: false,
      probing: 0,
    },
    deferSyncState: 1,
    deferredSync: [],
    now: FIRST_MOMENT,
    work: createWorkQueues(),
    sleep: {
      prepared: createOrderList(),
      suspended: createOrderList(),
      lateEarly: createOrderList(),
      noirq: createOrderList(),
      completed: createOrderList(),
      async: true,
      asyncError: 0,
      wakeupPending: false,
    },
    driverRegistrationDone: false,
    cycles: [],
    events: [],
  };
}

/** Where the clock of a new world stands, milliseconds: beyond any autosuspend delay. */
export const FIRST_MOMENT = 2 ** 40;

/** What identifies a device. */
export interface NewDevice {
  readonly name: string;
  /** Empty for none. */
  readonly bus: string;
  /** -1 for none. */
  readonly parent: DeviceId;
  /** -1 for none. */
  readonly node: NodeIndex;
}

/** device_initialize(): a device that exists and is not registered. */
export function deviceInitialize(world: World, { name, bus, parent, node }: NewDevice): DeviceId {
  world.devices.push({
    name,
    bus,
    parent,
    node,
    children: [],
    suppliers: [],
    consumers: [],
    linksStatus: 'no driver',
    canMatch: false,
    driver: -1,
    bound: false,
    deferred: 'none',
    deferredReason: undefined,
    deferredBy: '',
    deferrals: 0,
    asyncSuspend: false,
    stateSynced: false,
    linksCount: 0,
    placement: { by: 'registration' },
    registered: false,
    dead: false,
    readyToProbe: false,
    joined: false,
    locked: false,
    asyncDriver: -1,
    typeOps: undefined,
    domainOps: undefined,
    power: createDevicePower(),
  });
  return world.devices.length - 1;
}

/** dev_driver_string(): the driver's name, else the bus's. */
export function driverString(world: World, id: DeviceId): string {
  const { driver, bus } = world.devices[id]!;
  return driver < 0 ? bus : world.drivers[driver]!.name;
}

/** dev_warn() and dev_err(). */
export function deviceMessage(world: World, device: DeviceId, words: string): void {
  const text = `${driverString(world, device)} ${world.devices[device]!.name}: ${words}`;
  kernelMessage(world, text, device);
}

/** A kernel message; -1 for one about no device. */
export function kernelMessage(world: World, text: string, device: DeviceId = -1): void {
  world.events.push({ kind: 'message', time: world.now, device, text });
}

/** WARN_ON(), if the condition holds. */
export function warnOn(world: World, condition: boolean, place: string): void {
  if (condition) world.events.push({ kind: 'warning', time: world.now, place });
}

/** `bus:name`, as in /sys/class/devlink. */
export function deviceId(device: Pick<Device, 'bus' | 'name'>): string {
  return `${device.bus}:${device.name}`;
}

/** The device that claimed a firmware node. */
export function deviceOfNode(world: World, node: NodeIndex): DeviceId {
  return node < 0 ? -1 : world.fwnodes[node]!.device;
}

/** A link that is known to exist. */
export function linkOf(world: World, link: LinkId): DeviceLink {
  return world.links[link]!;
}
