/**
 * DMA channels on a board whose drivers come: a driver of a node with `#dma-cells` registers an engine, a driver of a node with
 * `dmas` requests its channels by name before anything else, and each request makes the link that a policy says.
 *
 * Follows drivers/dma/dmaengine.c:dma_request_chan and drivers/dma/of-dma.c:of_dma_request_slave_channel, ../semantics
 * dmaengine.md sections 5 and 6. Drivers know more of their channels than a tree says, so an engine is taken to have one for each
 * `dmas` entry that names it; a client defers where the kernel says -EPROBE_DEFER, and does without a channel on any other error.
 */
import type { Board, BoardReference, NodeIndex } from '../core/board.ts';
import { DL_FLAG } from '../core/device-link.ts';
import type { DmaLinkPolicy } from '../core/dma-engine.ts';
import { EINVAL, ENODEV, EPROBE_DEFER } from '../core/errno.ts';
import type { Answer, Task } from '../core/task.ts';
import { type DeviceId, happened, type LinkId, type World } from '../core/world.ts';
import { findLink } from '../links/index.ts';
import { pmRuntimeEnable } from '../pm/index.ts';
import { type BootOptions, bootBoard, deviceRegister, type NewDriver } from '../probe/index.ts';
import { specifierFault } from './engine-specifiers.ts';
import { type DmaLinkEnds, type DmaLinkResult, dmaReleaseLink, dmaRequestLink } from './request-link.ts';

/** The most channels that one engine gets; the largest engines have some hundred. */
const CHANNEL_LIMIT = 1024;

/** The most names that one client asks for; a driver knows a handful, a hostile tree could list 10^5. */
const NAME_LIMIT = 256;

/** An engine whose driver has registered it. */
interface Engine {
  readonly device: DeviceId;
  /** Devices of its channels; -1 for one whose name was taken. */
  readonly channels: readonly DeviceId[];
  /** Clients by channel, -1 for a free one. */
  readonly clients: DeviceId[];
}

/** A channel that a client holds. */
interface Grant {
  readonly engine: Engine;
  readonly channel: number;
  readonly link: DmaLinkResult;
}

/** How a request ended: with a channel, or with a negative errno. */
type Requested =
  | { readonly kind: 'granted'; readonly grant: Grant }
  | { readonly kind: 'failed'; readonly error: number };

/** What the drivers of one boot know. */
class BoardChannels {
  readonly #world: World;
  readonly #policy: DmaLinkPolicy;
  /** Engines and routers by node, as of_dma_controller_register() lists them; a router has no engine of its own. */
  readonly #controllers = new Map<NodeIndex, Engine | 'router'>();
  readonly #entriesNaming: ReadonlyMap<NodeIndex, number>;
  #engines = 0;
  /** Where of_dma_request_slave_channel() starts among entries of the same name. */
  #start = 0;

  constructor(world: World, policy: DmaLinkPolicy) {
    this.#world = world;
    this.#policy = policy;
    this.#entriesNaming = entriesNaming(world.board);
  }

  /** The part of a driver's probe that has to do with DMA: channels are requested, then an engine is registered. */
  *probe(device: DeviceId): Task<number> {
    const { node } = this.#world.devices[device]!;
    if (node < 0) return 0;
    const { dmaClient, dmaController } = this.#world.board.nodes[node]!;
    if (dmaClient?.names !== undefined) {
      const error = yield* this.#requestAll(device, node, dmaClient.names);
      if (error < 0) return error;
    }
    if (dmaController !== undefined) yield* this.#register(device, node, dmaController.masters);
    return 0;
  }

