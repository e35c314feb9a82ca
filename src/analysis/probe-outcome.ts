/**
 * What became of each device of a boot with drivers: what bound, in which order, what was deferred, what never binds and for
 * which causes. Devices that wait for one another's suppliers are followed to where the waiting ends.
 */
import type { NodeIndex } from '../core/board.ts';
import { DL_FLAG } from '../core/device-link.ts';
import { ENODEV, ENXIO } from '../core/errno.ts';
import {
  type DeviceId,
  deviceId,
  linkOf,
  PLATFORM_ROOT,
  supplierLinksOf,
  type World,
} from '../core/world.ts';
import { blockingSuppliers } from '../links/index.ts';
import { missingProvider } from '../probe/index.ts';
import { Components } from './components.ts';
import { disabledSuppliers, disablingNode } from './disabled-suppliers.ts';
import { errorText } from './errno-names.ts';
import { type LateSupplier, lateSuppliers } from './late-suppliers.ts';
import { treeDevices } from './links.ts';
import type { SourceDriver } from './probe-sources.ts';
import type { SystemProbe } from './system-probe.ts';

/** Why a chain of waiting devices does not move. */
export type RootKind =
  /** No driver matches the device. */
  | 'no-driver'
  /** Code that runs before drivers takes care of it: an early declaration, or a bus that is populated without its driver's help. */
  | 'none-needed'
  /** A module matches it that has not been loaded yet. */
  | 'module-later'
  /** Its driver's probe failed. */
  | 'failed'
  /** Its driver asked for deferral though no supplier is missing that the driver core knows of. */
  | 'driver-deferral'
  /** The tree refers to a node that never becomes a device. */
  | 'no-device'
  /** The tree refers to a node that is disabled. */
  | 'disabled'
  /** Its driver comes when the deferred-probe timeout is over, and devices that waited for it no longer do. */
  | 'timeout'
  /** Devices that wait for one another. */
  | 'cycle';

/** A cause and what it holds back. */
export interface ProbeRoot {
  /** `bus:name` of the device at fault; absent where it is a node. */
  readonly device?: string;
  /** Path of the node at fault; for a device, the node it was made from. */
  readonly node: string;
  readonly kind: RootKind;
  readonly detail: string;
  /** Ids of devices that cannot bind before this is mended, in registration order; the device itself is not among them. */
  readonly blocks: readonly string[];
  /** For `disabled` and `timeout`: ids of devices that bound all the same, without it. */
  readonly without?: readonly string[];
  /** Compatibles of the device, where it has any. */
  readonly compatible?: readonly string[];
  /** Drivers for it in the source of --source, by the order of its compatibles; empty if there is none. */
  readonly source?: readonly SourceDriver[];
}

export interface ProbeDeferral {
  readonly device: string;
  /** How often it was put on the pending list. */
  readonly count: number;
  /** The last reason that the kernel would have printed; null if none. */
  readonly reason: string | null;
}

export interface ProbeResult {
  readonly version: 1;
  readonly kernel: string;
  /** Ids of devices made from the tree that are bound, in registration order. */
  readonly bound: readonly string[];
  readonly deferrals: readonly ProbeDeferral[];
  /** Devices made from the tree without a driver, with indices into `roots`. */
  readonly unbound: readonly { readonly device: string; readonly roots: readonly number[] }[];
  /** Those that hold back most devices first; among equals, in registration order. */
  readonly roots: readonly ProbeRoot[];
  /** Ids in the order of binding. A device that was bound twice stands twice. */
  readonly order: readonly string[];
  /** What is bound on the running system, if the board comes from a snapshot of one. */
  readonly system?: SystemProbe;
}

/** What an unbound device waits for: devices, and nodes that have none. */
interface Waiting {
  readonly devices: readonly DeviceId[];
  readonly nodes: readonly NodeIndex[];
}

/** The nearest device at or above a node that could make a device of it; -1 if there is none below the root of the bus. */
function makerOf(world: World, node: NodeIndex): DeviceId {
  for (let at = world.board.nodes[node]!.parent; at >= 0; at = world.board.nodes[at]!.parent) {
    const { device } = world.fwnodes[at]!;
    if (device >= 0) return device;
  }
  return -1;
}

function missingLinkSuppliers(world: World, id: DeviceId): DeviceId[] {
  return supplierLinksOf(world, id)
    .map((link) => linkOf(world, link))
    .filter(({ flags, supplier }) => {
      const orders = (flags & DL_FLAG.MANAGED) !== 0 && (flags & DL_FLAG.SYNC_STATE_ONLY) === 0;
      return orders && !world.devices[supplier]!.bound;
    })
    .map(({ supplier }) => supplier);
}

