/**
 * DMA engines as data (struct dma_device, struct dma_chan, struct of_dma; include/linux/dmaengine.h, of_dma.h). Rules that change
 * it are functions in dma/.
 */
import type { NodeIndex } from './board.ts';
import type { DeviceId, LinkId } from './device.ts';
import { createVirtualChannel, type DmaDescriptor, type VirtualChannel } from './dma-transfer.ts';

/** Ids are indices into the engines and channels of a World and are never reused. */
export type DmaEngineId = number;
export type DmaChannelId = number;

/** enum dma_transaction_type, in the order of its bits. */
export const DMA_CAPABILITIES = [
  'memcpy',
  'xor',
  'pq',
  'xor_val',
  'pq_val',
  'memset',
  'memset_sg',
  'interrupt',
  'private',
  'async_tx',
  'slave',
  'cyclic',
  'interleave',
  'completion_no_order',
  'repeat',
  'load_eot',
] as const;
export type DmaCapability = (typeof DMA_CAPABILITIES)[number];

/** A set of capabilities (dma_cap_mask_t): bit n is DMA_CAPABILITIES[n]. */
export type DmaCapabilities = number;

/** The bit of each capability. */
export const DMA_CAP: Readonly<Record<DmaCapability, number>> = Object.fromEntries(
  DMA_CAPABILITIES.map((name, index) => [name, 1 << index]),
) as Record<DmaCapability, number>;

/** The set of some capabilities. */
export function dmaCapabilities(names: readonly DmaCapability[]): DmaCapabilities {
  return names.reduce((mask, name) => mask | DMA_CAP[name], 0);
}

/** Names of a set of capabilities, in the order of their bits. */
export function dmaCapabilityNames(mask: DmaCapabilities): DmaCapability[] {
  return DMA_CAPABILITIES.filter((name) => (mask & DMA_CAP[name]) !== 0);
}

/**
 * Callbacks of an engine (struct dma_device), of a router (struct dma_router and of_dma_route_allocate), and the filter of a client
 * (dma_filter_fn); dma_complete is the callback of a client's descriptors. client_attach and client_detach are not in Linux 6.12: an engine of the model may have them.
 */
export const DMA_CALLBACKS = [
  'alloc_chan_resources',
  'free_chan_resources',
  'device_release',
  'router_config',
  'route_allocate',
  'route_free',
  'dma_filter',
  'client_attach',
  'client_detach',
  'dma_complete',
] as const;
export type DmaCallback = (typeof DMA_CALLBACKS)[number];

/** Callbacks that a driver can leave out of its struct dma_device. */
export const DMA_OPTIONAL_CALLBACKS = [
  'alloc_chan_resources',
  'free_chan_resources',
  'device_release',
  'router_config',
  'client_attach',
  'client_detach',
] as const satisfies readonly DmaCallback[];
export type DmaOptionalCallback = (typeof DMA_OPTIONAL_CALLBACKS)[number];

/** An entry of an engine's filter map (struct dma_slave_map): the client of that name gets this channel. */
export interface DmaSlaveMap {
  readonly client: string;
  readonly name: string;
  /** What the engine's filter compares with chan_id. */
  readonly parameter: number;
}

/** What a driver fills a struct dma_device with. */
export interface NewDmaEngine {
  readonly device: DeviceId;
  readonly capabilities: DmaCapabilities;
  /** Prep callbacks that it lacks although it has the capability. */
  readonly lacking: DmaCapabilities;
  /** It has device_tx_status and device_issue_pending. */
  readonly txStatus: boolean;
  readonly issuePending: boolean;
  /** Its driver calls dma_run_dependencies() when an operation is done. */
  readonly runsDependencies: boolean;
  readonly channels: number;
  readonly callbacks: readonly DmaOptionalCallback[];
  readonly map: readonly DmaSlaveMap[];
  /** The NUMA node of its device, -1 for none. */
  readonly numaNode: number;
}

/** struct dma_device. */
export interface DmaEngine {
  readonly device: DeviceId;
  /** dev_id, the N of dmaN; -1 before registration has given one. */
  number: number;
  /** cap_mask. */
  capabilities: DmaCapabilities;
  readonly lacking: DmaCapabilities;
  readonly txStatus: boolean;
  readonly issuePending: boolean;
  readonly runsDependencies: boolean;
  readonly callbacks: readonly DmaOptionalCallback[];
  readonly map: readonly DmaSlaveMap[];
  readonly numaNode: number;
  /** In the order of the driver's list. */
  readonly channels: DmaChannelId[];
  /** chancnt. */
  channelCount: number;
  /** privatecnt; a channel that is released twice makes it negative. */
  privateCount: number;
  /** ref: one for the registration, one for each channel in use. */
  references: number;
  /** Between a successful dma_async_device_register() and dma_async_device_unregister(). */
  registered: boolean;
  /** An error took it off dma_device_list, whose entry can then not be taken off once more. */
  takenOff: boolean;
}

