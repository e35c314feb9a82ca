/** Channels by the device tree. Follows drivers/dma/of-dma.c of Linux 6.12. */
import type {
  DmaChannelId,
  DmaNode,
  DmaNodeId,
  DmaPhandleArgs,
  DmaTranslation,
  OfDmaController,
} from '../core/dma-engine.ts';
import { ENODEV, EPROBE_DEFER } from '../core/errno.ts';
import { keep } from '../core/kept.ts';
import type { Task } from '../core/task.ts';
import { kernelMessage, type World } from '../core/world.ts';
import { filterByNumber } from './candidates.ts';
import { callDma, callEngine, channelOf, engineOf } from './engine-access.ts';
import { dmaMutexLock, dmaMutexUnlock } from './mutex.ts';
import { parseDmaSpecifier } from './phandle-lists.ts';
import { dmaGetSlaveChannel, dmaReleaseChannel, requestChannelByMask } from './request.ts';

/** of_dma_controller_register(), of_dma_router_register(). A node may be registered more than once; the first counts. */
export function* ofDmaControllerRegister(
  world: World,
  node: DmaNodeId,
  translation: DmaTranslation,
): Task<void> {
  yield* dmaMutexLock(world, 'of_dma_lock');
  world.dma.controllers.push({ node, translation });
  dmaMutexUnlock(world, 'of_dma_lock');
}

/** of_dma_controller_free(): the first of that node. */
export function* ofDmaControllerFree(world: World, node: DmaNodeId): Task<void> {
  yield* dmaMutexLock(world, 'of_dma_lock');
  const { controllers } = world.dma;
  const at = controllers.findIndex((controller) => controller.node === node);
  if (at >= 0) controllers.splice(at, 1);
  dmaMutexUnlock(world, 'of_dma_lock');
}

/** of_dma_find_controller(). */
function ofDmaFindController(world: World, node: DmaNodeId): OfDmaController | undefined {
  return world.dma.controllers.find((controller) => controller.node === node);
}

/** of_dma_xlate(): the channel, an error, or undefined for none (NULL). */
function* translate(
  world: World,
  { translation, node }: OfDmaController,
  { args }: DmaPhandleArgs,
): Task<number | undefined> {
  if (translation.kind === 'router') return yield* routerXlate(world, translation, args);
  if (args.length !== 1) return undefined;
  const argument = args[0]!;
  if (translation.kind === 'simple') {
    const filter = filterByNumber(world, argument);
    return yield* requestChannelByMask(world, translation.capabilities, filter, node);
  }
  const { channels } = engineOf(world, translation.engine);
  const channel = channels.find((id) => channelOf(world, id).number === argument);
  return channel === undefined ? undefined : yield* dmaGetSlaveChannel(world, channel);
}

/** of_dma_router_xlate(): a route is allocated first, and given back where no channel comes of it. */
function* routerXlate(
  world: World,
  { device, target }: DmaTranslation & { readonly kind: 'router' },
  args: readonly number[],
): Task<number | undefined> {
  const error = yield* callDma(device, 'route_allocate', -1);
  if (error < 0) return undefined;
  const controller = ofDmaFindController(world, target);
  if (controller === undefined) {
    yield* callDma(device, 'route_free', -1);
    return -EPROBE_DEFER;
  }
  // The router of the model hands the arguments on, as many as the controller takes.
  const cells = Math.max(0, world.dma.nodes[target]!.cells);
  const channel = yield* translate(world, controller, { controller: target, args: args.slice(0, cells) });
  if (channel === undefined || channel < 0) {
    yield* callDma(device, 'route_free', -1);
    return channel;
  }
  channelOf(world, channel).router = device;
  const configured = yield* callEngine(world, channel, 'router_config');
  if (configured === 0) return channel;
  yield* dmaReleaseChannel(world, channel);
  return configured;
}

/** of_dma_match_channel(): the entry, if its name is the wanted one and it can be read. */
function matchChannel(world: World, node: DmaNode, name: string, index: number): DmaPhandleArgs | undefined {
  return node.names?.[index] === name ? parseDmaSpecifier(world, node, index) : undefined;
}

/**
 * of_dma_request_slave_channel(): the channel, or an error. Entries of equal names are alternatives, of which each request begins
 * with another. -EPROBE_DEFER where a controller is missing and no other entry gave an answer; -ENODEV for a channel that is taken.
 */
export function* ofDmaRequestSlaveChannel(world: World, node: DmaNode, name: string): Task<number> {
  const { names, dmas } = node;
  if (dmas === undefined) return -ENODEV;
  if (names === undefined || names.length === 0) {
    kernelMessage(
      world,
      `of_dma_request_slave_channel: dma-names property of node '${node.path}' missing or empty`,
    );
    return -ENODEV;
  }
  const count = names.length;
  const start = keep(++world.dma.requests);
  let none = -ENODEV;
  for (let entry = 0; entry < count; entry++) {
    const specifier = matchChannel(world, node, name, (entry + start) % count);
    if (specifier === undefined) continue;
    yield* dmaMutexLock(world, 'of_dma_lock');
    const controller = ofDmaFindController(world, specifier.controller);
    let channel: DmaChannelId | undefined;
    if (controller === undefined) none = -EPROBE_DEFER;
    else channel = yield* translate(world, controller, specifier);
    dmaMutexUnlock(world, 'of_dma_lock');
    if (channel !== undefined) return channel;
  }
  return none;
}
