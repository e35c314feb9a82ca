/**
 * The running model as data: devices, drivers, firmware nodes, links and lists. Everything in it is a plain object, array,
 * number or string, so that a World can be cloned, compared, hashed, saved and restored; ids are indices into its
 * arrays and never reused. Rules that change it are functions in links/, pm/ and probe/.
 */
import type { Board, BoardReference, NodeIndex } from './board.ts';
import {
  type Bus,
  createDevice,
  type Device,
  type DeviceId,
  type DeviceLink,
  type Driver,
  type FwnodeLinkId,
  type LinkId,
  type NewDevice,
} from './device.ts';
import type { LockWaiters } from './device-lock.ts';
import { createDmaLayer, type DmaLayer } from './dma-engine.ts';
import { addOwner, createIdLists, dropOwner, type IdLists, idsOf } from './id-lists.ts';
import type { ModelEvent } from './model-event.ts';
import { createOrderList, type OrderList } from './order-list.ts';
import type { PowerDomain, PowerDomainId } from './power-domain.ts';
import { createSrcu, type Srcu, type SrcuDomain } from './srcu.ts';
import type { WakeupSources } from './wakeup-source.ts';
import { createWorkQueues, type WorkQueues } from './work-queues.ts';

export * from './device.ts';
export * from './model-event.ts';

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
  /** What the driver core does stands among the events ({@link CoreEvent}); a World that takes millions of steps does without. */
  readonly history: boolean;
  /**
   * Ticks of the clock in a millisecond, 1 where nothing else is asked for: timers and everything that was recorded have whole
   * milliseconds. With 1000, the most, the clock has microseconds, for callbacks that take less; delays stay milliseconds.
   */
  readonly ticksPerMillisecond: number;
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
  /** system_transition_mutex: a cycle is running. */
  running: boolean;
  /** A wakeup event came since the suspend began (pm_abort_suspend). */
  wakeupPending: boolean;
}

/** Generic power domains (drivers/pmdomain/core.c). */
export interface PowerDomains {
  /** Removed ones stay, so that ids do. */
  readonly all: PowerDomain[];
  /** gpd_list_lock is held. */
  listLocked: boolean;
  /** The kernel has told, once in its life, that a domain stays on for an interrupt-safe device. */
  irqSafeWarned: boolean;
}

/** The model. */
export interface World {
  readonly settings: WorldSettings;
  readonly board: Board;
  readonly fwnodes: Fwnode[];
  /** Deleted ones leave a hole, so that ids stay. */
  readonly fwnodeLinks: (FwnodeLink | undefined)[];
  readonly devices: Device[];
  /** Children by parent, in the order in which their device_add() ended. */
  readonly children: IdLists;
  /** Deleted ones leave a hole, so that ids stay. */
  readonly links: (DeviceLink | undefined)[];
  /** Links by consumer (those to its suppliers), and by supplier, oldest first. */
  readonly supplierLinks: IdLists;
  readonly consumerLinks: IdLists;
  readonly drivers: Driver[];
  /** Devices by the driver that is bound to them, in bind order. */
  readonly driverDevices: IdLists;
  readonly buses: Bus[];
  /** Devices by the index of their bus, in the order in which they were added. */
  readonly busDevices: IdLists;
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
    /** Tasks in flush_work() of the deferred work, and how many of its runs have begun since there is one. */
    flushing: number;
    begun: number;
    /** defer_all_probes: system sleep blocks them. */
    blocked: boolean;
    /** probe_count: probes that are running. */
    probing: number;
    /** Devices that retries have moved to the tail of dpm_list, all in all: the measure of what retries cost. */
    moved: number;
  };
  /** defer_sync_state_count: sync_state callbacks wait while it is not 0. */
  deferSyncState: number;
  /** Consumers of links that had not been added then. */
  readonly unaddedConsumers: DeviceId[];
  /** device_move() has put a device below one that depends on it. */
  hasCircle: boolean;
  /** deferred_sync: devices whose sync_state is looked at when that count comes to 0. */
  readonly deferredSync: DeviceId[];
  /** Ticks: milliseconds unless the settings say otherwise. It starts far from 0, as 0 stands for boot: a device that was never busy has been idle for ever. */
  now: number;
  readonly work: WorkQueues;
  readonly sleep: SystemSleep;
  readonly powerDomains: PowerDomains;
  readonly dma: DmaLayer;
  /** fw_devlink_drv_reg_done. */
  driverRegistrationDone: boolean;
  /** Steps that searches for cycles have taken, all in all. */
  searchSteps: number;
  /** Who waits for the locks of devices. */
  readonly lockWaiters: LockWaiters[];
  readonly wakeupSources: WakeupSources;
  /** device_links_lock and dpm_list_mtx are held across a wait or a callback. */
  linksLocked: boolean;
  /** Readers of links (device_links_read_lock()) and of wakeup sources, and who waits for them. */
  readonly srcu: { readonly [domain in SrcuDomain]: Srcu };
  /** Dependency cycles in the order found, each a path of nodes. */
  readonly cycles: NodeIndex[][];
  readonly events: ModelEvent[];
  /** Callbacks, changes of runtime status and the course of system sleep are events too ({@link RecordedEvent}). */
  recording: boolean;
  /** Who runs now, while it is recording: 1 is the script, others are workers; 0 for nobody. */
  currentTask: number;
  /** Interrupts are off in the task that runs; see core/interrupts.ts. */
  interruptsOff: boolean;
}

