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

/** Why devices were moved to the tail of dpm_list. */
export type Move =
  /** Behind a supplier when this link was added; `root` is the link's consumer, the device or one that it follows. */
  | { readonly by: 'link'; readonly link: LinkId; readonly root: DeviceId }
  /** Before a retry of the deferred device `root`, the device or one that it follows. */
  | { readonly by: 'deferred-retry'; readonly root: DeviceId };

/** Why a device stands where it stands in dpm_list: where device_add() put it, or where it was moved last. */
export type Placement = { readonly by: 'registration' } | Move;

/**
 * struct device, as far as the driver core's rules read it. Its children and links stand in lists of the World. All that a
 * device has is there from the start: objects of one shape are what the engine is fast with.
 */
export interface Device {
  readonly name: string;
  /** Name of the bus, empty for a device on none. */
  readonly bus: string;
  /** -1 for none; device_move() changes it. */
  parent: DeviceId;
  /** Its firmware node, -1 for none. */
  readonly node: NodeIndex;
  /** How many devices name it as their parent, whether or not they are among its children yet, or still. */
  namedAsParent: number;
  /** The registered device of the same name that came before it, -1 for none. */
  sameName: DeviceId;
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
  /** deferred_trigger_count when the probe that runs began, -1 while none runs. */
  triggersBefore: number;
  asyncSuspend: boolean;
  stateSynced: boolean;
  /** power.links_count: supplier links with PM_RUNTIME. */
  linksCount: number;
  /** Its {@link Placement}: the root of the last move, -1 for none, and the link that caused it, -1 for a retry. */
  movedWith: DeviceId;
  movedForLink: LinkId;
  /** device_is_registered(): it is in sysfs. */
  registered: boolean;
  /** A device above it was removed, and its folder in sysfs with it. */
  sysfsGone: boolean;
  /** dev.p.dead: device_del() has begun. */
  dead: boolean;
  readyToProbe: boolean;
  /** It is in its parent's list of children. */
  joined: boolean;
  /** device_lock() is held. */
  locked: boolean;
  /** Bits of its queues (DEVICE_QUEUE) in which tasks wait that have not been told to look again. */
  awaited: number;
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
  /** References of the board that made it, in the order in which they did; undefined for none. */
  causes: BoardReference[] | undefined;
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
  /**
   * What most drivers of a real board do: registers what its node provides, makes devices of the child nodes (I2C and SPI clients
   * on their own buses) and binds. With `calls`, whoever runs the task answers its probe callback first, and a result below 0 is
   * that of the probe.
   */
  | { readonly kind: 'typical'; readonly calls?: boolean }
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
  /** Those of these names, or with one of these compatibles (lower case), it does not match all the same. */
  readonly matchesAllBut?: readonly string[];
  /** Names of devices that it matches, for a bus that matches by name. */
  readonly matches?: readonly string[];
  readonly probe: ProbeBehaviour;
  /** Callbacks of its dev_pm_ops; absent without one. */
  readonly ops?: CallbackSet;
  /** It has a sync_state callback. */
  readonly syncState?: boolean;
  /** PROBE_PREFER_ASYNCHRONOUS. */
  readonly asyncProbe?: boolean;
}

/** struct bus_type. */
export interface Bus {
  readonly name: string;
  readonly drivers: DriverId[];
  /** Where walks over its drivers stand: each in the middle of a probe by that driver. */
  readonly walks: DriverId[];
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

/** Where a device stands in dpm_list, and why. */
export function placementOf({ movedWith, movedForLink }: Device): Placement {
  if (movedWith < 0) return { by: 'registration' };
  if (movedForLink < 0) return { by: 'deferred-retry', root: movedWith };
  return { by: 'link', link: movedForLink, root: movedWith };
}

/** A device as device_initialize() leaves it: it exists and is not registered. */
export function createDevice({ name, bus, parent, node }: NewDevice): Device {
  return {
    name,
    bus,
    parent,
    node,
    namedAsParent: 0,
    sameName: -1,
    linksStatus: 'no driver',
    canMatch: false,
    driver: -1,
    bound: false,
    deferred: 'none',
    deferredReason: undefined,
    deferredBy: '',
    deferrals: 0,
    triggersBefore: -1,
    asyncSuspend: false,
    stateSynced: false,
    linksCount: 0,
    movedWith: -1,
    movedForLink: -1,
    registered: false,
    sysfsGone: false,
    dead: false,
    readyToProbe: false,
    joined: false,
    locked: false,
    awaited: 0,
    asyncDriver: -1,
    typeOps: undefined,
    domainOps: undefined,
    membership: undefined,
    power: createDevicePower(),
  };
}