/** Who has a channel: see dma/channel-machine.ts. */
export const DMA_CHANNEL_STATES = ['unregistered', 'free', 'public', 'exclusive', 'orphan'] as const;
export type DmaChannelState = (typeof DMA_CHANNEL_STATES)[number];

/** struct dma_chan. */
export interface DmaChannel {
  readonly engine: DmaEngineId;
  /** chan_id, -1 while it has none. */
  number: number;
  /** The device of class dma that stands for it in sysfs (dmaNchanM), -1 before it is registered. */
  device: DeviceId;
  state: DmaChannelState;
  /** client_count; a kernel's int. */
  clientCount: number;
  /** table_count. */
  tableCount: number;
  /** slave: the client that asked by name, -1 for none. */
  slave: DeviceId;
  /** name: `dma:` and the name that it was asked for. */
  name: string | undefined;
  /** The router through which it is used, -1 for none. */
  router: DeviceId;
  /** The stateless link that its request made, -1 for none. */
  link: LinkId;
  /** The switch that its data go through, -1 for none. */
  box: number;
  readonly virtual: VirtualChannel;
}

/** Index of a node in the nodes of the DMA layer. */
export type DmaNodeId = number;

/** What an entry of a `dmas` property says: the controller's node and its arguments (struct of_phandle_args). */
export interface DmaPhandleArgs {
  readonly controller: DmaNodeId;
  readonly args: readonly number[];
}

/** A device-tree node as far as DMA goes: of a client, an engine or a router. */
export interface DmaNode {
  /** As messages name it. */
  readonly path: string;
  /** The device that a scenario made it for, -1 for a node of the board. */
  readonly device: DeviceId;
  /** Its place in the board, -1 for a node that a scenario made. */
  readonly node: NodeIndex;
  /** `#dma-cells`, -1 without the property. */
  cells: number;
  /** `dma-names`; and the cells of `dmas`, with phandles as {@link dmaPhandle} makes them. Undefined without. */
  names: string[] | undefined;
  dmas: number[] | undefined;
}

/** Beyond what an argument could be mistaken for. */
const FIRST_PHANDLE = 0x10000;

/** The phandle of a node. */
export function dmaPhandle(node: DmaNodeId): number {
  return FIRST_PHANDLE + node;
}

/** The node of a phandle; an index that no node has where no node has the phandle. */
export function nodeOfDmaPhandle(phandle: number): DmaNodeId {
  return phandle - FIRST_PHANDLE;
}

/** How a registered controller translates a specifier: of_dma_simple_xlate(), of_dma_xlate_by_chan_id(), of_dma_router_xlate(). */
export type DmaTranslation =
  /** of_dma_filter_info: capabilities, and a filter that compares chan_id with the argument. */
  | { readonly kind: 'simple'; readonly capabilities: DmaCapabilities }
  | { readonly kind: 'chan_id'; readonly engine: DmaEngineId }
  /** A router, whose device has the callbacks, in front of the node of another controller. */
  | { readonly kind: 'router'; readonly device: DeviceId; readonly target: DmaNodeId };

/** struct of_dma: an entry of of_dma_list. */
export interface OfDmaController {
  readonly node: DmaNodeId;
  readonly translation: DmaTranslation;
}

/** dma_list_mutex and of_dma_lock. */
export const DMA_MUTEXES = ['dma_list_mutex', 'of_dma_lock'] as const;
export type DmaMutexName = (typeof DMA_MUTEXES)[number];
export interface DmaMutex {
  held: boolean;
  /** Tasks that wait for it, first come first served, each by a number of its own. */
  readonly queue: number[];
}

/** A link in the folder of a channel (`slave`) or of its client (`dma:` and the name). */
export interface DmaSlaveLink {
  readonly folder: DeviceId;
  readonly name: string;
}

/** What a request for a channel does about device links. */
export interface DmaLinkPolicy {
  /** The supplier: nobody, the engine's device, or the channel's own device, which has no driver and the engine as parent. */
  readonly target: 'none' | 'engine' | 'channel';
  /**
   * `at request`: when the channel has been granted. `at creation`: by fw_devlink when the client's device is added, before any
   * driver runs; its flags are then those of the fw_devlink mode.
   */
  readonly made: 'at request' | 'at creation';
  /** DL_FLAG_* bits as a caller passes them; a link is managed unless STATELESS is among them. */
  readonly flags: number;
  /** RPM_ACTIVE as well if pm_runtime_active() says yes of the client at that moment. */
  readonly rpmActive: boolean;
}

