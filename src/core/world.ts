/**
 * The running model as data: devices, drivers, firmware nodes, links and lists. Everything in it is a plain object, array,
 * number or string, so that a World can be cloned, compared, hashed, saved and restored; ids are indices into its
 * arrays and never reused. Rules that change it are functions in links/, pm/ and probe/.
 */
import type { Board, BoardReference, NodeIndex } from './board.ts';
import type { DeviceLinkStatus, DeviceLinksStatus } from './device-link.ts';
import { createOrderList, type OrderList } from './order-list.ts';

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
  readonly parent: DeviceId;
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
  /** How often it was put on the pending list. */
  deferrals: number;
  asyncSuspend: boolean;
  stateSynced: boolean;
  /** power.links_count: supplier links with PM_RUNTIME. */
  linksCount: number;
  placement: Placement;
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
  | { readonly kind: 'fixed-factor-clock' };

/** struct device_driver. */
export interface Driver {
  readonly name: string;
  readonly bus: string;
  /** Compatibles it matches, lower case (the kernel compares without case). */
  readonly compatibles: readonly string[];
  readonly probe: ProbeBehaviour;
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
  | {
      readonly kind: 'probe-error';
      readonly device: DeviceId;
      readonly driver: DriverId;
      readonly error: number;
    }
  | { readonly kind: 'timeout' };

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
  };
  /** fw_devlink_drv_reg_done. */
  driverRegistrationDone: boolean;
  /** Steps that searches for cycles have taken, all in all. */
  searchSteps: number;
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
    },
    driverRegistrationDone: false,
    searchSteps: 0,
    cycles: [],
    events: [],
  };
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