/** Clock providers of assigned-clocks that have not registered: the platform bus defers for them. */
function missingClockProviders(world: World, node: NodeIndex): NodeIndex[] {
  const missing: NodeIndex[] = [];
  for (const clock of world.board.nodes[node]!.assignedClocks ?? []) {
    if (typeof clock === 'string') break;
    if (!world.fwnodes[clock.provider]!.initialized) missing.push(clock.provider);
  }
  return missing;
}

/** Whether a probe of the device comes to where pins, an IOMMU and a power domain are asked for. */
function asksSubsystems({ devices, drivers }: World, id: DeviceId): boolean {
  const { canMatch, bus } = devices[id]!;
  return canMatch && drivers.some(({ probe, bus: other }) => probe.kind === 'typical' && other === bus);
}

function waitingOf(world: World, id: DeviceId): Waiting {
  const { node } = world.devices[id]!;
  const devices = missingLinkSuppliers(world, id);
  const nodes: NodeIndex[] = [];
  const wanted = world.settings.fwDevlink === 'permissive' ? [] : blockingSuppliers(world, node);
  const asked = asksSubsystems(world, id) ? missingProvider(world, id)?.provider : undefined;
  for (const supplier of [
    ...wanted,
    ...missingClockProviders(world, node),
    ...((asked ?? -1) >= 0 ? [asked!] : []),
  ]) {
    const { device } = world.fwnodes[supplier]!;
    const maker = makerOf(world, supplier);
    if (device >= 0) devices.push(device);
    else if (maker >= 0 && !world.devices[maker]!.bound) devices.push(maker);
    else nodes.push(supplier);
  }
  return { devices: [...new Set(devices)], nodes: [...new Set(nodes)] };
}

/** A cause before it is counted: its key tells causes apart. */
type Cause = Omit<ProbeRoot, 'blocks'>;

/** What is known of drivers that the world does not have. Compatibles are in lower case. */
export interface KnownDrivers {
  /** Modules that exist and are not loaded, by the compatible for which they would be. */
  readonly moduleOf: ReadonlyMap<string, string>;
  /** Compatibles of early declarations: set up before there are drivers. */
  readonly early: ReadonlySet<string>;
  /** When modules came behind the deferred-probe timeout, as the user said it (`12s`). */
  readonly lateAt?: string;
}

/** Nothing is known but what the world has. */
export const NOTHING_KNOWN: KnownDrivers = { moduleOf: new Map(), early: new Set() };

/** What a driver returns for a device that it does not want; the kernel says nothing of it (call_driver_probe). */
const DECLINES: ReadonlySet<number> = new Set([-ENODEV, -ENXIO]);

/** One question: the causes of every unbound device of a world. */
class Search {
  readonly #world: World;
  readonly #known: KnownDrivers;
  readonly #failures = new Map<DeviceId, number>();
  /** The late supplier for want of which a device failed. */
  readonly #timedOutFor = new Map<DeviceId, DeviceId>();
  readonly late: readonly LateSupplier[];
  readonly waiting = new Map<DeviceId, Waiting>();

  constructor(world: World, known: KnownDrivers) {
    this.#world = world;
    this.#known = known;
    for (const event of world.events) {
      if (event.kind === 'probe-error') this.#failures.set(event.device, event.error);
    }
    this.late = lateSuppliers(world);
    for (const { supplier, failed } of this.late)
      for (const id of failed) this.#timedOutFor.set(id, supplier);
  }

  waitingOf(id: DeviceId): Waiting {
    const known = this.waiting.get(id) ?? waitingOf(this.#world, id);
    this.waiting.set(id, known);
    return known;
  }

  #nodePath(node: NodeIndex): string {
    return node < 0 ? '' : this.#world.board.nodes[node]!.path;
  }