/** The `platform` device: parent of everything that is populated at the root of the tree. */
export const PLATFORM_ROOT: DeviceId = 0;

/** A world before its first device: the platform bus (and AMBA where configured) and the firmware nodes of the board. */
export function createWorld(board: Board, settings: WorldSettings): World {
  const world: World = {
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
    children: createIdLists(),
    links: [],
    supplierLinks: createIdLists(),
    consumerLinks: createIdLists(),
    drivers: [],
    driverDevices: createIdLists(),
    buses: [],
    busDevices: createIdLists(),
    dpmList: createOrderList(),
    devicesKset: createOrderList(),
    deferred: {
      pending: [],
      active: [],
      enabled: false,
      triggers: 0,
      initcallsDone: false,
      workQueued: false,
      flushing: 0,
      begun: 0,
      blocked: false,
      probing: 0,
      moved: 0,
    },
    deferSyncState: 1,
    unaddedConsumers: [],
    hasCircle: false,
    deferredSync: [],
    now: FIRST_MOMENT * settings.ticksPerMillisecond,
    work: createWorkQueues(),
    sleep: {
      prepared: createOrderList(),
      suspended: createOrderList(),
      lateEarly: createOrderList(),
      noirq: createOrderList(),
      completed: createOrderList(),
      async: true,
      asyncError: 0,
      running: false,
      wakeupPending: false,
    },
    powerDomains: { all: [], listLocked: false, irqSafeWarned: false },
    dma: createDmaLayer(),
    driverRegistrationDone: false,
    searchSteps: 0,
    lockWaiters: [],
    wakeupSources: { all: [], free: 0 },
    linksLocked: false,
    srcu: { links: createSrcu(), wakeup: createSrcu() },
    cycles: [],
    events: [],
    recording: false,
    currentTask: 0,
    interruptsOff: false,
  };
  addBus(world, 'platform');
  if (settings.amba) addBus(world, 'amba');
  return world;
}

/** bus_register(). */
export function addBus(world: World, name: string): void {
  world.buses.push({ name, drivers: [], walks: [] });
  addOwner(world.busDevices);
}

/** The index of the bus of that name, -1 for none. */
export function busNamed(world: World, name: string): number {
  const { buses } = world;
  for (let index = 0; index < buses.length; index++) if (buses[index]!.name === name) return index;
  return -1;
}

/** Where the clock of a new world stands, milliseconds: beyond any autosuspend delay. */
export const FIRST_MOMENT = 2 ** 40;

/** Ticks of the World's clock in so many milliseconds. */
export function inTicks(world: World, milliseconds: number): number {
  return milliseconds * world.settings.ticksPerMillisecond;
}

/** device_initialize(): a device that exists and is not registered. */
export function deviceInitialize(world: World, wanted: NewDevice): DeviceId {
  if (wanted.parent >= 0) world.devices[wanted.parent]!.namedAsParent++;
  addOwner(world.children);
  addOwner(world.supplierLinks);
  addOwner(world.consumerLinks);
  return world.devices.push(createDevice(wanted)) - 1;
}

/** put_device() of the newest device, which nobody has seen: its id goes to the next one. */
export function deviceForget(world: World): void {
  const { parent } = world.devices.pop()!;
  if (parent >= 0) world.devices[parent]!.namedAsParent--;
  dropOwner(world.children);
  dropOwner(world.supplierLinks);
  dropOwner(world.consumerLinks);
}

/** `bus:name`, as in /sys/class/devlink. */
export function deviceId(device: Pick<Device, 'bus' | 'name'>): string {
  return `${device.bus}:${device.name}`;
}

/** The device that claimed a firmware node. */
export function deviceOfNode(world: World, node: NodeIndex): DeviceId {
  return node < 0 ? -1 : world.fwnodes[node]!.device;
}

/** A power domain. */
export function domainOf(world: World, domain: PowerDomainId): PowerDomain {
  return world.powerDomains.all[domain]!;
}

/** A link that is known to exist. */
export function linkOf(world: World, link: LinkId): DeviceLink {
  return world.links[link]!;
}

/** Children of a device, in the order in which their device_add() ended. */
export function childrenOf(world: World, id: DeviceId): DeviceId[] {
  return idsOf(world.children, id);
}

/** Links of a device as consumer, oldest first. */
export function supplierLinksOf(world: World, id: DeviceId): LinkId[] {
  return idsOf(world.supplierLinks, id);
}

/** Links of a device as supplier, oldest first. */
export function consumerLinksOf(world: World, id: DeviceId): LinkId[] {
  return idsOf(world.consumerLinks, id);
}