/** Linux 6.12: a request makes no link. */
export const NO_DMA_LINKS: DmaLinkPolicy = { target: 'none', made: 'at request', flags: 0, rpmActive: false };

/** What the layer does beyond Linux 6.12 about links and runtime PM of engines. */
export interface DmaPolicy {
  /** What a request by name does about device links. */
  readonly link: DmaLinkPolicy;
  /**
   * Who keeps the engine awake: its driver or the link (`driver`); the layer from request to release, for each descriptor from submit to its
   * end, or between prepare and unprepare of the client.
   */
  readonly power: 'driver' | 'channel' | 'descriptor' | 'prepare';
  /** pm_runtime_irq_safe() of each engine that registers. */
  readonly irqSafe: boolean;
}

/** Linux 6.12. */
const NO_DMA_POLICY: DmaPolicy = { link: NO_DMA_LINKS, power: 'driver', irqSafe: false };

/** A switch between channels and devices; it connects one channel at a time. */
export interface DmaSwitch {
  readonly name: string;
  /** -1 for none. */
  owner: DmaChannelId;
}

/** The DMA engine layer (drivers/dma/dmaengine.c, of-dma.c). */
export interface DmaLayer {
  /** Removed ones stay, so that ids do. */
  readonly engines: DmaEngine[];
  readonly channels: DmaChannel[];
  readonly descriptors: DmaDescriptor[];
  /** A tasklet runs, in which nothing may sleep: of this channel; -1 for none. */
  runningTasklet: DmaChannelId;
  /** dma_device_list. */
  readonly list: DmaEngineId[];
  /** Numbers of dma_ida that are taken; an aborted registration never gives its number back. */
  readonly numbers: number[];
  policy: DmaPolicy;
  readonly boxes: DmaSwitch[];
  /** dmaengine_ref_count. */
  publicUsers: number;
  /** channel_table: by capability, then processor; -1 for no channel. Empty for a capability without a row. */
  readonly table: number[][];
  /** The NUMA node of each processor that is online. */
  readonly processors: number[];
  /** Capabilities without which a device does not get DMA_ASYNC_TX: those that the kernel's build uses (CONFIG_ASYNC_*). */
  readonly asyncOperations: DmaCapabilities;
  readonly nodes: DmaNode[];
  /** of_dma_list. */
  readonly controllers: OfDmaController[];
  /** of_dma_request_slave_channel()'s last_index: where equal names begin to be looked at. */
  requests: number;
  /** Links in sysfs between channels and clients that asked by name: names in the folders of both. */
  readonly slaveLinks: DmaSlaveLink[];
  /** WARN_ONCE() that have been said: once in the kernel's life. */
  readonly warned: string[];
  readonly mutexes: { readonly [name in DmaMutexName]: DmaMutex };
}

/** Capabilities that have no row in channel_table. */
const WITHOUT_ROW = DMA_CAP.interrupt | DMA_CAP.private | DMA_CAP.slave;

/** Capabilities that have a row in channel_table. */
export function hasTableRow(capability: DmaCapability): boolean {
  return (WITHOUT_ROW & DMA_CAP[capability]) === 0;
}

/** A booted kernel without engines: one processor, no NUMA. */
export function createDmaLayer(processors: readonly number[] = [-1]): DmaLayer {
  return {
    engines: [],
    channels: [],
    descriptors: [],
    runningTasklet: -1,
    policy: NO_DMA_POLICY,
    boxes: [],
    list: [],
    numbers: [],
    publicUsers: 0,
    table: DMA_CAPABILITIES.map((name) => (hasTableRow(name) ? processors.map(() => -1) : [])),
    processors: [...processors],
    asyncOperations: 0,
    nodes: [],
    controllers: [],
    requests: 0,
    slaveLinks: [],
    warned: [],
    mutexes: { dma_list_mutex: { held: false, queue: [] }, of_dma_lock: { held: false, queue: [] } },
  };
}

/** A channel as the driver puts it on the list of its engine: not registered yet. */
export function createDmaChannel(engine: DmaEngineId): DmaChannel {
  return {
    engine,
    number: -1,
    device: -1,
    state: 'unregistered',
    clientCount: 0,
    tableCount: 0,
    slave: -1,
    name: undefined,
    router: -1,
    link: -1,
    box: -1,
    virtual: createVirtualChannel(),
  };
}