  /** The cause that a device is itself; undefined if it only waits for others. */
  ownCause(id: DeviceId): Cause | undefined {
    const device = this.#world.devices[id]!;
    const base = { device: deviceId(device), node: this.#nodePath(device.node) };
    const error = this.#failures.get(id);
    const { compatible } = this.#world.board.nodes[device.node] ?? {};
    if (!device.canMatch)
      return { ...base, ...this.#withoutDriver(device.node), ...(compatible && { compatible }) };
    const { devices, nodes } = this.waitingOf(id);
    if (devices.length > 0 || nodes.length > 0) return undefined;
    const late = this.late.find(({ supplier }) => supplier === this.#timedOutFor.get(id));
    if (late !== undefined) return this.lateCause(late);
    const disabled = disabledSuppliers(this.#world).find(({ consumer }) => consumer === id);
    if (disabled !== undefined) return this.nodeCause(disabled.reference.supplier);
    if (device.deferred === 'none' && error !== undefined && DECLINES.has(error))
      return { ...base, kind: 'none-needed', detail: `its driver leaves it alone: ${errorText(error)}` };
    if (device.deferred === 'none' && error !== undefined)
      return { ...base, kind: 'failed', detail: `probe fails with ${errorText(error)}` };
    if (device.deferred === 'none') return { ...base, kind: 'failed', detail: 'no driver has bound it' };
    return {
      ...base,
      kind: 'driver-deferral',
      detail: device.deferredReason ?? 'its driver asks for deferral and gives no reason',
    };
  }

  #withoutDriver(node: NodeIndex): Pick<Cause, 'kind' | 'detail'> {
    const compatible = node < 0 ? [] : (this.#world.board.nodes[node]!.compatible ?? []);
    const module = compatible
      .map((entry) => this.#known.moduleOf.get(entry.toLowerCase()))
      .find((name) => name);
    if (module !== undefined) return { kind: 'module-later', detail: `module ${module} is not loaded` };
    if (compatible.some((entry) => this.#known.early.has(entry.toLowerCase())))
      return { kind: 'none-needed', detail: `${compatible.join(', ')} is set up before there are drivers` };
    return {
      kind: 'no-driver',
      detail: `no driver matches ${compatible.join(', ') || 'a device without compatible'}`,
    };
  }

  /** The cause that a supplier is whose driver comes behind the timeout. */
  lateCause({ supplier, letGo, failed }: LateSupplier): Cause {
    const device = this.#world.devices[supplier]!;
    const seconds = this.#world.settings.deferredProbeTimeout;
    const parts = [
      ...(failed.length > 0
        ? [
            `${failed.length} that asked for it ${failed.length === 1 ? 'fails' : 'fail'} with -110 (ETIMEDOUT)`,
          ]
        : []),
      ...(letGo.length > 0 ? [`${letGo.length} bound without it`] : []),
    ];
    return {
      device: deviceId(device),
      node: this.#nodePath(device.node),
      kind: 'timeout',
      detail: `its driver comes ${this.#known.lateAt === undefined ? '' : `at ${this.#known.lateAt}, `}behind the deferred-probe timeout of ${seconds} s (deferred_probe_timeout=): ${parts.join(', ')}`,
      ...(letGo.length > 0 && { without: letGo.map((id) => deviceId(this.#world.devices[id]!)) }),
    };
  }

  /** The cause that a node is which never becomes a device. */
  nodeCause(node: NodeIndex): Cause {
    const { path, compatible } = this.#world.board.nodes[node]!;
    const disabled = disablingNode(this.#world, node);
    if (disabled !== undefined) return disabledCause(this.#world, disabled);
    const maker = makerOf(this.#world, node);
    const above = maker < 0 ? 'nothing' : `${this.#world.devices[maker]!.name}, which is bound,`;
    const detail =
      compatible === undefined
        ? 'the node has no compatible, so that no device is made of it'
        : `${above} has made no device of the node`;
    return { node: path, kind: 'no-device', detail };
  }
}

interface CountedCause {
  readonly cause: Cause;
  readonly blocks: Set<DeviceId>;
}

/** Devices of the tree that are not bound. */
function unboundDevices(world: World): DeviceId[] {
  return treeDevices(world).filter((id) => {
    const { bound, registered } = world.devices[id]!;
    return registered && !bound;
  });
}

/** A node with a status; devices that refer to it, or to what lies below, bind without it, or their drivers wait for ever. */
function disabledCause(world: World, disabled: NodeIndex): Cause {
  const users = disabledSuppliers(world).filter((user) => user.disabled === disabled);
  const properties = [...new Set(users.map(({ reference }) => reference.property))].join(', ');
  const without = [...new Set(users.map(({ consumer }) => consumer))].filter(
    (id) => world.devices[id]!.bound,
  );
  const verb = users.length === 1 ? 'refers' : 'refer';
  const used = properties === '' ? '' : `; ${properties} ${verb} to it`;
  const forgotten = 'which the driver core forgets: a driver that needs it is deferred for ever';
  return {
    node: world.board.nodes[disabled]!.path,
    kind: 'disabled',
    detail: `the node is disabled${used}${without.length > 0 ? `, ${forgotten}` : ''}`,
    ...(without.length > 0 && { without: without.map((id) => deviceId(world.devices[id]!)) }),
  };
}

/** Causes by device, and all causes with what they block. */
function causesOf(
  world: World,
  drivers: KnownDrivers,
): { causes: CountedCause[]; byDevice: Map<DeviceId, Set<CountedCause>> } {
  const search = new Search(world, drivers);
  const unbound = unboundDevices(world);
  const known = new Map<string, CountedCause>();
  const counted = (cause: Cause): CountedCause => {
    const key = `${cause.kind} ${cause.device ?? cause.node}`;
    const entry = known.get(key) ?? { cause, blocks: new Set<DeviceId>() };
    known.set(key, entry);
    return entry;
  };
  const byDevice = new Map<DeviceId, Set<CountedCause>>();
  const next = (id: DeviceId) =>
    search.ownCause(id) === undefined
      ? search.waitingOf(id).devices.filter((other) => !world.devices[other]!.bound)
      : [];
  for (const members of new Components(unbound, next).list) {
    const found = new Set<CountedCause>();
    for (const id of members) {
      const own = search.ownCause(id);
      if (own !== undefined) found.add(counted(own));
      else for (const node of search.waitingOf(id).nodes) found.add(counted(search.nodeCause(node)));
      for (const other of next(id)) for (const cause of byDevice.get(other) ?? []) found.add(cause);
    }
    if (found.size === 0) found.add(counted(cycleCause(world, members)));
    for (const id of members) {
      byDevice.set(id, found);
      const name = deviceId(world.devices[id]!);
      for (const { cause, blocks } of found) if (cause.device !== name) blocks.add(id);
    }
  }
  for (const late of search.late) counted(search.lateCause(late));
  for (const { disabled } of disabledSuppliers(world)) counted(disabledCause(world, disabled));
  return { causes: [...known.values()], byDevice };
}

function cycleCause(world: World, members: readonly DeviceId[]): Cause {
  const names = members.map((id) => deviceId(world.devices[id]!));
  return {
    device: names[0]!,
    node: world.board.nodes[world.devices[members[0]!]!.node]?.path ?? '',
    kind: 'cycle',
    detail: `wait for one another: ${names.join(', ')}`,
  };
}

function deferralsOf(world: World): ProbeDeferral[] {
  const reasons = new Map<DeviceId, string>();
  for (const event of world.events) {
    if (event.kind === 'defer' && event.reason !== undefined) reasons.set(event.device, event.reason);
  }
  return [...world.devices.entries()]
    .filter(([, { deferrals }]) => deferrals > 0)
    .map(([id, device]) => ({
      device: deviceId(device),
      count: device.deferrals,
      reason: device.deferredReason ?? reasons.get(id) ?? null,
    }));
}

/**
 * The outcome of a boot: which devices bound and in which order, how often which was deferred, and for each that is left the
 * causes, each named once with all that it holds back. `drivers`: what is known of those that the world does not have.
 */
export function probeOutcome(world: World, drivers: KnownDrivers = NOTHING_KNOWN): ProbeResult {
  const { causes, byDevice } = causesOf(world, drivers);
  const place = new Map([...world.devices.entries()].map(([id, device]) => [deviceId(device), id]));
  const position = ({ cause }: CountedCause) => place.get(cause.device ?? '') ?? world.devices.length;
  const ranked = causes.toSorted((a, b) => b.blocks.size - a.blocks.size || position(a) - position(b));
  const index = new Map(ranked.map((cause, at) => [cause, at]));
  const name = (id: DeviceId) => deviceId(world.devices[id]!);
  return {
    version: 1,
    kernel: world.settings.kernel,
    bound: treeDevices(world)
      .filter((id) => world.devices[id]!.bound)
      .map(name),
    deferrals: deferralsOf(world),
    unbound: unboundDevices(world).map((id) => ({
      device: name(id),
      roots: [...(byDevice.get(id) ?? [])].map((cause) => index.get(cause)!).sort((a, b) => a - b),
    })),
    roots: ranked.map(({ cause, blocks }) => ({
      ...cause,
      blocks: [...blocks].sort((a, b) => a - b).map(name),
    })),
    order: world.events.flatMap((event) =>
      event.kind === 'bound' && event.device !== PLATFORM_ROOT ? [name(event.device)] : [],
    ),
  };
}