  *#register(device: DeviceId, node: NodeIndex, masters: readonly NodeIndex[] | undefined): Task<void> {
    if (this.#controllers.has(node)) return;
    if (masters !== undefined) {
      this.#controllers.set(node, 'router');
      return;
    }
    const wantsRuntimePm = (this.#policy.flags & DL_FLAG.PM_RUNTIME) !== 0;
    const number = this.#engines++;
    const count = Math.min(CHANNEL_LIMIT, this.#entriesNaming.get(node) ?? 0);
    const channels: DeviceId[] = [];
    if (wantsRuntimePm) pmRuntimeEnable(this.#world, device);
    for (let index = 0; index < count; index++) {
      const name = `dma${number}chan${index}`;
      const channel = yield* deviceRegister(this.#world, { name, bus: '', parent: device, node: -1 });
      if (channel !== undefined && wantsRuntimePm) pmRuntimeEnable(this.#world, channel);
      channels.push(channel ?? -1);
    }
    this.#controllers.set(node, { device, channels, clients: channels.map(() => -1) });
  }

  /** dma_request_chan() for each name; a deferral gives back what was granted before it. */
  *#requestAll(client: DeviceId, node: NodeIndex, names: readonly string[]): Task<number> {
    const grants: Grant[] = [];
    for (const name of [...new Set(names)].slice(0, NAME_LIMIT)) {
      const requested = yield* this.#request(client, node, name);
      if (requested.kind === 'granted') grants.push(requested.grant);
      else if (requested.error === -EPROBE_DEFER) {
        for (const grant of grants.reverse()) yield* this.#release(grant);
        return -EPROBE_DEFER;
      }
    }
    return 0;
  }

  /** dma_request_chan(). */
  *#request(client: DeviceId, node: NodeIndex, name: string): Task<Requested> {
    const found = this.#find(node, name);
    const event = {
      kind: 'dma-request',
      client,
      name,
      engine: -1,
      channel: -1,
      link: -1,
      refused: '',
    } as const;
    if (typeof found === 'number') {
      happened(this.#world, { ...event, result: found });
      return { kind: 'failed', error: found };
    }
    const { engine, entry } = found;
    const channel = engine.clients.indexOf(-1);
    engine.clients[channel] = client;
    const ends = { client, engine: engine.device, channel: engine.channels[channel]! };
    const causes = this.#world.board.nodes[node]!.references.filter(
      ({ property, entry: own }) => property === 'dmas' && own === entry,
    );
    const link = yield* this.#link(ends, causes);
    const at = { ...event, engine: ends.engine, channel: ends.channel };
    if (link.kind === 'refused') {
      engine.clients[channel] = -1;
      happened(this.#world, { ...at, result: link.error, refused: link.reason });
      return { kind: 'failed', error: link.error };
    }
    happened(this.#world, { ...at, result: 0, link: linkIdOf(link) ?? this.#linkBefore(ends) });
    return { kind: 'granted', grant: { engine, channel, link } };
  }

  /** The link that fw_devlink has made already, -1 for none. */
  #linkBefore({ client, engine }: DmaLinkEnds): LinkId {
    if (this.#policy.made !== 'at creation') return -1;
    return findLink(this.#world, client, engine) ?? -1;
  }

  *#link(ends: DmaLinkEnds, causes: readonly BoardReference[]) {
    // A channel whose name another device has: dmaengine's registration fails, and no real board comes to that.
    if (this.#policy.target === 'channel' && ends.channel < 0)
      return { kind: 'refused', reason: 'supplier is not registered', error: -EINVAL } as const;
    return yield* dmaRequestLink(this.#world, this.#policy, ends, causes);
  }

  *#release({ engine, channel, link }: Grant): Task<void> {
    engine.clients[channel] = -1;
    yield* dmaReleaseLink(this.#world, link);
  }

  /** of_dma_request_slave_channel(): an engine with a free channel and the `dmas` entry that led to it, or a negative errno. */
  #find(node: NodeIndex, name: string): { readonly engine: Engine; readonly entry: number } | number {
    const { names = [], entries } = this.#world.board.nodes[node]!.dmaClient!;
    const start = ++this.#start;
    let error = -ENODEV;
    for (let step = 0; step < names.length; step++) {
      const index = (start + step) % names.length;
      const entry = entries[index];
      if (names[index] !== name || entry === undefined || entry === null) continue;
      const engine = this.#engineOf(entry.controller);
      if (engine === undefined) error = -EPROBE_DEFER;
      else if (specifierFault(this.#world.board, entry) !== undefined) continue;
      else if (engine.clients.includes(-1)) return { engine, entry: index };
    }
    return error;
  }

  /** The engine of a controller, or the one behind a router; undefined while one of them is missing. */
  #engineOf(controller: NodeIndex): Engine | undefined {
    const known = this.#controllers.get(controller);
    if (known !== 'router') return known;
    for (const master of this.#world.board.nodes[controller]!.dmaController?.masters ?? []) {
      const engine = this.#controllers.get(master);
      if (engine !== undefined && engine !== 'router') return engine;
    }
    return undefined;
  }
}

function linkIdOf(link: DmaLinkResult): LinkId | undefined {
  return link.kind === 'added' || link.kind === 'merged' ? link.link : undefined;
}

/** How many entries of `dmas` of available nodes name each controller, or lead to it through a router. */
function entriesNaming({ nodes }: Board): Map<NodeIndex, number> {
  const counts = new Map<NodeIndex, number>();
  const count = (node: NodeIndex) => counts.set(node, (counts.get(node) ?? 0) + 1);
  for (const { available, dmaClient } of nodes) {
    if (!available) continue;
    for (const entry of dmaClient?.entries ?? []) {
      if (entry === null) continue;
      count(entry.controller);
      for (const master of nodes[entry.controller]!.dmaController?.masters ?? []) count(master);
    }
  }
  return counts;
}

/** Fits drivers to a world whose clients request channels. */
function requesting(drivers: readonly NewDriver[]): NewDriver[] {
  return drivers.map((driver) =>
    driver.probe.kind === 'typical' ? { ...driver, probe: { kind: 'typical', calls: true } } : driver,
  );
}

/** The board as a kernel sees it whose fw_devlink follows `dmas` as it follows `clocks`. */
export function boardWithDmaSuppliers(board: Board): Board {
  const follow = (reference: BoardReference): BoardReference =>
    reference.property === 'dmas' && reference.kind === 'optional'
      ? { ...reference, kind: 'supplier' }
      : reference;
  return {
    ...board,
    nodes: board.nodes.map((node) =>
      node.dmaClient === undefined ? node : { ...node, references: node.references.map(follow) },
    ),
  };
}

/**
 * Boots a board whose drivers request DMA channels, with the links of `policy`. What the requests came to stands among the
 * events of the world (`dma-request`). Engines and channels have runtime PM where the policy's links have PM_RUNTIME.
 */
export function bootBoardWithDma(board: Board, options: BootOptions, policy: DmaLinkPolicy): World {
  const { builtin, drivers = [], lateDrivers = [] } = options;
  return bootBoard(policy.made === 'at creation' ? boardWithDmaSuppliers(board) : board, {
    ...options,
    ...(builtin && {
      builtin: {
        beforeDevices: requesting(builtin.beforeDevices),
        afterDevices: requesting(builtin.afterDevices),
      },
    }),
    drivers: requesting(drivers),
    lateDrivers: requesting(lateDrivers),
    answer: (world): Answer => {
      const channels = new BoardChannels(world, policy);
      return (effect) =>
        effect.kind === 'call' && effect.callback === 'probe' ? channels.probe(effect.device) : 0;
    },
  });
}
