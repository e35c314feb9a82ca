/** Devices, links and drivers as data (struct device, struct device_link, struct device_driver, struct bus_type). */
import type { BoardReference, NodeIndex } from './board.ts';
import type { CallbackSet } from './callbacks.ts';
import type { DeviceLinkStatus, DeviceLinksStatus } from './device-link.ts';
import { createDevicePower, type DevicePower } from './device-power.ts';
import type { DomainMembership } from './power-domain.ts';

/** Ids are indices into the arrays of a World and are never reused. */
export type DeviceId = number;
export type LinkId = number;
export type DriverId = number;
export type FwnodeLinkId = number;

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
  /** That PM domain is a generic power domain, and domainOps are those of all of these. */
  membership: DomainMembership | undefined;
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

/** A device as device_initialize() leaves it: it exists and is not registered. */
export function createDevice({ name, bus, parent, node }: NewDevice): Device {
  return {
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
    membership: undefined,
    power: createDevicePower(),
  };
}
